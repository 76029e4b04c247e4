"""Rules about one value: its type, its range, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnncalc.diagnostics import Diagnostic, Fix, Span, rule
from cnncalc.text.edits import near_name, replacing, source_text
from cnncalc.text.missing_kinds import missing_kind, recipe_of
from cnncalc.text.suggestions import WORD_ALIASES


@rule("values")
def wrong_type(span: Span, subject: str, *, shown: str, wanted: str) -> Diagnostic:
    """A value has a type that its field does not take.

    Each field takes a whole number, a number, true or false, one of some words, or a pair of
    numbers (height, width); `cnncalc kinds KIND` shows which.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: relu, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    flags = {"0": "false", "1": "true"}
    return Diagnostic(
        f"{subject} must be {wanted}, not {shown}",
        span,
        label=f"must be {wanted}",
        fixes=over(
            span, shown, [flags[shown]] if wanted == "true or false" and shown in flags else []
        ),
    )


def over(span: Span, shown: str, values: Sequence[str]) -> list[Fix]:
    """The fixes that write other values over the literal that is shown."""
    return [replacing(span, value) for value in values if source_text(span) == shown]


@rule("values")
def not_a_whole_number(span: Span, subject: str, *, shown: str, written: str = "") -> Diagnostic:
    """A count came out as a fraction.

    Numbers of filters, sizes and repeats are whole. A fraction is never rounded silently: write
    `//`, `round(…)`, `ceil(…)` or `make_divisible(…)` to choose a whole number.

    Bad:
        input: 32x32x3
        blocks:
          half:
            - conv: [in_channels / 2, 1]
        layers:
          - half

    Good:
        input: 32x32x3
        blocks:
          half:
            - conv: [in_channels // 2, 1]
        layers:
          - half
    """
    origin = f" (from '{written}')" if written and written != shown else ""
    return Diagnostic(
        f"{subject} must be a whole number, not {shown}{origin}",
        span,
        label="must be a whole number",
        fixes=list(whole_number(span, written)),
        help=("`//` rounds down, `ceil(…)` rounds up, `round(…)` rounds to the nearest",)
        if origin
        else (),
    )


def whole_number(span: Span, written: str) -> Iterator[Fix]:
    """The ways to choose a whole number."""
    text = source_text(span)
    if written != text:  # a literal, or within quotes
        return
    if text.count("/") == 1:
        yield replacing(span, text.replace("/", "//"))
    for function in ("round", "ceil"):
        yield replacing(span, f"{function}({text})")


@rule("values")
def out_of_range(span: Span, subject: str, *, shown: str, wanted: str) -> Diagnostic:
    """A number is outside the range of its field.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, stride: 0}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, stride: 1}
    """
    values = re.findall(r"at least (\d+)", wanted)
    if wanted.endswith("to 1") and shown.isdigit() and 1 < int(shown) <= 100:
        values = [f"{int(shown) / 100:g}"]
    return Diagnostic(
        f"{subject} must be {wanted}, not {shown}",
        span,
        label=f"must be {wanted}",
        fixes=over(span, shown, values),
    )


@rule("values")
def unknown_word(
    span: Span, subject: str, *, shown: str, choices: Sequence[str], names: Sequence[str] = ()
) -> Diagnostic:
    """A word is not one of the choices of its field, and not the name of a parameter.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: valid, activation: same}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: valid, activation: relu}
    """
    return Diagnostic(
        f"{subject} cannot be '{shown}'",
        span,
        label="not a choice",
        fixes=near_name(span, shown, [*choices, *names], WORD_ALIASES),
        otherwise=lambda: (*recipe_of(missing_kind(shown)), f"choices: {', '.join(choices)}"),
    )
