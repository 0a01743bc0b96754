"""Write the data sets that come with statsmodels as CSV files.

    python export_statsmodels.py [OUTPUT_DIR]
"""

import pathlib
import sys

import statsmodels.api as sm

NAMES = "longley stackloss spector scotland star98 cpunish statecrime ccard engel committee fair".split()


def export(output):
    for name in NAMES:
        frame = getattr(sm.datasets, name).load_pandas().data.copy()
        frame.columns = [str(c).strip() for c in frame.columns]
        # Of the survey every tenth answer is enough.
        frame = frame.iloc[::10] if name == "fair" else frame
        frame.to_csv(output / f"sm_{name}.csv", index=name == "statecrime", lineterminator="\n")


if __name__ == "__main__":
    export(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / "data")
