"""The arithmetic of a spec's values: what it computes, what it refuses and where."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.diagnostics import Problem, Source, Unknown
from cnncalc.language.expressions import (
    UNKNOWN,
    Expression,
    parse,
    parse_text,
)
from cnncalc.language.expressions.functions import SIGNATURES, make_divisible
from cnncalc.language.expressions.tokens import FOREIGN_LITERALS
from cnncalc.language.vocabulary import FUNCTIONS, KEYWORDS
from cnncalc.text.parser import Mapping, Scalar
from cnncalc.text.parser import parse as parse_tree

WORDS = frozenset(("same", "relu", "none", "batchnorm"))
SCOPE: dict[str, Any] = {
    "width": 64,
    "ratio": 0.25,
    "i": 2,
    "first": False,
    "last": True,
    "norm": "batchnorm",
    "depths": (3, 4, 6, 3),
    "sides": {"top": 1},
    "skip": object(),
    "lost": UNKNOWN,
}


def expression(text: str) -> Expression:
    return parse_text(text, Source("--set", text), WORDS)


def value(text: str) -> Any:
    return expression(text).evaluate(SCOPE)


def refusal(text: str) -> tuple[str, str]:
    """The code, and the part of the text it points at."""
    with pytest.raises(Problem) as caught:
        value(text)
    diagnostic = caught.value.diagnostic
    return diagnostic.code, text[diagnostic.column - 1 : diagnostic.span.end_column - 1]


VALUES = [
    # literals
    ("64", 64),
    ("-1", -1),
    ("0", 0),
    ("1_000", 1000),
    ("0.5", 0.5),
    (".5", 0.5),
    ("5e-4", 5e-4),
    ("-2.5e+1", -25.0),
    ("1000000000000000", 10**15),
    ("true", True),
    ("false", False),
    ("same", "same"),
    (" relu ", "relu"),
    # arithmetic, with Python's precedence
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("2 ** 3 ** 2", 512),
    ("-2 ** 2", -4),
    ("2 ** -1", 0.5),
    ("+width", 64),
    ("- -3", 3),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("7.5 // 2", 3.0),
    ("64 * 2**i", 256),
    ("width * ratio", 16.0),
    # `/` is whole when it divides
    ("8 / 2", 4),
    ("7 / 2", 3.5),
    ("-9 / 3", -3),
    ("6.0 / 2", 3.0),
    # comparisons, logic, choice; what is not needed is not evaluated
    ("1 < 2", True),
    ("2 >= 2.0", True),
    ("1 == 1.0", True),
    ("norm == batchnorm", True),
    ("norm != none", True),
    ("first == false", True),
    ("not first and last", True),
    ("not 1 > 2", True),
    ("first and 1 / 0", False),
    ("last or lost", True),
    ("2 if norm == batchnorm else 3", 2),
    ("1 if first else 1 if last else 3", 1),
    ("7 if last else 1 / 0", 7),
    # lists
    ("[6, 12, 32, 32]", (6, 12, 32, 32)),
    ("[]", ()),
    ("[width, true, relu,]", (64, True, "relu")),
    ("depths[i]", 6),
    ("depths[4 / 2]", 6),
    ("[1, 2][1] + 1", 3),
    # functions
    ("min(3, 1, 2)", 1),
    ("min(depths)", 3),
    ("max(8, 64 * ratio)", 16.0),
    ("sum(depths)", 16),
    ("sum([])", 0),
    ("len(depths)", 4),
    ("len([relu])", 1),
    ("ceil(2.1)", 3),
    ("floor(-2.1)", -3),
    ("round(0.5)", 0),
    ("round(1.5)", 2),
    ("round(2.5)", 2),
    ("make_divisible(33)", 32),
    ("make_divisible(32 * 0.35)", 16),
    ("make_divisible(10, 3)", 9),
    ("max(min(1, 2), 3)[0] if first else 3", 3),
]


@pytest.mark.parametrize(("text", "result"), VALUES)
def test_value(text: str, result: Any) -> None:
    """The value, and its type: 4 is not 4.0, nor true 1."""
    found = value(text)
    assert found == result
    assert type(found) is type(result)


REFUSALS = [
    # how it is written
    ("", "malformed-expression", ""),
    ("64 *", "malformed-expression", "*"),
    ("* 3", "malformed-expression", "*"),
    ("width 2", "malformed-expression", "2"),
    ("(1 + 2", "malformed-expression", "("),
    ("1 + 2)", "malformed-expression", ")"),
    ("[1, 2", "malformed-expression", "["),
    ("64, 3", "malformed-expression", ","),
    ("'same'", "malformed-expression", "'"),
    ("${width}", "malformed-expression", "${width}"),
    ("width.x", "malformed-expression", "."),
    ("50%", "malformed-expression", "%"),
    ("round", "malformed-expression", "round"),
    ("1 if last", "malformed-expression", "if"),
    ("width in depths", "malformed-expression", "in"),
    ("true == not first", "malformed-expression", "not"),
    ("bréite", "malformed-expression", "bréite"),
    ("1:30", "malformed-expression", ":"),
    ("064", "malformed-number", "064"),
    ("0x40", "malformed-number", "0x40"),
    ("4,096", "malformed-number", "4,096"),
    ("2 * 64k", "malformed-number", "64k"),
    ("1__0", "malformed-number", "1__0"),
    ("1.2.3", "malformed-number", "1.2.3"),
    ("5e", "malformed-number", "5e"),
    ("3x3", "malformed-number", "3x3"),
    ("2 ^ 6", "foreign-operator", "^"),
    ("first && last", "foreign-operator", "&&"),
    ("first || last", "foreign-operator", "||"),
    ("!first", "foreign-operator", "!"),
    ("last ? 1 : 2", "foreign-operator", "?"),
    ("norm = none", "foreign-operator", "="),
    ("norm === none", "foreign-operator", "==="),
    ("width <> 3", "foreign-operator", "<>"),
    ("(3) × 3", "foreign-operator", "×"),
    ("3 × 3", "malformed-number", "3 × 3"),
    ("first AND last", "foreign-operator", "AND"),
    ("norm is none", "foreign-operator", "is"),
    ("0 < i < 3", "chained-comparison", "<"),
    ("0 == i == 3", "chained-comparison", "=="),
    ("2 * ciel(7.5)", "unknown-function", "ciel"),
    ("width(3)", "unknown-function", "width"),
    ("relu(3)", "unknown-function", "relu"),
    ("ceil(1, 2)", "wrong-argument-count", "ceil(1, 2)"),
    ("min()", "wrong-argument-count", "min()"),
    ("make_divisible(1, 2, 3)", "wrong-argument-count", "make_divisible(1, 2, 3)"),
    ("1 +" * 66 + " 111", "expression-too-long", "1 +" * 66 + " 111"),
    ("(" * 31 + "1" + ")" * 31, "expression-too-deep", "("),
    ("-" * 31 + "1", "expression-too-deep", "-"),
    ("**".join("1" * 32), "expression-too-deep", "**"),
    ("not " * 31 + "last", "expression-too-deep", "not"),
    # what it computes
    ("2 * widht", "unknown-name", "widht"),
    ("1 + true", "wrong-operand", "true"),
    ("norm * 2", "wrong-operand", "norm"),
    ("relu < 2", "wrong-operand", "relu"),
    ("depths + 1", "wrong-operand", "depths"),
    ("-last", "wrong-operand", "last"),
    ("not 1", "wrong-operand", "1"),
    ("1 if width else 2", "wrong-operand", "width"),
    ("last and width", "wrong-operand", "width"),
    ("width[0]", "wrong-operand", "width"),
    ("depths[0.5]", "wrong-operand", "0.5"),
    ("depths[true]", "wrong-operand", "true"),
    ("[depths]", "wrong-operand", "depths"),
    ("skip * 2", "wrong-operand", "skip"),
    ("sides + 1", "wrong-operand", "sides"),
    ("ceil(true)", "wrong-operand", "true"),
    ("min(3)", "wrong-operand", "3"),
    ("min(3, none)", "wrong-operand", "none"),
    ("sum([1, true])", "wrong-operand", "[1, true]"),
    ("make_divisible(8, 0)", "wrong-operand", "0"),
    ("make_divisible(8, 0.5)", "wrong-operand", "0.5"),
    ("norm == 0", "incomparable-values", "norm == 0"),
    ("last == 1", "incomparable-values", "last == 1"),
    ("depths == [3]", "incomparable-values", "depths == [3]"),
    ("1 / (2 - i)", "undefined-arithmetic", "(2 - i)"),
    ("1 // 0", "undefined-arithmetic", "0"),
    ("1 % 0.0", "undefined-arithmetic", "0.0"),
    ("0 ** -1", "undefined-arithmetic", "0"),
    ("(-8) ** 0.5", "undefined-arithmetic", "(-8) ** 0.5"),
    ("max([])", "undefined-arithmetic", "max([])"),
    ("depths[4]", "index-out-of-range", "4"),
    ("depths[i - 3]", "index-out-of-range", "i - 3"),
    ("[][0]", "index-out-of-range", "0"),
    ("1e16", "number-too-large", "1e16"),
    ("1e400", "number-too-large", "1e400"),
    ("10 ** 15 + 1", "number-too-large", "10 ** 15 + 1"),
    ("2 ** 65", "number-too-large", "2 ** 65"),
    ("1_000_001 ** 2", "number-too-large", "1_000_001 ** 2"),
    ("1e6 ** 64", "number-too-large", "1e6 ** 64"),
    ("9 ** 9 ** 9", "number-too-large", "9 ** 9 ** 9"),
    ("1e15 / 1e-9", "number-too-large", "1e15 / 1e-9"),
]


@pytest.mark.parametrize(("text", "code", "place"), REFUSALS)
def test_refusal(text: str, code: str, place: str) -> None:
    """The code, and the exact part of the text under the caret."""
    assert refusal(text) == (code, place)


@pytest.mark.parametrize("literal", FOREIGN_LITERALS)
def test_foreign_literal(literal: str) -> None:
    """Booleans, nulls and infinities of YAML and other languages: errors, wherever they stand."""
    assert refusal(literal) == ("foreign-literal", literal)
    assert refusal(f"last == {literal}") == ("foreign-literal", literal)


MENDS = [
    ("2 ^ 6", "2 ** 6"),
    ("first&&last", "first and last"),
    ("!first", "not first"),
    ("norm=none", "norm==none"),
    ("first AND last", "first and last"),
    ("(3) × 3", "(3) * 3"),
    ("3 × 3", "3"),
    ("064", "64"),
    ("0x40", "64"),
    ("4,096", "4_096"),
    ("64k", "64_000"),
    ("12M", "12_000_000"),
    ("yes", "true"),
    ("Off", "false"),
    ("None", "none"),
    ("2 * widht", "2 * width"),
    ("ciel(7.5)", "ceil(7.5)"),
]


@pytest.mark.parametrize(("text", "fixed"), MENDS)
def test_fix(text: str, fixed: str) -> None:
    """The fix, applied, is the text meant, and has a value."""
    with pytest.raises(Problem) as caught:
        value(text)
    (fix,) = caught.value.diagnostic.fixes
    (edit,) = fix.edits
    assert text[: edit.span.column - 1] + edit.text + text[edit.span.end_column - 1 :] == fixed
    value(fixed)


MESSAGES = [
    ("norm * 2", "`*` needs numbers, not the word 'batchnorm' (from 'norm')"),
    ("2 * relu", "`*` needs numbers, not the word 'relu'"),
    ("skip * 2", "`*` needs numbers, not the output of a step (from 'skip')"),
    ("norm == 0", "the word 'batchnorm' cannot be compared with 0"),
    ("depths[i + 2]", "index 4 (from 'i + 2') is out of range: the list has 4 items (0 to 3)"),
    ("1 / (2 - i)", "division by zero: 1 / 0"),
    ("ceil(1, 2)", "ceil takes one number, but has 2 arguments"),
    ("3x3", "'3x3' is not a valid number: it looks like a shape"),
]


@pytest.mark.parametrize(("text", "message"), MESSAGES)
def test_message(text: str, message: str) -> None:
    """Both facts that disagree, and where a computed one comes from."""
    with pytest.raises(Problem) as caught:
        value(text)
    assert caught.value.diagnostic.message == message


def test_unknown() -> None:
    """A value that a mistake made unknown is silent wherever it is read, and only there."""
    for text in ("lost", "2 * lost", "lost == none", "lost if last else 1", "[1, lost]"):
        with pytest.raises(Unknown):
            value(text)
    assert value("lost if first else 1") == 1
    for text in ("x[1]", "sum(x)", "max(x)"):
        with pytest.raises(Unknown):
            expression(text).evaluate({"x": (1, UNKNOWN)})


def test_names() -> None:
    """Every free name with its place, also in a branch that is not taken; no words, functions."""
    read = expression("(width) if norm == none else max(i, width)")
    assert [(name, span.column) for name, span in read.names] == [
        ("width", 2),
        ("norm", 12),
        ("i", 34),
        ("width", 37),
    ]
    assert not read.is_constant
    assert read.value is None


def test_constant() -> None:
    """Without names the value is known at once, and so is what is wrong with it."""
    read = expression("2 * 32")
    assert read.is_constant
    assert read.value == 64
    with pytest.raises(Problem):
        expression("64 / 0")


def test_place_of_text() -> None:
    """A text inside a longer line: a block's default value."""
    line = "  se(squeeze=in_chanels // 16):"
    source = Source("net.yaml", f"blocks:\n{line}\n")
    read = parse_text("in_chanels // 16", source, WORDS, line=2, column=14)
    ((_, span),) = read.names
    assert line[span.column - 1 : span.end_column - 1] == "in_chanels"
    assert span.line == 2


