"""Write every fixture anew, or check that the saved ones can be reproduced.

    python generate.py [AREA ...]            write (default: all areas)
    python generate.py --check [AREA ...]    write to a temporary folder and compare with the saved files

Areas: data, names, patsy, mixedlm, lme4, statsmodels, text, frames, scipy, regression.

A check compares numbers at 1e-9 relative (lme4's estimates at 1e-5: they depend on the number of threads), text, names
and shapes exactly.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent
GENERATORS = ROOT / "generators"
sys.path.insert(0, str(GENERATORS))
from fixture_format import difference  # noqa: E402

PYTHON, R = [sys.executable, "-W", "ignore"], ["Rscript"]
DATA_SCRIPTS = [
    (R, "export_data.R"),
    (PYTHON, "students_tests.py"),
    (PYTHON, "students.py"),
    (PYTHON, "simulate_data.py"),
    (PYTHON, "export_statsmodels.py"),
    (PYTHON, "export_data.py"),  # last: it writes the checksums
]
AREAS = {
    "data": (DATA_SCRIPTS, "data"),
    "names": ([(PYTHON, "names.py")], "names.json"),
    "patsy": ([(PYTHON, f"{name}_cases.py") for name in ("patsy", "spline", "language", "redundancy")], "patsy"),
    "mixedlm": ([(PYTHON, "mixedlm_cases.py")], "mixedlm"),
    "lme4": ([(R, "lme4_cases.R")], "lme4"),
    "statsmodels": ([(PYTHON, "statsmodels_tests.py")], "statsmodels"),
    "regression": ([(PYTHON, "regression_cases.py"), (PYTHON, "glm_cases.py"), (PYTHON, "bayes_cases.py")], "regression"),
    "scipy": ([(PYTHON, "scipy_cases.py")], "scipy"),
    "text": ([(PYTHON, "text_cases.py")], "text"),
    "frames": ([(PYTHON, "frame_cases.py"), (PYTHON, "random_frames.py")], "frames"),
    "pictures": ([(PYTHON, "lowess_cases.py")], "pictures"),
}


def write(area, folder):
    scripts, place = AREAS[area]
    target = folder / place
    if target.suffix == "":
        target.mkdir(parents=True, exist_ok=True)
    for interpreter, script in scripts:
        subprocess.run([*interpreter, str(GENERATORS / script), str(target)], check=True)
    return target


def compare(saved, fresh):
    """Yield one line for each file that differs."""
    if saved.is_file():
        pairs = [(saved, fresh)]
    else:
        names = {p.name for p in saved.iterdir() if p.is_file()} | {p.name for p in fresh.iterdir() if p.is_file()}
        pairs = [(saved / name, fresh / name) for name in sorted(names)]
    for old, new in pairs:
        if not (old.exists() and new.exists()):
            yield f"{old.name}: only {'saved' if old.exists() else 'generated'}"
        elif old.suffix == ".json":
            tolerance = 1e-5 if old.parent.name == "lme4" else 1e-9
            found = difference(json.loads(old.read_text()), json.loads(new.read_text()), tolerance)
            if found:
                yield f"{old.name}: {found}"
        elif old.read_bytes() != new.read_bytes():
            yield f"{old.name}: differs"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("areas", nargs="*", choices=[[], *AREAS], default=[])
    options = parser.parse_args()
    failures = []
    for area in options.areas or AREAS:
        if not options.check:
            write(area, ROOT)
            continue
        with tempfile.TemporaryDirectory() as folder:
            fresh = write(area, pathlib.Path(folder))
            failures += [f"{area}/{line}" for line in compare(ROOT / AREAS[area][1], fresh)]
    print("\n".join(failures) if failures else "All fixtures are as saved." if options.check else "Done.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
