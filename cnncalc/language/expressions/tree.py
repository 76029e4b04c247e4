"""What an expression computes: the nodes of its tree, strictly typed and within bounds.

A node knows the stretch of text it was read from; what goes wrong is raised as a `Fault` there.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cnncalc.diagnostics import Unknown
from cnncalc.language import rules
from cnncalc.language.expressions.expression import LIMIT, UNKNOWN, Fault
from cnncalc.layers.fields import shown

if TYPE_CHECKING:
    from cnncalc.layers.fields import Value

BASE_LIMIT: Final = 10**6
EXPONENT_LIMIT: Final = 64

NUMBERS: Final = (int, float)
"""The types of numbers: compared by `type`, since a bool is an int to `isinstance`."""


def described(value: Any) -> str:
    """A value and its type, in words."""
    if isinstance(value, str):
        return f"the word '{value}'"
    if isinstance(value, tuple):
        text = shown(value)
        return f"the list {text}" if len(text) <= 40 else f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return "a mapping"
    return shown(value) if isinstance(value, int | float) else "the output of a step"


class Node:
    """A part of an expression, from ``start`` up to ``end`` of its text."""

    __slots__ = ("end", "start")

    start: int
    end: int

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        """The value, with the names of the scope. Raises `Fault`, `Unknown`."""
        raise NotImplementedError

    def refuse(self, value: Any, user: str, wanted: str, advice: str = "") -> Exception:
        """What to raise when ``user`` cannot take the value of this node."""
        if value is UNKNOWN:
            return Unknown()
        return Fault(
            rules.expressions.wrong_operand,
            self.start,
            self.end,
            user=user,
            wanted=wanted,
            shown=described(value),
            advice=advice,
            quoted=not isinstance(self, Literal | Items),
        )

    def too_large(self, value: Any, why: str = "") -> Fault:
        """The fault of a result that is out of bounds, or (not a number) none at all."""
        if value != value:
            why = "a negative number has no such root"
            return Fault(
                rules.expressions.undefined_arithmetic,
                self.start,
                self.end,
                why=why,
                label="no value",
            )
        return Fault(
            rules.expressions.number_too_large,
            self.start,
            self.end,
            why=why or "a result must be at most 1e15",
        )


class Literal(Node):
    """A number, a word, `true` or `false`."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: Value) -> None:
        self.start, self.end, self.value = start, end, value

    def evaluate(self, scope: Mapping[str, Value]) -> Value:  # noqa: ARG002 (needs no names)
        return self.value


class Name(Node):
    """A name of the scope."""

    __slots__ = ("name", "place")

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start, self.end, self.name = start, end, name
        self.place = start, end
        """The name alone; brackets around it count to the node."""

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        try:
            value = scope[self.name]
        except KeyError:
            raise self.undefined(scope) from None
        if value is UNKNOWN:
            raise Unknown
        return value

    def undefined(self, scope: Mapping[str, Value]) -> Fault:
        from cnncalc.language.rules.references import unknown_name

        return Fault(unknown_name, *self.place, name=self.name, known=tuple(scope))


class Items(Node):
    """A list, `[a, b]`."""

    __slots__ = ("items",)

    def __init__(self, start: int, end: int, items: Sequence[Node]) -> None:
        self.start, self.end, self.items = start, end, items

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        values = []
        for item in self.items:
            value = item.evaluate(scope)
            # Lists of lists, built from one another, would be exponential to write out.
            if not isinstance(value, int | float | str):
                raise item.refuse(value, "a list", "numbers, booleans or words")
            values.append(value)
        return tuple(values)


class Sign(Node):
    """`-x` or `+x`."""

    __slots__ = ("operand", "symbol")

    def __init__(self, start: int, symbol: str, operand: Node) -> None:
        self.start, self.end = start, operand.end
        self.symbol, self.operand = symbol, operand

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        value: Any = self.operand.evaluate(scope)
        if type(value) not in NUMBERS:
            raise self.operand.refuse(value, f"`{self.symbol}`", "a number")
        return -value if self.symbol == "-" else value  # type: ignore[no-any-return] # a number


class Binary(Node):
    """An operator between two operands."""

    __slots__ = ("compute", "left", "right", "symbol")

    def __init__(self, symbol: str, left: Node, right: Node) -> None:
        self.start, self.end = left.start, right.end
        self.symbol, self.left, self.right = symbol, left, right
        self.compute = COMPUTE[symbol]

    def refuse_one(self, left: Any, right: Any) -> Exception:
        """What to raise when one of the operands is not a number."""
        if type(left) not in NUMBERS:
            return self.left.refuse(left, f"`{self.symbol}`", "numbers")
        return self.right.refuse(right, f"`{self.symbol}`", "numbers")