def scalar(text: str) -> Scalar:
    source = Source("net.yaml", text)
    tree = parse_tree(source, [])
    assert isinstance(tree, Mapping)
    node = tree.entries["a"].value
    assert isinstance(node, Scalar)
    return node


PLACES = [
    ("a: 2 * widht", 1, 8, 13),
    ("b: 1\na:   widht", 2, 6, 11),
    ("a: '2 * widht'", 1, 9, 14),
    ('a: "2 * widht"', 1, 9, 14),
    ("{a: widht}", 1, 5, 10),
    # escaped or folded: the whole scalar
    (r'a: "2 * wid\x68t"', 1, 4, 18),
]


@pytest.mark.parametrize(("text", "line", "column", "end_column"), PLACES)
def test_place_in_yaml(text: str, line: int, column: int, end_column: int) -> None:
    """Errors point at the exact part of a scalar that stands in the source letter for letter."""
    with pytest.raises(Problem) as caught:
        parse(scalar(text), WORDS).evaluate(SCOPE)
    span = caught.value.diagnostic.span
    assert (span.line, span.column, span.end_column) == (line, column, end_column)


def test_folded() -> None:
    """In a folded scalar the whole is meant, and the fix is advice, for it cannot be applied."""
    with pytest.raises(Problem) as caught:
        parse(scalar("a: 2 *\n  widht"), WORDS).evaluate(SCOPE)
    diagnostic = caught.value.diagnostic
    assert (diagnostic.line, diagnostic.span.end_line) == (1, 2)
    assert not diagnostic.fixes
    assert "write `width`" in diagnostic.help


