"""Write the data sets that come with statsmodels' own tests, and SOURCES.md for every CSV file.

    python generators/export_data.py [OUTPUT_DIR]

lme00 … lme11 are the twelve simulated sets of statsmodels' comparison with R.
"""

import hashlib
import pathlib
import sys

import pandas as pd
import statsmodels

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = pathlib.Path(statsmodels.__file__).parent / "regression" / "tests" / "results"

ORIGINS = {  # origin -> (licence, data sets)
    "R package lme4 1.1-31": ("GPL-2+", "sleepstudy Pastes Penicillin Dyestuff Dyestuff2 cake InstEval_subset"),
    "R package geepack 1.3.9": ("GPL-3+", "dietox"),
    "R package nlme 3.1-162": (
        "GPL-2+",
        "Orthodont Oats Machines BodyWeight Oxide Milk Rail ergoStool Glucose Ovary Pixel Assay Alfalfa Gun IGF "
        "RatPupWeight Spruce Wheat2 Tetracycline1 Dialyzer Cefamandole bdf",
    ),
    "R package mlmRev 1.0-8": ("GPL-2+", "Oxboys Early Hsb82 Exam Gcsemv ScotsSec"),
    "R package MASS 7.3-58.2": ("GPL-2 or GPL-3", "Sitka npk petrol immer nlschools Cars93"),
    "R 4.2.2, package datasets": ("GPL-2+", "ChickWeight Orange Loblolly"),
    "R package lmerTest 3.1-3": ("GPL-2+", "carrots ham"),
    "R package pbkrtest 0.5.2": ("GPL-2+", "beets"),
    "R package HSAUR3 1.0-13": ("GPL-2", "BtheB"),
    "R package carData 3.0-5": ("GPL-2+", "Blackmore"),
    "statsmodels 0.15.0, datasets": (
        "BSD-3-Clause or public domain",
        "sm_longley sm_stackloss sm_spector sm_scotland sm_star98 sm_cpunish sm_statecrime sm_ccard sm_engel sm_committee "
        "sm_fair",
    ),
    "statsmodels 0.15.0, regression/tests/results": ("BSD-3-Clause", " ".join(f"lme{i:02}" for i in range(12))),
    "generators/students_tests.py (numpy generator, seed 102)": ("BSD-3-Clause", "students_tests"),
    "random numbers, kept for their two maxima": ("BSD-3-Clause", "four_variances"),
    "random numbers, kept for their two maxima beside residual variances": ("BSD-3-Clause", "two_spreads"),
    "random numbers, kept for two maxima of a profile": ("BSD-3-Clause", "near_singular"),
    "generators/students.py (numpy generator, seed 31)": ("BSD-3-Clause", "students"),
    "generators/simulate_data.py (numpy generator)": (
        "BSD-3-Clause",
        "sim_nested sim_crossed sim_partial sim_slopes sim_diagonal sim_singular sim_chain sim_missing",
    ),
}


def export(output):
    for i in range(12):
        frame = pd.read_csv(RESULTS / f"lme{i:02}.csv")
        frame["groups"] = frame["groups"].astype(int)
        frame.to_csv(output / f"lme{i:02}.csv", index=False, lineterminator="\n")


def write_sources(output):
    origin_of = {name: (origin, licence) for origin, (licence, names) in ORIGINS.items() for name in names.split()}
    lines = [
        "# Sources of the data sets",
        "",
        "Values exported or simulated by the scripts in `generators/`. The licence is that of the package a set was",
        "exported from.",
        "",
        "| file | origin | licence | sha256 |",
        "|---|---|---|---|",
    ]
    for path in sorted(output.glob("*.csv")):
        origin, licence = origin_of[path.stem]
        lines.append(f"| {path.name} | {origin} | {licence} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |")
    (output / "SOURCES.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "data"
    export(target)
    write_sources(target)
