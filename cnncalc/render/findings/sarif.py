"""SARIF 2.1.0 (OASIS), for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/

Fingerprints are made of the code, the layer and the text of the line, not of its number, so that
a finding stays the same finding when lines move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cnncalc import __version__
from cnncalc.checks.selection import rules
from cnncalc.diagnostics import printable
from cnncalc.render.findings import Run, anchored, help_of, notes_of, relative
from cnncalc.render.manual import read_page

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Edit, Fix, Rule, Span
    from cnncalc.render import View

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(run: Run, view: View) -> str:
    files = run.files
    known = list(rules().values())
    index = {rule.code: number for number, rule in enumerate(known)}
    seen: Counter[str] = Counter()
    driver = {
        "name": "cnncalc",
        "semanticVersion": __version__,
        "rules": [described(rule) for rule in known],
    }
    log = {
        "tool": {"driver": driver},
        "invocations": [invocation(run.errors)],
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": artifact(file.path)} for file in files],
        "results": [result(d, file.path, index, seen) for file in files for d in file.diagnostics],
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [log]}, indent=1) + "\n"


def invocation(errors: Sequence[str]) -> dict[str, Any]:
    """Whether all could be read, and what could not."""
    reported = [{"level": "error", "message": {"text": printable(error)}} for error in errors]
    return {"executionSuccessful": not errors, "toolExecutionNotifications": reported}


def described(rule: Rule[...]) -> dict[str, Any]:
    """A rule with its manual page."""
    page = read_page(rule)
    examples = "".join(f"\n\n{word}:\n\n{text}" for word, text in page.examples)
    return {
        "id": rule.code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.text or page.title},
        "help": {"text": f"{page.title}\n\n{page.text}{examples}".strip()},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.family]},
    }


def result(
    diagnostic: Diagnostic, path: str, index: dict[str, int], seen: Counter[str]
) -> dict[str, Any]:
    lines = [diagnostic.message, *diagnostic.trail]
    lines += [f"formula: {diagnostic.formula}"] if diagnostic.formula else []
    lines += [f"help: {text}" for text in help_of(diagnostic)] + notes_of(diagnostic)
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index.get(diagnostic.code, -1),
        "level": diagnostic.severity,
        "message": {"text": "\n".join(lines)},
        "locations": [location(anchored(diagnostic.span, path))],
        "partialFingerprints": {"cnncalc/v1": fingerprint(diagnostic, seen)},
    }
    if diagnostic.layer:
        logical = [{"fullyQualifiedName": diagnostic.layer}]
        found["locations"][0]["logicalLocations"] = logical
    if diagnostic.related:
        found["relatedLocations"] = [
            {
                "id": number,
                **location(anchored(related.span, path)),
                "message": {"text": related.message},
            }
            for number, related in enumerate(diagnostic.related)
        ]
    if fixes := [as_fix(fix) for fix in diagnostic.fixes if fix.edits]:
        found["fixes"] = fixes
    return found


def fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """Of code, layer and line; the second of the same kind gets a number."""
    source, line = diagnostic.span.source, diagnostic.line
    text = source.lines[line - 1].strip() if line <= len(source.lines) else ""
    facts = (diagnostic.code, relative(source.path), diagnostic.layer or "", text)
    digest = sha256("\0".join(facts).encode(errors="replace")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def location(span: Span) -> dict[str, Any]:
    place = {"artifactLocation": artifact(span.source.path), "region": region(span)}
    return {"physicalLocation": place}


def artifact(path: str) -> dict[str, str]:
    """A file by its relative URI; by an absolute one (`file:///…`) when it lies elsewhere."""
    uri = quote(relative(path).encode(errors="surrogateescape"))
    return {"uri": f"file://{uri}" if uri.startswith("/") else uri}


def region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def as_fix(fix: Fix) -> dict[str, Any]:
    text = f"{fix.text} gives {fix.gives}" if fix.gives else fix.text
    return {"description": {"text": text}, "artifactChanges": [change(e) for e in fix.edits]}


def change(edit: Edit) -> dict[str, Any]:
    return {
        "artifactLocation": artifact(edit.span.source.path),
        "replacements": [
            {"deletedRegion": region(edit.span), "insertedContent": {"text": edit.text}}
        ],
    }
