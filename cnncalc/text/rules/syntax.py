"""Rules about YAML's syntax: each ends the reading of its file, and says so.

Worded for the YAML that a spec needs, not for the whole of it; which one fits is found by
`cnncalc.text.syntax_errors`. Their family is that of `cnncalc.text.rules.text`.
"""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Edit, Fix, Related, Span, rule
from cnncalc.text.edits import before, behind, replacing, source_text
from cnncalc.text.rules.text import UNREAD, excerpt, in_quotes


@rule("text")
def tab_indentation(span: Span) -> Diagnostic:
    """YAML uses only spaces for structure; a tab before a key, a dash or a value is an error.

    Let the editor write spaces: `indent_style = space` in `.editorconfig`, or `expand -t 2` once.
    """
    return Diagnostic(
        f"found a tab where YAML allows only spaces; {UNREAD}",
        span,
        label="a tab",
        fixes=[without_tabs(span, width) for width in (2, 4)],
        help=("indent with spaces, two per level",),
    )


def without_tabs(span: Span, width: int) -> Fix:
    """The fix that indents every line with spaces, so many for each tab."""
    edits = []
    for number, line in enumerate(span.source.lines, 1):
        blank = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in blank:
            place = Span(span.source, number, 1, number, len(blank) + 1)
            edits.append(Edit(place, blank.replace("\t", " " * width)))
    return Fix(f"`expand -t {width}`: {width} spaces for each tab", tuple(edits))


@rule("text")
def bad_indentation(span: Span, *, why: str, related: Related | None = None) -> Diagnostic:
    """The indentation of a line matches no line above it.

    Items of a list, and keys of a mapping, all begin in the same column.

    Bad:
        input: 32x32x3
        layers:
           - conv: [16, 3]
          - relu

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          - relu
    """
    return Diagnostic(
        f"bad indentation: {why}; {UNREAD}",
        span,
        label="wrong column",
        fixes=in_column_of(span, related.span) if related else (),
        related=(related,) if related else (),
    )


def in_column_of(span: Span, other: Span) -> tuple[Fix, ...]:
    """The fixes that move a line to begin where another does, or the other way round."""
    pairs = ((span, other), (other, span))
    return tuple(
        Fix(
            f"move `{excerpt(rest_of_line(moved))}` to column {fixed.column} (line {fixed.line})",
            (Edit(moved._replace(column=1, end_line=moved.line, end_column=moved.column),
                  " " * (fixed.column - 1)),),
        )
        for moved, fixed in pairs
    )  # fmt: skip


@rule("text")
def missing_dash(span: Span, *, text: str, neighbour: Span | None = None) -> Diagnostic:
    """A line among the items of a list does not begin with `- `.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          relu
          - fc: 10

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          - relu
          - fc: 10
    """
    return Diagnostic(
        f"the list item `{excerpt(text)}` does not begin with `- `; {UNREAD}",
        span,
        label="needs `- `",
        fixes=(Fix(f"- {excerpt(text)}", (before(span, "- "),)),),
        related=(Related("the list begins here", neighbour),) if neighbour else (),
    )


@rule("text")
def missing_colon(span: Span, *, text: str) -> Diagnostic:
    """A line is in the place of a key, but has no colon.

    Bad:
        input: 32x32x3
        layers
          - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the key `{excerpt(text)}` has no colon; {UNREAD}",
        span,
        label="needs a colon",
        fixes=(Fix(f"{excerpt(text)}:", (behind(span, ":"),)),),
    )


@rule("text")
def colon_in_value(span: Span, *, value: str, place: Span | None) -> Diagnostic:
    """A value contains `: `, which always makes a key: put such a text in quotes.

    A key whose value has keys itself is written over several lines or with braces.

    Bad:
        name: LeNet: the first
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: "LeNet: the first"
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the value contains a second colon; {UNREAD}",
        span,
        label="makes the text before it a key",
        fixes=in_quotes(place, value) if place else (),
        help=("put a text in quotes, and the keys of a step in braces: `conv: {filters: 64}`",),
    )


