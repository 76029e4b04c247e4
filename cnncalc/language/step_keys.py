"""The step keys, which may stand in the mapping of any step: `name`, `from`, `repeat`, `if`,
`expect`, `share`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem, Unknown
from cnncalc.language import rules
from cnncalc.language.names import legal_name, reference
from cnncalc.language.operands import Operand, convert, read_operand
from cnncalc.language.shapes import read_shape
from cnncalc.language.spec import ExpectedShape, Reference, Step
from cnncalc.language.vocabulary import SHORTCUTS
from cnncalc.layers.fields import Choice, Field, Flag, Whole
from cnncalc.text.nodes import Entry, Mapping, Node, Scalar, Sequence, form_of

if TYPE_CHECKING:
    from cnncalc.language.context import Context, Scope
    from cnncalc.language.names import TextNames

REPEAT = Whole("how many times the step runs, each on the output of the one before", minimum=0)
CONDITION = Flag("whether the step runs")
SHORTCUT = Choice("what is added to the output of the body", words=SHORTCUTS, default="identity")
for _field, _name in ((REPEAT, "repeat"), (CONDITION, "if"), (SHORTCUT, "shortcut")):
    _field.name = _name


def read_step_keys(
    context: Context, step: Step, value: Mapping, scope: Scope, *, merge: bool = False
) -> Scope:
    """Reads the step keys of a mapping; gives the scope of the rest. ``merge``: `from` may be a
    list.
    """
    entries = value.entries
    if value.broken:
        step.broken = True
    if "from" in entries:
        step.sources = read_sources(context, step, entries["from"].value, scope.text, merge=merge)
        if len(step.sources) == 1:
            scope = scope.inside()
    outer = scope
    if "repeat" in entries or "repeat" in value.broken:
        scope = scope.repeated()
    if "repeat" in entries:
        step.repeat = read_keyed(context, step, entries["repeat"], REPEAT, outer)
    if "if" in entries:
        step.condition = read_keyed(context, step, entries["if"], CONDITION, scope)
    if "name" in entries:
        read_name(context, step, entries["name"])
    if "expect" in entries:
        node = entries["expect"].value
        try:
            step.expect = ExpectedShape(read_shape(node), node.span)
        except Problem as problem:
            context.report(problem.diagnostic)
    if "share" in entries:
        step.share = reference(context, entries["share"].value, "share", scope.text)
        step.broken |= step.share is None
    return scope


def read_keyed(
    context: Context, step: Step, entry: Entry, field: Field[Any], scope: Scope
) -> Operand | None:
    """The operand of a step key, its constant checked."""
    subject = f"{field.name} of {step.label.text}"
    try:
        operand = read_operand(context, entry.value, scope)
        if operand.is_constant:
            convert(field, operand.evaluate({}), operand, subject)
    except Problem as problem:
        error = problem.diagnostic
        context.report(rules.fixes.of_a_choice(error, field, entry.value, scope.names, subject))
    except Unknown:
        pass
    else:
        return operand
    step.broken = True
    return None


def read_name(context: Context, step: Step, entry: Entry) -> None:
    """The key `name`, of a step that has none by its label."""
    node, label = entry.value, step.label
    if not isinstance(node, Scalar):
        context.report(
            rules.form.wrong_form(node.span, "name", wanted="a name", found=form_of(node))
        )
    elif step.name is not None:
        mapping = step.value
        assert isinstance(mapping, Mapping)
        one = rules.fixes.of_two_names(label, step.word, mapping)
        context.report(rules.form.name_given_twice(node.span, label.text, node.text, one))
    elif legal_name(context, node, "step"):
        step.name = node.text


def read_sources(
    context: Context, step: Step, node: Node, names: TextNames, *, merge: bool
) -> tuple[Reference, ...]:
    """The tensors that `from` names: one, or for a merge two or more in a list."""
    if isinstance(node, Sequence) and merge:
        read = [reference(context, item, "from", names) for item in node.items]
        if len(read) < 2:
            context.report(rules.form.too_few_branches(node.span, step.word, len(read)))
            step.broken = True
        if None in read:
            step.broken = True
        return tuple(source for source in read if source)
    source = reference(context, node, "from", names)
    if source is None:
        step.broken = True
    return (source,) if source else ()
