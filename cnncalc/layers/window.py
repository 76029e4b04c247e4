"""A window that slides over the image: what convolutions and pools have in common.

The arithmetic itself is in `cnncalc.layers.shape`; here it meets a layer's fields and its input.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from cnncalc.diagnostics import Unknown
from cnncalc.layers import rules
from cnncalc.layers.fields import NO_PADDING
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Advice, Layer, LayerProblem, View
from cnncalc.layers.shape import (
    Shape,
    Sides,
    extent,
    same_padding,
    unseen,
    window_output,
    window_steps,
)

ONES = (1, 1)


class Axis(NamedTuple):
    """One axis of a window over an image; ``dim`` 0 is the height, 1 the width."""

    name: str
    dim: int
    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    rounding: str
    same: bool

    @property
    def extent(self) -> int:
        """What the dilated kernel spans."""
        return extent(self.kernel, self.dilation)

    @property
    def room(self) -> int:
        """W + 2P."""
        return self.size + self.before + self.after

    @property
    def free(self) -> int:
        """W − F + 2P: the room the window has to move in; negative when it does not fit."""
        return self.room - self.extent

    @property
    def output(self) -> int:
        return window_output(
            self.size,
            self.extent,
            self.stride,
            self.before,
            self.after,
            ceil=self.rounding == "ceil",
        )

    @property
    def unseen(self) -> int:
        """Real rows or columns at the far end that no window covers; padding not counted."""
        return unseen(self.size, self.extent, self.stride, self.before, self.output)

    @property
    def steps(self) -> str:
        """The division in the lecture's letters: `(W − F + 2·P)/S`."""
        letter = "HW"[self.dim]
        kernel = "F" if self.dilation == 1 else "(D·(F − 1) + 1)"
        padding = "2·P" if self.before == self.after else "P1 + P2"
        return f"({letter} − {kernel} + {padding})/S"

    def formula(self, *, rounded: bool = True) -> Formula:
        """The output size as the lecture writes it, rounded the way this layer rounds."""
        letter = "HW"[self.dim]
        symbols = {
            letter: Symbol(self.size, f"{self.name} of the input"),
            "F": Symbol(self.kernel, f"{self.name} of the kernel"),
            "P": Symbol(self.before, "padding at each side"),
            "P1": Symbol(self.before, "padding before"),
            "P2": Symbol(self.after, "padding behind"),
            "S": Symbol(self.stride, "stride"),
            "D": Symbol(self.dilation, "dilation"),
        }
        if self.same:
            text = f"ceil({letter}/S)"
        elif not rounded:
            text = f"{self.steps} + 1"
        else:
            exact = self.free % self.stride == 0
            text = self.steps if exact else f"{self.rounding}({self.steps})"
            last = window_steps(
                self.size + self.before + self.after,
                self.extent,
                self.stride,
                ceil=self.rounding == "ceil",
            )
            if self.output > last:  # else + 1, − 1: the last window would start in the padding
                text += " + 1"
        return Formula.of(self.name, text, symbols, self.output, "pixels")


