"""Where everything printed goes through: to standard output or a file, in any encoding, with
colour or without, into a pipe that may close.
"""

from __future__ import annotations

import codecs
import os
import sys

import click

from cnncalc.render import View

ASCII = {"×": "x", "−": "-", "·": "*", "…": "...", "–": "-", "—": "-", "≤": "<=", "≥": ">=",
         "≈": "~", "±": "+-", "→": "->", "←": "<-", "✓": "yes", "✗": "no", "²": "^2",
         "█": "#", "▏": "|", "─": "-", "━": "-", "│": "|", "└": "`", "├": "|",
         "•": "*"}  # fmt: skip
"""What stands for a sign that the output's encoding does not have."""


class Unwritable(click.ClickException):
    """The output cannot be written: exit status 2."""

    exit_code = 2


def _nearest(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    shown = (ASCII.get(c) or c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return "".join(shown), error.end


codecs.register_error("cnncalc", _nearest)


def encodable(text: str, encoding: str | None) -> str:
    """The text with every character that the encoding lacks replaced: × by x."""
    name = encoding or "utf-8"
    return text.encode(name, "cnncalc").decode(name)


def emit(text: str, output: str | None = None, *, error: bool = False) -> None:
    """Writes to ``output`` (a path; None or `-`: standard output), or to standard error.

    Raises `Unwritable`. A pipe that was closed at the other end is no error.
    """
    if output and output != "-":
        _write_file(text, output)
        return
    stream = sys.stderr if error else sys.stdout
    if stream is None:  # closed by whoever started us
        return
    try:
        stream.write(encodable(text, stream.encoding))
        stream.flush()
    except BrokenPipeError:
        _never_flush_again(stream.fileno())
    except OSError as reason:
        _never_flush_again(stream.fileno())
        raise Unwritable(f"cannot write the output: {reason.strerror}") from None


def _never_flush_again(descriptor: int) -> None:
    """The interpreter flushes at exit, which would fail a second time, and say so."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _write_file(text: str, path: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="cnncalc") as file:
            file.write(text)
    except (OSError, ValueError) as reason:
        why = getattr(reason, "strerror", None) or reason
        raise Unwritable(f"cannot write {path}: {why}") from None


def wants_color(choice: str, output: str | None) -> bool:
    """`--color` first, then NO_COLOR, then FORCE_COLOR, then whether a person reads it."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(output) and os.environ.get("TERM") != "dumb"


def is_terminal(output: str | None = None) -> bool:
    """Whether the output goes to a person's screen."""
    return (not output or output == "-") and sys.stdout is not None and sys.stdout.isatty()


def view_of(color: str, output: str | None) -> View:
    """How to show things there: the terminal's size, None as width when it is none."""
    if not is_terminal(output):
        return View(color=wants_color(color, output))
    from shutil import get_terminal_size

    width, height = get_terminal_size()
    return View(width=width, height=height, color=wants_color(color, output))
