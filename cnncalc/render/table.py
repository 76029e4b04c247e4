"""The table: a line per layer, the totals under it.

On a terminal it is folded to fit the screen's height, and columns give way, least important
first, until it fits the width; nothing is ever cut. Elsewhere: everything, as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.language.quantities import compact, exact, megabytes
from cnncalc.render import View, summary
from cnncalc.render.columns import BARS, BRIEF, TERSE, Column, chosen
from cnncalc.render.outline import Line, fitting, outline
from cnncalc.render.page import EMPTY, Cell, Grid, Heading, Page

if TYPE_CHECKING:
    from cnncalc.layers.formula import Formula
    from cnncalc.report.report import Report

GIVE_WAY: tuple[tuple[str, tuple[Column, ...]], ...] = (
    ("memory_bar", ()), ("macs_bar", ()), ("params_bar", ()), ("receptive_field", ()),
    ("macs_share", ()), ("description", (BRIEF,)), ("memory_share", ()), ("activations", ()),
    ("brief", (TERSE,)), ("params_share", ()), ("terse", ()), ("memory", ()),
)  # fmt: skip
"""Columns that a narrow terminal leaves out, or what it puts in their place, first to last; names,
shapes, params and MACs stay."""

FORMULAS = ("length", "width", "height", "depth", "channels", "weights", "biases", "macs")


def render(report: Report, view: View) -> str:
    """The table; on a terminal the outline that shows most of what fits its height."""
    if view.depth is not None or view.width is None or view.formulas:
        return laid_out(report, view, outline(report, view.depth, fuse=view.fuse), "").text()

    def fits(lines: list[Line], folded: str) -> bool:
        """The last line of the screen is the prompt's."""
        if len(lines) > view.height:
            return False
        return laid_out(report, view, lines, folded).height < view.height

    return laid_out(report, view, *fitting(report, fits, fuse=view.fuse)).text()


def laid_out(report: Report, view: View, lines: Sequence[Line], folded: str) -> Page:
    """The page with these lines, everything wrapped."""
    page = Page(view)
    page.title(report.name or "unnamed net", " · ".join(about(report)))
    page.gap()
    page.grid(filled(report, lines, fitting_columns(report, lines, view), view))
    page.gap()
    statements(page, report)
    remarks = [*report.notices, *notes(report, folded)]
    if remarks:
        page.gap()
    for remark in remarks:
        page.paragraph(remark, style="dim")
    return page


def statements(page: Page, report: Report) -> None:
    """The totals and the published figures, their labels aligned."""
    agree = "agrees" if page.view.width is None else "✓ agrees"
    found = [*summary.totals(report), *summary.published(report, agree=agree)]
    width = max(len(statement.label) for statement in found)
    for statement in found:
        page.paragraph(statement.text, label=f"{statement.label:<{width}}  ", style=statement.style)


def about(report: Report) -> list[str]:
    """Where the net stands, and what the byte figures hold for."""
    return [report.source, f"batch {exact(report.batch)}", report.dtype]


def notes(report: Report, folded: str) -> list[str]:
    """Remarks on what the table shows and leaves out."""
    found = []
    heads = [group.path for group in report.network.groups if group.block == "aux"]
    if heads:
        found.append(
            f"{', '.join(heads)}: auxiliary heads, which run only in training and count only in "
            "the parameters of the training."
        )
    if folded:
        deepest = max((group.depth for group in report.network.groups), default=0)
        found.append(
            f"{len(report.rows)} layers, {folded}: --depth {max(1, deepest)} shows each on a line."
        )
    return found


def fitting_columns(report: Report, lines: Sequence[Line], view: View) -> list[Column]:
    """The columns asked for; else the standard ones that fit the terminal."""
    columns = chosen(view.columns, lines)
    if view.columns or view.width is None:
        return columns
    columns = [each for c in columns for each in (c, BARS.get(c.name)) if each is not None]
    for name, instead in GIVE_WAY:
        grid = filled(report, lines, columns, view)
        if grid.width <= view.width or (name == "terse" and grid.least <= view.width):
            break
        columns = [c for column in columns for c in (instead if column.name == name else (column,))]
    return columns


def filled(report: Report, lines: Sequence[Line], columns: Sequence[Column], view: View) -> Grid:
    """The grid with a line of totals at its end."""
    grid = Grid(Heading(heading(report, c), c.right, c.least) for c in columns)
    for line in lines:
        formulas = formula_notes(line) if view.formulas else ()
        grid.add([column.cell(report, line) for column in columns], formulas)
    grid.add([total_cell(report, column.name) for column in columns], rule=True)
    return grid


def heading(report: Report, column: Column) -> str:
    """The column's head; memory says for how many images it is."""
    if column.name == "memory" and report.batch > 1:
        return f"{column.heading} ×{report.batch}"
    return column.heading


def total_cell(report: Report, name: str) -> Cell:
    """What stands in the last line of a column."""
    totals = report.totals
    if name == "name":
        return Cell("total" if report.complete else "total (incomplete)", "bold")
    if name == "memory":
        return Cell(megabytes(totals.activation_bytes), "bold")
    if name in ("params", "weights", "biases"):
        return Cell(exact(getattr(totals, name)), "bold")
    if name in ("activations", "macs", "flops", "elementwise"):
        return Cell(compact(getattr(totals, name)), "bold")
    return EMPTY


def formula_notes(line: Line) -> list[str]:
    """The arithmetic of a line that stands for one layer."""
    if len(line.rows) != 1 or not line.rows[0].node.complete:
        return []
    formulas = [f for f in line.rows[0].layer.formulas() if f.quantity in FORMULAS]
    return [arithmetic(formula) for formula in formulas]


def arithmetic(formula: Formula) -> str:
    """`width = (W − F + 2·P)/S + 1 = (227 − 11 + 2·0)/4 + 1 = 55`."""
    parts = [formula.text, formula.with_numbers, exact(formula.result)]
    shown = [part for number, part in enumerate(parts) if part not in parts[:number]]
    return f"{formula.quantity} = {' = '.join(shown)}"
