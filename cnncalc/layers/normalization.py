"""Normalizations, and the learned scale per channel."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.diagnostics import noun
from cnncalc.layers import rules
from cnncalc.layers.divisibility import check_groups
from cnncalc.layers.fields import Flag, Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Advice, Layer, Saved
from cnncalc.layers.layout import Layout, pixels


def affine_field() -> Flag:
    return Flag("whether a learned scale and shift per channel follow", default=True)


class Norm(Layer):
    """Base of the norms that subtract a mean and divide by a deviation."""

    family = "normalization"
    is_norm = True
    affine: Flag

    def weight_shape(self) -> tuple[int, ...]:
        return (self.input.channels,) if self.affine else ()

    def bias_shape(self) -> tuple[int, ...]:
        return (self.input.channels,) if self.affine else ()

    def cost_formulas(self) -> Iterator[Formula]:
        if self.affine:
            symbols = {"D": Symbol(self.input.channels, "channels")}
            yield Formula.of("weights", "D", symbols, self.weights())
            yield Formula.of("biases", "D", symbols, self.biases())


class BatchNorm(Norm):
    """Batch normalization: each channel over the batch and the image (Ioffe & Szegedy 2015).

    A scale and a shift per channel are learned; the running mean and variance are no parameters.
    """

    kind = "batchnorm"
    aliases = "bn batch_norm BatchNorm2d batch_normalization batchnormalize batchnorm_2d"
    subtracts_channel_means = True
    affine = affine_field()

    def elementwise(self) -> int:
        """Two per value: in inference, statistics, scale and shift fold into a·x + b."""
        return 2 * self.input.values

    def buffer_bytes(self) -> int:
        """Running mean and variance in float32, and the number of batches in int64."""
        return 2 * 4 * self.input.channels + 8

    def saved(self) -> Saved:
        return Saved(inputs=True, batch_statistics=2 * self.input.channels)

    def transient(self) -> Saved:
        return Saved(batch_statistics=2 * self.input.channels)

    def describe(self) -> str:
        return "batch norm"


class OwnStatistics(Norm):
    """Base of the norms that take their statistics from the image itself, in inference too."""

    def count(self) -> int:
        """Over how many means, and as many deviations, of one image."""
        raise NotImplementedError

    def elementwise(self) -> int:
        """Five per value, four without scale and shift: fvcore's `norm_flop_counter`."""
        return (5 if self.affine else 4) * self.input.values

    def saved(self) -> Saved:
        return Saved(inputs=True, statistics=2 * self.count())

    def transient(self) -> Saved:
        return Saved(statistics=2 * self.count())

    def advice(self) -> Iterator[Advice]:
        if self.input.values == self.count():
            yield Advice(rules.advice.norm_of_one_value, "", {})


class LayerNorm(OwnStatistics):
    """Layer normalization over the channels, at each position (Ba et al. 2016; for images as in
    ConvNeXt, Liu et al. 2022).
    """

    kind = "layernorm"
    aliases = "ln layer_norm layer_normalization LayerNorm2d"
    is_view = True
    affine = affine_field()

    def count(self) -> int:
        return self.input.area

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        """Its values lie channels last, seen as an image again."""
        return pixels(self.output)

    def describe(self) -> str:
        return "layer norm"


class GroupNorm(OwnStatistics):
    """Group normalization: each group of channels over the whole image (Wu & He 2018).

    As many groups as channels make it an instance norm. Its statistics span the whole image;
    the receptive field, by the field's convention, counts windows only.
    """

    kind = "groupnorm"
    aliases = "gn group_norm group_normalization"
    copies_gradient = True
    groups = Whole("parts the channels are split into", default=32, positional=True)
    affine = affine_field()

    def count(self) -> int:
        return self.groups

    def copies_input(self, layout: Layout, batch: int) -> bool:
        return not layout.is_dense(batch)

    def check(self) -> None:
        check_groups(self.groups, self.input.channels)

    def describe(self) -> str:
        return f"group norm in {self.groups} groups"


class Lrn(Layer):
    """Local response normalization over neighbouring channels (Krizhevsky et al. 2012, §3.3).

    Its constants k, alpha and beta change no figure here.
    """

    kind = "lrn"
    aliases = "local_response_norm local_response_normalization LocalResponseNorm response_norm"
    family = "normalization"
    size = Whole("number of neighbouring channels summed over", default=5, positional=True)

    def elementwise(self) -> int:
        """Per value a square, ``size`` adds, then multiply by alpha, add k, power, divide."""
        return (self.size + 5) * self.input.values

    def saved(self) -> Saved:
        """The input, the denominator before and after the power, and the padded squares."""
        x = self.input
        padded = (x.channels + self.size - 1) * x.area
        return Saved(inputs=True, values=2 * x.values + padded)

    def transient(self) -> Saved:
        """Besides the output: two steps of the denominator, or, with a window wider than the
        channels, the padded squares.
        """
        x = self.input
        return Saved(values=max(2 * x.channels, x.channels + self.size - 1) * x.area)

    def gradient_transient(self, _needs: tuple[bool, ...], freed: int) -> Saved:
        """Beside the input's gradient: three more volumes of the division's; or, with a window
        wider than the channels, the gradients of the padded squares and of their mean, when two
        volumes that were kept, and the output's gradient, are freed.
        """
        x = self.input
        padded = (x.channels + self.size - 1) * x.area
        return Saved(values=max(3 * x.values, padded - x.values - freed))

    def describe(self) -> str:
        return f"local response norm over {self.size} {noun(self.size, 'channel')}"


class Scale(Layer):
    """A learned factor per channel ("layer scale", Touvron et al. 2021)."""

    kind = "scale"
    aliases = "layer_scale layerscale"
    family = "normalization"

    def weight_shape(self) -> tuple[int, ...]:
        return (self.input.channels,)

    def cost_formulas(self) -> Iterator[Formula]:
        symbols = {"D": Symbol(self.input.channels, "channels")}
        yield Formula.of("weights", "D", symbols, self.weights())

    def elementwise(self) -> int:
        return self.input.values

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def gradient_transient(self, _needs: tuple[bool, ...], _freed: int) -> Saved:
        """The factors' gradient is made at the output's size, then summed."""
        return Saved(values=self.output.values)

    def describe(self) -> str:
        return "scale per channel"
