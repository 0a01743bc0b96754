#!/usr/bin/env python3
"""Writes the data of the benchmarks as CSV files.

    make_data.py FOLDER [NAME ...]

Names: W1 W2 W4 W5 W6 W7 W9 W10 (simulated, fixed seeds), REAL (W3 and the small sets, exported from R),
series (designs that differ in one size only). All by default; W8 (ten million rows) when it is named. Files that
exist are kept.
"""

import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd

HERE = os.path.dirname(os.path.abspath(__file__))


def covering(r, levels, rows):
    """Random level numbers for `rows` rows in which each level occurs, in random order."""
    codes = np.concatenate([np.arange(levels), r.integers(0, levels, rows - levels)])
    r.shuffle(codes)
    return codes


def slopes():
    """W1: a correlated random slope in unbalanced groups."""
    r = np.random.default_rng(101)
    rows, groups = 200_000, 5_000
    g = covering(r, groups, rows)
    x = r.normal(size=rows)
    covariance = np.array([[1.0, 0.15], [0.15, 0.25]])
    b = r.normal(size=(groups, 2)) @ np.linalg.cholesky(covariance).T
    y = 1.5 + 0.7 * x + b[g, 0] + b[g, 1] * x + r.normal(size=rows)
    yield "W1", dict(y=y, x=x, g=g + 1), "%.6f"


def exams():
    """W2: students within schools, tests crossed with both; each school uses about 8 % of the tests."""
    r = np.random.default_rng(102)
    rows, tests, schools, students = 20_000, 2_000, 50, 5_000
    school_of = covering(r, schools, students)
    offered = [list(r.choice(tests, int(0.08 * tests), replace=False)) for _ in range(schools)]
    used = np.bincount(np.concatenate(offered), minlength=tests)
    for test in np.flatnonzero(used == 0):
        offered[r.integers(schools)].append(test)
    pairs = {(s, int(r.choice(offered[school_of[s]]))) for s in range(students)}
    members = [np.flatnonzero(school_of == k) for k in range(schools)]
    taken = {test for _, test in pairs}
    for school in range(schools):
        for test in offered[school]:
            if test not in taken:
                pairs.add((int(r.choice(members[school])), int(test)))
                taken.add(test)
    activity = r.lognormal(0, 0.5, students)
    activity /= activity.sum()
    while len(pairs) < rows:
        for s in r.choice(students, rows - len(pairs), p=activity):
            pairs.add((int(s), int(r.choice(offered[school_of[s]]))))
    table = np.array(sorted(pairs))
    r.shuffle(table)
    student, test = table[:rows, 0], table[:rows, 1]
    school = school_of[student]
    group = r.integers(0, 3, students)[student]
    score = 70 + np.array([0.0, 2.0, -1.0])[group] + r.normal(0, 5, tests)[test]
    score = score + r.normal(0, 3, schools)[school] + r.normal(0, 6, students)[student] + r.normal(0, 8, rows)
    names = np.array(["control", "treatA", "treatB"])
    yield "W2", dict(score=score, group=names[group], test=test + 1, school=school + 1, student=student + 1), "%.6f"


def nested():
    """W4: classes within schools, class labels used again in each school."""
    r = np.random.default_rng(104)
    rows, schools, classes = 1_000_000, 1_000, 20_000
    school_of = np.concatenate([np.arange(schools), r.integers(0, schools, classes - schools)])
    school_of.sort()
    c = np.concatenate([np.arange(classes), r.integers(0, classes, rows - classes)])
    c.sort()
    s = school_of[c]
    age, sex = r.uniform(6, 18, rows), r.integers(0, 2, rows)
    y = 50 + 1.2 * age + 2.0 * sex + r.normal(0, 4, schools)[s] + r.normal(0, 3, classes)[c] + r.normal(0, 10, rows)
    first = np.searchsorted(school_of, np.arange(schools))
    columns = dict(y=y, age=age, sex=np.array(["F", "M"])[sex], school=s + 1)
    columns["class"] = c - first[s] + 1
    yield "W4", columns, "%.5f"


