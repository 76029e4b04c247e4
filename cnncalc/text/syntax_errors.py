"""What PyYAML could not read → the diagnostic that says why, in the words of a spec's author.

Part of the first stage, and imported only for a broken file. The two parsers of PyYAML word and
place their errors differently, and both say what the grammar wanted, not what the author forgot;
so the words decide little here, the text around the place and the open collections most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Diagnostic, Fix, Related, Source, Span
from cnncalc.text.edits import before, in_brackets, replacing
from cnncalc.text.nodes import MAX_NESTING, Mapping, Scalar, Sequence
from cnncalc.text.rules import syntax as rules
from cnncalc.text.rules.text import (
    directive,
    excerpt,
    missing_space,
    nested_too_deeply,
    several_documents,
    unquoted_expression,
)
from cnncalc.text.scalars import expression_end

if TYPE_CHECKING:
    from cnncalc.text.nodes import Node

WORD_AND_COLON = re.compile(r"[^\s:]+:\S")
LAST_WORD = re.compile(r"([^\s,\[\]{}]+)\s*$")
BRACKET = re.compile(r"[\[\]{}]")
TOO_LARGE = re.compile(r"\\U(?!00(?:0[0-9A-Fa-f]|10))")
KEY_BEFORE = re.compile(r"\s*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\s\"'][^:]*?) *: +(?=\S)")


def explain(
    source: Source, error: Any, collections: list[Sequence | Mapping], last: Node | None
) -> Diagnostic:
    """The diagnostic for an error of PyYAML.

    ``collections`` are those still open, the outermost first; ``last`` is the node before.
    """
    return Fault(source, error, collections, last).diagnostic()


class Fault:
    """A syntax error, with the text around it."""

    def __init__(
        self, source: Source, error: Any, collections: list[Sequence | Mapping], last: Node | None
    ) -> None:
        self.source = source
        self.collections = collections
        self.last = last
        self.words = f"{getattr(error, 'context', '')} {getattr(error, 'problem', error)}"
        mark = getattr(error, "problem_mark", None)
        began = getattr(error, "context_mark", None)
        where = (mark.line + 1, mark.column + 1) if mark else self.too_large_escape()
        self.line, self.column = self.within_text(*where)
        self.began = self.within_text(began.line + 1, began.column + 1) if began else where
        self.text = source.lines[self.line - 1]
        self.character = self.text[self.column - 1 : self.column]

    def end_of_text(self) -> tuple[int, int]:
        return len(self.source.lines), len(self.source.lines[-1]) + 1

    def too_large_escape(self) -> tuple[int, int]:
        """Where PyYAML's Python parser fails without a reason: at `"\\U00110000"` and above."""
        for number, line in enumerate(self.source.lines, 1):
            if found := TOO_LARGE.search(line):
                self.words = "quoted scalar"
                return number, found.start() + 1
        return self.end_of_text()

    def within_text(self, line: int, column: int) -> tuple[int, int]:
        lines = self.source.lines
        if line > len(lines):
            return self.end_of_text()
        return line, min(column, len(lines[line - 1]) + 1)

    def at(self, line: int, column: int, length: int = 1) -> Span:
        return Span(self.source, line, column, line, column + length)

    def here(self) -> Span:
        return self.at(self.line, self.column, len(self.character))

    def says(self, *words: str) -> bool:
        return any(word in self.words for word in words)

    def diagnostic(self) -> Diagnostic:
        return (
            self.nesting()
            or self.quotes()
            or self.tabs()
            or self.first_characters()
            or self.brackets()
            or self.simple_keys()
            or self.structure()
        )

    def nesting(self) -> Diagnostic | None:
        """The bracket that is one level too deep. libyaml 0.2.6 looks ahead in a line of them, and
        stops at its own limit of 1,000 levels before it has given the 41st.
        """
        if not self.says("maximum nesting depth"):
            return None
        innermost = self.collections[-1] if self.collections else None
        start = innermost.column if innermost and innermost.line == self.line else 0
        depth = len(self.collections)
        for bracket in BRACKET.finditer(self.text, start):
            depth += 1 if bracket[0] in "[{" else -1
            if depth > MAX_NESTING:
                return nested_too_deeply(self.at(self.line, bracket.end()), limit=MAX_NESTING)
        return nested_too_deeply(self.here(), limit=MAX_NESTING)

    def quotes(self) -> Diagnostic | None:
        last = self.last
        if self.says("quoted scalar"):
            line, column = self.began
            if self.says("end of stream", "document"):
                quote = self.source.lines[line - 1][column - 1 : column]
                return rules.unclosed_quote(self.at(line, column), quote=quote)
            return self.escape()
        # A quote left open is closed by the next one that opens, lines below.
        if last and getattr(last, "quoted", False) and last.line < last.end_line == self.line:
            quote = self.source.lines[last.line - 1][last.column - 1]
            return rules.unclosed_quote(self.at(last.line, last.column), quote=quote)
        return None

    def escape(self) -> Diagnostic:
        column = self.text.rfind("\\", 0, self.column) + 1 or self.column
        written = self.text[column - 1 : column + 1]
        return rules.bad_escape(self.at(self.line, column, len(written)), written=written)

    def tabs(self) -> Diagnostic | None:
        if self.bracket_open() and self.character != "\t":
            return None
        for line in range(max(self.began[0], self.line - 1), self.line + 1):
            text = self.source.lines[line - 1]
            indentation = text[: len(text) - len(text.lstrip(" \t"))]
            if "\t" in indentation:
                return rules.tab_indentation(self.at(line, indentation.index("\t") + 1))
        if self.character == "\t" or self.says("tab character"):
            return rules.tab_indentation(self.here())
        return None

    def first_characters(self) -> Diagnostic | None:
        if self.says("cannot start any token"):
            return rules.reserved_character(self.here(), character=self.character)
        line, column = self.began
        if self.says("a directive", "directive", "found incompatible YAML"):
            written = self.source.lines[line - 1]
            return directive(self.at(line, 1, len(written)), written=written, stops=True)
        if self.says("scanning an a", "scanning a tag", "parsing a tag", "tag handle"):
            character = self.source.lines[line - 1][column - 1 : column]
            return rules.reserved_character(self.at(line, column), character=character)
        if self.says("block scalar"):
            return rules.bad_syntax(
                self.here(), what="a text must begin on the line after `|` or `>`"
            )
        return None

    # Within brackets.

    def bracket_open(self) -> Sequence | Mapping | None:
        """The innermost collection in brackets, if the reading stopped within it."""
        for node in reversed(self.collections):
            if self.source.lines[node.line - 1][node.column - 1 : node.column] in ("[", "{"):
                return node
        return None

    def brackets(self) -> Diagnostic | None:
        opening = self.bracket_open()
        if opening is None:
            return None
        place, character = self.at(opening.line, opening.column), self.character
        bracket = self.source.lines[opening.line - 1][opening.column - 1]
        if character in ("]", "}"):
            if (bracket, character) in (("[", "}"), ("{", "]")):
                closed = self.here()
                return rules.unclosed_bracket(
                    place, bracket=bracket, found=character, closed=closed
                )
            return rules.bad_syntax(self.here(), what=f"missing value before `{character}`")
        if self.at_end() or (
            self.line > opening.line and self.indent() <= self.indent(opening.line)
        ):
            return rules.unclosed_bracket(place, bracket=bracket)
        if character == ",":
            twice = replacing(self.here(), "", "remove one `,`")
            return rules.bad_syntax(
                self.here(), what="missing value before this comma", fixes=(twice,)
            )
        if character == ":" or self.says("mapping values"):
            key = LAST_WORD.search(self.text, 0, self.column - 1)
            place = self.at(self.line, key.start() + 1, len(key[1])) if key else self.here()
            comma = Fix("put a `,` before this", (before(place, ", "),))
            return rules.bad_syntax(
                place,
                what="missing comma before this key, or missing quotes around this value",
                fixes=(comma,),
            )
        return self.split_expression() or rules.bad_syntax(
            self.here(),
            what="missing comma before this, or missing bracket in the lines above",
            fixes=(Fix("put a `,` before this", (before(self.here(), ", "),)),),
        )

    def at_end(self) -> bool:
        rest = self.source.lines[self.line :]
        return not self.character and not any(line.strip() for line in rest)

    def indent(self, line: int = 0) -> int:
        text = self.source.lines[(line or self.line) - 1]
        return len(text) - len(text.lstrip(" "))

    def split_expression(self) -> Diagnostic | None:
        """`x[0]` within brackets: YAML ends the scalar at the bracket."""
        last = self.last
        if (
            not isinstance(last, Scalar)
            or last.quoted
            or last.line != self.line
            or self.character not in ("[", "{", "")
        ):
            return None
        end = expression_end(self.text, last.column - 1)
        if end is None or end <= self.column - 1:
            return None
        written = self.text[last.column - 1 : end].rstrip()
        span = self.at(last.line, last.column, len(written))
        return unquoted_expression(span, text=written, stops=True)

    # Keys, dashes and their columns.

    def simple_keys(self) -> Diagnostic | None:
        if self.says("mapping values are not allowed"):
            return self.colon()
        if not self.says("scanning a simple key", "could not find expected ':'"):
            return None
        line, column = self.began
        text = self.source.lines[line - 1][column - 1 :].partition(" #")[0].rstrip()
        span = self.at(line, column, len(text))
        neighbour = self.list_in(column)
        if neighbour:
            return rules.missing_dash(span, text=text, neighbour=neighbour)
        return self.unfinished_key(span, text)

    def unfinished_key(self, span: Span, text: str) -> Diagnostic:
        if WORD_AND_COLON.match(text):
            return missing_space(span, text=text, stops=True)
        return rules.missing_colon(span, text=text)

    def colon(self) -> Diagnostic:
        """A `: ` where no key can be: a second one in its line, or the line is indented wrongly."""
        before = KEY_BEFORE.match(self.text, 0, self.column)
        if before:
            value = self.text[before.end() :].partition(" #")[0].rstrip()
            place = self.at(self.line, before.end() + 1, len(value))
            return rules.colon_in_value(self.here(), value=value, place=place)
        line = self.line - 1
        while line > 0 and not self.source.lines[line - 1].partition("#")[0].strip():
            line -= 1
        if line == 0 or self.character != ":":
            return rules.bad_syntax(self.here(), what="missing key before this colon")
        above = self.source.lines[line - 1].partition(" #")[0].rstrip()
        key = above.lstrip(" -")
        if ": " not in key and not key.endswith((":", "]", "}", '"', "'")):
            return self.unfinished_key(self.at(line, len(above) - len(key) + 1, len(key)), key)
        column = self.indent() + 1
        return rules.bad_indentation(
            self.at(self.line, column, max(1, self.column - column)),
            why="this line is deeper than the line above, which already has a value",
            related=Related("already has a value", self.at(line, len(above) - len(key) + 1)),
        )

    def list_in(self, column: int) -> Span | None:
        for node in reversed(self.collections):
            if isinstance(node, Sequence) and node.column == column:
                return self.at(node.line, node.column)
        return None

    def structure(self) -> Diagnostic:
        text = self.text[self.column - 1 :].partition(" #")[0].rstrip()
        if self.character in ("]", "}"):
            return rules.stray_bracket(self.here(), bracket=self.character)
        if self.says("sequence entries are not allowed") and ":" in self.text[: self.column]:
            return rules.bad_syntax(
                self.here(),
                what="a list cannot begin on the line of its key",
                help=("put each item on its own line, or write the list as `[a, b]`",),
            )
        before = self.text[: self.column - 1].strip(" -")
        if before and before[-1] in "\"']}":
            return rules.bad_syntax(
                self.at(self.line, self.column, max(1, len(text))),
                what=f"unexpected `{excerpt(text)}` after the closing `{before[-1]}`",
                help=("put the whole value in quotes of the other kind",),
            )
        if self.character == ":":
            return rules.bad_syntax(self.here(), what="missing key before this colon")
        return self.indentation(text) or rules.bad_syntax(self.here(), what="invalid YAML")

    def indentation(self, text: str) -> Diagnostic | None:
        span = self.at(self.line, self.column, len(text))
        dash = text.startswith("- ") or text == "-"
        neighbour = self.list_in(self.column)
        if neighbour and not dash:
            return rules.missing_dash(span, text=text, neighbour=neighbour)
        node = self.last
        if dash:  # its neighbours are the dashes of the list it was meant for
            lists = [n for n in self.collections if isinstance(n, Sequence) and not in_brackets(n)]
            node = lists[-1] if lists else node
        if not isinstance(node, Sequence | Mapping) or (node.column <= self.column and not dash):
            if not self.collections:
                return several_documents(span) if node and text else None
            node = self.collections[-1]
        first = self.at(node.line, node.column)
        if node.column == self.column:
            return rules.bad_indentation(
                span,
                why="a list item (`- `) is among keys" if dash else "this fits no line above",
                related=Related("the keys begin here", first),
            )
        return rules.bad_indentation(
            span,
            why=f"this line begins in column {self.column}, expected column {node.column}",
            related=Related(f"begins in column {node.column}", first),
        )
