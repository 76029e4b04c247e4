"""Convolutions: plain and depthwise.

To add a kind, write one class: its ``kind`` (the YAML word), its fields in positional order, a
docstring (its page in the reference), and the methods of `Layer` in which it differs. Then add
its case to the table of hand-computed numbers in ``tests/test_kinds.py``; a test insists.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers.division import check_groups
from cnncalc.layers.fields import Padding, PerAxis, Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import channels_of, sizes_of
from cnncalc.layers.shape import one_or_by, window_words
from cnncalc.layers.weighted import Weighted, activation_field, bias_field, norm_field
from cnncalc.layers.window import Window, WindowLayer, kernel_symbols


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
            f"{many}{window_words(self.kernel)} filter{'s' if many else ''} per channel, "
            f"stride {one_or_by(self.stride)}, pad {self.padding_text()}{dilation}"
        )

    def notes_label(self) -> str:
        return f"DWCONV{one_or_by(self.kernel)}"
