"""Design matrices, predictions and error texts of patsy over a data set with every column type.

Writes `mixed.csv`, `mixed_new.csv` and `formulas.json`.
"""

import csv
import math
import os
import sys
import warnings

import numpy as np
import pandas as pd
from patsy import ModelDesc, build_design_matrices, dmatrices, dmatrix
from spline_cases import columns, write

# Columns -------------------------------------------------------------------------------------------------

LETTERS = "abcabcbacabbccabacbacbbcaacbabcc"
ROWS = len(LETTERS)


def mixed(rows, shift):
    """Rows `shift`… of the data set; every column is a formula of the row number."""
    for i in range(shift, shift + rows):
        u = math.fmod(i * 0.6180339887498949, 1.0)
        v = math.fmod(i * 0.7548776662466927 + 0.3, 1.0)
        yield {
            "y": round(3 + 2 * u - v + 0.25 * math.sin(i), 4),
            "x": round(4 * u - 1, 3),
            "z": round(10 * v, 2),
            "p": round(0.05 + 3 * u * v, 4),
            "n": (i * 7) % 11 - 3,
            "k": (i * 5) % 4 + 1,
            "h": ((i * 3) % 5) / 2,
            "a": LETTERS[i % ROWS],
            "b": "lo" if v < 0.5 else "Hi",
            "c": ["two words", "x[1]", "é", "_u", "Zed"][(i * i + i // 3) % 5],
            "d": str([10, 9, 2][i % 3]) + "k",
            "one": "only",
            "flag": "True" if (i * 3) % 7 < 3 else "False",
            "m": "" if i % 9 == 4 else round(u - v, 3),
            "s": "" if i % 10 == 7 else "pqr"[(i // 2) % 3],
            "j": "" if i % 12 == 5 else (i * 2) % 3,
            "theta": round(6.283 * u, 3),
            "the name": round(v * v, 4),
            "if": round(1 + u, 3),
        }


def write_csv(path, rows):
    rows = list(rows)
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# Formulas ------------------------------------------------------------------------------------------------

FORMULAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "patsy_formulas.txt")

# Predictions that fail: formula, replacement columns of the new data.
BAD_NEW = [
    ("a", {"a": ["a", "d", "b"]}),
    ("c", {"c": ["Zed", "nope", "é"]}),
    ("C(n)", {"n": [1, 2, 99]}),
    ("C(k)", {"k": ["1", "2", "3"]}),
    ("x", {"x": ["u", "v", "w"]}),
    ("np.log(p)", {"p": None}),
    ("x + z", {"z": None}),
    ("flag", {"flag": ["yes", "no", "yes"]}),
    ("x*a", {"a": ["a", "b", "zz"]}),
    ("bs(x, df=4)", {"x": [0.5, 100.0, 1.0]}),
    ("C(x > 0) + C(k, Sum)", {"k": [1, 2, 77]}),
    ("y ~ x + a", {"a": ["a", "q", "b"]}),
    ("x + a", {"a": None, "x": None}),
    ("a:x + C(k)", {"a": None, "x": None, "k": None}),
    ("pd.cut(x, 3)", {"x": [-0.5, 0.5, 2.0]}),
    ("center(x)", {"x": ["u", "vw", "w"]}),
    ("standardize(x)", {"x": ["u", "v", "w"]}),
    ("bs(x, df=4)", {"x": ["u", "v", "w"]}),
    ("cr(x, df=4)", {"x": ["u", "v", "w"]}),
    ("cc(x, df=4)", {"x": ["u", "v", "w"]}),
]


# Running -------------------------------------------------------------------------------------------------


def describe(matrix):
    info = matrix.design_info
    return {
        "columns": list(info.column_names),
        "terms": list(info.term_names),
        "slices": [[s.start, s.stop] for s in info.term_name_slices.values()],
        "values": columns(matrix) if matrix.shape[1] else [],
        "rows": int(matrix.shape[0]),
    }


def failure(error):
    """The class and text of an error; patsy's own texts are compared to the letter."""
    text = str(error)
    inner = text.split("\n")[0].partition("Error evaluating factor: ")[2].partition(":")[0]
    return {"type": type(error).__name__, "inner": inner or None, "text": text}


def has_outcome(formula):
    try:
        return bool(ModelDesc.from_formula(formula).lhs_termlist)
    except Exception:  # noqa: BLE001 (it fails again where it is recorded)
        return False


def build(formula, data):
    if has_outcome(formula):
        return list(dmatrices(formula, data, 1, return_type="matrix"))
    return [dmatrix(formula, data, 1, return_type="matrix")]


def kept(matrices, formula, data):
    """Positions of the rows that were not dropped."""
    frames = dmatrices if len(matrices) == 2 else dmatrix
    result = frames(formula, data, 1, return_type="dataframe")
    return [int(i) for i in (result[-1] if len(matrices) == 2 else result).index]


def case(formula, data, new):
    try:
        matrices = build(formula, data)
    except Exception as error:  # noqa: BLE001 (every failure is a result)
        return {"formula": formula, "error": failure(error)}
    result = {"formula": formula, "designs": [describe(m) for m in matrices]}
    result["kept"] = kept(matrices, formula, data)
    try:
        predicted = build_design_matrices([m.design_info for m in matrices], new)
        result["new"] = [{"rows": int(p.shape[0]), "values": columns(p) if p.shape[1] else []} for p in predicted]
    except Exception as error:  # noqa: BLE001
        result["new_error"] = failure(error)
    return result


def replaced(new, columns_):
    frame = new.iloc[:3].reset_index(drop=True)
    for name, values in columns_.items():
        frame = frame.drop(columns=name) if values is None else frame.assign(**{name: values})
    return frame


def main(out_dir):
    """Writes the fixture and its data into `out_dir`."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    data_path = os.path.join(out_dir, "mixed.csv")
    new_path = os.path.join(out_dir, "mixed_new.csv")
    os.makedirs(out_dir, exist_ok=True)
    write_csv(data_path, mixed(ROWS, 0))
    write_csv(new_path, [row for row in mixed(40, 40) if -0.9 < row["x"] < 2.7 and -3 <= row["n"]][:8])
    data, new = pd.read_csv(data_path), pd.read_csv(new_path)
    with open(FORMULAS, encoding="utf-8") as lines:
        cases = [case(line.rstrip("\n"), data, new) for line in lines]
    predictions = []
    for formula, columns_ in BAD_NEW:
        result = case(formula, data, replaced(new, columns_))
        predictions.append(
            {
                "formula": formula,
                "replace": [{"name": n, "values": v} for n, v in columns_.items()],
                "error": result.get("new_error"),
            }
        )
    write(
        out_dir,
        "formulas.json",
        "patsy_cases.py",
        data="mixed.csv",
        new_data="mixed_new.csv",
        good=[c for c in cases if "designs" in c],
        bad=[c for c in cases if "error" in c],
        predictions=predictions,
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "compat-fixtures/patsy")
