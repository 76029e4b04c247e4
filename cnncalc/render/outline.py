"""The outline: which lines stand for which rows, with blocks folded to a depth.

Folding never changes a total: a line's figures are the sums of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from cnncalc.diagnostics import noun
from cnncalc.layers.dropout import Drop
from cnncalc.network.network import Node

if TYPE_CHECKING:
    from cnncalc.diagnostics import Span
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Group, Tensor
    from cnncalc.report.report import Report, Row

FIGURES = ("weights", "biases", "params", "macs", "activations", "elementwise")
CONTAINERS = ("residual", "aux", "add", "concat", "multiply")
"""Path components that are no blocks."""
ENDS_IN_NUMBER = re.compile(r"(.*?)(\d+)", re.DOTALL)


class Line:
    """One line of the table: an input of the network, a row, a layer with its norm and
    activation, a block, or several equal blocks in a chain.

    ``first`` and ``stop`` tell which rows of the report it stands for. A figure is None where one
    of its rows is unknown; ``sources`` are the lines that its input comes from.
    """

    __slots__ = ("activations", "biases", "branches", "description", "elementwise", "first",
                 "group", "groups", "macs", "name", "output", "params", "row", "rows", "sources",
                 "stop", "training_only", "weights")  # fmt: skip

    def __init__(
        self,
        name: str,
        description: str,
        rows: Sequence[Row],
        first: int,
        output: Shape,
        group: Group | None,
    ) -> None:
        self.name = name
        self.description = description
        self.rows = rows
        self.first, self.stop = first, first + len(rows)
        self.output = output
        self.group = group
        """The path component that it stands in."""
        self.groups: tuple[Group, ...] = ()
        """The path components that it stands for, when folded."""
        self.row: Row | None = rows[-1] if rows else None
        """The row whose output leaves it; None for an input of the network."""
        self.training_only = bool(rows) and all(row.training_only for row in rows)
        self.sources: tuple[Line, ...] = ()
        self.branches = False
        """Whether it reads something else than the line above."""
        self.weights: int | None = 0
        self.biases: int | None = 0
        self.params: int | None = 0
        self.macs: int | None = 0
        self.activations: int | None = 0
        self.elementwise: int | None = 0
        for figure in FIGURES:
            setattr(self, figure, self._sum(figure))

    def _sum(self, figure: str) -> int | None:
        """The rows' figures added up; auxiliary heads count only in a line of their own."""
        total = 0
        for row in self.rows:
            if row.training_only and not self.training_only:
                continue
            value = getattr(row, figure)
            if value is None:
                return None
            total += value
        return total

    @property
    def kind(self) -> str:
        """The layer's kind, the block's name, or `input`."""
        if self.groups:
            return self.groups[0].block
        return self.rows[0].kind if self.rows else "input"

    @property
    def span(self) -> Span | None:
        """The step in the spec; None for an input of the network."""
        if self.groups:
            return self.groups[0].span
        return self.rows[0].node.span if self.rows else None

    def entering(self) -> list[Tensor]:
        """What its rows read of others, each volume once."""
        own = {id(row.node) for row in self.rows}
        read = {id(t): t for row in self.rows for t in row.node.inputs if id(t) not in own}
        return list(read.values())

    def source_of(self, tensor: Tensor) -> Line:
        """The line, one of ``sources``, that the volume comes from."""
        for source in self.sources:
            if isinstance(tensor, Node):
                if source.first <= tensor.index < source.stop:
                    return source
            elif not source.rows and source.name == tensor.name:
                return source
        raise KeyError(tensor.name)

    @property
    def path(self) -> str:
        """The component that its name is relative to, with its slash; empty at the top."""
        return f"{self.group.path}/" if self.group else ""

    @property
    def quiet(self) -> bool:
        """Whether it adds nothing to any total."""
        return self.params == self.macs == self.activations == 0

    def __repr__(self) -> str:
        return f"<{self.name}: {self.first}…{self.stop}>"


def outline(report: Report, depth: int | None = None, *, fuse: bool = False) -> list[Line]:
    """The lines, blocks deeper than ``depth`` folded; ``fuse`` also puts norm, activation and
    dropout into the line of the layer whose output they rewrite.
    """
    lines = [input_line(tensor) for tensor in report.network.inputs]
    rows, inner, index = report.rows, children(report.network.groups), 0
    while index < len(rows):
        group = folded_into(rows[index], depth)
        if group is not None:
            lines.append(group_line(report, group, inner))
        else:
            lines.append(row_line(rows, index, fuse=fuse))
        index = max(index + 1, lines[-1].stop)
    lines = list(chained(report, lines))
    connect(lines)
    return lines


def fitting(
    report: Report, fits: Callable[[list[Line], str], bool], *, fuse: bool = False
) -> tuple[list[Line], str]:
    """The outline that shows most of those that fit, and what it folds (empty: nothing); the
    shortest if none fits. ``fuse``: norm and activation have no line of their own anyway.
    """
    lines, folded = outline(report, fuse=fuse), ""
    everything = len(lines)
    deepest = max((group.depth for group in report.network.groups), default=0)
    for depth in range(deepest, -1, -1):
        if fits(lines, folded):
            break
        lines = outline(report, depth, fuse=True)
        folded = "folded to fit" if len(lines) < everything else ""
    return lines, folded


def input_line(tensor: Tensor) -> Line:
    described = "" if tensor.name == "input" else "input"
    line = Line(tensor.name, described, (), 0, tensor.output, None)
    if None not in tensor.output.known():
        line.activations = tensor.output.values
    return line


