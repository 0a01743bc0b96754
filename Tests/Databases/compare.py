"""Fits of tables that stay in a database against fits of the same rows in a CSV file.

compare.py duckdb|postgresql MIXEDLM FOLDER [SOCKET]

Loads random rows into the database (a file of DuckDB and one of Parquet; a server of PostgreSQL at a socket's folder),
runs the command on both, and ends with status 1 where two fits differ.
"""

import csv
import json
import math
import random
import subprocess
import sys
import sysconfig
from urllib.parse import quote

HOSTILE = 'a"b; DROP TABLE t; --'
TYPES = {"k": "INTEGER", "g": "INTEGER", "f": "VARCHAR", "h": "VARCHAR", "größe": "VARCHAR", "b": "BOOLEAN"}
# The likelihoods are maximised on their own: they agree to what optimisers leave, estimates to a part of their error.
LIKELIHOOD, ESTIMATE = 1e-9, 1e-4

CASES = [
    ("y ~ x + (1 + x | g)", []),
    ("y ~ x + (1 | g)", []),
    ("y ~ x + (1 | g) + (1 | h)", []),
    ("y ~ f * x + (1 | g/k)", []),
    ("np.log(y + 60) ~ center(x) + I(x**2) + C(k, Sum) + (1 | g)", []),
    ("y ~ standardize(np.exp(x / 4)) + b + (x || h)", []),
    ("y ~ np.where(x > z, x, 0) + np.log1p(np.abs(z)) + (1 | g)", []),
    ("far ~ distant + (1 + distant | g)", []),
    ("farther ~ x + (1 | g)", []),
    ("y ~ C(f, Treatment('mid')) + z + (1 | h)", ["--weights", "w", "--offset", "z"]),
    (f"y ~ Q('{HOSTILE}') + (1 | Q('größe'))", []),
    ("holes ~ gaps + f + (1 | g)", ["--missing", "drop"]),
]


def rows(count, seed=20240501):
    """Every kind of column: far from zero, with gaps, of all types, with names that are no names elsewhere."""
    generator = random.Random(seed)
    normal = lambda: generator.gauss(0, 1)
    u = [1.5 * normal() for _ in range(25)]
    s = [0.5 * normal() for _ in range(25)]
    v = [normal() for _ in range(12)]
    result = []
    for _ in range(count):
        g, h, k = generator.randrange(25), generator.randrange(12), generator.randrange(3)
        x, z = normal(), normal()
        y = 3 + x + u[g] + s[g] * x + v[h] + k + normal()
        gap = lambda value: None if generator.random() < 0.04 else value
        result.append({
            "y": y, "x": x, "z": z, "k": k, "g": g, "h": f"h{h}", "f": generator.choice(["low", "mid", "high"]),
            "b": z > 0.3, "w": 0.2 + 2 * generator.random(), "far": y + 1e6, "distant": x + 1e4, "farther": y + 1e9,
            HOSTILE: x * 2 - 1, "größe": f"it's; {h} --", "holes": gap(y), "gaps": gap(x),
        })
    return result


def write_csv(data, path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(data[0]))
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in data)


def table_sql(data):
    name = lambda text: '"' + text.replace('"', '""') + '"'
    return "CREATE TABLE " + name(HOSTILE) + " (" + ", ".join(
        f"{name(column)} {TYPES.get(column, 'DOUBLE PRECISION')}" for column in data[0]) + ")"


def duckdb_sources(data, folder):
    import _duckdb
    import duckdb

    database, parquet = f"{folder}/rows.duckdb", f"{folder}/rows.parquet"
    with duckdb.connect(database) as connection:
        connection.execute(table_sql(data))
        marks = ", ".join("?" for _ in data[0])
        table = '"' + HOSTILE.replace('"', '""') + '"'
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(row.values()) for row in data])
        # The command's --table holds no double quotes within a part.
        connection.execute(f"CREATE VIEW plain AS SELECT * FROM {table}")
        connection.execute(f"COPY {table} TO '{parquet}' (FORMAT parquet)")
    # The wheel is a module of Python, and takes Python's own symbols for loaded.
    python = f"{sysconfig.get_config_var('LIBDIR')}/{sysconfig.get_config_var('INSTSONAME')}"
    driver = f"adbc:{_duckdb.__file__}?entry=duckdb_adbc_init&dialect=duckdb&preload={python}"
    return [(f"{driver}&path={database}", "plain"), (driver, parquet)]


def postgresql_sources(data, folder, socket):
    import adbc_driver_postgresql

    name = lambda text: '"' + text.replace('"', '""') + '"'
    write_csv(data, f"{folder}/load.csv")
    script = (f"{table_sql(data)};\n\\copy {name(HOSTILE)} FROM '{folder}/load.csv' WITH (FORMAT csv, HEADER true)\n"
              f"CREATE VIEW plain AS SELECT * FROM {name(HOSTILE)};\n")
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", "postgres", "postgres"],
                   input=script, text=True, check=True)
    uri = quote(f"postgresql:///postgres?host={socket}&user=postgres", safe="")
    driver = adbc_driver_postgresql._driver_path()
    return [(f"adbc:{driver}?uri={uri}", "public.plain")]


def fit(mixedlm, arguments):
    result = subprocess.run([mixedlm, "fit", *arguments, "--format", "json", "--quiet"], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"mixedlm fit {' '.join(arguments)}: {result.stderr}")
    return json.loads(result.stdout)


def differences(a, b):
    """What two fits disagree in."""
    found = []
    if a["nobs"] != b["nobs"]:
        found.append(f"nobs {a['nobs']} and {b['nobs']}")
    if abs(a["llf"] - b["llf"]) > LIKELIHOOD * max(1, abs(b["llf"])):
        found.append(f"llf {a['llf']} and {b['llf']}")
    if list(a["fe_params"]) != list(b["fe_params"]):
        return found + [f"names {list(a['fe_params'])} and {list(b['fe_params'])}"]
    for name, value in b["fe_params"].items():
        error = b["bse_fe"][name]
        if not abs(a["fe_params"][name] - value) <= ESTIMATE * error:
            found.append(f"{name} {a['fe_params'][name]} and {value}")
        if not abs(a["bse_fe"][name] / error - 1) <= ESTIMATE:
            found.append(f"error of {name} {a['bse_fe'][name]} and {error}")
    if not math.isclose(a["scale"], b["scale"], rel_tol=ESTIMATE):
        found.append(f"scale {a['scale']} and {b['scale']}")
    return found


def main(kind, mixedlm, folder, socket=None):
    data = rows(3000)
    file = f"{folder}/rows.csv"
    write_csv(data, file)
    sources = duckdb_sources(data, folder) if kind == "duckdb" else postgresql_sources(data, folder, socket)
    failures = 0
    for formula, options in CASES:
        expected = fit(mixedlm, [file, "--formula", formula, *options])
        for address, table in sources:
            found = differences(fit(mixedlm, ["--from", address, "--table", table, "--formula", formula, *options]),
                                expected)
            failures += bool(found)
            print(f"{'differs' if found else 'equal  '} {kind} {table.rsplit('/', 1)[-1]}: {formula} {'; '.join(found)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
