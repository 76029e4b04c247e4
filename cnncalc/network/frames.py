"""Where the walk stands: the names of a text, the scope and the counters of a list of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.expressions import UNKNOWN
from cnncalc.language.vocabulary import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.diagnostics import Span
    from cnncalc.language.spec import Step, Text
    from cnncalc.layers.fields import Value
    from cnncalc.network.network import Group, Tensor


NOT_KNOWN: Value = UNKNOWN
"""In a scope: a value that a mistake made unknown."""


class Named(NamedTuple):
    """What a written name stands for: the tensor that leaves the step and the step's rows.

    ``skipped``: its `if` left it out. ``aux``: the label of the auxiliary head it belongs to.
    """

    tensor: Tensor
    first: int
    stop: int
    step: Step | None = None
    skipped: bool = False
    aux: Span | None = None


class Frame:
    """One run through a text: the file's layers, or one call of a block."""

    __slots__ = ("depth", "names", "written")

    def __init__(self, text: Text, names: dict[str, Named], depth: int) -> None:
        self.written: Mapping[str, Span] = text.names
        self.names = names
        self.depth = depth
        """How many block calls deep."""


class Here(NamedTuple):
    """One list of steps being walked. ``counters`` number its unnamed steps, per word."""

    frame: Frame
    scope: dict[str, Value]
    prefix: str
    counters: dict[str, int]
    group: Group | None
    aux: Span | None = None
    levels: int = 0

    def automatic(self, word: str) -> str:
        """The next automatic name: numbers that a written name of the text uses are passed."""
        number = self.counters.get(word, 0) + 1
        while (name := numbered(word, number)) in self.frame.written:
            number += 1
        self.counters[word] = number
        return name

    def within(self, group: Group, scope: dict[str, Value]) -> Here:
        """A list of steps inside a path component: names and numbers begin anew."""
        return self._replace(
            scope=scope, prefix=f"{group.path}/", counters={}, group=group, levels=self.levels + 1
        )

    def inside(self, scope: dict[str, Value]) -> Here:
        """A list of steps in a container that is no path component."""
        return self._replace(scope=scope, levels=self.levels + 1)
