"""A report in a notebook: the table as HTML, large shares shaded, the totals under it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render import View, summary
from cnncalc.render.columns import BARS, chosen
from cnncalc.render.outline import Line, fitting
from cnncalc.render.table import about, filled, notes

if TYPE_CHECKING:
    from cnncalc.render.columns import Column
    from cnncalc.report.report import Report

MOST_ROWS = 60
"""Rows that are shown before blocks are folded."""
SHADED = {"params": "params", "activations": "activations", "memory": "activations", "macs": "macs"}
"""Columns whose cells are shaded by their share of a total."""
CELL = "padding:1px 8px;white-space:nowrap;text-align:"


def html(report: Report) -> str:
    """The report as `_repr_html_` gives it; colours are transparent, so both themes do."""
    lines, folded = fitting(report, lambda lines, _: len(lines) <= MOST_ROWS)
    columns = [column for column in chosen((), lines) if column.name not in BARS]
    grid = filled(report, lines, columns, View())
    heads = "".join(
        f'<th style="{CELL}{side(column)}">{text(heading.text)}</th>'
        for column, heading in zip(columns, grid.headings, strict=True)
    )
    rows = [record(report, line, columns) for line in lines]
    last = zip(columns, grid.lines[-1].cells, strict=True)
    total = "".join(f'<th style="{CELL}{side(c)}">{text(cell.text)}</th>' for c, cell in last)
    below = [*summary.totals(report), *summary.published(report)]
    parts = [
        f"<p><b>{text(report.name)}</b> {text(' · '.join(about(report)))}</p>",
        f"<table><thead><tr>{heads}</tr></thead>",
        f"<tbody>{''.join(rows)}</tbody><tfoot><tr>{total}</tr></tfoot></table>",
        f"<ul>{''.join(f'<li>{text(s.label)}: {text(s.text)}</li>' for s in below)}</ul>",
    ]
    remarks = [*report.notices, *notes(report, folded)]
    parts += [f"<p>{text(remark)}</p>" for remark in remarks]
    return "\n".join(parts)


def side(column: Column) -> str:
    return "right" if column.right else "left"


def record(report: Report, line: Line, columns: list[Column]) -> str:
    """One line; what adds to no total is faint."""
    cells = []
    for column in columns:
        style = CELL + side(column) + shade(report, line, column)
        cells.append(f'<td style="{style}">{text(column.cell(report, line).text)}</td>')
    faint = ' style="opacity:.55"' if line.quiet else ""
    return f"<tr{faint}>{''.join(cells)}</tr>"


def shade(report: Report, line: Line, column: Column) -> str:
    """A background as wide as the line's share of the total."""
    from cnncalc.render.columns import share_of

    figure = SHADED.get(column.name)
    share = share_of(report, line, figure) if figure else None
    if not share or share < 0.005:
        return ""
    colour = "rgba(190,60,160,.35)"
    return f";background:linear-gradient(to left,{colour} {100 * share:.0f}%,transparent 0)"


def text(words: str) -> str:
    return escape(printable(words))
