"""The step keys, which may stand in the mapping of any step: `name`, `from`, `repeat`, `if`,
`expect`, `share`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem
from cnncalc.language import late, rules
from cnncalc.language.labels import Label
from cnncalc.language.operands import Operand, convert
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import ExpectedShape, Reference, Step
from cnncalc.language.values import Untold, ValueReader
from cnncalc.language.words import SHORTCUTS, found
from cnncalc.layers.fields import Choice, Field, Flag, Whole
from cnncalc.text.parser import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.language.names import Scope


STEP_KEYS = ("name", "from", "repeat", "if", "expect", "share")
REPEAT = Whole("how many times the step runs, in a chain", minimum=0)
CONDITION = Flag("whether the step runs")
SHORTCUT = Choice("how the input reaches the add", words=SHORTCUTS, default="identity")
for _field, _name in ((REPEAT, "repeat"), (CONDITION, "if"), (SHORTCUT, "shortcut")):
    _field.name = _name


class KeyReader(ValueReader):
    """Reads the step keys."""

    def name_by_label(self, step: Step, label: Label | None) -> None:
        if label is not None and label.number:
            step.name = step.label.text

    def step_keys(self, step: Step, value: Mapping, scope: Scope, *, merge: bool = False) -> Scope:
        """Reads `name`, `from`, `repeat`, `if`, `expect`, `share`; gives the scope of the rest."""
        entries = value.entries
        if value.broken:
            step.broken = True
        if "from" in entries:
            step.sources = self.read_sources(step, entries["from"].value, merge=merge)
            if len(step.sources) == 1:
                scope = scope.inside()
        outer = scope
        if "repeat" in entries or "repeat" in value.broken:
            scope = scope.repeated()
        if "repeat" in entries:
            step.repeat = self.keyed(step, entries["repeat"], REPEAT, outer)
        if "if" in entries:
            step.condition = self.keyed(step, entries["if"], CONDITION, scope)
        if "name" in entries:
            self.read_name(step, entries["name"])
        if "expect" in entries:
            node = entries["expect"].value
            try:
                step.expect = ExpectedShape(read_shape(node), node.span)
            except Problem as problem:
                self.tell(problem.diagnostic)
        if "share" in entries:
            step.share = self.reference(entries["share"].value, "share")
            step.broken |= step.share is None
        return scope

    def keyed(self, step: Step, entry: Entry, field: Field[Any], scope: Scope) -> Operand | None:
        """The operand of a step key, its constant checked."""
        subject = f"{field.name} of {step.label.text}"
        try:
            operand = self.operand(entry.value, scope)
            if operand.is_constant:
                convert(field, operand.evaluate({}), operand, subject)
        except Problem as problem:
            told, names = problem.diagnostic, scope.names
            self.tell(late.fixes.of_a_choice(told, field, entry.value, names, subject))
        except Untold:
            pass
        else:
            return operand
        step.broken = True
        return None

    def read_name(self, step: Step, entry: Entry) -> None:
        node = entry.value
        if not isinstance(node, Scalar):
            self.tell(rules.form.wrong_form(node.span, "name", wanted="a name", found=found(node)))
            return
        if step.name is not None:
            label = step.label
            two = (
                late.fixes.of_two_names(label, step.word, step.value)
                if isinstance(step.value, Mapping)
                else ()
            )
            self.tell(rules.form.name_given_twice(node.span, label.text, node.text, two))
        elif self.legal_name(node, "step"):
            step.name = node.text

    def read_sources(self, step: Step, node: Node, *, merge: bool) -> tuple[Reference, ...]:
        if isinstance(node, Sequence) and merge:
            read = [self.reference(item, "from") for item in node.items]
            if len(read) < 2:
                self.tell(rules.form.too_few_branches(node.span, step.word, len(read)))
                step.broken = True
            if None in read:
                step.broken = True
            return tuple(reference for reference in read if reference)
        reference = self.reference(node, "from")
        if reference is None:
            step.broken = True
        return (reference,) if reference else ()
