"""Operations on random data frames, as pandas answers them: grouping, joining, reshaping, columns, texts, dates, files.

    python generators/frame_cases.py [OUTPUT_FOLDER]

A frame is a list of columns {"name", "type", "values"}, values null where missing; a categorical column has "levels"
and "ordered". Every case names its frame, the operation and its arguments; "error" stands where pandas raises.
"""

import json
import pathlib
import random
import sys

import numpy as np
import pandas as pd

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import plain  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def column(name, series):
    """A column of a fixture."""
    values = series.to_list()
    if isinstance(series.dtype, pd.CategoricalDtype):
        levels = series.cat.categories.to_list()
        return {"name": str(name), "type": "categorical", "levels": plain(levels), "ordered": bool(series.cat.ordered),
                "values": [None if pd.isna(v) else plain(v) for v in values]}
    kind = series.dtype.kind if isinstance(series.dtype, np.dtype) else "O"
    kinds = {"i": "integer", "u": "integer", "f": "double", "b": "boolean", "M": "datetime", "m": "timedelta"}
    if kind in "iu":
        cells = [int(v) for v in values]
    elif kind == "f":
        cells = [None if v != v else plain(float(v)) for v in values]
    elif kind == "b":
        cells = [bool(v) for v in values]
    elif kind in "Mm":
        cells = [None if pd.isna(v) else v // pd.Timedelta(1, "us") if kind == "m" else (v - pd.Timestamp(0)) // pd.Timedelta(1, "us")
                 for v in values]
    else:
        present = [v for v in values if not pd.isna(v)]
        if present and all(isinstance(v, (bool, np.bool_)) for v in present):
            return {"name": str(name), "type": "boolean", "values": [None if pd.isna(v) else bool(v) for v in values]}
        cells = [None if pd.isna(v) else str(v) for v in values]
        return {"name": str(name), "type": "string", "values": cells}
    return {"name": str(name), "type": kinds[kind], "values": cells}


def table(data, labels=False):
    """A frame of a fixture; row labels on request."""
    found = {"columns": [column(name, data[name]) if not isinstance(data.columns, pd.MultiIndex) else column("_".join(map(str, name)), data[name])
                         for name in data.columns]}
    if labels:
        found["labels"] = [str(x) for x in data.index]
    return found


NAMES = ["g", "h", "größe", "a b", "x.1", "体", "k"]


def key_column(rng, kind, rows, missing):
    """A column with few distinct values."""
    levels = rng.randint(1, 5)
    if kind == "string":
        pool = rng.sample(["b", "a", "B", "é", "", "zz", "10", "9", "a b", "_"], levels)
    elif kind == "integer":
        pool = rng.sample([-3, 0, 7, 100000, 2**40, 5, 12], levels)
    elif kind == "double":
        pool = rng.sample([-0.0, 0.0, 1.5, -2.25, 1e10, float("inf"), 3.0], levels)
    elif kind == "boolean":
        pool = [True, False]
    else:
        pool = rng.sample(["hi", "lo", "mid", "no"], min(levels, 4))
    values = [rng.choice(pool) for _ in range(rows)]
    if missing and kind in ("string", "double", "category"):
        values = [None if rng.random() < 0.2 else v for v in values]
    if kind == "category":
        ordered = rng.random() < 0.5
        return pd.Series(pd.Categorical(values, categories=["lo", "mid", "hi", "no", "never"], ordered=ordered))
    if kind == "string":
        return pd.Series(values, dtype="str")
    if kind == "double":
        return pd.Series([np.nan if v is None else v for v in values], dtype=float)
    return pd.Series(values, dtype={"integer": "int64", "boolean": "bool"}[kind])


