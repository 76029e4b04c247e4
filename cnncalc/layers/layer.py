"""What every layer kind is: one class that says all there is to know of it.

A subclass declares its fields, and overrides the methods in which it differs from a layer that
passes its input through unchanged, has no weights and costs nothing. An instance is a layer *in
place*: its values and its input shapes are known (or raise `Unknown` where an error made them
so), everything else follows. Instances are immutable and may be shared by equal nodes.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cnncalc.diagnostics import Rule, Unknown
from cnncalc.layers import rules
from cnncalc.layers.fields import REQUIRED, Derived, DoesNotFit, Field
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layout import Layout
from cnncalc.layers.shape import Axis, Shape

if TYPE_CHECKING:
    from fractions import Fraction

KINDS: dict[str, type[Layer]] = {}
"""Every layer kind by its YAML word, in the order of definition."""


class Storage(enum.Enum):
    """Where a layer's output lives."""

    NEW = "a new storage"
    IN_PLACE = "its input's storage, overwritten"
    VIEW = "its input's storage, seen differently"


class Saved(NamedTuple):
    """What autograd keeps of a layer for its backward pass, besides parameters.

    Storages of inputs and output (each storage counts once, however many layers keep it), and
    extras of its own: ``values`` at the network's dtype, per image; ``indices`` of 8 bytes, per
    image; ``statistics`` of 4 bytes, per image; ``batch_statistics`` of 4 bytes, per batch.
    """

    inputs: bool = False
    output: bool = False
    values: int = 0
    indices: int = 0
    statistics: int = 0
    batch_statistics: int = 0


NOTHING_SAVED = Saved()


def across(shape: Shape) -> Iterator[tuple[Axis, int]]:
    """The axes with their sizes in the lecture's order: width, height, depth."""
    return zip(reversed(shape.axes), reversed(shape.sizes), strict=True)


def sizes_of(shape: Shape, what: str, number: str = "") -> dict[str, Symbol]:
    """The symbols W2, H2, …: the sizes of a volume in the lecture's order."""
    return {
        f"{axis.letter}{number}": Symbol(size, f"{axis.name} of {what}")
        for axis, size in across(shape)
    }


def channels_of(shape: Shape, what: str) -> Symbol:
    return Symbol(shape.channels, f"channels of {what}")


def one_position(shape: Shape) -> Iterator[Formula]:
    """The sizes of a layer that leaves one position of every axis."""
    for axis in reversed(shape.axes):
        yield Formula(axis.name, "1", {}, 1, axis.unit)


class ReceptiveWindow(NamedTuple):
    """What one output pixel sees of the input, per axis, in input pixels: the extent of its
    window, how far the next window is, and by what factor the image grows (the distance of
    neighbouring outputs is stride / growth).
    """

    kernel: tuple[int | Fraction, ...]
    stride: tuple[int, ...]
    growth: tuple[int, ...]

    @classmethod
    def of(
        cls,
        kernel: tuple[int | Fraction, ...] = (),
        stride: tuple[int, ...] = (),
        growth: tuple[int, ...] = (),
    ) -> ReceptiveWindow:
        """What is left out is 1 along every axis."""
        ones = (1,) * max(len(kernel), len(stride), len(growth))
        return cls(kernel or ones, stride or ones, growth or ones)


ONE_PIXEL = ReceptiveWindow((), (), ())
"""Every output pixel sees its own input pixel, however many axes there are."""


