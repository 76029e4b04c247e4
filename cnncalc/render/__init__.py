"""Renderers: one file per output format, each with one function that returns the text.

``render(FORMAT, report, view)`` imports the file of that format when it is asked for, so that a
command pays only for what it prints. The only importers of `rich` are in here, lazily.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnncalc.report.report import Report

FORMATS = ("table", "notes", "json", "csv", "markdown", "latex", "yaml")


class View(NamedTuple):
    """How a report is to be shown.

    ``width`` is the terminal's; None when the output is no terminal (a pipe, a file): plain
    aligned text, nothing cut. ``depth`` folds blocks to that many levels, None: what fits a
    screen of ``height`` lines on a terminal, everything elsewhere. ``fuse`` puts norm and
    activation into their layer's line.
    """

    width: int | None = None
    height: int = 40
    color: bool = False
    depth: int | None = None
    fuse: bool = False
    formulas: bool = False
    columns: tuple[str, ...] = ()
    memory: bool = False


def render(name: str, report: Report, view: View) -> str:
    """The report in one of `FORMATS`, ending in a newline."""
    text: str = import_module(f"cnncalc.render.{name}").render(report, view)
    return text
