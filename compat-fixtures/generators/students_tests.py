"""Write students_tests.csv: 20,000 scores of 5,000 students in 50 schools on 2,000 tests.

Students are nested in schools. Each school offers about 8 % of the tests, so tests are partially crossed with
both. The true standard deviations are 5 (tests), 3 (schools), 6 (students) and 8 (residual).

    python generators/students_tests.py [OUTPUT_DIR]
"""

import pathlib
import sys

import numpy as np
import pandas as pd

SEED, ROWS, TESTS, SCHOOLS, STUDENTS = 102, 20_000, 2_000, 50, 5_000


def draw_sittings(rng):
    """Return the school of each student and the (student, test) pairs, one row per sitting."""
    school_of = np.concatenate([np.arange(SCHOOLS), rng.integers(0, SCHOOLS, STUDENTS - SCHOOLS)])
    rng.shuffle(school_of)
    offered = [list(rng.choice(TESTS, max(3, int(0.08 * TESTS)), replace=False)) for _ in range(SCHOOLS)]
    times_offered = np.bincount(np.concatenate(offered), minlength=TESTS)
    for test in np.flatnonzero(times_offered == 0):
        offered[rng.integers(SCHOOLS)].append(test)

    pairs = {(student, int(rng.choice(offered[school_of[student]]))) for student in range(STUDENTS)}
    students_of = [np.flatnonzero(school_of == school) for school in range(SCHOOLS)]
    sat = {test for _, test in pairs}
    for school in range(SCHOOLS):  # every test is sat at least once
        for test in offered[school]:
            if test not in sat:
                pairs.add((int(rng.choice(students_of[school])), int(test)))
                sat.add(test)

    activity = rng.lognormal(0, 0.5, STUDENTS)
    activity /= activity.sum()
    while len(pairs) < ROWS:
        for student in rng.choice(STUDENTS, ROWS - len(pairs), p=activity):
            pairs.add((int(student), int(rng.choice(offered[school_of[student]]))))
    pairs = np.array(sorted(pairs))
    rng.shuffle(pairs)
    return school_of, pairs[:ROWS]


def main(output):
    rng = np.random.default_rng(SEED)
    school_of, pairs = draw_sittings(rng)
    student, test = pairs[:, 0], pairs[:, 1]
    school = school_of[student]
    group = rng.integers(0, 3, STUDENTS)[student]
    score = (
        70
        + np.array([0.0, 2.0, -1.0])[group]
        + rng.normal(0, 5, TESTS)[test]
        + rng.normal(0, 3, SCHOOLS)[school]
        + rng.normal(0, 6, STUDENTS)[student]
        + rng.normal(0, 8, ROWS)
    )
    frame = pd.DataFrame(
        {
            "score": score,
            "group": np.array(["control", "treatA", "treatB"])[group],
            "test": test + 1,
            "school": school + 1,
            "student": student + 1,
        }
    )
    frame.to_csv(output / "students_tests.csv", index=False, float_format="%.6f", lineterminator="\n")


if __name__ == "__main__":
    default = pathlib.Path(__file__).resolve().parent.parent / "data"
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
