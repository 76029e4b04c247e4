"""The volume that flows between layers, and the arithmetic of a window that slides over it.

A volume has channels and one, two or three sizes: of a signal, an image, or a video or scan.
Sources: Stanford CS231n, "Convolutional Networks" (the output size and its formula);
Dumoulin & Visin 2016, "A guide to convolution arithmetic" (dilation, transposed);
TensorFlow's definition of `same` padding; PyTorch's of ceil rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnncalc.diagnostics import Unknown


class Axis(NamedTuple):
    """One axis of a volume: its name, its letter in a formula, the names of its two ends, what
    its size counts, and what a layer of it across the other axes is called.
    """

    name: str
    letter: str
    ends: tuple[str, str]
    unit: str
    line: str


LENGTH = Axis("length", "L", ("left", "right"), "positions", "position")
WIDTH = Axis("width", "W", ("left", "right"), "pixels", "column")
HEIGHT = Axis("height", "H", ("top", "bottom"), "pixels", "row")
DEPTH = Axis("depth", "Z", ("front", "back"), "pixels", "slice")

AXES: Final = {1: (LENGTH,), 2: (HEIGHT, WIDTH), 3: (DEPTH, HEIGHT, WIDTH)}
"""The axes by their number, in the order of lists (and of PyTorch)."""


class Shape(tuple[int, ...]):
    """The volume of one image: channels, then length, or height and width, or depth, height and
    width. A vector is a volume whose sizes are 1.
    """

    __slots__ = ()

    def __new__(cls, channels: int, *sizes: int) -> Shape:
        return tuple.__new__(cls, (channels, *sizes))

    if TYPE_CHECKING:

        @property
        def channels(self) -> int: ...
        @property
        def height(self) -> int: ...
        @property
        def width(self) -> int: ...
    else:  # read for every layer of every net: half the time of a function
        channels = property(itemgetter(0))
        height = property(itemgetter(-2))
        width = property(itemgetter(-1))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes in the order of `axes`."""
        return self[1:]

    @property
    def rank(self) -> int:
        """How many axes the volume has, channels not counted."""
        return len(self) - 1

    @property
    def axes(self) -> tuple[Axis, ...]:
        return AXES[len(self) - 1]

    @property
    def values(self) -> int:
        """How many numbers the volume holds."""
        return prod(self)

    @property
    def area(self) -> int:
        """How many positions each channel has."""
        return prod(self[1:])

    def known(self) -> tuple[int | None, ...]:
        """Channels and sizes; None for what is not known."""
        return tuple.__getitem__(self, slice(None))

    def known_channels(self) -> int | None:
        return self.known()[0]

    def known_sizes(self) -> tuple[int, ...] | None:
        """All sizes, or None where one is not known."""
        sizes = self.known()[1:]
        return None if None in sizes else self[1:]

    def written(self) -> str:
        """As a spec writes it: `224x224x3`, a vector's length, or by name where sizes differ."""
        if self.rank == 2 and self.area == 1:
            return str(self.channels)
        if len(set(self.sizes)) == 1 and self != (self.width, self.width):
            return "x".join(map(str, [*self.sizes, self.channels]))
        sizes = zip(self.axes, self.sizes, strict=True)
        return f"{{channels: {self.channels}, {', '.join(f'{a.name}: {n}' for a, n in sizes)}}}"

    def __str__(self) -> str:
        """As the lecture writes it: W×H×D; of a video width×height×depth×channels."""
        channels, *sizes = ("?" if size is None else str(size) for size in self.known())
        return "×".join([*reversed(sizes), channels])

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.known()}"


class PartialShape(Shape):
    """A volume of which an error upstream left a part unknown: whatever reads that raises
    `Unknown`; `known` says what is known.
    """

    __slots__ = ()

    def __new__(cls, channels: int | None, *sizes: int | None) -> PartialShape:
        return tuple.__new__(cls, (channels, *sizes))

    def __getitem__(self, index: Any) -> Any:
        value = tuple.__getitem__(self, index)
        if value is None or (isinstance(value, tuple) and None in value):
            raise Unknown
        return value

    def __iter__(self) -> Iterator[int]:
        return iter(self[:])


NOTHING_KNOWN: Final = PartialShape(None, None, None)
"""Not even how many axes there are."""


def as_written(values: Sequence[int]) -> str:
    """One number per axis as a spec writes it: `3`, or `[3, 5]` where the axes differ."""
    return str(values[0]) if len(set(values)) == 1 else f"[{', '.join(map(str, values))}]"


def by(values: Sequence[object]) -> str:
    """A window or size as the lecture writes it: width×height, width×height×depth."""
    return "×".join(map(str, reversed(values)))


def window_words(kernel: Sequence[int]) -> str:
    """A window before its noun: `3×3`; along a signal `length-80`."""
    return by(kernel) if len(kernel) > 1 else f"length-{kernel[0]}"


def one_or_by(values: Sequence[object]) -> str:
    """`2`, or `2×1` (width×height) where the axes differ."""
    return str(values[0]) if len(set(values)) == 1 else by(values)


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
    path, sizes = [], list(cropped.sizes)
    for axis in reversed(range(len(sizes))):
        if sizes[axis] != whole.sizes[axis]:
            sizes[axis] = whole.sizes[axis]
            path.append(whole.channels * prod(sizes))
    return tuple(path)
