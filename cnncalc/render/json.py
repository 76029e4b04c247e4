"""The report as JSON, for programs; its keys are a promise (`format_version`).

Shapes are [channels, height, width], receptive fields and jumps [height, width]; null is "not
known", or for these two "the whole image". A jump is a whole number, a float where the fraction
is exact in binary (0.5 after an upsampling by 2), else a string such as "1/3".

One line per layer: as easy to read as indented JSON, and written by the C encoder.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from cnncalc.language.quantities.totals import TOTALS
from cnncalc.layers.shape import Shape
from cnncalc.report.costs import intensity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from cnncalc.network.network import Group
    from cnncalc.render import View
    from cnncalc.report.report import Comparison, Report, Row

FORMAT_VERSION = 2
LISTS = ("layers", "blocks", "published", "diagnostics")
"""The keys whose items stand on a line each."""


def render(report: Report, view: View) -> str:
    encode = JSONEncoder().encode
    return "{\n" + ",\n".join(written(document(report), encode)) + "\n}\n"


def written(values: dict[str, Any], encode: Any) -> Iterator[str]:
    """The document's entries, each a line, or several where it is a long list."""
    for key, value in values.items():
        if key in LISTS and value:
            items = ",\n".join(f"    {encode(item)}" for item in value)
            yield f'  "{key}": [\n{items}\n  ]'
        else:
            yield f'  "{key}": {encode(value)}'


def document(report: Report) -> dict[str, Any]:
    """The report as plain values, in the order of the interface."""
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
        "layers": [layer(report, row) for row in report.rows],
        "blocks": [block(report.rows, group) for group in network.groups],
        "totals": totals(report),
        "published": [published(comparison) for comparison in report.published],
        "diagnostics": diagnostics(report),
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
    """[channels, height, width]; null where a mistake left one unknown."""
    return list(volume)


def number(distance: int | Fraction) -> int | float | str:
    """A distance as JSON can hold it exactly."""
    if isinstance(distance, int):
        return distance
    exact = float(distance)
    return exact if exact == distance else str(distance)


def block(rows: Sequence[Row], group: Group) -> dict[str, Any]:
    """A block call, named or repeated container, or side head; ``repeat``: its repetition."""
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


def published(comparison: Comparison) -> dict[str, Any]:
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
