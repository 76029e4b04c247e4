"""The volume W×H×D, and the arithmetic of a window that slides over it, in one place.

Sources: Stanford CS231n, "Convolutional Networks" (the output size and its formula);
Dumoulin & Visin 2016, "A guide to convolution arithmetic" (dilation, transposed);
TensorFlow's definition of `same` padding; PyTorch's of ceil rounding.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.diagnostics import Unknown


class Shape(NamedTuple):
    """The volume of one image: channels, height, width. A vector is C×1×1."""

    channels: int
    height: int
    width: int

    @property
    def values(self) -> int:
        """How many numbers the volume holds."""
        return self.channels * self.height * self.width

    @property
    def area(self) -> int:
        return self.height * self.width

    def __str__(self) -> str:
        """As the lecture writes it: W×H×D."""
        return f"{self.width}×{self.height}×{self.channels}"


class PartialShape(Shape):
    """A volume of which a mistake upstream left a part unknown: reading that raises `Unknown`."""

    __slots__ = ()

    def __new__(cls, channels: int | None, height: int | None, width: int | None) -> PartialShape:
        return tuple.__new__(cls, (channels, height, width))

    def _known(self, index: int) -> int:
        value: int | None = tuple.__getitem__(self, index)
        if value is None:
            raise Unknown
        return value

    @property
    def channels(self) -> int:
        return self._known(0)

    @property
    def height(self) -> int:
        return self._known(1)

    @property
    def width(self) -> int:
        return self._known(2)

    def __str__(self) -> str:
        c, h, w = ("?" if v is None else str(v) for v in tuple(self))
        return f"{w}×{h}×{c}"


class Sides(NamedTuple):
    """Padding in pixels at the four sides of an image."""

    top: int
    bottom: int
    left: int
    right: int


def extent(kernel: int, dilation: int) -> int:
    """What a dilated kernel spans: d(k − 1) + 1 pixels."""
    return dilation * (kernel - 1) + 1


def window_steps(padded: int, kernel: int, stride: int, *, ceil: bool = False) -> int:
    """How far past its first place a window goes: (W − F)/S, floored or ceiled; negative when
    the window does not fit.
    """
    free = padded - kernel
    return -(-free // stride) if ceil else free // stride


def window_output(
    size: int, kernel: int, stride: int, before: int, after: int, *, ceil: bool = False
) -> int:
    """Output size along one axis: (W − F + 2P)/S + 1. Below 1 when the window does not fit.

    ``kernel`` is what the window spans (see `extent`). With ``ceil`` the last window is dropped
    if it would start in the padding behind the image, as PyTorch does.
    """
    out = window_steps(size + before + after, kernel, stride, ceil=ceil) + 1
    if ceil and (out - 1) * stride >= size + before:
        out -= 1
    return out


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Padding (before, after) that makes the output ceil(W/S); the odd pixel goes behind."""
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def unseen(size: int, kernel: int, stride: int, before: int, out: int) -> int:
    """How many real rows or columns at the far end no window ever covers; padding not counted."""
    covered = (out - 1) * stride + kernel - before
    return max(0, size - covered)


def uncropping(whole: Shape, cropped: Shape) -> tuple[int, ...]:
    """Values of the gradients of a crop: the columns come back first, then the rows."""
    path = []
    if cropped.width != whole.width:
        path.append(whole.channels * cropped.height * whole.width)
    if cropped.height != whole.height:
        path.append(whole.values)
    return tuple(path)
