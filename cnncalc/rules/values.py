"""Rules about one value: its type, its range, its words."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("values")
def wrong_type(span: Span, subject: str, *, shown: str, wanted: str) -> Diagnostic:
    """A value is of a type that its field does not take.

    Each field takes a whole number, a number, true or false, one of some words, or a pair of
    numbers (height, width); `cnncalc kinds` tells which.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: relu, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    return Diagnostic(f"{subject} must be {wanted}, not {shown}", span, label=f"must be {wanted}")


@rule("values")
def not_a_whole_number(span: Span, subject: str, *, shown: str, written: str = "") -> Diagnostic:
    """A count came out as a fraction.

    Numbers of filters, sizes and repeats are whole. A fraction is never rounded silently: write
    `//`, `round(…)`, `ceil(…)` or `make_divisible(…)` to say which whole number is meant.

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
        f"{subject}: {shown} is not a whole number{origin}",
        span,
        label="a whole number is needed here",
        help=("`//` divides and rounds down; `round(…)` and `ceil(…)` say it otherwise",)
        if origin
        else (),
    )


@rule("values")
def out_of_range(span: Span, subject: str, *, shown: str, wanted: str) -> Diagnostic:
    """A number lies outside what its field can mean.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, stride: 0}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, stride: 1}
    """
    return Diagnostic(
        f"{subject}: {shown} is out of range, it must be {wanted}", span, label=f"must be {wanted}"
    )


@rule("values")
def unknown_word(
    span: Span, subject: str, *, shown: str, choices: Sequence[str], nearest: str | None = None
) -> Diagnostic:
    """A word is not one of those that its field knows.

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
        f"{subject}: '{shown}' is none of {', '.join(choices)}",
        span,
        label="not known here",
        help=(f"did you mean `{nearest}`?",) if nearest else (),
    )
