"""glmm from PyPI (a Rust core) on linear models. Its factors are texts of one column each."""

import warnings

import glmm

from common import *

warnings.simplefilter("ignore")
data = take("read", read_data)
formula = PLAIN
for _, group in BARS:
    parts = [part.strip() for part in re.split(r"[:/]", group)]
    if "/" in group:
        decline("glmm", "no nested bars")
    for part in parts:
        if not data[part].astype(str).str.startswith("l").all():
            data[part] = "l" + data[part].astype(str)
    if len(parts) > 1:
        joined = "_".join(parts)
        data[joined] = data[parts].agg("_".join, axis=1)
        formula = formula.replace(group, joined)
if "||" in formula:
    decline("glmm", "no independent slopes")
response = formula.split("~")[0].strip()
data[response] = data[response].astype(float)
m = repeated("call", lambda: glmm.fit(data, formula, family="gaussian", reml=True))
emit("glmm", "glmm", rows=len(data), criterion=-2 * float(m.loglik), criterion_kind="REML",
     evaluations=int(getattr(m, "n_eval", None) or 0), converged=bool(getattr(m, "converged", True)))
