"""Merges: layers with several inputs, the ends of branches or tensors that exist already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from cnncalc.diagnostics import Rule, Unknown
from cnncalc.layers import rules
from cnncalc.layers.activation import inplace_field
from cnncalc.layers.fields import Flag
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Layer, LayerProblem, Saved, Storage, across, channels_of, sizes_of
from cnncalc.layers.shape import uncropping

CHANNELS = 0
"""The index of the channels in a shape; the others are the sizes."""


class Merge(Layer):
    """Base of the merges. Of an input that an error upstream left partly unknown, the known
    part is checked, and the others tell the rest.
    """

    family = "merge"
    takes_branches = True

    def mismatch(self) -> Rule[...]:
        """The rule that words two inputs that do not fit together."""
        raise NotImplementedError

    def agreed(self, axis: int, among: Iterable[int]) -> int:
        """The one size that the inputs of these indices have along an axis. Raises
        `LayerProblem` when two differ, `Unknown` when none is known.
        """
        sizes = [(i, self.inputs[i].known()[axis]) for i in among]
        known = [(i, size) for i, size in sizes if size is not None]
        if not known:
            raise Unknown
        first, size = known[0]
        for index, other in known:
            if other != size:
                raise LayerProblem(self.mismatch(), pair=(first, index), axis=axis)
        return size

    def joined(self, letter: str, separator: str = ", ") -> str:
        """The letter of every input: `D1 + D2 + D3`."""
        return separator.join(f"{letter}{n}" for n in range(1, len(self.inputs) + 1))

    def symbols(self) -> dict[str, Symbol]:
        """W1, H1, D1, W2…: the sizes of every input."""
        return {
            letter: symbol
            for number, shape in enumerate(self.inputs, 1)
            for letter, symbol in (
                (f"D{number}", channels_of(shape, f"input {number}")),
                *sizes_of(shape, f"input {number}", str(number)).items(),
            )
        }

    def check_axes(self) -> None:
        """All inputs have the same axes."""
        for index, shape in enumerate(self.inputs):
            known = None not in (shape.known_sizes(), self.input.known_sizes())
            if known and shape.rank != self.input.rank:
                raise LayerProblem(rules.merges.axes_differ, pair=(0, index))

    def describe(self) -> str:
        return f"{self.kind} {len(self.inputs)} inputs"


class ByValue(Merge):
    """Base of the merges that go value by value."""

    broadcasts: ClassVar[bool] = False
    """Whether an input with 1 channel, or with height and width 1, fits every other."""

    def output_channels(self) -> int:
        many = [i for i, x in enumerate(self.inputs) if self._counts(x.known_channels() == 1)]
        return self.agreed(CHANNELS, many) if many else 1

    def output_size(self) -> tuple[int, ...]:
        ones = (1,) * self.input.rank
        large = [i for i, x in enumerate(self.inputs) if self._counts(x.known_sizes() == ones)]
        if not large:
            return ones
        try:
            return tuple(self.agreed(axis, large) for axis in range(1, len(self.input.known())))
        except LayerProblem:
            channels = {shape.known_channels() for shape in self.inputs} - {None}
            if len(channels - {1} if self.broadcasts else channels) > 1:
                raise Unknown from None  # reported by `output_channels`, with both whole shapes
            raise

    def _counts(self, is_one: bool) -> bool:
        """Whether an input must agree with the others."""
        return not (self.broadcasts and is_one)

    def in_twos(self) -> Iterator[ByValue]:
        """The same merge in steps of two inputs, as it is run: the second step takes what the
        first has made, and the third input.
        """
        made = self.inputs[0]
        for shape in self.inputs[1:]:
            step = type(self)(self.written, (made, shape))
            yield step
            made = step.output

    def elementwise(self) -> int:
        """One operation per output value and further input."""
        return (len(self.inputs) - 1) * self.output.values


class Add(ByValue):
    """The sum of its inputs, value by value; their shapes must be equal (He et al. 2015)."""

    kind = "add"
    aliases = "sum eltwise elementwise plus shortcut eltwise_sum"
    inplace = inplace_field(default=True)

    def mismatch(self) -> Rule[...]:
        return rules.merges.add_shapes_differ

    def storage(self) -> Storage:
        return Storage.IN_PLACE if self.inplace else Storage.NEW

    def gradient_path(self, _index: int) -> tuple[int, ...]:
        return ()


class Concat(Merge):
    """The channels of all its inputs, one after the other; height and width must be equal.

    With `crop: true` all are first cropped to the smallest, centred (Ronneberger et al. 2015,
    U-Net).
    """

    kind = "concat"
    aliases = "cat concatenate concatenation route merge join"
    crop = Flag("whether all inputs are first cropped to the smallest, centred", default=False)

    def mismatch(self) -> Rule[...]:
        return rules.merges.concat_sizes_differ

    def output_channels(self) -> int:
        return sum(shape.channels for shape in self.inputs)

    def output_size(self) -> tuple[int, ...]:
        if self.crop:
            return tuple(map(min, *(x.sizes for x in self.inputs)))
        everyone = range(len(self.inputs))
        return tuple(self.agreed(axis, everyone) for axis in range(1, len(self.input.known())))

    def gradient_path(self, index: int) -> tuple[int, ...]:
        """What was cropped off comes back as zeros."""
        return uncropping(self.inputs[index], self.output)

    def size_formulas(self) -> Iterator[Formula]:
        symbols, out = self.symbols(), self.output
        for axis, size in across(out):
            text = f"min({self.joined(axis.letter)})" if self.crop else f"{axis.letter}1"
            yield Formula.of(axis.name, text, symbols, size, axis.unit)
        yield Formula.of("channels", self.joined("D", " + "), symbols, out.channels)


class Multiply(ByValue):
    """The product of its inputs, value by value.

    A factor may have height and width 1 (squeeze-and-excitation, Hu et al. 2018), or 1 channel
    (an attention map): it then multiplies every position, or every channel.
    """

    kind = "multiply"
    aliases = "mul product times eltwise_product"
    broadcasts = True

    def mismatch(self) -> Rule[...]:
        return rules.merges.factors_differ

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def keeps_inputs(self, needs: tuple[bool, ...]) -> tuple[bool, ...]:
        """A factor is kept for the gradient of the others."""
        return tuple(sum(needs) > need for need in needs)

    def gradient_transient(self, needs: tuple[bool, ...], _freed: int) -> Saved:
        """The gradient of a smaller factor is made at the output's size, then summed."""
        size = self.output.values
        smaller = [shape.values < size for shape in self.inputs]
        return Saved(values=size * sum(map(min, smaller, needs)))

    def size_formulas(self) -> Iterator[Formula]:
        symbols, out = self.symbols(), self.output
        for axis, size in across(out):
            text = f"max({self.joined(axis.letter)})"
            yield Formula.of(axis.name, text, symbols, size, axis.unit)
        yield Formula.of("channels", f"max({self.joined('D')})", symbols, out.channels)
