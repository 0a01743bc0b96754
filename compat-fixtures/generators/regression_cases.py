"""Ordinary and weighted least squares of statsmodels, with every covariance type.

Usage: python regression_cases.py FOLDER: writes ols.json, a list of models with their results.
"""

import pathlib
import sys

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from fixture_format import plain, save

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
MODELS = [
    ("dietox", "Weight ~ Time", None, "Pig"),
    ("dietox", "Weight ~ Time * C(Evit) + Feed", None, "Pig"),
    ("dietox", "Weight ~ 0 + Time", None, "Pig"),
    ("dietox", "Weight ~ 0 + C(Evit) + Time", None, "Pig"),
    ("dietox", "np.log(Weight) ~ bs(Time, df=4)", None, "Pig"),
    ("dietox", "Weight ~ Time + I(2 * Time)", None, "Pig"),
    ("dietox", "Weight ~ Time + I(Time ** 2)", "Time", "Pig"),
    ("dietox", "Weight ~ 1", None, "Pig"),
    ("sleepstudy", "Reaction ~ Days", None, "Subject"),
    ("sleepstudy", "Reaction ~ Days + I(Days ** 2)", None, "Subject"),
]
TYPES = [("nonrobust", {}), ("HC0", {}), ("HC1", {}), ("HC2", {}), ("HC3", {}), ("HAC", {"maxlags": 3}), ("cluster", {})]
FIELDS = ["bse", "tvalues", "pvalues"]
NUMBERS = ["rsquared", "rsquared_adj", "fvalue", "f_pvalue", "aic", "bic", "llf", "ssr", "scale", "df_resid", "df_model", "nobs"]


def case(data, formula, weights, clusters):
    frame = pd.read_csv(DATA / f"{data}.csv")
    model = smf.ols(formula, frame) if weights is None else smf.wls(formula, frame, weights=frame[weights])
    out = {"data": data, "formula": formula, "weights": weights, "clusters": clusters, "fits": []}
    for kind, keywords in TYPES:
        if kind == "cluster":
            keywords = {"groups": frame.loc[model.data.row_labels, clusters]}
        fit = model.fit(cov_type=kind, cov_kwds=keywords) if kind != "nonrobust" else model.fit()
        entry = {"cov_type": kind, "names": list(fit.params.index), "params": fit.params.values, "conf_int": fit.conf_int().values.T.ravel()}
        entry.update({name: np.asarray(getattr(fit, name)) for name in FIELDS})
        entry["numbers"] = [float(getattr(fit, name)) for name in NUMBERS]
        out["fits"].append(entry)
    out["resid"] = fit.resid.values[:20]
    return plain(out)


if __name__ == "__main__":
    save(pathlib.Path(sys.argv[1]) / "ols.json", {"cases": [case(*m) for m in MODELS]})
