"""Blocks: definitions `stage(width, depth, stride=1)`, calls, and that no block uses itself.

The arguments of a call are read once it is known which parameters take a step's name: those that
a block hands to `from`, `to` or `share`, or on to such a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Problem, Unknown
from cnncalc.language import rules
from cnncalc.language.context import Scope
from cnncalc.language.names import TextNames, legal_name, reference
from cnncalc.language.operands import read_operand, try_operand
from cnncalc.language.spec import Block, CallStep, Parameter, Step
from cnncalc.language.vocabulary import STEP_KEYS
from cnncalc.text.nodes import NOT_A_KEY, Broken, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map

    from cnncalc.diagnostics import Span
    from cnncalc.language.context import Context, PendingCall
    from cnncalc.language.operands import Operand
    from cnncalc.language.spec import Reference


def part(key: Scalar, start: int, stop: int) -> Scalar:
    """A stretch of a key as a scalar of its own, in place when the key is on one line."""
    text = key.text[start:stop]
    lead = len(text) - len(text.lstrip())
    offset = key.column + start + lead + key.quoted
    text = text.strip()
    if key.line != key.end_line:
        return Scalar(text, key.source, key.line, key.column, key.end_line, key.end_column)
    return Scalar(text, key.source, key.line, offset, key.line, offset + len(text))


def pieces(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The stretches between the commas of a signature, brackets respected."""
    depth, begin = 0, start
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        elif text[at] == "," and depth == 0:
            yield begin, at
            begin = at + 1
    yield begin, len(text)


def read_signature(context: Context, key: Scalar, names: Map[str, Parameter]) -> Block | None:
    """A block without its steps; ``names`` are the file's parameters."""
    opening = key.text.find("(")
    if opening < 0:
        opening = len(key.text)
    name = part(key, 0, opening)
    if opening < len(key.text) and not key.text.rstrip().endswith(")"):
        context.report(rules.form.bad_signature(key.span, key.text, "the bracket is not closed"))
        return None
    if not legal_name(context, name, "block"):
        context.misnamed.add(name.text)
        return None
    block = Block(name.text, name.span, {})
    inside = key.text[: key.text.rfind(")")] if opening < len(key.text) else ""
    if opening < len(key.text) and not inside[opening + 1 :].strip():
        context.report(
            rules.form.bad_signature(key.span, key.text, "without parameters, remove the brackets")
        )
        return block
    for start, stop in pieces(inside, opening + 1) if inside else ():
        read_parameter(context, block, part(key, start, stop), names)
    return block


def read_parameter(
    context: Context, block: Block, text: Scalar, names: Map[str, Parameter]
) -> None:
    """One parameter of a signature, with its default."""
    word, equals, _ = text.text.partition("=")
    name = part(text, 0, len(word))
    if not legal_name(context, name, "parameter"):
        return
    if name.text in block.parameters:
        first = block.parameters[name.text].span
        context.report(rules.references.duplicate_name(name.span, name.text, first))
        return
    if name.text in names:
        first = names[name.text].span
        what = "a parameter of the file"
        context.report(rules.references.shadowed_parameter(name.span, name.text, what, first))
    elif name.text in STEP_KEYS:
        what = "a step key"
        context.report(rules.references.shadowed_parameter(name.span, name.text, what, None))
    operand = None
    if equals:
        default = part(text, len(word) + 1, len(text.text))
        known = frozenset([*names, *block.parameters])
        scope = Scope(known, TextNames(block.text, {}, block), in_channels=True)
        operand = try_operand(context, default, scope)
    elif any(not p.required for p in block.parameters.values()):
        why = f"'{name.text}' without a default follows a parameter with a default"
        context.report(rules.form.bad_signature(name.span, text.text, why))
    block.parameters[name.text] = Parameter(name.text, name.span, operand, required=not equals)


# Calls.