def whole_or_not(value: int | Fraction) -> int | Fraction:
    """The same number, as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value


class LayerProblem(Exception):
    """A layer that cannot be computed: the rule that words it, and the field at fault (empty:
    the layer as a whole). The builder adds place and name.
    """

    def __init__(self, rule: Rule[...], field: str = "", **facts: Any) -> None:
        super().__init__(rule.code)
        self.rule, self.field, self.facts = rule, field, facts


class Advice(NamedTuple):
    """Something legal but probably wrong about one layer; as `LayerProblem`, not raised."""

    rule: Rule[...]
    field: str
    facts: Mapping[str, Any]


class Layer:
    """Base of all kinds. The docstring of a kind is its page in the reference."""

    kind: ClassVar[str]
    """The word in YAML; a class without one is a family's base."""
    aliases: ClassVar[str] = ""
    """What other frameworks call it: torch.nn, keras.layers, Caffe, darknet."""
    family: ClassVar[str] = ""
    fields: ClassVar[dict[str, Field[Any]]] = {}
    _fixed: ClassVar[dict[str, Any]] = {}
    _derived: ClassVar[dict[str, Derived]] = {}
    _per_axis: ClassVar[dict[str, Field[Any]]] = {}
    positional: ClassVar[tuple[str, ...]] = ()
    """The fields of the list form, in order; a lone one takes the bare value."""
    takes_list: ClassVar[bool] = False
    """Whether `kind: [a, b]` is allowed; otherwise only the first positional field as a scalar."""
    takes_branches: ClassVar[bool] = False
    """Whether it merges several inputs (branches, or `from: [a, b]`)."""
    emits_row: ClassVar[bool] = True
    is_norm: ClassVar[bool] = False
    is_activation: ClassVar[bool] = False
    subtracts_channel_means: ClassVar[bool] = False
    """Whether a constant added to a channel before it makes no difference behind it."""
    gives_probabilities: ClassVar[bool] = False
    """Whether the output's values are probabilities that sum to 1."""
    inherits_defaults: ClassVar[tuple[str, ...]] = ()
    """Kinds whose entries in `defaults:` apply too, before the kind's own."""
    volume: ClassVar[bool] = True
    """Whether the output counts as a volume of its own in the lecture's sum of activations."""

    inputs: tuple[Shape, ...]
    written: Mapping[str, Any]
    """The values that the spec gives, in the step or its defaults."""

    def __init_subclass__(cls) -> None:
        own = [f for f in vars(cls).values() if isinstance(f, Field)]
        if own:
            cls.fields = {**cls.fields, **{f.name: f for f in own}}
            cls.positional = tuple(f.name for f in cls.fields.values() if f.positional)
            derived = {
                n: f.default for n, f in cls.fields.items() if isinstance(f.default, Derived)
            }
            cls._derived = {n: d for n, d in derived.items() if d is not REQUIRED}
            cls._fixed = {n: f.default for n, f in cls.fields.items() if n not in derived}
            cls._per_axis = {n: f for n, f in cls.fields.items() if type(f).fit is not Field.fit}
        if "kind" in vars(cls):
            KINDS[cls.kind] = cls

    def __init__(
        self,
        values: Mapping[str, Any],
        inputs: tuple[Shape, ...],
        *,
        fill_defaults: bool = True,
        unknown: Collection[str] = (),
    ) -> None:
        """``values``: converted values of the fields given. ``fill_defaults=False`` leaves the
        others unknown, for a step whose form is so broken that nothing may be assumed;
        ``unknown``: fields whose value an error left unknown.
        """
        own = self.__dict__
        if fill_defaults:
            own.update(self._fixed)
        own.update(values)
        for name in unknown:
            own.pop(name, None)
        own["written"] = values
        own["inputs"] = inputs
        if self._per_axis:
            self._fit([name for name in self._per_axis if name in own])
        if fill_defaults:
            for name, default in self._derived.items():
                if name not in values and name not in unknown:
                    with suppress(Unknown):
                        own[name] = default.of(self)
                        self._fit([name])

    def _fit(self, names: list[str]) -> None:
        """Brings values per axis to the axes of the input; one that does not fit is unknown."""
        own, axes = self.__dict__, self.inputs[0].axes
        for name in names:
            try:
                own[name] = self.fields[name].fit(own[name], axes)
            except DoesNotFit:
                own["_misfit"] = name, own.pop(name)

    @property
    def input(self) -> Shape:
        """Shape of the (first) input."""
        return self.inputs[0]

    # Shape: channels and size apart, so that one is still known when the other is not.

    def output_channels(self) -> int:
        """Channels of the output. Raises `LayerProblem`, `Unknown`."""
        return self.input.channels

    def output_size(self) -> tuple[int, ...]:
        """Sizes of the output, one per axis. Raises `LayerProblem`, `Unknown`."""
        return self.input.sizes

    @property
    def output(self) -> Shape:
        """Shape of the output; computed once."""
        shape: Shape | None = self.__dict__.get("_output")
        if shape is None:
            shape = self.__dict__["_output"] = Shape(self.output_channels(), *self.output_size())
        return shape

    def check_axes(self) -> None:
        """The values per axis fit the axes of the input. Raises `LayerProblem`."""
        if "_misfit" in self.__dict__ and self.input.known_sizes() is not None:
            field, value = self.__dict__["_misfit"]
            wanted = [axis.name for axis in self.input.axes]
            raise LayerProblem(rules.shapes.other_axes, field, value=value, axes=wanted)

    def check(self) -> None:
        """What else must hold of values and inputs (`groups` and the input's channels). Raises
        `LayerProblem`, `Unknown`. A failed check leaves the output's shape known.
        """

    # Costs, per image; exact integers.

    def weight_shape(self) -> tuple[int, ...]:
        """Dimensions of the weights, in PyTorch's order; empty without weights."""
        return ()

    def bias_shape(self) -> tuple[int, ...]:
        """Dimensions of the biases; empty without biases."""
        return ()

    def weights(self) -> int:
        return prod(shape) if (shape := self.weight_shape()) else 0

    def biases(self) -> int:
        return prod(shape) if (shape := self.bias_shape()) else 0

    def macs(self) -> int:
        """Multiply-accumulates, bias not counted."""
        return 0

    def elementwise(self) -> int:
        """Elementwise operations, which `macs` leaves out: one for each add, subtract, multiply,
        divide, compare and function (exp, log, tanh, erf, power) in inference.

        A bias is one per value; batch norm two (folded into a·x + b), the other norms five, four
        without scale and shift (as fvcore counts them); a pool one per value of each window; an
        add or multiply one per output value and further input. An activation's are counted in
        the formula of its docstring. What only moves values, and dropout, count none.
        """
        return 0

    def formulas(self) -> Iterator[Formula]:
        """The arithmetic of width, height, channels (where they change), activations, weights,
        biases and macs (where there are any), as the lecture writes it.
        """
        yield from self.size_formulas()
        if self.volume:
            out = self.output
            symbols = {**sizes_of(out, "the output", "2"), "D2": channels_of(out, "the output")}
            yield Formula("activations", "·".join(symbols), symbols, out.values, "values")
        yield from self.cost_formulas()

    def size_formulas(self) -> Iterator[Formula]:
        """The part of `formulas` about the output's shape."""
        x = self.input
        for axis, size in across(x):
            symbol = Symbol(size, f"{axis.name} of the input")
            yield Formula(axis.name, axis.letter, {axis.letter: symbol}, size, axis.unit)

    def cost_formulas(self) -> Iterator[Formula]:
        """The part of `formulas` about weights, biases and macs."""
        return iter(())

    def view(self) -> ReceptiveWindow | None:
        """What one output pixel sees of the input; None: all of it."""
        return ONE_PIXEL

    # Memory.

    def storage(self) -> Storage:
        """Where the output lives. The walk turns IN_PLACE into NEW when a later step still
        reads the input.
        """
        return Storage.NEW

    def buffer_bytes(self) -> int:
        """Bytes of what it holds beside parameters, whatever the dtype (running statistics)."""
        return 0

    def saved(self) -> Saved:
        """What autograd keeps in training mode."""
        return NOTHING_SAVED

    def saved_in_place(self) -> Saved:
        """The same, when the output took the input's storage."""
        return self.saved()

    def transient(self) -> Saved:
        """Extra bytes that live while the layer runs, in inference too (`inputs`, `output` are
        not used).
        """
        return NOTHING_SAVED

    def keeps_inputs(self, needs: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which inputs' storages autograd keeps, when these inputs need a gradient."""
        return (self.saved().inputs,) * len(needs)

    def gradient_transient(self, _needs: tuple[bool, ...], _freed: int) -> Saved:
        """Extra bytes that live while its backward runs, beside the gradients of the parameters
        and of the inputs that need one (`inputs`, `output` are not used). ``_freed``: values per
        image that are freed with the output's gradient; none while something else holds it.
        """
        return NOTHING_SAVED

    def insists_on_place(self) -> bool:
        """Whether the spec itself says `inplace: true`: then the input is overwritten even if
        autograd keeps it.
        """
        return bool(self.written.get("inplace"))

    def gradient_path(self, _index: int) -> tuple[int, ...] | None:
        """Values of the volumes through which the output's gradient goes back to this input, made
        one after the other; the last is the input's gradient. Empty: it is passed on as it is, or
        a part of it (add, concat), without memory of its own. None: the layer makes the gradients
        of all inputs at once.
        """
        return None

    def output_layout(self, layout: Layout, batch: int) -> Layout:
        """How a new output, or a view, lies in its storage, of the first input's layout."""
        return layout.like(self.output, batch)

    def copies_input(self, _layout: Layout, _batch: int) -> bool:
        """Whether an input that lies so must be copied first; a view then is a new volume."""
        return False

    copies_gradient: ClassVar[bool] = False
    """Whether its backward copies a gradient that is no row of values of its own."""

    is_view: ClassVar[bool] = False
    """Whether the output is a view to autograd: of its input, or of a volume of its own. Who
    overwrites a view changes the gradient of what is viewed.
    """

    runs_in_inference: ClassVar[bool] = True
    """False: the layer passes its input through in inference (dropout)."""

    # Words.

    def describe(self) -> str:
        """As the lecture writes it: `96 11×11 filters, stride 4, pad 0`."""
        return self.kind.replace("_", " ")

    def notes_label(self) -> str:
        """The first word of the lecture's notes: `CONV3-64`, `POOL2`, `FC`."""
        return self.kind.upper()

    def notes_params(self) -> str:
        """The arithmetic of the weights in the lecture's notes: `(3*3*3)*64`; empty: `0`."""
        return "*".join(map(str, self.weight_shape()))

    def advice(self) -> Iterator[Advice]:
        """What is legal here but probably wrong."""
        return iter(())

    def fused(self) -> tuple[str, ...]:
        """Kinds of the rows that follow this one inside the same step (norm, activation)."""
        return ()

    def settings(self) -> dict[str, Any]:
        """The known fields that a spec must write: those without a default, and those that have
        another value than their default.
        """
        own, fields = self.__dict__, self.fields
        required = {n: own[n] for n, f in fields.items() if f.required and n in own}
        bare = type(self)(required, self.inputs).__dict__
        return {n: own[n] for n in fields if n in own and (n in required or own[n] != bare.get(n))}

    def plain_fields(self) -> dict[str, Any]:
        """All fields with their values as JSON and a spec write them."""
        return {
            name: field.plain(self.__dict__[name])
            for name, field in self.fields.items()
            if name in self.__dict__
        }


def kinds_that(attribute: str) -> tuple[str, ...]:
    """`none` and the kinds that are norms (`is_norm`) or activations (`is_activation`)."""
    return ("none", *(word for word, kind in KINDS.items() if getattr(kind, attribute)))
