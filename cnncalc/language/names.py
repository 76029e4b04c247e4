"""What a text (`layers:`, or a block) defines and reads; the scope of its expressions."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language import late, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.language.spec import Block, Reference, Text

LOOP_NAMES = ("i", "first", "last")


class Scope(NamedTuple):
    """The names that an expression may read at one place, and why the usual ones are missing.

    ``names``: parameters of file and block, and what is bound here; ``in_channels``: whether a
    list of steps surrounds it whose input is more than the image.
    """

    names: AbstractSet[str]
    in_channels: bool = False
    loop: bool = False

    def inside(self) -> Scope:
        """The scope of a nested list of steps."""
        return self._replace(in_channels=True)

    def repeated(self) -> Scope:
        """The scope of a repeated step."""
        return self._replace(loop=True)

    def fault(self, name: str, span: Span, tensors: Iterable[str]) -> Diagnostic | None:
        """What is wrong with reading ``name`` here; None when nothing is."""
        if name in self.names:
            return None
        if name == "in_channels":
            return None if self.in_channels else rules.references.in_channels_of_the_image(span)
        if name in LOOP_NAMES:
            return None if self.loop else rules.references.outside_a_repeat(span, name)
        if name in tensors:
            return rules.references.tensor_in_an_expression(span, name)
        known = [*self.names, *(["in_channels"] if self.in_channels else [])]
        from cnncalc.language.words import language_words

        words = sorted(language_words())
        return rules.references.unknown_name(
            span, name, [*known, *(LOOP_NAMES if self.loop else ())], words
        )


class Use(NamedTuple):
    """A name read by `from`, `to`, `share`, an argument or `outputs`, and when in the text."""

    reference: Reference
    order: int


class TextNames:
    """Collects the names of one text while it is read; checked when all are known."""

    def __init__(
        self,
        text: Text,
        given: dict[str, Span],
        tell: Callable[[Diagnostic], None],
        block: Block | None = None,
    ) -> None:
        """``given``: names that exist before the first step (inputs, a block's parameters)."""
        self.text = text
        self.block = block
        self.unnamed: dict[str, list[Span]] = {}
        """The labels of the steps without a name, by their words."""
        self.given = given
        self.order: dict[str, int] = dict.fromkeys(given, 0)
        self.count = 0
        self.uses: list[Use] = []
        self.duplicates: list[tuple[str, Span, Span]] = []
        self.tell = tell

    def define(self, name: str, span: Span) -> None:
        """A step's written name; a second one of the same name is told."""
        self.count += 1
        first = self.text.names.get(name) or self.given.get(name)
        if first is not None:
            self.duplicates.append((name, span, first))
            return
        self.text.names[name] = span
        self.order[name] = self.count

    def use(self, reference: Reference) -> None:
        self.uses.append(Use(reference, self.count))

    def check(self) -> None:
        """Every name is defined once, and read in later steps only."""
        for name, span, first in self.duplicates:
            free = late.fixes.of_a_duplicate(span, name, self.order)
            self.tell(rules.references.duplicate_name(span, name, first, free))
        for reference, at in self.uses:
            if reference.name == "previous":
                continue
            order = self.order.get(reference.name)
            if order is None:
                self.unknown(reference)
            elif order > at:
                later = self.text.names[reference.name]
                self.tell(rules.references.defined_later(reference.span, reference.name, later))

    def unknown(self, reference: Reference) -> None:
        """A name of no step, with the likeliest reason."""
        name, span = reference.name, reference.span
        block = self.block
        given = self.given if block is None else block.tensors - {name}
        known = [*given, *self.text.names]
        near = late.fixes.to_name(span, name, known)
        if labels := late.fixes.of_automatic_name(name, self.unnamed):
            advice = "an automatic name cannot be read: write it into the step's label"
        elif name in self.unnamed:
            labels = tuple(late.fixes.of_unnamed_step(name, span, self.unnamed, self.order))
            advice = f"no step labelled `{name}` has a name, and only a name can be read"
        else:
            advice = (
                "" if block is None else f"a block sees no names of its caller: pass '{name}' to it"
            )
        self.tell(rules.references.unknown_step(span, name, known, chain(labels, near), advice))
