"""Rewrite the name tables of the documentation page "Porting from Python".

    make docs; python compat-fixtures/generators/porting_page.py

Names come from names.json and from the lines "Python: Class.name" of doc comments, which the symbol graphs in
.build/docs/symbols hold. The text around the tables is kept.
"""

import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "Sources/StatsModels/Documentation.docc/PortingFromPython.md"
SYMBOLS = ROOT / ".build/docs/symbols"
TITLES = {"MixedLM": "Models", "MixedLMParams": "Parameters", "VCSpec": "Variance components", "MixedLMResults": "Results"}
OTHERS = [("Tests of hypotheses", ["ContrastResults", "WaldTestResults", "MultiCompResult"]),
          ("Simulated responses", ["MixedLMDistribution"]), ("Summaries", ["summary2", "Summary"])]
# What exists in statsmodels by inheritance only, or is replaced; the page "Differences from statsmodels" says so.
LEFT_OUT = {"bsejac", "bsejhj", "covjac", "covjhj", "data", "exog_re2_li", "get_nlfun", "information", "initialize",
            "score_obsv", "re_pen", "fe_pen", "cov_pen", "reml"}


def suffix(precise):
    """The hash by which DocC tells overloads apart: FNV-1 of the symbol's name, folded to 24 bits."""
    value = 2166136261
    for byte in precise.encode():
        value = (value * 16777619) & 0xFFFFFFFF ^ byte
    value = value >> 24 ^ value & 0xFFFFFF
    text = ""
    while value:
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36] + text
        value //= 36
    return "-" + text


def swift_names():
    """{Python name: links}, in the order of the symbols."""
    symbols = []
    for file in sorted(SYMBOLS.glob("StatsModels*.symbols.json")):
        for symbol in json.loads(file.read_text())["symbols"]:
            lines = symbol.get("docComment", {}).get("lines", [])
            comment = "\n".join(line["text"] for line in lines).replace("\\_", "_")
            symbols.append(("/".join(symbol["pathComponents"]), symbol["identifier"]["precise"], comment))
    count = collections.Counter(path for path, _, _ in symbols)
    found = collections.OrderedDict()
    for path, precise, comment in symbols:
        for name in re.findall(r"Python: ([\w.]+)", comment):
            link = f"``{path}{suffix(precise) if count[path] > 1 else ''}``"
            links = found.setdefault(name.rstrip("."), [])
            # One overload stands for all.
            if not any(known.startswith(f"``{path}") for known in links):
                links.append(link)
    return found


def table(title, names, links):
    rows = [f"| `{name}` | {', '.join(links[name])} |" for name in names if name in links]
    return "\n".join([f"## {title}", "", "| Python | Swift |", "|---|---|", *rows, ""]) if rows else ""


def main():
    links = swift_names()
    classes = json.loads((ROOT / "compat-fixtures/names.json").read_text())["classes"]
    parts = [table("Functions", [n for n in links if n.startswith("statsmodels.") or n.endswith("summary_col")], links)]
    missing = []
    for entry in classes:
        name = entry["name"]
        members = [f"{name}.{member['name']}" for member in entry["members"]]
        missing += [m for m in members if m not in links and m.split(".")[1] not in LEFT_OUT]
        others = [known for known in links if known.startswith(name + ".") and known not in members]
        parts.append(table(TITLES.get(name, name), [name, *members, *others], links))
    for title, owners in OTHERS:
        parts.append(table(title, [n for n in links if n.split(".")[0] in owners and not n.endswith("summary_col")], links))
    penalties = [n for n in links if n.split(".")[0] in ("Penalty", "L2", "PseudoHuber", "CovariancePenalty", "PSD")]
    parts.append(table("Penalties", penalties, links))
    text = PAGE.read_text()
    start, end = text.index("## Functions"), text.index("## pandas")
    PAGE.write_text(text[:start] + "\n".join(part for part in parts if part) + "\n" + text[end:])
    if missing:
        print("Without a Swift name:", ", ".join(missing), file=sys.stderr)


if __name__ == "__main__":
    main()
