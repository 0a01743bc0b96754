"""What patsy makes of formulas: parse trees, terms, error spans, spacing of factor names.

The formulas are those of patsy's own tests and random ones over a small vocabulary.
"""

import random
import sys

from patsy import ModelDesc, PatsyError
from patsy.desc import _eval_error_tests, _eval_tests
from patsy.parse_formula import _parser_error_tests, _parser_tests, parse_formula
from patsy.tokens import normalize_token_spacing
from spline_cases import write

SPACED = [
    "1 + 1", "1+1", "1*(2+3**2)", "a and b", "foo(a=bar.baz[1:])", '{"hi":foo[:]}', "'a' \"b\" 'c'",
    '"""a""" is 1 or 2==3', "foo ( * args )", "foo ( a * args )", "foo ( ** args )", "foo ( a ** args )",
    "foo (1, * args )", "foo (1, a * args )", "foo (1, ** args )", "foo (1, a ** args )", "a=foo(b = 1)",
    "foo(+ 10, bar = - 1)", "1 + +10 + -1 - 5", "np . log( x )", "x[ 1 : 2 , 3 ]", "a<b<=c!=d", "a//b%c",
    "~a", "a if b else c", "x @ y", "not a", "f(x)(y)", "f (lambda x:x)", "a<<b>>c", "a^b|c&d", "x .y", "{1:2,3 :4}",
    "[-1,+2]", "(-1)", "a[-1]", "a[b]-1", "1.5e3+.5", "0x1F+1_000", "r'a'  b'b'", "f(a,b=[1,2],*c)", "a\tb", "a -- b",
]  # fmt: skip

WORDS = ["a", "b", "c", "x", "f(a, b)", "I(x+1)", "a", "b", "c", "x", "y", "'s'", "0", "1"]
SIGNS = ["+", "+", "+", "-", "*", "*", "/", ":", ":", "**", "~"]


def expression(chance, depth):
    """A random formula; parentheses match."""
    parts = []
    for i in range(chance.choice([1, 1, 2, 2, 3])):
        if i:
            parts.append(chance.choice(SIGNS))
        if chance.random() < 0.04:
            parts.append(chance.choice("+-"))
        if depth and chance.random() < 0.4:
            parts += ["(", expression(chance, depth - 1), ")"]
        else:
            power = parts and parts[-1] == "**"
            parts.append("2" if power and chance.random() < 0.9 else chance.choice(WORDS))
    return chance.choice(["", " "]).join(parts)


def random_formulas(count):
    chance = random.Random(20240501)
    for i in range(count):
        formula = expression(chance, 3)
        if i % 8 == 0:  # one character lost, doubled or replaced
            at = chance.randrange(len(formula))
            formula = formula[:at] + chance.choice(["", formula[at] * 2, "+", ")", "("]) + formula[at + 1 :]
        yield formula


def tree(node):
    if not node.args:
        return str(node.token.extra)
    return "(" + " ".join([str(node.type)] + [tree(arg) for arg in node.args]) + ")"


def names(terms):
    return [[factor.name() for factor in term.factors] for term in terms]


def attempt(formula):
    try:
        described = ModelDesc.from_formula(formula)
    except PatsyError as error:
        origin = error.origin
        span = None if origin is None else [origin.code, origin.start, origin.end]
        return {"formula": formula, "message": error.message, "span": span}
    except SyntaxError:
        return {"formula": formula, "message": "SyntaxError", "span": None}
    return {
        "formula": formula,
        "left": names(described.lhs_termlist),
        "right": names(described.rhs_termlist),
        "describe": described.describe(),
    }


def main(out_dir):
    plain = [f.replace("<", "").replace(">", "") for f in _parser_error_tests + _eval_error_tests]
    given = list(_parser_tests) + list(_eval_tests) + plain
    formulas = list(dict.fromkeys(given + list(random_formulas(2400))))
    write(
        out_dir,
        "language.json",
        "language_cases.py",
        trees=[{"formula": f, "tree": tree(parse_formula(f))} for f in _parser_tests],
        spacing=[{"text": text, "normal": normalize_token_spacing(text)} for text in SPACED],
        formulas=[attempt(f) for f in formulas],
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "compat-fixtures/patsy")
