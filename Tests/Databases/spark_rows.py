"""Rows of a random slope model at a Spark Connect server: the table `rows`, and one CSV file of the same rows.

spark_rows.py REMOTE COUNT LEVELS FILE.csv
"""

import glob
import os
import shutil
import sys

from pyspark.sql import SparkSession


def main(remote, count, levels, path):
    spark = SparkSession.builder.remote(remote).getOrCreate()
    effects = spark.range(int(levels)).selectExpr("CAST(id AS INT) AS g", "randn(1) AS u", "0.5 * randn(2) AS s")
    rows = spark.range(int(count)).selectExpr(
        f"CAST(FLOOR(rand(3) * {levels}) AS INT) AS g", "randn(4) AS x", "randn(5) AS e")
    (rows.join(effects.hint("broadcast"), "g").selectExpr("2 + 0.5 * x + u + s * x + e AS y", "x", "g")
     .write.mode("overwrite").saveAsTable("rows"))
    folder = path + ".parts"
    shutil.rmtree(folder, ignore_errors=True)
    spark.table("rows").coalesce(1).write.option("header", True).csv(folder)
    os.replace(glob.glob(f"{folder}/part-*.csv")[0], path)
    shutil.rmtree(folder)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