def frame(rng, rows=None, missing=True):
    """A frame with key columns of every type, numbers, texts and truth values."""
    if rows is None:
        rows = rng.choice([0, 1, 2, 5, 12, 12, 30])
    kinds = ["string", "integer", "double", "boolean", "category"]
    data = pd.DataFrame(index=range(rows))
    for name, kind in zip(["g", "größe", "x.1", "b", "cat"], kinds):
        data[name] = key_column(rng, kind, rows, missing)
    numbers = [round(rng.gauss(0, 10), rng.randint(0, 6)) for _ in range(rows)]
    data["y"] = pd.Series([np.nan if missing and rng.random() < 0.15 else v for v in numbers], dtype=float)
    data["n"] = pd.Series([rng.randint(-50, 50) for _ in range(rows)], dtype="int64")
    data["t"] = pd.Series([None if missing and rng.random() < 0.1 else rng.choice(["one", "two", "three", "four"]) for _ in range(rows)],
                          dtype="str")
    data["flag"] = pd.Series([rng.random() < 0.5 for _ in range(rows)], dtype="bool")
    return data


class Cases:
    """Frames and cases of one file."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.frames, self.cases = [], []

    def add_frame(self, data):
        self.frames.append(table(data))
        return len(self.frames) - 1

    def add(self, frame_number, op, arguments, answer, labels=False):
        """One case; pandas' exceptions become errors."""
        case = {"frame": frame_number, "op": op, "args": arguments}
        try:
            result = answer()
            if isinstance(result, pd.Series):
                result = result.to_frame(name=result.name if result.name is not None else "")
            case["expected"] = table(result, labels)
        except (ValueError, TypeError, KeyError, NotImplementedError, pd.errors.MergeError, AttributeError):
            case["error"] = True
        self.cases.append(case)

    def save(self, path):
        lines = ",\n".join(json.dumps(plain(case), ensure_ascii=False) for case in self.cases)
        frames = ",\n".join(json.dumps(plain(data), ensure_ascii=False) for data in self.frames)
        path.write_text(f'{{"pandas": "{pd.__version__}",\n"frames": [\n{frames}],\n"cases": [\n{lines}]}}\n', encoding="utf-8")


AGGREGATIONS = ["mean", "sum", "std", "var", "sem", "min", "max", "median", "first", "last", "size", "count", "nunique", "prod", "any", "all"]
KEYS = [["g"], ["größe"], ["x.1"], ["b"], ["cat"], ["g", "b"], ["cat", "x.1"], ["größe", "g", "b"], ["b", "cat"]]


def grouping(path):
    cases = Cases(1)
    for number in range(36):
        data = frame(cases.rng, missing=number % 4 != 3)
        f = cases.add_frame(data)
        for _ in range(14):
            keys = cases.rng.choice(KEYS)
            sort, dropna = cases.rng.random() < 0.8, cases.rng.random() < 0.8
            name = cases.rng.choice(["y", "n", "t", "flag", "cat", "x.1"])
            # Without any value a column of texts is as good as one of numbers here.
            if name in keys or data[name].isna().all():
                name = "y"
            function = cases.rng.choice(AGGREGATIONS)
            arguments = {"keys": keys, "sort": sort, "dropna": dropna, "column": name, "function": function}
            groups = data.groupby(keys, sort=sort, dropna=dropna, as_index=False)
            series = data.groupby(keys, sort=sort, dropna=dropna)[name]
            if function == "size":
                cases.add(f, "size", arguments, lambda: groups.size())
            else:
                cases.add(f, "agg", arguments, lambda: groups.agg(**{"result of": (name, function)}))
                if function not in ("sem", "any", "all") and not (function in ("min", "max") and name == "cat") and not (function == "sum" and name in ("t", "cat")):
                    cases.add(f, "transform", arguments, lambda: series.transform(function))
            which = cases.rng.choice(["cumsum", "cumprod", "cummax", "cummin", "shift", "diff", "rank", "cumcount", "ngroup", "ffill", "bfill",
                                      "pct_change"])
            numeric = cases.rng.choice(["y", "n", "x.1"])
            # pandas makes nan of infinite numbers on the way: inf - inf.
            if numeric in keys or np.isinf(data[numeric]).any():
                numeric = "y"
            values = data.groupby(keys, sort=sort, dropna=dropna)[numeric]
            arguments = {"keys": keys, "sort": sort, "dropna": dropna, "column": numeric}
            if which == "shift":
                arguments["periods"] = cases.rng.choice([1, -1, 2])
                cases.add(f, which, arguments, lambda: values.shift(arguments["periods"]))
            elif which == "rank":
                arguments["method"] = cases.rng.choice(["average", "min", "max", "first", "dense"])
                arguments["ascending"] = cases.rng.random() < 0.5
                cases.add(f, which, arguments, lambda: values.rank(method=arguments["method"], ascending=arguments["ascending"]))
            elif which == "pct_change":
                cases.add(f, which, arguments, lambda: values.pct_change(fill_method=None))
            else:
                cases.add(f, which, arguments, lambda: getattr(values, which)())
            count = cases.rng.choice([1, 2, -1])
            ends = {"keys": keys, "sort": sort, "dropna": dropna, "count": count}
            end = cases.rng.choice(["head", "tail", "nth"])
            plain_groups = data.groupby(keys, sort=sort, dropna=dropna)
            cases.add(f, end, ends, lambda: getattr(plain_groups, end)(count), labels=True)
            q = cases.rng.choice([0, 0.1, 0.25, 0.5, 0.75, 1])
            cases.add(f, "quantile", {"keys": keys, "sort": sort, "dropna": dropna, "column": numeric, "q": q},
                      lambda: data.groupby(keys, sort=sort, dropna=dropna, as_index=False)[numeric].quantile(q))
    cases.save(path / "grouping.json")


