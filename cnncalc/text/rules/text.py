"""Rules about the text itself: its encoding, its size, the parts of YAML that a spec leaves out.

Reading goes on after these, but for the limits. Those that end the reading of a file, because
YAML cannot tell how it goes on, are in `cnncalc.text.rules.syntax`. All are found by
`cnncalc.text.parser`.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Edit, Fix, Related, Span, printable, rule
from cnncalc.text.edits import before, behind, from_to, replacements, source_text

UNREAD = "the rest of the file was not read"


def excerpt(text: str, limit: int = 40) -> str:
    """A piece of the file, fit to stand in one line of a message."""
    line = printable(" ".join(text[: 2 * limit].split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def in_quotes(span: Span, text: str) -> tuple[Fix, ...]:
    """The fix that puts a piece of one line between quotes; none where it holds a quote."""
    if '"' in text or "\\" in text or span.line != span.end_line:
        return ()
    return (Fix(f'"{text}"', (before(span, '"'), behind(span, '"'))),)


@rule("text")
def not_utf8(span: Span, *, found: str) -> Diagnostic:
    """A spec is a text in UTF-8; this file is in another encoding.

    Save it as UTF-8 in the editor, or convert it: `iconv -f LATIN1 -t UTF-8 old.yaml > new.yaml`.
    Windows PowerShell writes UTF-16 with `>`; there, `Set-Content -Encoding utf8` helps.
    """
    return Diagnostic(
        f"the file is not UTF-8: {found}", span, label="not UTF-8", help=("save the file as UTF-8",)
    )


@rule("text")
def binary_file(span: Span) -> Diagnostic:
    """The file contains a zero byte, so it is not a text but an image, an archive or weights."""
    return Diagnostic("the file is not text: it contains a zero byte", span, label="a zero byte")


@rule("text")
def file_too_large(span: Span, *, limit: int) -> Diagnostic:
    """A spec has at most 16 MiB. Repetition (`repeat`, blocks) keeps large networks short."""
    return Diagnostic(
        f"the file has more than the {limit:,} bytes allowed; it was not read",
        span,
    )


@rule("text")
def too_many_errors(span: Span, *, limit: int) -> Diagnostic:
    """The text has so many errors that it is probably not a spec. The rest is not read."""
    return Diagnostic(f"the file has {limit} errors up to here; {UNREAD}", span)


@rule("text")
def nested_too_deeply(span: Span, *, limit: int) -> Diagnostic:
    """Lists and mappings are nested more than 40 levels deep. Use a block instead.

    Bad:
        name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - residual: [residual: [conv: {filters: 3, kernel: 3, padding: same}]]
    """
    return Diagnostic(
        f"lists and mappings are nested more than {limit} levels deep; {UNREAD}",
        span,
        label=f"level {limit + 1}",
    )


@rule("text")
def unprintable_character(span: Span, *, character: str) -> Diagnostic:
    """A character is invisible, or makes a text look different from what it is.

    Control characters, zero-width and direction-changing characters, and line separators other
    than the newline are refused wherever they stand, also written as `"\\e"` or `"\\u202e"`: a
    reviewer must see what the tool reads, and a report must not command a terminal.

    Bad:
        name: "LeNet\\u202e"
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: "LeNet"
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    import unicodedata

    name = unicodedata.name(character, "a control character")
    raw = source_text(span) == character
    return Diagnostic(
        f"U+{ord(character):04X} ({name}) is not allowed in a spec",
        span,
        label="remove it",
        fixes=[Fix(f"remove the `U+{ord(character):04X}`", (Edit(span, ""),))] if raw else (),
    )


@rule("text")
def empty_document(span: Span) -> Diagnostic:
    """The file is empty, or contains only comments.

    Bad:
        # layers will follow

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        "the file contains no spec", span, help=("a spec needs at least `input:` and `layers:`",)
    )


@rule("text")
def several_documents(span: Span) -> Diagnostic:
    """A file contains one spec. `---` or `...` ends the YAML document; what follows is not read.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        ---
        name: another

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"a second YAML document begins here; {UNREAD}",
        span,
        label="a file contains one spec",
        help=("put each spec in its own file",),
    )


@rule("text")
def directive(span: Span, *, written: str, stops: bool = False) -> Diagnostic:
    """YAML directives (`%YAML`, `%TAG`) are not allowed in a spec.

    Bad:
        %YAML 1.2
        ---
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the YAML directive `{excerpt(written)}` is not allowed in a spec"
        + (f"; {UNREAD}" if stops else ""),
        span,
        fixes=(Fix(f"remove `{excerpt(written)}`", (Edit(span, ""),)),),
    )


@rule("text")
def duplicate_key(
    span: Span, *, key: str, first: Span | None, end: Span | None = None
) -> Diagnostic:
    """A mapping has the same key twice. Other YAML parsers silently ignore one of them.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, filters: 32}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"duplicate key `{excerpt(key)}`",
        span,
        label="second value",
        related=(Related("first value", first),) if first else (),
        fixes=leaving_out(from_to(span, end), f"remove the second `{excerpt(key)}`") if end else (),
    )


def leaving_out(span: Span, text: str) -> tuple[Fix, ...]:
    """The fix that takes an entry away: with the comma before it, or with its lines."""
    left = span.source.lines[span.line - 1][: span.column - 1].rstrip()
    if left.endswith(","):
        edit = Edit(span._replace(column=len(left)), "")
    elif not left and span.end_line < len(span.source.lines):
        edit = Edit(Span(span.source, span.line, 1, span.end_line + 1, 1), "")
    else:
        return ()
    return (Fix(text, (edit,)),)


