"""What the functions that read a spec share: the context of the file, the scope of a place."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.language import rules
from cnncalc.language.vocabulary import CONTAINERS, LOOP_NAMES, language_words
from cnncalc.layers.layer import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.language.names import TextNames
    from cnncalc.language.spec import Argument, Block, CallStep, Read
    from cnncalc.language.vocabulary import Label
    from cnncalc.text.parser import Node

    Report = Callable[[Diagnostic], None]


class Context:
    """What is known of the whole file: every step of it is read with this."""

    __slots__ = ("blocks", "calls", "defaults", "kinds", "labels", "misnamed", "reads", "report",
                 "unsure", "words")  # fmt: skip

    def __init__(self, report: Report) -> None:
        self.report = report
        """Takes each error that is found."""
        self.words = language_words()
        self.blocks: dict[str, Block] = {}
        """The signatures of the whole file."""
        self.kinds = ChainMap[str, Any](dict.fromkeys(CONTAINERS), KINDS, self.blocks)
        """What a label may name."""
        self.misnamed: set[str] = set()
        """Names that blocks may not have: what a step of that label calls is not known."""
        self.labels: dict[str, Label | None] = {}
        """The labels read so far: most are written often."""
        self.defaults: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, frozenset[str]] = {}
        """Per kind, the fields whose default is unknown because of an error."""
        self.calls: list[PendingCall] = []
        self.reads: list[Read] = []
        """Every name that an expression reads: what the check of unused parameters needs."""


class Scope(NamedTuple):
    """Where a value stands: in which text, and which names its expression may read.

    ``names``: parameters of file and block, and what is bound here; ``in_channels``: whether a
    list of steps surrounds it whose input is more than the image; ``loop``: whether a step that
    repeats does.
    """

    names: AbstractSet[str]
    text: TextNames
    in_channels: bool = False
    loop: bool = False

    def inside(self) -> Scope:
        """The scope of a nested list of steps."""
        return self._replace(in_channels=True)

    def repeated(self) -> Scope:
        """The scope of a repeated step."""
        return self._replace(loop=True)

    def error(self, name: str, span: Span) -> Diagnostic | None:
        """Why an expression cannot read ``name`` here; None when it can."""
        if name in self.names:
            return None
        if name == "in_channels":
            return None if self.in_channels else rules.references.in_channels_of_the_image(span)
        if name in LOOP_NAMES:
            return None if self.loop else rules.references.outside_a_repeat(span, name)
        block = self.text.block
        if block is not None and name in block.tensors:
            return rules.references.tensor_in_an_expression(span, name)
        known = [*self.names, *(["in_channels"] if self.in_channels else [])]
        return rules.references.unknown_name(
            span, name, [*known, *(LOOP_NAMES if self.loop else ())], sorted(language_words())
        )


class PendingCall(NamedTuple):
    """A call of a block whose arguments wait until all blocks are read. ``order``: how many steps
    of the text stand before it.
    """

    step: CallStep
    given: list[tuple[str, Node]]
    scope: Scope
    order: int
