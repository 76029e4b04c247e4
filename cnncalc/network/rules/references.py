"""Rules about names that stand for a step whose output or weights cannot be used here."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Related, Span, rule


@rule("references")
def skipped_step(span: Span, name: str, skipped: Span) -> Diagnostic:
    """A step reads the output of a step that is skipped by its `if` or `repeat: 0`.

    Bad:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, if: deep}
          - conv3: {from: conv2, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        parameters: {deep: true}
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, if: deep}
          - conv3: {from: conv2, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"'{name}' is skipped and has no output",
        span,
        label="read here",
        related=[Related("skipped here", skipped)],
    )


@rule("references")
def reads_an_auxiliary_head(span: Span, name: str, head: Span) -> Diagnostic:
    """A step of the main path reads the output of an auxiliary head, which exists only in training.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - aux1:
              - conv2: [16, 3]
          - conv3: {from: conv2, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - aux1:
              - conv2: [16, 3]
          - conv3: {from: conv1, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"'{name}' is in an auxiliary head, which runs only in training",
        span,
        label="read on the main path",
        related=[Related("the auxiliary head", head)],
    )


@rule("references")
def not_shareable(span: Span, name: str, why: str) -> Diagnostic:
    """`share` names a step whose weights do not match those of this step.

    Both must be of the same kind or block, with the same weight shapes in the same order.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, share: conv1}

    Good:
        input: 32x32x16
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, share: conv1}
    """
    return Diagnostic(f"cannot share the weights of '{name}': {why}", span, label="does not match")
