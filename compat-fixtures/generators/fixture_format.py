"""How a fixture is written: ordered keys, 17 significant digits, non-finite numbers as strings."""

import json
import math

import numpy as np


def plain(value):
    """Turn numpy and pandas values into what json can write."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isnan(number):
            return "nan"
        return number if math.isfinite(number) else ("inf" if number > 0 else "-inf")
    return value if value is None else str(value)


def labelled(names, values):
    """A labelled vector. Keys taken from data never become JSON keys."""
    return {"names": [str(name) for name in names], "values": plain(np.asarray(values, dtype=float))}


def _write(value, depth):
    if isinstance(value, dict) and value and depth < 3:
        pad = "  " * (depth + 1)
        entries = [f"{pad}{json.dumps(key)}: {_write(entry, depth + 1)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(entries) + "\n" + "  " * depth + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict) and depth < 3:
        pad = "  " * (depth + 1)
        return "[\n" + ",\n".join(pad + _write(entry, depth + 1) for entry in value) + "\n" + "  " * depth + "]"
    return json.dumps(value, ensure_ascii=False)


def save(path, fixture):
    path.write_text(_write(plain(fixture), 0) + "\n", encoding="utf-8")


def difference(old, new, tolerance=1e-9, where=""):
    """Return a description of the first difference, or None: numbers within `tolerance` relative, the rest exactly."""
    if where == ".lme4":  # its optimiser's last digits depend on the number of threads
        tolerance = max(tolerance, 1e-5)
    if isinstance(old, dict) and isinstance(new, dict):
        if list(old) != list(new):
            return f"{where}: keys {list(old)} and {list(new)}"
        pairs = [(f"{where}.{key}", old[key], new[key]) for key in old]
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return f"{where}: lengths {len(old)} and {len(new)}"
        if old and all(isinstance(x, float) for x in old + new):
            scale = max(max(map(abs, old)), max(map(abs, new)), 1e-300)
            worst = max(abs(a - b) for a, b in zip(old, new)) / scale
            return f"{where}: relative difference {worst:.1e}" if worst > tolerance else None
        pairs = [(f"{where}[{i}]", a, b) for i, (a, b) in enumerate(zip(old, new))]
    elif isinstance(old, (int, float)) and isinstance(new, (int, float)):
        gap = abs(old - new) / max(abs(old), abs(new), 1e-300)
        return f"{where}: {old!r} and {new!r}" if gap > tolerance and abs(old - new) > 1e-12 else None
    else:
        return None if old == new else f"{where}: {old!r} and {new!r}"
    for name, a, b in pairs:
        found = difference(a, b, tolerance, name)
        if found:
            return found
    return None
