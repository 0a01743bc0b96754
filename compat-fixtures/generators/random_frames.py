"""Operations drawn at random on random data frames of all types, with pandas' answers.

    python generators/random_frames.py [OUTPUT_FOLDER]                      # the sample that is kept, random.json
    python generators/random_frames.py OUTPUT_FOLDER --cases 50000 --seed 7 # as many as wanted: FRAME_CASES=…/random.json

Frames, columns and cases have the form of frame_cases.py; frames have row labels of several kinds and columns of dates and
spans besides. An answer that is no frame is a frame of one column: a number, a text, labels.
"""

import argparse
import io
import pathlib
import random
import sys
import warnings

import numpy as np
import pandas as pd

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from frame_cases import ROOT, Cases, frame, table  # noqa: E402

warnings.simplefilter("ignore")
NUMBERS = ["y", "n", "x.1"]
KEYS = ["g", "größe", "x.1", "b", "cat", "t", "d"]


def single(value):
    """A scalar as a column of a frame."""
    if value is pd.NaT or value is None:
        value = np.nan
    return pd.DataFrame({"value": [value]})


def lines(text):
    """A text as a column of a frame."""
    return pd.DataFrame({"value": pd.Series([text], dtype="str")})


def drawn(rng):
    """A frame with dates and spans, and labels that count, are shuffled, texts or repeat."""
    data = frame(rng, missing=rng.random() < 0.75)
    rows = len(data)
    days = [pd.Timestamp(2020, rng.randint(1, 12), rng.randint(1, 28), rng.choice([0, 0, 7]), rng.choice([0, 30])) for _ in range(rows)]
    if rng.random() < 0.6:
        days = [pd.NaT if rng.random() < 0.2 else day.normalize() for day in days]
    data["d"] = pd.Series(days, dtype="datetime64[us]")
    data["span"] = pd.Series([pd.NaT if rng.random() < 0.15 else pd.Timedelta(hours=rng.randint(-60, 90)) for _ in range(rows)], dtype="timedelta64[us]")
    data["x.1"] = data["x.1"].replace([np.inf, -np.inf], 2.5) + 0.0
    kind = rng.random()
    if kind < 0.25:
        labels = list(range(rows))
        rng.shuffle(labels)
        data.index = pd.Index(labels, dtype="int64")
    elif kind < 0.4:
        data.index = pd.Index([f"row {chr(97 + i % 26)}{i}" for i in range(rows)], dtype="str")
    elif kind < 0.5:
        data = data.iloc[::2]
    return data


class Draws(Cases):
    """Frames, and operations on each."""

    def add_frame(self, data):
        self.frames.append(table(data, labels=True))
        return len(self.frames) - 1

    def one(self, data, f, area):
        self.data, self.f = data, f
        area(self, data, self.rng)

    def say(self, op, arguments, answer, labels=False):
        self.add(self.f, op, arguments, answer, labels)


def windows(c, data, rng):
    name = rng.choice(NUMBERS)
    s = data[name]
    function = rng.choice(["mean", "sum", "std", "var", "min", "max", "median", "count", "sem"])
    window = rng.choice([1, 2, 3, 5, 8])
    least = rng.choice([None, None, 0, 1, min(2, window)])
    if function in ("min", "max", "median") and least == 0:
        least = 1
    center = rng.random() < 0.4
    arguments = {"column": name, "window": window, "least": least, "center": center, "function": function}
    if function == "sem" and not least:
        arguments["function"] = function = "mean"
    c.say("rolling", arguments, lambda: getattr(s.rolling(window, min_periods=least, center=center), function)())
    q = rng.choice([0, 0.2, 0.5, 0.9, 1])
    c.say("rolling quantile", {"column": name, "window": window, "least": 1, "q": q}, lambda: s.rolling(window, min_periods=1).quantile(q))
    most = rng.choice([1, 2, 4])
    c.say("expanding", {"column": name, "least": most, "function": function}, lambda: getattr(s.expanding(most), function)())
    key = rng.choice(["g", "b", "cat", "größe"])
    if len(data) and data[key].notna().any() and function not in ("sem", "count") and data.index.is_unique:
        c.say("group rolling", {"key": key, "column": "y", "window": window, "function": function},
              lambda: getattr(data.groupby(key, observed=True)["y"].rolling(window, min_periods=1), function)()
              .reset_index(level=0, drop=True).reindex(data.index))
    way = rng.choice([{"alpha": 0.3}, {"span": 4}, {"com": 1.5}, {"halflife": 2}])
    options = {"adjust": rng.random() < 0.5, "ignore_na": rng.random() < 0.5, "min_periods": rng.choice([0, 2])}
    c.say("ewm", {"column": name} | way | options, lambda: s.ewm(**way, **options).mean())


