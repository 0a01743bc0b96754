#!/usr/bin/env python3
"""Writes the data of `mixedlm-bench glmm` as CSV files.

    make_glmm_data.py FOLDER
"""

import os
import sys

import numpy as np
import pandas as pd


def binary(r, eta):
    return (r.random(len(eta)) < 1 / (1 + np.exp(-eta))) * 1


def slopes():
    """g3: 1,000 groups, intercepts and slopes, also fitted with intercepts alone."""
    r = np.random.default_rng(101)
    n, q = 100_000, 1_000
    g = r.integers(0, q, n)
    x1 = np.round(r.normal(size=n), 4)
    x2 = (r.random(n) < 0.4) * 1
    u = r.normal(size=(q, 2)) @ np.array([[0.8, 0.2], [0, 0.4]])
    return dict(y=binary(r, -0.5 + 0.6 * x1 + 0.4 * x2 + u[g, 0] + u[g, 1] * x1), x1=x1, x2=x2, g=g)


def crossed(seed, n, people, items):
    """g4 and g7: crossed intercepts, items of unequal popularity."""
    r = np.random.default_rng(seed)
    a = r.integers(0, people, n)
    b = (items * r.beta(1, 2, n)).astype(int)
    x = np.round(r.normal(size=n), 4)
    eta = 0.3 + 0.5 * x + r.normal(0, 1, people)[a] + r.normal(0, 0.7, items)[b]
    return dict(y=binary(r, eta), x=x, a=a, b=b)


def counts():
    """g5: Poisson counts of 5,000 groups with slopes."""
    r = np.random.default_rng(103)
    n, q = 200_000, 5_000
    g = r.integers(0, q, n)
    x = np.round(r.normal(size=n), 4)
    u = r.normal(size=(q, 2)) @ np.array([[0.6, 0.1], [0, 0.25]])
    return dict(y=r.poisson(np.exp(0.5 + 0.3 * x + u[g, 0] + u[g, 1] * x)), x=x, g=g)


def categories():
    """g6: a million rows, 10,000 groups, covariates of few values."""
    r = np.random.default_rng(104)
    n, q = 1_000_000, 10_000
    g, t, c = r.integers(0, q, n), r.integers(0, 2, n), r.integers(0, 4, n)
    eta = -0.4 + 0.5 * t + np.array([0, 0.2, -0.3, 0.1])[c] + r.normal(0, 0.7, q)[g]
    return dict(y=binary(r, eta), t=t, c=c, g=g)


def verbal():
    """316 people answer 24 items each, as in lme4's VerbAgg."""
    r = np.random.default_rng(106)
    people, items = 316, 24
    person, item = np.repeat(np.arange(people), items), np.tile(np.arange(items), people)
    anger = r.normal(20, 4.8, people).round()
    gender = (r.random(people) < 0.23) * 1
    btype, situ = np.arange(items) % 3, (np.arange(items) // 3) % 2
    eta = 0.2 + 0.0574 * anger[person] + 0.32 * gender[person] - 1.06 * (btype[item] == 1)
    eta = eta - 2.1 * (btype[item] == 2) - 1.06 * situ[item]
    eta = eta + r.normal(0, 1.34, people)[person] + r.normal(0, 0.495, items)[item]
    return dict(
        y=binary(r, eta), anger=anger[person], gender=gender[person], btype=btype[item], situ=situ[item], id=person,
        item=item)


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for name, make in dict(
        g3=slopes, g4=lambda: crossed(102, 50_000, 2_000, 500), g5=counts, g6=categories,
        g7=lambda: crossed(105, 200_000, 5_000, 1_000), verbal=verbal).items():
    path = os.path.join(folder, name + ".csv")
    if not os.path.exists(path):
        pd.DataFrame(make()).to_csv(path, index=False, float_format="%.6f")
