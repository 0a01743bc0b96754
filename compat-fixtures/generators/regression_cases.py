"""Linear regressions of statsmodels: estimates under every covariance type, predictions, influence, tables of variance, texts.

Usage: python regression_cases.py FOLDER: writes ols.json, tables.json, repeated.json and small.json.
"""

import datetime
import pathlib
import sys
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.iolib import summary2
from statsmodels.stats.anova import AnovaRM, anova_lm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from fixture_format import plain, save

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"

# data, formula, weights, sigma, clusters
MODELS = [
    ("dietox", "Weight ~ Time", None, None, "Pig"),
    ("dietox", "Weight ~ Time * C(Evit) + Feed", None, None, "Pig"),
    ("dietox", "Weight ~ 0 + Time", None, None, "Pig"),
    ("dietox", "Weight ~ 0 + C(Evit) + Time", None, None, "Pig"),
    ("dietox", "np.log(Weight) ~ bs(Time, df=4)", None, None, "Pig"),
    ("dietox", "Weight ~ Time + I(2 * Time)", None, None, "Pig"),
    ("dietox", "Weight ~ Time + I(Time ** 2)", "Time", None, "Pig"),
    ("dietox", "Weight ~ 1", None, None, "Pig"),
    ("sleepstudy", "Reaction ~ Days", None, None, "Subject"),
    ("sleepstudy", "Reaction ~ Days + I(Days ** 2)", None, None, "Subject"),
    ("sleepstudy", "Reaction ~ Days * C(Subject)", None, None, None),
    ("sm_longley", "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", None, None, None),
    ("sm_longley", "TOTEMP ~ GNP + POP", None, "ar:0.4", None),
    ("sm_longley", "TOTEMP ~ GNP + POP", None, "column:YEAR", None),
    ("sm_longley", "TOTEMP ~ GNP + UNEMP", "POP", None, None),
    ("sm_stackloss", "STACKLOSS ~ AIRFLOW + WATERTEMP + ACIDCONC", None, None, None),
    ("sm_stackloss", "STACKLOSS ~ center(AIRFLOW) * center(WATERTEMP)", None, None, None),
    ("sm_ccard", "AVGEXP ~ AGE + INCOME + INCOMESQ + OWNRENT", None, None, None),
    ("sm_ccard", "AVGEXP ~ AGE + INCOME + INCOMESQ + OWNRENT", "INCOME", None, None),
    ("sm_ccard", "AVGEXP ~ AGE + INCOME + OWNRENT - 1", "INCOMESQ", None, None),
    ("sm_ccard", "AVGEXP ~ AGE + INCOME", None, "column:INCOMESQ", None),
    ("sm_engel", "foodexp ~ income", None, None, None),
    ("sm_engel", "np.log(foodexp) ~ np.log(income)", None, None, None),
    ("sm_engel", "foodexp ~ income", None, "ar:-0.3", None),
    ("sm_statecrime", "murder ~ urban + poverty + hs_grad + single", None, None, None),
    ("sm_statecrime", "np.log(violent) ~ np.log(urban) + white", None, None, None),
    ("sm_spector", "GPA ~ C(PSI) + TUCE", None, None, None),
    ("npk", "Q('yield') ~ C(block) + N * P * K", None, None, None),
    ("npk", "Q('yield') ~ N * P + K", None, None, "block"),
    ("Machines", "score ~ Machine", None, None, "Worker"),
    ("Machines", "score ~ C(Machine, Sum) * C(Worker)", None, None, None),
    ("Orthodont", "distance ~ age * Sex", None, None, "Subject"),
    ("Orthodont", "distance ~ C(age) + Sex", None, None, "Subject"),
    ("ChickWeight", "weight ~ Time * C(Diet)", None, None, "Chick"),
    ("ChickWeight", "np.log(weight) ~ Time + I(Time ** 2) + C(Diet)", "Time + 1", None, "Chick"),
    ("Early", "cog ~ age * trt", None, None, "id"),
    ("Sitka", "size ~ Time * treat", None, None, "tree"),
    ("cake", "angle ~ C(temperature) + recipe", None, None, "replicate"),
    ("Oats", "Q('yield') ~ nitro + Variety", None, None, "Block"),
    ("Blackmore", "exercise ~ age * group", None, None, "subject"),
]
TYPES = [("nonrobust", {}), ("HC0", {}), ("HC1", {}), ("HC2", {}), ("HC3", {}), ("HAC", {"maxlags": 3}), ("cluster", {}), ("fixed scale", {"scale": 2.5})]
FIELDS = ["bse", "tvalues", "pvalues"]
NUMBERS = [
    "rsquared", "rsquared_adj", "fvalue", "f_pvalue", "aic", "bic", "llf", "ssr", "scale", "df_resid", "df_model", "nobs", "ess",
    "centered_tss", "uncentered_tss", "mse_model", "mse_resid", "mse_total", "condition_number",
]
MOMENT = 1767323045  # 2026-01-02 03:04:05 UTC: what summaries print as now


