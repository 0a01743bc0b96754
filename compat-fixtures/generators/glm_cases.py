"""Generalised linear models and generalised estimating equations of statsmodels.

Usage: python glm_cases.py FOLDER: writes glm.json and gee.json.
"""

import pathlib
import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.genmod.generalized_estimating_equations import GEE

from fixture_format import plain, save
from regression_cases import MOMENT, frame_of, freeze, read

F, L = sm.families, sm.families.links
FAMILIES = {"binomial": F.Binomial, "poisson": F.Poisson, "gamma": F.Gamma, "gaussian": F.Gaussian, "inverse-gaussian": F.InverseGaussian}
LINKS = {
    "logit": L.Logit, "probit": L.Probit, "cloglog": L.CLogLog, "cauchy": L.Cauchy, "log": L.Log, "identity": L.Identity,
    "inverse": L.InversePower, "inverse-squared": L.InverseSquared, "sqrt": L.Sqrt,
}

# data, formula, family, link, further arguments, arguments of fit
MODELS = [
    ("sm_star98", "NABOVE + NBELOW ~ LOWINC + PERASIAN + PERBLACK + PERHISP", "binomial", "logit", {}, {}),
    ("sm_star98", "NABOVE + NBELOW ~ LOWINC + PERASIAN + PTRATIO", "binomial", "probit", {}, {"cov_type": "HC1"}),
    ("sm_star98", "I(NABOVE / (NABOVE + NBELOW)) ~ LOWINC + PERASIAN", "binomial", "logit", {"var_weights": "NABOVE + NBELOW"}, {}),
    ("sm_spector", "GRADE ~ GPA + TUCE + PSI", "binomial", "logit", {}, {}),
    ("sm_spector", "GRADE ~ GPA + TUCE + PSI", "binomial", "cloglog", {}, {"use_t": True}),
    ("sm_spector", "GRADE ~ GPA + C(PSI)", "binomial", "cauchy", {}, {}),
    ("sm_spector", "GRADE ~ GPA", "binomial", "probit", {"freq_weights": "TUCE"}, {}),
    ("sm_fair", "I(1 * (affairs > 0)) ~ rate_marriage + age + yrs_married + religious", "binomial", "logit", {}, {"cov_type": "cluster", "groups": "occupation"}),
    ("sm_cpunish", "EXECUTIONS ~ INCOME + PERPOVERTY + SOUTH", "poisson", "log", {}, {}),
    ("sm_cpunish", "EXECUTIONS ~ PERPOVERTY + SOUTH", "poisson", "log", {"exposure": "INCOME"}, {"scale": "X2"}),
    ("sm_cpunish", "EXECUTIONS ~ SOUTH + DEGREE", "poisson", "sqrt", {}, {"scale": "dev"}),
    ("sm_cpunish", "EXECUTIONS ~ PERPOVERTY + SOUTH", "negative-binomial", "log", {"alpha": 0.7}, {}),
    ("sm_committee", "BILLS104 ~ SIZE + SUBS + PRESTIGE", "poisson", "log", {"offset": "BILLS103 / 100"}, {"cov_type": "HC0"}),
    ("sm_committee", "BILLS104 ~ SIZE + PRESTIGE", "negative-binomial", "log", {"alpha": 0.4, "exposure": "BILLS103 + 1"}, {}),
    ("sm_committee", "BILLS104 ~ STAFF", "negative-binomial", "log", {"alpha": 1.0}, {"scale": 1.7}),
    ("sm_scotland", "YES ~ COUTAX + UNEMPF + MOR + ACT + GDP + AGE", "gamma", "inverse", {}, {}),
    ("sm_scotland", "YES ~ COUTAX + UNEMPF + GDP", "gamma", "log", {}, {"cov_type": "HAC", "maxlags": 2}),
    ("sm_scotland", "YES ~ COUTAX", "gamma", "identity", {"var_weights": "AGE"}, {}),
    ("sm_scotland", "YES ~ COUTAX + UNEMPF", "inverse-gaussian", "inverse-squared", {}, {}),
    ("sm_scotland", "YES ~ COUTAX + UNEMPF", "inverse-gaussian", "log", {}, {}),
    ("sm_engel", "foodexp ~ income", "gaussian", "identity", {}, {}),
    ("sm_engel", "foodexp ~ np.log(income)", "gaussian", "log", {}, {}),
    ("sm_stackloss", "STACKLOSS ~ AIRFLOW", "gaussian", "inverse", {"var_weights": "WATERTEMP"}, {}),
    ("dietox", "Weight ~ Time * C(Evit) + Feed", "gaussian", "identity", {}, {"cov_type": "cluster", "groups": "Pig"}),
    ("dietox", "Weight ~ C(Evit) + bs(Time, df=4)", "gamma", "log", {"freq_weights": "Time"}, {}),
    ("ChickWeight", "weight ~ Time + C(Diet)", "poisson", "log", {}, {"cov_type": "cluster", "groups": "Chick"}),
]
ESTIMATING = [
    ("dietox", "Weight ~ Time", "Pig", "gaussian", "identity", "exchangeable", {}, {}),
    ("dietox", "Weight ~ Time + C(Evit)", "Pig", "gaussian", "identity", "independence", {}, {"cov_type": "naive"}),
    ("Orthodont", "distance ~ age * Sex", "Subject", "gaussian", "identity", "autoregressive", {}, {}),
    ("Orthodont", "I(1 * (distance > 24)) ~ age + Sex", "Subject", "binomial", "logit", "exchangeable", {}, {}),
    ("Orthodont", "I(1 * (distance > 24)) ~ age", "Subject", "binomial", "probit", "independence", {}, {"cov_type": "bias_reduced"}),
    ("ChickWeight", "weight ~ Time + C(Diet)", "Chick", "poisson", "log", "exchangeable", {}, {}),
    ("ChickWeight", "weight ~ Time", "Chick", "poisson", "log", "independence", {"offset": "Time / 100"}, {}),
    ("ChickWeight", "weight ~ Time", "Chick", "gaussian", "identity", "autoregressive-grid", {}, {"cov_type": "naive"}),
    ("Sitka", "size ~ Time + treat", "tree", "gaussian", "identity", "exchangeable", {}, {"cov_type": "bias_reduced"}),
    ("sm_fair", "affairs ~ rate_marriage + age", "occupation", "poisson", "log", "exchangeable", {}, {"scale": "X2"}),
]
NUMBERS = ["llf", "aic", "bic_llf", "bic_deviance", "deviance", "pearson_chi2", "null_deviance", "llnull", "scale", "df_resid", "df_model", "nobs"]
RESIDUALS = ["resid_response", "resid_pearson", "resid_working", "resid_deviance", "resid_anscombe", "resid_anscombe_unscaled"]
BESIDE = ("offset", "exposure", "var_weights", "freq_weights")