def filling(c, data, rng):
    limit = rng.choice([None, 1, 2])
    name = rng.choice(["y", "x.1", "g", "t", "d", "cat"])
    c.say("ffill", {"column": name, "limit": limit}, lambda: data[name].ffill(limit=limit))
    c.say("bfill", {"column": name, "limit": limit}, lambda: data[name].bfill(limit=limit))
    c.say("group ffill", {"key": "b", "column": name, "limit": limit}, lambda: data.groupby("b")[name].ffill(limit=limit))
    c.say("interpolate", {"column": "y", "limit": limit}, lambda: data["y"].interpolate(limit=limit))
    a, b = rng.choice([("y", "n"), ("x.1", "y"), ("y", "x.1"), ("g", "t"), ("t", "g")])
    c.say("fillna column", {"column": a, "other": b}, lambda: data[a].fillna(data[b]))
    value = {"y": 1.5, "x.1": 0, "g": "?", "t": "none", "cat": "lo", "d": "2020-05-05"}[name]
    c.say("fillna", {"column": name, "value": value}, lambda: data[name].fillna(pd.Timestamp(value) if name == "d" else value))
    if len(data):
        c.say("fill by group", {"key": "g"}, lambda: data["y"].fillna(data.groupby("g")["y"].transform("mean")))


def counting(c, data, rng):
    name = rng.choice(["g", "größe", "x.1", "b", "cat", "t", "d", "flag", "n"])
    normalize, sort, ascending, dropna = (rng.random() < 0.5 for _ in range(4))
    if len(data):
        c.say("value_counts", {"column": name, "normalize": normalize, "sort": sort, "ascending": ascending, "dropna": dropna},
              lambda: data[name].value_counts(normalize=normalize, sort=sort, ascending=ascending, dropna=dropna).reset_index())
        if data["y"].notna().any():
            bins = rng.randint(1, 4)
            def counted():
                found = data["y"].value_counts(bins=bins, sort=False)
                names = [str(interval) for interval in found.index]
                return pd.DataFrame({"y": pd.Categorical(names, categories=names, ordered=True), "count": found.to_list()})
            c.say("value_counts bins", {"bins": bins}, counted)
    for function in rng.sample(["sum", "mean", "std", "var", "min", "max", "median", "nunique", "count", "prod", "sem", "skew", "kurt"], 3):
        # numpy's products of whole numbers wrap around.
        column = "y" if function == "prod" else rng.choice(["y", "n", "x.1", "flag"] if function in ("nunique", "count") else NUMBERS)
        c.say("reduce", {"column": column, "function": function}, lambda: single(float(getattr(data[column], function)())))
    c.say("unique", {"column": name}, lambda: pd.DataFrame({"value": pd.Series(data[name].dropna().drop_duplicates().to_list(), dtype=data[name].dtype)}))
    c.say("nlargest", {"column": "y", "n": 3}, lambda: data["y"].nlargest(3))
    c.say("nsmallest", {"column": "n", "n": 2}, lambda: data["n"].nsmallest(2))
    keep = rng.choice(["first", "last"])
    c.say("duplicated", {"column": name, "keep": keep}, lambda: data[name].duplicated(keep=keep))
    subset = rng.choice([["y", "n"], ["n", "x.1", "t"], ["x.1"]])
    if len(data):
        c.say("describe", {"columns": subset}, lambda: data[subset].describe(), labels=True)
        c.say("agg", {"columns": ["y", "n"]}, lambda: data[["y", "n"]].astype(float).agg(["mean", "std", "min", "median", "count"]), labels=True)


