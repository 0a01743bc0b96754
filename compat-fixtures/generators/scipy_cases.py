"""Answers of scipy.stats: distributions, tests, correlations, descriptive functions.

Usage: python scipy_cases.py FOLDER: writes distributions.json and functions.json. A case of functions.json holds the samples, the options
and the fields of the result; `error` marks a call that scipy refuses.
"""

import json
import math
import os
import sys
import warnings

import numpy as np
from scipy import stats


warnings.simplefilter("ignore")


def value(x):
    if isinstance(x, (list, tuple, np.ndarray)):
        return [value(v) for v in np.asarray(x).tolist()]
    x = float(x)
    return x if math.isfinite(x) else str(x)


FUNCTIONS = ["pdf", "logpdf", "cdf", "sf", "logcdf", "logsf", "ppf", "isf"]
GRID = {
    "norm": [((), [-38, -8, -1.3, 0, 0.4, 2, 7, 37])],
    "t": [((df,), [-1e5, -30, -2, -0.01, 0, 0.7, 3, 12, 400]) for df in (0.6, 1, 2.5, 10, 73.4, 1e4)]
    + [((1.0,), [-6e159, -3e10, 2e155]), ((1778941.7,), [-183.4, 60, 1e4]), ((1e9,), [-1720, 37])],
    "chi2": [((df,), [1e-8, 0.01, 0.6, 3, 17, 90, 700]) for df in (0.5, 1, 2, 7.3, 40, 900)]
    + [((0.033,), [1e-200, 1e-9, 2]), ((47826.4,), [39086.2])],
    "f": [(df, [1e-6, 0.02, 0.9, 1, 3, 25, 4000]) for df in ((1, 1), (1, 30), (2.5, 8), (6, 120), (40, 3), (200, 500))]
    + [((30974.9, 625575.8), [0.756]), ((0.09, 5.03), [1e-200, 0.3])],
    "gamma": [((a,), [1e-5, 0.1, 1, 4, 30, 300]) for a in (0.2, 1, 3.7, 60)],
    "beta": [(ab, [1e-6, 0.03, 0.4, 0.5, 0.93, 0.99999]) for ab in ((0.5, 0.5), (1, 3), (2.2, 7), (60, 40), (5, 0.3))]
    + [((0.0153, 92.1), [1.7e-17, 1e-3]), ((66.818, 0.02106), [0.5, 0.99]), ((2526.3, 8.275), [0.76, 0.99])],
    "lognorm": [((s,), [1e-4, 0.3, 1, 2, 60]) for s in (0.2, 1, 2.5)],
    "expon": [((), [1e-9, 0.2, 1, 50, 600])],
    "uniform": [((), [-0.5, 0, 0.2, 0.9, 1, 3])],
    "binom": [(np_, list(range(-1, int(np_[0]) + 2, max(1, int(np_[0]) // 9)))) for np_ in
              ((1, 0.3), (10, 0.5), (60, 0.02), (300, 0.9), (4000, 0.001), (7, 0), (7, 1))],
    "poisson": [((mu,), [-1, 0, 1, 3, 12, 60, 140]) for mu in (0.01, 2.5, 40, 110)] + [((12065.9,), [8727])],
    "nbinom": [(np_, [-1, 0, 1, 4, 17, 80, 400]) for np_ in ((1, 0.3), (5, 0.5), (0.4, 0.02), (60, 0.9), (3.7, 1))],
}
PROBABILITIES = [0, 1e-200, 1e-12, 1e-3, 0.025, 0.3, 0.5, 0.77, 0.99, 1]


def distributions():
    out = []
    for name, cases in GRID.items():
        d = getattr(stats, name)
        discrete = name in ("binom", "poisson", "nbinom")
        for shapes, xs in cases:
            for f in FUNCTIONS:
                points = PROBABILITIES if f in ("ppf", "isf") else xs
                method = f.replace("pdf", "pmf") if discrete else f
                for loc, scale in ((0, 1),) if discrete or f in ("logcdf", "logsf") else ((0, 1), (-1.5, 2.25)):
                    kwds = {"loc": loc} if discrete else {"loc": loc, "scale": scale}
                    points_ = [p if f in ("ppf", "isf") else loc + scale * p for p in points]
                    out.append({"name": name, "function": f, "shapes": value(shapes), "loc": loc, "scale": scale,
                                "at": value(points_), "expected": value(getattr(d, method)(points_, *shapes, **kwds))})
            moments = [d.mean(*shapes), d.var(*shapes), d.std(*shapes), d.median(*shapes)]
            out.append({"name": name, "function": "moments", "shapes": value(shapes), "loc": 0, "scale": 1, "at": [],
                        "expected": value(moments)})
    return out


def samples():
    r = np.random.default_rng(20)
    n = lambda k, m=0, s=1: np.round(r.normal(m, s, k), 3).tolist()
    return {name: np.asarray(values, float) for name, values in {
        "a": n(12), "b": n(17, 0.6, 1.4), "c": n(9, -0.3, 0.5), "tied": [1, 2, 2, 3, 3, 3, 4, 5, 5, 7, 2, 3],
        "tied2": [2, 2, 4, 4, 5, 6, 6, 6, 7, 9, 1, 3], "p": n(12, 0.3), "q": n(12, 0.5, 2), "big": n(60),
        "big2": n(75, 0.4, 1.2), "bigp": n(60, 0.2), "nan": [1.0, float("nan"), 2.5, 3.0, 0.5, float("nan"), 4.5, 2.0, 9.0, 3.5, 7.0, 6.25],
        "constant": [2.0] * 12, "constant2": [3.0] * 12, "one": [1.5], "two": [1.0, 4.0], "three": [1.0, 2.0, 7.0],
        "zeros": [0, 0, 1.5, -2, 3, 3, -1, 4, 0, 5, 2.5, -0.5], "far": [v + 1e6 for v in n(12)],
        "skewed": np.round(np.exp(r.normal(0, 1, 40)), 4).tolist(), "counts": [10, 20, 30, 25], "expected": [20, 20, 20, 25],
        "manyties": r.integers(0, 6, 80).tolist(), "manyties2": r.integers(0, 6, 80).tolist(),
        "falling": list(range(12, 0, -1)), "empty": [], "infinite": [1.0, 4.0, float("inf"), 2.0, 3.0, 0.5, 6.0, 1.5, -2.0, 7.0, 0.0, 5.0],
        "almost": (2 * np.arange(12.0) + n(12, 0, 1e-2)).tolist(), "line": list(range(12)),
        "many": np.round(0.22 + 1.53 * stats.norm.ppf((np.arange(2500) + 0.5) / 2500), 3).tolist(),
    }.items()}


def fields(result, names):
    return {n: value(getattr(result, n)) for n in names}


def functions():
    s, out = samples(), []

    def add(function, names, call, options=None, **meta):
        case = {"function": function, "samples": names, "options": options or {}, **meta}
        try:
            case["expected"] = call()
        except (ValueError, TypeError) as problem:
            case["error"] = type(problem).__name__
        except (ZeroDivisionError, IndexError):  # scipy's own oversight: no answer to hold ours to
            return
        out.append(case)

    alternatives = ["two-sided", "less", "greater"]
    policies = ["propagate", "omit", "raise"]
    pairs = [("a", "b"), ("a", "c"), ("tied", "tied2"), ("big", "big2"), ("one", "b"), ("two", "three"), ("constant", "constant2"),
             ("far", "a"), ("constant", "a"), ("one", "one"), ("empty", "a")]
    ci = lambda r: value(list(r.confidence_interval()))
    for x, y in pairs:
        for alternative in alternatives:
            for equal in (True, False):
                def call():
                    r = stats.ttest_ind(s[x], s[y], equal_var=equal, alternative=alternative)
                    return {**fields(r, ["statistic", "pvalue", "df"]), "interval": ci(r)}
                add("ttestInd", [x, y], call, {"equalVar": equal, "alternative": alternative})
            for method in ("auto", "asymptotic", "exact"):
                for continuity in (True, False) if method == "asymptotic" else (True,):
                    add("mannwhitneyu", [x, y], lambda: fields(stats.mannwhitneyu(
                        s[x], s[y], alternative=alternative, method=method, use_continuity=continuity), ["statistic", "pvalue"]),
                        {"alternative": alternative, "method": method, "useContinuity": continuity})
            add("ks2samp", [x, y], lambda: fields(stats.ks_2samp(s[x], s[y], alternative=alternative),
                ["statistic", "pvalue", "statistic_location", "statistic_sign"]), {"alternative": alternative})
    paired = [("a", "p"), ("p", "q"), ("tied", "tied2"), ("big", "bigp"), ("two", "two"), ("constant", "a"), ("a", "falling"),
              ("far", "q"), ("manyties", "manyties2"), ("falling", "falling"), ("zeros", "p"), ("a", "b"),
              ("infinite", "a"), ("line", "almost")]
    for x, y in paired:
        for alternative in alternatives:
            def rel():
                r = stats.ttest_rel(s[x], s[y], alternative=alternative)
                return {**fields(r, ["statistic", "pvalue", "df"]), "interval": ci(r)}
            add("ttestRel", [x, y], rel, {"alternative": alternative})
            def pearson():
                r = stats.pearsonr(s[x], s[y], alternative=alternative)
                return {**fields(r, ["statistic", "pvalue"]), "interval": ci(r)}
            add("pearsonr", [x, y], pearson, {"alternative": alternative})
            add("spearmanr", [x, y], lambda: fields(stats.spearmanr(s[x], s[y], alternative=alternative), ["statistic", "pvalue"]),
                {"alternative": alternative})
            for variant in "bc":
                for method in ("auto", "asymptotic"):
                    add("kendalltau", [x, y], lambda: fields(stats.kendalltau(s[x], s[y], alternative=alternative, variant=variant,
                        method=method), ["statistic", "pvalue"]), {"alternative": alternative, "variant": variant, "method": method})
            add("linregress", [x, y], lambda: fields(stats.linregress(s[x], s[y], alternative=alternative),
                ["slope", "intercept", "rvalue", "pvalue", "stderr", "intercept_stderr"]), {"alternative": alternative})
            for zero in ("wilcox", "pratt", "zsplit"):
                for method in ("auto", "asymptotic", "exact"):
                    for correction in (False, True) if method == "asymptotic" else (False,):
                        add("wilcoxon", [x, y], lambda: fields(stats.wilcoxon(s[x], s[y], zero_method=zero, method=method,
                            correction=correction, alternative=alternative), ["statistic", "pvalue"]),
                            {"alternative": alternative, "zeroMethod": zero, "method": method, "correction": correction})
    for policy in policies:
        o = {"nanPolicy": policy}
        add("ttestInd", ["nan", "a"], lambda: fields(stats.ttest_ind(s["nan"], s["a"], nan_policy=policy), ["statistic", "pvalue", "df"]), o)
        add("ttestRel", ["nan", "a"], lambda: fields(stats.ttest_rel(s["nan"], s["a"], nan_policy=policy), ["statistic", "pvalue", "df"]), o)
        add("ttest1samp", ["nan"], lambda: fields(stats.ttest_1samp(s["nan"], 0.5, nan_policy=policy), ["statistic", "pvalue", "df"]), o)
        for name, f in (("mannwhitneyu", stats.mannwhitneyu), ("wilcoxon", stats.wilcoxon), ("spearmanr", stats.spearmanr),
                        ("kendalltau", stats.kendalltau), ("kruskal", stats.kruskal), ("ks2samp", stats.ks_2samp),
                        ("levene", stats.levene), ("bartlett", stats.bartlett), ("fOneway", stats.f_oneway)):
            add(name, ["nan", "a"], lambda: fields(f(s["nan"], s["a"], nan_policy=policy), ["statistic", "pvalue"]), o)
        for name, f in (("skew", stats.skew), ("kurtosis", stats.kurtosis), ("sem", stats.sem), ("iqr", stats.iqr)):
            add(name, ["nan"], lambda: {"value": value(f(s["nan"], nan_policy=policy))}, o)
        add("zscore", ["nan"], lambda: {"values": value(stats.zscore(s["nan"], nan_policy=policy))}, o)
        for name, f in (("shapiro", stats.shapiro), ("skewtest", stats.skewtest), ("normaltest", stats.normaltest)):
            add(name, ["nan"], lambda: fields(f(s["nan"], nan_policy=policy), ["statistic", "pvalue"]), o)
    for x in ("a", "b", "tied", "big", "one", "two", "three", "constant", "far", "skewed", "zeros", "manyties", "empty"):
        for alternative in alternatives:
            def one():
                r = stats.ttest_1samp(s[x], 0.25, alternative=alternative)
                return {**fields(r, ["statistic", "pvalue", "df"]), "interval": ci(r)}
            add("ttest1samp", [x], one, {"alternative": alternative})
            add("skewtest", [x], lambda: fields(stats.skewtest(s[x], alternative=alternative), ["statistic", "pvalue"]), {"alternative": alternative})
            add("kurtosistest", [x], lambda: fields(stats.kurtosistest(s[x], alternative=alternative), ["statistic", "pvalue"]), {"alternative": alternative})
            add("kstest", [x], lambda: fields(stats.kstest(s[x], "norm", args=(0.2, 1.5), alternative=alternative),
                ["statistic", "pvalue", "statistic_location", "statistic_sign"]), {"alternative": alternative})
            add("wilcoxon", [x], lambda: fields(stats.wilcoxon(s[x], alternative=alternative), ["statistic", "pvalue"]), {"alternative": alternative})
        add("normaltest", [x], lambda: fields(stats.normaltest(s[x]), ["statistic", "pvalue"]))
        add("shapiro", [x], lambda: fields(stats.shapiro(s[x]), ["statistic", "pvalue"]))
        for bias in (True, False):
            add("skew", [x], lambda: {"value": value(stats.skew(s[x], bias=bias))}, {"bias": bias})
            add("kurtosis", [x], lambda: {"value": value(stats.kurtosis(s[x], bias=bias))}, {"bias": bias})
        add("sem", [x], lambda: {"value": value(stats.sem(s[x]))})
        add("iqr", [x], lambda: {"value": value(stats.iqr(s[x]))})
        add("zscore", [x], lambda: {"values": value(stats.zscore(s[x], ddof=1))}, {"ddof": 1})
        add("mode", [x], lambda: fields(stats.mode(s[x]), ["mode", "count"]))
        def described():
            r = stats.describe(s[x])
            return {**fields(r, ["nobs", "mean", "variance", "skewness", "kurtosis"]), "minmax": value(r.minmax)}
        add("describe", [x], described)
        if len(s[x]) > 2:
            def plotted():
                (osm, osr), (slope, intercept, r) = stats.probplot(s[x])
                return {"osm": value(osm), "osr": value(osr), "slope": value(slope), "intercept": value(intercept), "r": value(r)}
            add("probplot", [x], plotted)
    for names in (["a", "b"], ["a", "b", "c"], ["tied", "tied2", "manyties"], ["big", "big2", "skewed", "c"], ["constant", "constant2"],
                  ["constant", "constant"], ["one", "a"], ["a"], ["a", "p", "q"], ["tied", "tied2", "zeros", "a"]):
        v = [s[n] for n in names]
        add("kruskal", names, lambda: fields(stats.kruskal(*v), ["statistic", "pvalue"]))
        add("bartlett", names, lambda: fields(stats.bartlett(*v), ["statistic", "pvalue"]))
        add("friedmanchisquare", names, lambda: fields(stats.friedmanchisquare(*v), ["statistic", "pvalue"]))
        for equal in (True, False):
            add("fOneway", names, lambda: fields(stats.f_oneway(*v, equal_var=equal), ["statistic", "pvalue"]), {"equalVar": equal})
        for center in ("median", "mean", "trimmed"):
            add("levene", names, lambda: fields(stats.levene(*v, center=center, proportiontocut=0.1), ["statistic", "pvalue"]), {"center": center})
    more(s, add)
    tables = [[[8, 2], [1, 5]], [[0, 10], [12, 3]], [[3, 1], [1, 3]], [[100, 230], [87, 91]], [[5, 0], [0, 4]], [[0, 0], [3, 4]],
              [[1200, 900], [1100, 1000]], [[2, 2], [2, 2]], [[10, 20, 30], [6, 9, 17]], [[1, 2], [3, 4], [5, 6]], [[4, 5, 6]], [[1, -1], [2, 3]]]
    for table in tables:
        for alternative in alternatives:
            if np.shape(table) == (2, 2):
                add("fisherExact", [], lambda: fields(stats.fisher_exact(table, alternative), ["statistic", "pvalue"]),
                    {"alternative": alternative}, table=table)
        for correction in (True, False):
            for lam in (1.0, 0.0):
                def chi():
                    r = stats.chi2_contingency(table, correction=correction, lambda_=lam)
                    return {**fields(r, ["statistic", "pvalue", "dof"]), "expected": value(r.expected_freq)}
                add("chi2Contingency", [], chi, {"correction": correction, "lambda": lam}, table=table)
    add("linregress", ["one", "one"], lambda: fields(stats.linregress(s["one"], s["one"]), ["slope", "intercept", "pvalue"]))
    for x in ("a", "big", "tied", "many"):
        add("kstest", [x], lambda: fields(stats.kstest(s[x], "norm", args=(0.2, 1.5), method="asymp"),
            ["statistic", "pvalue", "statistic_location", "statistic_sign"]), {"method": "asymptotic"})
    add("kstest", ["many"], lambda: fields(stats.kstest(s["many"], "norm", args=(0.2, 1.5)),
        ["statistic", "pvalue", "statistic_location", "statistic_sign"]))
    add("chisquare", ["counts"], lambda: fields(stats.chisquare(s["counts"]), ["statistic", "pvalue"]))
    add("chisquare", ["counts", "expected"], lambda: fields(stats.chisquare(s["counts"], s["expected"]), ["statistic", "pvalue"]))
    return {"samples": {k: value(v) for k, v in s.items()}, "cases": out}


def more(s, add):
    """Ranks, transformations, densities and further tests; then the common ones on random samples with ties and nan."""
    test = ["statistic", "pvalue"]
    for x in ("a", "tied", "big", "one", "two", "constant", "far", "skewed", "zeros", "manyties", "empty"):
        for method in ("average", "min", "max", "dense", "ordinal"):
            add("rankdata", [x], lambda: {"values": value(stats.rankdata(s[x], method=method))}, {"method": method})
        for cut in (0.0, 0.1, 0.25, 0.5):
            add("trimMean", [x], lambda: {"value": value(stats.trim_mean(s[x], cut))}, {"cut": cut})
        add("jarqueBera", [x], lambda: fields(stats.jarque_bera(s[x]), test))
        if len(s[x]) > 2 and x != "constant":
            for dist in ("norm", "expon") if min(s[x]) > 0 else ("norm",):
                def darling():
                    r = stats.anderson(s[x], dist)
                    return {"statistic": value(r.statistic), "critical": value(r.critical_values), "level": value(r.significance_level)}
                add("anderson", [x], darling, {"dist": dist})
            for bw in ("scott", "silverman", 0.3):
                def kde():
                    k = stats.gaussian_kde(s[x], bw_method=bw)
                    at = [-1.0, 0.3, 2.0, 5.5]
                    return {"density": value(k(at)), "log": value(k.logpdf(at)), "factor": value(k.factor), "covariance": value(k.covariance),
                            "box": value(k.integrate_box_1d(-0.5, 2))}
                add("gaussianKde", [x], kde, {"bw": str(bw)})
    for x in ("skewed", "counts", "tied", "manyties2"):
        positive = s[x][s[x] > 0]
        s["positive " + x] = positive
        for lmbda in (-2.0, -0.5, 0.0, 1e-7, 0.3, 1.0, 4.0):
            add("boxcoxLlf", ["positive " + x], lambda: {"value": value(stats.boxcox_llf(lmbda, positive))}, {"lmbda": lmbda})
            add("boxcoxAt", ["positive " + x], lambda: {"values": value(stats.boxcox(positive, lmbda))}, {"lmbda": lmbda})
        def best():
            y, lmbda, interval = stats.boxcox(positive, alpha=0.05)
            return {"lmbda": value(lmbda), "interval": value(interval), "values": value(y)}
        add("boxcox", ["positive " + x], best)
    for names in (["a", "b"], ["a", "b", "c"], ["tied", "tied2", "manyties"], ["big", "big2", "skewed", "c"], ["a", "p", "q"], ["one", "a"]):
        for equal in (True, False):
            def tukey():
                r = stats.tukey_hsd(*(s[n] for n in names), equal_var=equal)
                c = r.confidence_interval(0.9)
                return {"statistic": value(r.statistic.ravel()), "pvalue": value(r.pvalue.ravel()), "low": value(c.low.ravel()), "high": value(c.high.ravel())}
            add("tukeyHsd", names, tukey, {"equalVar": equal})
    r = np.random.default_rng(77)
    for i in range(6):
        s[f"p{i}"] = np.round(r.uniform(0, 0.2 + 0.1 * i, 4 + 3 * i), 4)
        for method in ("bh", "by"):
            add("falseDiscoveryControl", [f"p{i}"], lambda: {"values": value(stats.false_discovery_control(s[f"p{i}"], method=method))}, {"method": method})
    for i in range(40):
        n, k = int(r.integers(3, 40)), int(r.integers(2, 30))
        x, y, z = (np.round(r.normal(m, 2, size), int(r.integers(0, 3))) for m, size in ((0, n), (0.5, n), (1, k)))
        if i % 3 == 0:
            x[int(r.integers(0, n))] = np.nan
        names = [f"x{i}", f"y{i}", f"z{i}"]
        for name, sample in zip(names, (x, y, z)):
            s[name] = sample
        policy = ["propagate", "omit"][i % 2]
        side = ["two-sided", "less", "greater"][i % 3]
        o = {"nanPolicy": policy, "alternative": side}
        add("pointbiserialr", [names[0], names[1]], lambda: fields(stats.pointbiserialr(x > 0, y), test) if not np.isnan(x).any() else 1 / 0)
        for function, call, pair in (
            ("mannwhitneyu", stats.mannwhitneyu, (0, 2)), ("ks2samp", stats.ks_2samp, (0, 2)), ("wilcoxon", stats.wilcoxon, (0, 1)),
            ("spearmanr", stats.spearmanr, (0, 1)), ("kendalltau", stats.kendalltau, (0, 1)), ("ttestInd", stats.ttest_ind, (0, 2)),
            ("ttestRel", stats.ttest_rel, (0, 1)),
        ):
            u, v = ((x, y, z)[j] for j in pair)
            more_fields = ["statistic_location", "statistic_sign"] if function == "ks2samp" else ["df"] if function.startswith("ttest") else []
            add(function, [names[j] for j in pair], lambda: fields(call(u, v, nan_policy=policy, alternative=side), test + more_fields), o)
        for function, call in (("kruskal", stats.kruskal), ("levene", stats.levene), ("bartlett", stats.bartlett), ("fOneway", stats.f_oneway)):
            extra = {"center": "median"} if function == "levene" else {}
            add(function, names, lambda: fields(call(x, y, z, nan_policy=policy), test), {"nanPolicy": policy, **extra})
        add("rankdata", [names[0]], lambda: {"values": value(stats.rankdata(x, nan_policy=policy))}, {"method": "average", "nanPolicy": policy})
        add("jarqueBera", [names[0]], lambda: fields(stats.jarque_bera(x, nan_policy=policy), test), {"nanPolicy": policy})
        add("trimMean", [names[0]], lambda: {"value": value(stats.trim_mean(x, 0.2, nan_policy=policy))}, {"cut": 0.2, "nanPolicy": policy})


if __name__ == "__main__":
    for name, content in (("distributions", distributions()), ("functions", functions())):
        with open(os.path.join(sys.argv[1], name + ".json"), "w") as file:
            if isinstance(content, list):
                content = {"cases": content}
            content["provenance"] = {"generator": "scipy_cases.py", "scipy": __import__("scipy").__version__}
            rows = ",\n".join(json.dumps(c) for c in content.pop("cases"))
            head = json.dumps(content)[:-1]
            file.write(head + ', "cases": [\n' + rows + "\n]}\n")
