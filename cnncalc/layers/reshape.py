"""Layers that only rearrange values: views, borders, shuffles, changes of resolution."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import Any

from cnncalc.diagnostics import Unknown
from cnncalc.layers import rules
from cnncalc.layers.division import check_groups, check_split, near_divisors
from cnncalc.layers.fields import Choice, Derived, Padding, Pair, TensorName, Whole
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import ONE_PIXEL, Layer, LayerProblem, Storage, View
from cnncalc.layers.layout import Layout, rows
from cnncalc.layers.shape import Sides, uncropping
from cnncalc.layers.window import by, one_or_two, padding_words


class Rearrangement(Layer):
    """Base of the layers that compute nothing."""

    family = "reshape"

    def input_symbols(self) -> dict[str, Symbol]:
        x = self.input
        return {
            "W": Symbol(x.width, "width of the input"),
            "H": Symbol(x.height, "height of the input"),
            "D": Symbol(x.channels, "channels of the input"),
        }


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

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    def copies_input(self, layout: Layout, _batch: int) -> bool:
        return not layout.is_row()

    def output_channels(self) -> int:
        return self.input.values

    def output_size(self) -> tuple[int, int]:
        return 1, 1

    def size_formulas(self) -> Iterator[Formula]:
        yield Formula("width", "1", {}, 1, "pixels")
        yield Formula("height", "1", {}, 1, "pixels")
        yield Formula.of("channels", "W·H·D", self.input_symbols(), self.output.channels)

    def view(self) -> View | None:
        return ONE_PIXEL if self.input.area == 1 else None


class Identity(Seen):
    """The input itself; it has no row of its own. Names a tensor, or is a branch of a merge."""

    kind = "identity"
    emits_row = False
    is_view = False


class Slice(Seen):
    """One of several equal parts of the channels (ShuffleNetV2's channel split)."""

    kind = "slice"
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
    size = Pair("height and width of the centre", positional=True, unit="pixels")

    def gradient_path(self, _index: int) -> tuple[int, ...]:
        return uncropping(self.input, self.output)

    def output_size(self) -> tuple[int, int]:
        return self.size

    def check(self) -> None:
        x = self.input
        if self.size[0] > x.height or self.size[1] > x.width:
            fitting = (min(self.size[0], x.height), min(self.size[1], x.width))
            raise LayerProblem(
                rules.shapes.crop_larger_than_input, "size", size=self.size, fits=fitting
            )

    def size_formulas(self) -> Iterator[Formula]:
        height, width = self.size
        yield Formula("width", "W2", {"W2": Symbol(width, "width cropped to")}, width, "pixels")
        yield Formula("height", "H2", {"H2": Symbol(height, "height cropped to")}, height, "pixels")

    def describe(self) -> str:
        return f"crop to {by(self.size)}"


class Pad(Rearrangement):
    """A border of zeros around the image."""

    kind = "pad"
    padding = Padding("width of the border", words=(), positional=True, unit="pixels")

    def sides(self) -> Sides:
        assert isinstance(self.padding, Sides)  # the field takes no word
        return self.padding

    def output_size(self) -> tuple[int, int]:
        x, p = self.input, self.sides()
        return x.height + p.top + p.bottom, x.width + p.left + p.right

    def size_formulas(self) -> Iterator[Formula]:
        p, out = self.sides(), self.output
        symbols = {
            **self.input_symbols(),
            "P_left": Symbol(p.left, "border at the left"),
            "P_right": Symbol(p.right, "border at the right"),
            "P_top": Symbol(p.top, "border at the top"),
            "P_bottom": Symbol(p.bottom, "border at the bottom"),
        }
        yield Formula.of("width", "W + P_left + P_right", symbols, out.width, "pixels")
        yield Formula.of("height", "H + P_top + P_bottom", symbols, out.height, "pixels")

    def describe(self) -> str:
        return f"pad {padding_words(self.padding)}"


class ChannelShuffle(Rearrangement):
    """Mixes the channels of several groups, so that the next grouped convolution sees all
    (Zhang et al. 2018, ShuffleNet).
    """

    kind = "channel_shuffle"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    groups = Whole("groups of channels that are mixed", positional=True)

    def check(self) -> None:
        check_groups(self.groups, self.input.channels)

    def describe(self) -> str:
        return f"channel shuffle of {self.groups} groups"


def given_factor(layer: Any) -> tuple[int, int]:
    """The default factor; unset when the size of another tensor is given instead."""
    if "to" in vars(layer):
        raise Unknown
    return 2, 2


def no_target(_: Any) -> str:
    raise Unknown


class Upsample(Rearrangement):
    """Enlarges the image by a whole factor, or to the height and width of another tensor.

    With `to`, the layer's second input is the tensor named there.
    """

    kind = "upsample"
    factor = Pair(
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

    def output_size(self) -> tuple[int, int]:
        if "to" in vars(self):
            target = self.inputs[1]
            return target.height, target.width
        return self.input.height * self.factor[0], self.input.width * self.factor[1]

    def check(self) -> None:
        if "to" in vars(self) and "factor" in vars(self):
            raise LayerProblem(
                rules.shapes.factor_and_target, "factor", factor=one_or_two(self.factor), to=self.to
            )

    def elementwise(self) -> int:
        """Bilinear: four products and three sums per output value."""
        return 7 * self.output.values if self.mode == "bilinear" else 0

    def size_formulas(self) -> Iterator[Formula]:
        out = self.output
        for name, letter, size in (("width", "W", out.width), ("height", "H", out.height)):
            if "to" in vars(self):
                symbols = {f"{letter}2": Symbol(size, f"{name} of {self.to}")}
                yield Formula(name, f"{letter}2", symbols, size, "pixels")
            else:
                factor = self.factor[letter == "W"]
                symbols = {**self.input_symbols(), "F": Symbol(factor, "factor")}
                yield Formula.of(name, f"{letter}·F", symbols, size, "pixels")

    def view(self) -> View:
        """One pixel (nearest) or two by two (bilinear); outputs are W1/W2 pixels apart."""
        seen = (1, 1) if self.mode == "nearest" else (2, 2)
        x, out = self.input, self.output
        down, across = gcd(x.height, out.height), gcd(x.width, out.width)
        stride = (x.height // down, x.width // across)
        return View(seen, stride, (out.height // down, out.width // across))

    def describe(self) -> str:
        size = f"to {self.to}" if "to" in vars(self) else f"×{one_or_two(self.factor)}"
        return f"upsample {size}, {self.mode}"


class SpaceToDepth(Rearrangement):
    """Moves each square of factor·factor pixels into channels; the inverse of pixel_shuffle."""

    kind = "space_to_depth"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    factor = Whole("side of the squares; divides height and width", positional=True)

    def output_channels(self) -> int:
        return self.input.channels * self.factor**2

    def output_size(self) -> tuple[int, int]:
        x, factor = self.input, self.factor
        common = gcd(x.height, x.width)
        for size, name in ((x.height, "height"), (x.width, "width")):
            check_split(
                "factor",
                f"{factor}×{factor} squares do not fill its {x.width}×{x.height} input, "
                f"whose {name} is {size}",
                size,
                factor,
                [("factor", str(n)) for n in near_divisors(common, factor) if n > 1],
            )
        return x.height // factor, x.width // factor

    def size_formulas(self) -> Iterator[Formula]:
        symbols = {**self.input_symbols(), "F": Symbol(self.factor, "factor")}
        yield Formula.of("width", "W/F", symbols, self.output.width, "pixels")
        yield Formula.of("height", "H/F", symbols, self.output.height, "pixels")
        yield Formula.of("channels", "D·F^2", symbols, self.output.channels)

    def view(self) -> View:
        square = (self.factor, self.factor)
        return View(square, square)

    def describe(self) -> str:
        return f"space to depth, factor {self.factor}"


class PixelShuffle(Rearrangement):
    """Spreads factor² channels over a square of pixels (Shi et al. 2016, sub-pixel convolution)."""

    kind = "pixel_shuffle"

    def output_layout(self, _layout: Layout, _batch: int) -> Layout:
        return rows(self.output)

    factor = Whole("side of the squares; its square divides the channels", positional=True)

    def output_channels(self) -> int:
        factor, channels = self.factor, self.input.channels
        check_split(
            "factor",
            f"its {channels} input channels do not fill squares of {factor}×{factor}",
            channels,
            factor**2,
            [("factor", str(n)) for n in near_divisors(channels, factor, power=2) if n > 1],
        )
        return channels // factor**2

    def output_size(self) -> tuple[int, int]:
        return self.input.height * self.factor, self.input.width * self.factor

    def size_formulas(self) -> Iterator[Formula]:
        symbols = {**self.input_symbols(), "F": Symbol(self.factor, "factor")}
        yield Formula.of("width", "W·F", symbols, self.output.width, "pixels")
        yield Formula.of("height", "H·F", symbols, self.output.height, "pixels")
        yield Formula.of("channels", "D/F^2", symbols, self.output.channels)

    def view(self) -> View:
        return View(growth=(self.factor, self.factor))

    def describe(self) -> str:
        return f"pixel shuffle, factor {self.factor}"
