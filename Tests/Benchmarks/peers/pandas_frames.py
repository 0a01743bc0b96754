"""The preparation of data that `mixedlm-bench frames` measures, with pandas on the files that it writes.

    mixedlm-bench frames --csv FOLDER && python pandas_frames.py FOLDER
"""

import ctypes
import sys
import time

import pandas as pd


def resident(name):
    """A line of the kernel's table of this process, in MB."""
    with open("/proc/self/status") as table:
        return next(int(line.split()[1]) for line in table if line.startswith(name + ":")) / 1024


def measure(name, body, repeats=5):
    # What earlier operations left free in the heap is no memory of this one's.
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = resident("VmRSS")
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        rows = len(body())
        times.append(time.perf_counter() - start)
        if len(times) == 1:
            memory = resident("VmHWM") - before
    print(f"{name:20}{min(times):8.4f} s {memory:8.1f} MB  {rows} rows")


folder = sys.argv[1]
large, lookup, long = (pd.read_csv(f"{folder}/{name}.csv") for name in ("large", "lookup", "long"))
measure("groupby-mean", lambda: large.groupby("g")["x"].mean())
measure("groupby-text-mean", lambda: large.groupby("t")["x"].mean())
measure("two-key-agg", lambda: large.groupby(["g", "h"]).agg(m=("x", "mean"), s=("x", "std"), n=("y", "max")))
measure("left-merge", lambda: large.merge(lookup, on="k", how="left"))
measure("pivot", lambda: long.pivot(index="id", columns="time", values="v"))
measure("two-key-sort", lambda: large.sort_values(["h", "x"], ascending=[True, False]))
