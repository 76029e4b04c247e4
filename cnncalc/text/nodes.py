"""The nodes of the tree that `cnncalc.text.parser` makes of a text, each with its place."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from cnncalc.diagnostics import Source, Span

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic


class Located:
    """What every node has: its place. Lines and columns start at 1 and count code points."""

    __slots__ = ("column", "end_column", "end_line", "line", "source")

    def __init__(
        self, source: Source, line: int, column: int, end_line: int, end_column: int
    ) -> None:
        self.source = source
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    @property
    def span(self) -> Span:
        return Span(self.source, self.line, self.column, self.end_line, self.end_column)


class Scalar(Located):
    """A scalar, as text: never typed here. ``expression`` is kept by the expression reader."""

    __slots__ = ("expression", "quoted", "text")

    def __init__(
        self,
        text: str,
        source: Source,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        quoted: bool = False,
    ) -> None:
        self.text = text
        self.source = source
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.quoted = quoted
        self.expression: Any | None = None

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"


class Sequence(Located):
    """A list. An item whose error is already reported is a `Broken`."""

    __slots__ = ("items",)

    def __init__(
        self, source: Source, line: int, column: int, end_line: int, end_column: int
    ) -> None:
        super().__init__(source, line, column, end_line, end_column)
        self.items: list[Node] = []

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Mapping(Located):
    """A mapping, in the order written.

    A key whose value has an error already reported is not among the ``entries`` but in
    ``broken``: it is neither missing nor usable. `NOT_A_KEY` there stands for keys that could not
    be read (``<<``, ``null``, a list), so any key may be meant.
    """

    __slots__ = ("broken", "entries", "unfinished")

    def __init__(
        self, source: Source, line: int, column: int, end_line: int, end_column: int
    ) -> None:
        super().__init__(source, line, column, end_line, end_column)
        self.entries: dict[str, Entry] = {}
        self.broken: Set[str] = NOTHING_BROKEN  # shared: a set for each would cost 216 bytes
        self.unfinished: Unfinished | None = None

    def __repr__(self) -> str:
        return f"Mapping({ {key: entry.value for key, entry in self.entries.items()} })"


class Broken(Located):
    """Stands for a value whose error is reported: skip it, and report nothing."""

    __slots__ = ()


Node: TypeAlias = Scalar | Sequence | Mapping | Broken


class Unfinished(NamedTuple):
    """In a mapping that is an item of a list: its first key, which has no value, before others. A
    step's label whose parameters are not indented, or a value left out: who reads the list knows,
    and reports the ``error`` if it is the latter.
    """

    key: Scalar
    error: Diagnostic


class Entry(NamedTuple):
    """A key and its value."""

    key: Scalar
    value: Node


NOTHING_BROKEN: Final[Set[str]] = frozenset()
NOT_A_KEY: Final = "?"
MAX_NESTING: Final = 40
"""Levels of lists and mappings."""


def remember_broken(mapping: Mapping, key: str) -> None:
    if not isinstance(mapping.broken, set):
        mapping.broken = set()
    mapping.broken.add(key)


def broken_like(node: Node) -> Broken:
    return Broken(node.source, node.line, node.column, node.end_line, node.end_column)


def form_of(node: Node) -> str:
    """What a node is, in words."""
    words = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping", Broken: "nothing"}
    return words[type(node)]
