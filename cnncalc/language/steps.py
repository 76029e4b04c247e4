"""The steps of a text: lists of steps, and what a step's label names: a layer, a merge, a
container, a call of a block.

A form error fails its own step only: it is reported, the step marked broken, and reading goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.language import rules
from cnncalc.language.blocks import sort_arguments
from cnncalc.language.context import PendingCall
from cnncalc.language.layer_steps import (
    finish_layer,
    read_fields,
    read_first_parameter,
    read_layer,
)
from cnncalc.language.spec import AuxStep, BrokenStep, CallStep, LayerStep, ResidualStep, Step
from cnncalc.language.step_keys import SHORTCUT, read_keyed, read_name, read_step_keys
from cnncalc.language.vocabulary import NAME, STEP_KEYS, Label, read_label
from cnncalc.layers.layer import KINDS
from cnncalc.text.nodes import Broken, Entry, Mapping, Node, Scalar, Sequence, form_of

if TYPE_CHECKING:
    from cnncalc.language.context import Context, Scope
    from cnncalc.language.names import TextNames


def read_steps(context: Context, node: Node, scope: Scope, where: str) -> tuple[Step, ...]:
    """A list of steps; empty ones and other forms are reported."""
    if isinstance(node, Broken):
        return ()
    if not isinstance(node, Sequence):
        near = rules.fixes.of_a_mapping(node) if isinstance(node, Mapping) else ()
        context.report(
            rules.form.wrong_form(
                node.span, where, wanted="a list of steps", found=form_of(node), fixes=near
            )
        )
        return ()
    if not node.items:
        context.report(rules.form.missing_key(node.span, "steps", where))
    return tuple([read_step(context, item, scope) for item in node.items])


def read_step(context: Context, node: Node, scope: Scope) -> Step:
    """One step, whatever is wrong with it."""
    if isinstance(node, Scalar):
        return read_labelled(context, node, None, scope)
    if isinstance(node, Mapping) and node.entries:
        entries = iter(node.entries.values())
        entry = next(entries)
        extra = next(entries, None)
        if node.unfinished is not None:
            label, key = node.unfinished.key, entry.key
            fix = rules.fixes.of_parameters_beside(label, node)
            context.report(rules.form.several_keys_in_a_step(key.span, label.text, key.text, [fix]))
            return untrusted(context, label, scope.text)
        if extra is None:
            return read_labelled(context, entry.key, entry.value, scope)
        key, record = extra.key, rules.fixes.kind_entry(node) is not None
        near = rules.fixes.of_a_record(node, KINDS) if record else ()
        context.report(
            rules.form.several_keys_in_a_step(
                key.span, entry.key.text, key.text, near, record=record
            )
        )
        return untrusted(context, entry.key, scope.text)
    if not isinstance(node, Broken) and not (isinstance(node, Mapping) and node.broken):
        row = rules.fixes.of_a_row(node, list(KINDS)) if isinstance(node, Sequence) else ()
        wanted = "a kind, or one `label: value`"
        context.report(
            rules.form.wrong_form(
                node.span, "a step", wanted=wanted, found=form_of(node), fixes=row
            )
        )
    return without_label(node)


def without_label(node: Node) -> Step:
    """A step of which not even the label is known."""
    label = Scalar("", node.source, node.line, node.column, node.end_line, node.end_column)
    step = BrokenStep(label, "", None)
    step.broken = True
    return step


def untrusted(context: Context, key: Scalar, names: TextNames) -> Step:
    """A step whose parameters could not be parsed: only its label is understood."""
    label = read_label(key.text, context.blocks.keys() | KINDS.keys(), KINDS)
    kind = KINDS.get(label.word) if label else None
    step: Step = BrokenStep(key, "", None)
    if kind is not None:
        step = LayerStep(key, kind, None)
        step.trusted = False
    step.broken = True
    if label is not None and label.number:
        step.name = key.text
    return defined(step, names)


def defined(step: Step, names: TextNames) -> Step:
    """The step, its name noted for those that follow."""
    if step.name is not None:
        node = step.value
        key = node.entries.get("name") if isinstance(node, Mapping) else None
        names.define(step.name, key.value.span if key else step.span)
    else:
        names.step_without_name(step.word, step.span)
    return step


def read_labelled(context: Context, label: Scalar, value: Node | None, scope: Scope) -> Step:
    """A step with its label and value."""
    text = label.text
    if text not in context.labels:
        context.labels[text] = read_label(text, context.kinds, KINDS)
    read = context.labels[text]
    if context.misnamed & {text, read.word if read else text}:
        step = read_unknown_kind(context, label, value)
    elif read is None:
        near = rules.fixes.of_unknown_kind(label, value, context.kinds)
        advice = rules.fixes.kind_meant(label, value)
        context.report(rules.form.unknown_kind(label.span, text, context.kinds, near, advice))
        step = read_unknown_kind(context, label, value)
    else:
        step = read_known_kind(context, label, read, value, scope)
    return defined(step, scope.text)


def read_unknown_kind(context: Context, label: Scalar, value: Node | None) -> Step:
    """A step of an unknown kind still has a name that later steps may read."""
    step = BrokenStep(label, "", value)
    step.broken = True
    if isinstance(value, Mapping) and (entry := value.entries.get("name")):
        read_name(context, step, entry)
    elif NAME.fullmatch(label.text) and label.text[-1].isdigit():
        step.name = label.text
    return step


def read_known_kind(
    context: Context, label: Scalar, read: Label, value: Node | None, scope: Scope
) -> Step:
    """A step of the class that its label names."""
    name = label.text if read.number else None
    kind = KINDS.get(read.word)
    if kind is not None:
        layer = LayerStep(label, kind, value)
        layer.name = name
        (read_merge if kind.takes_branches else read_layer)(context, layer, value, scope)
        return layer
    if read.word == "residual":
        residual = ResidualStep(label, value)
        residual.name = name
        read_residual(context, residual, value, scope)
        return residual
    if read.word == "aux":
        aux = AuxStep(label, value)
        aux.name = name
        keys, inner = read_container(context, aux, value, scope, ("body",))
        aux.body = read_body(context, aux, value, keys, inner)
        return aux
    call = CallStep(label, read.word, value)
    call.name = name
    read_call(context, call, value, scope)
    return call


# Merges: their branches, or the tensors that they read.


def read_merge(context: Context, step: LayerStep, value: Node | None, scope: Scope) -> None:
    """A layer with branches: in a list, in its mapping, or `from: [a, b]`."""
    if isinstance(value, Mapping):
        scope = read_step_keys(context, step, value, scope, merge=True)
        read_fields(context, step, value, scope, ("branches",))
        if (entry := value.entries.get("branches")) is not None:
            read_branches(context, step, entry.value, scope)
    elif isinstance(value, Sequence):
        if are_names(value, scope.text):
            step.broken = True
            near = [rules.fixes.names_of(value)]
            context.report(rules.form.names_as_branches(value.span, step.word, near))
        else:
            read_branches(context, step, value, scope)
    elif isinstance(value, Scalar):
        read_first_parameter(context, step, value, scope)
    elif value is not None:
        step.broken = True
    check_branches(context, step)
    finish_layer(context, step)


def are_names(value: Sequence, names: TextNames) -> bool:
    """Whether a list holds names of earlier steps, where branches would stand."""
    return bool(value.items) and all(
        isinstance(item, Scalar) and (item.text in names.order or item.text == "previous")
        for item in value.items
    )


def read_branches(context: Context, step: LayerStep, value: Node, scope: Scope) -> None:
    """The branches of a merge: each one step, or a list of steps."""
    if not isinstance(value, Sequence):
        wanted, found = "a list", form_of(value)
        context.report(rules.form.wrong_form(value.span, "branches", wanted=wanted, found=found))
        return
    inner = scope.inside()
    step.alone = tuple(not isinstance(item, Sequence) for item in value.items)
    step.branches = tuple(
        (read_step(context, item, inner),)
        if alone
        else read_steps(context, item, inner, "a branch")
        for item, alone in zip(value.items, step.alone, strict=True)
    )


def check_branches(context: Context, step: LayerStep) -> None:
    """Either branches, two or more, or `from: [a, b]`, which cannot repeat."""
    if step.broken:
        return
    mapping = step.value if isinstance(step.value, Mapping) else None
    source = mapping.entries.get("from") if mapping else None
    many = source is not None and isinstance(source.value, Sequence)
    if many and mapping and step.repeat is not None:
        near = rules.fixes.without_entry(mapping, "repeat")
        context.report(rules.form.not_with_repeat(step.span, step.word, near))
    elif many == bool(step.branches):
        context.report(rules.form.branches_and_from(step.span, step.word, both=many))
    elif not many and len(step.branches) < 2:
        context.report(rules.form.too_few_branches(step.span, step.word, len(step.branches)))
    else:
        return
    step.broken = True


# Containers and calls.


def read_residual(context: Context, step: ResidualStep, value: Node | None, scope: Scope) -> None:
    """X + body(x), with the shortcut that x takes."""
    keys, inner = read_container(context, step, value, scope, ("shortcut", "body"))
    if keys and "shortcut" in keys:
        step.shortcut = read_keyed(context, step, keys["shortcut"], SHORTCUT, inner)
    step.body = read_body(context, step, value, keys, inner)


def read_container(
    context: Context, step: Step, value: Node | None, scope: Scope, own: tuple[str, ...]
) -> tuple[dict[str, Entry] | None, Scope]:
    """The entries of a step that has a body, and their scope; None when it has no such form."""
    if isinstance(value, Sequence):
        return {}, scope
    if not isinstance(value, Mapping):
        if not isinstance(value, Broken):
            span = step.span if value is None else value.span
            found = "nothing" if value is None else form_of(value)
            context.report(
                rules.form.wrong_form(span, step.word, wanted="a list of steps", found=found)
            )
        step.broken = True
        return None, scope
    scope = read_step_keys(context, step, value, scope)
    for key, entry in value.entries.items():
        if key not in own and key not in STEP_KEYS:
            known = [*own, *STEP_KEYS]
            context.report(rules.form.unknown_key(entry.key.span, key, step.word, known))
            step.broken = True
    return value.entries, scope


def read_body(
    context: Context, step: Step, value: Node | None, keys: dict[str, Entry] | None, scope: Scope
) -> tuple[Step, ...]:
    """The steps inside a container, whose entries are ``keys``."""
    if keys is None:
        return ()
    body = keys["body"].value if "body" in keys else value if isinstance(value, Sequence) else None
    if body is not None:
        return read_steps(context, body, scope.inside(), f"the body of {step.label.text}")
    if not step.broken:
        context.report(rules.form.missing_key(step.span, "body", step.label.text, "body: […]"))
        step.broken = True
    return ()


def read_call(context: Context, step: CallStep, value: Node | None, scope: Scope) -> None:
    """A block call; its arguments are read when the whole file is known."""
    if isinstance(value, Mapping):
        scope = read_step_keys(context, step, value, scope)
    given = sort_arguments(context, step, value)
    context.calls.append(PendingCall(step, given, scope, scope.text.count))
