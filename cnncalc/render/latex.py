"""The table in LaTeX (booktabs), everything escaped; the totals as comments and a last row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render import summary
from cnncalc.render.columns import chosen
from cnncalc.render.outline import outline
from cnncalc.render.table import filled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.render import View
    from cnncalc.report.report import Report

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "×": r"$\times$",
    "−": "$-$", "·": r"$\cdot$", "…": r"\ldots{}", "—": "---", "²": r"$^2$", "±": r"$\pm$",
    "≤": r"$\leq$", "≥": r"$\geq$", '"': r"\textquotedbl{}", "\n": " ",
}  # fmt: skip
ESCAPE = re.compile("|".join(map(re.escape, SPECIAL)))


def render(report: Report, view: View) -> str:
    lines = outline(report, view.depth, fuse=view.fuse)
    grid = filled(report, lines, chosen(view.columns, lines), view)
    alignment = "".join("r" if heading.right else "l" for heading in grid.headings)
    parts = [
        f"% {comment(report.name)}: {comment(report.source)}",
        r"% \usepackage{booktabs}",
        rf"\begin{{tabular}}{{{alignment}}}",
        r"  \toprule",
        record(heading.text for heading in grid.headings),
        r"  \midrule",
    ]
    for line in grid.lines:
        parts += [r"  \midrule"] if line.rule else []
        parts.append(record(cell.text for cell in line.cells))
        for note in line.notes:
            span = len(grid.headings)
            parts.append(rf"  \multicolumn{{{span}}}{{l}}{{\quad\footnotesize {escaped(note)}}} \\")
    parts += [r"  \bottomrule", r"\end{tabular}"]
    below = [*summary.totals(report), *summary.published(report)]
    parts += [f"% {statement.label}: {comment(statement.text)}" for statement in below]
    return "\n".join(parts) + "\n"


def record(cells: Iterable[str]) -> str:
    return f"  {' & '.join(map(escaped, cells))} \\\\"


def escaped(text: str) -> str:
    """The text with nothing in it that TeX would read."""
    return ESCAPE.sub(lambda match: SPECIAL[match[0]], printable(text))


def comment(text: str) -> str:
    """Text for a comment: on one line."""
    return printable(text).replace("\n", " ")
