"""How a change is written into a spec's text: the edits that fixes are made of.

Knows places and nodes, and nothing of what they mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Edit, Fix, Source, Span
from cnncalc.text.nodes import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncalc.text.suggestions import Aliases

LINE_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """The text with some stretches replaced; they do not overlap."""
    starts = [0, *(found.end() for found in re.finditer(LINE_BREAK, source.text))]
    pieces, at = [], 0
    for span, new in sorted(edits, key=lambda edit: edit.span[1:]):
        pieces += [source.text[at : starts[span.line - 1] + span.column - 1], new]
        at = starts[span.end_line - 1] + span.end_column - 1
    return "".join([*pieces, source.text[at:]])


def source_text(span: Span) -> str:
    """The text of a span, as written; on one line."""
    lines = span.source.lines[span.line - 1 : span.end_line]
    if len(lines) == 1:
        return lines[0][span.column - 1 : span.end_column - 1]
    first, *middle, last = lines
    parts = [first[span.column - 1 :], *middle, last[: span.end_column - 1]]
    return " ".join(part.strip() for part in parts)


def before(span: Span, text: str) -> Edit:
    """Puts a text before a place."""
    return Edit(span._replace(end_line=span.line, end_column=span.column), text)


def behind(span: Span, text: str) -> Edit:
    """Puts a text behind a place."""
    return Edit(span._replace(line=span.end_line, column=span.end_column), text)


def from_to(first: Span, last: Span) -> Span:
    """The stretch from the begin of one place to the end of another."""
    return Span(first.source, first.line, first.column, last.end_line, last.end_column)


def near_name(
    span: Span, name: str, known: Iterable[str], aliases: Aliases | None = None
) -> Iterator[Fix]:
    """The fix that writes the nearest legal name; looked up when it is asked for."""
    from cnncalc.text.suggestions import nearest

    near = nearest(name, known, aliases)
    if near is not None:
        yield replacing(span, near)


def replacing(span: Span, text: str, title: str = "") -> Fix:
    """The fix that writes a text over a place; it shows the text, or its ``title``."""
    return Fix(title or text, (Edit(span, text),))


def replacements(span: Span, *texts: str | None) -> tuple[Fix, ...]:
    """For each text, unless there is none, the fix that writes it over a place."""
    return tuple(replacing(span, text) for text in texts if text)


def in_brackets(node: Mapping | Sequence) -> bool:
    """Whether a collection is written in braces or brackets, not line by line."""
    lines = node.source.lines
    return lines[node.line - 1][node.column - 1 : node.column] in ("{", "[")


def add_entry(node: Mapping, text: str) -> Edit:
    """The edit that adds an entry behind the last one of a mapping."""
    last = list(node.entries.values())[-1]
    if in_brackets(node):
        return behind(last.value.span, f", {text}")
    return behind(last.value.span, f"\n{' ' * (last.key.column - 1)}{text}")


def remove_entry(node: Mapping, key: str) -> Edit | None:
    """The edit that takes an entry out of a mapping; None for the only one."""
    entries = list(node.entries.values())
    at = list(node.entries).index(key)
    entry = entries[at]
    if at + 1 < len(entries):
        after = entries[at + 1].key.span
        whole = from_to(entry.key.span, after)
        return Edit(whole._replace(end_line=after.line, end_column=after.column), "")
    if at:
        left = entries[at - 1].value.span
        whole = from_to(left, entry.value.span)
        return Edit(whole._replace(line=left.end_line, column=left.end_column), "")
    return None


def replace_entry(entry: Entry, text: str) -> Fix:
    """The fix that writes another key and value over an entry."""
    return replacing(from_to(entry.key.span, entry.value.span), text)


def without_value(label: Scalar, value: Node) -> Fix:
    """The fix that leaves of `label: value` the label alone."""
    return replacing(from_to(label.span, value.span), label.text)


def indented(span: Span, last: int, by: str = "  ") -> tuple[Edit, ...]:
    """The edits that move whole lines to the right, from ``span``'s to ``last``."""
    lines = span.source.lines
    return tuple(
        Edit(Span(span.source, line, 1, line, 1), by)
        for line in range(span.line, last + 1)
        if lines[line - 1].strip()
    )