def family_of(family, link, options):
    if family == "negative-binomial":
        return F.NegativeBinomial(LINKS[link](), alpha=options["alpha"])
    return FAMILIES[family](LINKS[link]())


def glm_case(data, formula, family, link, options, fitting):
    frame = read(data)
    beside = {name: frame.eval(options[name]).astype(float) for name in BESIDE if name in options}
    model = smf.glm(formula, frame, family=family_of(family, link, options), **beside)
    keywords = dict(fitting)
    if "groups" in keywords:
        keywords["cov_kwds"] = {"groups": frame.loc[model.data.row_labels, keywords.pop("groups")]}
    if "maxlags" in keywords:
        keywords["cov_kwds"] = {"maxlags": keywords.pop("maxlags")}
    fit = model.fit(**keywords)
    rows = fit.fittedvalues.index[:6]
    out = {
        "data": data, "formula": formula, "family": family, "link": link, "alpha": options.get("alpha"),
        "beside": {name: options.get(name) for name in BESIDE},
        "scale_rule": None if fitting.get("scale") is None else str(fitting["scale"]).lower(),
        "cov_type": fitting.get("cov_type", "nonrobust"), "groups": fitting.get("groups"), "use_t": fitting.get("use_t", False),
        "names": list(fit.params.index), "params": fit.params.values, "bse": fit.bse.values, "pvalues": fit.pvalues.values,
        "conf_int": fit.conf_int().values.T.ravel(), "numbers": [float(getattr(fit, n)) for n in NUMBERS],
        "pseudo": [fit.pseudo_rsquared("cs"), fit.pseudo_rsquared("mcf")], "mu": np.asarray(fit.mu)[:6],
        "residuals": {n: np.asarray(getattr(fit, n))[:6] for n in RESIDUALS}, "iterations": fit.fit_history["iteration"],
        "summary": fit.summary().as_text(), "terms": frame_of(fit.wald_test_terms(scalar=True).table),
    }
    new = frame.loc[rows]
    more = {"exposure": np.arange(1.0, 7)} if "exposure" in options else {}
    out["predict"] = {w: np.asarray(fit.predict(new, which=w, **more)) for w in ("mean", "linear", "var_unscaled")}
    out["prediction"] = frame_of(fit.get_prediction(new, **more).summary_frame(alpha=0.1))
    try:
        out["own"] = frame_of(fit.get_prediction().summary_frame(), 4)
        if "offset" in options or "exposure" in options:
            out["own"] = None  # it forgets them there
    except ValueError:  # it divides a scale by an array in place
        out["own"] = None
    return plain(out)