def many_groups():
    """W5: 125,066 small groups."""
    r = np.random.default_rng(105)
    groups = 125_066
    unit = np.repeat(np.arange(groups), 1 + r.poisson(2.2, groups))
    rows = len(unit)
    a, b, x = r.integers(0, 3, rows), r.integers(0, 4, rows), r.normal(size=rows)
    y = 10 + np.array([0, 0.5, -0.3])[a] + np.array([0, 0.2, 0.4, -0.6])[b] + 0.8 * x
    y = y + r.normal(0, 1.5, groups)[unit] + r.normal(0, 2, rows)
    fa, fb = np.array(["a1", "a2", "a3"])[a], np.array(["b1", "b2", "b3", "b4"])[b]
    yield "W5", dict(y=y, fa=fa, fb=fb, x=x, unit=unit + 1), "%.6f"


def ratings():
    """W6: a million ratings, 6,040 users by 3,706 movies, both skewed; and its first 300,000 and 100,000 rows."""
    r = np.random.default_rng(106)
    rows, users, movies = 1_000_000, 6_040, 3_706
    pu = r.lognormal(0, 1.15, users)
    pu /= pu.sum()
    pm = r.lognormal(0, 1.7, movies)
    pm /= pm.sum()
    by_user = np.arange(users) * movies + r.choice(movies, users, p=pm)
    by_movie = r.choice(users, movies, p=pu) * movies + np.arange(movies)
    key = np.unique(np.concatenate([by_user, by_movie]))
    while len(key) < rows:
        drawn = r.choice(users, rows, p=pu) * movies + r.choice(movies, rows, p=pm)
        key = np.unique(np.concatenate([key, drawn]))
    r.shuffle(key)
    user, movie = key[:rows] // movies, key[:rows] % movies
    x = r.normal(size=rows)
    z = 3.58 + 0.08 * x + r.normal(0, 0.42, users)[user] + r.normal(0, 0.62, movies)[movie] + r.normal(0, 0.9, rows)
    columns = dict(rating=np.clip(np.rint(z), 1, 5).astype(int), x=x, user=user + 1, movie=movie + 1)
    for name, count in ("W6", rows), ("W6_300k", 300_000), ("W6_100k", 100_000):
        yield name, {k: v[:count] for k, v in columns.items()}, "%.5f"


def maximal():
    """W7: a psycholinguistic experiment, 56 subjects by 32 items in a Latin square, all effects random."""
    r = np.random.default_rng(107)
    subjects, items = 56, 32
    s, i = (a.ravel() for a in np.meshgrid(np.arange(subjects), np.arange(items), indexing="ij"))
    S, P, L = (np.where((s + i) % 8 & bit, 1, -1) for bit in (4, 2, 1))
    X = np.c_[np.ones(subjects * items), S, P, L]

    def effects(sd, correlation, levels):
        R = np.full((4, 4), correlation)
        np.fill_diagonal(R, 1)
        R[0, 1:] *= -1
        R[1:, 0] *= -1
        return r.normal(size=(levels, 4)) @ np.linalg.cholesky(np.outer(sd, sd) * R).T

    bs = effects(np.array([300, 60, 40, 90.0]), 0.4, subjects)
    bi = effects(np.array([360, 50, 190, 60.0]), 0.5, items)
    y = 2180 - 67 * S - 330 * P + 78 * L + 22 * S * P - 18 * P * L + 5 * S * L
    y = y + (X * bs[s]).sum(1) + (X * bi[i]).sum(1) + r.normal(0, 640, subjects * items)
    yield "W7", dict(y=y, S=S, P=P, L=L, subj=s + 1, item=i + 1), "%.6f"


def five_regressors():
    """W9: five regressors, one of them binary and one constant within groups, and a random slope."""
    r = np.random.default_rng(109)
    rows, groups = 100_000, 1_000
    g = covering(r, groups, rows)
    X = r.normal(size=(rows, 5))
    X[:, 3] = r.integers(0, 2, rows)
    X[:, 4] = r.normal(size=groups)[g]
    b = r.normal(size=(groups, 2)) @ np.linalg.cholesky(np.array([[2.0, -0.3], [-0.3, 0.4]])).T
    y = 3 + X @ np.array([0.9, -0.4, 0.2, 1.1, 0.5]) + b[g, 0] + b[g, 1] * X[:, 0] + r.normal(0, 2, rows)
    columns = dict(y=y, x1=X[:, 0], x2=X[:, 1], x3=X[:, 2], x4=X[:, 3].astype(int), x5=X[:, 4], g=g + 1)
    yield "W9", columns, "%.6f"


