"""Layer steps: the bare kind, the first parameter, the list form and the mapping; their fields."""

from __future__ import annotations

from collections.abc import Sequence as Seq
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem, Unknown
from cnncalc.language import rules
from cnncalc.language.names import reference
from cnncalc.language.operands import convert, read_operand
from cnncalc.language.spec import Argument, LayerStep
from cnncalc.language.step_keys import read_step_keys
from cnncalc.language.vocabulary import STEP_KEYS
from cnncalc.layers.fields import Field, TensorName
from cnncalc.layers.layer import Layer
from cnncalc.text.nodes import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.language.context import Context, Scope


def read_layer(context: Context, step: LayerStep, value: Node | None, scope: Scope) -> None:
    """A layer without branches, in any of the four forms."""
    if isinstance(value, Mapping):
        scope = read_step_keys(context, step, value, scope)
        read_fields(context, step, value, scope)
    elif isinstance(value, Sequence):
        read_list_form(context, step, value, scope)
    elif isinstance(value, Scalar):
        read_first_parameter(context, step, value, scope)
    elif value is not None:
        step.broken = True
    finish_layer(context, step)


def read_fields(
    context: Context, step: LayerStep, value: Mapping, scope: Scope, others: Seq[str] = ()
) -> None:
    """The fields in a layer's mapping; ``others``: keys that stand beside them, and the step's."""
    fields = step.kind.fields
    for key, entry in value.entries.items():
        if key in fields:
            read_argument(context, step, fields[key], entry.value, scope)
        elif key not in STEP_KEYS and key not in others:
            known = [*fields, *STEP_KEYS, *others]
            near = rules.fixes.of_unknown_key(value, entry, known)
            context.report(rules.form.unknown_key(entry.key.span, key, step.word, known, near))
            step.broken, step.trusted = True, False
    step.faulty.update(value.broken)


def read_list_form(context: Context, step: LayerStep, value: Sequence, scope: Scope) -> None:
    """`conv: [64, 3, 2]`."""
    kind = step.kind
    places = kind.positional if kind.takes_list else ()
    if len(value.items) > len(places):
        first = kind.positional[0] if kind.positional else next(iter(kind.fields), "")
        near = rules.fixes.of_no_list_form(kind, step.label, value)
        context.report(
            rules.form.no_list_form(
                value.span, step.word, first=first, count=len(places), fixes=near
            )
        )
        step.broken, step.trusted = True, False
    for name, item in zip(places, value.items, strict=False):
        read_argument(context, step, kind.fields[name], item, scope)


def read_first_parameter(context: Context, step: LayerStep, value: Scalar, scope: Scope) -> None:
    """`dropout: 0.5`."""
    kind = step.kind
    if kind.takes_branches or not kind.positional:
        keys = [*kind.fields, *STEP_KEYS] if kind.fields else []
        near = rules.fixes.of_no_bare_value(kind, step.label, value)
        context.report(rules.form.no_bare_value(value.span, step.word, keys, near))
        step.broken, step.trusted = True, False
        return
    read_argument(context, step, kind.fields[kind.positional[0]], value, scope)


def read_argument(
    context: Context, step: LayerStep, field: Field[Any], node: Node, scope: Scope
) -> None:
    """One field of a layer: constants are converted now, the rest where the step runs."""
    if isinstance(field, TensorName):
        target = reference(context, node, field.name, scope.text)
        if target is None:
            step.broken = True
        else:
            step.targets[field.name] = target
        return
    constant = None
    subject = f"{field.name} of {step.name or step.word}"
    try:
        operand = read_operand(context, node, scope, keys=field.keys)
        if operand.is_constant:
            constant = convert(field, operand.evaluate({}), operand, subject)
    except Problem as problem:
        error = problem.diagnostic
        context.report(rules.fixes.of_a_choice(error, field, node, scope.names, subject))
    except Unknown:
        pass
    else:
        step.arguments[field.name] = Argument(field.name, operand, constant)
        return
    step.broken = True
    step.faulty.add(field.name)


def read_defaults(
    context: Context, kind: type[Layer], value: Mapping, scope: Scope
) -> tuple[dict[str, Argument], frozenset[str]]:
    """The values that `defaults` gives to a kind's parameters; those that an error left unknown
    (with a key that is not understood: every other).
    """
    label = Scalar(kind.kind, value.source, value.line, value.column, 0, 0)
    given = LayerStep(label, kind, None)
    known = [n for n, field in kind.fields.items() if not isinstance(field, TensorName)]
    for key, entry in value.entries.items():
        if key in known:
            read_argument(context, given, kind.fields[key], entry.value, scope)
        else:
            near = rules.fixes.of_unknown_key(value, entry, known)
            where = f"the defaults of {kind.kind}"
            context.report(rules.form.unknown_key(entry.key.span, key, where, known, near))
            given.faulty.update(known)
    return given.arguments, frozenset((given.faulty | value.broken) - given.arguments.keys())


def finish_layer(context: Context, step: LayerStep) -> None:
    """Required fields are there; constants and the rest are sorted apart."""
    for name, field in step.kind.fields.items():
        if field.required and name not in step.arguments and not defaulted(context, step, name):
            report_missing(context, step, name)
    given = step.arguments.values()
    step.constants = {a.field: a.constant for a in given if a.operand.is_constant}
    step.constants |= {name: target.name for name, target in step.targets.items()}
    step.dynamic = tuple(a for a in given if not a.operand.is_constant)


def defaulted(context: Context, step: LayerStep, name: str) -> bool:
    """Whether the file's `defaults` give a required field."""
    words = (*step.kind.inherits_defaults, step.kind.kind)
    return any(name in context.defaults.get(word, ()) for word in words) or any(
        name in context.unsure.get(word, ()) for word in words
    )


def report_missing(context: Context, step: LayerStep, name: str) -> None:
    """A required field is not given; silent where something else of this step is reported."""
    if not step.broken:
        example = ", ".join(f"{n}: …" for n, f in step.kind.fields.items() if f.required)
        where, example = step.name or step.word, f"{step.word}: {{{example}}}"
        context.report(rules.form.missing_key(step.span, name, where, example))
    step.broken = True
    step.faulty.add(name)
