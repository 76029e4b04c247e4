"""The table in GitHub's Markdown, the totals under it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render import summary
from cnncalc.render.columns import chosen
from cnncalc.render.outline import outline
from cnncalc.render.table import about, filled, notes

if TYPE_CHECKING:
    from cnncalc.render import View
    from cnncalc.report.report import Report

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def render(report: Report, view: View) -> str:
    lines = outline(report, view.depth, fuse=view.fuse)
    columns = chosen(view.columns, lines)
    grid = filled(report, lines, columns, view)
    bold = len(grid.lines) - 1
    parts = [f"## {escaped(report.name)}", "", escaped(" · ".join(about(report))), ""]
    parts.append(record(escaped(heading.text) for heading in grid.headings))
    parts.append(record("--:" if heading.right else "---" for heading in grid.headings))
    for number, line in enumerate(grid.lines):
        cells = [escaped(cell.text) for cell in line.cells]
        cells[0] += "".join(f"<br>{escaped(note)}" for note in line.notes)
        parts.append(record(f"**{c}**" if c and number == bold else c for c in cells))
    parts.append("")
    below = [*summary.totals(report), *summary.published(report)]
    parts += [f"- {statement.label}: {escaped(statement.text)}" for statement in below]
    remarks = [*report.notices, *notes(report, "")]
    parts += [f"\n{escaped(remark)}" for remark in remarks]
    return "\n".join(parts) + "\n"


def record(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def escaped(text: str) -> str:
    """The text with nothing in it that Markdown would read."""
    return SPECIAL.sub(r"\\\1", printable(text)).replace("\n", " ")
