#!/usr/bin/env python3
"""The package glmm of PyPI on the data of `mixedlm-bench glmm`: processor seconds of a fit, and its deviance.

    run_glmm.py FOLDER [NAME ...]
"""

import os
import sys
import time
import warnings

import glmm
import pandas as pd

MODELS = dict(
    verbal=("verbal", "y ~ anger + gender + btype + situ + (1|id) + (1|item)", "binomial"),
    g3=("g3", "y ~ x1 + x2 + (1|g)", "binomial"), g3s=("g3", "y ~ x1 + x2 + (1+x1|g)", "binomial"),
    g4=("g4", "y ~ x + (1|a) + (1|b)", "binomial"), g5=("g5", "y ~ x + (1+x|g)", "poisson"),
    g6=("g6", "y ~ t + c + (1|g)", "binomial"), g7=("g7", "y ~ x + (1|a) + (1|b)", "binomial"))
FACTORS = ["g", "a", "b", "c", "btype", "id", "item"]

warnings.simplefilter("ignore")
for name in sys.argv[2:] or MODELS:
    file, formula, family = MODELS[name]
    data = pd.read_csv(os.path.join(sys.argv[1], file + ".csv"))
    for column in FACTORS:
        if column in data:
            data[column] = "l" + data[column].astype(str)   # its factors are texts
    start = time.process_time()
    fit = glmm.fit(data, formula, family=family)
    print(f"{name:8}{time.process_time() - start:9.4f}{-2 * fit.loglik:17.5f}", flush=True)
