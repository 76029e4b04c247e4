"""How a volume lies in its storage, as PyTorch's strides: what is a view, and what must copy."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from cnncalc.layers.shape import Shape


class Layout(NamedTuple):
    """A volume, and how many values apart its images, its channels and its positions along every
    axis are.
    """

    shape: Shape
    strides: tuple[int, ...]

    def is_dense(self, batch: int) -> bool:
        """Whether it fills its part of the storage without gaps, in whatever order."""
        apart = sorted(
            (s, n) for s, n in zip(self.strides, (batch, *self.shape), strict=True) if n > 1
        )
        expected = 1
        for stride, size in apart:
            if stride != expected:
                return False
            expected *= size
        return True

    def is_row(self) -> bool:
        """Whether the values of an image are one row, channel by channel: flattening is a view."""
        expected = 0
        for stride, size in zip(reversed(self.strides), reversed(self.shape), strict=False):
            if size > 1:
                if expected and stride != expected:
                    return False
                expected = stride * size
        return True

    def is_channels_last(self, batch: int) -> bool:
        """PyTorch's `is_channels_last_strides_2d` and `_3d` (c10/core/MemoryFormat.h); of a
        signal there is none.
        """
        sizes, least = (batch, *self.shape), 0
        if self.shape.rank == 1:
            return False
        for axis in (1, *range(len(sizes) - 1, 1, -1), 0):
            stride = self.strides[axis]
            if stride < least or (axis == 0 and least == self.strides[1]):
                return False
            least = stride * sizes[axis]
        return True

    def like(self, shape: Shape, batch: int) -> Layout:
        """A new volume in the same order."""
        return pixels(shape) if self.is_channels_last(batch) else rows(shape)


def rows(shape: Shape) -> Layout:
    """Channel by channel, row by row: PyTorch's default."""
    return Layout(shape, tuple(prod(shape[axis:]) for axis in range(len(shape) + 1)))


def pixels(shape: Shape) -> Layout:
    """Pixel by pixel, each with all its channels: PyTorch's `channels_last`."""
    channels, *sizes = shape
    apart = (channels * prod(sizes[axis + 1 :]) for axis in range(len(sizes)))
    return Layout(shape, (shape.values, 1, *apart))
