"""The report as JSON, for programs; its keys are a promise (`format_version`).

Shapes are [channels, height, width] (of a signal [channels, length], of a volume [channels, depth,
height, width]), receptive fields and jumps the same without channels; null is "not
known", or for these two "the whole image". A jump is a whole number, a float where the fraction
is exact in binary (0.5 after an upsampling by 2), else a string such as "1/3".

One line per layer: as easy to read as indented JSON, and written by the C encoder.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from cnncalc.language.quantities.quantity import TOTALS
from cnncalc.layers.shape import Shape
from cnncalc.report.costs import intensity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from cnncalc.network.network import Group
    from cnncalc.render import View
    from cnncalc.render.outline import Line
    from cnncalc.report.report import PublishedFigure, Report, Row

FORMAT_VERSION = 2
LISTS = ("layers", "blocks", "published", "diagnostics")
"""The keys whose items stand on a line each."""


def render(report: Report, view: View) -> str:
    encode = JSONEncoder().encode
    values = document(report, view.depth, fuse=view.fuse)
    return "{\n" + ",\n".join(written(values, encode)) + "\n}\n"


def plain(report: Report, depth: int | None = None, *, fuse: bool = False) -> dict[str, Any]:
    """The document as a reader of the JSON has it: lists for tuples, only strings as keys."""
    from json import loads

    values: dict[str, Any] = loads(JSONEncoder().encode(document(report, depth, fuse=fuse)))
    return values


def written(values: dict[str, Any], encode: Any) -> Iterator[str]:
    """The document's entries, each a line, or several where it is a long list."""
    for key, value in values.items():
        if key in LISTS and value:
            items = ",\n".join(f"    {encode(item)}" for item in value)
            yield f'  "{key}": [\n{items}\n  ]'
        else:
            yield f'  "{key}": {encode(value)}'


def document(report: Report, depth: int | None = None, *, fuse: bool = False) -> dict[str, Any]:
    """The report as plain values, in the order of the interface. With a depth or ``fuse``, each of
    ``layers`` is a line of the table.
    """
    network = report.network
    return {
        "format_version": FORMAT_VERSION,
        "name": report.name,
        "source": report.source,
        "inputs": [{"name": t.name, "shape": shape(t.output)} for t in network.inputs],
        "outputs": [tensor.name for tensor in network.outputs],
        "batch": report.batch,
        "dtype": report.dtype,
        "complete": report.complete,
        "layers": layers(report, depth, fuse=fuse),
        "blocks": [block(report.rows, group) for group in network.groups],
        "totals": totals(report),
        "published": [published(comparison) for comparison in report.published],
        "diagnostics": diagnostics(report),
    }


def layers(report: Report, depth: int | None, *, fuse: bool) -> list[dict[str, Any]]:
    """A layer each; or the lines to which they are folded."""
    if depth is None and not fuse:
        return [layer(report, row) for row in report.rows]
    from cnncalc.render.outline import outline  # start-up: most JSON has every layer

    lines = outline(report, depth, fuse=fuse)
    return [folded(report, line) for line in lines if line.rows]


def folded(report: Report, line: Line) -> dict[str, Any]:
    """One line by the keys of `layer`: its figures are the sums of its ``layers``, its inputs the
    lines it reads; a block has no parameters.
    """
    from cnncalc.render.columns import intensity_of

    first, last = line.rows[0], line.row or line.rows[-1]
    entering = [(line.source_of(tensor), tensor) for tensor in line.entering()]
    moved = intensity_of(report, line)
    figures = ("weights", "biases", "params", "macs", "activations", "elementwise")
    return layer(report, first) | {
        "name": line.name,
        "kind": line.kind,
        "path": line.span.source.path if line.span else first.path,
        "line": line.span.line if line.span else first.line,
        "inputs": [source.name for source, _ in entering],
        "parameters": {} if line.groups else first.parameters,
        "input_shapes": [shape(tensor.output) for _, tensor in entering],
        "output_shape": shape(line.output),
        **{figure: getattr(line, figure) for figure in figures},
        "intensity": None if moved is None else round(moved, 3),
        "receptive_field": last.receptive_field,
        "jump": None if last.jump is None else [number(distance) for distance in last.jump],
        "training_only": line.training_only,
        "layers": [row.name for row in line.rows],
    }


def layer(report: Report, row: Row) -> dict[str, Any]:
    """One layer. ``shares`` stands only where it uses another's weights; ``intensity`` is in MACs
    per byte moved, for the batch at the dtype.
    """
    moved = intensity(row, report.batch, report.dtype_bytes)
    shares = {"shares": row.shares} if row.shares else {}
    return {
        "name": row.name,
        "kind": row.kind,
        "path": row.path,
        "line": row.line,
        "inputs": row.inputs,
        "parameters": row.parameters,
        "input_shapes": [shape(s) for s in row.input_shapes],
        "output_shape": shape(row.output_shape),
        "weights": row.weights,
        "biases": row.biases,
        "params": row.params,
        **shares,
        "macs": row.macs,
        "activations": row.activations,
        "elementwise": row.elementwise,
        "intensity": None if moved is None else round(moved, 3),
        "receptive_field": row.receptive_field,
        "jump": None if row.jump is None else [number(distance) for distance in row.jump],
        "training_only": row.training_only,
    }


def shape(volume: Shape) -> list[int | None]:
    """[channels, height, width]; null where an error left one unknown."""
    return list(volume.known())


def number(distance: int | Fraction) -> int | float | str:
    """A distance as JSON can hold it exactly."""
    if isinstance(distance, int):
        return distance
    exact = float(distance)
    return exact if exact == distance else str(distance)


def block(rows: Sequence[Row], group: Group) -> dict[str, Any]:
    """A block call, named or repeated container, or auxiliary head; ``repeat``: its repetition."""
    inside = rows[group.first : group.stop]
    counted = [row for row in inside if not row.training_only] or inside
    figures = ("params", "macs", "activations")
    return {
        "name": group.path,
        "block": group.block,
        "repeat": group.repeat,
        "layers": [row.name for row in inside],
        "totals": {f: sum(getattr(row, f) or 0 for row in counted) for f in figures},
    }


def totals(report: Report) -> dict[str, int | None]:
    """The totals that were computed."""
    return {name: getattr(report.totals, name) for name in TOTALS if hasattr(report.totals, name)}


def published(comparison: PublishedFigure) -> dict[str, Any]:
    computed = comparison.computed
    return {
        "source": comparison.source,
        "layer": comparison.layer,
        "quantity": comparison.quantity,
        "stated": comparison.stated,
        "computed": shape(computed) if isinstance(computed, Shape) else computed,
        "agrees": comparison.agrees,
        "note": comparison.note or None,
    }


def diagnostics(report: Report) -> list[dict[str, Any]]:
    """What `check --format json` says of the net."""
    if not report.diagnostics:
        return []
    from cnncalc.render.findings.json import plain

    return [plain(diagnostic) for diagnostic in report.diagnostics]
