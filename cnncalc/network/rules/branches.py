"""The rule about a merge whose branches are all skipped."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("shapes")
def no_branch_left(span: Span, word: str) -> Diagnostic:
    """Every branch of a merge is a step that its `if` (or `repeat: 0`) skips.

    A branch written as one step is omitted when it is skipped; a single remaining branch is passed
    on. A branch written as a list is the identity when all of its steps are skipped.

    Bad:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - add:
              - conv: {filters: 16, kernel: 3, if: deep}
              - conv: {filters: 16, kernel: 3, if: deep}

    Good:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - add:
              - conv: {filters: 16, kernel: 3, if: deep}
              - conv: [16, 3]
    """
    return Diagnostic(f"every branch of {word} is skipped", span, label="has no input")
