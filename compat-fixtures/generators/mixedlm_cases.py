"""Fit every model of mixedlm_models.py with statsmodels and write mixedlm/<name>-<reml|ml>.json.

    python generators/mixedlm_cases.py [OUTPUT_DIR] [NAME ...]

statsmodels often stops short of the optimum, so one default fit is never trusted: Powell, then BFGS three times with
a tight tolerance, then Newton steps with the exact score and Hessian until the score vanishes. lme4 fits the same
model; where it finds a higher likelihood, its value is the reference.
"""

import json
import pathlib
import platform
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas as pd
import patsy
import scipy
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import labelled, save  # noqa: E402
from mixedlm_models import MODELS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_VECTOR, MOST_GROUPS, MOST_COVARIANCES, LARGEST_HESSIAN = 100, 40, 3, 15


ILL_CONDITIONED = {"at_parameters": 1e-7, "reason": "covariances are a million times the noise: rounding errors grow likewise"}
OVERRIDES = {
    "orange-slope-ml": ILL_CONDITIONED,
    "orange-slope-reml": ILL_CONDITIONED,
    "sitka-slope-ml": ILL_CONDITIONED,
    "sitka-slope-reml": ILL_CONDITIONED,
    "beets-wholeplot-ml": {"variance": 1e-3, "reason": "the variance is a thousandth of its standard error"},
}


def build(case):
    frame = pd.read_csv(ROOT / "data" / f"{case['data']}.csv")
    groups = case["groups"] if case["groups"] is not None else np.ones(len(frame), dtype=int)
    return smf.mixedlm(
        case["formula"],
        frame,
        groups=groups,
        re_formula=case["re_formula"],
        vc_formula=case["vc_formula"],
        missing=case["missing"],
    )


def polished(model, reml):
    """Return the fit at the optimum, and whether Newton steps brought the score to zero there."""
    fit = model.fit(reml=reml, method="powell")
    for _ in range(3):
        fit = model.fit(reml=reml, start_params=fit.params_object, method="bfgs", gtol=1e-10)
    best, settled = newton(model, fit.params_object)
    # no iterations: the results object at exactly these parameters
    return model.fit(reml=reml, start_params=best, method="bfgs", gtol=1e300), settled


def newton(model, params):
    lower = np.tril_indices(model.k_re)

    def value(at):
        return model.loglike(at, profile_fe=True)

    start, best = value(params), params.copy()
    try:
        for _ in range(6):
            best.fe_params, _ = model.get_fe_params(best.cov_re, best.vcomp)
            hessian, singular = model.hessian(best)
            if singular:
                return params, False
            _, score_re, score_vc = model.score_full(best, calc_fe=False)
            score = np.concatenate((np.zeros(model.k_fe), score_re, score_vc))
            step = -np.linalg.solve(hessian, score)[model.k_fe :]
            cov_re = best.cov_re.copy()
            cov_re[lower] += step[: len(lower[0])]
            cov_re = np.tril(cov_re) + np.tril(cov_re, -1).T
            vcomp = best.vcomp + step[len(lower[0]) :]
            if (model.k_re and np.linalg.eigvalsh(cov_re)[0] <= 0) or (len(vcomp) and vcomp.min() <= 0):
                return params, False
            fe_params, _ = model.get_fe_params(cov_re, vcomp)
            best = MixedLMParams.from_components(fe_params=fe_params, cov_re=cov_re, vcomp=vcomp)
    except np.linalg.LinAlgError:
        return params, False
    size = np.abs(np.concatenate((best.cov_re[lower], best.vcomp)))
    settled = bool(np.all(np.abs(step) <= 1e-8 * (size + size.max()))) and value(best) >= start - 1e-8
    return (best, True) if settled else (params, False)


