"""The report as CSV (RFC 4180), one record per line of the table, every number exact; and as
flat records for Python. The layout is one at every depth. A last record `incomplete` says so of a
net that errors left incomplete.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from cnncalc.layers.shape import AXES
from cnncalc.render.columns import COLUMNS
from cnncalc.render.json import number
from cnncalc.render.outline import outline
from cnncalc.render.summary import incomplete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.render import View
    from cnncalc.render.outline import Line
    from cnncalc.report.report import Report

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would run."""

FIGURES = ("weights", "biases", "params", "macs", "activations", "elementwise")


def render(report: Report, view: View) -> str:
    """The columns asked for, else all figures."""
    out = StringIO()
    writer = csv.writer(out)
    lines = outline(report, view.depth, fuse=view.fuse)
    values: Iterable[Iterable[object]]
    if view.columns:
        columns = [COLUMNS[name] for name in view.columns]
        header: Sequence[str] = view.columns
        values = ((column.value(report, line) for column in columns) for line in lines)
    else:
        found = list(records(report, lines))
        header = list(found[0]) if found else ["name", "kind", "description"]
        values = (record.values() for record in found)
    writer.writerow(header)
    writer.writerows(map(harmless, values))
    if not report.complete:
        name = ["incomplete"] if view.columns else ["incomplete", "incomplete"]
        last = [*name, incomplete(report), *[None] * len(header)]
        writer.writerow(last[: len(header)])
    return out.getvalue()


def records(report: Report, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """The network's inputs, then its layers and folded blocks, each figure by its name. Sizes,
    receptive fields and jumps have a column for every axis that the net has.
    """
    used = {axis for line in lines for axis in line.output.axes}
    axes = [axis.name for axis in dict.fromkeys((*AXES[1], *AXES[3])) if axis in used]
    spans = iter(report.network.inputs)
    for line in lines:
        span = line.span or next(spans).span
        yield {
            "name": line.name,
            "kind": line.kind,
            "description": line.description or "input",
            "inputs": " ".join(source.name for source in line.sources),
            "channels": line.output.known_channels(),
            **along(axes, line, line.output.known()[1:]),
            **{figure: getattr(line, figure) for figure in FIGURES},
            **along(axes, line, field_of(line), "receptive_field_"),
            **along(axes, line, jump_of(line), "jump_"),
            "training_only": line.training_only,
            "path": span.source.path,
            "line": span.line,
        }


def along(
    axes: Iterable[str], line: Line, values: Iterable[object] | None, prefix: str = ""
) -> dict[str, object]:
    """A value per axis by its column's name; None for an axis that the line has not."""
    names = [axis.name for axis in line.output.axes]
    found = dict(zip(names, values or (), strict=False))
    return {f"{prefix}{axis}": found.get(axis) for axis in axes}


def field_of(line: Line) -> Iterable[object] | None:
    return (1,) * line.output.rank if line.row is None else line.row.receptive_field


def jump_of(line: Line) -> Iterable[object] | None:
    if line.row is None:
        return (1,) * line.output.rank
    return None if line.row.jump is None else map(number, line.row.jump)


def harmless(values: Iterable[object]) -> list[object]:
    """The values, unknown ones empty, texts safe in a spreadsheet."""
    return [harmless_one(value) for value in values]


def harmless_one(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