class Window(NamedTuple):
    """Kernel, stride, padding, dilation and rounding of a layer; pairs are (height, width)."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: Sides | str = NO_PADDING
    dilation: tuple[int, int] = (1, 1)
    rounding: str = "floor"

    def axis(self, index: int, size: int) -> Axis:
        """The window along the height (0) or the width (1) of an image of that size."""
        kernel, stride, dilation = self.kernel[index], self.stride[index], self.dilation[index]
        same = not isinstance(self.padding, Sides)
        if isinstance(self.padding, Sides):
            before, after = self.padding[2 * index : 2 * index + 2]
        else:
            before, after = same_padding(size, extent(kernel, dilation), stride)
        name = ("height", "width")[index]
        return Axis(name, index, size, kernel, stride, dilation, before, after, self.rounding, same)

    def axes(self, image: Shape) -> tuple[Axis, Axis]:
        return self.axis(0, image.height), self.axis(1, image.width)


class WindowLayer(Layer):
    """Base of the kinds that slide a window over their input."""

    def window(self) -> Window:
        """The fields of this layer as a window."""
        raise NotImplementedError

    def output_size(self) -> tuple[int, int]:
        height, width = self.window().axes(self.input)
        for axis in (width, height):
            if axis.output < 1:
                raise self._misfit(axis)
        return height.output, width.output

    def _misfit(self, axis: Axis) -> LayerProblem:
        """The window does not fit: both sizes, and the formula with its numbers."""
        kh, kw = self.window().kernel
        dilated = f" (dilated to {axis.extent})" if axis.dilation > 1 else ""
        formula = axis.formula(rounded=False).worked(axis.free / axis.stride + 1)
        return LayerProblem(
            rules.shapes.no_valid_output,
            "kernel",
            why=f"its {kw}×{kh} kernel{dilated} does not fit the "
            f"{self.input.width}×{self.input.height} input",
            label=f"needs a {axis.name} of at least {axis.extent - axis.before - axis.after}",
            formula=f"{formula}, must be at least 1",
            candidates=list(self._fitting()),
        )

    def _fitting(self) -> Iterator[tuple[str, str]]:
        """A kernel, a padding, a dilation that would fit, the others as they are."""
        height, width = axes = self.window().axes(self.input)
        kernel = [min(axis.kernel, (axis.room - 1) // axis.dilation + 1) for axis in axes]
        yield "kernel", one_number(*kernel)
        yield "padding", str(max(axis.before + max(0, (1 - axis.free) // 2) for axis in axes))
        if height.dilation > 1 or width.dilation > 1:
            dilation = [
                min(axis.dilation, max(1, (axis.room - 1) // max(1, axis.kernel - 1)))
                for axis in axes
            ]
            yield "dilation", one_number(*dilation)
        yield "padding", "same"

    def padding_text(self) -> str:
        """The padding in words: in pixels, also of `same` where its sides are even."""
        window = self.window()
        with suppress(Unknown):
            height, width = window.axes(self.input)
            if height.before == height.after and width.before == width.after:
                return one_or_two((height.before, width.before))
        return padding_words(window.padding)

    def view(self) -> View | None:
        window = self.window()
        (kh, kw), (dh, dw) = window.kernel, window.dilation
        return View((extent(kh, dh), extent(kw, dw)), window.stride)

    def size_formulas(self) -> Iterator[Formula]:
        for axis in reversed(self.window().axes(self.input)):
            yield axis.formula()

    def advice(self) -> Iterator[Advice]:
        """Strides and paddings that leave pixels out, or see nothing but padding."""
        axes = self.window().axes(self.input)
        if all(axis.extent == 1 for axis in axes):
            # It picks every n-th pixel on purpose, as the shortcut of a residual does.
            axes = (axes[0]._replace(stride=1), axes[1]._replace(stride=1))
        for axis in axes:
            if axis.stride > axis.extent:
                yield Advice(rules.advice.stride_larger_than_kernel, "stride", {"axis": axis})
                return
        for axis in axes:
            if not axis.same and max(axis.before, axis.after) >= axis.extent:
                yield Advice(rules.advice.padding_covers_kernel, "padding", {"axis": axis})
                return
        missed = [axis for axis in axes if axis.unseen]
        if missed:
            yield Advice(rules.advice.pixels_never_seen, "stride", {"axes": missed})


def one_number(height: int, width: int) -> str:
    """A pair as a spec writes it: `3`, or `[3, 5]` where the axes differ."""
    return str(height) if height == width else f"[{height}, {width}]"


def by(kernel: tuple[int, int]) -> str:
    """A window as the lecture writes it: width×height."""
    return f"{kernel[1]}×{kernel[0]}"


def one_or_two(pair: tuple[int, int]) -> str:
    """`2`, or `2×1` (width×height) where the axes differ."""
    return str(pair[0]) if pair[0] == pair[1] else by(pair)


def padding_words(padding: Sides | str) -> str:
    """`1`, `1×0` (width×height), `same`, or the four sides."""
    if isinstance(padding, str):
        return padding
    if padding.top == padding.bottom and padding.left == padding.right:
        return one_or_two((padding.top, padding.left))
    return "/".join(map(str, padding)) + " (top/bottom/left/right)"
