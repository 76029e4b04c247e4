"""Rules about a text that is not what its author takes it for: another tool's file, something
pasted around a spec, characters and habits of another language. Their family is that of
`cnncalc.text.rules.text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnncalc.diagnostics import Diagnostic, Edit, Fix, Related, Span, rule
from cnncalc.text.rules.text import UNREAD, excerpt


@rule("text")
def not_a_spec(
    span: Span, what: str, *, label: str, advice: str = "", fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """The file is not a spec, or has other text around its spec.

    The markers of a merge conflict, a diff, a Markdown fence, a template that is not filled in
    yet, or the file of another tool: Darknet, Ultralytics, Keras, Caffe, a Python program. It is
    reported once, for the whole file; its parts are not checked.

    Bad:
        [net]
        width=416
        height=416

        [convolutional]
        filters=16
        size=3

    Good:
        input: 416x416x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(what, span, label=label, help=(advice,) if advice else (), fixes=fixes)


@rule("text")
def look_alike(span: Span, character: str, meant: str, edits: Sequence[Edit]) -> Diagnostic:
    """A character looks like one of the language but is a different one: `–` for `-`, `“` for `"`.

    Word processors, web pages and keyboards for other scripts write no-break spaces, dashes,
    curly quotes and full-width characters. They are allowed in comments and free texts.

    Bad:
        input: 32x32x3
        layers:
          – conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    import unicodedata

    name = unicodedata.name(character, "a character without a name")
    wanted = "a space" if meant == " " else f"`{meant}`"
    rest = len(edits) - 1
    more = f"; {rest} more such character{'s follow' if rest > 1 else ' follows'}" if rest else ""
    others = f"the {rest} others" if rest > 1 else "the other one"
    text = f"{wanted} instead of `U+{ord(character):04X}`" if meant == " " else wanted
    fix = f"write {text}" + (f", and replace {others} too" if rest else "")
    return Diagnostic(
        f"U+{ord(character):04X} ({name}) looks like {wanted}, but is a different character{more}",
        span,
        label=f"must be {wanted}",
        related=[Related("and here", edit.span) for edit in edits[1:3]],
        fixes=(Fix(fix, tuple(edits)),),
    )


@rule("text")
def foreign_line(
    span: Span, why: str, *, label: str, edits: Sequence[Edit], stops: bool = False
) -> Diagnostic:
    """A line is written as in another language: `-conv`, `filters = 16`, `// comment`, a comma at
    its end, `conv:{…}`.

    YAML needs a space after a dash and after a colon, a colon between a key and its value, `#`
    before a comment, and nothing at the end of a line. The fix changes every such line.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]  // the first layer

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]  # the first layer
    """
    lines = span.source.lines
    now = excerpt(changed(lines[span.line - 1], span.line, edits).strip())
    count = len({edit.span.line for edit in edits})
    every = "both" if count == 2 else f"all {count}"
    fix = f"`{now}`" + (f", and change {every} lines of this form" if count > 1 else "")
    return Diagnostic(
        f"{why}{f'; {UNREAD}' if stops else ''}",
        span,
        label=label,
        fixes=(Fix(f"write {fix}", tuple(edits)),),
    )


def changed(line: str, number: int, edits: Sequence[Edit]) -> str:
    """One line with its edits made."""
    for edit in sorted(edits, key=lambda edit: edit.span.column, reverse=True):
        if edit.span.line == number:
            first, last = edit.span.column - 1, edit.span.end_column - 1
            line = line[:first] + edit.text + line[last:]
    return line
