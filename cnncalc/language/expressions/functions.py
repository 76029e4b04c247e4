"""The functions of an expression: what each takes, and computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnncalc.language import rules
from cnncalc.language.expressions.expression import LIMIT, Fault
from cnncalc.language.expressions.tree import NUMBERS, Node, whole

if TYPE_CHECKING:
    from cnncalc.layers.fields import Value


class Call(Node):
    """A function of some arguments. Raises `Fault` where their number is wrong."""

    __slots__ = ("arguments", "function", "known", "name")

    def __init__(self, start: int, end: int, name: str, arguments: Sequence[Node]) -> None:
        self.start, self.end = start, end
        self.name, self.arguments, self.function = name, arguments, SIGNATURES[name]
        self.known: tuple[Any, Any] = (None, None)
        """A list and what it gave: in a repeat it is the same list every time."""
        given, most = len(arguments), self.function.most
        if given == 0 or (most is not None and given > most):
            wanted = self.function.takes
            raise Fault(
                rules.expressions.wrong_argument_count,
                start,
                end,
                name=name,
                given=given,
                wanted=wanted,
            )

    def evaluate(self, scope: Mapping[str, Value]) -> Value:
        values = [a.evaluate(scope) for a in self.arguments]
        items, value = self.known
        if items is not None and items is values[0]:
            return value  # type: ignore[no-any-return] # a number
        value = self.function.compute(self, values)
        if -LIMIT <= value <= LIMIT:
            if isinstance(values[0], tuple):
                self.known = values[0], value
            return value
        raise self.too_large(value)

    def number(self, values: Sequence[Any], at: int) -> Any:
        """An argument that must be a number."""
        if type(values[at]) not in NUMBERS:
            raise self.arguments[at].refuse(values[at], self.name, "a number")
        return values[at]

    def items(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The first argument, which must be a list."""
        if not isinstance(values[0], tuple):
            raise self.arguments[0].refuse(values[0], self.name, "a list")
        return values[0]

    def numbers(self, values: Sequence[Any]) -> Sequence[Any]:
        """The items of the lone argument, or the arguments: one number at least."""
        if len(values) > 1:
            return [self.number(values, at) for at in range(len(values))]
        items = self.items(values)
        for item in items:
            if type(item) not in NUMBERS:
                raise self.arguments[0].refuse(item, self.name, "numbers in its list")
        if not items and self.name != "sum":
            why = f"{self.name} of an empty list is undefined"
            raise Fault(
                rules.expressions.undefined_arithmetic, self.start, self.end, why=why, label="empty"
            )
        return items

    def divisor(self, values: Sequence[Any]) -> int:
        """The second argument of make_divisible; 8 when left out."""
        if len(values) == 1:
            return 8
        node = self.arguments[1]
        number = whole(node, values[1], self.name)
        if number < 1:
            raise node.refuse(number, self.name, "a divisor of at least 1")
        return number


class Signature(NamedTuple):
    """A function of the language: what it computes of a call's values, what it takes in words,
    and how many arguments at most (at least one).
    """

    compute: Callable[[Call, Sequence[Any]], int | float]
    takes: str
    most: int | None = 1


def make_divisible(value: float, divisor: int = 8) -> int:
    """The nearest multiple of the divisor, not below 90 % of the value.

    Source: ``_make_divisible`` of torchvision and of the TensorFlow MobileNet code.
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


SIGNATURES: Final[Mapping[str, Signature]] = {
    "min": Signature(lambda call, v: min(call.numbers(v)), "a list or numbers", None),
    "max": Signature(lambda call, v: max(call.numbers(v)), "a list or numbers", None),
    "ceil": Signature(lambda call, v: math.ceil(call.number(v, 0)), "one number"),
    "floor": Signature(lambda call, v: math.floor(call.number(v, 0)), "one number"),
    "round": Signature(lambda call, v: round(call.number(v, 0)), "one number"),
    "len": Signature(lambda call, v: len(call.items(v)), "one list"),
    "sum": Signature(lambda call, v: sum(call.numbers(v)), "one list"),
    "make_divisible": Signature(
        lambda call, v: make_divisible(call.number(v, 0), call.divisor(v)),
        "a number and a divisor",
        2,
    ),
}
