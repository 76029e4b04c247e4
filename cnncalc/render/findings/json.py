"""The findings as JSON, for programs. Lines and columns start at 1 and count code points."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

from cnncalc.render.findings import Run, count, help_of, notes_of

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Fix, Related
    from cnncalc.render import View

FORMAT_VERSION = 2


def render(run: Run, view: View) -> str:
    every = [d for file in run.files for d in file.diagnostics]
    document = {
        "format_version": FORMAT_VERSION,
        "files": [
            {
                "path": file.path,
                "layers": file.layers,
                "diagnostics": [plain(d) for d in file.diagnostics],
            }
            for file in run.files
        ],
        "errors": list(run.errors),
        "passed_over": [{"path": path, "why": why} for path, why in run.passed_over],
        "summary": {
            "files": len(run.files),
            "errors": count(every, "error"),
            "warnings": count(every, "warning"),
            "passed_over": len(run.passed_over),
        },
    }
    return dumps(document, indent=1) + "\n"


def plain(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as `check --format json` writes it; `show --format json` may use it too."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "layer": diagnostic.layer,
        "path": diagnostic.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "label": diagnostic.label,
        "formula": diagnostic.formula or None,
        "trail": list(diagnostic.trail),
        "help": "; ".join(help_of(diagnostic)) or None,
        "notes": notes_of(diagnostic),
        "fixes": [plain_fix(fix) for fix in diagnostic.fixes],
        "related": [plain_related(related) for related in diagnostic.related],
        "unchecked": diagnostic.unchecked,
    }


def plain_related(related: Related) -> dict[str, Any]:
    span = related.span
    return {
        "message": related.message,
        "path": span.source.path,
        "line": span.line,
        "column": span.column,
    }


def plain_fix(fix: Fix) -> dict[str, Any]:
    """The words, and the replacements that do the same to the text."""
    edits = [
        {
            "path": edit.span.source.path,
            "line": edit.span.line,
            "column": edit.span.column,
            "end_line": edit.span.end_line,
            "end_column": edit.span.end_column,
            "text": edit.text,
        }
        for edit in fix.edits
    ]
    return {"text": fix.text, "gives": fix.gives or None, "edits": edits}
