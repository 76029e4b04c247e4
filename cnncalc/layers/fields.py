"""The fields of a layer kind: each declares one parameter, once.

Type, default, unit, range, meaning and place in the list form stand here; the YAML reader, the
error messages, the JSON Schema, ``cnncalc kinds`` and the docs are derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Self, TypeVar, overload

from cnncalc.diagnostics import Rule, Unknown
from cnncalc.layers import rules
from cnncalc.layers.shape import AXES, Axis

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
    not set (an error was reported there) raises `Unknown`.
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

    def fit(self, value: Any, axes: tuple[Axis, ...]) -> Any:  # noqa: ARG002  # subclasses use them
        """The value for an input of these axes; raises `DoesNotFit`."""
        return value

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


class DoesNotFit(Exception):
    """A value per axis for another number of axes than the input has."""


class PerAxis(Field[tuple[int, ...]]):
    """One number for every axis, or a list of one per axis: `[height, width]`.

    In a layer it is always a tuple of one number per axis of the input (see `fit`).
    """

    def __init__(self, meaning: str, *, minimum: int = 1, **rest: Any) -> None:
        super().__init__(meaning, **rest)
        self.minimum = minimum

    @property
    def type_text(self) -> str:
        return f"a whole number or [height, width], at least {self.minimum}"

    def convert(self, value: Value) -> Any:
        if not isinstance(value, tuple):
            return at_least(self.minimum, value, "a whole number or [height, width]")
        return per_axis(value, self.minimum)

    def fit(self, value: Any, axes: tuple[Axis, ...]) -> tuple[int, ...]:
        if isinstance(value, int):
            return (value,) * len(axes)
        if len(value) != len(axes):
            raise DoesNotFit
        return tuple(value)

    def plain(self, value: Any) -> Any:
        return list(value) if isinstance(value, tuple) else value

    def schema(self) -> dict[str, Any]:
        one = {"type": "integer", "minimum": self.minimum}
        return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": 3}]}


def at_least(minimum: int, value: Value, wanted: str, at: int | str | None = None) -> int:
    """A whole number that is not too small; raises `BadValue`. ``at``: its place in a list."""
    try:
        number = whole(value)
    except BadValue as bad:
        if bad.rule is rules.values.wrong_type:
            bad.facts["wanted"] = wanted
        bad.at = at
        raise
    if number < minimum:
        wanted = f"at least {minimum}"
        raise BadValue(rules.values.out_of_range, at=at, shown=shown(number), wanted=wanted)
    return number


def per_axis(values: tuple[Value, ...], minimum: int) -> tuple[int, ...]:
    """A list of one number per axis; raises `BadValue`."""
    if not 1 <= len(values) <= max(AXES):
        wanted = "one number, or one per axis ([height, width])"
        raise BadValue(rules.values.wrong_type, shown=shown(values), wanted=wanted)
    wanted = "a whole number or [height, width]"
    return tuple(at_least(minimum, item, wanted, at) for at, item in enumerate(values))


Border = tuple[tuple[int, int], ...]
"""Padding before and behind, per axis."""
ENDS: Final = tuple(dict.fromkeys(end for axis in AXES[3] for end in axis.ends))
"""The keys of a padding by its sides: front, back, top, bottom, left, right."""


class Padding(Field["Border | str"]):
    """Pixels of border: a number, one per axis, the sides, or (where allowed) `same`.

    In a layer it is `same`, or a `Border` (see `fit`).
    """

    keys = ENDS

    def __init__(self, meaning: str, *, words: tuple[str, ...] = ("same", "valid"), **rest: Any):
        super().__init__(meaning, **rest)
        self.words = words

    @property
    def type_text(self) -> str:
        words = "".join(f", {w}" for w in self.words)
        return f"a whole number, [height, width], {{top, bottom, left, right}}{words}"

    def convert(self, value: Value) -> Any:
        if isinstance(value, str):
            if value not in self.words:
                if not self.words:
                    raise BadValue(rules.values.wrong_type, shown=value, wanted=self.type_text)
                raise BadValue(rules.values.unknown_word, shown=value, choices=self.words)
            return 0 if value == "valid" else value
        if isinstance(value, Mapping):
            return Sides({k: at_least(0, v, "a whole number", k) for k, v in value.items()})
        if isinstance(value, tuple):
            return per_axis(value, 0)
        return at_least(0, value, self.type_text)

    def fit(self, value: Any, axes: tuple[Axis, ...]) -> Border | str:
        if isinstance(value, str):
            return value
        if isinstance(value, int):
            return ((value, value),) * len(axes)
        if isinstance(value, Mapping):
            if {end for end, n in value.items() if n} - {end for a in axes for end in a.ends}:
                raise DoesNotFit
            return tuple((value.get(a.ends[0], 0), value.get(a.ends[1], 0)) for a in axes)
        if len(value) != len(axes):
            raise DoesNotFit
        return tuple(n if isinstance(n, tuple) else (n, n) for n in value)

    def plain(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return dict(value) if isinstance(value, Mapping) else value
        sides = [pair for pair in value if isinstance(pair, tuple)]
        if any(before != behind for before, behind in sides):
            ends = zip(AXES[len(sides)], sides, strict=True)
            return {end: n for axis, pair in ends for end, n in zip(axis.ends, pair, strict=True)}
        numbers = [pair[0] if isinstance(pair, tuple) else pair for pair in value]
        return numbers[0] if len(set(numbers)) == 1 else numbers

    def schema(self) -> dict[str, Any]:
        one: dict[str, Any] = {"type": "integer", "minimum": 0}
        forms: list[dict[str, Any]] = [
            one,
            {"type": "array", "items": one, "minItems": 1, "maxItems": 3},
            {
                "type": "object",
                "properties": dict.fromkeys(ENDS, one),
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
        if self.words:
            forms.append({"type": "string", "enum": list(self.words)})
        return {"oneOf": forms}


class Sides(dict[str, int]):
    """A padding by its sides, as written. Equal paddings are equal keys of a cache."""

    def __hash__(self) -> int:  # type: ignore[override]  # it is never changed
        return hash(frozenset(self.items()))


class TensorName(Field[str]):
    """The name of a step whose output is meant; a name, not an expression."""

    type_text = "the name of a step"

    def convert(self, value: Value) -> str:
        assert isinstance(value, str)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}
