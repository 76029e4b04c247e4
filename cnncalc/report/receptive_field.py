"""The receptive field: how many input pixels one output value sees, per axis.

r_out = r_in + (F − 1)·j_in, j_out = j_in·S (Araujo et al. 2019, "Computing Receptive Fields of
Convolutional Neural Networks"); where an image grows by a factor, j is divided by it. Over
several inputs it is the largest; a layer that sees the whole image makes it None.
"""

from __future__ import annotations

from operator import gt
from typing import TYPE_CHECKING

from cnncalc.layers.layer import ONE_PIXEL, whole_or_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from cnncalc.layers.layer import ReceptiveWindow
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Network, Tensor

    PerAxis = tuple[int | Fraction, ...]
    Seen = tuple[PerAxis | None, PerAxis | None]


def receptive_fields(network: Network) -> Iterator[Seen]:
    """The exact field and the jump of every node."""
    seen: dict[Tensor, Seen] = {}
    for tensor in network.inputs:
        ones = (1,) * tensor.output.rank
        seen[tensor] = ones, ones
    windows: dict[int, ReceptiveWindow | None] = {}
    for node in network.nodes:
        if not node.complete:
            seen[node] = None, None
            yield None, None
            continue
        key = id(node.layer)
        if key not in windows:
            windows[key] = node.layer.view()
        field, jump = step(windows[key], [seen.get(tensor, (None, None)) for tensor in node.inputs])
        seen[node] = field, jump
        yield field, jump


def step(window: ReceptiveWindow | None, inputs: list[Seen]) -> Seen:
    """What one output value sees, from what the values under its window see."""
    if window is None:
        return None, None
    field, jump = inputs[0] if len(inputs) == 1 else widest(inputs)
    if jump is None or window is ONE_PIXEL:
        return field, jump
    if field is not None:
        grown = [f + (k - 1) * j for f, k, j in zip(field, window.kernel, jump, strict=True)]
        field = tuple(map(whole_or_not, grown))
    jump = tuple([whole_or_not(j * s) for j, s in zip(jump, window.stride, strict=True)])
    if any(factor != 1 for factor in window.growth):
        jump = tuple(map(divided, jump, window.growth))
    return field, jump


def widest(inputs: list[Seen]) -> Seen:
    """Over several paths: the largest field, None if one sees the whole image."""
    jumps = [jump for _, jump in inputs if jump is not None]
    jump = tuple(map(max, zip(*jumps, strict=True))) if jumps else None
    fields = [field for field, _ in inputs]
    known = [field for field in fields if field is not None]
    if len(known) < len(fields):
        return None, jump
    return tuple(map(max, zip(*known, strict=True))), jump


def divided(jump: int | Fraction, factor: int) -> int | Fraction:
    """Jump / factor, exactly; a whole number where it is one."""
    from fractions import Fraction

    return whole_or_not(Fraction(jump) / factor)


def sees_beyond(field: tuple[int, ...], image: Shape) -> bool:
    """Whether a field is larger than the image along every axis; never where axes were lost."""
    return len(field) == image.rank and all(map(gt, field, image.sizes))