def at_points(case, fit):
    """Log-likelihood, score and Hessian at parameters that no optimiser chose."""
    rng = np.random.default_rng(sum(map(ord, case["name"])))
    k_re, k_vc = fit.model.k_re, fit.model.k_vc
    optimum = np.asarray(fit.cov_re_unscaled), np.asarray(fit.vcomp) / fit.scale
    size = np.concatenate((np.diag(optimum[0]), optimum[1]))
    size = np.maximum(size, 0.02)
    half = 0.5 * optimum[0] + 0.05 * np.diag(size[:k_re])
    points = [("identity", np.eye(k_re), np.ones(k_vc)), ("half", half, 0.5 * size[k_re:])]
    for name in ("random-1", "random-2"):
        root = np.tril(rng.uniform(-0.6, 0.6, (k_re, k_re)), -1) + np.diag(rng.uniform(0.5, 1.5, k_re))
        deviation = np.sqrt(size[:k_re])
        points.append((name, (root @ root.T) * np.outer(deviation, deviation), size[k_re:] * rng.uniform(0.3, 2.5, k_vc)))
    shift = rng.normal(size=fit.model.k_fe) * np.asarray(fit.bse_fe)
    shift = np.where(np.isfinite(shift), shift, 0.01)
    return [evaluate(case, fit, name, cov_re, vcomp, shift) for name, cov_re, vcomp in points]


def evaluate(case, fit, name, cov_re, vcomp, shift):
    model = fit.model
    gls, _ = model.get_fe_params(cov_re, vcomp)

    def params(fe_params):
        return MixedLMParams.from_components(fe_params=fe_params.copy(), cov_re=cov_re.copy(), vcomp=vcomp.copy())

    def score(fe_params, use_sqrt, profile_fe):
        model.use_sqrt = use_sqrt
        value = model.score(params(fe_params), profile_fe=profile_fe)
        model.use_sqrt = True
        return value

    moved = gls + shift
    hessian, _ = model.hessian(params(gls))
    return {
        "name": name,
        "cov_re": cov_re,
        "vcomp": vcomp,
        "gls_fe_params": gls,
        "scale": model.get_scale(gls, cov_re, vcomp),
        "loglike": model.loglike(params(gls), profile_fe=True),
        "score": score(gls, False, True),
        "score_sqrt": score(gls, True, True),
        "hessian": hessian if len(hessian) <= LARGEST_HESSIAN or name == "random-1" else None,
        "fe_params": moved,
        "loglike_fe": model.loglike(params(moved), profile_fe=False),
        "score_fe": score(moved, False, False),
        "score_sqrt_fe": score(moved, True, False),
    }