@rule("text")
def empty_value(span: Span, *, subject: str, written: str, entry: Span | None = None) -> Diagnostic:
    """A key or a dash without a value, or with `null` or `~`.

    To omit a value, omit its key too. Where "nothing" is one of the choices, it has a word:
    `norm: none`.

    Bad:
        name:
        input: 32x32x3
        layers:
          - conv: [16, 3]

    Good:
        name: LeNet
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    fixes = leaving_out(entry, f"remove {subject}") if entry else ()
    if written:
        return Diagnostic(
            f"{subject} is `{written}`, but a spec has no null values",
            span,
            label="no value",
            fixes=fixes,
            help=("remove it, or write `none` where that is one of the choices",),
        )
    return Diagnostic(
        f"{subject} has no value",
        span,
        label="needs a value",
        fixes=fixes,
        help=() if fixes else ("write a value, or remove it",),
    )


@rule("text")
def key_not_scalar(span: Span) -> Diagnostic:
    """A key is a list or a mapping.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, [1, 1]: same}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: same}
    """
    return Diagnostic("a key must be a word, not a list or a mapping", span, label="not a key")


@rule("text")
def anchor(span: Span, *, name: str) -> Diagnostic:
    """YAML anchors are not allowed in a spec: use blocks, parameters and defaults instead.

    Bad:
        input: 32x32x3
        layers:
          - conv: &first [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the YAML anchor `&{excerpt(name)}` is not allowed in a spec",
        span,
        label="an anchor",
        fixes=removed(span, f"&{name}"),
        help=("use a block under `blocks:` or a value under `parameters:`",),
    )


@rule("text")
def alias(span: Span, *, name: str) -> Diagnostic:
    """YAML aliases are not allowed in a spec: use the name of a block or a parameter.

    A value that begins with `*` is an alias to YAML, so a product cannot begin with it.

    Bad:
        input: 32x32x3
        layers:
          - conv: *first

    Good:
        parameters: {width: 16}
        input: 32x32x3
        layers:
          - conv: [width, 3]
    """
    return Diagnostic(
        f"the YAML alias `*{excerpt(name)}` is not allowed in a spec",
        span,
        label="an alias",
        help=("use a block under `blocks:` or a value under `parameters:`",),
    )


@rule("text")
def merge_key(span: Span) -> Diagnostic:
    """The YAML merge key `<<` is not allowed in a spec: use `defaults:`, which sets values for all
    layers of a kind.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, <<: {padding: same}}

    Good:
        input: 32x32x3
        defaults:
          conv: {padding: same}
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    return Diagnostic(
        "the YAML merge key `<<` is not allowed in a spec",
        span,
        label="a merge key",
        help=("use `defaults:` for all layers of a kind, or a block for a group of steps",),
    )


@rule("text")
def tag(span: Span, *, name: str) -> Diagnostic:
    """YAML tags are not allowed in a spec: each field has a fixed type.

    Bad:
        input: 32x32x3
        layers:
          - conv: [!!int 16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the YAML tag `{excerpt(name)}` is not allowed in a spec",
        span,
        label="a tag",
        fixes=removed(span, name),
    )


def removed(span: Span, text: str) -> tuple[Fix, ...]:
    """The fix that takes a word away, and the blanks behind it."""
    line = span.source.lines[span.line - 1][span.column - 1 :]
    if not line.startswith(text):
        return ()
    length = len(text) + len(line[len(text) :]) - len(line[len(text) :].lstrip(" "))
    place = span._replace(end_line=span.line, end_column=span.column + length)
    return (Fix(f"remove `{excerpt(text)}`", (Edit(place, ""),)),)


@rule("text")
def unquoted_expression(
    span: Span, *, text: str, stops: bool = False, others: Sequence[Span] = ()
) -> Diagnostic:
    """Within `[…]` and `{…}` YAML splits at `, [ ] { }`, also in the middle of an expression.

    Put such an expression in quotes, or write the step on several lines.

    Bad:
        parameters: {width: 16}
        input: 32x32x3
        layers:
          - conv: [max(8, 64 * width), 3]

    Good:
        parameters: {width: 16}
        input: 32x32x3
        layers:
          - conv: ["max(8, 64 * width)", 3]
    """
    quoted = [fix for other in (span, *others) for fix in in_quotes(other, source_text(other))]
    edits = tuple(edit for fix in quoted for edit in fix.edits)
    every = " and ".join(f"`{fix.text}`" for fix in quoted)
    texts = [text, *map(source_text, others)]
    return Diagnostic(
        f"{' and '.join(f'`{excerpt(t)}`' for t in texts)} "
        + ("need" if others else "needs")
        + " quotes within brackets"
        + (f"; {UNREAD}" if stops else ""),
        span,
        label="needs quotes here",
        fixes=(*as_list(span, text), *((Fix(f"write {every}", edits),) if others else quoted)),
        related=[Related("and here", other) for other in others],
    )


def as_list(span: Span, text: str) -> tuple[Fix, ...]:
    """For a Python tuple: the list."""
    inside = text[1:-1]
    if not (text.startswith("(") and text.endswith(")")) or "(" in inside or ")" in inside:
        return ()
    return replacements(span, f"[{inside}]")


@rule("text")
def missing_space(span: Span, *, text: str, stops: bool = False) -> Diagnostic:
    """A key needs a space after its colon: YAML reads `kernel:3` as one word.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel:3}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    key, _, value = text.partition(":")
    colon = span.column + len(key) + 1
    place = Span(span.source, span.line, colon, span.line, colon)
    return Diagnostic(
        f"`{excerpt(text)}` needs a space after the colon" + (f"; {UNREAD}" if stops else ""),
        span,
        label="YAML reads this as one word",
        fixes=(Fix(f"{excerpt(key)}: {excerpt(value)}", (Edit(place, " "),)),),
    )
