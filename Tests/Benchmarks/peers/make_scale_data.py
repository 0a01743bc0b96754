"""Tables for `mixedlm-bench scale`: make_scale_data.py FOLDER [--large]

scale.db (SQLite) and scale.parquet hold 1,000,000 rows: y with 20,000 levels of g, y2 with 2,000 of a and 500 of b.
levels.parquet has 3,000,000 rows of 1,000,000 levels, and large.duckdb 100,000,000 of as many levels; generated.duckdb
computes as many rows of 20,000 levels whenever it is asked for them.
Prints how DuckDB's driver of ADBC is addressed.
"""

import os
import sqlite3
import sys
import sysconfig

import _duckdb
import duckdb

# Standard normals by Box and Muller, from uniforms in (0, 1].
NORMAL = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())"
ROWS = f"""
    SELECT g, a, b, x, 1 + 0.5 * x + u + s * x + e AS y, 2 + 0.3 * x + v + w + f AS y2
    FROM (SELECT CAST(floor(random() * 20000) AS INTEGER) AS g, CAST(floor(random() * 2000) AS INTEGER) AS a,
                 CAST(floor(random() * 500) AS INTEGER) AS b, {NORMAL} AS x, {NORMAL} AS e, {NORMAL} AS f
          FROM range(1000000))
    JOIN (SELECT range AS g, {NORMAL} AS u, 0.3 * {NORMAL} AS s FROM range(20000)) USING (g)
    JOIN (SELECT range AS a, 0.8 * {NORMAL} AS v FROM range(2000)) USING (a)
    JOIN (SELECT range AS b, 0.4 * {NORMAL} AS w FROM range(500)) USING (b)
"""


# Rows that follow from the hashes of their numbers, so that statements see the same ones: bits of them are a uniform x and a
# uniform residual, bits of the level its slope and intercept.
GENERATED = """
    SELECT g, x, x + x * CAST(g & 15 AS DOUBLE) / 16e0 + CAST(g & 1023 AS DOUBLE) / 512e0 + e AS y
    FROM (SELECT CAST(h % 20000 AS INTEGER) AS g, CAST((h >> 20) & 1048575 AS DOUBLE) / 524288e0 - 1e0 AS x,
                 CAST(h >> 40 AS DOUBLE) / 8388608e0 AS e
          FROM (SELECT hash(range) AS h FROM range(100000000)))
"""


def intercepts(rows, levels):
    """Rows of a random intercept, whose effect follows from the level's number."""
    return f"""
        SELECT g, x, 1 + 0.5 * x + 0.7 * sqrt(12) * (hash(g) / 18446744073709551616.0 - 0.5) + e AS y
        FROM (SELECT CAST(floor(random() * {levels}) AS INTEGER) AS g, {NORMAL} AS x, {NORMAL} AS e
              FROM range({rows}))
    """


def main(folder, large):
    os.makedirs(folder, exist_ok=True)
    parquet = f"{folder}/scale.parquet"
    database = f"{folder}/scale.db"
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.42)")
        if not os.path.exists(parquet):
            connection.execute(f"COPY ({ROWS}) TO '{parquet}' (FORMAT parquet)")
        if not os.path.exists(database):
            with sqlite3.connect(database + ".part") as sqlite:
                sqlite.execute("CREATE TABLE rows (g INTEGER, a INTEGER, b INTEGER, x DOUBLE, y DOUBLE, y2 DOUBLE)")
                cursor = connection.execute(f"SELECT g, a, b, x, y, y2 FROM '{parquet}'")
                while batch := cursor.fetchmany(100000):
                    sqlite.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", batch)
            sqlite.close()
            os.replace(database + ".part", database)
        levels = f"{folder}/levels.parquet"
        if not os.path.exists(levels):
            connection.execute(f"COPY ({intercepts(3_000_000, 1_000_000)}) TO '{levels}' (FORMAT parquet)")
    big = f"{folder}/large.duckdb"
    if large and not os.path.exists(big):
        with duckdb.connect(big + ".part") as connection:
            connection.execute(f"CREATE TABLE rows AS {intercepts(100_000_000, 1_000_000)}")
        os.replace(big + ".part", big)
    generated = f"{folder}/generated.duckdb"
    if not os.path.exists(generated):
        with duckdb.connect(generated + ".part") as connection:
            connection.execute(f"CREATE VIEW rows AS {GENERATED}")
        os.replace(generated + ".part", generated)
    python = f"{sysconfig.get_config_var('LIBDIR')}/{sysconfig.get_config_var('INSTSONAME')}"
    print(f"adbc:{_duckdb.__file__}?entry=duckdb_adbc_init&dialect=duckdb&preload={python}")


if __name__ == "__main__":
    main(sys.argv[1], "--large" in sys.argv[2:])