def sort_arguments(context: Context, step: CallStep, value: Node | None) -> list[tuple[str, Node]]:
    """Parameters with the nodes given for them; too many, unknown and missing ones are reported."""
    block = context.blocks[step.word]
    given: list[tuple[str, Node]] = []
    if isinstance(value, Mapping):
        step.faulty |= value.broken & block.parameters.keys()
        step.trusted = NOT_A_KEY not in value.broken
        for key, entry in value.entries.items():
            if key in block.parameters:
                given.append((key, entry.value))
            elif key not in STEP_KEYS:
                known = [*block.parameters, *STEP_KEYS]
                context.report(rules.form.unknown_key(entry.key.span, key, step.word, known))
                step.broken, step.trusted = True, False
    elif isinstance(value, Broken):
        step.broken, step.trusted = True, False
    elif value is not None:
        items = value.items if isinstance(value, Sequence) else [value]
        if len(items) > len(block.parameters):
            extra = items[len(block.parameters)].span
            report_arguments(context, step, block, extra, f"has {len(items)} arguments")
        given = list(zip(block.parameters, items, strict=False))
    named = {name for name, _ in given} | step.faulty
    missing = [p.name for p in block.parameters.values() if p.required and p.name not in named]
    if missing and not step.broken:
        report_arguments(context, step, block, step.span, f"is missing {' and '.join(missing)}")
    return given


def report_arguments(context: Context, step: CallStep, block: Block, span: Span, why: str) -> None:
    context.report(rules.form.wrong_arguments(span, block.name, why, block.signature, block.span))
    step.broken = True


def finish_calls(context: Context) -> None:
    """Finds the parameters that take a name, to the last block; then reads all arguments."""
    callers: dict[str, list[PendingCall]] = {}
    for call in context.calls:
        callers.setdefault(call.step.word, []).append(call)
    todo = list(context.calls)
    while todo:
        call = todo.pop()
        caller = call.scope.text.block
        if caller is not None and hand_on(call, context.blocks[call.step.word], caller):
            todo += callers.get(caller.name, ())
    for call in context.calls:
        read_arguments(context, call, context.blocks[call.step.word].tensors)
    for block, name, span in context.reads:
        if block is not None and name in block.tensors:
            context.report(rules.references.tensor_in_an_expression(span, name))


def hand_on(call: PendingCall, callee: Block, caller: Block) -> bool:
    """Marks the caller's parameters that this call hands to one that takes a name."""
    handed = {
        node.text
        for name, node in call.given
        if name in callee.tensors and isinstance(node, Scalar)
    }
    new = (handed & caller.parameters.keys()) - caller.tensors
    caller.tensors |= new
    return bool(new)


def read_arguments(context: Context, call: PendingCall, tensors: set[str]) -> None:
    """Each argument as a reference (for the parameters in ``tensors``) or an operand, in the scope
    of the caller.
    """
    step, scope = call.step, call.scope
    if (caller := scope.text.block) is not None:
        scope = scope._replace(names=scope.names - caller.tensors)
    for name, node in call.given:
        argument: Operand | Reference | None = None
        try:
            if name in tensors:
                argument = reference(context, node, name, scope.text, call.order)
            else:
                argument = read_operand(context, node, scope)
        except Problem as problem:
            context.report(problem.diagnostic)
        except Unknown:
            pass
        if argument is None:
            step.broken = True
            step.faulty.add(name)
        else:
            step.arguments[name] = argument


def calls(steps: Iterable[Step]) -> Iterator[CallStep]:
    """Every block call in a list of steps, however deep."""
    todo = list(steps)
    while todo:
        step = todo.pop()
        if isinstance(step, CallStep):
            yield step
        for steps in step.bodies:
            todo.extend(steps)


def check_recursion(context: Context) -> None:
    """Reports each circle of blocks, once; the call that closes it is marked broken."""
    uses = {name: list(calls(block.steps)) for name, block in context.blocks.items()}
    done: set[str] = set()
    for name in uses:
        chain: dict[str, None] = {}
        stack = [(name, iter(uses[name]))] if name not in done else []
        while stack:
            current, rest = stack[-1]
            if len(chain) < len(stack):
                chain[current] = None
            call = next(rest, None)
            if call is None:
                stack.pop()
                done.add(chain.popitem()[0])
            elif call.word in chain:
                names = list(chain)
                circle = [*names[names.index(call.word) :], call.word]
                context.report(rules.references.recursive_block(call.span, call.word, circle))
                call.broken = True
            elif call.word not in done:
                stack.append((call.word, iter(uses[call.word])))
