"""Smooths of random points by statsmodels' lowess.

    python generators/lowess_cases.py [OUTPUT_FOLDER]
"""

import json
import pathlib
import sys

import numpy as np
import statsmodels
from statsmodels.nonparametric.smoothers_lowess import lowess

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import plain  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    cases = []
    for number in range(24):
        n = [5, 12, 40, 90][number % 4]
        x = np.round(rng.normal(size=n) * 10.0 ** rng.integers(-2, 4), 6)
        if number % 3 == 0:
            x = np.round(x / np.ptp(x) * 7)  # ties
        y = np.round(np.sin(np.arange(n)) + rng.standard_t(2, size=n), 6)
        options = {"frac": float(rng.choice([0.3, 0.5, 2 / 3, 1.0])), "it": int(rng.integers(0, 5)),
                   "delta": float(rng.choice([0, 0, 0.05, 0.3]) * np.ptp(x))}
        smooth = lowess(y, x, **options)
        # Where all neighbours share one x, statsmodels gives y itself.
        near = np.sort(abs(x[:, None] - x), axis=1)[:, max(int(options["frac"] * n + 1e-10), 2) - 1]
        if np.isfinite(smooth).all() and near.min() > 0:
            cases.append({"x": x, "y": y} | options | {"smooth": smooth[:, 1]})
    lines = ",\n".join(json.dumps(plain(case)) for case in cases)
    (folder / "lowess.json").write_text(f'{{"statsmodels": "{statsmodels.__version__}",\n"cases": [\n{lines}]}}\n')
    print(len(cases), "cases")
