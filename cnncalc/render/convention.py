"""What another tool would print, beside our figures and the reasons: text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.language.quantities import exact
from cnncalc.render.page import Cell, Grid, Heading, Page
from cnncalc.render.summary import incomplete

if TYPE_CHECKING:
    from cnncalc.render import View
    from cnncalc.report.conventions import Convention
    from cnncalc.report.report import Report

FORMAT_VERSION = 1


def convention_text(report: Report, name: str, format: str, view: View) -> str:
    """What the tool of that name would print; ``format`` is `table` or `json`."""
    from cnncalc.report.conventions import CONVENTIONS

    convention = CONVENTIONS[name](report)
    if format == "json":
        return render_json(report, convention)
    return render(report, convention, view)


def render(report: Report, convention: Convention, view: View) -> str:
    """A table of the tool's figures and ours, then why they differ."""
    page = Page(view)
    page.title(
        report.name,
        f"{report.source} · batch {exact(report.batch)} · as {convention.tool} "
        f"{convention.version} counts",
    )
    page.gap()
    grid = Grid(
        [Heading(convention.tool), Heading("prints", True), Heading("is", True),
         Heading("cnncalc has", True), Heading("as")]
    )  # fmt: skip
    for figure in convention.figures:
        same = figure.value == figure.ours
        cells = [figure.label, figure.shown, exact(figure.value), exact(figure.ours)]
        style = "dim" if same else "bold"
        grid.add(
            [Cell(cells[0]), Cell(cells[1], "bold"), Cell(cells[2]), Cell(cells[3], style),
             Cell(figure.quantity, "dim")]
        )  # fmt: skip
    page.grid(grid)
    page.gap()
    if not report.complete:
        page.paragraph(incomplete(report), label="incomplete: ", style="bold")
    for figure in convention.figures:
        if figure.reason:
            page.paragraph(figure.reason, label=f"{figure.label}: ")
    page.paragraph(convention.remark, style="dim")
    return page.text()


def render_json(report: Report, convention: Convention) -> str:
    """The same for programs."""
    from json import dumps

    document = {
        "format_version": FORMAT_VERSION,
        "name": report.name,
        "source": report.source,
        "batch": report.batch,
        "dtype": report.dtype,
        "complete": report.complete,
        "convention": convention.tool,
        "version": convention.version,
        "figures": [figure._asdict() for figure in convention.figures],
    }
    return dumps(document, indent=2, ensure_ascii=False) + "\n"
