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
TYPES = {"k": "INTEGER", "g": "INTEGER", "f": "VARCHAR", "h": "VARCHAR", "größe": "VARCHAR", "b": "BOOLEAN", "case": "VARCHAR"}
# Texts that differ in case only: collations of the columns take them for the same, rows do not.
CASES_OF_LETTERS = ["a", "A", "b", "B", "b ", "it's", "\\n"]
# The likelihoods are maximised on their own: they agree to what optimisers leave, estimates to a part of their error.
LIKELIHOOD, ESTIMATE = 1e-9, 1e-4
# Fitted values of the same estimates differ by rounding.
FITTED = 1e-12
# Leverages of slopes at a predictor 10,000 times its spread from zero: rows have as many digits.
LEVERAGE = 1e-7

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
    ("y ~ C(case) * x + (1 | g)", []),
    ("y ~ I(1 * (case == 'a')) * x + (1 | case:k)", []),
]
# Models whose effects are written back with what leverages take, their factors, and the pairs of these that cross.
WRITTEN = [
    ("y ~ center(x) + b * C(k) + (1 + x | case) + (1 | g/k)", ["case", "g", "g:k"], ["case x g:k"]),
    ("far ~ distant + b * C(k) + (1 + x | g) + (1 | g:k)", ["g", "g:k"], []),
    ("y ~ C(h) * x + b + (1 | g)", ["g"], []),
    ("y ~ x + (1 | g) + (1 | h) + (1 + x | case)", ["g", "h", "case"], ["h x g", "case x g", "case x h"]),
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
            HOSTILE: x * 2 - 1, "größe": f"it's; {h} --", "holes": gap(y), "gaps": gap(x), "case": generator.choice(CASES_OF_LETTERS),
        })
    return result


def write_csv(data, path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(data[0]))
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in data)


def table_sql(data, collation):
    name = lambda text: '"' + text.replace('"', '""') + '"'
    return "CREATE TABLE " + name(HOSTILE) + " (" + ", ".join(
        f"{name(column)} {TYPES.get(column, 'DOUBLE PRECISION')}{collation if column == 'case' else ''}"
        for column in data[0]) + ")"


def duckdb_sources(data, folder):
    import _duckdb
    import duckdb

    database, parquet = f"{folder}/rows.duckdb", f"{folder}/rows.parquet"
    with duckdb.connect(database) as connection:
        connection.execute(table_sql(data, " COLLATE NOCASE"))
        marks = ", ".join("?" for _ in data[0])
        table = '"' + HOSTILE.replace('"', '""') + '"'
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(row.values()) for row in data])
        # The command's --table holds no double quotes within a part.
        connection.execute(f"CREATE VIEW plain AS SELECT * FROM {table}")
        connection.execute(f"COPY {table} TO '{parquet}' (FORMAT parquet)")
    # The wheel is a module of Python, and takes Python's own symbols for loaded.
    python = f"{sysconfig.get_config_var('LIBDIR')}/{sysconfig.get_config_var('INSTSONAME')}"
    driver = f"adbc:{_duckdb.__file__}?entry=duckdb_adbc_init&dialect=duckdb&preload={python}"
    def run(sql):
        with duckdb.connect(database, read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    return [(f"{driver}&path={database}", "plain"), (driver, parquet)], run


def postgresql_sources(data, folder, socket):
    import adbc_driver_postgresql

    name = lambda text: '"' + text.replace('"', '""') + '"'
    write_csv(data, f"{folder}/load.csv")
    # A collation of Unicode that looks at letters only.
    letters = "CREATE COLLATION letters (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
    script = (f"{letters};\n{table_sql(data, ' COLLATE letters')};\n\\copy {name(HOSTILE)} FROM '{folder}/load.csv' WITH (FORMAT csv, HEADER true)\n"
              f"CREATE VIEW plain AS SELECT * FROM {name(HOSTILE)};\n")

    def psql(text):
        return subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", "postgres", "postgres"],
                              input=text, text=True, check=True, capture_output=True).stdout

    def run(sql):
        lines = psql("\\copy (" + sql.replace("\n", " ") + ") TO STDOUT WITH (FORMAT csv, HEADER true)\n")
        return [{name: number(value) for name, value in row.items()} for row in csv.DictReader(lines.splitlines())]

    psql(script)
    uri = quote(f"postgresql:///postgres?host={socket}&user=postgres", safe="")
    driver = adbc_driver_postgresql._driver_path()
    return [(f"adbc:{driver}?uri={uri}", "public.plain")], run


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def command(mixedlm, arguments):
    result = subprocess.run([mixedlm, *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"mixedlm {' '.join(arguments)}: {result.stderr}")
    return result.stdout


def fit(mixedlm, arguments):
    return json.loads(command(mixedlm, ["fit", *arguments, "--format", "json", "--quiet"]))


def written(mixedlm, address, table, file, folder, run, formula, factors, pairs):
    """What the database makes of effects that were written into it disagrees in with predictions of the same rows."""
    saved = f"{folder}/written.fit"
    tables = [f"{factor}=effects of {factor}" for factor in factors + pairs]
    options = ["--from", address, "--table", table]
    for _ in range(2):
        report = fit(mixedlm, [*options, "--formula", formula, "--save", saved, "--replace-effects", "--leverage",
                               *(word for name in tables for word in ("--write-effects", name))])
    sql = command(mixedlm, ["sql", *options, "--model", saved, "--residuals", "--leverage",
                            *(word for name in tables for word in ("--effects", name))])
    scored = {row["y"]: row for row in run(sql.strip().rstrip(";"))}
    columns = sorted({word for name in factors for word in name.split(":")})
    predicted = json.loads(command(mixedlm, [
        "predict", "--model", saved, "--new", file, "--format", "json", "--quiet", "--interval", "confidence",
        *(word for name in columns for word in ("--exog-re", name))]))
    rows = [float(row["y"]) for row in csv.DictReader(open(file, newline=""))]
    if len(scored) != len(rows):
        return [f"{len(scored)} rows and {len(rows)}"]
    response = formula.split(" ~ ")[0]
    largest = max(abs(row[response]) for row in scored.values())
    found = []
    for y, expected, error in zip(rows, predicted["predictions"], predicted["se"]):
        row = scored[y]
        worst = max(abs(row["fitted"] - expected), abs(row[response] - row["fitted"] - row["resid"]))
        if worst > FITTED * largest:
            found.append(f"fitted values by {worst}")
        h = error**2 / report["scale"]
        standardized = row["resid"] / math.sqrt(report["scale"] * (1 - h))
        if abs(row["leverage"] - h) > LEVERAGE or abs(row["standardized"] - standardized) > 10 * LEVERAGE:
            found.append(f"leverages by {row['leverage'] - h}")
    return found[:1]


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
    sources, run = duckdb_sources(data, folder) if kind == "duckdb" else postgresql_sources(data, folder, socket)
    address, table = sources[0]
    failures = 0
    for formula, factors, pairs in WRITTEN:
        found = written(mixedlm, address, table, file, folder, run, formula, factors, pairs)
        failures += bool(found)
        print(f"{'differs' if found else 'equal  '} {kind} effects written back: {formula} {'; '.join(found)}")
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
