"""Text → a tree of located nodes: the first stage, and the only importer of PyYAML.

The tree is built from libyaml's events in one loop without recursion; where PyYAML has no
libyaml, from those of its Python parser. Scalars stay text: what they mean is decided by the
fields that read them. All traps of YAML end here, each as a diagnostic of `cnncalc.text.rules.text`
or, where YAML itself gives up, of `cnncalc.text.rules.syntax`.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from cnncalc.diagnostics import MAX_PROBLEMS, Diagnostic, Problem, Source, Span
from cnncalc.text import rules
from cnncalc.text.characters import (
    APART,
    DIRECTIVE,
    JOINED,
    MAX_BYTES,
    decode,
    directives,
    joined,
    place,
    too_large,
    unprintables,
    without_directives,
    without_unprintables,
)
from cnncalc.text.nodes import (
    MAX_NESTING,
    NOT_A_KEY,
    Broken,
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    broken_like,
    remember_broken,
)
from cnncalc.text.scalars import SPECIAL, continues_number, examined, report_split

__all__ = ["Broken", "Entry", "Mapping", "Node", "Scalar", "Sequence", "decode", "parse"]


PROPERTIES = r"(?:&\S+\s+)?(![^\s,\[\]{}]*)"


def parse(source: Source, problems: list[Diagnostic], text: str | None = None) -> Node | None:
    """The tree of a text; what is wrong is added to ``problems``, in the order of the places.

    ``text`` is read in the place of the source's own, and is as long. None when nothing is
    usable: no document, a syntax error, a limit passed. Any text gives a tree or problems, never
    an exception.
    """
    text = source.text if text is None else text
    reader = Reader(source, text)
    # Nothing that is made here is garbage, but looking for it takes a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        root = reader.read()
        if reader.split:
            reader = Reader(source, joined(text), joined=True)
            root = reader.read()
            report_split(reader)
    except Problem as problem:
        reader.found.append(problem.diagnostic)
        root = None
    finally:
        if collecting:
            gc.enable()
    if root is None:
        reader.report_unfinished()
    reader.found.sort(key=lambda diagnostic: (diagnostic.line, diagnostic.column))
    problems.extend(reader.found)
    return None if isinstance(root, Broken) else root


class Parser(Protocol):
    """What the two parsers of PyYAML have in common."""

    def get_event(self) -> Any: ...


def new_parser(text: str) -> Parser:
    """The parser of libyaml, or where PyYAML came without it, the slower one in Python."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(text)
    return CParser(text)


class Open(NamedTuple):
    """The collection around the one being read, and the key that waits for it there."""

    collection: Sequence | Mapping | None
    key: Scalar | Broken | None
    in_brackets: bool