def flat(data):
    """Names of a pivoted frame as one text, the keys as columns."""
    data = data.copy()
    data.columns = [("_".join(str(part) for part in name) if isinstance(name, tuple) else str(name)) for name in data.columns]
    return data.reset_index()


def joining(path):
    cases = Cases(2)
    rng = cases.rng
    for number in range(40):
        a, b = frame(rng), frame(rng)
        b = b.rename(columns={"n": "m", "flag": "flag of b"})
        b["cat"] = pd.Categorical(b["cat"], dtype=a["cat"].dtype)
        f = cases.add_frame(a)
        g = cases.add_frame(b)
        for _ in range(8):
            on = rng.choice([["g"], ["größe"], ["x.1"], ["b"], ["cat"], ["g", "b"], ["größe", "x.1"], ["t", "cat"], ["g", "größe", "b"]])
            # pandas sorts missing categories first, all other missing keys last.
            how = rng.choice(["inner", "left", "right"] if "cat" in on else ["inner", "left", "right", "outer"])
            arguments = {"other": g, "on": on, "how": how, "indicator": rng.random() < 0.3, "suffixes": rng.choice([["_x", "_y"], ["", " of b"]]),
                         "validate": rng.choice([None, None, None, "one_to_one", "one_to_many", "many_to_one"])}
            cases.add(f, "merge", arguments, lambda: a.merge(b, on=on, how=how, indicator=arguments["indicator"],
                                                               suffixes=tuple(arguments["suffixes"]), validate=arguments["validate"]))
        keys = rng.choice([(["g"], ["t"]), (["größe"], ["m"]), (["x.1"], ["größe"]), (["n"], ["y"]), (["g", "n"], ["t", "m"]), (["g"], ["m"])])
        how = rng.choice(["inner", "left", "right", "outer"])
        if all(len(x) for x in (a, b)):
            cases.add(f, "merge", {"other": g, "left_on": keys[0], "right_on": keys[1], "how": how},
                      lambda: a.merge(b, left_on=keys[0], right_on=keys[1], how=how))
        if len(a) * len(b) < 200:
            cases.add(f, "cross", {"other": g}, lambda: a.merge(b, how="cross"))
        kept = rng.sample(list(b.columns), 4)
        other = cases.add_frame(b[kept])
        if len(a) and len(b):
            cases.add(f, "concat", {"other": other}, lambda: pd.concat([a, b[kept]]), labels=True)
            cases.add(f, "concat inner", {"other": other}, lambda: pd.concat([a, b[kept]], join="inner"), labels=True)
        renamed = b[kept].add_prefix("b.").iloc[::-1]
        cases.add(f, "concat columns", {"other": other, "join": "outer"}, lambda: pd.concat([a, renamed], axis=1), labels=True)
        cases.add(f, "concat columns", {"other": other, "join": "inner"}, lambda: pd.concat([a, renamed], axis=1, join="inner"), labels=True)
    cases.save(path / "joining.json")


