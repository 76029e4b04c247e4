"""The text of a stated figure to a `Quantity`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from cnncalc.diagnostics import Problem, Source, Span
from cnncalc.language.expressions.expression import LITERAL
from cnncalc.language.quantities.notation import BYTE_UNITS, COUNT_UNITS
from cnncalc.language.quantities.quantity import Kind, Quantity, decimal

BAND_SIGNS: Final = ("±", "+/-", "+-")
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LONGEST: Final = 60


class Refused(Exception):
    """A text that is no quantity: why, or the suffix at fault; neither when it has not the form."""

    def __init__(self, why: str = "", *, unit: str = "") -> None:
        super().__init__(why)
        self.why, self.unit = why, unit


def parse_quantity(text: str, span: Span, *, is_bytes: bool = False) -> Quantity:
    """The figure a text states; ``is_bytes``: of a quantity whose name ends in `_bytes`. Raises
    `Problem`.
    """
    try:
        return read(text, BYTE_UNITS if is_bytes else COUNT_UNITS)
    except Refused as refused:
        from cnncalc.language.quantities.errors import explain

        raise Problem(explain(refused, text, span, is_bytes=is_bytes)) from None


def read(text: str, units: Mapping[str, int]) -> Quantity:
    """The same; raises `Refused`."""
    bound, number, exponent, unit, percent = split(text)
    if unit and unit not in units:
        raise Refused(unit=unit)
    if percent and bound:
        raise Refused("a bound has no band")
    if percent and float(percent) > 100:
        raise Refused("a band is at most 100 %")
    kind: Kind = "exact"
    if bound:
        kind = "at most" if bound == "<=" else "at least"
    elif percent:
        kind = "band"
    elif unit or exponent or "." in number:
        kind = "rounded"
    power, scale = int(exponent or 0), units.get(unit, 1)
    last_digit = decimal("1", power - len(number.partition(".")[2]), scale)
    stated = decimal(number, power, scale)
    quantity = Quantity(text.strip(), kind, stated, last_digit, percent)
    if quantity.high is not None and quantity.low > quantity.high:
        raise Refused("no whole number rounds to it")
    return quantity


class Written(NamedTuple):
    """The parts of a quantity's text, empty where there is none."""

    bound: str
    number: str
    exponent: str
    unit: str
    percent: str


def split(text: str) -> Written:
    """The parts of a quantity; raises `Refused`. (A pattern for all of it would take longer to
    compile than to read every figure of a spec.)
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Refused(f"it is longer than {LONGEST} characters")
    bound = text[:2] if text.startswith(("<=", ">=")) else ""
    figure, band, percent = text[len(bound) :], "", ""
    for sign in BAND_SIGNS:
        if sign in figure:
            figure, band, percent = figure.partition(sign)
            break
    if band:
        number, sign, rest = percent.partition("%")
        percent = number.strip()
        if not sign or rest.strip() or not is_decimal(percent):
            raise Refused
    figure = figure.strip()
    digits = figure.rstrip(LETTERS)
    unit, digits = figure[len(digits) :], digits.rstrip()
    number, _, exponent = digits.replace("E", "e").partition("e")
    if not is_decimal(number) or (exponent and not is_exponent(exponent)):
        raise Refused
    return Written(bound, number, exponent, unit, percent)


def is_decimal(text: str) -> bool:
    """Whether a text is a number without sign and exponent."""
    return LITERAL.fullmatch(text) is not None and text.strip("0123456789_.") == ""


def is_exponent(text: str) -> bool:
    """Whether a text is an exponent of at most two digits."""
    digits = text[1:] if text[0] in "+-" else text
    return digits.isascii() and digits.isdecimal() and len(digits) <= 2


BUDGET: Final = r"\s*([^<>=!~±≤≥≠≈\s]*)\s*([<>=!~≤≥≠≈]{1,3})\s*(.*?)\s*"


def parse_budget(text: str) -> tuple[str, Quantity]:
    """The name and the figure of `--expect NAME<=FIGURE`, or NAME>=FIGURE, NAME=FIGURE. The name
    is not looked up: it may have a path before it, `layers.conv1.params`. Raises `Problem`.
    """
    source = Source("--expect", text)
    span = Span(source, 1, 1, 1, len(text) + 1)
    match = re.fullmatch(BUDGET, text, re.DOTALL)
    if match is None or not match[1] or not match[3]:
        from cnncalc.language.quantities.errors import no_budget

        raise Problem(no_budget(text, span))
    name, sign, figure = match.groups()
    at = 3
    if sign not in ("=", "=="):
        figure, at = sign + figure, 2
    place = span._replace(column=match.start(at) + 1)
    return name, parse_quantity(figure, place, is_bytes=name.endswith("_bytes"))
