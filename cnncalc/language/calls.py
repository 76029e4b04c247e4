"""Block calls: arguments sorted to parameters, then read once it is known which of them take a
step's name: those that a block hands to `from`, `to` or `share`, or on to such a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostics import Problem
from cnncalc.language import rules
from cnncalc.language.values import Untold
from cnncalc.text.nodes import NOT_A_KEY
from cnncalc.text.parser import Broken, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.diagnostics import Span
    from cnncalc.language.names import Scope, TextNames
    from cnncalc.language.spec import Block, CallStep
    from cnncalc.language.steps import StepReader


class PendingCall(NamedTuple):
    """A call whose arguments wait to be read, with all that is known where it stands."""

    step: CallStep
    given: list[tuple[str, Node]]
    scope: Scope
    caller: Block | None
    names: TextNames
    order: int


def sort_arguments(
    reader: StepReader, step: CallStep, value: Node | None, step_keys: tuple[str, ...]
) -> list[tuple[str, Node]]:
    """Parameters with the nodes given for them; too many, unknown and missing ones are told."""
    block = reader.blocks[step.word]
    given: list[tuple[str, Node]] = []
    if isinstance(value, Mapping):
        step.faulty |= value.broken & block.parameters.keys()
        step.trusted = NOT_A_KEY not in value.broken
        for key, entry in value.entries.items():
            if key in block.parameters:
                given.append((key, entry.value))
            elif key not in step_keys:
                known = [*block.parameters, *step_keys]
                reader.tell(rules.form.unknown_key(entry.key.span, key, step.word, known))
                step.broken, step.trusted = True, False
    elif isinstance(value, Broken):
        step.broken, step.trusted = True, False
    elif value is not None:
        items = value.items if isinstance(value, Sequence) else [value]
        if len(items) > len(block.parameters):
            extra = items[len(block.parameters)].span
            tell_arguments(reader, step, block, extra, f"has {len(items)} arguments")
        given = list(zip(block.parameters, items, strict=False))
    named = {name for name, _ in given} | step.faulty
    missing = [p.name for p in block.parameters.values() if p.required and p.name not in named]
    if missing and not step.broken:
        tell_arguments(reader, step, block, step.span, f"lacks {' and '.join(missing)}")
    return given


def tell_arguments(reader: StepReader, step: CallStep, block: Block, span: Span, why: str) -> None:
    reader.tell(rules.form.wrong_arguments(span, block.name, why, block.signature, block.span))
    step.broken = True


def finish_calls(reader: StepReader) -> None:
    """Finds the parameters that take a name, to the last block; then reads all arguments."""
    callers: dict[str, list[PendingCall]] = {}
    for call in reader.calls:
        callers.setdefault(call.step.word, []).append(call)
    todo = list(reader.calls)
    while todo:
        call = todo.pop()
        if hand_on(reader, call) and call.caller is not None:
            todo += callers.get(call.caller.name, ())
    for call in reader.calls:
        read_arguments(reader, call)
    for block, name, span in reader.reads:
        if block is not None and name in block.tensors:
            reader.tell(rules.references.tensor_in_an_expression(span, name))


def hand_on(reader: StepReader, call: PendingCall) -> bool:
    """Marks the caller's parameters that this call hands to one that takes a name."""
    callee, caller = reader.blocks[call.step.word], call.caller
    if caller is None:
        return False
    handed = {
        node.text
        for name, node in call.given
        if name in callee.tensors and isinstance(node, Scalar)
    }
    new = (handed & caller.parameters.keys()) - caller.tensors
    caller.tensors |= new
    return bool(new)


def read_arguments(reader: StepReader, call: PendingCall) -> None:
    """Each argument as a reference or an operand, in the scope of the caller."""
    tensors = reader.blocks[call.step.word].tensors
    reader.block = call.caller
    scope = call.scope
    if call.caller is not None:
        scope = scope._replace(names=scope.names - call.caller.tensors)
    for name, node in call.given:
        try:
            if name in tensors:
                read_tensor(reader, call, name, node)
            else:
                call.step.arguments[name] = reader.operand(node, scope)
            continue
        except Problem as problem:
            reader.tell(problem.diagnostic)
        except Untold:
            pass
        call.step.broken = True
        call.step.faulty.add(name)


def read_tensor(reader: StepReader, call: PendingCall, name: str, node: Node) -> None:
    """The name of a step, as it was known where the call stands."""
    reader.names = call.names
    now, call.names.count = call.names.count, call.order
    reference = reader.reference(node, name)
    call.names.count = now
    if reference is None:
        call.step.broken = True
        call.step.faulty.add(name)
    else:
        call.step.arguments[name] = reference