def reshaping(path):
    cases = Cases(3)
    rng = cases.rng
    for number in range(40):
        data = frame(rng, missing=number % 3 != 2)
        data["x.1"] = data["x.1"] + 0.0  # which zero names a column is an accident
        f = cases.add_frame(data)
        ids = rng.sample(["g", "größe", "t"], rng.randint(0, 2))
        values = rng.choice([["y", "n"], ["n"], ["x.1", "y"], ["g", "t"]])
        values = [v for v in values if v not in ids]
        if values and len(data):
            cases.add(f, "melt", {"ids": ids, "values": values}, lambda: data.melt(id_vars=ids, value_vars=values, var_name="which", value_name="v"))
        for _ in range(3):
            index, columns = rng.choice([("g", "b"), ("größe", "g"), ("cat", "g"), ("b", "cat"), ("x.1", "b"), ("g", "x.1")])
            value = rng.choice(["y", "n", "t"])
            function = rng.choice(["mean", "sum", "count", "max", "first", "std"])
            if value == "t" and function in ("mean", "std", "sum"):
                value = "y"
            unique = data.drop_duplicates([index, columns])
            if "cat" in (index, columns):  # pandas leaves categories in order of appearance
                pass
            elif len(data) and rng.random() < 0.3:
                cases.add(f, "pivot", {"index": index, "columns": columns, "values": value}, lambda: flat(data.pivot(index=index, columns=columns, values=value)))
            elif len(unique):
                u = cases.add_frame(unique)
                cases.add(u, "pivot", {"index": index, "columns": columns, "values": value}, lambda: flat(unique.pivot(index=index, columns=columns, values=value)))
            if len(data.dropna(subset=[index, columns, value])):
                fill = rng.choice([None, None, 0.5]) if value != "t" else None
                margins = rng.random() < 0.3 and function in ("mean", "max", "sum") and fill is None
                if index == "cat" or columns == "cat" or value == "t":
                    margins = False
                cases.add(f, "pivot_table", {"index": index, "columns": columns, "values": value, "function": function, "fill": fill, "margins": margins},
                          lambda: flat(data.pivot_table(index=index, columns=columns, values=value, aggfunc=function, fill_value=fill, margins=margins)))
            if len(data.dropna(subset=[index, columns])):
                normalize = rng.choice([None, None, "all", "index", "columns"])
                margins = normalize is None and rng.random() < 0.5 and "cat" not in (index, columns)
                cases.add(f, "crosstab", {"index": index, "columns": columns, "normalize": normalize, "margins": margins},
                          lambda: flat(pd.crosstab(data[index], data[columns], normalize=normalize or False, margins=margins)))
        by = rng.sample(["g", "größe", "x.1", "b", "cat", "y", "n", "t"], rng.randint(1, 3))
        ascending = [rng.random() < 0.5 for _ in by]
        place = rng.choice(["first", "last"])
        cases.add(f, "sort_values", {"by": by, "ascending": ascending, "missing": place},
                  lambda: data.sort_values(by, ascending=ascending, na_position=place, kind="stable"), labels=True)
        subset = rng.choice([None, ["g"], ["x.1", "b"], ["cat", "t"], ["größe"]])
        keep = rng.choice(["first", "last", "none"])
        cases.add(f, "drop_duplicates", {"subset": subset, "keep": keep},
                  lambda: data.drop_duplicates(subset=subset, keep=False if keep == "none" else keep), labels=True)
        chosen = rng.choice([None, ["g"], ["größe", "cat"], ["b"]])
        drop, na = rng.random() < 0.5, rng.random() < 0.5 and chosen != ["größe", "cat"]
        if len(data):
            cases.add(f, "get_dummies", {"columns": chosen, "drop": drop, "na": na},
                      lambda: pd.get_dummies(data, columns=chosen, drop_first=drop, dummy_na=na), labels=True)
        numbers = data[["y", "n", "flag"]].assign(z=data["x.1"].replace([np.inf, -np.inf], 0))
        k = cases.add_frame(numbers)
        for method in ("pearson", "kendall", "spearman"):
            cases.add(k, "corr", {"method": method}, lambda: numbers.corr(method=method), labels=True)
        cases.add(k, "cov", {}, lambda: numbers.cov(), labels=True)
        for function in ("sum", "mean", "median", "min", "max", "std", "var", "count"):
            skip = rng.random() < 0.7
            if len(data):
                cases.add(k, "rows", {"function": function, "skipna": skip},
                          lambda: (numbers.count(axis=1) if function == "count" else getattr(numbers.astype(float), function)(axis=1, skipna=skip)))
        how, thresh = rng.choice(["any", "all"]), rng.choice([None, None, 2])
        subset = rng.choice([None, ["y"], ["y", "g"], ["x.1", "t", "g"]])
        cases.add(f, "dropna", {"how": how, "thresh": thresh, "subset": subset},
                  lambda: data.dropna(subset=subset, thresh=thresh) if thresh else data.dropna(subset=subset, how=how), labels=True)
        cases.add(f, "ffill", {}, lambda: data.ffill(), labels=True)
        cases.add(f, "nlargest", {"n": 3, "by": ["y", "n"]}, lambda: data.nlargest(3, ["y", "n"]), labels=True)
        cases.add(f, "nsmallest", {"n": 4, "by": ["n"]}, lambda: data.nsmallest(4, ["n"]), labels=True)
    cases.save(path / "reshaping.json")