def elements(c, data, rng):
    name = rng.choice(["g", "größe", "x.1", "t", "n", "y"])
    present = data[name].dropna().to_list()
    chosen = [v.item() if hasattr(v, "item") else v for v in rng.sample(present, min(2, len(present)))]
    c.say("isin", {"column": name, "values": chosen}, lambda: data[name].isin(chosen))
    ends = rng.choice(["both", "neither", "left", "right"])
    c.say("between", {"column": "n", "lower": -20, "upper": 20, "inclusive": ends}, lambda: data["n"].between(-20, 20, inclusive=ends))
    relation = rng.choice(["eq", "ne", "lt", "le", "gt", "ge"])
    pairs = [("y", "n"), ("n", "y"), ("x.1", "y"), ("flag", "b"), ("g", "t"), ("größe", "n"), ("d", "d"), ("flag", "n")]
    a, b = rng.choice(pairs)
    c.say("compare", {"column": a, "other": b, "relation": relation}, lambda: getattr(data[a], relation)(data[b]))
    scalar = rng.choice([("y", 0), ("n", 3.5), ("x.1", 1), ("t", "one"), ("g", "b"), ("flag", True), ("d", "2020-06-15"), ("n", 7)])
    c.say("compare scalar", {"column": scalar[0], "value": scalar[1], "relation": relation}, lambda: getattr(data[scalar[0]], relation)(scalar[1]))
    operator = rng.choice(["add", "sub", "mul", "truediv"])
    a, b = rng.choice([("y", "n"), ("n", "n"), ("x.1", "y"), ("größe", "n"), ("flag", "n"), ("y", "flag"), ("d", "d"), ("d", "span"), ("span", "span"), ("span", "n"), ("g", "t")])
    if not (operator == "truediv" and b in ("n", "x.1", "flag", "span")):
        c.say("arithmetic", {"column": a, "other": b, "operator": operator}, lambda: getattr(data[a], operator)(data[b]))
    target = rng.choice([("n", "string"), ("y", "string"), ("b", "integer"), ("b", "string"), ("n", "double"), ("g", "categorical"), ("n", "boolean"), ("cat", "string"), ("größe", "categorical"), ("x.1", "categorical"), ("t", "categorical")])
    types = {"string": "str", "integer": "int64", "double": "float64", "categorical": "category", "boolean": "bool"}
    c.say("astype", {"column": target[0], "type": target[1]}, lambda: data[target[0]].astype(types[target[1]]))
    if chosen:
        new = {"g": "new", "t": "new"}.get(name, 99)
        c.say("map", {"column": name, "from": chosen, "to": new}, lambda: data[name].map({v: new for v in chosen}))
        c.say("replace", {"column": name, "from": chosen, "to": new}, lambda: data[name].replace({v: new for v in chosen}))
    c.say("where", {"column": name}, lambda: data[name].where(data["flag"]))
    c.say("mask missing", {"column": name}, lambda: data[name].mask(data["n"] > 0))
    decimals = rng.choice([0, 1, 3, -1])
    c.say("round", {"decimals": decimals}, lambda: data.round(decimals), labels=True)
    c.say("abs", {"column": "n"}, lambda: data["n"].abs())
    column = rng.choice(["d", "span", "cat", "t", "flag", "n"])
    periods = rng.choice([1, -2])
    c.say("shift", {"column": column, "periods": periods}, lambda: data[column].shift(periods))
    c.say("diff", {"column": "d"}, lambda: data["d"].diff())
    method, ascending = rng.choice(["average", "min", "max", "first", "dense"]), rng.random() < 0.5
    ranked = rng.choice(["y", "n", "d", "t", "flag", "x.1"])
    c.say("rank", {"column": ranked, "method": method, "ascending": ascending}, lambda: data[ranked].rank(method=method, ascending=ascending))


