"""What goes to standard error: usage and I/O errors, with what the user may have meant."""

from __future__ import annotations

import os

import click

from cnncalc.cli.output import emit
from cnncalc.diagnostics import printable

LONGEST = 500
"""Characters of a message: an argument of a megabyte is not repeated in full."""


def tell(mistake: click.ClickException) -> int:
    """Prints a usage or I/O error; the exit status."""
    complain(mistake.format_message())
    if isinstance(mistake, click.UsageError) and mistake.ctx is not None:
        emit(f"Try '{mistake.ctx.command_path} --help'.\n", error=True)
    return mistake.exit_code


def complain(message: str) -> None:
    """One line on standard error, safe for a screen."""
    emit(f"cnncalc: {printable(shortened(message))}\n", error=True)


def shortened(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}…"


def tell_bug(bug: Exception) -> None:
    """One line about a mistake of our own; the traceback for those who ask for it."""
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
