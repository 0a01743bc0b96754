"""List every public name of statsmodels' mixed models with its arguments and defaults: names.json.

    python generators/names.py [OUTPUT_FILE]
"""

import inspect
import pathlib
import sys
import warnings

import pandas as pd
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.regression import mixed_linear_model as mlm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture_format import save  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments(function):
    """[{name, default}] without self; no default: null; variable arguments keep their stars."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = None if parameter.default is parameter.empty else repr(parameter.default)
        found.append({"name": stars + parameter.name, "default": default})
    return found


def members(cls, instance):
    """Public members of a class, and the attributes that its instances carry."""
    names = {name for name in dir(cls) if not name.startswith("_")}
    if instance is not None:
        names |= {name for name in vars(instance) if not name.startswith("_")}
    found = []
    for name in sorted(names):
        static = inspect.getattr_static(cls, name, None)
        if isinstance(static, (staticmethod, classmethod)) or inspect.isfunction(static):
            found.append({"name": name, "kind": "method", "arguments": arguments(getattr(cls, name))})
        else:
            found.append({"name": name, "kind": "attribute", "arguments": []})
        owner = next((base for base in cls.__mro__ if name in vars(base)), cls)
        found[-1]["from"] = owner.__name__
    return found


def main(output):
    warnings.simplefilter("ignore")
    data = pd.DataFrame({"y": [1.0, 2, 4, 3, 5, 9, 7, 6], "x": [1.0, 2, 3, 5, 4, 6, 8, 7], "g": [1, 1, 1, 2, 2, 2, 3, 3]})
    model = smf.mixedlm("y ~ x", data, groups="g")
    fit = model.fit()
    classes = {
        "MixedLM": (mlm.MixedLM, model),
        "MixedLMParams": (mlm.MixedLMParams, fit.params_object),
        "VCSpec": (mlm.VCSpec, model.exog_vc),
        "MixedLMResults": (mlm.MixedLMResults, fit._results),
    }
    save(
        output,
        {
            "schema": 1,
            "provenance": {"generator": "generators/names.py", "statsmodels": statsmodels.__version__},
            "functions": [{"name": "mixedlm", "arguments": arguments(mlm.MixedLM.from_formula)}],
            "classes": [
                {"name": name, "initializer": arguments(cls.__init__), "members": members(cls, instance)}
                for name, (cls, instance) in classes.items()
            ],
        },
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "names.json")
