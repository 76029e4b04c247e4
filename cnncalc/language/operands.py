"""The values written in a spec: expressions, lists of them, and padding's mapping.

All three evaluate alike: ``evaluate(scope)`` gives a `Value`, raises `Problem` or `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Diagnostic, Problem, Span, Unknown
from cnncalc.language import rules
from cnncalc.language.expressions import Expression, parse
from cnncalc.language.spec import Read
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import BadValue, Field, Value
from cnncalc.text.nodes import Mapping, Scalar, Sequence, form_of

if TYPE_CHECKING:
    from cnncalc.language.context import Context, Scope
    from cnncalc.text.nodes import Node


class ListOperand:
    """A list of operands: `[1, 2 * width]`."""

    __slots__ = ("is_constant", "items", "node", "value")

    def __init__(self, node: Sequence, items: tuple[Operand, ...]) -> None:
        self.node = node
        self.items = items
        self.is_constant: bool = all(item.is_constant for item in items)
        self.value: Value | None = None
        if self.is_constant:
            self.value = self.evaluate({})

    @property
    def span(self) -> Span:
        return self.node.span

    @property
    def names(self) -> tuple[tuple[str, Span], ...]:
        return tuple(name for item in self.items for name in item.names)

    @property
    def text(self) -> str:
        return f"[{', '.join(item.text for item in self.items)}]"

    def evaluate(self, scope: Map[str, Value]) -> Value:
        return tuple([item_value(item, scope) for item in self.items])

    def part(self, at: int | str | None) -> Span:
        """The place of one item."""
        return self.items[at].span if isinstance(at, int) else self.span


class MapOperand:
    """A mapping of operands: padding's `{top: 1, left: 1}`."""

    __slots__ = ("entries", "is_constant", "node", "value")

    def __init__(self, node: Mapping, entries: dict[str, Operand]) -> None:
        self.node = node
        self.entries = entries
        self.is_constant: bool = all(item.is_constant for item in entries.values())
        self.value: Value | None = self.evaluate({}) if self.is_constant else None

    @property
    def span(self) -> Span:
        return self.node.span

    @property
    def names(self) -> tuple[tuple[str, Span], ...]:
        return tuple(name for item in self.entries.values() for name in item.names)

    @property
    def text(self) -> str:
        entries = ", ".join(f"{key}: {item.text}" for key, item in self.entries.items())
        return "{" + entries + "}"

    def evaluate(self, scope: Map[str, Value]) -> Value:
        return {key: item_value(item, scope) for key, item in self.entries.items()}

    def part(self, at: int | str | None) -> Span:
        """The place of one entry's value."""
        return self.entries[at].span if isinstance(at, str) and at in self.entries else self.span


Operand = Expression | ListOperand | MapOperand


MAX_ITEMS = 1_000
"""Items of a list value; a list of steps or of names may be longer."""


def read_operand(
    context: Context, node: Node, scope: Scope, *, keys: tuple[str, ...] = ()
) -> Operand:
    """A value as an expression, a list or (with ``keys``) a mapping. Raises `Problem`, and
    `Unknown` for one whose error is reported.
    """
    if isinstance(node, Scalar):
        expression = parse(node, context.words)
        if not expression.is_constant:
            for name, span in expression.names:
                context.reads.append(Read(scope.text.block, name, span))
                if (error := scope.error(name, span)) is not None:
                    raise Problem(error)
        return expression
    if isinstance(node, Sequence):
        if len(node.items) > MAX_ITEMS:
            extra = node.items[MAX_ITEMS].span
            raise Problem(rules.limits.list_too_long(extra, len(node.items), MAX_ITEMS))
        return ListOperand(node, tuple(read_operand(context, item, scope) for item in node.items))
    if isinstance(node, Mapping) and keys:
        for key, entry in node.entries.items():
            if key not in keys:
                raise Problem(rules.form.unknown_key(entry.key.span, key, "padding", keys))
        entries = {k: read_operand(context, e.value, scope) for k, e in node.entries.items()}
        return MapOperand(node, entries)
    if isinstance(node, Mapping):
        wanted, found = "a value or a list", form_of(node)
        raise Problem(rules.form.wrong_form(node.span, "this", wanted=wanted, found=found))
    raise Unknown


def try_operand(context: Context, node: Node, scope: Scope) -> Operand | None:
    """The same, its error reported; None when there is one."""
    try:
        return read_operand(context, node, scope)
    except Problem as problem:
        context.report(problem.diagnostic)
    except Unknown:
        pass
    return None


def item_value(item: Operand, scope: Map[str, Value]) -> Value:
    """The value of one item. An expression gives no list there: lists of lists, built from one
    another by name, would double with each line. Raises `Problem`, `Unknown`.
    """
    value = item.evaluate(scope)
    if isinstance(item, Expression) and isinstance(value, tuple):
        wanted = "a number, true or false, or a word"
        raise Problem(
            rules.form.wrong_form(item.span, "an item of a list", wanted=wanted, found="a list")
        )
    return value


def convert(field: Field[Any], value: Value, operand: Operand, subject: str) -> Any:
    """The value brought to the field's type; raises `Problem` at the exact part at fault."""
    try:
        return field.convert(value)
    except BadValue as bad:
        raise Problem(misfit(bad, operand, subject)) from None


def misfit(bad: BadValue, operand: Operand, subject: str) -> Diagnostic:
    """The diagnostic of a value that its field refuses."""
    span = operand.span if isinstance(operand, Expression) else operand.part(bad.at)
    part = part_of(operand, bad.at)
    if bad.rule is layers_rules.values.not_a_whole_number and isinstance(part, Expression):
        bad.facts["written"] = part.text
    return bad.rule(span, subject, **bad.facts)


def part_of(operand: Operand, at: int | str | None) -> Operand:
    """One item of a list or mapping, or the operand itself."""
    if isinstance(operand, ListOperand) and isinstance(at, int):
        return operand.items[at]
    if isinstance(operand, MapOperand) and isinstance(at, str):
        return operand.entries.get(at, operand)
    return operand
