"""Layers that only rearrange values: views, borders, shuffles, changes of resolution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import gcd
from operator import floordiv, gt, mul
from typing import Any

from cnncalc.diagnostics import Unknown
from cnncalc.layers import rules
from cnncalc.layers.divisibility import check_groups, check_split, near_divisors
from cnncalc.layers.fields import Border, Choice, Derived, Padding, PerAxis, TensorName, Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import (
    ONE_PIXEL,
    Layer,
    LayerProblem,
    ReceptiveWindow,
    Storage,
    across,
    channels_of,
    one_position,
    sizes_of,
)
from cnncalc.layers.layout import Layout, rows
from cnncalc.layers.shape import by, one_or_by, uncropping
from cnncalc.layers.window import padding_words


class Rearrangement(Layer):
    """Base of the layers that compute nothing."""

    family = "reshape"

    def input_symbols(self) -> dict[str, Symbol]:
        return {**sizes_of(self.input, "the input"), "D": channels_of(self.input, "the input")}

    def scaled_sizes(self, operation: str, symbols: Mapping[str, Symbol]) -> Iterator[Formula]:
        """The sizes where every axis is computed alike: `W·F`, `H·F`."""
        for axis, size in across(self.output):
            text, known = f"{axis.letter}{operation}", {**self.input_symbols(), **symbols}
            yield Formula.of(axis.name, text, known, size, axis.unit)


class Seen(Rearrangement):
    """Base of the views: the input's storage, seen differently; nothing is copied."""

    volume = False
    is_view = True

    def storage(self) -> Storage:
        return Storage.VIEW

    def output_layout(self, layout: Layout, _batch: int) -> Layout:
        return Layout(self.output, layout.strides)

    def gradient_path(self, _index: int) -> tuple[int, ...]:
        return ()


class Flatten(Seen):
    """The image as a vector of W·H·D values."""

    kind = "flatten"
    aliases = "view ravel"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    def copies_input(self, layout: Layout, _batch: int) -> bool:
        return not layout.is_row()

    def output_channels(self) -> int:
        return self.input.values

    def output_size(self) -> tuple[int, ...]:
        return (1,) * self.input.rank

    def size_formulas(self) -> Iterator[Formula]:
        yield from one_position(self.input)
        symbols = self.input_symbols()
        yield Formula.of("channels", "·".join(symbols), symbols, self.output.channels)

    def view(self) -> ReceptiveWindow | None:
        return ONE_PIXEL if self.input.area == 1 else None


class Identity(Seen):
    """The input itself; it has no row of its own. Names a tensor, or is a branch of a merge."""

    kind = "identity"
    aliases = "noop no_op pass pass_through skip input"
    emits_row = False
    is_view = False


class Slice(Seen):
    """One of several equal parts of the channels (ShuffleNetV2's channel split)."""

    kind = "slice"
    aliases = "split chunk narrow part"
    part = Whole("which part, from 1")

    def gradient_path(self, _index: int) -> tuple[int, ...]:
        """The other parts are zeros."""
        return (self.input.values,) if self.of > 1 else ()

    of = Whole("number of parts; divides the channels")

    def output_channels(self) -> int:
        parts, channels = self.of, self.input.channels
        check_split(
            "of",
            f"its {channels} input channels cannot be split into {parts} equal parts",
            channels,
            parts,
            [("of", str(n)) for n in near_divisors(channels, parts)],
        )
        return channels // parts

    def check(self) -> None:
        if self.part > self.of:
            raise LayerProblem(rules.shapes.no_such_part, "part", part=self.part, of=self.of)

    def size_formulas(self) -> Iterator[Formula]:
        yield from super().size_formulas()
        symbols = {**self.input_symbols(), "N": Symbol(self.of, "parts")}
        yield Formula.of("channels", "D/N", symbols, self.output.channels)

    def describe(self) -> str:
        return f"channels, part {self.part} of {self.of}"


