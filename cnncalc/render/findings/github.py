"""GitHub's workflow commands: each finding an annotation at its line in the pull request.

The message repeats the place, since the log shows the message alone. Escapes: GitHub's
`actions/toolkit`, packages/core/src/command.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import printable
from cnncalc.render.findings import Run, anchored, help_of, notes_of, relative, summary

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.render import View

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(run: Run, view: View) -> str:
    lines = [annotation(d, file.path) for file in run.files for d in file.diagnostics]
    lines += [f"::error title=cnncalc::{escaped(printable(error))}" for error in run.errors]
    return "\n".join([*lines, summary(run), ""])


def annotation(diagnostic: Diagnostic, path: str) -> str:
    """The workflow command of a finding in the file of that path."""
    span = anchored(diagnostic.span, path)
    properties = {
        "file": relative(span.source.path),
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        "endColumn": max(span.column, span.end_column - 1),
        "title": f"cnncalc: {diagnostic.code}",
    }
    if span.end_line != span.line:  # GitHub refuses columns over several lines
        del properties["col"], properties["endColumn"]
    written = ",".join(f"{key}={escaped_property(str(v))}" for key, v in properties.items())
    return f"::{COMMANDS[diagnostic.severity]} {written}::{escaped(message(diagnostic))}"


def message(diagnostic: Diagnostic) -> str:
    """The concise line, then what explains it."""
    lines = [str(diagnostic), *(f"in {call.removeprefix('in ')}" for call in diagnostic.trail)]
    if diagnostic.formula:
        lines.append(f"formula: {diagnostic.formula}")
    lines += [f"help: {text}" for text in help_of(diagnostic)]
    lines += [f"note: {text}" for text in notes_of(diagnostic)]
    elsewhere = (r for r in diagnostic.related if r.span.source.path != diagnostic.path)
    lines += [f"{r.message}: {r.span.source.path}:{r.span.line}" for r in elsewhere]
    return printable("\n".join(lines))


def escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    return escaped(printable(text)).replace(":", "%3A").replace(",", "%2C")
