"""What the commands that show a net do with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnncalc.cli.output import emit
from cnncalc.render import View

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic


def findings_text(diagnostics: Iterable[Diagnostic], view: View) -> str:
    """Errors and warnings as `check` prints them; empty when there are none. Notes are part of
    what a table shows anyhow.
    """
    told = [d for d in diagnostics if d.severity != "note"]
    if not told:
        return ""
    from cnncalc.render.findings.full import render_diagnostics

    return render_diagnostics(told, view)


def tell_aside(diagnostics: Iterable[Diagnostic], color: str) -> None:
    """The same on standard error, beside a machine format."""
    if text := findings_text(diagnostics, View(color=color == "always")):
        emit(text, error=True)


def status_of(diagnostics: Iterable[Diagnostic]) -> int:
    """1 when there are errors, else 0."""
    return int(any(d.severity == "error" for d in diagnostics))
