"""The report as CSV (RFC 4180), one record per layer, every number exact. A last record
`incomplete` says so of a net that errors left incomplete.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from cnncalc.render.columns import COLUMNS
from cnncalc.render.outline import outline
from cnncalc.render.summary import incomplete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.render import View
    from cnncalc.report.report import Report, Row

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would run."""

HEADER = (
    "name", "kind", "description", "inputs", "channels", "height", "width", "weights", "biases",
    "params", "macs", "activations", "elementwise", "receptive_field_height",
    "receptive_field_width", "jump_height", "jump_width", "training_only", "path", "line",
)  # fmt: skip


def render(report: Report, view: View) -> str:
    """All rows with all figures; with columns or a depth chosen, the table's lines instead."""
    out = StringIO()
    writer = csv.writer(out)
    if view.columns or view.depth is not None:
        columns = [COLUMNS[name] for name in view.columns or COLUMNS]
        writer.writerow(column.name for column in columns)
        for line in outline(report, view.depth):
            writer.writerow(harmless(column.value(report, line) for column in columns))
        if not report.complete:
            writer.writerow(
                ["incomplete", incomplete(report), *[None] * (len(columns) - 2)][: len(columns)]
            )
    else:
        writer.writerow(HEADER)
        writer.writerows(harmless(record) for record in records(report))
    return out.getvalue()


def records(report: Report) -> Iterator[tuple[object, ...]]:
    """The network's inputs, then its rows."""
    for tensor in report.network.inputs:
        values = tensor.output.values
        place = (tensor.span.source.path, tensor.span.line)
        yield (tensor.name, "input", "input", "", *tensor.output, 0, 0, 0, 0, values, 0, 1, 1, 1,
               1, "false", *place)  # fmt: skip
    for row in report.rows:
        yield record(row)
    if not report.complete:
        blank = (None,) * (len(HEADER) - 3)
        yield ("incomplete", "incomplete", incomplete(report), *blank)


def record(row: Row) -> tuple[object, ...]:
    figures = (row.weights, row.biases, row.params, row.macs, row.activations, row.elementwise)
    return (
        row.name,
        row.kind,
        row.description,
        " ".join(row.inputs),
        *tuple(row.output_shape),
        *figures,
        *(row.receptive_field or (None, None)),
        *(row.jump or (None, None)),
        "true" if row.training_only else "false",
        row.path,
        row.line,
    )


def harmless(values: Iterable[object]) -> list[object]:
    """The values, unknown ones empty, texts safe in a spreadsheet."""
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
        for value in values
    ]