def test_read_once() -> None:
    """A scalar is read once; quotes do not change what it means."""
    node = scalar("a: '64'")
    assert parse(node, WORDS) is parse(node, WORDS)
    assert parse(node, WORDS).value == 64


def test_functions() -> None:
    """The reserved names are those of the functions that exist."""
    assert tuple(SIGNATURES) == FUNCTIONS


# Source: torchvision.models._utils._make_divisible, run for every width of MobileNetV2 and V3.
@pytest.mark.parametrize(
    ("number", "divisor", "result"),
    [
        (32 * 0.75, 8, 24),
        (16 * 0.35, 8, 8),
        (24 * 1.4, 8, 32),
        (1280 * 1.4, 8, 1792),
        (72 / 4, 8, 24),
        (120 / 4, 8, 32),
        (3, 8, 8),
        (12, 8, 16),
        (11, 8, 16),
        (8.8, 8, 8),
        (8.9, 8, 16),
    ],
)
def test_make_divisible(number: float, divisor: int, result: int) -> None:
    assert make_divisible(number, divisor) == result


# Against Python itself, where both languages agree.

OPERANDS = ("0", "1", "7", "2.5", "(3 - 5)")
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=")
PAIRS = [
    f"{sign}{a} {first} {b} {second} {c}"
    for a, b, c in itertools.permutations(OPERANDS, 3)
    for first, second in zip(OPERATORS[:7], ("*", "**", "+", "-", "/", "//", "%"), strict=True)
    for sign in ("", "-")
]


