"""Save the random data of statsmodels' own tests of mixed models: statsmodels/<test>.json.

    python generators/statsmodels_tests.py [OUTPUT_DIR]

Each function draws what the test of that name in statsmodels 0.15.0 (regression/tests/test_lme.py) draws, in the same
order from the same seed. Values are kept to seven decimals. r_results.json holds lme4's results that
those tests compare with.
"""

import pathlib
import sys

import numpy as np
import statsmodels
from statsmodels.regression.tests.results import lme_r_results

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import save  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def repeat(values, size):
    return np.kron(values, np.ones((size, 1)) if np.ndim(values) == 2 else np.ones(size))


def columns(prefix, matrix):
    return {f"{prefix}{j}": matrix[:, j] for j in range(matrix.shape[1])}


def compare_numdiff():
    rs, groups, size = np.random.RandomState(3558), 200, 5
    exog_fe, exog_re = rs.normal(size=(1000, 3)), rs.normal(size=(1000, 2))
    exog_re[:, 0] = 1
    exog_vc = rs.normal(size=(1000, 3))
    slopes = rs.normal(size=(groups, 2))
    slopes[:, -1] *= 2
    slopes = repeat(slopes, size)
    slopes_vc = repeat(rs.normal(size=(groups, 3)), size)
    slopes_vc[:, -1] *= 2
    endog = exog_fe.sum(1) + (slopes * exog_re).sum(1) + (slopes_vc * exog_vc).sum(1) + rs.normal(size=1000)
    points = {}
    for k in range(5):
        fe_params, root, vcomp = rs.normal(size=3), rs.normal(size=(2, 2)), rs.normal(size=2) ** 2
        points[f"point{k}"] = np.concatenate((fe_params, (root.T @ root)[np.tril_indices(2)], vcomp))
    data = {"endog": endog, **columns("fe", exog_fe), **columns("re", exog_re), **columns("vc", exog_vc)}
    return data | {"groups": repeat(np.arange(groups), size)} | points


def default_re():
    rs = np.random.RandomState(3235)
    exog = rs.normal(size=(300, 4))
    endog = exog.sum(1) + repeat(rs.normal(size=100), 3) + rs.normal(size=300)
    return {"endog": endog, **columns("exog", exog), "groups": repeat(np.arange(100), 3)}


def profile_inference():
    rs = np.random.RandomState(9814)
    exog = rs.normal(size=(300, 2))
    vca, vcb = rs.normal(size=300), rs.normal(size=300)
    errors = repeat(rs.normal(size=100), 3) + 1
    errors += repeat(rs.normal(size=100), 3) * vca
    errors += repeat(rs.normal(size=100), 3) * vcb
    endog = exog.sum(1) + errors + rs.normal(size=300)
    return {"endog": endog, **columns("exog", exog), "vca": vca, "vcb": vcb, "groups": repeat(np.arange(100), 3)}


def vcomp_1():
    rs = np.random.RandomState(4279)
    exog, exog_re = rs.normal(size=(400, 1)), rs.normal(size=(400, 2))
    slopes = rs.normal(size=(100, 2))
    slopes[:, 1] *= 2
    errors = (repeat(slopes, 4) * exog_re).sum(1) + rs.normal(size=400)
    return {"endog": exog.sum(1) + errors, **columns("exog", exog), **columns("re", exog_re), "groups": repeat(np.arange(100), 4)}