class Crop(Seen):
    """The centre of the image; of an odd rest, the larger half is cut off at the bottom and
    right.
    """

    kind = "crop"
    aliases = "center_crop centercrop cropping"
    size = PerAxis("height and width of the centre", positional=True, unit="pixels")

    def gradient_path(self, _index: int) -> tuple[int, ...]:
        return uncropping(self.input, self.output)

    def output_size(self) -> tuple[int, ...]:
        return self.size

    def check(self) -> None:
        sizes = self.input.sizes
        if any(map(gt, self.size, sizes)):
            fitting = tuple(map(min, self.size, sizes))
            raise LayerProblem(
                rules.shapes.crop_larger_than_input, "size", size=self.size, fits=fitting
            )

    def size_formulas(self) -> Iterator[Formula]:
        for axis, size in across(self.output):
            letter = f"{axis.letter}2"
            symbols = {letter: Symbol(size, f"{axis.name} cropped to")}
            yield Formula(axis.name, letter, symbols, size, axis.unit)

    def describe(self) -> str:
        return f"crop to {by(self.size)}"


class Pad(Rearrangement):
    """A border of zeros around the image."""

    kind = "pad"
    aliases = "zero_pad ZeroPad2d ZeroPadding2D zero_padding padding"
    padding = Padding("width of the border", words=(), positional=True, unit="pixels")

    def border(self) -> Border:
        assert not isinstance(self.padding, str)  # the field takes no word
        return self.padding

    def output_size(self) -> tuple[int, ...]:
        axes = zip(self.input.sizes, self.border(), strict=True)
        return tuple(size + before + behind for size, (before, behind) in axes)

    def size_formulas(self) -> Iterator[Formula]:
        symbols = self.input_symbols()
        for (axis, size), pair in zip(across(self.output), reversed(self.border()), strict=True):
            ends = [f"P_{end}" for end in axis.ends]
            for end, letter, pixels in zip(axis.ends, ends, pair, strict=True):
                symbols[letter] = Symbol(pixels, f"border at the {end}")
            text = " + ".join([axis.letter, *ends])
            yield Formula.of(axis.name, text, symbols, size, axis.unit)

    def describe(self) -> str:
        return f"pad {padding_words(self.padding)}"


class ChannelShuffle(Rearrangement):
    """Mixes the channels of several groups, so that the next grouped convolution sees all
    (Zhang et al. 2018, ShuffleNet).
    """

    kind = "channel_shuffle"
    aliases = "shuffle shuffle_channel channelshuffle"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    groups = Whole("groups of channels that are mixed", positional=True)

    def check(self) -> None:
        check_groups(self.groups, self.input.channels)

    def describe(self) -> str:
        return f"channel shuffle of {self.groups} groups"


def given_factor(layer: Any) -> int:
    """The default factor; unset when the size of another tensor is given instead."""
    if "to" in vars(layer):
        raise Unknown
    return 2


def no_target(_: Any) -> str:
    raise Unknown


class Upsample(Rearrangement):
    """Enlarges the image by a whole factor, or to the height and width of another tensor.

    With `to`, the layer's second input is the tensor named there.
    """

    kind = "upsample"
    aliases = "upsampling UpSampling2D interpolate resize interp upsampling_nearest"
    factor = PerAxis(
        "how many times larger",
        default=Derived("2, unless `to` is given", given_factor),
        positional=True,
    )
    to = TensorName(
        "step whose height and width the output takes", default=Derived("none", no_target)
    )
    mode = Choice(
        "how the values between are found", words=("nearest", "bilinear"), default="nearest"
    )

    def output_size(self) -> tuple[int, ...]:
        if "to" in vars(self):
            return self.inputs[1].sizes
        return tuple(map(mul, self.input.sizes, self.factor))

    def check(self) -> None:
        if "to" in vars(self) and "factor" in vars(self):
            raise LayerProblem(
                rules.shapes.factor_and_target, "factor", factor=one_or_by(self.factor), to=self.to
            )

    def elementwise(self) -> int:
        """Bilinear: four products and three sums per output value; 2^n and 2^n − 1 of n axes."""
        each = 2 ** (self.input.rank + 1) - 1
        return each * self.output.values if self.mode == "bilinear" else 0

    def size_formulas(self) -> Iterator[Formula]:
        for index, (axis, size) in enumerate(across(self.output), 1):
            letter = axis.letter
            if "to" in vars(self):
                symbols = {f"{letter}2": Symbol(size, f"{axis.name} of {self.to}")}
                yield Formula(axis.name, f"{letter}2", symbols, size, axis.unit)
            else:
                symbols = {**self.input_symbols(), "F": Symbol(self.factor[-index], "factor")}
                yield Formula.of(axis.name, f"{letter}·F", symbols, size, axis.unit)

    def view(self) -> ReceptiveWindow:
        """One pixel (nearest) or two by two (bilinear); outputs are W1/W2 pixels apart."""
        sizes, out = self.input.sizes, self.output.sizes
        seen = (1 if self.mode == "nearest" else 2,) * len(sizes)
        common = tuple(map(gcd, sizes, out))
        return ReceptiveWindow(
            seen, tuple(map(floordiv, sizes, common)), tuple(map(floordiv, out, common))
        )

    def describe(self) -> str:
        size = f"to {self.to}" if "to" in vars(self) else f"×{one_or_by(self.factor)}"
        return f"upsample {size}, {self.mode}"


