"""What goes wrong in an expression, before it has its place in the source."""

from __future__ import annotations

from typing import Any

from cnncalc.diagnostics import Diagnostic, Rule, Span


class Fault(Exception):
    """A stretch of a text, from ``start`` up to ``end``, and a rule that lacks only its span.
    ``quoted``: the rule also wants the stretch itself, as ``written``.
    """

    def __init__(
        self, rule: Rule[...], start: int, end: int, *, quoted: bool = False, **facts: Any
    ) -> None:
        super().__init__(rule.code)
        self.rule, self.start, self.end, self.facts = rule, start, end, facts
        self.quoted = quoted

    def told(self, text: str, span: Span) -> Diagnostic:
        """The diagnostic; ``text`` is the whole expression, ``span`` the place of the stretch."""
        if self.quoted:
            self.facts["written"] = text[self.start : self.end]
        return self.rule(span, **self.facts)
