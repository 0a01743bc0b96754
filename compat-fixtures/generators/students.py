"""Write students.csv: 1,200 pupils in 40 schools of three classes, the example of the documentation.

Schools differ in intercept (standard deviation 4) and in what an hour of study brings (0.5), classes within a school in
intercept (2); the residual standard deviation is 6. Classes are numbered from 1 in every school.

    python generators/students.py [OUTPUT_DIR]
"""
import sys
from pathlib import Path

import numpy as np
import pandas as pd

SCHOOLS, CLASSES, PUPILS = 40, 3, 10


def students(seed: int = 31) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = SCHOOLS * CLASSES * PUPILS
    school = np.repeat(np.arange(SCHOOLS), CLASSES * PUPILS)
    room = np.tile(np.repeat(np.arange(CLASSES), PUPILS), SCHOOLS)
    hours = np.round(rng.gamma(4.0, 2.0, count), 1)
    gpa = np.round(np.clip(rng.normal(3.0, 0.5, count), 1.0, 4.0), 2)
    level = rng.normal(0, 4, SCHOOLS)[school] + rng.normal(0, 2, (SCHOOLS, CLASSES))[school, room]
    slope = 1.5 + rng.normal(0, 0.5, SCHOOLS)[school]
    score = 30 + level + slope * hours + 8 * gpa + rng.normal(0, 6, count)
    return pd.DataFrame({
        "test_score": np.round(score, 1), "study_hours": hours, "prior_gpa": gpa,
        "school_id": school + 1, "class_id": room + 1,
    })


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "data"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    students().to_csv(target / "students.csv", index=False, lineterminator="\n")