def thinned(series):
    """Every k-th value, so that a fixture stays small."""
    values = np.asarray(series, dtype=float)
    every = -(-len(values) // LONGEST_VECTOR)
    index = [str(label) for label in series.index[::every]]
    return {"every": every, "count": len(values), "index": index, "values": values[::every]}


def expected(fit, interior):
    frame = {
        "llf": fit.llf,
        "nobs": fit.nobs,
        "n_groups": fit.model.n_groups,
        "df_resid": fit.df_resid,
        "scale": fit.scale,
        "fe_params": labelled(fit.fe_params.index, fit.fe_params),
        "cov_re": np.asarray(fit.cov_re),
        "vcomp": labelled(sorted(fit.model.exog_vc.names), fit.vcomp),
        "param_names": list(fit.model.data.param_names),
        "exog_re_names": list(fit.model.data.exog_re_names),
    }
    if not interior:
        return frame
    bse_re = np.sqrt(fit.scale) * np.asarray(fit.bse)[fit.k_fe :]
    frame |= {
        "aic": fit.aic,
        "bic": fit.bic,
        "params": np.asarray(fit.params),
        "bse": np.asarray(fit.bse),
        "bse_fe": np.asarray(fit.bse_fe),
        "bse_re": bse_re,
        "tvalues": np.asarray(fit.tvalues),
        "pvalues": np.asarray(fit.pvalues),
        "conf_int": np.asarray(fit.conf_int()),
        "cov_params": np.asarray(fit.cov_params()),
        "random_effects": effects(fit.random_effects),
        "random_effects_cov": covariances(fit.random_effects_cov),
        "fittedvalues": thinned(fit.fittedvalues),
        "resid": thinned(fit.resid),
        "summary": fit.summary().as_text(),
    }
    return frame


def effects(random_effects):
    chosen = list(random_effects.items())[:MOST_GROUPS]
    most = LONGEST_VECTOR  # a single group may hold thousands of effects
    return {
        "groups": [str(label) for label, _ in chosen],
        "effects": [labelled(list(series.index)[:most], np.asarray(series)[:most]) for _, series in chosen],
    }


def covariances(random_effects_cov):
    chosen = [item for item in random_effects_cov.items() if item[1].shape[0] <= 12][:MOST_COVARIANCES]
    return {"groups": [str(label) for label, _ in chosen], "values": [np.asarray(frame) for _, frame in chosen]}


def second_opinions(cases):
    """lme4's answers, keyed by case name and method."""
    request = [
        {
            "name": f"{case['name']}-{'reml' if reml else 'ml'}",
            "data": str(ROOT / "data" / f"{case['data']}.csv"),
            "formula": case["lme4"],
            "reml": reml,
        }
        for case in cases
        if case["lme4"] is not None
        for reml in (True, False)
    ]
    if not request:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = pathlib.Path(folder) / "request.json", pathlib.Path(folder) / "answer.json"
        asked.write_text(json.dumps(request))
        script = ROOT / "generators" / "lme4_second_opinion.R"
        subprocess.run(["Rscript", str(script), str(asked), str(answered)], check=True)
        return {answer.pop("name"): answer for answer in json.loads(answered.read_text())}


def fixture(case, reml, lme4):
    model = build(case)
    fit, settled = polished(model, reml)
    interior = settled and not (lme4 and lme4["singular"])
    reference = max(fit.llf, lme4["llf"]) if lme4 else fit.llf
    if not interior:
        note = "optimum on the boundary: statsmodels cannot reach it; estimates are lme4's"
    elif reference - fit.llf > 1e-6 * max(1, np.sqrt(abs(reference))):
        note = "lme4 reaches a higher likelihood than statsmodels"
    else:
        note = None
    return {
        "schema": 1,
        "name": f"{case['name']}-{'reml' if reml else 'ml'}",
        "data": case["data"],
        "provenance": {
            "generator": "generators/mixedlm_cases.py",
            "python": platform.python_version(),
            "statsmodels": statsmodels.__version__,
            "patsy": patsy.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "pandas": pd.__version__,
        },
        "call": {
            "formula": case["formula"],
            "groups": case["groups"],
            "re_formula": case["re_formula"],
            "vc_formula": [{"name": name, "formula": text} for name, text in (case["vc_formula"] or {}).items()],
            "missing": case["missing"],
            "reml": reml,
        },
        "optimum": "interior" if interior else "boundary",
        "note": note,
        "reference_llf": reference,
        "tolerances": OVERRIDES.get(f"{case['name']}-{'reml' if reml else 'ml'}"),
        "at": at_points(case, fit),
        "expected": expected(fit, interior),
        "lme4": lme4,
    }


def main(output, names):
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    output.mkdir(parents=True, exist_ok=True)
    cases = [case for case in MODELS if not names or case["name"] in names]
    opinions = second_opinions(cases)
    for case in cases:
        for reml in (True, False):
            name = f"{case['name']}-{'reml' if reml else 'ml'}"
            result = fixture(case, reml, opinions.get(name))
            save(output / f"{name}.json", result)
            gap = result["expected"]["llf"] - opinions[name]["llf"] if name in opinions else np.nan
            print(f"{name:32s} {result['expected']['llf']:14.6f}  minus lme4 {gap:9.1e}  {result['optimum']}", flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "mixedlm", set(sys.argv[2:]))
