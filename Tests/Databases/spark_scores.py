"""Whether the residuals that Spark computes of its rows are those of a fit: spark_scores.py REMOTE SCORE.sql FIT.json

By the equations of the best linear predictors residuals sum to zero over all rows, as do their products with x. Leverages
lie between 0 and 1, and residuals over what they make of their standard deviations have a mean square of 1.
"""

import json
import sys

from pyspark.sql import SparkSession


def main(remote, statement, fit):
    spark = SparkSession.builder.remote(remote).getOrCreate()
    sql = open(statement).read().strip().rstrip(";")
    n, resid, product, square, off, least, most, known, ratio = spark.sql(
        f"SELECT COUNT(*), SUM(resid), SUM(resid * x), SUM(resid * resid), MAX(ABS(y - fitted - resid)), MIN(leverage), "
        f"MAX(leverage), COUNT(leverage), AVG(standardized * standardized) FROM ({sql}) AS t"
    ).collect()[0]
    report = json.load(open(fit))
    spread = (n * report["scale"]) ** 0.5
    print(f"{n} rows; residuals sum to {resid / spread:.1e} and {product / spread:.1e} of their spread, "
          f"mean square {square / n:.6f}, scale {report['scale']:.6f}; leverages from {least:.1e} to {most:.1e}, mean square of "
          f"standardized residuals {ratio:.6f}")
    good = (n == report["nobs"] and abs(resid) < 1e-6 * spread and abs(product) < 1e-6 * spread
            and square / n < report["scale"] and off < 1e-12
            and known == n and 0 < least < most < 1 and abs(ratio - 1) < 0.01)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
