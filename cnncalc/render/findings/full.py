"""A finding as a compiler tells it: the place, the line with a caret under the exact value, the
lines that explain it, the formula with its numbers, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostics import Diagnostic, Related, Source, Span, printable
from cnncalc.render.findings import Run, help_of, notes_of, summary
from cnncalc.render.findings.screen import ScreenLine

if TYPE_CHECKING:
    from cnncalc.render import View

LONGEST_LINE = 160
"""Columns of a source line where there is no terminal; what is longer is shown around the mark."""
NEAR = 8
"""Lines that may be left out between two marks without a sign that they are."""

BOLD, BLUE = "1", "1;34"
COLORS = {"error": "1;31", "warning": "1;33", "note": "1;36"}


class Paint(NamedTuple):
    """Puts colour around text, or leaves it alone."""

    on: bool

    def __call__(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self.on and text else text


class Mark(NamedTuple):
    """Something to underline: columns from 1, the end exclusive."""

    line: int
    column: int
    end: int
    sign: str
    label: str
    color: str


def render(run: Run, view: View) -> str:
    """All findings, a blank line between two, and the summary."""
    findings = render_diagnostics((d for file in run.files for d in file.diagnostics), view)
    last = summary(run)
    return f"{findings}\n{last}\n" if findings else f"{last}\n"


def render_diagnostics(diagnostics: Iterable[Diagnostic], view: View) -> str:
    """The findings alone; empty when there are none."""
    return "\n".join("".join(f"{line}\n" for line in lines(d, view)) for d in diagnostics)


def lines(diagnostic: Diagnostic, view: View) -> Iterator[str]:
    """One finding, line by line."""
    paint = Paint(view.color)
    color = COLORS[diagnostic.severity]
    span = diagnostic.span
    label = Related(diagnostic.label, span)
    here = [r for r in diagnostic.related if r.span.source is span.source]
    marks = [mark(r, "-", BLUE) for r in here] + [mark(label, "^", color)]
    elsewhere = [r for r in diagnostic.related if r.span.source is not span.source]
    deepest = max(m.span.line for m in (label, *diagnostic.related))
    gutter = len(str(deepest))
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", color)
    yield f"{head}{paint(f': {single(diagnostic.message)}', BOLD)}"
    yield f"{' ' * gutter}{paint('-->', BLUE)} {place(span)}"
    yield from frame(span.source, marks, gutter, view, paint)
    for related in elsewhere:
        yield f"{' ' * gutter}{paint(':::', BLUE)} {place(related.span)}"
        yield from frame(related.span.source, [mark(related, "-", BLUE)], gutter, view, paint)
    for word, text in footer(diagnostic):
        yield f"{' ' * (gutter + 1)}{paint('=', BLUE)} {paint(word, BOLD)} {single(text)}".rstrip()


def footer(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    """The lines under the frame, each with its first word."""
    for call in diagnostic.trail:
        yield "in", call.removeprefix("in ")
    if diagnostic.formula:
        yield "formula:", diagnostic.formula
    for text in help_of(diagnostic):
        yield "help:", text
    for text in notes_of(diagnostic):
        yield "note:", text


def place(span: Span) -> str:
    return f"{single(span.source.path)}:{span.line}:{span.column}"


def single(text: str) -> str:
    """Printable, and on one line."""
    return printable(text).replace("\n", "\\n")


def mark(related: Related, sign: str, color: str) -> Mark:
    span = related.span
    end = span.end_column if span.end_line == span.line else 1 << 30
    return Mark(span.line, span.column, end, sign, related.message, color)


def frame(
    source: Source, marks: Sequence[Mark], gutter: int, view: View, paint: Paint
) -> Iterator[str]:
    """The marked lines of a source in order, each with what stands under it."""
    bar = paint("|", BLUE)
    empty = f"{' ' * gutter} {bar}"
    yield empty
    before: int | None = None
    for number in sorted({m.line for m in marks}):
        if before is not None and number - before - 1 > NEAR:
            yield paint("...", BLUE)
        here = sorted(
            (m for m in marks if m.line == number), key=lambda m: (m.sign != "^", m.column)
        )
        text = source.lines[number - 1] if number <= len(source.lines) else ""
        width = LONGEST_LINE if view.width is None else max(40, view.width - gutter - 3)
        line = ScreenLine(text, here[0].column, width)
        yield f"{paint(str(number).rjust(gutter), BLUE)} {bar} {line.text}".rstrip()
        for one in sorted(here, key=lambda m: m.column):
            first, last = line.at(one.column), line.at(one.end)
            signs = one.sign * max(1, last - first)
            under = f"{signs} {single(one.label)}".rstrip()
            yield f"{empty} {' ' * first}{paint(under, one.color)}"
        before = number
