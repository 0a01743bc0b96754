"""Write the simulated data sets sim_*.csv, one per shape of random effects that the real sets lack.

    python generators/simulate_data.py [OUTPUT_DIR]
"""

import pathlib
import sys

import numpy as np
import pandas as pd


def effects(rng, levels, deviations, correlation=0.0):
    """Draw `levels` rows of normal effects with the given standard deviations and common correlation."""
    deviations = np.asarray(deviations, dtype=float)
    shape = np.full((len(deviations), len(deviations)), correlation)
    np.fill_diagonal(shape, 1.0)
    root = np.linalg.cholesky(shape * np.outer(deviations, deviations))
    return rng.normal(size=(levels, len(deviations))) @ root.T


def nested(rng):
    """Pupils in classes in schools; class labels are used again in every school; unbalanced."""
    rows = []
    for school in range(12):
        school_effect = rng.normal(0, 2)
        for room in range(int(rng.integers(2, 6))):
            room_effect = rng.normal(0, 1.5)
            for _ in range(int(rng.integers(3, 9))):
                age = rng.uniform(6, 12)
                sex = "F" if rng.random() < 0.5 else "M"
                score = 20 + 1.1 * age + 0.8 * (sex == "M") + school_effect + room_effect + rng.normal(0, 2)
                rows.append((score, age, sex, school + 1, f"c{room + 1}"))
    return pd.DataFrame(rows, columns=["score", "age", "sex", "school", "room"])


def crossed(rng):
    """Subjects by items, complete, correlated slopes on both."""
    subjects, items = 24, 16
    subject, item = (grid.ravel() for grid in np.meshgrid(np.arange(subjects), np.arange(items), indexing="ij"))
    condition = np.where((subject + item) % 2 == 0, -0.5, 0.5)
    by_subject = effects(rng, subjects, [50, 20], 0.4)
    by_item = effects(rng, items, [30, 15], -0.3)
    time = (
        600
        + 40 * condition
        + by_subject[subject, 0]
        + by_subject[subject, 1] * condition
        + by_item[item, 0]
        + by_item[item, 1] * condition
        + rng.normal(0, 60, subject.size)
    )
    return pd.DataFrame({"rt": time, "condition": condition, "subject": subject + 1, "item": item + 1})


def partial(rng):
    """Ratings where every user sees a few of the films only: partially crossed, unbalanced."""
    users, films, rows = 60, 25, 420
    user = np.concatenate([np.arange(users), rng.integers(0, users, rows - users)])
    film = np.concatenate([np.arange(films), rng.integers(0, films, rows - films)])
    rng.shuffle(film)
    mood = rng.normal(size=rows)
    rating = (
        6
        + 0.4 * mood
        + rng.normal(0, 0.8, users)[user]
        + rng.normal(0, 1.1, films)[film]
        + rng.normal(0, 0.9, rows)
    )
    return pd.DataFrame({"rating": rating, "mood": mood, "user": user + 1, "film": film + 1})


def slopes(rng):
    """Two covariates with correlated random slopes, unbalanced groups."""
    groups, rows = 40, 500
    group = np.concatenate([np.repeat(np.arange(groups), 4), rng.integers(0, groups, rows - 4 * groups)])
    x, z = rng.normal(size=(2, rows))
    by_group = effects(rng, groups, [1.5, 0.8, 0.5], 0.3)
    y = 2 + 0.5 * x - 0.7 * z + (by_group[group] * np.column_stack([np.ones(rows), x, z])).sum(1) + rng.normal(size=rows)
    return pd.DataFrame({"y": y, "x": x, "z": z, "g": group + 1})


def diagonal(rng):
    """A factor and a covariate with independent random effects."""
    groups, each = 30, 12
    group = np.repeat(np.arange(groups), each)
    x = rng.normal(size=group.size)
    dose = np.array(["high", "low", "mid"])[np.tile(np.arange(3), group.size // 3)]
    intercept, slope = rng.normal(0, 1.2, groups), rng.normal(0, 0.6, groups)
    y = 1 + x + (dose == "low") * 0.5 + intercept[group] + slope[group] * x + rng.normal(size=group.size)
    return pd.DataFrame({"y": y, "x": x, "dose": dose, "g": group + 1})


def singular(rng):
    """No variance between groups, but a correlated slope is asked for: the optimum is on the boundary."""
    groups, each = 18, 5
    group = np.repeat(np.arange(groups), each)
    x = rng.normal(size=group.size)
    noise = rng.normal(size=(groups, each))
    noise -= 0.95 * noise.mean(1, keepdims=True)
    return pd.DataFrame({"y": 3 + 0.5 * x + noise.ravel(), "x": x, "g": group + 1})


def chain(rng):
    """Three nested levels, the outer one with a random slope, and a crossed rater."""
    rows = []
    raters = rng.normal(0, 0.7, 9)
    for region in range(8):
        region_effect = effects(rng, 1, [1.5, 0.6], 0.2)[0]
        for town in range(3):
            town_effect = rng.normal(0, 1)
            for street in range(int(rng.integers(2, 4))):
                street_effect = rng.normal(0, 0.8)
                for _ in range(int(rng.integers(2, 5))):
                    x, rater = rng.normal(), int(rng.integers(0, 9))
                    y = 5 + 0.6 * x + region_effect[0] + region_effect[1] * x + town_effect + street_effect
                    rows.append((y + raters[rater] + rng.normal(), x, region + 1, town + 1, street + 1, f"r{rater + 1}"))
    return pd.DataFrame(rows, columns=["y", "x", "region", "town", "street", "rater"])


def missing(rng):
    """Missing values in the response, a covariate, a category and the group."""
    rows, groups = 200, 20
    group = rng.integers(0, groups, rows)
    x = rng.normal(size=rows)
    kind = np.array(["a", "b", "c"])[rng.integers(0, 3, rows)]
    y = 1 + 0.5 * x + (kind == "b") + rng.normal(0, 1, groups)[group] + rng.normal(size=rows)
    frame = pd.DataFrame({"y": y, "x": x, "kind": kind, "g": (group + 1).astype(float), "unused": np.nan})
    for column in ["y", "x", "kind", "g"]:
        frame.loc[rng.choice(rows, 7, replace=False), column] = np.nan
    return frame


SETS = {
    "nested": nested,
    "crossed": crossed,
    "partial": partial,
    "slopes": slopes,
    "diagonal": diagonal,
    "singular": singular,
    "chain": chain,
    "missing": missing,
}

if __name__ == "__main__":
    default = pathlib.Path(__file__).resolve().parent.parent / "data"
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for seed, (name, make) in enumerate(SETS.items(), start=2001):
        frame = make(np.random.default_rng(seed))
        frame.to_csv(target / f"sim_{name}.csv", index=False, float_format="%.6f", na_rep="NA", lineterminator="\n")