@pytest.mark.parametrize("text", PAIRS)
def test_as_python(text: str) -> None:
    """Precedence, signs, division and powers are Python's (which gives a float more often)."""
    try:
        result = eval(text)
    except (ZeroDivisionError, OverflowError, TypeError):  # the last for a complex number
        result = math.nan
    if isinstance(result, complex) or not abs(result) <= 1e15:
        assert refusal(text)[0] in ("undefined-arithmetic", "number-too-large")
    else:
        assert value(text) == pytest.approx(result, rel=1e-12)


SIGNS = [*"0123456789.,+-*/%()[]<>=!^&|?:~'\"$_ ", "**", "//", "==", "1e9", ".inf"]
NAMES = ["width", "depths", "lost", "norm", "relu", "yes", "None", *KEYWORDS, *FUNCTIONS]
FRAGMENTS = st.sampled_from(SIGNS + sorted(NAMES))
TEXTS = st.text() | st.lists(FRAGMENTS, max_size=60).map("".join)
TEXTS |= st.lists(FRAGMENTS, max_size=25).map(" ".join)

NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)
SCOPES = st.dictionaries(
    st.sampled_from(["width", "depths", "norm", "lost"]),
    NUMBERS
    | st.booleans()
    | st.sampled_from(["relu", UNKNOWN, {"top": 1}])
    | st.lists(NUMBERS | st.sampled_from([True, "relu", UNKNOWN]), max_size=4).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(TEXTS, SCOPES)
def test_any_text(text: str, scope: dict[str, Any]) -> None:
    """Any text gives a value within bounds, or a problem inside the text; nothing else."""
    try:
        found: Any = expression(text).evaluate(scope)
    except Unknown:
        return
    except Problem as problem:
        span = problem.diagnostic.span
        assert 1 <= span.column <= span.end_column <= len(text) + 1
        return
    if type(found) in (int, float):
        assert -(10**15) <= found <= 10**15


def trees(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from([*OPERATORS, "and", "or"]), inner)
    return (
        two.map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda x: f"(not {x})")
        | inner.map(lambda x: f"-{x}")
        | st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})")
        | st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda p: f"{p[0]}({p[1]})")
        | st.tuples(inner, inner).map(lambda p: f"[{p[0]}, {p[1]}]")
        | inner.map(lambda x: f"depths[{x}]")
    )


LEAVES = st.sampled_from(
    ["0", "3", "0.5", "1e15", "true", "relu", "width", "norm", "lost", "depths"]
)


@given(st.recursive(LEAVES, trees, max_leaves=12).filter(lambda t: len(t) <= 200), SCOPES)
def test_any_expression(text: str, scope: dict[str, Any]) -> None:
    """Any expression in any scope gives a value, a problem or `Unknown`, and the same again."""
    scope["lost"] = UNKNOWN
    outcomes: list[tuple[str, Any]] = []
    for _ in range(2):
        try:
            outcomes.append(("value", expression(text).evaluate(scope)))
        except Problem as problem:
            outcomes.append(("problem", str(problem.diagnostic)))
        except Unknown:
            outcomes.append(("unknown", None))
    assert outcomes[0] == outcomes[1]
