"""What goes to standard error, and what the findings of a net do to a command: usage errors, files
that cannot be read, bugs; the findings below what is shown; the exit status.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from cnncalc.cli.output import emit
from cnncalc.diagnostics import printable
from cnncalc.render import View

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic

LONGEST = 500
"""Characters of a message: an argument of a megabyte is not repeated in full."""


def report_error(error: click.ClickException) -> int:
    """Prints a usage or I/O error; the exit status."""
    complain(error.format_message())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        emit(f"Try '{error.ctx.command_path} --help'.\n", error=True)
    return error.exit_code


def complain(message: str) -> None:
    """One line on standard error, safe for a screen."""
    emit(f"cnncalc: {printable(shortened(message))}\n", error=True)


def shortened(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}…"


def report_bug(bug: Exception) -> None:
    """One line about a bug of ours; with CNNCALC_TRACEBACK its traceback too."""
    if os.environ.get("CNNCALC_TRACEBACK"):
        from traceback import format_exception

        emit(printable("".join(format_exception(bug))), error=True)
    what = printable(f"{type(bug).__name__}: {bug}"[:LONGEST])
    emit(
        f"cnncalc: internal error: {what}\n"
        "This is a bug in cnncalc, not in your net. Please report it with the command and the "
        "spec; CNNCALC_TRACEBACK=1 prints where it happened.\n",
        error=True,
    )


# The findings of a net that is shown.


def findings_text(diagnostics: Iterable[Diagnostic], view: View) -> str:
    """Errors and warnings as `check` prints them; empty when there are none. Notes are left out:
    the table shows them.
    """
    shown = [d for d in diagnostics if d.severity != "note"]
    if not shown:
        return ""
    from cnncalc.render.findings.full import render_diagnostics

    return render_diagnostics(shown, view)


def print_aside(diagnostics: Iterable[Diagnostic], color: str) -> None:
    """The same on standard error, beside a machine format."""
    if text := findings_text(diagnostics, View(color=color == "always")):
        emit(text, error=True)


def status_of(diagnostics: Iterable[Diagnostic]) -> int:
    """1 when there are errors, else 0."""
    return int(any(d.severity == "error" for d in diagnostics))
