"""A value as written: its text, its place, the names it reads, and what it evaluates to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from cnncalc.diagnostics import Problem, Source, Span

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Rule
    from cnncalc.language.expressions.tree import Node
    from cnncalc.layers.fields import Value
    from cnncalc.text.parser import Scalar

BOOLEANS: Final = {"true": True, "false": False}
LITERAL: Final = re.compile(
    r"(-?(?:0|[1-9][0-9]*(?:_[0-9]+)*))"
    r"|-?(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
"""A number by itself; group 1: a whole one."""

LIMIT: Final = 10**15
"""The largest number, in size; below 2**53, so that a float this large is still exact."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Any] = _Unknown()
"""In a scope: a value that is unknown because of an error already reported: reading it
raises `Unknown`.
"""


def number(text: str) -> int | float | None:
    """The number a text is by itself; None when it is none, or out of bounds."""
    match = LITERAL.fullmatch(text)
    if match is None or len(text) > 40:
        return None
    value = float(text) if match[1] is None else int(text)
    return value if -LIMIT <= value <= LIMIT else None


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

    def diagnostic(self, text: str, span: Span) -> Diagnostic:
        """The diagnostic; ``text`` is the whole expression, ``span`` the place of the stretch."""
        if self.quoted:
            self.facts["written"] = text[self.start : self.end]
        return self.rule(span, **self.facts)


class Expression:
    """One value of a spec. ``names``: every name it reads, also in a branch that may not be
    taken, with its place. An expression without names ``is_constant`` and has its ``value``.
    """

    __slots__ = ("_column", "_root", "is_constant", "names", "span", "text", "value")

    def __init__(self, text: str, span: Span, column: int, words: Collection[str]) -> None:
        """``column``: of the text's first character, 0 when it does not stand in the source
        letter for letter. Raises `Problem`.
        """
        self.text, self.span, self._column = text, span, column
        self.names: tuple[tuple[str, Span], ...] = ()
        self.is_constant = True
        self.value: Value | None = text if text in words else BOOLEANS.get(text, number(text))
        self._root: Node | None = None
        if self.value is None:
            self._parse(words)

    def _parse(self, words: Collection[str]) -> None:
        from cnncalc.language.expressions.parser import Parser

        try:
            parser = Parser(self.text, words)
            self._root = parser.parse()
        except Fault as fault:
            raise self._problem(fault) from None
        self.names = tuple((n.name, self._place(*n.place)) for n in parser.names)
        self.is_constant = not self.names
        if self.is_constant:
            self.value = self.evaluate({})

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        """The value, with the names of the scope. Raises `Problem` at the exact place, and
        `Unknown` where the scope holds `UNKNOWN`.
        """
        if self.value is not None:
            return self.value
        assert self._root is not None
        try:
            return self._root.evaluate(scope)
        except Fault as fault:
            raise self._problem(fault) from None

    def _place(self, start: int, end: int) -> Span:
        """The place of a stretch of the text; the whole value's where that is not known."""
        if not self._column:
            return self.span
        line = self.span.line
        return Span(self.span.source, line, self._column + start, line, self._column + end)

    def _problem(self, fault: Fault) -> Problem:
        diagnostic = fault.diagnostic(self.text, self._place(fault.start, fault.end))
        if not self._column:
            # A part of a text that is folded or escaped cannot be replaced in the source.
            written = (f"write `{fix.text}`" for fix in diagnostic.fixes)
            diagnostic = diagnostic._replace(help=(*diagnostic.help, *written), fixes=())
        return Problem(diagnostic)


def parse(scalar: Scalar, words: Collection[str]) -> Expression:
    """The expression that a scalar of the tree is, read once. ``words``: the names that stand
    for themselves (`same`, `relu`). Raises `Problem`.
    """
    expression: Expression | None = scalar.expression
    if expression is None:
        span, quotes = scalar.span, 1 if scalar.quoted else 0
        written = span.end_column - span.column - 2 * quotes
        exact = span.line == span.end_line and written == len(scalar.text)
        column = span.column + quotes if exact else 0
        expression = scalar.expression = Expression(scalar.text, span, column, words)
    return expression


def parse_text(
    text: str, source: Source, words: Collection[str], *, line: int = 1, column: int = 1
) -> Expression:
    """An expression that is no scalar of a tree: the value of `--set`, a block's default. It
    stands in the source from ``line`` and ``column`` on. Raises `Problem`.
    """
    span = Span(source, line, column, line, column + len(text))
    return Expression(text, span, column, words)
