"""Bayesian mixed models of statsmodels: objectives at given parameters, and the best optima that many starts find.

Usage: python bayes_cases.py FOLDER: writes bayes.json.
"""

import pathlib
import sys

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from statsmodels.genmod.bayes_mixed_glm import BayesMixedGLMResults, BinomialBayesMixedGLM, PoissonBayesMixedGLM

from fixture_format import plain, save


def frame(kind, seed, groups, size, spread):
    r = np.random.default_rng(seed)
    g = np.repeat(np.arange(groups), size)
    h = r.integers(0, 5, groups * size)
    x = np.round(r.normal(size=g.size), 3)
    eta = 0.3 + 0.6 * x + spread * r.normal(size=groups)[g] + 0.4 * r.normal(size=5)[h]
    y = r.binomial(1, 1 / (1 + np.exp(-eta))) if kind == "binomial" else r.poisson(np.exp(eta))
    return pd.DataFrame({"y": y, "x": x, "g": [f"g{i:02}" for i in g], "h": [f"h{i}" for i in h]})


CASES = [
    ("binomial", frame("binomial", 1, 15, 12, 1.0), "y ~ x", {"group": "0 + C(g)"}, 1.0, 2.0),
    ("binomial", frame("binomial", 2, 8, 20, 0.8), "y ~ x", {"group": "0 + C(g)", "other": "0 + C(h)"}, 0.5, 3.0),
    ("binomial", frame("binomial", 3, 6, 9, 0.0), "y ~ 1", {"group": "0 + C(g)"}, 2.0, 1.0),
    ("poisson", frame("poisson", 4, 12, 8, 0.7), "y ~ x", {"group": "0 + C(g)"}, 1.0, 2.0),
    ("poisson", frame("poisson", 5, 7, 14, 0.5), "y ~ x", {"group": "0 + C(g)", "slope": "0 + C(g):x"}, 0.7, 2.0),
]


def case(kind, data, formula, vc, vcp_p, fe_p):
    cls = BinomialBayesMixedGLM if kind == "binomial" else PoissonBayesMixedGLM
    model = cls.from_formula(formula, vc, data, vcp_p=vcp_p, fe_p=fe_p)
    n = model.k_fep + model.k_vcp + model.k_vc
    r = np.random.default_rng(9)
    points = []
    for _ in range(3):
        p, s = 0.4 * r.normal(size=n), np.exp(0.3 * r.normal(size=n) - 0.7)
        points.append({"params": p, "sd": s, "logposterior": model.logposterior(p), "grad": model.logposterior_grad(p), "elbo": model.vb_elbo(p, s)})

    def elbo(v):
        return -model.vb_elbo(v[:n], np.exp(v[n:]))

    def elbo_grad(v):
        m, s = model.vb_elbo_grad(v[:n], np.exp(v[n:]))
        return -np.concatenate((m, s * np.exp(v[n:])))

    best = None
    for start in (0.0, -0.5, -1.0):
        v = np.concatenate((np.zeros(n), np.full(n, start)))
        for _ in range(4):
            found = minimize(elbo, v, jac=elbo_grad, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
            v = found.x
        if best is None or found.fun < best.fun:
            best = found
    result = BayesMixedGLMResults(model, best.x[:n], np.exp(2 * best.x[n:]))
    size = model.k_vc / model.k_vcp
    modes = []
    for tau in (1.0, 0.0, -size * vcp_p**2):
        start = np.concatenate((np.zeros(model.k_fep), np.full(model.k_vcp, tau), np.zeros(model.k_vc)))
        if tau > -1:
            start[-model.k_vc:] = 0.1 * r.normal(size=model.k_vc)
        found = minimize(lambda v: -model.logposterior(v), start, jac=lambda v: -model.logposterior_grad(v), method="BFGS", options={"gtol": 1e-8, "maxiter": 5000})
        modes.append(float(-found.fun))
    return plain({
        "family": kind, "columns": {k: data[k].tolist() for k in data}, "formula": formula, "vc": [[k, v] for k, v in vc.items()], "vcp_p": vcp_p,
        "fe_p": fe_p, "names": model.names, "points": points, "elbo": -best.fun, "vb_mean": best.x[:n], "vb_sd": np.exp(best.x[n:]),
        "gradient": float(np.max(np.abs(best.jac))), "summary": str(result.summary()), "effects": result.random_effects("group").to_numpy().tolist(),
        "modes": modes, "fitted": np.asarray(result.predict())[:5],
    })


if __name__ == "__main__":
    save(pathlib.Path(sys.argv[1]) / "bayes.json", {"cases": [case(*c) for c in CASES]})
