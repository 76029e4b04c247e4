"""Bytes → a text that YAML can read: encoding, size, and the characters that no spec may hold.

Used by `cnncalc.text.files`, and by `cnncalc.text.parser` for what YAML cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cnncalc.diagnostics import UNPRINTABLE, Diagnostic, Problem, Source, Span
from cnncalc.text import rules
from cnncalc.text.edits import LINE_BREAK

MAX_BYTES: Final = 16 * 1024 * 1024
BYTE_ORDER_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Patterns that few files need are compiled by their first use: start-up has no time for them.
UTF16_START = rb"[^\0]\0[^\0]\0|\0[^\0]\0[^\0]"
UNREADABLE = f"(?![\r\x85\u2028\u2029]){UNPRINTABLE}"
DIRECTIVE = r"(?:[ \t]*+(?:#[^\n\r]*+)?[\n\r])*+(%[^\n\r]*+)"
INDEX = r"(?<=[\w)\]])\[(?:[^\[\]{}\n]|\[[^\[\]{}\n]*\])*\]|\$\{[^{}\n]*\}"
TOGETHER: Final = str.maketrans("[]{},", "\ue000\ue001\ue002\ue003\ue004")
APART: Final = {new: old for old, new in TOGETHER.items()}
JOINED: Final = frozenset(map(chr, APART))


def decode(path: str, data: bytes) -> Source:
    """The text of a file, without a byte order mark.

    Raises `Problem` when the file is larger than 16 MiB, is not UTF-8, or is no text at all.
    """
    if len(data) > MAX_BYTES:
        raise too_large(path)
    start = Span(Source(path, ""), 1, 1, 1, 1)
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise Problem(rules.text.not_utf8(start, found=f"it begins like {name}"))
    if re.match(UTF16_START, data):
        raise Problem(rules.text.not_utf8(start, found="it looks like UTF-16"))
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        source = Source(path, data.decode(errors="replace"))
        span = place(source, len(data[: error.start].decode()))
        zero = data.find(0, 0, error.start)
        if zero < 0:
            found = f"byte 0x{data[error.start]:02X} in line {span.line}, column {span.column}"
            raise Problem(rules.text.not_utf8(span, found=found)) from None
    else:
        source = Source(path, text)
    zero = source.text.find("\0")
    if zero >= 0:
        raise Problem(rules.text.binary_file(place(source, zero)))
    return source


def too_large(path: str) -> Problem:
    start = Span(Source(path, ""), 1, 1, 1, 1)
    return Problem(rules.text.file_too_large(start, limit=MAX_BYTES))


def place(source: Source, index: int) -> Span:
    """The place of one code point of a text."""
    line, start = 1, 0
    for found in re.finditer(LINE_BREAK, source.text[:index]):
        line, start = line + 1, found.end()
    column = index - start + 1
    return Span(source, line, column, line, column + 1)


# What YAML cannot read is replaced by as many characters, so that places stay true.


def unprintables(source: Source) -> Iterator[Diagnostic]:
    """A diagnostic for each line that holds a character that no spec may hold."""
    flat = source.text.replace("\n", "").replace("\r", "")
    if flat.isprintable() or not re.search(UNPRINTABLE, flat):
        return
    line, start, reported = 1, 0, 0
    for found in re.finditer(f"(\r\n|[\n\r])|{UNPRINTABLE}", source.text):
        if not found[1] and reported != line:
            column = found.start() - start + 1
            span = Span(source, line, column, line, column + 1)
            yield rules.text.unprintable_character(span, character=found[0])
            reported = line
        if re.match(LINE_BREAK, found[0]):
            line, start = line + 1, found.end()


def without_unprintables(text: str) -> str:
    """The text with U+FFFD in the place of these characters, line breaks left as they are."""
    return re.sub(UNREADABLE, "\ufffd", text)


def directives(source: Source) -> list[int]:
    """Where the directives before the document begin."""
    found: list[int] = []
    if "%" not in source.text:
        return found
    directive, position = re.compile(DIRECTIVE), 0
    while match := directive.match(source.text, position):
        found.append(match.start(1))
        position = match.end()
    return found


def without_directives(text: str, starts: list[int]) -> str:
    """The text with its directives made comments."""
    pieces = [text[i + 1 : j] for i, j in zip(starts, [*starts[1:], None], strict=True)]
    return text[: starts[0]] + "".join(f"#{piece}" for piece in pieces)


def joined(text: str) -> str:
    """The text with each index `x[i]` and each `${x}` one word to YAML; as long as it was."""
    return re.sub(INDEX, lambda found: found[0].translate(TOGETHER), text)