def selecting(c, data, rng):
    c.say("mask", {"limit": 0}, lambda: data[data["n"] > 0], labels=True)
    n = rng.choice([0, 1, 3, -2, 100])
    c.say("head", {"n": n}, lambda: data.head(n), labels=True)
    c.say("tail", {"n": n}, lambda: data.tail(n), labels=True)
    a, b = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    c.say("iloc", {"from": a, "to": b, "columns": [1, 4]}, lambda: data.iloc[a:b, 1:4], labels=True)
    labels = list(data.index)
    if labels and data.index.is_unique:
        some = rng.sample(labels, min(3, len(labels)))
        c.say("loc", {"labels": [str(x) for x in some]}, lambda: data.loc[some], labels=True)
        c.say("drop", {"labels": [str(x) for x in some]}, lambda: data.drop(some), labels=True)
        kind = data.index.dtype
        wanted = some + (["absent"] if kind == "str" else [777])
        c.say("reindex", {"labels": [str(x) for x in wanted]}, lambda: data[["y", "t", "d", "flag", "cat"]].reindex(wanted), labels=True)
        part = data["y"][data["n"] > 0]
        if len(part):
            c.say("aligned", {}, lambda: data[["n"]].assign(z=part.iloc[::-1]), labels=True)
    key = rng.choice(["g", "größe", "t", "n"])
    if data[key].notna().all():
        c.say("set_index", {"key": key}, lambda: data.set_index(key), labels=True)
    c.say("reset_index", {}, lambda: data.rename_axis("label").reset_index(), labels=True)
    c.say("sort_index", {"ascending": n > 0}, lambda: data.sort_index(ascending=n > 0), labels=True)
    c.say("rename", {"from": "y", "to": "z z"}, lambda: data.rename(columns={"y": "z z"}), labels=True)
    column, value = rng.choice([("y", -1), ("n", 5), ("n", 2.5), ("t", "set"), ("g", None), ("flag", False), ("y", None), ("cat", "hi"), ("d", None), ("new", 3.5), ("new", "text")])

    def assigned():
        if column == "n" and isinstance(value, float):
            changed = data.astype({"n": float})
        else:
            changed = data.copy()
        changed.loc[changed["n"] > 0, column] = value
        if column == "n" and isinstance(value, float) and not (data["n"] > 0).any():
            return data
        return changed

    if column != "new" or (data["n"] > 0).any():
        c.say("set", {"column": column, "value": value}, assigned, labels=True)
    if len(data) and data.index.is_unique:
        c.say("transpose", {"columns": ["y", "n"]}, lambda: data[["y", "n"]].T, labels=True)
        c.say("transpose", {"columns": ["t", "g"]}, lambda: data[["t", "g"]].T, labels=True)
    by = rng.sample(KEYS + ["y", "n", "flag", "span"], rng.randint(1, 3))
    ascending = [rng.random() < 0.5 for _ in by]
    place = rng.choice(["first", "last"])
    c.say("sort_values", {"by": by, "ascending": ascending, "missing": place},
          lambda: data.sort_values(by, ascending=ascending, na_position=place, kind="stable"), labels=True)
    subset = rng.choice([None, ["g"], ["d"], ["cat", "b"], ["flag", "span"]])
    c.say("drop_duplicates", {"subset": subset}, lambda: data.drop_duplicates(subset), labels=True)
    c.say("dropna", {"subset": subset}, lambda: data.dropna(subset=subset), labels=True)
    c.say("select_dtypes", {}, lambda: data.select_dtypes(["int64", "float64"]), labels=True)


def grouping(c, data, rng):
    keys = rng.sample(KEYS, rng.choice([1, 1, 2, 3]))
    sort, dropna = rng.random() < 0.8, rng.random() < 0.8
    by = {"keys": keys, "sort": sort, "dropna": dropna}
    groups = data.groupby(keys, sort=sort, dropna=dropna, as_index=False, observed=True)
    name = rng.choice([k for k in ["y", "n", "flag", "d", "span", "t", "cat"] if k not in keys])
    functions = {"d": ["min", "max", "first", "last", "count", "nunique"], "span": ["min", "max", "first", "last", "count", "nunique", "sum", "mean", "median"],
                 "t": ["min", "max", "first", "last", "count", "nunique"], "cat": ["first", "last", "count", "nunique"],
                 "flag": ["sum", "any", "all", "mean", "count", "first"]}.get(name, ["mean", "sum", "std", "var", "min", "max", "median", "first", "last", "count", "nunique", "prod", "sem"])
    function = rng.choice(functions)
    if data[name].notna().any():
        c.say("agg named", by | {"column": name, "function": function}, lambda: groups.agg(result=(name, function)))
        c.say("transform", by | {"column": name, "function": function}, lambda: data.groupby(keys, sort=sort, dropna=dropna, observed=True)[name].transform(function))
    if len(data):
        c.say("size", by, lambda: groups.size())
        c.say("group head", by | {"n": 1}, lambda: data.groupby(keys, sort=sort, dropna=dropna, observed=True).head(1), labels=True)
        c.say("group filter", by | {"n": 2}, lambda: data.groupby(keys, sort=sort, dropna=dropna, observed=True).filter(lambda part: len(part) >= 2), labels=True)
    key = rng.choice(["g", "b", "größe"])
    if data.index.is_unique and len(data):
        c.say("idxmax", {"key": key, "column": "n"}, lambda: pd.DataFrame({"value": data.groupby(key)["n"].idxmax().astype(str).to_list()}))
        counted = data.groupby(key)["b" if key != "b" else "flag"].value_counts().reset_index()
        # pandas does not say in which order equal counts come.
        if not counted.duplicated([key, "count"]).any():
            c.say("group value_counts", {"key": key, "column": "b" if key != "b" else "flag"}, lambda: counted)
    c.say("keys", by, lambda: lines("; ".join(",".join("nan" if pd.isna(v) else short(v) for v in (k if isinstance(k, tuple) else (k,)))
                                             for k, _ in data.groupby(keys, sort=sort, dropna=dropna, observed=True))))


