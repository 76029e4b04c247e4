"""The rule about the branches of a merge that its steps leave."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("shapes")
def no_branch_left(span: Span, word: str) -> Diagnostic:
    """Every branch of a merge is a step that its `if` (or `repeat: 0`) skips.

    A branch written as one step is left out when it is skipped; one branch that is left is passed
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
    return Diagnostic(f"{word} has no branch left: every one is skipped", span, label="no input")
