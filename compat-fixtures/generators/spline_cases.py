"""Exports the spline vectors that patsy tests itself with.

`splines-bs.json`: 72 bases computed by R's `splines::bs`; `splines-crs.json`: 42 computed by R's mgcv; both
are read from the installed patsy. `splines-te.json`: tensor products, computed by patsy here.
"""

import json
import os
import sys
from importlib.metadata import version

import numpy as np
from patsy import build_design_matrices, dmatrix, incr_dbuilder
from patsy import test_splines_bs_data as bs_data
from patsy import test_splines_crs_data as crs_data

NAMES = {"np": np, "TRUE": True, "FALSE": False, "None": None}


def blocks(text):
    """The `key=value` blocks between BEGIN and END lines, values evaluated where they are Python."""
    block = None
    for line in text.splitlines():
        if line == "--BEGIN TEST CASE--":
            block = {}
        elif line == "--END TEST CASE--":
            yield block
        elif block is not None and "=" in line:
            key, value = line.split("=", 1)
            block[key] = value if key == "spline_type" else eval(value, dict(NAMES))


def numbers(array):
    return None if array is None else [float(v) for v in np.asarray(array).ravel()]


def columns(matrix):
    return [numbers(column) for column in np.asarray(matrix, dtype=float).T]


def bs_cases():
    for block in blocks(bs_data.R_bs_test_data):
        low, high = block["Boundary.knots"] if block["Boundary.knots"] is not None else (None, None)
        yield {
            "degree": block["degree"],
            "df": block["df"],
            "knots": numbers(block["knots"]),
            "include_intercept": block["intercept"],
            "lower_bound": None if low is None else float(low),
            "upper_bound": None if high is None else float(high),
            "columns": columns(block["output"]),
        }


def crs_cases():
    for block in blocks(crs_data.R_crs_test_data):
        center = block["absorb_cons"]
        cyclic = block["spline_type"] == "cc"
        knots = None if block["knots"] is None else sorted(numbers(block["knots"]))
        yield {
            "type": "cc" if cyclic else "cr",
            "center": center,
            "df": block["nb_knots"] - cyclic - center if knots is None else None,
            "knots": None if knots is None else knots[1:-1],
            "lower_bound": None if knots is None else knots[0],
            "upper_bound": None if knots is None else knots[-1],
            "columns": columns(block["output"]),
        }


K = np.arange(20)
TE_DATA = {"x1": (-1.5) ** K, "x2": 1.6**K, "x3": (-1.2) ** K}
TE_NEW = {
    "x1": np.array([11.390625, 656.84083557128906250, -38.443359375]),
    "x2": np.array([16.777216000000006346, 1844.6744073709567147, 68.719476736000032702]),
    "x3": np.array([1.2, -2.5, -5.1597803519999985156]),
}


def te_cases():
    formulas = [
        "te(cr(x1, df=5), cc(x2, df=6)) - 1",
        "te(cr(x1, df=5), cc(x2, df=6), constraints='center') - 1",
        "te(cr(x1, df=3), cr(x2, df=3), cc(x3, df=3)) - 1",
        "te(cr(x1, df=4), constraints='center')",
        "te(bs(x1, df=4), x2)",
        "te(cr(x1, df=3), cc(x3, df=3), constraints=[1, 2, 3, 4, 5, 6, 7, 8, 9])",
        "cr(x1, df=4, constraints='center')",
        "cc(x3, df=4, constraints='center')",
        "cr(x1, df=3, constraints=[[1, 2, 3, 4, 5], [0, 1, 0, 1, 0]])",
    ]
    chunks = [{n: v[:10] for n, v in TE_DATA.items()}, {n: v[10:] for n, v in TE_DATA.items()}]
    for formula in formulas:
        info = incr_dbuilder(formula, lambda: iter(chunks))
        whole = dmatrix(formula, TE_DATA)
        yield {
            "formula": formula,
            "names": whole.design_info.column_names,
            "columns": columns(whole),
            "new": columns(build_design_matrices([info], TE_NEW)[0]),
        }


def write(out_dir, name, generator, **content):
    """Writes a fixture, one element of a list a line."""
    versions = {package: version(package) for package in ("patsy", "numpy", "pandas", "scipy")}
    fields = {"schema": 1, "provenance": {"generator": generator, **versions}, **content}
    lines = []
    for key, value in fields.items():
        if isinstance(value, list) and value and not isinstance(value[0], float):
            text = "[\n  " + ",\n  ".join(json.dumps(v, ensure_ascii=False, allow_nan=False) for v in value) + "\n ]"
        else:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        lines.append(f' "{key}": {text}')
    with open(os.path.join(out_dir, name), "w", encoding="utf-8") as out:
        out.write("{\n" + ",\n".join(lines) + "\n}\n")


def main(out_dir):
    os.makedirs(out_dir, exist_ok=True)
    me = "spline_cases.py"
    write(out_dir, "splines-bs.json", me, x=numbers(bs_data.R_bs_test_x), cases=list(bs_cases()))
    write(out_dir, "splines-crs.json", me, x=numbers(crs_data.R_crs_test_x), cases=list(crs_cases()))
    data = [{"name": n, "values": numbers(v), "new": numbers(TE_NEW[n])} for n, v in TE_DATA.items()]
    write(out_dir, "splines-te.json", me, data=data, cases=list(te_cases()))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "compat-fixtures/patsy")