def row_line(rows: Sequence[Row], index: int, *, fuse: bool) -> Line:
    """One row; with ``fuse`` also those after it that rewrite its output: `conv1.relu`, `bn1`."""
    row, stop = rows[index], index + 1
    description = described(row)
    while fuse and stop < len(rows) and rewrites(rows[stop], rows[stop - 1]):
        description += f", {rows[stop].description}"
        stop += 1
    last = rows[stop - 1]
    return Line(row.name, description, rows[index:stop], index, last.output_shape, row.group)


def rewrites(row: Row, above: Row) -> bool:
    """Whether the row is a norm, an activation or a dropout of what the one above it outputs."""
    layer = row.layer
    if not (layer.is_norm or layer.is_activation or isinstance(layer, Drop)):
        return False
    same_place = row.group is above.group and row.training_only == above.training_only
    return same_place and row.node.inputs == (above.node,)


def described(row: Row) -> str:
    """The layer in the lecture's words, and whose weights it uses."""
    words = row.description
    return f"{words}, weights of {row.shares}" if row.shares else words


def folded_into(row: Row, depth: int | None) -> Group | None:
    """The component one level below ``depth`` that the row stands in."""
    group = row.group
    if depth is None or group is None:
        return None
    path = [group]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
    return path[-1 - depth] if depth < len(path) else None


def children(groups: Iterable[Group]) -> dict[int, list[Group]]:
    """The components right inside each component, by its id."""
    found: dict[int, list[Group]] = {}
    for group in groups:
        found.setdefault(id(group.parent), []).append(group)
    return found


def group_line(report: Report, group: Group, inner: Mapping[int, list[Group]]) -> Line:
    """A block as one line: its sums, and the shape that leaves it."""
    rows = report.rows[group.first : group.stop]
    output = group.output.output if group.output else rows[-1].output_shape
    line = Line(
        group.path,
        contents(group, inner.get(id(group), ())),
        rows,
        group.first,
        output,
        group.parent,
    )
    line.groups = (group,)
    if isinstance(group.output, Node) and group.first <= group.output.index < group.stop:
        line.row = report.rows[group.output.index]
    return line


def contents(group: Group, inner: Iterable[Group]) -> str:
    """What a folded block holds: `8 × bottleneck, 86 layers`; one that consists of more than its
    blocks, or of many different ones, is called by its own name: `inception, 14 layers`.
    """
    blocks = [child for child in inner if child.block not in CONTAINERS]
    runs = [(block, len(list(run))) for block, run in groupby(child.block for child in blocks)]
    words = [f"{count} × {block}" if count > 1 else block for block, count in runs]
    count = group.stop - group.first
    inside = sum(child.stop - child.first for child in blocks)
    if not words or inside < count or len(words) > 3:
        words = [group.block]
    return f"{', '.join(words)}, {count} {noun(count, 'layer')}"


def chained(report: Report, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with equal blocks that follow one another in a repeat made one."""
    for _, run in groupby(lines, key=likeness):
        same = list(run)
        yield same[0] if len(same) == 1 else one_line(report, same)


def likeness(line: Line) -> tuple[object, ...]:
    """Equal for neighbouring lines that may be made one."""
    group = line.groups[0] if line.groups else None
    if group is None or group.of == 1:
        return line.first, line.name
    figures = (getattr(line, figure) for figure in FIGURES)
    return group.block, group.of, id(group.parent), line.output.known(), len(line.rows), *figures


def one_line(report: Report, same: Sequence[Line]) -> Line:
    """`bottleneck2…8`, with the sums of all of them."""
    first, last = same[0], same[-1]
    rows = report.rows[first.first : last.stop]
    description = f"{len(same)} × {first.description} each"
    line = Line(span_of(first.name, last.name), description, rows, first.first, last.output,
                first.group)  # fmt: skip
    line.groups = tuple(group for each in same for group in each.groups)
    line.row = last.row
    return line


def span_of(first: str, last: str) -> str:
    """`stage2/bottleneck2…8` for the names of the first and the last."""
    one, other = ENDS_IN_NUMBER.fullmatch(first), ENDS_IN_NUMBER.fullmatch(last)
    if one and other and one[1] == other[1]:
        return f"{first}…{other[2]}"
    return f"{first}…{last}"


def connect(lines: Sequence[Line]) -> None:
    """Tells every line which lines its inputs come from, and whether that is the line above."""
    inputs = {line.name: line for line in lines if not line.rows}
    producer = {index: line for line in lines for index in range(line.first, line.stop)}
    above: Line | None = None
    for line in lines:
        found: dict[int, Line] = {}
        for row in line.rows:
            for tensor in row.node.inputs:
                if isinstance(tensor, Node):
                    source = producer.get(tensor.index)
                else:
                    source = inputs.get(tensor.name)
                if source is not None and source is not line:
                    found[id(source)] = source
        line.sources = tuple(found.values())
        line.branches = bool(line.rows) and line.sources != ((above,) if above else ())
        above = line


def source_names(line: Line) -> list[str]:
    """The lines it reads, named as seen from its own block: `conv3`, `bottleneck1/relu2`."""
    return [relative(source.name, line.path) for source in line.sources]


def relative(name: str, path: str) -> str:
    """``name`` without the components that it shares with ``path`` (`stage1/bottleneck2/`)."""
    shared = 0
    for end, mark in enumerate(path):
        if mark == "/" and name.startswith(path[: end + 1]):
            shared = end + 1
    return name[shared:]
