"""The receptive field of one layer, derived from the layers before it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from cnncalc.layers.shape import by
from cnncalc.network.network import Node, Tensor
from cnncalc.render.derivation import lines, say, section, where

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.layers.layer import ReceptiveWindow
    from cnncalc.render.page import Page
    from cnncalc.report.report import Report, Row


def receptive_field(page: Page, report: Report, row: Row) -> None:
    section(page, "receptive field")
    seen = row.layer.view()
    if seen is None:
        say(page, "The whole image: every output depends on all of its input.")
        return
    if row.receptive_field is None or row.jump is None:
        say(page, "The whole image: its input already depends on all of it.")
        return
    if len(row.inputs) > 1:
        say(page, *widest(report, row))
        return
    before = entering(report, row.node.inputs[0])
    if before is None:
        return
    axes = range(row.layer.input.rank)[::-1]
    if set(seen.kernel) <= {1}:
        say(
            page,
            f"Unchanged, {by(row.receptive_field)} pixels: an output sees one place of its input.",
        )
        if {*seen.stride, *seen.growth} - {1}:
            say(page, *{apart(row, seen, before, dim) for dim in axes})
        return
    square = len({*zip(seen.kernel, seen.stride, seen.growth, *before, strict=True)}) == 1
    for dim in axes[:1] if square else axes:
        if not square:
            say(page, f"Along the {row.layer.input.axes[dim].name}:")
        recursion(page, row, seen, before, dim)


PerAxis = tuple["int | Fraction", ...]
Field = tuple[PerAxis, PerAxis]


def entering(report: Report, tensor: Tensor) -> Field | None:
    """Receptive field and jump of an input; one pixel for the image itself."""
    if not isinstance(tensor, Node):
        ones = (1,) * tensor.output.rank
        return ones, ones
    row = report.rows[tensor.index]
    if row.exact_field is None or row.jump is None:
        return None
    return row.exact_field, row.jump


def recursion(page: Page, row: Row, seen: ReceptiveWindow, before: Field, dim: int) -> None:
    """The recursion r1 + (F − 1)·j1 with the numbers of the layer before, and the new jump."""
    (field, jump), source = before, row.inputs[0]
    kernel = seen.kernel[dim]
    assert row.receptive_field is not None
    assert row.exact_field is not None
    exact, largest = row.exact_field[dim], row.receptive_field[dim]
    result = f"{largest} pixels of the image"
    if exact != largest:
        result = f"{exact}, at most {result}"
    r1, j1 = field[dim], jump[dim]
    lines(
        page,
        (
            "r1 + (F − 1)·j1",
            f"{r1} + ({kernel} − 1)·{j1}",
            result,
        ),
    )
    where(
        page,
        {
            "r1": (r1, f"receptive field of {source}"),
            "j1": (j1, f"effective stride of {source}: pixels of the image between its values"),
            "F": (kernel, "size of the window, dilation included"),
        },
    )
    say(page, apart(row, seen, before, dim))


def most(field: PerAxis) -> tuple[int, ...]:
    """The most that an output sees."""
    return tuple(max(1, ceil(size)) for size in field)


def apart(row: Row, seen: ReceptiveWindow, before: Field, dim: int) -> str:
    """The effective stride, from that of the layer before."""
    assert row.jump is not None
    stride, growth, j1, jump = seen.stride[dim], seen.growth[dim], before[1][dim], row.jump[dim]
    letters, numbers, meaning = "j1·S", f"{j1}·{stride}", "S is the stride"
    if growth > 1:
        letters, numbers = f"{letters}/G", f"{numbers}/{growth}"
        meaning = "S is the stride, G the factor by which the image grows"
    return f"Effective stride: {letters} = {numbers} = {jump} ({meaning})."


def widest(report: Report, row: Row) -> Iterator[str]:
    """Through branches: the widest of what they see."""
    for name, tensor in zip(row.inputs, row.node.inputs, strict=True):
        before = entering(report, tensor)
        yield f"{name} depends on {by(most(before[0])) if before else 'the whole image'}."
    assert row.receptive_field is not None
    yield f"The largest counts: {by(row.receptive_field)} pixels of the image."
