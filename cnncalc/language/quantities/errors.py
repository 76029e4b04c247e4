"""What to say of a figure that cannot be read."""

from __future__ import annotations

import re
from typing import Final

from cnncalc.diagnostics import Diagnostic, Span
from cnncalc.language import rules
from cnncalc.language.quantities.notation import BYTE_UNITS, COUNT_UNITS
from cnncalc.language.quantities.parser import LONGEST, Refused, split


def explain(refused: Refused, text: str, span: Span, *, is_bytes: bool) -> Diagnostic:
    """What is wrong with a text that was refused."""
    if refused.unit:
        return unknown_unit(text, refused.unit, span, is_bytes=is_bytes)
    if refused.why:
        return malformed(text, span, refused.why)
    return unlike_a_quantity(text.strip(), span)


def malformed(
    text: str, span: Span, why: str, *, advice: str = "", instead: str = ""
) -> Diagnostic:
    written = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return rules.quantities.malformed_quantity(
        span, written=written.strip(), why=why, advice=advice, instead=instead
    )


def no_budget(text: str, span: Span) -> Diagnostic:
    advice = "write `params<=5M`, `params>=2M` or `params=60.2M±1%`"
    return malformed(text, span, "expected a name, a comparison and a number", advice=advice)


SIGNS: Final = {
    "<": ("<=", "a bound includes its number"),
    ">": (">=", "a bound includes its number"),
    "≤": ("<=", "write `<=`"),
    "≥": (">=", "write `>=`"),
    "=<": ("<=", "write `<=`"),
    "=>": (">=", "write `>=`"),
    "=": ("", "a figure without a sign means this value"),
    "==": ("", "a figure without a sign means this value"),
    "!=": (None, "a value cannot be excluded"),
    "≠": (None, "a value cannot be excluded"),
    "~": (None, "write a band as `60.2M ±1%`"),
    "≈": (None, "write a band as `60.2M ±1%`"),
}
"""Comparisons of other languages: what they are here (None: nothing), and why."""


def is_quantity(text: str) -> bool:
    try:
        return bool(split(text))
    except Refused:
        return False


def unlike_a_quantity(text: str, span: Span) -> Diagnostic:
    """What to say of a text that has not the form."""
    sign = re.match(r"[<>=!~≤≥≠≈]*", text)
    assert sign is not None
    if sign[0] in SIGNS:
        return unknown_comparison(text, sign[0], span)
    if text.startswith(("-", "−")):
        return malformed(text, span, "a count is never negative")
    if "±" in text or re.search(r"\+/?-", text):
        return malformed(text, span, "a band is a percentage, `60.2M ±1%`")
    for spoiled, why in ((",", "use `_` between thousands, not `,`"), (" ", "remove the spaces")):
        instead = text.replace(spoiled, "_")
        if re.fullmatch(r"(<=|>=)?[1-9][0-9]{0,2}(_[0-9]{3})+[A-Za-z]*", instead):
            return malformed(text, span, why, instead=instead)
    if re.fullmatch(r"(<=|>=)?[0-9]+,[0-9]+ ?[A-Za-z]*", text):
        why = "use `.` as the decimal point"
        return malformed(text, span, why, instead=text.replace(",", "."))
    if re.match(r"0[0-9]", text):
        return malformed(text, span, "leading zeros are not allowed")
    advice = "write `60_192_808`, `60.2M`, `60.2M ±1%`, `<=5M` or `>=2M`"
    return malformed(text, span, "it cannot be parsed", advice=advice)


def unknown_comparison(text: str, sign: str, span: Span) -> Diagnostic:
    """What to say of a comparison that is not `<=` or `>=`."""
    ours, why = SIGNS[sign]
    instead = "" if ours is None else ours + text[len(sign) :].strip()
    if not is_quantity(instead):
        instead = ""
    return rules.quantities.unknown_comparison(
        span, written=text, sign=sign, why=why, instead=instead
    )


def unknown_unit(text: str, unit: str, span: Span, *, is_bytes: bool) -> Diagnostic:
    """What to say of a suffix that the quantity does not take."""
    units, why, meant = COUNT_UNITS, "", ""
    if is_bytes:
        units, first = BYTE_UNITS, unit[0].upper()
        meant = {u.lower(): u for u in BYTE_UNITS}.get(unit.lower(), "")
        if unit.upper() in COUNT_UNITS:
            why = f"write `{first}B` (powers of 1000) or `{first}iB` (powers of 1024)"
    elif unit in BYTE_UNITS:
        why = "a count is not measured in bytes"
    elif unit.lower() in ("b", "bn", "billion"):
        meant, why = "G", "a billion is `G`: `B` could be bytes"
    elif unit[0].upper() in COUNT_UNITS:
        meant = unit[0].upper()
        why = f"write `{meant}`"
    return rules.quantities.unknown_unit(
        span,
        written=text.strip(),
        unit=unit,
        units=tuple(units),
        why=why,
        instead=text.strip().replace(unit, meant, 1) if meant else "",
    )
