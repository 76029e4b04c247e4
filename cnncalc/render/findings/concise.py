"""One line per finding, `path:line:col: severity[CODE] message`, and the summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render.findings import Checked, summary

if TYPE_CHECKING:
    from cnncalc.render import View


def render(files: Sequence[Checked], view: View) -> str:
    lines = [one_line(str(d)) for file in files for d in file.diagnostics]
    return "\n".join([*lines, summary(files), ""])


def one_line(text: str) -> str:
    """Printable, and on one line whatever a path or message holds."""
    return printable(text).replace("\n", "\\n")
