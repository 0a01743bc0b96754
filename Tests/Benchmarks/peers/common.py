"""What the scripts for Python packages share: arguments, data, times, and the line of JSON.

Arguments: WORKLOAD FILE FORMULA THREADS REPEAT SMALL(0|1)
"""

import importlib.metadata
import json
import os
import re
import resource
import sys
import time

import numpy as np
import pandas as pd

WORKLOAD, FILE, FORMULA = sys.argv[1:4]
THREADS, REPEATS = int(sys.argv[4]), int(sys.argv[5])
SMALL = sys.argv[6] == "1"
LOAD = os.getloadavg()[0]

WRAPPED = re.findall(r"C\((\w+)\)", FORMULA)
PLAIN = re.sub(r"C\((\w+)\)", r"\1", FORMULA)
BARS = [(effects.strip(), group.strip()) for effects, group in re.findall(r"\(([^|()]+)\|\|?([^()]+)\)", PLAIN)]
FIXED = re.sub(r"\s*\+\s*\([^()]*\|[^()]*\)", "", PLAIN)

_times = {}


def take(step, work):
    """Runs `work`, notes wall and processor seconds, returns its value."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = work()
    _times.setdefault(step, []).append((time.perf_counter() - wall, time.process_time() - cpu))
    return value


def read_data():
    """The data; a number that the formula calls a factor becomes text, incomplete columns that are not used go."""
    data = pd.read_csv(FILE)
    data = data[[c for c in data.columns if re.search(rf"\b{c}\b", FORMULA)]]
    for name in WRAPPED:
        data[name] = data[name].astype(str)
    return data


def repeated(step, work):
    """Repeats a fit; its last value."""
    for _ in range(REPEATS):
        value = take(step, work)
    return value


def emit(system, package, **members):
    least = lambda i: {k: min(t[i] for t in v) for k, v in _times.items()}
    record = dict(
        system=system, version=importlib.metadata.version(package), workload=WORKLOAD, threads=THREADS, repeats=REPEATS,
        seconds=least(0), cpu_seconds=least(1),
        mean_cpu_seconds={k: float(np.mean([t[1] for t in v])) for k, v in _times.items()},
        median_seconds={k: float(np.median([t[0] for t in v])) for k, v in _times.items()}, load=LOAD,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **members)
    print(json.dumps(record), flush=True)


def decline(system, reason):
    """Says why there is no measurement, and ends."""
    print(json.dumps(dict(system=system, workload=WORKLOAD, error=reason)), flush=True)
    sys.exit()