class Arithmetic(Binary):
    """`+ - * / // % **` of two numbers."""

    __slots__ = ()

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        left: Any = self.left.evaluate(scope)
        right: Any = self.right.evaluate(scope)
        if type(left) not in NUMBERS or type(right) not in NUMBERS:
            raise self.refuse_one(left, right)
        try:
            value: int | float = self.compute(left, right)
        except ZeroDivisionError:
            divisor = self.left if self.symbol == "**" else self.right
            why = f"division by zero: {shown(left)} {self.symbol} {shown(right)}"
            raise Fault(
                rules.expressions.undefined_arithmetic,
                divisor.start,
                divisor.end,
                why=why,
                label="is 0",
            ) from None
        except OverflowError as error:
            raise self.too_large(0, str(error)) from None
        if -LIMIT <= value <= LIMIT:
            return value
        raise self.too_large(value)


class Comparison(Binary):
    """`== !=` of two values of one type, `< <= > >=` of two numbers."""

    __slots__ = ()

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        left: Any = self.left.evaluate(scope)
        right: Any = self.right.evaluate(scope)
        if type(left) in NUMBERS and type(right) in NUMBERS:
            return bool(self.compute(left, right))
        if self.symbol not in ("==", "!="):
            raise self.refuse_one(left, right)
        if type(left) is not type(right) or not isinstance(left, bool | str):
            raise Fault(
                rules.expressions.incomparable_values,
                self.start,
                self.end,
                left=described(left),
                right=described(right),
            )
        return bool(self.compute(left, right))


def truth(node: Node, scope: Mapping[str, Value], user: str) -> bool:
    """The value of a node that must be true or false."""
    value = node.evaluate(scope)
    if isinstance(value, bool):
        return value
    raise node.refuse(value, f"`{user}`", "true or false", "compare it: `x > 0`, `x == none`")


class Logic(Node):
    """`and`, `or`: the right side is not evaluated when the left one decides."""

    __slots__ = ("left", "right", "symbol")

    def __init__(self, symbol: str, left: Node, right: Node) -> None:
        self.start, self.end = left.start, right.end
        self.symbol, self.left, self.right = symbol, left, right

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        if truth(self.left, scope, self.symbol) is (self.symbol == "or"):
            return self.symbol == "or"
        return truth(self.right, scope, self.symbol)


class Not(Node):
    """`not x`."""

    __slots__ = ("operand",)

    def __init__(self, start: int, operand: Node) -> None:
        self.start, self.end, self.operand = start, operand.end, operand

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        return not truth(self.operand, scope, "not")


class Conditional(Node):
    """`a if c else b`: the branch that is not taken is not evaluated."""

    __slots__ = ("condition", "no", "yes")

    def __init__(self, yes: Node, condition: Node, no: Node) -> None:
        self.start, self.end = yes.start, no.end
        self.yes, self.condition, self.no = yes, condition, no

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        return (self.yes if truth(self.condition, scope, "if") else self.no).evaluate(scope)


class Index(Node):
    """`x[i]`, counted from 0."""

    __slots__ = ("index", "items")

    def __init__(self, items: Node, index: Node, end: int) -> None:
        self.start, self.end, self.items, self.index = items.start, end, items, index

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        items: Any = self.items.evaluate(scope)
        if not isinstance(items, tuple):
            raise self.items.refuse(items, "`[…]`", "a list")
        index = whole(self.index, self.index.evaluate(scope), "an index")
        if not 0 <= index < len(items):
            raise Fault(
                rules.expressions.index_out_of_range,
                self.index.start,
                self.index.end,
                index=index,
                length=len(items),
                quoted=True,
            )
        item: Value = items[index]
        if item is UNKNOWN:
            raise Unknown
        return item


def whole(node: Node, value: Any, user: str) -> int:
    """The value of a node that must be a whole number, or within 1e-9 of one."""
    if type(value) not in NUMBERS or abs(value - round(value)) > 1e-9:
        raise node.refuse(value, user, "a whole number")
    number: int = round(value)
    return number


def divide(dividend: Any, divisor: Any) -> int | float:
    """Whole when whole numbers divide, else a float."""
    if type(dividend) is int and type(divisor) is int and dividend % divisor == 0:
        return dividend // divisor
    return dividend / divisor  # type: ignore[no-any-return] # of numbers


def power(base: Any, exponent: Any) -> int | float:
    """The base to the exponent, never larger than can be held; NaN where it is not real."""
    if not -EXPONENT_LIMIT <= exponent <= EXPONENT_LIMIT:
        raise OverflowError(f"an exponent must be at most {EXPONENT_LIMIT}")
    if not -BASE_LIMIT <= base <= BASE_LIMIT:
        raise OverflowError("the base of a power must be at most 1e6")
    try:
        value = base**exponent
    except OverflowError:
        raise OverflowError("a result must be at most 1e15") from None
    return math.nan if isinstance(value, complex) else value


COMPUTE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": power,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
