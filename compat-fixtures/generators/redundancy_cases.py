"""Columns that patsy builds for random sets of terms over two factors and two numbers.

The terms are all products of a, b, x1 and x2; the data are one row for each combination, as in patsy's tests.
"""

import itertools
import random
import sys

import numpy as np
import pandas as pd
from patsy import dmatrix
from spline_cases import write

NAMES = ["a", "b", "x1", "x2"]
TERMS = ["1"] + [":".join(c) for n in range(1, 5) for c in itertools.combinations(NAMES, n)]


def data():
    chance = random.Random(7)
    rows = [(a, b) for a in ("a1", "a2", "a3") for b in ("b1", "b2")] * 6
    return {
        "a": [a for a, _ in rows],
        "b": [b for _, b in rows],
        "x1": [round(chance.uniform(-3, 3), 2) for _ in rows],
        "x2": [round(chance.uniform(-3, 3), 2) for _ in rows],
    }


def formulas():
    chance = random.Random(11)
    for size in (1, 2):
        for terms in itertools.combinations(TERMS, size):
            yield terms
    for _ in range(250):
        terms = chance.sample(TERMS, chance.randint(3, 9))
        # Factors within a term come in any order: the order decides names and what is absorbed.
        yield [":".join(chance.sample(t.split(":"), t.count(":") + 1)) for t in terms]


def main(out_dir):
    values = data()
    frame = pd.DataFrame(values)
    weights = np.arange(1, len(values["x1"]) + 1)
    cases = []
    for terms in formulas():
        intercept = [] if "1" in terms else ["0"]
        formula = " + ".join(intercept + [t for t in terms if t != "1"]) or "1"
        matrix = dmatrix(formula, frame)
        cases.append(
            {
                "formula": formula,
                "columns": matrix.design_info.column_names,
                "checks": [float(v) for v in weights @ np.asarray(matrix)],
            }
        )
    write(
        out_dir,
        "redundancy.json",
        "redundancy_cases.py",
        data=[{"name": n, "values": [str(v) for v in column]} for n, column in values.items()],
        cases=cases,
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "compat-fixtures/patsy")