TEXTS = ["Ada Lovelace", "b_1", "a_2_x", " padded ", "", "UPPER", "größe", "x.y", "A|B", "007", "-42", "e\u0301", "tab\tand  blanks", "sub-03_run-1"]


def columns(path):
    cases = Cases(4)
    rng = cases.rng
    for number in range(30):
        data = frame(rng)
        data["x.1"] = data["x.1"].replace([np.inf, -np.inf], 3.0) + 0.0
        if number % 5 == 0:
            data["y"] = data["y"].round(0)
        f = cases.add_frame(data)
        name = rng.choice(["y", "n", "x.1"])
        s = data[name]
        for op in ("cumsum", "cumprod", "cummax", "cummin", "ffill", "bfill", "diff", "shift"):
            cases.add(f, op, {"column": name}, lambda: getattr(s, op)())
        method, ascending, pct = rng.choice(["average", "min", "max", "first", "dense"]), rng.random() < 0.5, rng.random() < 0.3
        cases.add(f, "rank", {"column": name, "method": method, "ascending": ascending, "pct": pct},
                  lambda: s.rank(method=method, ascending=ascending, pct=pct))
        cases.add(f, "rank", {"column": "t", "method": method, "ascending": ascending, "pct": pct},
                  lambda: data["t"].rank(method=method, ascending=ascending, pct=pct))
        lower, upper = rng.choice([None, -5, 0]), rng.choice([None, 4, 10])
        cases.add(f, "clip", {"column": name, "lower": lower, "upper": upper}, lambda: s.clip(lower, upper))
        decimals = rng.choice([0, 1, 2, -1])
        cases.add(f, "round", {"column": name, "decimals": decimals}, lambda: s.round(decimals))
        window, least = rng.choice([(2, None), (3, 1), (1, None), (4, 2)])
        cases.add(f, "rolling", {"column": name, "window": window, "least": least}, lambda: s.rolling(window, min_periods=least).mean())
        cases.add(f, "where", {"column": name}, lambda: s.where(data["flag"]))
        other = rng.choice([0, 1.5]) if name != "n" else 0
        cases.add(f, "mask", {"column": name, "other": other}, lambda: s.mask(data["flag"], other))
        if len(data):
            bins = rng.randint(1, 5)
            right = rng.random() < 0.7
            cases.add(f, "cut", {"column": name, "bins": bins, "right": right}, lambda: pd.cut(s, bins, right=right).cat.rename_categories(str))
            edges = rng.choice([[-20, 0, 20], [-10.5, 0, 2.25, 30], [0, 1, 2], [-50, -0.001, 0.001, 50]])
            lowest = rng.random() < 0.4
            cases.add(f, "cut edges", {"column": name, "edges": edges, "right": right, "lowest": lowest},
                      lambda: pd.cut(s, edges, right=right, include_lowest=lowest).cat.rename_categories(str))
            quantiles = rng.randint(1, 4)
            cases.add(f, "qcut", {"column": name, "bins": quantiles}, lambda: pd.qcut(s, quantiles).cat.rename_categories(str))
    cases.save(path / "columns.json")


