"""Scalars that a spec may not have: empty or null, pieces of an expression that YAML splits.

Functions of the parser's `Reader`, called for the few scalars that may be such.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cnncalc.diagnostics import MAX_PROBLEMS, UNPRINTABLE, Span
from cnncalc.text import rules
from cnncalc.text.edits import from_to, source_text
from cnncalc.text.nodes import Broken, Mapping, Scalar, Sequence, Unfinished, broken_like

if TYPE_CHECKING:
    from cnncalc.text.parser import Reader

MAX_EXPRESSION: Final = 400
LONGEST_NUMBER: Final = 40
COLON_WITHOUT_SPACE: Final = r"[A-Za-z_]\w*:\S"
NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
SPECIAL: Final = NOTHING | {"<<"}
BLOCK_STYLES: Final = ("|", ">")


def examined(reader: Reader, node: Scalar, event: Any) -> Scalar | Broken:
    """The scalar, or where it cannot be used, what stands for it."""
    text, style = node.text, event.style
    is_key = reader.key is None and type(reader.collection) is Mapping
    if event.anchor or event.tag:
        reader.refuse_properties(event)
    if style in BLOCK_STYLES:
        end_at_text(reader.source.lines, node)
    if text in NOTHING:
        return nothing(reader, node, event, is_key)
    if is_key and text == "<<":
        reader.report(rules.text.merge_key(node.span))
        return broken_like(node)
    if style == '"' and (found := re.search(UNPRINTABLE, text)):
        reader.report(rules.text.unprintable_character(node.span, character=found[0]))
        return broken_like(node)
    if reader.damaged and "\ufffd" in text:
        return broken_like(node)
    return node if style or is_key else plain_value(reader, node, event.start_mark.index)


def plain_value(reader: Reader, node: Scalar, index: int) -> Scalar | Broken:
    """Finds what YAML took for a plain value, though it is a piece of one, or more than one."""
    text = node.text
    if reader.in_brackets and index >= reader.no_end_before and text.count("(") > text.count(")"):
        end = expression_end(reader.source.text, index)
        if end is None:
            reader.no_end_before = index + MAX_EXPRESSION
        else:
            written = reader.source.text[index:end].rstrip()
            reader.skip_to = end
            span = node.span._replace(end_column=node.column + len(written))
            reader.report(rules.text.unquoted_expression(span, text=written))
            return Broken(*span)
    if reader.joined and reader.in_brackets and "[" in text:
        reader.unquoted.setdefault(node.line, []).append(node.span)
    if type(reader.collection) is not Mapping and re.match(COLON_WITHOUT_SPACE, text):
        reader.report(rules.text.missing_space(node.span, text=text))
        return broken_like(node)
    return node


def continues_number(reader: Reader) -> bool:
    """Whether the key without a value is the rest of a number that YAML split at its comma,
    as in `{macs: 30,720}`; it is then put back, and judged by whoever reads the number.
    """
    key, mapping = reader.key, reader.collection
    if type(key) is not Scalar or type(mapping) is not Mapping or not mapping.entries:
        return False
    last = next(reversed(mapping.entries.values())).value
    if type(last) is not Scalar or not (reader.in_brackets and last.text[-1:].isdigit()):
        return False
    follows = (key.line, key.column) == (last.end_line, last.end_column + 1)
    if last.quoted or not follows or not key.text[:1].isdigit():
        return False
    if len(last.text) > LONGEST_NUMBER:
        return False
    last.text = f"{last.text},{key.text}"
    last.end_column = key.end_column
    reader.key = None
    return True


def report_split(reader: Reader) -> None:
    """Reports the expressions that need quotes, those of a line at once."""
    for spans in list(reader.unquoted.values())[:MAX_PROBLEMS]:
        texts = [source_text(span) for span in spans]
        others = spans[1:]
        reader.found.append(rules.text.unquoted_expression(spans[0], text=texts[0], others=others))


def nothing(reader: Reader, node: Scalar, event: Any, is_key: bool) -> Broken:
    """Reports a value that is empty or null: at the null, else at its key or its dash."""
    index, key = event.start_mark.index, reader.key
    implicit = not node.text and not event.style
    place, subject = broken_like(node), "this item"
    if is_key:
        subject = "this key"
    elif isinstance(key, Scalar):
        subject = f"`{rules.text.excerpt(key.text)}`"
        if implicit:
            place = broken_like(key)
            if re.match(COLON_WITHOUT_SPACE, key.text) and not key.quoted:
                reader.report(rules.text.missing_space(key.span, text=key.text))
                key.text = key.text.partition(":")[0]
                return place
    elif reader.collection is None:
        if implicit:
            place = Broken(reader.source, 1, 1, 1, 1)
        reader.report(rules.text.empty_document(place.span))
        return place
    elif implicit and reader.source.text[index - 1] == "-":
        place.column -= 1
    written = "" if implicit else reader.source.text[index : event.end_mark.index]
    lines = reader.source.lines
    if place.end_line > len(lines):  # PyYAML ends some keys behind the last line
        place.end_line, place.end_column = len(lines), len(lines[-1]) + 1
    given: Span | None = None
    mark = event.end_mark
    if isinstance(key, Scalar) and not is_key and mark.line + 1 == key.end_line:
        given = from_to(key.span, reader.broken_at(mark, mark).span)
    written = rules.text.excerpt(written)
    error = rules.text.empty_value(place.span, subject=subject, written=written, entry=given)
    if implicit and isinstance(key, Scalar) and begins_item(reader):
        assert type(reader.collection) is Mapping
        reader.collection.unfinished = Unfinished(key, error)
        reader.unfinished.append(reader.collection)
    else:
        reader.report(error)
    return place


def begins_item(reader: Reader) -> bool:
    """Whether an item of a list begins with the key whose value is read."""
    mapping = reader.collection
    return (
        type(mapping) is Mapping
        and not (mapping.entries or mapping.broken or reader.in_brackets)
        and type(reader.stack[-1].collection) is Sequence
        and reader.silent_below is None
    )


def end_at_text(lines: list[str], node: Scalar) -> None:
    """Moves the end of a block scalar from behind its line breaks to its last line's end."""
    last = node.end_line
    if not lines[last - 1][: node.end_column - 1].strip(" \t"):
        last -= 1
        while last > node.line and not lines[last - 1].strip(" \t"):
            last -= 1
        node.end_line, node.end_column = last, len(lines[last - 1]) + 1


def expression_end(text: str, start: int) -> int | None:
    """The index of the comma or bracket after an expression that YAML splits within brackets.

    None when the line ends first, or goes on for longer than an expression can be.
    """
    depth = 0
    for index in range(start, min(len(text), start + MAX_EXPRESSION)):
        character = text[index]
        if character in "([{":
            depth += 1
        elif depth == 0 and character in ",]}":
            return index
        elif character in ")]}":
            depth -= 1
        elif character in "\r\n":
            return None
    return None
