"""GPBoost: maximum likelihood only, random coefficients without correlation only.

The design matrix is made outside the measured time: GPBoost has no formulas.
"""

from common import *

if any(effects != "1" for effects, _ in BARS):
    decline("gpboost", "random coefficients are not correlated there: another model")

import gpboost
import patsy

data = take("read", read_data)
response, fixed = (np.asarray(m) for m in patsy.dmatrices(FIXED, data))
groups = np.column_stack([
    data.groupby(group.split(":"), sort=False).ngroup().to_numpy() if ":" in group else data[group].to_numpy()
    for _, group in BARS])


def fit():
    model = gpboost.GPModel(group_data=groups, likelihood="gaussian", num_parallel_threads=THREADS)
    model.fit(y=response[:, 0], X=fixed)
    return model


m = repeated("call", fit)
emit("gpboost", "gpboost", rows=len(data), criterion=2 * float(m.get_current_neg_log_likelihood()), criterion_kind="ML",
     evaluations=int(m._get_num_optim_iter()))