@rule("text")
def reserved_character(span: Span, *, character: str) -> Diagnostic:
    """A value begins with a character that YAML reserves: % @ ` * & ! | >

    A text that begins with one of them needs quotes; an expression never begins with one.

    Bad:
        name: @home
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: "@home"
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    shown = "a backtick" if character == "`" else f"`{character}`"
    text = rest_of_line(span).partition(" #")[0].rstrip()
    whole = span._replace(end_column=span.column + len(text))
    return Diagnostic(
        f"a value cannot begin with {shown}, which YAML reserves; {UNREAD}",
        span,
        label="not allowed here",
        fixes=in_quotes(whole, text),
        help=("put a text that begins with it in quotes",),
    )


@rule("text")
def unclosed_bracket(
    span: Span, *, bracket: str, found: str = "", closed: Span | None = None
) -> Diagnostic:
    """A `[` or `{` is not closed where its lines end, or is closed by a bracket of the other kind.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3
          - relu

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          - relu
    """
    closing = "]" if bracket == "[" else "}"
    why = f"`{bracket}` is closed by `{found}`" if found else f"`{bracket}` is never closed"
    if closed is not None:
        fixes = [replacing(closed, closing, f"write `{closing}` instead of `{found}`")]
    else:
        end = behind_text(span)
        line = source_text(end._replace(column=span.column))
        missing = max(1, line.count(bracket) - line.count(closing))
        edit = Edit(end._replace(column=end.end_column), closing * missing)
        fixes = [Fix(f"close it: `{excerpt(line)}{closing * missing}`", (edit,))]
    return Diagnostic(f"{why}; {UNREAD}", span, label=f"needs a `{closing}`", fixes=fixes)


def rest_of_line(span: Span) -> str:
    """The line from a place on."""
    lines = span.source.lines
    return lines[span.line - 1][span.column - 1 :] if span.line <= len(lines) else ""


def behind_text(span: Span) -> Span:
    """The place behind the last word of a line, its comment left out."""
    end = span.column + len(rest_of_line(span).partition(" #")[0].rstrip())
    return Span(span.source, span.line, span.column, span.line, end)


@rule("text")
def stray_bracket(span: Span, *, bracket: str) -> Diagnostic:
    """A `]` or `}` has no opening bracket.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    edit = Edit(span, "")
    return Diagnostic(
        f"unmatched `{bracket}`; {UNREAD}",
        span,
        label="no bracket is open",
        fixes=(Fix(f"remove the `{bracket}`", (edit,)),),
    )


@rule("text")
def unclosed_quote(span: Span, *, quote: str) -> Diagnostic:
    """A quoted text is not closed, so the lines that follow become part of it.

    Bad:
        name: "LeNet
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: "LeNet"
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    end = behind_text(span)
    return Diagnostic(
        f"the quoted text is not closed on its line; {UNREAD}",
        span,
        label=f"needs a closing {quote}",
        fixes=[
            Fix(
                f"{excerpt(source_text(end))}{quote}",
                (Edit(end._replace(column=end.end_column), quote),),
            )
        ],
    )


@rule("text")
def bad_escape(span: Span, *, written: str) -> Diagnostic:
    """A backslash begins an escape in double quotes; in single quotes, it has no meaning.

    Bad:
        name: "C:\\data"
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: 'C:\\data'
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"`{excerpt(written)}` is not an escape of YAML; {UNREAD}",
        span,
        label="not an escape",
        fixes=[Fix(f"\\{excerpt(written)}", (before(span, "\\"),))],
        help=("in single quotes, a backslash is an ordinary character",),
    )


@rule("text")
def bad_syntax(
    span: Span, *, what: str, help: tuple[str, ...] = (), fixes: tuple[Fix, ...] = ()
) -> Diagnostic:
    """The text is not valid YAML: a missing comma, a word after a closing quote, a stray dash.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 4, , stride: 2}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 4, stride: 2}
    """
    return Diagnostic(f"{what}; {UNREAD}", span, label="invalid YAML", help=help, fixes=fixes)
