"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.diagnostics import noun
from cnncalc.layers.convolution import Weighted, activation_field, bias_field, norm_field
from cnncalc.layers.fields import Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import ReceptiveWindow, channels_of, one_position, sizes_of
from cnncalc.layers.layout import Layout, rows


class Fc(Weighted):
    """A fully connected layer: every neuron sees every value of its input (CS231n).

    An image is flattened first; weights W·H·D·units. The output is a vector.
    """

    kind = "fc"
    aliases = "linear dense inner_product connected fully_connected affine lin Gemm"
    family = "dense"
    units = Whole("number of neurons: the length of the output", positional=True)
    bias = bias_field()
    norm = norm_field()
    activation = activation_field()

    def output_channels(self) -> int:
        return self.units

    def output_size(self) -> tuple[int, ...]:
        return (1,) * self.input.rank

    def weight_shape(self) -> tuple[int, ...]:
        return self.units, self.input.values

    def macs(self) -> int:
        """One multiply-accumulate per weight."""
        return self.weights()

    def size_formulas(self) -> Iterator[Formula]:
        yield from one_position(self.input)

    def cost_formulas(self) -> Iterator[Formula]:
        x = self.input
        sizes = sizes_of(x, "the input")
        symbols = {**sizes, "D": channels_of(x, "the input"), "K": Symbol(self.units, "neurons")}
        text = "D·K" if x.area == 1 else "·".join([*sizes, "D·K"])
        yield Formula.of("weights", text, symbols, self.weights())
        if self.bias:
            yield Formula.of("biases", "K", symbols, self.biases())
        yield Formula.of("macs", text, symbols, self.macs())

    def view(self) -> ReceptiveWindow | None:
        return None

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    def copies_input(self, layout: Layout, _batch: int) -> bool:
        """Flattening may copy."""
        return not layout.is_row()

    def describe(self) -> str:
        return f"{self.units} {noun(self.units, 'neuron')}"

    def notes_params(self) -> str:
        x = self.input
        image = "".join(f"{size}*" for size in reversed(x.sizes)) if x.area > 1 else ""
        return f"{image}{x.channels}*{self.units}"