class SpaceToDepth(Rearrangement):
    """Moves each square of factor·factor pixels into channels; the inverse of pixel_shuffle."""

    kind = "space_to_depth"
    aliases = "reorg pixel_unshuffle"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    factor = Whole("side of the squares; divides height and width", positional=True)

    def output_channels(self) -> int:
        return int(self.input.channels * self.factor**self.input.rank)

    def output_size(self) -> tuple[int, ...]:
        x, factor = self.input, self.factor
        common = gcd(*x.sizes)
        for axis, size in reversed(list(across(x))):
            check_split(
                "factor",
                f"its {by(x.sizes)} input cannot be split into {by((factor,) * x.rank)} squares: "
                f"its {axis.name} is {size}",
                size,
                factor,
                [("factor", str(n)) for n in near_divisors(common, factor) if n > 1],
            )
        return tuple(size // factor for size in x.sizes)

    def size_formulas(self) -> Iterator[Formula]:
        symbols = {"F": Symbol(self.factor, "factor")}
        yield from self.scaled_sizes("/F", symbols)
        symbols = {**self.input_symbols(), **symbols}
        yield Formula.of("channels", f"D·F^{self.input.rank}", symbols, self.output.channels)

    def view(self) -> ReceptiveWindow:
        square = (self.factor,) * self.input.rank
        return ReceptiveWindow.of(square, square)

    def describe(self) -> str:
        return f"space to depth, factor {self.factor}"


class PixelShuffle(Rearrangement):
    """Spreads factor² channels over a square of pixels (Shi et al. 2016, sub-pixel convolution)."""

    kind = "pixel_shuffle"
    aliases = "depth_to_space subpixel sub_pixel"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    factor = Whole("side of the squares; its square divides the channels", positional=True)

    def output_channels(self) -> int:
        factor, channels, rank = self.factor, self.input.channels, self.input.rank
        near = near_divisors(channels, factor, power=rank)
        check_split(
            "factor",
            f"its {channels} input channels cannot be split into squares of {by((factor,) * rank)}",
            channels,
            factor**rank,
            [("factor", str(n)) for n in near if n > 1],
        )
        return int(channels // factor**rank)

    def output_size(self) -> tuple[int, ...]:
        return tuple(size * self.factor for size in self.input.sizes)

    def size_formulas(self) -> Iterator[Formula]:
        symbols = {"F": Symbol(self.factor, "factor")}
        yield from self.scaled_sizes("·F", symbols)
        symbols = {**self.input_symbols(), **symbols}
        yield Formula.of("channels", f"D/F^{self.input.rank}", symbols, self.output.channels)

    def view(self) -> ReceptiveWindow:
        return ReceptiveWindow.of(growth=(self.factor,) * self.input.rank)

    def describe(self) -> str:
        return f"pixel shuffle, factor {self.factor}"
