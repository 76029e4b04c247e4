"""What layers with weights have in common, and the convolutions: plain, depthwise, transposed.

To add a kind, write one class: its ``kind`` (the YAML word), its fields in positional order, a
docstring (its page in the reference), and the methods of `Layer` in which it differs. Then add
its case to the table of hand-computed numbers in ``tests/test_kinds.py``; a test insists.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from cnncalc.diagnostics import noun
from cnncalc.layers import rules
from cnncalc.layers.divisibility import check_groups
from cnncalc.layers.fields import Choice, Derived, Flag, Padding, PerAxis, Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import (
    Layer,
    LayerProblem,
    ReceptiveWindow,
    Saved,
    channels_of,
    kinds_that,
    sizes_of,
    whole_or_not,
)
from cnncalc.layers.shape import AXES, as_written, extent, one_or_by, window_words
from cnncalc.layers.window import Window, WindowLayer, kernel_symbols, padding_words


def bias_field() -> Flag:
    return Flag(
        "whether a bias is added per output channel",
        default=Derived("true, unless it has a norm", lambda layer: layer.norm == "none"),
    )


def norm_field() -> Choice:
    return Choice(
        "normalization that follows as a row of its own",
        words=lambda: kinds_that("is_norm"),
        default="none",
    )


def activation_field() -> Choice:
    return Choice(
        "activation that follows, after the norm, as a row of its own",
        words=lambda: kinds_that("is_activation"),
        default="none",
    )


class Weighted(Layer):
    """Base of the kinds with filters or neurons, and a bias, norm and activation of their own."""

    bias: Flag
    norm: Choice
    activation: Choice

    def bias_shape(self) -> tuple[int, ...]:
        return (self.output_channels(),) if self.bias else ()

    def fused(self) -> tuple[str, ...]:
        own = vars(self)  # one that is unknown, by an error already reported, gives no row
        words = (own.get("norm", "none"), own.get("activation", "none"))
        return tuple(word for word in words if word != "none")

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def elementwise(self) -> int:
        return self.output.values if self.bias else 0


class Filters(Weighted, WindowLayer):
    """Base of the convolutions whose window slides over the input: filters in groups."""

    family = "convolution"

    def split(self) -> int:
        """Number of groups; checked to divide the channels and the filters."""
        raise NotImplementedError

    def weight_shape(self) -> tuple[int, ...]:
        return self.output_channels(), self.input.channels // self.split(), *self.window().kernel

    def macs(self) -> int:
        """One multiply-accumulate per weight and output position."""
        return self.weights() * self.output.area

    def cost_formulas(self) -> Iterator[Formula]:
        out, groups = self.output, self.split()
        kernel, symbols = kernel_symbols(self.window().kernel, out.axes)
        depth = "D1" if groups == 1 else "D1/G"
        positions = sizes_of(out, "the output", "2")
        symbols |= {
            "D1": channels_of(self.input, "the input"),
            "G": Symbol(groups, "groups"),
            "K": Symbol(out.channels, "filters"),
            **positions,
        }
        filters = f"{kernel}·{depth}·K"
        yield Formula.of("weights", filters, symbols, self.weights())
        if self.bias:
            yield Formula.of("biases", "K", symbols, self.biases())
        yield Formula.of("macs", "·".join([filters, *positions]), symbols, self.macs())

    def notes_params(self) -> str:
        filters, depth, *kernel = self.weight_shape()
        return f"({'*'.join(map(str, [*reversed(kernel), depth]))})*{filters}"


class Conv(Filters):
    """A convolution: every filter slides over the image and sees all channels of its group.

    Output W2 = (W1 − F + 2P)/S + 1, weights F·F·(D1/groups)·K (CS231n).
    """

    kind = "conv"
    aliases = "conv2d convolution convolutional conv_2d Convolution2D cnn"
    takes_list = True
    filters = Whole("number of filters: the channels of the output", positional=True)
    kernel = PerAxis("size of the window", positional=True, unit="pixels")
    stride = PerAxis("step of the window", default=1, positional=True, unit="pixels")
    padding = Padding("border of zeros around the image", default=0, unit="pixels")
    dilation = PerAxis("distance between the pixels that a kernel sees", default=1, unit="pixels")
    groups = Whole("parts the channels are split into; a filter sees one part", default=1)
    bias = bias_field()
    norm = norm_field()
    activation = activation_field()

    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def split(self) -> int:
        return self.groups

    def output_channels(self) -> int:
        return self.filters

    def check(self) -> None:
        check_groups(self.groups, self.input.known_channels(), vars(self).get("filters"))

    def describe(self) -> str:
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        dilation = f", dilation {one_or_by(self.dilation)}" if set(self.dilation) != {1} else ""
        return (
            f"{self.filters} {window_words(self.kernel)} filters{groups}, "
            f"stride {one_or_by(self.stride)}, pad {self.padding_text()}{dilation}"
        )

    def notes_label(self) -> str:
        return f"CONV{one_or_by(self.kernel)}-{self.filters}"


class DepthwiseConv(Filters):
    """A depthwise convolution: each channel has its own filters and sees no other channel.

    The first half of a depthwise separable convolution (Howard et al. 2017, MobileNets).
    """

    kind = "depthwise_conv"
    aliases = "depthwise depthwise_conv2d dw dwconv dw_conv depthwise_convolution"
    inherits_defaults = ("conv",)
    kernel = PerAxis("size of the window", positional=True, unit="pixels")
    stride = PerAxis("step of the window", default=1, unit="pixels")
    padding = Padding("border of zeros around the image", default=0, unit="pixels")
    dilation = PerAxis("distance between the pixels that a kernel sees", default=1, unit="pixels")
    multiplier = Whole("filters per channel", default=1)
    bias = bias_field()
    norm = norm_field()
    activation = activation_field()

    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def split(self) -> int:
        return self.input.channels

    def output_channels(self) -> int:
        return self.input.channels * self.multiplier

    def describe(self) -> str:
        many = f"{self.multiplier} " if self.multiplier > 1 else ""
        dilation = f", dilation {one_or_by(self.dilation)}" if set(self.dilation) != {1} else ""
        return (
            f"{many}{window_words(self.kernel)} {noun(self.multiplier, 'filter')} per channel, "
            f"stride {one_or_by(self.stride)}, pad {self.padding_text()}{dilation}"
        )

    def notes_label(self) -> str:
        return f"DWCONV{one_or_by(self.kernel)}"


class TransposedConv(Weighted):
    """A transposed convolution: the image grows, each input pixel paints a kernel's area.

    Output W2 = (W1 − 1)·S − 2P + D·(F − 1) + output_padding + 1 (Dumoulin & Visin 2016, §4);
    `padding: same` gives W2 = W1·S.
    """

    kind = "transposed_conv"
    aliases = (
        "deconv deconvolution conv_transpose conv_transpose2d Conv2DTranspose "
        "convtranspose transpose_conv transposed_convolution upconv up_conv "
        "conv2d_transpose"
    )
    family = "convolution"
    takes_list = True
    filters = Whole("number of filters: the channels of the output", positional=True)
    kernel = PerAxis("size of the area that one pixel paints", positional=True, unit="pixels")
    stride = PerAxis("how far apart pixels are painted", default=1, positional=True, unit="pixels")
    padding = Padding("border cut off the output", default=0, unit="pixels")
    output_padding = PerAxis(
        "rows and columns added at the bottom and right", minimum=0, default=0, unit="pixels"
    )
    dilation = PerAxis("distance between the pixels of a kernel", default=1, unit="pixels")
    groups = Whole("parts the channels are split into; a filter sees one part", default=1)
    bias = bias_field()
    norm = norm_field()
    activation = activation_field()

    def output_channels(self) -> int:
        return self.filters

    def check(self) -> None:
        check_groups(self.groups, self.input.known_channels(), vars(self).get("filters"))
        limits = tuple(map(max, self.stride, self.dilation))
        added = self.output_padding
        for index in reversed(range(len(added))):
            if added[index] >= limits[index]:
                raise LayerProblem(
                    rules.shapes.output_padding_too_large,
                    "output_padding",
                    added=added[index],
                    axis=AXES[len(added)][index].name,
                    stride=self.stride[index],
                    dilation=self.dilation[index],
                    fits=as_written(
                        [min(n, limit - 1) for n, limit in zip(added, limits, strict=True)]
                    ),
                )

    def output_size(self) -> tuple[int, ...]:
        return tuple(self._grown(index, size) for index, size in enumerate(self.input.sizes))

    def _grown(self, index: int, size: int) -> int:
        if isinstance(self.padding, str):
            return size * self.stride[index]
        cut = sum(self._cut(index))
        span = extent(self.kernel[index], self.dilation[index])
        grown = (size - 1) * self.stride[index] - cut + span + self.output_padding[index]
        if grown < 1:
            formula = self._size_formula(index, grown).worked(grown)
            raise LayerProblem(
                rules.shapes.no_valid_output,
                "padding",
                why=f"its padding of {cut} cuts off all of its {grown + cut} "
                f"{self.input.axes[index].line}s",
                label="leaves nothing",
                formula=f"{formula}, must be at least 1",
                candidates=(("padding", str((grown + cut - 1) // 2)), ("padding", "same")),
            )
        return grown

    def _cut(self, index: int) -> tuple[int, int]:
        """Padding cut off before and behind; `same` is not made by cutting."""
        return (0, 0) if isinstance(self.padding, str) else self.padding[index]

    def _size_formula(self, index: int, result: int) -> Formula:
        axis = self.input.axes[index]
        letter, name = axis.letter, axis.name
        before, behind = self._cut(index)
        symbols = {
            letter: Symbol(self.input.sizes[index], f"{name} of the input"),
            "S": Symbol(self.stride[index], "stride"),
            "P": Symbol(before, "padding cut off at each side"),
            "P1": Symbol(before, "padding cut off before"),
            "P2": Symbol(behind, "padding cut off behind"),
            "F": Symbol(self.kernel[index], "size of the kernel"),
            "D": Symbol(self.dilation[index], "dilation"),
            "O": Symbol(self.output_padding[index], "output padding"),
        }
        cut = "2·P" if before == behind else "P1 − P2"
        span = "F" if self.dilation[index] == 1 else "D·(F − 1) + 1"
        more = " + O" if self.output_padding[index] else ""
        text = f"({letter} − 1)·S − {cut} + {span}{more}"
        if isinstance(self.padding, str):
            text = f"{letter}·S"
        return Formula.of(name, text, symbols, result, axis.unit)

    def size_formulas(self) -> Iterator[Formula]:
        for index, size in reversed(list(enumerate(self.output_size()))):
            yield self._size_formula(index, size)

    def weight_shape(self) -> tuple[int, ...]:
        return self.input.channels, self.filters // self.groups, *self.kernel

    def macs(self) -> int:
        """One multiply-accumulate per weight and *input* position."""
        return self.weights() * self.input.area

    def cost_formulas(self) -> Iterator[Formula]:
        x = self.input
        kernel, symbols = kernel_symbols(self.kernel, x.axes)
        positions = sizes_of(x, "the input", "1")
        symbols |= {
            "D1": channels_of(x, "the input"),
            "G": Symbol(self.groups, "groups"),
            "K": Symbol(self.filters, "filters"),
            **positions,
        }
        depth = "D1" if self.groups == 1 else "D1/G"
        filters = f"{kernel}·{depth}·K"
        yield Formula.of("weights", filters, symbols, self.weights())
        if self.bias:
            yield Formula.of("biases", "K", symbols, self.biases())
        yield Formula.of("macs", "·".join([filters, *positions]), symbols, self.macs())

    def view(self) -> ReceptiveWindow:
        """Of the kernel's pixels, those that meet an input pixel are p = S/gcd(S, D) apart: an
        output sees F/p inputs on average, neighbours p·D/S apart.
        """
        from fractions import Fraction  # which no other net needs

        seen = (
            1 + Fraction(d, gcd(s, d)) * (Fraction(k * gcd(s, d), s) - 1)
            for k, s, d in zip(self.kernel, self.stride, self.dilation, strict=True)
        )
        return ReceptiveWindow.of(tuple(map(whole_or_not, seen)), growth=self.stride)

    def describe(self) -> str:
        groups = f" in {self.groups} groups" if self.groups > 1 else ""
        return (
            f"{self.filters} {window_words(self.kernel)} transposed filters{groups}, "
            f"stride {one_or_by(self.stride)}, pad {padding_words(self.padding)}"
        )

    def notes_label(self) -> str:
        return f"TCONV{one_or_by(self.kernel)}-{self.filters}"

    def notes_params(self) -> str:
        channels, filters, *kernel = self.weight_shape()
        return f"({'*'.join(map(str, [*reversed(kernel), channels]))})*{filters}"
