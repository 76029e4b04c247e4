"""What `check` prints: one file per format, each with one function that returns the text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cnncalc.diagnostics import Source, Span, cut, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.diagnostics import Diagnostic, Fix
    from cnncalc.render import View

Item = TypeVar("Item")

FORMATS = ("full", "concise", "json", "github", "sarif")


class Checked(NamedTuple):
    """One file's findings, those that were chosen, and how many ``layers`` it has; ``hidden``
    counts the findings that were not chosen.
    """

    path: str
    layers: int
    diagnostics: Sequence[Diagnostic]
    hidden: int = 0


class Run(NamedTuple):
    """What a run of `check` found: the files, why the exit status is 2 (a sentence for each thing
    that could not be read), and the YAML files that were skipped, each with the reason.
    """

    files: Sequence[Checked]
    errors: Sequence[str] = ()
    passed_over: Sequence[tuple[str, str]] = ()


def render(name: str, run: Run, view: View) -> str:
    """The findings in one of `FORMATS`, ending in a newline."""
    text: str = import_module(f"cnncalc.render.findings.{name}").render(run, view)
    return text


def count(diagnostics: Iterable[Diagnostic], severity: str) -> int:
    return sum(d.severity == severity for d in diagnostics)


def summary(run: Run) -> str:
    """`Checked 3 files, 64 layers: 2 errors, 1 warning`. Notes are not counted."""
    files = run.files
    every = [d for file in files for d in file.diagnostics]
    counts = ((count(every, severity), severity) for severity in ("error", "warning"))
    found = [plural(number, word) for number, word in counts if number]
    if run.errors:
        found.append(f"{len(run.errors):,} could not be checked")
    layers = sum(file.layers for file in files)
    checked = f"Checked {plural(len(files), 'file')}, {plural(layers, 'layer')}"
    aside = []
    if hidden := sum(file.hidden for file in files):
        aside.append(f"{plural(hidden, 'finding')} not selected")
    if run.passed_over:
        aside.append(f"{plural(len(run.passed_over), 'other YAML file')} skipped")
    more = f" ({'; '.join(aside)})" if aside else ""
    return f"{checked}: {', '.join(found) or 'no problems'}{more}"


def help_of(diagnostic: Diagnostic) -> list[str]:
    """What to do about it: the fixes that were tried, in one line, then the advice."""
    plain = [f"`{cut(m.text)}`" for m in diagnostic.fixes if "`" not in m.text and not m.gives]
    rest = [offered(m) for m in diagnostic.fixes if "`" in m.text or m.gives]
    fixes = [f"write {' or '.join(plain)}", *rest] if plain else rest
    return [*(["; ".join(fixes)] if fixes else []), *map(cut, diagnostic.help)]


def offered(fix: Fix) -> str:
    """A fix in words: what to paste in backticks, or a sentence that has them."""
    text = fix.text if "`" in fix.text else f"`{fix.text}`"
    text = cut(text)
    return f"{text} gives {fix.gives}" if fix.gives else text


def notes_of(diagnostic: Diagnostic) -> list[str]:
    """Its notes, and how many layers were left unchecked because of it."""
    if not diagnostic.unchecked:
        return list(diagnostic.notes)
    after = f" after {cut(diagnostic.layer)}" if diagnostic.layer else ""
    were = "was" if diagnostic.unchecked == 1 else "were"
    return [*diagnostic.notes, f"{plural(diagnostic.unchecked, 'layer')}{after} {were} not checked"]


# Paths as GitHub and code scanners want them: relative to the repository, with slashes.


def relative(path: str) -> str:
    """The path from the working directory (the repository's root in CI), with slashes. One that
    lies outside stays as it is.
    """
    if os.path.isabs(path):
        below = os.path.relpath(path) if _same_drive(path) else path
        path = path if below.startswith("..") else below
    return os.path.normpath(path).replace(os.sep, "/")


def _same_drive(path: str) -> bool:
    try:
        return os.path.splitdrive(path)[0] == os.path.splitdrive(os.getcwd())[0]
    except FileNotFoundError:  # the working directory was deleted
        return False


def anchored(span: Span, path: str) -> Span:
    """The span; that of an option (`--expect`) becomes the first line of the file checked."""
    source = span.source
    if not source.path.startswith("--"):
        return span
    return Span(Source(path, ""), 1, 1, 1, 1)


def tracked(items: Sequence[Item], words: str) -> Iterable[Item]:
    """The items, with a bar on standard error that grows as they are taken and then goes away."""
    from rich.console import Console
    from rich.progress import track

    return track(items, words, console=Console(stderr=True), transient=True)
