"""Texts as Python, pandas and statsmodels print them: numbers, summaries, hypothesis tests, series and frames.

    python generators/text_cases.py [OUTPUT_FOLDER]
"""

import pathlib
import random
import sys

import numpy as np
import pandas as pd
from statsmodels.iolib.summary2 import Summary, summary_col
from statsmodels.stats.contrast import ContrastResults, WaldTestResults
from statsmodels.stats.multitest import multipletests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import save  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ["Intercept", "Time", "x", "Group Var", "Pig x Time Cov", "C(Cu, Treatment('Cu035'))[T.Cu175]", "100%_a&b",
         "a|b > c", "größe", "体重", "$cost #1", "bs(x, df=4, degree=3)[2]", "np.log(x)", "_", "y[T.a]:z[T.b]"]


def numbers(rng):
    special = [0.0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.00005, 0.00015, 1e-4, 9.9999e-5, 999999.5, 1e6, 1e15, 1e16, 123456789012345680.0,
               9007199254740993.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e22, 1e23, 0.1, 1 / 3, 2 / 3,
               9.995, 99.9995, 0.9999999, float("nan"), float("inf"), float("-inf"), 1e100, 4.35, 1.005, 1024.0, 100.0]
    drawn = [rng.choice([-1, 1]) * rng.random() * 10.0 ** rng.randint(-12, 18) for _ in range(150)]
    drawn += [rng.randint(-10**6, 10**6) / 2**rng.randint(0, 12) for _ in range(100)]
    return [{"x": repr(x), "f": [f"%.{k}f" % x for k in (0, 1, 3, 4, 12)], "g": [f"%.{k}g" % x for k in (1, 3, 6, 17)],
             "alternate": "%#.5g" % x, "e": [f"%.{k}e" % x for k in (0, 6)]} for x in special + drawn]


def summaries(rng):
    found = []
    for case in range(40):
        k = rng.randint(1, 7)
        names = [rng.choice(NAMES) + rng.choice(["", "", "x" * rng.randint(1, 30)]) for _ in range(k)]
        alpha = rng.choice([0.05, 0.1, 0.01, 0.3, 0.005])
        scale = 10.0 ** rng.randint(-3, 9)
        full = rng.randint(0, k)
        cells = [["%.3f" % ((rng.random() - 0.5) * scale) if i < full or j < 2 else "" for j in range(6)] for i in range(k)]
        if case % 5 == 0:
            cells = [["" if j == 1 else cell for j, cell in enumerate(row)] for row in cells]
        headers = ["Coef.", "Std.Err.", "z", "P>|z|", "[" + str(alpha / 2), str(1 - alpha / 2) + "]"]
        info = {"Model:": "MixedLM", "No. Observations:": str(rng.randint(2, 10**rng.randint(1, 9))), "No. Groups:": "72",
                "Min. group size:": "11", "Max. group size:": "12", "Mean group size:": "12.0",
                "Dependent Variable:": rng.choice(NAMES) + "y" * rng.randint(0, 25), "Method:": rng.choice(["REML", "ML"]),
                "Scale:": "%.4f" % scale, "Log-Likelihood:": "%.4f" % (-rng.random() * 1e5), "Converged:": "Yes"}
        title = rng.choice(["Mixed Linear Model Regression Results", "", None, "t", "Ergebnisse für größe", "T" * 120])
        summary = Summary()
        summary.add_dict(info)
        summary.title = title
        summary.add_df(pd.DataFrame(cells, index=names, columns=headers), align="r")
        notes = rng.choice([[], [], ["A note."], ["word " * 40, "two\nlines"]])
        for note in notes:
            summary.add_text(note)
        found.append({"info": [[key, value] for key, value in info.items()], "title": title, "names": names, "headers": headers,
                      "cells": cells, "notes": notes, "text": summary.as_text(), "html": summary.as_html(),
                      "latex": summary.as_latex(label="tab")})
    return found


def contrasts(rng):
    found = []
    for case in range(24):
        k = rng.randint(1, 5)
        effect = np.array([(rng.random() - 0.5) * 10.0 ** rng.randint(-6, 7) for _ in range(k)])
        sd = np.abs(effect) * np.array([rng.random() * 10.0 ** rng.randint(-2, 1) for _ in range(k)])
        if case % 8 == 0:
            sd[0] = np.nan
        df = rng.choice([None, 5.0, 37.5, 860.0])
        if df is None:
            result = ContrastResults(effect=effect, sd=sd, statistic=effect / sd, distribution="norm")
        else:
            result = ContrastResults(effect=effect, sd=sd, t=effect / sd, df_denom=df)
        names = [rng.choice(NAMES) for _ in range(k)]
        alpha = rng.choice([0.05, 0.1, 0.01])
        frame = result.summary_frame(xname=names, alpha=alpha)
        found.append({"effect": effect, "sd": sd, "df": df, "names": names, "alpha": alpha, "pvalue": np.atleast_1d(result.pvalue),
                      "low": frame.iloc[:, 4].to_numpy(), "high": frame.iloc[:, 5].to_numpy(), "text": str(result),
                      "named": str(result.summary(xname=names, alpha=alpha, title="")), "frame": frame.to_string()})
    return found