class Reader:
    """Builds the tree of one text."""

    def __init__(self, source: Source, text: str, *, joined: bool = False) -> None:
        self.source = source
        self.text = text
        self.joined = joined
        """Expressions with brackets were made one word, so that YAML does not split them."""
        self.unquoted: dict[int, list[Span]] = {}
        """The places of these, by lines, where YAML splits them."""
        self.split = False
        """The reading ended at such an expression."""
        self.found: list[Diagnostic] = []
        self.root: Node | None = None
        self.done = False
        self.documents = 0
        self.stack: list[Open] = []
        self.collection: Sequence | Mapping | None = None
        self.key: Scalar | Broken | None = None
        self.in_brackets = False
        self.last: Node | None = None
        """The node that ended last: a block collection ends where its last child does."""
        self.damaged = False
        """Unprintable characters were replaced by U+FFFD, which YAML can read."""
        self.silent_below: int | None = None
        """How many collections are open around one whose error is reported."""
        self.skip_to = -1
        """Where an expression ends that YAML splits into pieces, which are passed over."""
        self.no_end_before = 0
        """Up to where such an end was looked for in vain: looking once keeps the time linear."""
        self.unfinished: list[Mapping] = []
        """The mappings that may have their parameters beside the first key, not below it."""
        self.skipped = 0
        """How many of the open collections are among these pieces."""

    def read(self) -> Node | None:
        """Raises `Problem` for what ends the reading."""
        source = self.source
        if len(source.text) > MAX_BYTES:
            raise too_large(source.path)
        self.text = text = self.readable_text()
        from yaml import events
        from yaml.error import YAMLError

        actions: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self.scalar,
            events.SequenceStartEvent: self.start_sequence,
            events.MappingStartEvent: self.start_mapping,
            events.SequenceEndEvent: self.end_collection,
            events.MappingEndEvent: self.end_collection,
            events.AliasEvent: self.alias,
            events.StreamStartEvent: lambda _: None,
            events.DocumentStartEvent: self.start_document,
            events.DocumentEndEvent: self.end_document,
            events.StreamEndEvent: self.end_stream,
        }
        get_event = new_parser(text).get_event
        while not self.done:
            try:
                event = get_event()
            except (YAMLError, ValueError, OverflowError) as error:
                # The latter two from the Python parser, whose chr() refuses "\UFFFFFFFF".
                self.syntax_error(error)
                return None
            actions[type(event)](event)
        return self.root

    def readable_text(self) -> str:
        """The text without what YAML cannot read, which is reported."""
        text = self.text
        for diagnostic in unprintables(self.source):
            self.damaged = True
            self.report(diagnostic)
        if self.damaged:
            text = without_unprintables(text)
        starts = directives(self.source)
        if starts:
            span = place(self.source, starts[0])
            written = self.source.lines[span.line - 1]
            span = span._replace(end_column=len(written) + 1)
            self.report(rules.text.directive(span, written=written))
            text = without_directives(text, starts)
        return text

    def report(self, diagnostic: Diagnostic) -> None:
        if self.silent_below is not None or isinstance(self.key, Broken):
            return
        self.found.append(diagnostic)
        if len(self.found) >= MAX_PROBLEMS:
            raise Problem(rules.text.too_many_errors(diagnostic.span, limit=MAX_PROBLEMS))

    # One method for each kind of event.

    def scalar(self, event: Any) -> None:
        start, end, text, style = event.start_mark, event.end_mark, event.value, event.style
        if start.index <= self.skip_to and (start.index < self.skip_to or not text):
            return
        line = start.line + 1
        end_line = line if end.line == start.line else end.line + 1
        column, end_column = start.column + 1, end.column + 1
        quoted = style == '"' or style == "'"
        if self.joined:
            text = text.translate(APART)
        node = Scalar(text, self.source, line, column, end_line, end_column, quoted)
        if not text and not style and continues_number(self):
            return
        if (
            style
            or text in SPECIAL
            or "(" in text
            or ":" in text
            or event.anchor
            or event.tag
            or self.damaged
            or self.joined
        ):
            self.add(examined(self, node, event))
        else:
            self.add(node)

    def start_sequence(self, event: Any) -> None:
        start = event.start_mark
        line, column = start.line + 1, start.column + 1
        self.open(event, Sequence(self.source, line, column, line, column + 1))

    def start_mapping(self, event: Any) -> None:
        start = event.start_mark
        line, column = start.line + 1, start.column + 1
        self.open(event, Mapping(self.source, line, column, line, column + 1))

    def open(self, event: Any, node: Sequence | Mapping) -> None:
        if event.start_mark.index < self.skip_to:
            self.skipped += 1
            return
        if event.anchor or event.tag:
            self.refuse_properties(event)
        if len(self.stack) >= MAX_NESTING:
            raise Problem(rules.text.nested_too_deeply(node.span, limit=MAX_NESTING))
        self.stack.append(Open(self.collection, self.key, self.in_brackets))
        is_key = self.key is None and type(self.collection) is Mapping
        if is_key:
            self.report(rules.text.key_not_scalar(node.span))
        if self.silent_below is None and (is_key or type(self.key) is Broken):
            self.silent_below = len(self.stack)
        self.collection, self.key, self.in_brackets = node, None, event.flow_style

    def end_collection(self, event: Any) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        node = self.collection
        if node is None:  # not for PyYAML, which ends only what it began
            return
        if type(node) is Mapping and node.unfinished and not node.entries:
            unfinished, node.unfinished = node.unfinished, None
            self.report(unfinished.error)
        start, end = event.start_mark, event.end_mark
        if self.in_brackets and end.index > start.index:
            node.end_line, node.end_column = end.line + 1, end.column + 1
        elif self.last is not None:
            node.end_line, node.end_column = self.last.end_line, self.last.end_column
        self.collection, self.key, self.in_brackets = self.stack.pop()
        if self.silent_below is not None and len(self.stack) < self.silent_below:
            self.silent_below = None
        if type(node) is Mapping and not node.entries and NOT_A_KEY in node.broken:
            self.add(broken_like(node))
        else:
            self.add(node)

    def alias(self, event: Any) -> None:
        if event.start_mark.index < self.skip_to:
            return
        node = self.broken_at(event.start_mark, event.end_mark)
        self.report(rules.text.alias(node.span, name=event.anchor))
        self.add(node)

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.second_document(self.broken_at(event.start_mark, event.end_mark).span)

    def end_document(self, event: Any) -> None:
        # Directives of a second document are not given to YAML: it reads many in quadratic time.
        text, end = self.source.text, event.end_mark.index
        if "%" not in text[end:]:
            return
        start = text.find("\n", end) if event.explicit else end
        found = re.compile(DIRECTIVE).match(text, max(start, end))
        if found:
            self.second_document(place(self.source, found.start(1)))

    def end_stream(self, _: Any) -> None:
        self.done = True
        if not self.documents:
            self.report(rules.text.empty_document(Span(self.source, 1, 1, 1, 1)))

    def second_document(self, span: Span) -> None:
        self.report(rules.text.several_documents(span))
        self.done = True

    def syntax_error(self, error: Exception) -> None:
        """Words what PyYAML could not read; the tree is dropped, for it lacks what follows."""
        from cnncalc.text.syntax_errors import explain

        mark: Any = getattr(error, "problem_mark", None)
        before = self.found[-1] if self.found else None
        if (
            before
            and before.code == rules.text.unquoted_expression.code
            and mark
            and mark.index <= self.skip_to
        ):
            # The pieces of that expression: `[max(8, [1]) + 1, 3]`.
            self.found[-1] = before._replace(notes=(*before.notes, rules.text.UNREAD))
            return
        collections = [*(item.collection for item in self.stack), self.collection]
        still_open = [node for node in collections if node]
        found = explain(self.source, error, still_open, self.last)
        if found.code == rules.text.unquoted_expression.code and not self.joined:
            self.split = JOINED.isdisjoint(self.text)
        if before and (before.code, before.span[:3]) == (found.code, found.span[:3]):
            self.found[-1] = found
        else:
            self.found.append(found)

    def refuse_properties(self, event: Any) -> None:
        start = event.start_mark
        span = Span(self.source, start.line + 1, start.column + 1, start.line + 1, start.column + 2)
        if event.anchor:
            self.report(rules.text.anchor(span, name=event.anchor))
        if event.tag:
            written = re.compile(PROPERTIES).match(self.source.text, start.index)
            self.report(
                rules.text.tag(span, name=written[1] if written and written[1] else event.tag)
            )

    def report_unfinished(self) -> None:
        """Without a tree, nobody decides what keys without a value are."""
        self.found += [node.unfinished.error for node in self.unfinished if node.unfinished]

    # Nodes, put where they belong.

    def add(self, node: Node) -> None:
        self.last = node
        collection = self.collection
        if type(collection) is Mapping:
            if self.key is None:
                if type(node) is Scalar:
                    self.key = node
                else:
                    self.key = broken_like(node)
                    remember_broken(collection, NOT_A_KEY)
            else:
                self.add_entry(collection, self.key, node)
                self.key = None
        elif type(collection) is Sequence:
            collection.items.append(node)
        else:
            self.root = node

    def add_entry(self, mapping: Mapping, key: Scalar | Broken, value: Node) -> None:
        if type(key) is not Scalar:
            return
        text = key.text
        if text in mapping.entries or text in mapping.broken:
            entry = mapping.entries.get(text)
            first = entry.key.span if entry else None
            self.report(rules.text.duplicate_key(key.span, key=text, first=first, end=value.span))
        elif type(value) is Broken:
            remember_broken(mapping, text)
        else:
            mapping.entries[text] = Entry(key, value)

    def broken_at(self, start: Any, end: Any) -> Broken:
        return Broken(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
