"""Figures: what a stated one (`138M`, `<=5M`, `60.2M ±1%`) accepts, how a computed one is shown.

All arithmetic on stated figures is of whole numbers, so `11.51G` is exactly 11,510,000,000.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple

from cnncalc.diagnostics import Problem, Rule, Source, Span
from cnncalc.rules import quantities as rules

Kind = Literal["exact", "rounded", "band", "at most", "at least"]

COUNT_UNITS: Final = {"K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
BYTE_UNITS: Final = {
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}

NUMBER: Final = r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)?(?:\.[0-9]*)?"
FORM: Final = re.compile(
    rf"\s*(?P<bound><=|>=)?\s*(?=\.?[0-9])(?P<number>{NUMBER})(?:[eE](?P<exponent>[+-]?[0-9]{{1,2}}))?"
    r"\s*(?P<unit>[A-Za-z]*)"
    r"\s*(?:(?:±|\+/?-)\s*(?P<percent>[0-9]+(?:\.[0-9]+)?)\s*%)?\s*"
)
LONGEST: Final = 60


class Ratio(NamedTuple):
    """A number as a fraction of whole numbers, not reduced."""

    top: int
    bottom: int

    @property
    def floor(self) -> int:
        return self.top // self.bottom

    @property
    def ceil(self) -> int:
        return -(-self.top // self.bottom)


class Quantity:
    """A stated figure: the whole numbers it stands for, from ``low`` to ``high`` (None: no end)."""

    __slots__ = ("_published", "high", "kind", "low", "percent", "stated", "text")

    def __init__(self, text: str, kind: Kind, value: Ratio, unit: Ratio, percent: str) -> None:
        """``unit``: what the last written digit counts; ``percent``: of a band, as written."""
        self.text, self.kind, self.percent = text, kind, percent
        (v, bottom), u = value, unit.top
        self.low, self.high = 0, None if kind == "at least" else value.floor
        self.stated = Ratio(2 * v + bottom, 2 * bottom).floor
        """The figure itself, to the nearest whole number."""
        if kind in ("exact", "at least"):
            self.low = value.ceil
        elif kind == "rounded":
            self.low = max(0, Ratio(2 * v - u, 2 * bottom).ceil)
            self.high = Ratio(2 * v + u, 2 * bottom).ceil - 1
        elif kind == "band":
            share = decimal(percent)
            whole = 100 * share.bottom
            self.low = max(0, Ratio(v * (whole - share.top), whole * bottom).ceil)
            self.high = Ratio(v * (whole + share.top), whole * bottom).floor
        # A source cuts off as often as it rounds: 884K for 884,736.
        cut_off = Ratio(v + u, bottom).ceil - 1
        self._published = self.low, cut_off if kind == "rounded" else self.high

    @property
    def limits(self) -> tuple[int, int | None]:
        """The smallest and the largest value accepted."""
        return self.low, self.high

    def accepts(self, value: int) -> bool:
        """Whether the figure stands for the value."""
        return self.low <= value and (self.high is None or value <= self.high)

    def agrees_published(self, value: int) -> bool:
        """The same, for a figure from a paper: rounded or cut off."""
        low, high = self._published
        return low <= value and (high is None or value <= high)

    def describe(self) -> str:
        """In words: `at most 5,000,000`, `60.2M ± 1 %`, `138M`, `60,192,808`."""
        if self.kind == "at most":
            return f"at most {exact(self.high or 0)}"
        if self.kind == "at least":
            return f"at least {exact(self.low)}"
        if self.kind == "band":
            return f"{re.split('[±+]', self.text)[0].strip()} ± {self.percent} %"
        return exact(self.low) if self.kind == "exact" else self.text

    def difference(self, value: int) -> str:
        """How far a value is from the stated figure: `1,234 more (0.5 %)`."""
        stated = self.stated
        if self.kind in ("at most", "at least"):
            stated = self.low if self.high is None else self.high
        apart = abs(value - stated)
        if not apart:
            return "equal"
        share = f" ({percentage(apart, stated)})" if stated else ""
        return f"{exact(apart)} {'more' if value > stated else 'fewer'}{share}"

    def __repr__(self) -> str:
        return f"Quantity({self.text!r})"


def decimal(text: str, exponent: int = 0, scale: int = 1) -> Ratio:
    """The number that digits with a point stand for, times 10**exponent and the scale."""
    whole, _, fraction = text.replace("_", "").partition(".")
    shift = exponent - len(fraction)
    return Ratio(int(whole + fraction) * scale * 10 ** max(shift, 0), 10 ** max(-shift, 0))


def percentage(part: int, whole: int) -> str:
    """`0.02 %`, `1.3 %`, `42 %`: two digits that count."""
    share = 100 * part / whole
    if share < 0.001:
        return "under 0.001 %"
    return f"{share:,.0f} %" if share >= 9.95 else f"{share:.2g} %"


def parse_quantity(text: str, span: Span, *, is_bytes: bool = False) -> Quantity:
    """The figure a text states; ``is_bytes``: of a quantity whose name ends in `_bytes`. Raises
    `Problem`.
    """
    match = FORM.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise refused(text, span)
    bound, number, exponent, unit, percent = match.groups()
    units = BYTE_UNITS if is_bytes else COUNT_UNITS
    if unit and unit not in units:
        raise refused_unit(text, unit, span, is_bytes=is_bytes)
    if bound and percent:
        raise malformed(text, span, "a bound has no band")
    if percent and decimal(percent).top > 100 * decimal(percent).bottom:
        raise malformed(text, span, "a band is at most 100 %")
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
    quantity = Quantity(text.strip(), kind, stated, last_digit, percent or "")
    if quantity.high is not None and quantity.low > quantity.high:
        raise malformed(text, span, "no whole number rounds to it")
    return quantity


BUDGET: Final = re.compile(r"\s*([^<>=!~±≤≥≠≈\s]*)\s*([<>=!~≤≥≠≈]{1,3})\s*(.*?)\s*", re.DOTALL)


def parse_budget(text: str) -> tuple[str, Quantity]:
    """The name and the figure of `--expect NAME<=FIGURE`, or NAME>=FIGURE, NAME=FIGURE. The name
    is not looked up: it may have a path before it, `layers.conv1.params`. Raises `Problem`.
    """
    source = Source("--expect", text)
    span = Span(source, 1, 1, 1, len(text) + 1)
    match = BUDGET.fullmatch(text)
    if match is None or not match[1] or not match[3]:
        advice = "write `params<=5M`, `params>=2M` or `params=60.2M±1%`"
        why = "a name, a comparison and a number are needed"
        raise malformed(text, span, why, advice=advice)
    name, sign, figure = match.groups()
    at = 3
    if sign not in ("=", "=="):
        figure, at = sign + figure, 2
    place = span._replace(column=match.start(at) + 1)
    return name, parse_quantity(figure, place, is_bytes=name.endswith("_bytes"))


# What is wrong with a figure.


def problem(rule: Rule[...], span: Span, text: str, **facts: Any) -> Problem:
    written = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return Problem(rule(span, written=written.strip(), **facts))


def malformed(text: str, span: Span, why: str, *, advice: str = "", instead: str = "") -> Problem:
    return problem(rules.malformed_quantity, span, text, why=why, advice=advice, instead=instead)


SIGNS: Final = {
    "<": ("<=", "a bound includes its number"),
    ">": (">=", "a bound includes its number"),
    "≤": ("<=", "written `<=`"),
    "≥": (">=", "written `>=`"),
    "=<": ("<=", "written `<=`"),
    "=>": (">=", "written `>=`"),
    "=": ("", "a figure without a sign is the value itself"),
    "==": ("", "a figure without a sign is the value itself"),
    "!=": (None, "a value cannot be excluded"),
    "≠": (None, "a value cannot be excluded"),
    "~": (None, "a band is written `60.2M ±1%`"),
    "≈": (None, "a band is written `60.2M ±1%`"),
}
"""Comparisons of other languages: what they are here (None: nothing), and why."""


def refused(text: str, span: Span) -> Problem:
    """What to say of a text that has not the form of a quantity."""
    body = text.strip()
    if len(body) > LONGEST:
        return malformed(text, span, f"it is longer than {LONGEST} characters")
    sign = re.match(r"[<>=!~≤≥≠≈]*", body)
    assert sign is not None
    if sign[0] in SIGNS:
        ours, why = SIGNS[sign[0]]
        instead = "" if ours is None else ours + body[sign.end() :].strip()
        instead = instead if FORM.fullmatch(instead) else ""
        facts = {"sign": sign[0], "why": why, "instead": instead}
        return problem(rules.unknown_comparison, span, text, **facts)
    if body.startswith(("-", "−")):
        return malformed(text, span, "a count is never negative")
    if "±" in body or re.search(r"\+/?-", body):
        return malformed(text, span, "a band is a percentage, `60.2M ±1%`")
    for spoiled, why in ((",", "thousands have no commas"), (" ", "digits stand together")):
        instead = body.replace(spoiled, "_")
        if re.fullmatch(r"(<=|>=)?[1-9][0-9]{0,2}(_[0-9]{3})+[A-Za-z]*", instead):
            return malformed(text, span, why, instead=instead)
    if re.match(r"0[0-9]", body):
        return malformed(text, span, "leading zeros are not allowed")
    return malformed(
        text,
        span,
        "it cannot be read",
        advice="write `60_192_808`, `60.2M`, `60.2M ±1%`, `<=5M` or `>=2M`",
    )


def refused_unit(text: str, unit: str, span: Span, *, is_bytes: bool) -> Problem:
    """What to say of a suffix that the quantity does not take."""
    units, why, meant = COUNT_UNITS, "", ""
    if is_bytes:
        units, first = BYTE_UNITS, unit[0].upper()
        meant = {u.lower(): u for u in BYTE_UNITS}.get(unit.lower(), "")
        if unit.upper() in COUNT_UNITS:
            why = f"say `{first}B` (powers of 1000) or `{first}iB` (powers of 1024)"
    elif unit in BYTE_UNITS:
        why = "a count is not measured in bytes"
    elif unit.lower() in ("b", "bn", "billion"):
        meant, why = "G", "a billion is `G`: `B` could be bytes"
    elif unit[0].upper() in COUNT_UNITS:
        meant = unit[0].upper()
        why = f"written `{meant}`"
    return problem(
        rules.unknown_unit,
        span,
        text,
        unit=unit,
        units=tuple(units),
        why=why,
        instead=text.strip().replace(unit, meant, 1) if meant else "",
    )


# How a computed figure is shown: here, and nowhere else.


def exact(number: int) -> str:
    """All digits: `138,357,544`."""
    return f"{number:,}"


def compact(number: int) -> str:
    """Three digits that count: `138M`, `15.2M`, `803K`; below 1000 as it is."""
    return shortened(number, 3)


def lecture(number: int) -> str:
    """Two digits that count, as the lecture's notes write volumes: `3.2M`, `800K`; below 10,000
    as it is.
    """
    return str(number) if number < 10_000 else shortened(number, 2)


def shortened(number: int, digits: int) -> str:
    """A number rounded (half up) to some digits, with its suffix."""
    place: int = 10 ** max(0, len(str(number)) - digits)
    rounded = (number + place // 2) // place * place
    suffix, scale = "", 1
    for unit, size in COUNT_UNITS.items():
        if rounded >= size:
            suffix, scale = unit, size
    text = f"{rounded / scale:.{digits}f}".rstrip("0").rstrip(".")
    return text + suffix


def megabytes(number: int) -> str:
    """Bytes in powers of 1000: `512 bytes`, `3.1 KB`, `61.0 MB`, `2.22 GB`."""
    return in_bytes(number, ("KB", "MB", "GB"))


def mebibytes(number: int) -> str:
    """Bytes in powers of 1024: `512 bytes`, `3.1 KiB`, `58.1 MiB`, `2.22 GiB`."""
    return in_bytes(number, ("KiB", "MiB", "GiB"))


def in_bytes(number: int, units: tuple[str, str, str]) -> str:
    """Bytes in the largest unit that leaves at least one before the point."""
    kilo, mega, giga = units
    step = BYTE_UNITS[kilo]
    if number < step:
        return f"{number} byte{'' if number == 1 else 's'}"
    # A figure that would round up to 1000.0 goes to the next unit.
    for unit in (kilo, mega):
        if number < BYTE_UNITS[unit] * (step - 0.05):
            return f"{number / BYTE_UNITS[unit]:.1f} {unit}"
    return f"{number / BYTE_UNITS[giga]:,.2f} {giga}"