def joint_tests(rng):
    found = []
    for value, k, df in [(1.5, 1, 859), (3.25, 2, 17.5), (0.001, 3, 12), (250.0, 4, 1234567)]:
        f = ContrastResults(F=value, df_num=k, df_denom=df)
        chi2 = ContrastResults(statistic=value, df_denom=k, distribution="chi2", dist_args=(k,))
        found.append({"value": value, "df_num": k, "df_denom": df, "f": str(f), "chi2": str(chi2)})
    names = ["Intercept", "C(Evit)", "Time"]
    statistic = [398.0969, 3.2, 43238.46]
    pvalue = [float(ContrastResults(statistic=v, df_denom=k, distribution="chi2").pvalue) for v, k in zip(statistic, [1, 2, 1])]
    table = pd.DataFrame({"statistic": statistic, "pvalue": pvalue, "df_constraint": [1, 2, 1]}, index=names)
    return {"joint": found, "terms": {"names": names, "statistic": statistic, "df": [1, 2, 1],
                                      "text": str(WaldTestResults(None, "chi2", None, table=table))}}


def frames(rng):
    lists = [[15.723523, 6.942505, 3.553634], [1.0, 2.0, 30.5], [1e-9, 1.0], [1e7, 2.5], [123456789.123, 0.5], [0.0, -0.25],
             [float("nan"), 1.5], [-1.2130366], [100.0, 200.0], [1e-7], [1234567.0, 1e-3], [0.1 + 0.2, -1e5 / 3, 7.0]]
    found = []
    for values in lists:
        names = [rng.choice(NAMES) for _ in values]
        square = np.outer(values, values)
        found.append({"names": names, "values": values, "series": str(pd.Series(values, index=names)), "square": square.tolist(),
                      "frame": pd.DataFrame(square, index=names, columns=names).to_string()})
    return found


class Fake:
    """What summary_col asks of a result."""

    use_t = False

    def __init__(self, endog, names, params, bse, pvalues):
        self.params, self.bse, self.pvalues = params, bse, pvalues
        self.tvalues = params / bse
        self.model = type("Model", (), {})()
        self.model.endog_names = endog
        self.model.exog_names = names
        self.model.data = type("Data", (), {"param_names": names})()

    def conf_int(self, alpha):
        return np.column_stack([self.params, self.params])


def columns(rng):
    found = []
    for case in range(12):
        models = []
        for _ in range(rng.randint(1, 3)):
            names = rng.sample(NAMES[:8], rng.randint(1, 5))
            draw = lambda: np.array([rng.random() * 3 for _ in names])  # noqa: E731
            models.append(Fake(rng.choice(["y", "Weight"]), names, draw(), draw(), draw() / 20))
        options = {"float_format": rng.choice(["%.4f", "%.2f", "%.3g"]), "stars": rng.random() < 0.7,
                   "regressor_order": rng.sample(NAMES[:8], rng.choice([0, 0, 3])), "drop_omitted": False}
        if options["regressor_order"]:
            options["drop_omitted"] = rng.random() < 0.5
        if options["drop_omitted"] and models[0].model.exog_names[0] not in options["regressor_order"]:
            options["regressor_order"].append(models[0].model.exog_names[0])
        if rng.random() < 0.4:
            options["model_names"] = [f"Model {i // 2}" for i in range(len(models))]
        summary = summary_col(models, **options)
        found.append({"models": [{"endog": m.model.endog_names, "names": m.model.exog_names, "params": m.params, "bse": m.bse,
                                  "pvalues": m.pvalues} for m in models], **options, "text": summary.as_text(),
                      "html": summary.as_html(), "latex": summary.as_latex()})
    return found


def multiple_tests(rng):
    """P-values with ties, small and large ones, corrected under every name of every method."""
    names = ["b", "bonf", "bonferroni", "s", "sidak", "h", "holm", "hs", "holm-sidak", "sh", "simes-hochberg", "ho", "hommel",
             "fdr_bh", "fdr_i", "fdr_p", "fdri", "fdrp", "fdr_by", "fdr_n", "fdr_c", "fdrn", "fdrcorr", "fdr_tsbh", "fdr_2sbh",
             "fdr_tsbky", "fdr_2sbky", "fdr_twostage", "fdr_gbs", "lfdr", "lfdr_sl"]
    lists = [[0.01, 0.02, 0.03, 0.04, 0.2, 0.5, 0.001], [0.5], [0.04, 0.04, 0.04], [0.2, 0.9, 0.99], [1e-12, 0.3, 2e-9],
             [rng.random() ** 3 for _ in range(15)], [rng.random() ** 6 for _ in range(28)], [round(rng.random(), 1) / 2 + 0.01 for _ in range(10)]]
    found = []
    for pvalues in lists:
        for alpha in (0.05, 0.2):
            answers = []
            for name in names:
                reject, corrected = multipletests(pvalues, alpha=alpha, method=name)[:2]
                answers.append({"method": name, "corrected": [float(v) for v in corrected], "reject": [bool(v) for v in reject]})
            found.append({"pvalues": pvalues, "alpha": alpha, "answers": answers})
    return found


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20)
    for make in [numbers, summaries, contrasts, joint_tests, frames, columns, multiple_tests]:
        save(folder / f"{make.__name__}.json", {"schema": 1, "cases": make(rng)})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "text")
