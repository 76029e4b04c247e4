"""Block definitions: `stage(width, depth, stride=1)`, and that no block uses itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.language import rules
from cnncalc.language.names import Scope
from cnncalc.language.spec import Block, CallStep, Parameter, Step
from cnncalc.text.parser import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncalc.language.steps import StepReader

NOT_PARAMETERS = ("name", "from", "repeat", "if", "expect", "share")


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


def read_signature(reader: StepReader, key: Scalar, names: Mapping[str, Parameter]) -> Block | None:
    """A block without its steps; ``names`` are the file's parameters."""
    opening = key.text.find("(")
    if opening < 0:
        opening = len(key.text)
    name = part(key, 0, opening)
    if opening < len(key.text) and not key.text.rstrip().endswith(")"):
        reader.tell(rules.form.bad_signature(key.span, key.text, "the bracket is not closed"))
        return None
    if not reader.legal_name(name, "block"):
        reader.misnamed.add(name.text)
        return None
    block = Block(name.text, name.span, {})
    inside = key.text[: key.text.rfind(")")] if opening < len(key.text) else ""
    if opening < len(key.text) and not inside[opening + 1 :].strip():
        reader.tell(
            rules.form.bad_signature(key.span, key.text, "without parameters it has no brackets")
        )
        return block
    for start, stop in pieces(inside, opening + 1) if inside else ():
        read_parameter(reader, block, part(key, start, stop), names)
    return block


def read_parameter(
    reader: StepReader, block: Block, text: Scalar, names: Mapping[str, Parameter]
) -> None:
    """One parameter of a signature, with its default."""
    word, equals, _ = text.text.partition("=")
    name = part(text, 0, len(word))
    if not reader.legal_name(name, "parameter"):
        return
    if name.text in block.parameters:
        first = block.parameters[name.text].span
        reader.tell(rules.references.duplicate_name(name.span, name.text, first))
        return
    if name.text in names:
        first = names[name.text].span
        what = "a parameter of the file"
        reader.tell(rules.references.shadowed_parameter(name.span, name.text, what, first))
    elif name.text in NOT_PARAMETERS:
        reader.tell(rules.references.shadowed_parameter(name.span, name.text, "a step key", None))
    operand = None
    if equals:
        default = part(text, len(word) + 1, len(text.text))
        known = frozenset([*names, *block.parameters])
        reader.block = block
        operand = reader.try_operand(default, Scope(known, in_channels=True))
    elif any(not p.required for p in block.parameters.values()):
        why = f"'{name.text}' has no default and stands behind one that has"
        reader.tell(rules.form.bad_signature(name.span, text.text, why))
    block.parameters[name.text] = Parameter(name.text, name.span, operand, required=not equals)


def calls(steps: Iterable[Step]) -> Iterator[CallStep]:
    """Every block call in a list of steps, however deep."""
    todo = list(steps)
    while todo:
        step = todo.pop()
        if isinstance(step, CallStep):
            yield step
        for steps in step.bodies:
            todo.extend(steps)


def check_recursion(reader: StepReader) -> None:
    """Tells of each circle of blocks, once; the call that closes it is marked broken."""
    uses = {name: list(calls(block.steps)) for name, block in reader.blocks.items()}
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
                reader.tell(rules.references.recursive_block(call.span, call.word, circle))
                call.broken = True
            elif call.word not in done:
                stack.append((call.word, iter(uses[call.word])))