def vcomp_2():
    rs, n = np.random.RandomState(6241), 1600
    exog, exog_re = rs.normal(size=(n, 2)), rs.normal(size=(n, 2))
    errors = (repeat(rs.normal(size=(n // 16, 2)), 16) * exog_re).sum(1)
    errors += repeat(2 * rs.normal(size=n // 4), 4) + repeat(2 * rs.normal(size=n // 2), 2) + rs.normal(size=n)
    data = {"y": exog.sum(1) + errors, "x1": exog[:, 0], "x2": exog[:, 1], "z1": exog_re[:, 0], "z2": exog_re[:, 1]}
    return data | {"v1": repeat(np.arange(n / 4), 4), "v2": repeat(np.arange(n / 2), 2), "groups": repeat(np.arange(n / 16), 16)}


def vcomp_3():
    rs = np.random.RandomState(4279)
    x1 = rs.normal(size=400)
    y = repeat(rs.normal(size=100), 4) * x1 + rs.normal(size=400)
    return {"y": y, "x1": x1, "groups": repeat(np.arange(100), 4)}


def vcomp_formula():
    rs, n = np.random.RandomState(6241), 800
    exog = rs.normal(size=(n, 2))
    exog[:, 0] = 1
    exog_re = rs.normal(size=(n, 2))
    errors = (repeat(rs.normal(size=(n // 4, 2)), 4) * exog_re).sum(1)
    ex_vc = rs.normal(size=(n, 4))
    slopes = rs.normal(size=(n // 4, 4))
    slopes[:, 2:] *= 2
    errors += (repeat(slopes, 4) * ex_vc).sum(1) + rs.normal(size=n)
    data = {"y": exog.sum(1) + errors, "x1": exog[:, 1], "re1": exog_re[:, 0], "re2": exog_re[:, 1]}
    return data | {f"vc{j + 1}": ex_vc[:, j] for j in range(4)} | {"groups": repeat(np.arange(n / 4), 4)}


def formulas():
    rs = np.random.RandomState(2410)
    exog, exog_re = rs.normal(size=(300, 4)), rs.normal(size=300)
    endog = exog.sum(1) + exog_re * repeat(rs.normal(size=100), 3) + rs.normal(size=300)
    return {"endog": endog, **columns("exog", exog), "exog_re": exog_re, "groups": repeat(np.arange(100), 3)}


def regularized():
    rs = np.random.RandomState(3453)
    exog = rs.normal(size=(400, 5))
    endog = exog[:, 0] - exog[:, 2] + repeat(rs.normal(size=100), 4) + rs.normal(size=400)
    return {"endog": endog, **columns("exog", exog), "groups": repeat(np.arange(100), 4)}


def random_effects():
    rs = np.random.RandomState(23429)
    y = repeat(3 * rs.normal(size=100), 10) + 2 * rs.normal(size=1000)
    return {"y": y, "slope": np.tile(np.linspace(-1, 1, 10), 100), "groups": repeat(np.arange(100), 10)}


def handle_missing():
    rs = np.random.RandomState(23423)
    table = rs.normal(size=(100, 6))
    _, _, x1, z1, c1, c2 = table.T.copy()
    re = repeat(rs.normal(size=(50, 4)), 2)
    y = re[:, 0] + re[:, 1] * z1 + re[:, 2] * c1 + re[:, 3] * c2 + rs.normal(size=100)
    data = {"y": y, "g": repeat(np.arange(50.0), 2), "x1": x1, "z1": z1, "c1": c1, "c2": c2}
    for row, name in enumerate(data, start=1):
        data[name][row] = np.nan
    return data


def missing_forwarded():
    rs = np.random.RandomState(23423)
    data = {"y": rs.normal(size=50), "x": rs.normal(size=50), "g": np.repeat(np.arange(10), 5)}
    data["y"][0] = np.nan
    return data


def random_effects_getters():
    rs = np.random.RandomState(34234)
    first, second = np.kron([0, 1], np.ones(5)).astype(int), np.tile([0, 1], 5)
    rows, truth = [], []
    for group in range(500):
        x = rs.normal(size=(10, 2))
        y = x[:, 0] + 0.5 * rs.normal(size=10)
        z, b = rs.normal(size=(10, 2)), rs.normal(size=2)
        b[0] *= 3
        y += z @ b
        c0 = rs.normal(size=2)
        y += c0[first]
        c1 = rs.normal(size=2)
        y += c1[second]
        rows.append(np.column_stack((y, x, z, first, second, np.full(10, group))))
        truth.append(np.concatenate((b, c0, c1)))
    data = dict(zip(["y", "x0", "x1", "z0", "z1", "v0", "v1", "g"], np.concatenate(rows).T))
    return data | columns("truth", np.array(truth))


def singular():
    data = np.random.RandomState(3423).randn(100, 2)
    return {"Y": data[:, 0], "X": data[:, 1], "class": np.arange(100) % 3}


def get_distribution():
    rs = np.random.RandomState(234)
    fe, re, vca, vcb = (rs.normal(size=(100, 2)) for _ in range(4))
    groups = np.repeat(np.arange(10), 10)
    u = rs.normal(size=(10, 2)) @ np.linalg.cholesky(np.array([[1, 0.5], [0.5, 2]])).T
    u1, u2 = 0.5 * rs.normal(size=(10, 2)), 1.5 * rs.normal(size=(10, 2))
    y = fe @ [1, -2] + (u[groups] * re).sum(1) + (u1[groups] * vca).sum(1) + (u2[groups] * vcb).sum(1)
    y += np.sqrt(1.5) * rs.normal(size=100)
    data = {"y": y, "x1": fe[:, 0], "x2": fe[:, 1], "z0": re[:, 0], "z1": re[:, 1], "z2": vca[:, 0], "z3": vca[:, 1]}
    return data | {"z4": vcb[:, 0], "z5": vcb[:, 1], "grp": groups}


def t_test():
    rs = np.random.RandomState(12345)
    groups = np.repeat(np.arange(30), 10)
    exog = np.column_stack([np.ones(300), rs.standard_normal((300, 2))])
    intercepts = rs.standard_normal(30) * 0.5
    endog = exog @ [1.0, 0.5, -0.5] + intercepts[groups] + rs.standard_normal(300) * 0.5
    return {"endog": endog, **columns("exog", exog), "groups": groups}


def predict():
    rs = np.random.RandomState(2024)
    groups = np.repeat(np.arange(8), 12)
    exog = np.column_stack([np.ones(96), rs.standard_normal((96, 2))])
    intercepts = rs.standard_normal(8) * 0.5
    endog = exog @ [1.0, 0.5, -0.5] + intercepts[groups] + rs.standard_normal(96) * 0.5
    return {"endog": endog, **columns("exog", exog), "groups": groups, **columns("new", rs.standard_normal((5, 3)))}


def profile_peak():
    rng = np.random.default_rng(4021)
    x = rng.standard_normal((120, 1))[:, 0]
    intercepts = np.repeat(rng.standard_normal(15) * 0.6, 8)
    endog = 1 + 0.5 * x + intercepts + rng.standard_normal(120) * 0.5
    return {"endog": endog, "x": x, "groups": np.repeat(np.arange(15), 8)}


def smw():
    """A, the block of B and the other variances of check_smw_solver (seed 38213821) and check_smw_logdet (98631)."""
    data = {}
    for seed in (38213821, 98631):
        for p in (5, 10):
            for q in (4, 8):
                for r in (2, 3):
                    rs = np.random.RandomState(seed)
                    matrix, root = rs.normal(size=(p, q)), rs.normal(size=(r, r))
                    data[f"A {seed} {p} {q} {r}"] = matrix.ravel()
                    # a covariance needs a symmetric block; the solver test draws a general one
                    data[f"B {seed} {p} {q} {r}"] = (root.T @ root).ravel()
                    data[f"variances {seed} {p} {q} {r}"] = 1 / rs.uniform(size=q - r)
    return data


TESTS = [
    compare_numdiff, default_re, profile_inference, vcomp_1, vcomp_2, vcomp_3, vcomp_formula, formulas, regularized,
    random_effects, handle_missing, missing_forwarded, random_effects_getters, singular, get_distribution, t_test, predict,
    profile_peak, smw,
]  # fmt: skip


def r_results():
    """lme4's results for lme00 … lme11 as statsmodels keeps them."""
    cases = []
    for i in range(12):
        for kind in ("drf", "irf"):
            for method in ("ml", "reml"):
                key = f"_{method}_{kind}_{i}"
                if not hasattr(lme_r_results, "coef" + key):
                    continue
                case = {"data": f"lme{i:02}", "reml": method == "reml", "independent": kind == "irf"}
                for name in ("coef", "vcov", "cov_re", "scale", "loglike", "ranef_mean", "ranef_condvar"):
                    value = getattr(lme_r_results, name + key, None)
                    if value is not None:
                        square = name in ("vcov", "cov_re", "ranef_condvar")
                        value = np.atleast_2d(value) if square else np.ravel(value)
                    case[name] = value
                cases.append(case)
    return cases


def main(output):
    output.mkdir(parents=True, exist_ok=True)
    provenance = {"generator": "generators/statsmodels_tests.py", "statsmodels": statsmodels.__version__, "numpy": np.__version__}
    for test in TESTS:
        data = [{"name": name, "values": np.round(np.asarray(values, float), 7)} for name, values in test().items()]
        save(output / f"{test.__name__}.json", {"schema": 1, "test": test.__name__, "provenance": provenance, "columns": data})
    save(output / "r_results.json", {"schema": 1, "provenance": provenance, "cases": r_results()})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "statsmodels")
