"""A window that slides over the image: what convolutions and pools have in common.

The arithmetic itself is in `cnncalc.layers.shape`; here it meets a layer's fields and its input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from cnncalc.diagnostics import Unknown
from cnncalc.layers import rules
from cnncalc.layers.fields import Border
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Advice, Layer, LayerProblem, ReceptiveWindow
from cnncalc.layers.shape import (
    AXES,
    Axis,
    Shape,
    as_written,
    by,
    extent,
    one_or_by,
    same_padding,
    unseen,
    window_output,
    window_steps,
    window_words,
)


class WindowAxis(NamedTuple):
    """A window along one axis of its input."""

    axis: Axis
    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    rounding: str
    same: bool

    @property
    def name(self) -> str:
        return self.axis.name

    @property
    def extent(self) -> int:
        """What the dilated kernel spans."""
        return extent(self.kernel, self.dilation)

    @property
    def padded(self) -> int:
        """W + 2P."""
        return self.size + self.before + self.after

    @property
    def free(self) -> int:
        """W − F + 2P: how far the window can move; negative when it does not fit."""
        return self.padded - self.extent

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
        letter = self.axis.letter
        kernel = "F" if self.dilation == 1 else "(D·(F − 1) + 1)"
        padding = "2·P" if self.before == self.after else "P1 + P2"
        return f"({letter} − {kernel} + {padding})/S"

    def formula(self, *, rounded: bool = True) -> Formula:
        """The output size as the lecture writes it, rounded the way this layer rounds."""
        letter = self.axis.letter
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
        return Formula.of(self.name, text, symbols, self.output, self.axis.unit)


class Window(NamedTuple):
    """Kernel, stride, padding, dilation and rounding of a layer, one number per axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Border | str
    dilation: tuple[int, ...]
    rounding: str = "floor"

    def along(self, index: int, axis: Axis, size: int) -> WindowAxis:
        """The window along one axis of an input of that size."""
        kernel, stride, dilation = self.kernel[index], self.stride[index], self.dilation[index]
        same = isinstance(self.padding, str)
        if isinstance(self.padding, str):
            before, after = same_padding(size, extent(kernel, dilation), stride)
        else:
            before, after = self.padding[index]
        return WindowAxis(axis, size, kernel, stride, dilation, before, after, self.rounding, same)

    def axes(self, image: Shape) -> list[WindowAxis]:
        axes, sizes = AXES[len(image) - 1], image.sizes
        return [self.along(index, axes[index], size) for index, size in enumerate(sizes)]


class WindowLayer(Layer):
    """Base of the kinds that slide a window over their input."""

    def window(self) -> Window:
        """The fields of this layer as a window."""
        raise NotImplementedError

    def output_size(self) -> tuple[int, ...]:
        axes = self.window().axes(self.input)
        sizes = tuple([axis.output for axis in axes])
        for axis in reversed(axes):
            if axis.output < 1:
                raise self._misfit(axis)
        return sizes

    def _misfit(self, axis: WindowAxis) -> LayerProblem:
        """The window does not fit: both sizes, and the formula with its numbers."""
        dilated = f" (dilated to {axis.extent})" if axis.dilation > 1 else ""
        formula = axis.formula(rounded=False).worked(axis.free / axis.stride + 1)
        return LayerProblem(
            rules.shapes.no_valid_output,
            "kernel",
            why=f"its {window_words(self.window().kernel)} kernel{dilated} does not fit the "
            f"{by(self.input.sizes)} input",
            label=f"needs a {axis.name} of at least {axis.extent - axis.before - axis.after}",
            formula=f"{formula}, must be at least 1",
            candidates=list(self._fitting()),
        )

    def _fitting(self) -> Iterator[tuple[str, str]]:
        """A kernel, a padding, a dilation that would fit, the others as they are."""
        axes = self.window().axes(self.input)
        kernel = [min(axis.kernel, (axis.padded - 1) // axis.dilation + 1) for axis in axes]
        yield "kernel", as_written(kernel)
        yield "padding", str(max(axis.before + max(0, (1 - axis.free) // 2) for axis in axes))
        if any(axis.dilation > 1 for axis in axes):
            dilation = [
                min(axis.dilation, max(1, (axis.padded - 1) // max(1, axis.kernel - 1)))
                for axis in axes
            ]
            yield "dilation", as_written(dilation)
        yield "padding", "same"

    def padding_text(self) -> str:
        """The padding in words: in pixels, also of `same` where its sides are even."""
        window = self.window()
        with suppress(Unknown):
            axes = window.axes(self.input)
            if all(axis.before == axis.after for axis in axes):
                return one_or_by([axis.before for axis in axes])
        return padding_words(window.padding)

    def view(self) -> ReceptiveWindow | None:
        window = self.window()
        spans = tuple(map(extent, window.kernel, window.dilation))
        return ReceptiveWindow.of(spans, window.stride)

    def size_formulas(self) -> Iterator[Formula]:
        for axis in reversed(self.window().axes(self.input)):
            yield axis.formula()

    def advice(self) -> Iterator[Advice]:
        """Strides and paddings that leave pixels out, or see nothing but padding."""
        axes = self.window().axes(self.input)
        if all(axis.extent == 1 for axis in axes):
            # It picks every n-th pixel on purpose, as the shortcut of a residual does.
            axes = [axis._replace(stride=1) for axis in axes]
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


def kernel_symbols(kernel: Sequence[int], axes: Sequence[Axis]) -> tuple[str, dict[str, Symbol]]:
    """How the lecture writes the values of a kernel: `F·F`, or `Fw·Fh` where the axes differ."""
    symbols = {"F": Symbol(kernel[-1], "size of the kernel")}
    if len(set(kernel)) == 1:
        return "·".join("F" for _ in axes), symbols
    for axis, size in zip(reversed(axes), reversed(kernel), strict=True):
        symbols[f"F{axis.letter.lower()}"] = Symbol(size, f"{axis.name} of the kernel")
    return "·".join(list(symbols)[1:]), symbols


def is_padded(padding: Border | str) -> bool:
    """Whether there may be a border; of `same`, the input decides."""
    return isinstance(padding, str) or any(map(any, padding))


def padding_words(padding: Border | str) -> str:
    """`1`, `1×0` (width×height), `same`, or the sides."""
    if isinstance(padding, str):
        return padding
    if all(before == behind for before, behind in padding):
        return one_or_by([before for before, _ in padding])
    ends = "/".join(end for axis in AXES[len(padding)] for end in axis.ends)
    return f"{'/'.join(str(n) for pair in padding for n in pair)} ({ends})"
