"""mixedlm from PyPI (a Rust core)."""

import warnings

from common import *
from mixedlm import lmer, lmerControl

warnings.simplefilter("ignore")
data = take("read", read_data)
control = lmerControl(calc_derivs=False)
m = repeated("call", lambda: lmer(PLAIN, data, control=control))
emit("mixedlm", "mixedlm", rows=len(data), criterion=float(m.deviance), criterion_kind="REML",
     evaluations=int(m.function_evals), converged=bool(m.converged))
