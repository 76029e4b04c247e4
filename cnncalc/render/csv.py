"""The report as CSV (RFC 4180), one record per line of the table, every number exact; and as
flat records for Python. The layout is one at every depth. A last record `incomplete` says so of a
net that errors left incomplete.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

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

HEADER = (
    "name", "kind", "description", "inputs", "channels", "height", "width", "weights", "biases",
    "params", "macs", "activations", "elementwise", "receptive_field_height",
    "receptive_field_width", "jump_height", "jump_width", "training_only", "path", "line",
)  # fmt: skip


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
        header, values = HEADER, (record.values() for record in records(report, lines))
    writer.writerow(header)
    writer.writerows(map(harmless, values))
    if not report.complete:
        name = ["incomplete"] if view.columns else ["incomplete", "incomplete"]
        last = [*name, incomplete(report), *[None] * len(header)]
        writer.writerow(last[: len(header)])
    return out.getvalue()


def records(report: Report, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """The network's inputs, then its layers and folded blocks, by the names of `HEADER`."""
    spans = iter(report.network.inputs)
    for line in lines:
        span = line.span or next(spans).span
        yield dict(zip(HEADER, (*described(line), *places(line), span.source.path, span.line),
                       strict=True))  # fmt: skip


def described(line: Line) -> tuple[object, ...]:
    """Names, shape and figures."""
    figures = (line.weights, line.biases, line.params, line.macs, line.activations)
    inputs = " ".join(source.name for source in line.sources)
    return (line.name, line.kind, line.description or "input", inputs, *tuple(line.output),
            *figures, line.elementwise)  # fmt: skip


def places(line: Line) -> tuple[object, ...]:
    """Receptive field and jump of what the line outputs, and whether it runs in training only."""
    if line.row is None:
        return 1, 1, 1, 1, False
    field, jump = line.row.receptive_field, line.row.jump
    return (
        *(field or (None, None)),
        *((None, None) if jump is None else map(number, jump)),
        line.training_only,
    )


def harmless(values: Iterable[object]) -> list[object]:
    """The values, unknown ones empty, texts safe in a spreadsheet."""
    return [harmless_one(value) for value in values]


def harmless_one(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
