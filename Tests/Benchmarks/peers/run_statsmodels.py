"""statsmodels: models with one grouping factor."""

import warnings

from common import *

if len(BARS) != 1:
    decline("statsmodels", "several factors: minutes to hours, or more memory than there is")

import statsmodels.formula.api as smf

warnings.simplefilter("ignore")
data = take("read", read_data)
effects, group = BARS[0]
if SMALL:
    REPEATS = min(REPEATS, 20)
m = None
for _ in range(REPEATS):
    m = take("call", lambda: smf.mixedlm(FIXED, data, groups=group, re_formula="~" + effects).fit(reml=True))
take("summary", lambda: str(m.summary()))
emit("statsmodels", "statsmodels", rows=len(data), criterion=-2 * float(m.llf), criterion_kind="REML",
     converged=bool(m.converged))
