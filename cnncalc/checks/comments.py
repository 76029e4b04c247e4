"""`# cnncalc: ignore[CODE, CODE]` on the line of a finding takes away warnings and notes with that
code. An error cannot be taken away in the spec, for the net is wrong there: it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.checks.selection import rules, unknown
from cnncalc.diagnostics import RULES, Diagnostic, Source, Span, rule

IGNORE = re.compile(r"#\s*cnncalc:\s*ignore\b(?:\s*\[([^\]]*)\])?")
CODE = re.compile(r"[^\s,]+")
ESCAPES = {"'": "''", '"': "\\"}
"""What does not end a quoted text, and takes the next character with it."""
STILL_AN_ERROR = "an error cannot be ignored in the spec"


class Comment(NamedTuple):
    """A `cnncalc: ignore` comment: its codes as written, each with its place."""

    codes: dict[str, Span]
    span: Span


def without_ignored(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics less the warnings and notes that a comment on their line ignores."""
    comments: dict[int, dict[int, Comment]] = {}
    kept = []
    for diagnostic in diagnostics:
        source = diagnostic.span.source
        if id(source) not in comments:
            comments[id(source)] = {c.span.line: c for c in ignore_comments(source)}
        comment = comments[id(source)].get(diagnostic.line)
        if comment is None or diagnostic.code not in comment.codes:
            kept.append(diagnostic)
        elif diagnostic.severity == "error":
            if STILL_AN_ERROR not in diagnostic.notes:
                diagnostic = diagnostic._replace(notes=(*diagnostic.notes, STILL_AN_ERROR))
            kept.append(diagnostic)
    return kept


def doubtful_comments(source: Source) -> list[Diagnostic]:
    """A warning for every `cnncalc: ignore` comment without codes, or with an unknown one."""
    return [found for comment in ignore_comments(source) for found in doubts(comment)]


def doubts(comment: Comment) -> Iterator[Diagnostic]:
    if not comment.codes:
        yield ignore_without_code(comment.span)
    for word, span in comment.codes.items():
        if word not in RULES and word not in rules():  # the rest is imported for an unknown one
            yield unknown_code(span, word, hint=unknown(word))


def ignore_comments(source: Source) -> Iterator[Comment]:
    """The `cnncalc: ignore` comments of a text. YAML events drop comments, so the lines are
    read.
    """
    if "cnncalc:" not in source.text:
        return
    for number, line in enumerate(source.lines, 1):
        start = comment_start(line) if "cnncalc:" in line else None
        if start is not None and (match := IGNORE.search(line, start)):

            def place(first: int, last: int, number: int = number) -> Span:
                return Span(source, number, first + 1, number, last + 1)

            words = CODE.finditer(line, *match.span(1)) if match[1] else ()
            codes = {word[0]: place(*word.span()) for word in words}
            yield Comment(codes, place(*match.span()))


def comment_start(line: str) -> int | None:
    """Where a line's YAML comment begins: at a `#` after a blank, outside quotes. A quote opens
    where a value begins; in `don't` it is a letter.
    """
    quote = ""
    index = 0
    while index < len(line):
        char = line[index]
        before = line[index - 1] if index else " "
        if quote:
            if line.startswith(ESCAPES[quote], index):
                index += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and before in " \t[{,":
            quote = char
        elif char == "#" and before in " \t":
            return index
        index += 1
    return None


@rule("advice", "warning")
def unknown_code(span: Span, word: str, *, hint: str) -> Diagnostic:
    """A comment ignores an unknown code, so it ignores nothing.

    `# cnncalc: ignore[CODE]` on the line of a warning or note suppresses it; `cnncalc rule` lists
    the codes.

    Bad:
        input: 227x227x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixel-never-seen]

    Good:
        input: 224x224x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixels-never-seen]
    """
    return Diagnostic(f"unknown code '{word}': this comment ignores nothing", span,
                      label="unknown code", help=(hint.partition("; ")[2],))  # fmt: skip


@rule("advice", "warning")
def ignore_without_code(span: Span) -> Diagnostic:
    """A comment `cnncalc: ignore` has no code, so it ignores nothing.

    A comment ignores what it names and nothing else, so that it never hides a new error.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]  # cnncalc: ignore

    Good:
        input: 224x224x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixels-never-seen]
    """
    return Diagnostic(
        "this comment has no code and ignores nothing",
        span,
        label="write `ignore[CODE]`",
        help=("the code is in brackets after the severity: `warning[CODE]`",),
    )
