"""What a text (`layers:`, or a block) defines and reads by name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language import rules
from cnncalc.language.spec import Reference
from cnncalc.language.vocabulary import NAME, RESERVED
from cnncalc.layers.layer import KINDS
from cnncalc.text.nodes import Broken, Scalar, form_of

if TYPE_CHECKING:
    from cnncalc.diagnostics import Span
    from cnncalc.language.context import Context, Report
    from cnncalc.language.spec import Block, Text
    from cnncalc.text.nodes import Node


class Use(NamedTuple):
    """A name read by `from`, `to`, `share`, an argument or `outputs`, and when in the text."""

    reference: Reference
    order: int


class TextNames:
    """Collects the names of one text while it is read; checked when all are known."""

    def __init__(self, text: Text, given: dict[str, Span], block: Block | None = None) -> None:
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

    def define(self, name: str, span: Span) -> None:
        """A step's written name; the first of several counts."""
        self.count += 1
        first = self.text.names.get(name) or self.given.get(name)
        if first is not None:
            self.duplicates.append((name, span, first))
            return
        self.text.names[name] = span
        self.order[name] = self.count

    def step_without_name(self, word: str, span: Span) -> None:
        self.count += 1
        self.unnamed.setdefault(word, []).append(span)

    def check(self, report: Report) -> None:
        """Every name is defined once, and read in later steps only."""
        for name, span, first in self.duplicates:
            free = rules.fixes.of_a_duplicate(span, name, self.order)
            report(rules.references.duplicate_name(span, name, first, free))
        for reference, at in self.uses:
            if reference.name == "previous":
                continue
            order = self.order.get(reference.name)
            if order is None:
                self.unknown(reference, report)
            elif order > at:
                later = self.text.names[reference.name]
                report(rules.references.defined_later(reference.span, reference.name, later))

    def unknown(self, reference: Reference, report: Report) -> None:
        """A name of no step, with the likeliest reason."""
        name, span = reference.name, reference.span
        block = self.block
        given = self.given if block is None else block.tensors - {name}
        known = [*given, *self.text.names]
        near = rules.fixes.to_name(span, name, known)
        if labels := rules.fixes.of_automatic_name(name, self.unnamed):
            advice = "an automatic name cannot be used: write it as the label of the step"
        elif name in self.unnamed:
            labels = tuple(rules.fixes.of_unnamed_step(name, span, self.unnamed, self.order))
            advice = f"steps with the label `{name}` have no name; only a named step can be read"
        else:
            advice = (
                f"a block cannot see the names of its caller: pass '{name}' to it" if block else ""
            )
        report(rules.references.unknown_step(span, name, known, chain(labels, near), advice))


def legal_name(context: Context, node: Scalar, what: str) -> bool:
    """Whether a name may be given to a step, parameter or block; reports when not."""
    if not NAME.fullmatch(node.text):
        context.report(rules.references.bad_name(node.span, node.text, what))
    elif node.text in context.words or node.text in RESERVED or node.text in KINDS:
        context.report(rules.references.reserved_name(node.span, node.text, what))
    else:
        return True
    return False


def reference(
    context: Context, node: Node, key: str, names: TextNames, order: int | None = None
) -> Reference | None:
    """A step's name; its existence is checked when the text is complete. ``order``: how many
    steps stand before it, where these are not all that were read.
    """
    if isinstance(node, Broken):
        return None
    if not isinstance(node, Scalar):
        wanted = "the name of a step"
        context.report(rules.form.wrong_form(node.span, key, wanted=wanted, found=form_of(node)))
        return None
    if node.text == "previous" and key in ("share", "outputs"):
        known = list(names.text.names)
        context.report(rules.references.unknown_step(node.span, node.text, known))
        return None
    read = Reference(node.text, node.span)
    if names.block is not None and node.text in names.block.parameters:
        names.block.tensors.add(node.text)
    names.uses.append(Use(read, names.count if order is None else order))
    return read