def ten_million():
    """W8: ten million rows, 100,000 users by 100,000 items; made only when asked for."""
    r = np.random.default_rng(108)
    rows, levels = 10_000_000, 100_000
    user, item, x = r.integers(0, levels, rows), r.integers(0, levels, rows), r.normal(size=rows)
    y = 2 + 0.5 * x + r.normal(0, 0.6, levels)[user] + r.normal(0, 0.4, levels)[item] + r.normal(size=rows)
    yield "W8", dict(y=y, x=x, user=user + 1, item=item + 1), "%.4f"


def movers():
    """W10: students and teachers, crossed only because one student in a thousand changes teacher once."""
    r = np.random.default_rng(110)
    students, teachers, per_student = 50_000, 5_000, 8
    home = covering(r, teachers, students)
    student = np.repeat(np.arange(students), per_student)
    teacher = home[student].copy()
    moving = r.choice(students, students // 1000, replace=False)
    for m, new in zip(moving, r.integers(0, teachers, len(moving))):
        teacher[m * per_student + per_student // 2 : (m + 1) * per_student] = new
    x = r.normal(size=len(student))
    y = 20 + 0.5 * x + r.normal(0, 2, students)[student] + r.normal(0, 1.5, teachers)[teacher]
    y = y + r.normal(0, 3, len(student))
    yield "W10", dict(y=y, x=x, student=student + 1, teacher=teacher + 1), "%.6f"


def series():
    """Designs that differ in one size: rows, levels, covariance parameters, crossed levels."""
    for rows in (10_000, 100_000, 1_000_000):
        r = np.random.default_rng(rows)
        g, x = covering(r, 1_000, rows), r.normal(size=rows)
        b = r.normal(size=(1_000, 2)) * [1.0, 0.5]
        yield f"rows_{rows}", dict(y=1 + x + b[g, 0] + b[g, 1] * x + r.normal(size=rows), x=x, g=g + 1), "%.5f"
    for levels in (1_000, 10_000, 100_000):
        r = np.random.default_rng(levels)
        rows = 400_000
        g, x = covering(r, levels, rows), r.normal(size=rows)
        yield f"levels_{levels}", dict(y=1 + x + r.normal(size=levels)[g] + r.normal(size=rows), x=x, g=g + 1), "%.5f"
    for k in (1, 2, 3, 4, 5):
        r = np.random.default_rng(k)
        rows, groups = 20_000, 500
        g = covering(r, groups, rows)
        Z = np.c_[np.ones(rows), r.normal(size=(rows, k - 1))]
        b = r.normal(size=(groups, k)) @ (0.5 * np.eye(k) + 0.1)
        columns = dict(y=Z.sum(1) + (Z * b[g]).sum(1) + r.normal(size=rows), g=g + 1)
        columns.update({f"x{j}": Z[:, j] for j in range(1, k)})
        yield f"thetas_{k * (k + 1) // 2}", columns, "%.5f"
    for levels in (250, 500, 1_000, 2_000):
        r = np.random.default_rng(7 * levels)
        rows = 100_000
        a, b, x = covering(r, 5_000, rows), covering(r, levels, rows), r.normal(size=rows)
        y = 1 + x + r.normal(size=5_000)[a] + r.normal(size=levels)[b] + r.normal(size=rows)
        yield f"crossed_{levels}", dict(y=y, x=x, a=a + 1, b=b + 1), "%.5f"


JOBS = dict(W1=slopes, W2=exams, W4=nested, W5=many_groups, W6=ratings, W7=maximal, W9=five_regressors, W10=movers,
            series=series)
ON_REQUEST = dict(W8=ten_million)
LAST = dict(W6="W6_100k", REAL="dietox", series="crossed_2000")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for job in sys.argv[2:] or [*JOBS, "REAL"]:
        if os.path.exists(f"{folder}/{LAST.get(job, job)}.csv"):
            continue
        if job == "REAL":
            if shutil.which("Rscript") is None:
                print("no R: W3 is left out", file=sys.stderr)
                for name in "sleepstudy", "dietox":
                    shutil.copy(f"{HERE}/../../../compat-fixtures/data/{name}.csv", folder)
                continue
            subprocess.run(["Rscript", f"{HERE}/export_real.R", folder], check=True)
            continue
        for name, columns, form in {**JOBS, **ON_REQUEST}[job]():
            path = f"{folder}/{name}.csv"
            pd.DataFrame(columns).to_csv(path + ".part", index=False, float_format=form)
            os.replace(path + ".part", path)
            print(path, file=sys.stderr, flush=True)


main()
