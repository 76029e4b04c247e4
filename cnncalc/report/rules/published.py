"""The notes about what a spec states: correct nets have them, so they never fail a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.diagnostics import Diagnostic, Span, noun, rule


@rule("expectations", "note")
def published_differs(
    span: Span, what: str, *, source: str, stated: str, computed: str, note: str
) -> Diagnostic:
    """A published figure differs from the computed one.

    Papers round, count differently, or are wrong. It is reported, but never fails a check.
    The `note` of the entry says why they differ.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        published:
          - {source: "a paper", params: 500}

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        published:
          - {source: "a paper", params: 448}
    """
    return Diagnostic(
        f"{source} has {stated} {what}, computed {computed}",
        span,
        label="published",
        notes=[note] if note else (),
    )


@rule("expectations", "note")
def expectations_not_judged(
    span: Span, names: Sequence[str], *, published: int, why: str
) -> Diagnostic:
    """The expectations of a spec are not checked for a changed net.

    `--input`, `--set`, and a file that extends another with an input or parameters of its own
    change the net. `--expect` is always checked.
    """
    parts = [f"{n} {word}" for n, word in counted(len(names), published)]
    shown = names if len(names) <= NAMED else [*names[:NAMED], f"{len(names) - NAMED} more"]
    which = f": {', '.join(shown)}" if shown else ""
    verb = "is" if len(names) + published == 1 else "are"
    return Diagnostic(
        f"{' and '.join(parts)} {verb} not checked {why}{which}", span, label="not checked"
    )


NAMED = 8
"""Expectations that are named; more are counted."""


def counted(expected: int, published: int) -> Iterator[tuple[int, str]]:
    """The numbers that are not 0, each with its word."""
    for number, word in ((expected, "expectation"), (published, "published figure")):
        if number:
            yield number, noun(number, word)
