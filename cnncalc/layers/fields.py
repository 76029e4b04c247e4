"""The fields of a layer kind: each declares one parameter, once.

Type, default, unit, range, meaning and place in the list form stand here; the YAML reader, the
error messages, the JSON Schema, ``cnncalc kinds`` and the docs are derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Self, TypeVar, overload

from cnncalc.diagnostics import Rule, Unknown
from cnncalc.layers import rules
from cnncalc.layers.shape import Sides

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer

T = TypeVar("T")

Value = int | float | bool | str | tuple["Value", ...] | Mapping[str, "Value"]
"""What an expression evaluates to; a word is a `str`, a list a tuple."""


class BadValue(Exception):
    """A value its field refuses: the rule that words it, and the item of the list at fault."""

    def __init__(self, rule: Rule[...], *, at: int | str | None = None, **facts: Any) -> None:
        super().__init__(rule.code)
        self.rule, self.at, self.facts = rule, at, facts


class Derived(NamedTuple):
    """A default that depends on the layer's other fields, and how the reference words it."""

    words: str
    of: Callable[[Any], Any]


REQUIRED: Final = Derived("", lambda _: None)


MOST_SHOWN: Final = 12
"""Items of a list that are printed in full."""


def shown(value: Value) -> str:
    """A value as the user would write it; a long list is cut in the middle."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        if len(value) <= MOST_SHOWN:
            return f"[{', '.join(map(shown, value))}]"
        ends = [", ".join(map(shown, part)) for part in (value[:4], value[-4:])]
        return f"[{', …, '.join(ends)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {shown(v)}" for k, v in value.items()) + "}"
    return str(value)


def whole(value: Value) -> int:
    """A whole number, or a float within 1e-9 of one (the fields' one tolerance)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float):
        if abs(value - round(value)) <= 1e-9:
            return round(value)
        raise BadValue(rules.values.not_a_whole_number, shown=shown(value))
    raise BadValue(rules.values.wrong_type, shown=shown(value), wanted="a whole number")


class Field(Generic[T]):
    """One parameter of a layer kind. ``positional``: it has a place in the list form.

    A non-data descriptor: the instance's own value, once set, is found without it; one that is
    not set (a mistake was told there) raises `Unknown`.
    """

    name: str
    keys: tuple[str, ...] = ()
    """The keys of the mapping form, for a field that has one."""

    def __init__(
        self,
        meaning: str,
        *,
        default: T | Derived = REQUIRED,
        positional: bool = False,
        unit: str = "",
    ) -> None:
        self.meaning, self.default, self.positional, self.unit = meaning, default, positional, unit

    def __set_name__(self, owner: type[Layer], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, layer: None, owner: type[Layer]) -> Self: ...
    @overload
    def __get__(self, layer: Layer, owner: type[Layer]) -> T: ...
    def __get__(self, layer: Layer | None, owner: type[Layer]) -> Self | T:
        if layer is None:
            return self
        raise Unknown

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def default_text(self) -> str:
        """The default as the reference shows it; empty for a required field."""
        if isinstance(self.default, Derived):
            return self.default.words
        plain = self.plain(self.default)
        return shown(tuple(plain) if isinstance(plain, list) else plain)

    @property
    def type_text(self) -> str:
        """What the field takes, in words: `a whole number, at least 1`."""
        raise NotImplementedError

    def convert(self, value: Value) -> T:
        """The value checked and brought to the field's type; raises `BadValue`."""
        raise NotImplementedError

    def plain(self, value: T) -> Any:
        """The value as JSON and a spec write it (numbers, words, lists, mappings)."""
        return value

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a literal of this type (an expression is allowed besides)."""
        raise NotImplementedError


class Whole(Field[int]):
    """A whole number, at least ``minimum``."""

    def __init__(self, meaning: str, *, minimum: int = 1, **rest: Any) -> None:
        super().__init__(meaning, **rest)
        self.minimum = minimum

    @property
    def type_text(self) -> str:
        return f"a whole number, at least {self.minimum}"

    def convert(self, value: Value) -> int:
        number = whole(value)
        if number < self.minimum:
            raise BadValue(
                rules.values.out_of_range, shown=shown(number), wanted=f"at least {self.minimum}"
            )
        return number

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum}


class Real(Field[float]):
    """A number from ``minimum`` to ``maximum`` (either may be open)."""

    def __init__(
        self,
        meaning: str,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(meaning, **rest)
        self.minimum, self.maximum = minimum, maximum

    @property
    def range_text(self) -> str:
        if self.minimum is None:
            return "" if self.maximum is None else f"at most {self.maximum}"
        if self.maximum is None:
            return f"at least {self.minimum}"
        return f"from {self.minimum} to {self.maximum}"

    @property
    def type_text(self) -> str:
        return f"a number, {self.range_text}" if self.range_text else "a number"

    def convert(self, value: Value) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue(rules.values.wrong_type, shown=shown(value), wanted="a number")
        low = self.minimum is not None and value < self.minimum
        if low or (self.maximum is not None and value > self.maximum):
            raise BadValue(rules.values.out_of_range, shown=shown(value), wanted=self.range_text)
        return value

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        return {"type": "number"} | {k: v for k, v in bounds.items() if v is not None}


class Flag(Field[bool]):
    """true or false."""

    type_text = "true or false"

    def convert(self, value: Value) -> bool:
        if not isinstance(value, bool):
            raise BadValue(rules.values.wrong_type, shown=shown(value), wanted="true or false")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Choice(Field[str]):
    """One of some words, listed or computed when first asked (the kinds of a family)."""

    def __init__(
        self, meaning: str, *, words: Callable[[], tuple[str, ...]] | tuple[str, ...], **rest: Any
    ) -> None:
        super().__init__(meaning, **rest)
        self._words = words

    @property
    def words(self) -> tuple[str, ...]:
        return self._words if isinstance(self._words, tuple) else self._words()

    @property
    def type_text(self) -> str:
        return f"one of {', '.join(self.words)}"

    def convert(self, value: Value) -> str:
        if not isinstance(value, str):
            raise BadValue(rules.values.wrong_type, shown=shown(value), wanted=self.type_text)
        if value not in self.words:
            raise BadValue(rules.values.unknown_word, shown=value, choices=self.words)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


class Pair(Field[tuple[int, int]]):
    """(height, width) in pixels; one number stands for both."""

    def __init__(self, meaning: str, *, minimum: int = 1, **rest: Any) -> None:
        super().__init__(meaning, **rest)
        self.minimum = minimum

    @property
    def type_text(self) -> str:
        return f"a whole number or [height, width], at least {self.minimum}"

    def convert(self, value: Value) -> tuple[int, int]:
        if isinstance(value, tuple):
            if len(value) != 2:
                raise BadValue(
                    rules.values.wrong_type,
                    shown=shown(value),
                    wanted="one number or [height, width]",
                )
            return self._side(value[0], 0), self._side(value[1], 1)
        side = self._side(value, None)
        return side, side

    def _side(self, value: Value, at: int | None) -> int:
        try:
            number = whole(value)
        except BadValue as bad:
            if bad.rule is rules.values.wrong_type:
                bad.facts["wanted"] = "a whole number or [height, width]"
            bad.at = at
            raise
        if number < self.minimum:
            raise BadValue(
                rules.values.out_of_range,
                at=at,
                shown=shown(number),
                wanted=f"at least {self.minimum}",
            )
        return number

    @property
    def default_text(self) -> str:
        same = not isinstance(self.default, Derived) and self.default[0] == self.default[1]
        return str(self.default[0]) if same else super().default_text

    def plain(self, value: tuple[int, int]) -> Any:
        return list(value)

    def schema(self) -> dict[str, Any]:
        one = {"type": "integer", "minimum": self.minimum}
        return {"oneOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


class Padding(Field[Sides | str]):
    """Pixels of border: a number, [height, width], the four sides, or (where allowed) `same`."""

    keys = Sides._fields

    def __init__(self, meaning: str, *, words: tuple[str, ...] = ("same", "valid"), **rest: Any):
        super().__init__(meaning, **rest)
        self.words = words

    @property
    def type_text(self) -> str:
        words = "".join(f", {w}" for w in self.words)
        return f"a whole number, [height, width], {{top, bottom, left, right}}{words}"

    def convert(self, value: Value) -> Sides | str:
        if isinstance(value, str):
            if value not in self.words:
                if not self.words:
                    raise BadValue(rules.values.wrong_type, shown=value, wanted=self.type_text)
                raise BadValue(rules.values.unknown_word, shown=value, choices=self.words)
            return NO_PADDING if value == "valid" else value
        if isinstance(value, Mapping):
            sides = {k: self._side(v, k) for k, v in value.items()}
            return Sides(*(sides.get(k, 0) for k in Sides._fields))
        if isinstance(value, tuple):
            if len(value) != 2:
                raise BadValue(
                    rules.values.wrong_type,
                    shown=shown(value),
                    wanted="one number or [height, width]",
                )
            height, width = self._side(value[0], 0), self._side(value[1], 1)
            return Sides(height, height, width, width)
        side = self._side(value, None)
        return Sides(side, side, side, side)

    def _side(self, value: Value, at: int | str | None) -> int:
        try:
            number = whole(value)
        except BadValue as bad:
            if bad.rule is rules.values.wrong_type:
                bad.facts["wanted"] = self.type_text if at is None else "a whole number"
            bad.at = at
            raise
        if number < 0:
            raise BadValue(
                rules.values.out_of_range, at=at, shown=shown(number), wanted="at least 0"
            )
        return number

    def plain(self, value: Sides | str) -> Any:
        if isinstance(value, str):
            return value
        if value.top == value.bottom and value.left == value.right:
            return value.top if value.top == value.left else [value.top, value.left]
        return value._asdict()

    def schema(self) -> dict[str, Any]:
        one: dict[str, Any] = {"type": "integer", "minimum": 0}
        forms: list[dict[str, Any]] = [
            one,
            {"type": "array", "items": one, "minItems": 2, "maxItems": 2},
            {
                "type": "object",
                "properties": dict.fromkeys(Sides._fields, one),
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
        if self.words:
            forms.append({"type": "string", "enum": list(self.words)})
        return {"oneOf": forms}


NO_PADDING: Final = Sides(0, 0, 0, 0)


class TensorName(Field[str]):
    """The name of a step whose output is meant; a name, not an expression."""

    type_text = "the name of a step"

    def convert(self, value: Value) -> str:
        assert isinstance(value, str)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}