def short(value):
    """A key as Python prints it, times as the text of a column shows them."""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else str(value)
    return str(value)


def combining(c, data, rng):
    other = drawn(rng).rename(columns={"n": "m", "flag": "flag of b", "span": "s"})
    other["cat"] = pd.Categorical(other["cat"], dtype=data["cat"].dtype)
    on = rng.choice([["g"], ["d"], ["größe", "b"], ["x.1"], ["cat"], ["t", "d"], ["d", "g"]])
    how = rng.choice(["inner", "left", "right"] if "cat" in on else ["inner", "left", "right", "outer"])
    g = c.add_frame(other)
    c.say("merge", {"other": g, "on": on, "how": how}, lambda: data.merge(other, on=on, how=how))
    if len(data) and len(other):
        c.say("concat", {"other": g}, lambda: pd.concat([data, other]), labels=True)
        c.say("concat inner", {"other": g}, lambda: pd.concat([data, other], join="inner"), labels=True)
    a = data[["y", "t", "d"]]
    b = other[["m", "flag of b"]]
    if data.index.dtype == other.index.dtype and data.index.is_unique and other.index.is_unique:
        join = rng.choice(["left", "right", "inner"])
        c.say("join", {"other": g, "how": join}, lambda: a.join(b, how=join), labels=True)


def reshaping(c, data, rng):
    ids, values = rng.choice([(["g"], ["y", "n"]), (["d", "b"], ["y", "x.1"]), ([], ["t", "g"]), (["t"], ["n"]), (["span"], ["y"])])
    if len(data):
        c.say("melt", {"ids": ids, "values": values}, lambda: data.melt(id_vars=ids, value_vars=values))
    index, columns = rng.choice([("g", "b"), ("d", "b"), ("größe", "b"), ("t", "g"), ("d", "g")])
    complete = data.dropna(subset=[index, columns]).drop_duplicates([index, columns])
    if len(complete):
        h = c.add_frame(complete)
        c.add(h, "pivot", {"index": index, "columns": columns, "values": "y"}, lambda: flat(complete.pivot(index=index, columns=columns, values="y")))
        function = rng.choice(["mean", "sum", "count", "max"])
        if len(data.dropna(subset=[index, columns, "y"])):
            c.say("pivot_table", {"index": index, "columns": columns, "values": "y", "function": function},
                  lambda: flat(data.pivot_table(index=index, columns=columns, values="y", aggfunc=function, observed=True)))
    if len(data):
        chosen = rng.choice([["g"], ["b"], ["cat"], ["größe"]])
        c.say("get_dummies", {"columns": chosen}, lambda: pd.get_dummies(data[chosen + ["y"]], columns=chosen), labels=True)
    if data["y"].notna().any() and len(data) > 1:
        edges = rng.choice([[-20, 0, 20], [-5.5, 1.25, 7], [0, 5]])
        names = [f"part {i}" for i in range(len(edges) - 1)]
        c.say("cut", {"column": "y", "edges": edges, "labels": names}, lambda: pd.cut(data["y"], edges, labels=names))


def flat(data):
    data = data.copy()
    data.columns = [short(v) for v in data.columns]
    return data.reset_index()


def categories(c, data, rng):
    cat = data["cat"].cat
    levels = list(cat.categories)
    rng.shuffle(levels)
    c.say("cat codes", {}, lambda: cat.codes.astype("int64"))
    c.say("cat set", {"levels": levels[:3]}, lambda: cat.set_categories(levels[:3]))
    c.say("cat reorder", {"levels": levels}, lambda: cat.reorder_categories(levels, ordered=True))
    c.say("cat rename", {"from": levels[0], "to": "other"}, lambda: cat.rename_categories({levels[0]: "other"}))
    c.say("cat add", {"levels": ["more"]}, lambda: cat.add_categories(["more"]))
    c.say("cat remove", {"levels": levels[:1]}, lambda: cat.remove_categories(levels[:1]))
    c.say("cat unused", {}, lambda: cat.remove_unused_categories())
    c.say("cat min", {}, lambda: single(cat.as_ordered().min()))