def texts(path):
    cases = Cases(5)
    rng = cases.rng
    for _ in range(12):
        data = pd.DataFrame({"s": pd.Series([rng.choice(TEXTS + [None]) for _ in range(rng.choice([0, 1, 6, 20]))], dtype="str")})
        f = cases.add_frame(data)
        s = data["s"].str
        for op in ("lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "len", "isdigit", "isalpha"):
            if len(data) or op != "len":
                cases.add(f, op, {}, lambda: getattr(s, op)())
        for pattern in ("_", "a|b", "^a", r"\d+$", "(?P<w>\\w)-", "."):
            cases.add(f, "contains", {"pattern": pattern, "case": True, "regex": True}, lambda: s.contains(pattern))
            cases.add(f, "contains", {"pattern": pattern, "case": False, "regex": False}, lambda: s.contains(pattern, case=False, regex=False))
            cases.add(f, "match", {"pattern": pattern}, lambda: s.match(pattern))
            cases.add(f, "fullmatch", {"pattern": pattern}, lambda: s.fullmatch(pattern))
            cases.add(f, "replace", {"pattern": pattern, "with": "<$1>", "regex": False}, lambda: s.replace(pattern, "<$1>"))
        cases.add(f, "replace", {"pattern": r"(\w)_(\d)", "with": r"\2-\1", "regex": True}, lambda: s.replace(r"(\w)_(\d)", r"\2-\1", regex=True))
        cases.add(f, "startswith", {"text": "a"}, lambda: s.startswith("a"))
        cases.add(f, "endswith", {"text": "1"}, lambda: s.endswith("1"))
        for a, b, c in ((0, 3, 1), (None, -1, 1), (-3, None, 1), (None, None, -1), (1, 9, 2), (5, 2, 1)):
            cases.add(f, "slice", {"start": a, "stop": b, "step": c}, lambda: s.slice(a, b, c))
        for k in (0, 1, -1, 5):
            cases.add(f, "get", {"position": k}, lambda: s.get(k))
            if data["s"].isna().all():
                continue
            cases.add(f, "split get", {"separator": "_", "position": k, "n": -1}, lambda: s.split("_").str.get(k))
            cases.add(f, "split get", {"separator": None, "position": k, "n": 1}, lambda: s.split(n=1).str.get(k))
        cases.add(f, "extract", {"pattern": r"(?P<word>[a-z]+)[-_](\d+)"}, lambda: s.extract(r"(?P<word>[a-z]+)[-_](\d+)"))
        cases.add(f, "zfill", {"width": 5}, lambda: s.zfill(5))
        cases.add(f, "rjust", {"width": 8}, lambda: s.rjust(8, "*"))
        cases.add(f, "removeprefix", {"text": "a_"}, lambda: s.removeprefix("a_"))
        cases.add(f, "removesuffix", {"text": "_x"}, lambda: s.removesuffix("_x"))
        if len(data):
            cases.add(f, "count", {"pattern": "a"}, lambda: s.count("a"))
            cases.add(f, "cat", {}, lambda: s.cat(data["s"], sep="/"))
    cases.save(path / "texts.json")


def dates(path):
    cases = Cases(6)
    rng = cases.rng
    parts = ["year", "month", "day", "hour", "minute", "second", "microsecond", "dayofweek", "dayofyear", "quarter", "days_in_month",
             "is_month_start", "is_month_end"]
    for number in range(12):
        rows = rng.choice([1, 2, 8, 20])
        stamps = []
        for _ in range(rows):
            day = pd.Timestamp(rng.choice([1901, 1969, 1970, 2000, 2019, 2024]), rng.randint(1, 12), rng.randint(1, 28)) + pd.Timedelta(days=rng.randint(0, 3))
            if number % 3:
                day += pd.Timedelta(microseconds=rng.choice([0, 1, 3600 * 10**6, rng.randint(0, 86_400 * 10**6 - 1)]))
            stamps.append(None if rng.random() < 0.15 else day)
        form = rng.choice(["%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f", "%b %d, %Y %I:%M:%S.%f %p", "%Y/%j %H:%M:%S.%f"])
        data = pd.DataFrame({"d": pd.Series([None if t is None else t.strftime(form) for t in stamps], dtype="str"),
                             "e": pd.Series([None if t is None else t.strftime("%Y-%m-%d") for t in stamps[::-1]], dtype="str"),
                             "g": pd.Series([rng.choice("ab") for _ in stamps], dtype="str"), "n": list(range(rows))})
        if data["d"].isna().all():
            continue
        f = cases.add_frame(data)
        arguments = {"format": form}
        d, e = pd.to_datetime(data["d"], format=form).astype("datetime64[us]"), pd.to_datetime(data["e"]).astype("datetime64[us]")
        cases.add(f, "parse", arguments, lambda: d.dt.strftime("%Y-%m-%d %H:%M:%S.%f"))
        for part in parts:
            cases.add(f, part, arguments, lambda: getattr(d.dt, part))
        cases.add(f, "week", arguments, lambda: d.dt.isocalendar().week.astype(float).rename("d"))
        cases.add(f, "month_name", arguments, lambda: d.dt.month_name())
        cases.add(f, "day_name", arguments, lambda: d.dt.day_name())
        cases.add(f, "floor", arguments | {"frequency": "15min"}, lambda: d.dt.floor("15min").astype(str))
        cases.add(f, "days", arguments, lambda: (e - d).dt.days.rename("d"))
        cases.add(f, "seconds", arguments, lambda: (e - d).dt.seconds.rename("d"))
        cases.add(f, "total_seconds", arguments, lambda: (e - d).dt.total_seconds().rename("d"))
        frame_of_dates = data.assign(d=d)
        cases.add(f, "sort", arguments, lambda: frame_of_dates.sort_values(["d", "n"], ascending=[False, True])[["n"]], labels=True)
        cases.add(f, "first of group", arguments, lambda: frame_of_dates.groupby("g", as_index=False)["d"].min().assign(d=lambda x: x.d.dt.strftime("%j %H")))
        limit = str(d.dropna().iloc[0])
        cases.add(f, "since", arguments | {"limit": limit}, lambda: data.loc[d >= limit, ["n"]], labels=True)
        cases.add(f, "by day", arguments, lambda: data.groupby(d.dt.normalize(), as_index=False)["n"].sum().rename(columns={"d": "d"})[["n"]])
    cases.save(path / "dates.json")


def sheets(path):
    """A workbook of two sheets; the same bytes every time."""
    import datetime
    import io
    import zipfile

    import openpyxl

    book = openpyxl.Workbook()
    one = book.active
    one.title = "Visits & more"
    one.append(["id", "when", "score", "g", None, "done", "mixed", "id"])
    one.append([1, datetime.datetime(2020, 2, 29, 12, 30), 1.5, "a", 7, True, "x", 1])
    one.append([2, datetime.datetime(1999, 12, 31), 2, "größe <b>", None, False, 3, 2])
    one.append([3, None, None, "NA", 9, None, None, 3])
    two = book.create_sheet("wide")
    two.append(["made by hand"])
    two.append(["x", "y"])
    two["AB2"] = "far"
    two.append([0.1, "=1+1"])
    book.properties.created = book.properties.modified = datetime.datetime(2020, 1, 1)
    packed = io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(path / "sheets.xlsx", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                import re
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


AREAS = [grouping, joining, reshaping, columns, texts, dates, sheets]

if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "frames"
    target.mkdir(parents=True, exist_ok=True)
    for area in AREAS:
        area(target)