def freeze():
    class Frozen(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(MOMENT, datetime.timezone.utc)

    time.localtime = lambda *_: time.gmtime(MOMENT)
    summary2.datetime = type("clock", (), {"datetime": Frozen})


def frame_of(table, rows=None):
    table = table if rows is None else table.iloc[:rows]
    return {"index": [str(i) for i in table.index], "columns": [str(c) for c in table.columns], "values": table.to_numpy(float).tolist()}


def read(name):
    return pd.read_csv(DATA / f"{name}.csv")


def correlation(text, frame):
    kind, value = text.split(":")
    if kind == "column":
        return frame[value].to_numpy(float)
    distance = np.abs(np.subtract.outer(np.arange(len(frame)), np.arange(len(frame))))
    return float(value) ** distance


def make(data, formula, weights, sigma):
    frame = read(data)
    if sigma is not None:
        return frame, smf.gls(formula, frame, sigma=correlation(sigma, frame))
    if weights is not None:
        return frame, smf.wls(formula, frame, weights=frame.eval(weights))
    return frame, smf.ols(formula, frame)


def case(data, formula, weights, sigma, clusters):
    frame, model = make(data, formula, weights, sigma)
    out = {"data": data, "formula": formula, "weights": weights, "sigma": sigma, "clusters": clusters, "fits": []}
    for kind, keywords in TYPES:
        if kind == "cluster":
            if clusters is None:
                continue
            keywords = {"groups": frame.loc[model.data.row_labels, clusters]}
        fit = model.fit(cov_type=kind, cov_kwds=keywords) if kind != "nonrobust" else model.fit()
        entry = {"cov_type": kind, "names": list(fit.params.index), "params": fit.params.values, "conf_int": fit.conf_int().values.T.ravel()}
        entry.update({name: np.asarray(getattr(fit, name)) for name in FIELDS})
        entry["numbers"] = [float(getattr(fit, name)) for name in NUMBERS]
        # Texts and predictions of robust fits take room, and are much alike.
        if kind == "nonrobust" or MODELS.index((data, formula, weights, sigma, clusters)) % 6 == 0:
            entry["summary"] = fit.summary().as_text()
            entry["prediction"] = frame_of(fit.get_prediction(frame.iloc[:4]).summary_frame(alpha=0.1))
        out["fits"].append(entry)
    plain_fit = model.fit()
    out["resid"] = plain_fit.resid.values[:20]
    out["wresid"] = np.asarray(plain_fit.wresid)[:20]
    out["fitted_limits"] = frame_of(plain_fit.get_prediction().summary_frame(), 5)
    out["summary2"] = plain_fit.summary2().as_text()
    out["terms"] = frame_of(plain_fit.wald_test_terms(scalar=True).table)
    out["hc1_t"] = np.asarray(plain_fit.get_robustcov_results("HC1").pvalues)
    if type(model) is sm.OLS and plain_fit.model.rank == plain_fit.model.exog.shape[1] and len(model.endog) < 300:
        influence = plain_fit.get_influence()
        if np.max(influence.hat_matrix_diag) < 1 - 1e-9:
            out["influence"] = frame_of(influence.summary_frame(), 8)
            out["influence_more"] = [influence.cooks_distance[1][:5], influence.cov_ratio[:5], influence.resid_press[:5], [influence.ess_press]]
            out["outliers"] = frame_of(plain_fit.outlier_test(order=True), 5)
    return plain(out)


def texts():
    """Markup and slim summaries of a few fits."""
    out = []
    for data, formula, weights, sigma, kind in (
        ("sm_longley", "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", None, None, "nonrobust"),
        ("sm_ccard", "AVGEXP ~ AGE + INCOME + OWNRENT - 1", "INCOMESQ", None, "HC2"),
        ("sm_engel", "foodexp ~ income", None, "ar:-0.3", "nonrobust"),
    ):
        _, model = make(data, formula, weights, sigma)
        fit = model.fit(cov_type=kind)
        s = fit.summary()
        out.append({
            "data": data, "formula": formula, "weights": weights, "sigma": sigma, "cov_type": kind, "html": s.as_html(),
            "latex": s.as_latex(), "slim": fit.summary(slim=True, alpha=0.1, title="T", yname="answer").as_text(),
        })
    # Arrays.
    frame = read("sm_stackloss")
    X = sm.add_constant(frame[["AIRFLOW", "WATERTEMP"]])
    arrays = sm.OLS(frame["STACKLOSS"], X).fit()
    bare = sm.OLS(frame["STACKLOSS"].to_numpy(), X.to_numpy()).fit()
    small = sm.OLS(np.array([1.0, 3, 2, 5]), np.array([[1.0, 2], [1, 3], [1, 5], [1, 9]])).fit()
    wide = sm.OLS(np.array([1.0, 3]), np.array([[1.0, 2, 5], [1, 3, 0]])).fit()
    return plain({
        "markup": out, "frame": arrays.summary().as_text(), "bare": bare.summary().as_text(), "small": small.summary().as_text(),
        "wide": wide.summary().as_text(), "vif": [variance_inflation_factor(X.values, i) for i in range(3)],
        "vif_plain": [variance_inflation_factor(frame.values, i) for i in range(4)],
    })


ANOVAS = [
    ("npk", "Q('yield') ~ C(block) + N * P * K", None), ("npk", "Q('yield') ~ N * P + K", None), ("Machines", "score ~ Machine * Worker", None),
    ("Orthodont", "distance ~ age * Sex", None), ("Orthodont", "distance ~ C(age, Sum) * C(Sex, Sum)", None),
    ("ChickWeight", "weight ~ Time * C(Diet)", None), ("dietox", "Weight ~ 0 + C(Evit) + Time", None), ("cake", "angle ~ C(temperature) * recipe", None),
    ("sm_stackloss", "STACKLOSS ~ AIRFLOW + WATERTEMP + ACIDCONC", None), ("sm_ccard", "AVGEXP ~ AGE * OWNRENT + INCOME", "INCOME"),
    ("Early", "cog ~ age * trt", None), ("sleepstudy", "Reaction ~ 1", None),
]
NESTED = [
    ("npk", ["Q('yield') ~ C(block)", "Q('yield') ~ C(block) + N", "Q('yield') ~ C(block) + N * P * K"]), ("ChickWeight", ["weight ~ Time", "weight ~ Time + C(Diet)", "weight ~ Time * C(Diet)"]),
    ("sm_longley", ["TOTEMP ~ GNP", "TOTEMP ~ GNP + POP + UNEMP"]), ("Orthodont", ["distance ~ 1", "distance ~ age", "distance ~ age + Sex", "distance ~ age * Sex"]),
]


def tables():
    out = {"anova": [], "nested": [], "pairwise": []}
    for data, formula, weights in ANOVAS:
        _, model = make(data, formula, weights, None)
        fit = model.fit()
        entry = {"data": data, "formula": formula, "weights": weights, "tables": []}
        for typ in (1, 2, 3):
            if typ == 1 and (weights is not None or model.rank < model.exog.shape[1]):
                continue  # statsmodels forgets the weights there, and gives columns without information a degree of freedom
            entry["tables"].append({"typ": typ, "robust": None, "table": frame_of(anova_lm(fit, typ=typ)), "text": str(anova_lm(fit, typ=typ))})
        for typ, robust in ((2, "hc3"), (3, "hc0"), (3, "hc1"), (2, "hc2")):
            if fit.df_model > 0:
                entry["tables"].append({"typ": typ, "robust": robust, "table": frame_of(anova_lm(fit, typ=typ, robust=robust)), "text": None})
        out["anova"].append(entry)
    for data, formulas in NESTED:
        frame = read(data)
        fits = [smf.ols(f, frame).fit() for f in formulas]
        entry = {"data": data, "formulas": formulas, "table": frame_of(anova_lm(*fits))}
        entry["f"] = [list(map(float, b.compare_f_test(a))) for a, b in zip(fits, fits[1:])]
        entry["lr"] = [list(map(float, b.compare_lr_test(a))) for a, b in zip(fits, fits[1:])]
        # Of arrays: with those of pandas 3 the test fails.
        bare = [sm.OLS(np.asarray(f.model.endog), np.asarray(f.model.exog)).fit() for f in fits]
        try:
            if any(f.model.rank < f.model.exog.shape[1] for f in fits):
                raise ValueError("the inverse of a singular matrix")
            entry["lm"] = [list(map(float, b.compare_lm_test(a))) for a, b in zip(bare, bare[1:])]
        except ValueError:  # with numbers of some size it takes no model for nested
            entry["lm"] = None
        out["nested"].append(entry)
    for data, formula, term, method in (("ChickWeight", "weight ~ Time + C(Diet)", "C(Diet)", "hs"), ("Machines", "score ~ Machine", "Machine", "bonferroni")):
        fit = smf.ols(formula, read(data)).fit()
        result = fit.t_test_pairwise(term, method=method)
        out["pairwise"].append({"data": data, "formula": formula, "term": term, "method": method, "table": frame_of(result.result_frame.astype(float))})
    return plain(out)


def small():
    """Tests of residuals, proportions and tables, and corrections for multiple tests."""
    from statsmodels.stats.contingency_tables import mcnemar
    from statsmodels.stats.diagnostic import het_breuschpagan, het_white
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportions_ztest

    fit = smf.ols("foodexp ~ income", read("sm_engel")).fit()
    stack = smf.ols("STACKLOSS ~ AIRFLOW + WATERTEMP", read("sm_stackloss")).fit()
    p = [0.001, 0.3, 0.04, 0.02, 0.9, 0.049]
    out = {"white": [], "breuschpagan": [], "proportions": [], "mcnemar": [], "multiple": []}
    for f in (fit, stack):
        out["white"].append(list(map(float, het_white(f.resid, f.model.exog))))
        out["breuschpagan"].append(list(map(float, het_breuschpagan(f.resid, f.model.exog))))
    for side in ("two-sided", "smaller", "larger"):
        out["proportions"].append({"count": [15, 23], "nobs": [40, 44], "value": None, "side": side, "result": list(map(float, proportions_ztest([15, 23], [40, 44], alternative=side)))})
        out["proportions"].append({"count": [15], "nobs": [40], "value": 0.3, "side": side, "result": list(map(float, np.ravel(proportions_ztest(15, 40, value=0.3, alternative=side))))})
    for table in ([[10, 5], [12, 30]], [[3, 4], [4, 8]]):
        for exact, correction in ((True, True), (False, True), (False, False)):
            r = mcnemar(table, exact=exact, correction=correction)
            out["mcnemar"].append({"table": table, "exact": exact, "correction": correction, "result": [float(r.statistic), float(r.pvalue)]})
    for method in ("bonferroni", "fdr_bh", "holm", "hs"):
        reject, corrected, sidak, bonf = multipletests(p, method=method)
        out["multiple"].append({"method": method, "p": p, "reject": reject.tolist(), "corrected": corrected, "levels": [sidak, bonf]})
    a, b = smf.ols("murder ~ urban", read("sm_statecrime")).fit(), smf.ols("murder ~ urban + single", read("sm_statecrime")).fit()
    c = smf.glm("murder ~ poverty", read("sm_statecrime")).fit()
    out["columns"] = summary2.summary_col([a, b], stars=True, float_format="%.3f").as_text()
    out["named"] = summary2.summary_col([a, c], model_names=["one", "two"], info_dict={"N": lambda x: str(int(x.nobs))}).as_text()
    return plain(out)


def repeated():
    r = np.random.default_rng(5)
    rows = []
    for subject in range(9):
        for a in "xyz":
            for b in (1, 2):
                for c in ("u", "v", "w", "t"):
                    rows.append((f"p{subject}", a, b, c, round(float(r.normal(subject % 3 + (a == "z") * 0.7 + b, 1)), 3)))
    frame = pd.DataFrame(rows, columns=["who", "aa", "bb", "cc", "value"]).sample(frac=1, random_state=3).reset_index(drop=True)
    out = {"columns": {name: frame[name].tolist() for name in frame}, "cases": []}
    for within, mean in ((["aa", "bb", "cc"], None), (["aa"], "mean"), (["cc", "aa"], "mean"), (["bb", "cc"], "mean")):
        fit = AnovaRM(frame, "value", "who", within=within, aggregate_func=mean).fit()
        out["cases"].append({"within": within, "mean": mean is not None, "table": frame_of(fit.anova_table), "text": str(fit.summary())})
    cake = read("cake")
    for within in (["temperature", "recipe"], ["recipe"]):
        fit = AnovaRM(cake, "angle", "replicate", within=within, aggregate_func="mean").fit()
        out["cases"].append({"data": "cake", "within": within, "mean": True, "table": frame_of(fit.anova_table), "text": str(fit.summary())})
    return plain(out)


if __name__ == "__main__":
    freeze()
    folder = pathlib.Path(sys.argv[1])
    save(folder / "ols.json", {"moment": MOMENT, "cases": [case(*m) for m in MODELS], "texts": texts()})
    save(folder / "tables.json", tables())
    save(folder / "small.json", small())
    save(folder / "repeated.json", repeated())
