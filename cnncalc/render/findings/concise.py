"""One line per finding, `path:line:col: severity[CODE] message`, and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render.findings import Run, summary

if TYPE_CHECKING:
    from cnncalc.render import View


def render(run: Run, view: View) -> str:
    lines = [one_line(str(d)) for file in run.files for d in file.diagnostics]
    return "\n".join([*lines, summary(run), ""])


def one_line(text: str) -> str:
    """Printable, and on one line whatever a path or message holds."""
    return printable(text).replace("\n", "\\n")