def gee_case(data, formula, groups, family, link, structure, options, fitting):
    frame = read(data)
    cov = {
        "exchangeable": sm.cov_struct.Exchangeable, "independence": sm.cov_struct.Independence,
        "autoregressive": lambda: sm.cov_struct.Autoregressive(grid=False),
        "autoregressive-grid": lambda: sm.cov_struct.Autoregressive(grid=True),
    }[structure]()
    beside = {name: frame.eval(options[name]).astype(float) for name in ("offset",) if name in options}
    keywords = {k: v for k, v in fitting.items()}
    if keywords.get("scale") == "X2":
        keywords["scale"] = "X2"
    model = GEE.from_formula(formula, groups, frame, family=family_of(family, link, options), cov_struct=cov, **beside)
    fit = model.fit(ctol=1e-10, maxiter=200, **keywords)
    out = {
        "data": data, "formula": formula, "groups": groups, "family": family, "link": link, "structure": structure,
        "offset": options.get("offset"), "cov_type": fitting.get("cov_type", "robust"), "scale_rule": fitting.get("scale"),
        "names": list(fit.params.index), "params": np.asarray(fit.params), "bse": np.asarray(fit.bse), "robust": fit.standard_errors("robust"),
        "naive": fit.standard_errors("naive"), "pvalues": np.asarray(fit.pvalues), "conf_int": np.asarray(fit.conf_int()).T.ravel(),
        "dep": None if structure == "independence" else float(cov.dep_params), "dep_text": cov.summary(), "scale": float(fit.scale),
        "fitted": np.asarray(fit.fittedvalues)[:6], "resid": np.asarray(fit.resid)[:6],
    }
    cov2 = type(cov)() if not structure.startswith("auto") else sm.cov_struct.Autoregressive(grid=structure.endswith("grid"))
    again = GEE.from_formula(formula, groups, frame, family=family_of(family, link, options), cov_struct=cov2, **beside)
    out["summary"] = again.fit(**keywords).summary().as_text()
    return plain(out)


if __name__ == "__main__":
    freeze()
    folder = pathlib.Path(sys.argv[1])
    save(folder / "glm.json", {"moment": MOMENT, "cases": [glm_case(*m) for m in MODELS]})
    save(folder / "gee.json", {"moment": MOMENT, "cases": [gee_case(*m) for m in ESTIMATING]})
