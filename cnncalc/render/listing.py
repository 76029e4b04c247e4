"""The list of nets: by family and year, with the figures that people compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.diagnostics import plural
from cnncalc.language.quantities import compact
from cnncalc.layers.convolution import Weighted
from cnncalc.network.network import Node
from cnncalc.render.page import EMPTY, Cell, Grid, Heading, Page

if TYPE_CHECKING:
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Tensor
    from cnncalc.render import View
    from cnncalc.report.report import Report

FORMAT_VERSION = 1
HEADINGS = (
    Heading("net"), Heading("year", right=True), Heading("title", least=12), Heading("input"),
    Heading("params", right=True), Heading("MACs", right=True), Heading("values", right=True),
    Heading("depth", right=True),
)  # fmt: skip


class ListedNet(NamedTuple):
    """One net. ``inputs`` are shapes by name; ``depth`` counts the layers with weights on the
    longest path through the net.
    """

    name: str
    title: str
    family: str
    year: int | None
    inputs: dict[str, Shape]
    params: int
    macs: int
    activations: int
    depth: int


def entry(name: str, report: Report, *, family: str, year: int | None) -> ListedNet:
    """The entry of an analysed net."""
    inputs = {tensor.name: tensor.output for tensor in report.network.inputs}
    totals = report.totals
    return ListedNet(name, report.name, family, year, inputs, totals.params, totals.macs,
                 totals.activations, depth(report))  # fmt: skip


def depth(report: Report) -> int:
    """Convolutions and fully connected layers on the longest path from an input to an output."""
    longest: dict[int, int] = {}
    for node in report.network.nodes:
        before = (longest[t.index] for t in main_inputs(node) if isinstance(t, Node))
        longest[node.index] = max(before, default=0) + isinstance(node.layer, Weighted)
    ends = [longest[t.index] for t in report.network.outputs if isinstance(t, Node)]
    return max(ends, default=0)


def main_inputs(node: Node) -> Sequence[Tensor]:
    """What it reads, less the factors of a multiplication that are no image (the gates of
    squeeze-and-excitation), which papers leave out of a net's depth.
    """
    if not node.layer.takes_branches:
        return node.inputs
    size = node.output.known()[1:]
    return [tensor for tensor in node.inputs if tensor.output.known()[1:] == size] or node.inputs


def ordered(entries: Iterable[ListedNet]) -> list[ListedNet]:
    """By family, the oldest first; within a family by year and size."""
    nets = list(entries)
    oldest: dict[str, int] = {}
    for net in nets:
        oldest[net.family] = min(net.year or 9999, oldest.get(net.family, 9999))
    return sorted(
        nets,
        key=lambda n: (oldest[n.family], n.family, n.year or 9999, natural(n.name)),
    )


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that puts resnet50 before resnet101."""
    from re import split

    parts = split(r"(\d+)", name)
    return tuple((p.isdigit(), int(p) if p.isdigit() else 0, p) for p in parts)


def render(entries: Iterable[ListedNet], view: View) -> str:
    """The nets as a table, a family under its name."""
    page = Page(view)
    grid = Grid(HEADINGS)
    nets = ordered(entries)
    for family, members in groupby(nets, key=lambda net: net.family):
        grid.add([Cell(family or "others", "bold"), *[EMPTY] * (len(HEADINGS) - 1)])
        for net in members:
            grid.add(cells(net))
    page.grid(narrowed(grid, view))
    page.gap()
    page.paragraph(
        f"{plural(len(nets), 'net')}. Parameters, MACs and activations (values) are per image; "
        "depth counts the layers with weights on the longest path through the net.",
        style="dim",
    )
    return page.text()


def cells(net: ListedNet) -> Sequence[Cell]:
    figures = (net.params, net.macs, net.activations)
    return (
        Cell(f"  {net.name}", "", 2),
        Cell(str(net.year or "")),
        Cell(net.title),
        Cell(", ".join(map(str, net.inputs.values()))),
        *(Cell(compact(figure)) for figure in figures),
        Cell(str(net.depth)),
    )


def narrowed(grid: Grid, view: View) -> Grid:
    """The table without its titles where a terminal has no space for them."""
    if view.width is None or grid.least <= view.width:
        return grid
    kept = [i for i, heading in enumerate(grid.headings) if heading.text != "title"]
    small = Grid(grid.headings[i] for i in kept)
    for line in grid.lines:
        small.add([line.cells[i] for i in kept], rule=line.rule)
    return small


def render_json(entries: Iterable[ListedNet]) -> str:
    """The same for programs; shapes are [channels, height, width]."""
    from json import dumps

    items = ",\n".join(f"    {dumps(plain(net))}" for net in ordered(entries))
    return f'{{\n  "format_version": {FORMAT_VERSION},\n  "nets": [\n{items}\n  ]\n}}\n'


def plain(net: ListedNet) -> dict[str, Any]:
    inputs = [{"name": name, "shape": list(shape)} for name, shape in net.inputs.items()]
    return {**net._asdict(), "inputs": inputs}
