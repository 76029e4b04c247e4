"""The rule about published figures: a note, which many a correct net has."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("expectations", "note")
def published_differs(
    span: Span, what: str, *, source: str, stated: str, computed: str, note: str
) -> Diagnostic:
    """A published figure is not what the arithmetic gives.

    Papers round, count otherwise, or are wrong. It is reported, never counted, and never fails a
    check. The entry's `note` says why they differ.

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
