"""Pooling: with a window, over the whole image, and to a given size."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, prod
from operator import gt

from cnncalc.layers import rules
from cnncalc.layers.fields import Choice, Derived, Padding, PerAxis
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Advice, Layer, LayerProblem, ReceptiveWindow, Saved
from cnncalc.layers.shape import as_written, by, one_or_by, window_words
from cnncalc.layers.window import Window, WindowLayer, is_padded


def kernel_field() -> PerAxis:
    return PerAxis("size of the window", positional=True, unit="pixels")


def stride_field() -> PerAxis:
    return PerAxis(
        "step of the window",
        default=Derived("the kernel", lambda layer: layer.kernel),
        unit="pixels",
    )


def padding_field(border: str) -> Padding:
    return Padding(f"border {border} around the image", default=0, unit="pixels")


def rounding_field() -> Choice:
    return Choice(
        "whether a last, partial window is dropped (floor) or kept (ceil)",
        words=("floor", "ceil"),
        default="floor",
    )


class Pool(Layer):
    """Base of all pools; ``word`` is what they take of a window: `max` or `average`."""

    family = "pooling"
    word: str

    def max_saved(self) -> Saved:
        """What a max pool keeps: its input, and which value of each window was the largest."""
        return Saved(inputs=True, indices=self.output.values)


class WindowPool(Pool, WindowLayer):
    """Base of the pools whose window slides over the input."""

    kernel: PerAxis
    stride: PerAxis
    padding: Padding
    rounding: Choice

    def window(self) -> Window:
        ones = (1,) * len(self.kernel)
        return Window(self.kernel, self.stride, self.padding, ones, self.rounding)

    def check(self) -> None:
        """PyTorch's pools take half a window at most; an uneven border is padded before."""
        axes = self.window().axes(self.input)
        if any(axis.before != axis.after for axis in axes):
            return
        for axis in reversed(axes):
            if axis.before > axis.extent // 2:
                raise LayerProblem(
                    rules.shapes.pool_padding_too_large,
                    "padding",
                    axis=axis,
                    fits=as_written([min(a.before, a.extent // 2) for a in axes]),
                )

    def elementwise(self) -> int:
        """One operation per value of a window and output value."""
        return self.output.values * prod(self.kernel)

    def describe(self) -> str:
        window = self.window()
        return (
            f"{window_words(self.kernel)} {self.word} pool, stride {one_or_by(self.stride)}"
            f"{f', pad {self.padding_text()}' if is_padded(self.padding) else ''}"
            f"{f', dilation {one_or_by(window.dilation)}' if set(window.dilation) != {1} else ''}"
            f"{', rounded up' if self.rounding == 'ceil' else ''}"
        )


class MaxPool(WindowPool):
    """Max pooling: the largest value of every window, channel by channel.

    Output W2 = (W1 − F + 2P)/S + 1, no parameters (CS231n). The stride is the kernel's size
    unless it is given; the border counts as minus infinity.
    """

    kind = "maxpool"
    aliases = "pool pooling maxpool2d max_pool max_pool2d max_pooling MaxPooling2D mp"
    word = "max"
    kernel = kernel_field()
    stride = stride_field()
    padding = padding_field("of minus infinity")
    dilation = PerAxis("distance between the pixels that a window sees", default=1, unit="pixels")
    rounding = rounding_field()

    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation, self.rounding)

    def saved(self) -> Saved:
        return self.max_saved()

    def transient(self) -> Saved:
        return Saved(indices=self.output.values)

    def notes_label(self) -> str:
        return f"POOL{one_or_by(self.kernel)}"


class AvgPool(WindowPool):
    """Average pooling: the mean of every window, channel by channel; zeros of the border count.

    Output W2 = (W1 − F + 2P)/S + 1, no parameters. The stride is the kernel's size unless it
    is given.
    """

    kind = "avgpool"
    aliases = "average_pool average_pooling avg_pool2d AveragePooling2D avg_pooling mean_pool ap"
    word = "average"
    kernel = kernel_field()
    stride = stride_field()
    padding = padding_field("of zeros")
    rounding = rounding_field()

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def notes_label(self) -> str:
        return f"AVGPOOL{one_or_by(self.kernel)}"


class AdaptivePool(Pool):
    """Base of the pools that cut the image into a given number of windows.

    Along an axis of H pixels, window i of n reaches from floor(i·H/n) to ceil((i + 1)·H/n), as
    in PyTorch: neighbours overlap where n does not divide H.
    """

    def windows(self) -> tuple[int, ...]:
        """Number of windows along every axis."""
        raise NotImplementedError

    def output_size(self) -> tuple[int, ...]:
        return self.windows()

    def elementwise(self) -> int:
        """One operation per value of a window and output value. The windows along an axis hold
        H + n − gcd(H, n) pixels together.
        """
        x = self.input
        axes = zip(x.sizes, self.windows(), strict=True)
        return x.channels * prod(size + n - gcd(size, n) for size, n in axes)

    def view(self) -> ReceptiveWindow | None:
        """The largest window, ceil((H + n − gcd(H, n))/n); windows are H/n apart on average."""
        sizes, counts = self.input.sizes, self.windows()
        if set(counts) == {1}:
            return None
        axes = [(size, n, gcd(size, n)) for size, n in zip(sizes, counts, strict=True)]
        return ReceptiveWindow(
            tuple(-(-(size + n - g) // n) for size, n, g in axes),
            tuple(size // g for size, _, g in axes),
            tuple(n // g for _, n, g in axes),
        )

    def size_formulas(self) -> Iterator[Formula]:
        for axis, count in reversed(list(zip(self.input.axes, self.windows(), strict=True))):
            letter = f"{axis.letter}2"
            symbols = {letter: Symbol(count, f"windows along the {axis.name}")}
            yield Formula(axis.name, letter, symbols, count, axis.unit)


class GlobalPool(AdaptivePool):
    """Base of the pools over the whole image: one window."""

    def windows(self) -> tuple[int, ...]:
        return (1,) * self.input.rank

    def describe(self) -> str:
        return f"global {self.word} pool"


class SizedPool(AdaptivePool):
    """Base of the pools to a given size."""

    size: PerAxis

    def windows(self) -> tuple[int, ...]:
        return self.size

    def describe(self) -> str:
        return f"adaptive {self.word} pool to {by(self.size)}"

    def advice(self) -> Iterator[Advice]:
        if any(map(gt, self.size, self.input.sizes)):
            yield Advice(rules.advice.pool_enlarges, "size", {"size": self.size})


def size_field() -> PerAxis:
    return PerAxis("height and width of the output", positional=True, unit="pixels")


class GlobalAvgPool(GlobalPool):
    """Global average pooling: the mean of each channel (Lin et al. 2014, Network in Network)."""

    kind = "global_avgpool"
    aliases = (
        "gap global_average_pooling global_avg_pool GlobalAveragePooling2D global_pool "
        "global_average_pool global_pooling"
    )
    word = "average"


class GlobalMaxPool(GlobalPool):
    """Global max pooling: the largest value of each channel."""

    kind = "global_maxpool"
    aliases = "gmp global_max_pooling global_max_pool GlobalMaxPooling2D"
    word = "max"

    def saved(self) -> Saved:
        return self.max_saved()

    def transient(self) -> Saved:
        return Saved(indices=self.output.values)


class AdaptiveAvgPool(SizedPool):
    """Average pooling to a given size, whatever the size of the image.

    Along an axis of H pixels, window i of n reaches from floor(i·H/n) to ceil((i + 1)·H/n).
    """

    kind = "adaptive_avgpool"
    aliases = "adaptive_avg_pool2d adaptive_average_pooling adaptive_pool AdaptiveAvgPool2d"
    word = "average"
    size = size_field()

    def saved(self) -> Saved:
        return Saved(inputs=set(self.size) != {1})


class AdaptiveMaxPool(SizedPool):
    """Max pooling to a given size, whatever the size of the image.

    Along an axis of H pixels, window i of n reaches from floor(i·H/n) to ceil((i + 1)·H/n).
    """

    kind = "adaptive_maxpool"
    aliases = "adaptive_max_pool2d adaptive_max_pooling"
    word = "max"
    size = size_field()

    def saved(self) -> Saved:
        return self.max_saved()

    def transient(self) -> Saved:
        return Saved(indices=self.output.values)
