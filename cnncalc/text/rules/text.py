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
    """The file holds a zero byte, so it is no text: an image, an archive, a model's weights."""
    return Diagnostic("this is no text file: it holds a zero byte", span, label="a zero byte")


@rule("text")
def file_too_large(span: Span, *, size: int, limit: int) -> Diagnostic:
    """A spec has at most 16 MiB. Repetition (`repeat`, blocks) keeps large networks short."""
    return Diagnostic(
        f"the file has {size:,} bytes, more than the {limit:,} that a spec may have; it was not "
        "read",
        span,
    )


@rule("text")
def too_many_errors(span: Span, *, limit: int) -> Diagnostic:
    """The text has so many mistakes that it is hardly a spec: reading ends, to keep this short."""
    return Diagnostic(f"{limit} errors up to here: {UNREAD}", span)


@rule("text")
def nested_too_deeply(span: Span, *, limit: int) -> Diagnostic:
    """Lists and mappings may stand in each other 40 deep. A block gives a part a name instead.

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
        f"lists and mappings are nested more than {limit} deep here: {UNREAD}",
        span,
        label=f"level {limit + 1}",
    )


@rule("text")
def unprintable_character(span: Span, *, character: str) -> Diagnostic:
    """A character that cannot be seen, or that makes text look other than it is.

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
    """The file holds nothing, or only comments.

    Bad:
        # layers will follow

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        "the file holds no spec", span, help=("a spec needs at least `input:` and `layers:`",)
    )


@rule("text")
def several_documents(span: Span) -> Diagnostic:
    """A file holds one spec. `---` or `...` ends the YAML document; what follows is not read.

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
        f"a second YAML document begins here: {UNREAD}",
        span,
        label="one file, one spec",
        help=("put each spec in a file of its own",),
    )


@rule("text")
def directive(span: Span, *, written: str, stops: bool = False) -> Diagnostic:
    """YAML's directives (`%YAML`, `%TAG`) have no use in a spec.

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
        f"`{excerpt(written)}`: a spec has no YAML directives" + (f"; {UNREAD}" if stops else ""),
        span,
        fixes=(Fix(f"remove `{excerpt(written)}`", (Edit(span, ""),)),),
    )


@rule("text")
def duplicate_key(
    span: Span, *, key: str, first: Span | None, end: Span | None = None
) -> Diagnostic:
    """A mapping has the same key twice. YAML parsers silently keep one; here it is a mistake.

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
        f"`{excerpt(key)}` is given twice",
        span,
        label="given again",
        related=(Related("first given here", first),) if first else (),
        fixes=leaving_out(from_to(span, end), f"leave out the second `{excerpt(key)}`")
        if end
        else (),
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

    To leave something out, leave out the key too. Where nothing is a choice, it has a word:
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
    fixes = leaving_out(entry, f"leave out {subject}") if entry else ()
    if written:
        return Diagnostic(
            f"{subject} is `{written}`, which means nothing at all",
            span,
            label="no value",
            fixes=fixes,
            help=("leave it out, or write `none` where that is one of the choices",),
        )
    return Diagnostic(
        f"{subject} is empty",
        span,
        label="no value",
        fixes=fixes,
        help=() if fixes else ("write it or remove it",),
    )


@rule("text")
def key_not_scalar(span: Span) -> Diagnostic:
    """A list or a mapping stands where a key belongs.

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
    """YAML's anchors have no use in a spec: blocks, parameters and defaults do their work.

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
        f"`&{excerpt(name)}`: a spec has no YAML anchors",
        span,
        label="an anchor",
        fixes=removed(span, f"&{name}"),
        help=("a block under `blocks:`, or a value under `parameters:`, can be used many times",),
    )


@rule("text")
def alias(span: Span, *, name: str) -> Diagnostic:
    """YAML's aliases have no use in a spec: name the block or the parameter itself.

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
        f"`*{excerpt(name)}`: a spec has no YAML aliases",
        span,
        label="an alias",
        help=("a block under `blocks:`, or a value under `parameters:`, can be used many times",),
    )


@rule("text")
def merge_key(span: Span) -> Diagnostic:
    """YAML's merge key `<<` has no use in a spec: `defaults:` gives values to all layers of a kind.

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
        "`<<`: a spec has no YAML merge keys",
        span,
        label="a merge key",
        help=("`defaults:` gives values to all layers of a kind, a block gives a group a name",),
    )


@rule("text")
def tag(span: Span, *, name: str) -> Diagnostic:
    """YAML's tags have no use in a spec: each field knows its own type.

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
        f"`{excerpt(name)}`: a spec has no YAML tags",
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
        f"within brackets, YAML splits {' and '.join(f'`{excerpt(t)}`' for t in texts)} into pieces"
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
    """A colon makes a key only when a space follows it: `kernel:3` is one word to YAML.

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
        label="one word to YAML",
        fixes=(Fix(f"{excerpt(key)}: {excerpt(value)}", (Edit(place, " "),)),),
    )
