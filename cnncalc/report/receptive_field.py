"""The receptive field: how many input pixels one output value sees, per axis.

r_out = r_in + (F − 1)·j_in, j_out = j_in·S (Araujo et al. 2019, "Computing Receptive Fields of
Convolutional Neural Networks"); where an image grows by a factor, j is divided by it. Over
several inputs it is the largest; a layer that sees the whole image makes it None.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from cnncalc.layers.layer import whole_or_not

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.layers.layer import View
    from cnncalc.network.network import Network, Tensor
    from cnncalc.report.report import Row

    Pair = tuple[int | Fraction, int | Fraction]
    Seen = tuple[Pair | None, Pair | None]


def set_receptive_fields(network: Network, rows: list[Row]) -> None:
    """Fills ``receptive_field`` and ``jump`` of every row."""
    seen: dict[Tensor, Seen] = dict.fromkeys(network.inputs, ((1, 1), (1, 1)))
    views: dict[int, View | None] = {}
    for row in rows:
        node = row.node
        if not node.complete:
            seen[node] = None, None
            continue
        key = id(node.layer)
        if key not in views:
            views[key] = node.layer.view()
        field, jump = step(views[key], [seen.get(tensor, (None, None)) for tensor in node.inputs])
        seen[node] = row.exact_field, row.jump = field, jump
        if field is not None:
            row.receptive_field = max(1, ceil(field[0])), max(1, ceil(field[1]))


def step(view: View | None, inputs: list[Seen]) -> Seen:
    """What one output value sees, from what the values under its window see."""
    if view is None:
        return None, None
    field, jump = inputs[0] if len(inputs) == 1 else widest(inputs)
    if jump is None:
        return None, None
    (kh, kw), (sh, sw) = view.kernel, view.stride
    if field is not None:
        field = (
            whole_or_not(field[0] + (kh - 1) * jump[0]),
            whole_or_not(field[1] + (kw - 1) * jump[1]),
        )
    jump = whole_or_not(jump[0] * sh), whole_or_not(jump[1] * sw)
    if view.growth != (1, 1):
        jump = divided(jump[0], view.growth[0]), divided(jump[1], view.growth[1])
    return field, jump


def widest(inputs: list[Seen]) -> Seen:
    """Over several paths: the largest field, None if one sees the whole image."""
    jumps = [jump for _, jump in inputs if jump is not None]
    jump = (max(j[0] for j in jumps), max(j[1] for j in jumps)) if jumps else None
    fields = [field for field, _ in inputs]
    known = [field for field in fields if field is not None]
    if len(known) < len(fields):
        return None, jump
    return (max(f[0] for f in known), max(f[1] for f in known)), jump


def divided(jump: int | Fraction, factor: int) -> int | Fraction:
    """Jump / factor, exactly; a whole number where it is one."""
    from fractions import Fraction

    return whole_or_not(Fraction(jump) / factor)