def dates(c, data, rng):
    d, span = data["d"].dt, data["span"].dt
    part = rng.choice(["year", "month", "day", "hour", "minute", "dayofweek", "dayofyear", "quarter", "days_in_month", "is_month_start", "is_month_end"])
    c.say("dt", {"part": part}, lambda: getattr(d, part))
    c.say("month_name", {}, lambda: d.month_name())
    c.say("strftime", {}, lambda: d.strftime("%d.%m.%Y %H:%M"))
    c.say("floor", {"frequency": "6h"}, lambda: d.floor("6h"))
    c.say("days", {}, lambda: span.days)
    c.say("total_seconds", {}, lambda: span.total_seconds())
    hours = rng.choice([24, 36, -5])
    c.say("plus", {"hours": hours}, lambda: data["d"] + pd.Timedelta(hours=hours))
    c.say("elapsed", {}, lambda: (data["d"] - data["d"].min()).dt.days.rename("d"))
    if len(data):
        c.say("by month", {}, lambda: data.groupby(data["d"].dt.month)["n"].sum().reset_index()[["n"]])
    form = rng.choice(["%Y-%m-%d", "%d/%m/%Y", "%b %d %Y"])
    c.say("to_datetime", {"format": form}, lambda: pd.to_datetime(d.strftime(form), format=form).astype("datetime64[us]"))


def writing(c, data, rng):
    options = {"sep": rng.choice([",", ";", "\t"]), "na_rep": rng.choice(["", "NA", "-"]), "index": rng.random() < 0.5, "header": rng.random() < 0.8,
               "float_format": rng.choice([None, None, "%.3f", "%10.2e"]), "decimal": rng.choice([".", ","]), "date_format": rng.choice([None, "%d.%m.%Y"])}
    if options["decimal"] == options["sep"]:
        options["sep"] = ";"
    columns = rng.choice([None, ["t", "y", "d"], ["n"]])
    names = columns or [k for k in data.columns if k != "span"]
    c.say("to_csv", options | {"columns": names}, lambda: lines(data.to_csv(columns=names, **options)))
    text = data[names].to_csv(index=False)
    if len(data):
        c.say("csv", {"text": text}, lambda: pd.read_csv(io.StringIO(text)).drop(columns=["b", "flag"], errors="ignore"))
    orient = rng.choice(["records", "columns", "split", "index", "values"])
    plain_names = [k for k in ["y", "n", "t", "flag", "g"] if k in data]
    if len(data) and data.index.is_unique:
        json = data[plain_names].to_json(orient=orient, double_precision=15)
        found = pd.read_json(io.StringIO(json), orient=orient, dtype=False, convert_axes=False, convert_dates=False)
        c.say("json", {"text": json, "orient": orient}, lambda: typed(found))
        if orient == "records":
            rows = data[plain_names].to_json(orient="records", lines=True, double_precision=15)
            c.say("json lines", {"text": rows}, lambda: typed(found))
    c.say("repr", {}, lambda: lines(repr(data[["g", "n", "flag", "y", "cat"]])))
    with pd.option_context("display.width", 10_000, "display.max_columns", 50):
        c.say("to_string", {}, lambda: lines(data[["y", "t", "n"]].to_string()))
        c.say("to_string bare", {}, lambda: lines(data[["t", "y", "n"]].to_string(index=False)))
        c.say("series repr", {"column": "x.1"}, lambda: lines(repr(data["x.1"].reset_index(drop=True))))
        if len(data):
            c.say("to_html", {}, lambda: lines(data[["n", "t", "flag"]].to_html()))


def typed(found):
    """Columns of truth values that pandas reads as objects or numbers beside missing ones, with the types of their values."""
    for name in found:
        values = found[name].to_list()
        if found[name].dtype == object and all(v is None or v != v for v in values):
            found[name] = found[name].astype(float)
    return found


AREAS = [windows, filling, counting, elements, selecting, grouping, combining, reshaping, categories, dates, writing]

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=str(ROOT / "frames"))
    parser.add_argument("--cases", type=int, default=1300)
    parser.add_argument("--seed", type=int, default=20)
    chosen = parser.parse_args()
    cases = Draws(chosen.seed)
    while len(cases.cases) < chosen.cases:
        data = drawn(cases.rng)
        f = cases.add_frame(data)
        for area in cases.rng.sample(AREAS, len(AREAS)):
            cases.one(data, f, area)
    folder = pathlib.Path(chosen.folder)
    folder.mkdir(parents=True, exist_ok=True)
    cases.save(folder / "random.json")
    print(len(cases.cases), "cases on", len(cases.frames), "frames")
