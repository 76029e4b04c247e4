"""Lines written as another language has it, and characters that look like those of ours.

Asked only when a spec has errors. A habit is one pattern over the structure of a line, and the
edits that make YAML of it, in every line of that form at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.diagnostics import Edit, Source, Span
from cnncalc.text import rules

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic

# The structure of a text: its lines without what an author may write freely.

FREE: Final = re.compile(r"(\s*(?:- +)?)(?:name|description|family|source|note)\s*:(?:\s|$)")
QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|(?<!\w)'[^']*'")
FREE_IN_BRACES: Final = re.compile(r"(?<=[{,\s])(?:name|description|source|note)\s*:\s[^,}\]]*")
COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#.*")


def structure(source: Source, *, quoted: bool = False) -> Iterator[tuple[int, str]]:
    """Each line's number and text, blanks in the place of what is free; ``quoted``: quoted texts
    are kept.
    """
    free: int | None = None
    for number, line in enumerate(source.lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if free is not None and (not line.strip() or indent > free):
            yield number, ""
            continue
        found = FREE.match(line)
        free = len(found[1]) if found else None
        if found:
            yield number, line[: found.end()]
            continue
        patterns = (FREE_IN_BRACES, COMMENT) if quoted else (QUOTED, FREE_IN_BRACES, COMMENT)
        for pattern in patterns:
            line = pattern.sub(blank, line)
        yield number, line


def blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


# Characters.

FULL_WIDTH: Final = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
MEANT: Final = {
    **FULL_WIDTH,
    **dict.fromkeys("\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
                    "\u202f\u205f\u3000", " "),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("×∗⋅·", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    **dict(zip("асеорхуАВЕКМНОРСТХ", "aceopxyABEKMHOPCTX", strict=True)),  # Cyrillic
}  # fmt: skip
"""What each of these characters is taken for."""

SHAPE: Final = re.compile(r"\d\s*[x×]\s*\d")


def look_alikes(source: Source) -> list[Edit]:
    """The edits that write what is meant over such characters, outside of comments, quoted and
    free texts. The × between two numbers is left: it is that of a shape.
    """
    found = []
    for number, line in structure(source):
        if line.isascii():
            continue
        for at, character in enumerate(line):
            shape = character == "×" and SHAPE.search(line[max(0, at - 2) : at + 3])
            if character not in MEANT or shape:
                continue
            span = Span(source, number, at + 1, number, at + 2)
            found.append(Edit(span, MEANT[character]))
    return found


# Habits.


class Habit(NamedTuple):
    """``pattern``: the group that is replaced by ``text``; ``why`` and ``label``: the words."""

    pattern: re.Pattern[str]
    text: str
    why: str
    label: str
    in_brackets: bool = False
    """Whether it is found in a line within brackets that opened above."""


ITEM: Final = r"^ *(?:- +)*"
HABITS: Final = (
    Habit(
        re.compile(r"^ *-()(?=[A-Za-z_])"), " ",
        "a list item needs a space after its dash", "needs a space after this",
    ),
    Habit(
        re.compile(ITEM + r"[A-Za-z_]\w*:()(?=[\[{])"), " ",
        "a key needs a space after its colon", "needs a space after this",
    ),
    Habit(
        re.compile(ITEM + r"[A-Za-z_]\w*( *= *)(?=[^=\s])"), ": ",
        "a key is followed by `:`, not `=`", "must be `:`",
    ),
    Habit(
        re.compile(r"(?<=[{,]) *[A-Za-z_]\w*( *= *)(?=[^=\s(),]+ *[,}])"), ": ",
        "a key is followed by `:`, not `=`", "must be `:`", True,
    ),
    Habit(
        re.compile(r"(?:^|[\]}]|^ *- +\w+|\w(?= *// *[^\W\d]\w* +[^\W\d])) *(//)"), "#",
        "a comment begins with `#`, not `//`", "must be `#`",
    ),
    Habit(
        re.compile(r"^ *(?:- +\S|\w+:).*?(,)\s*$"), "",
        "a line outside brackets cannot end with a comma", "remove this comma",
    ),
)  # fmt: skip


def foreign_lines(source: Source, found: list[Diagnostic]) -> list[Diagnostic]:
    """The errors, one in the place of those that a habit explains."""
    wrong = {d.line for d in found if d.span.source is source}
    lines = list(structure(source))
    for habit in HABITS:
        if not any(habit.pattern.search(lines[number - 1][1]) for number in wrong):
            continue
        edits = list(places(source, lines, habit))
        here = {edit.span.line for edit in edits}
        explained = [d for d in found if d.span.source is source and d.line in here]
        if explained:
            stops = any(d.message.endswith(rules.text.UNREAD) for d in explained)
            one = rules.foreign.foreign_line(
                edits[0].span, habit.why, label=habit.label, edits=edits, stops=stops
            )
            found = [*(d for d in found if d not in explained), one]
    return found


def places(source: Source, lines: Sequence[tuple[int, str]], habit: Habit) -> Iterator[Edit]:
    """What a habit would change, in every line."""
    depth = 0
    for number, line in lines:
        outside = depth == 0
        depth = max(0, depth + balance(line))
        if not (habit.in_brackets or (outside and depth == 0)):
            continue
        for match in habit.pattern.finditer(line):
            first, last = match.span(1)
            yield Edit(Span(source, number, first + 1, number, last + 1), habit.text)


def balance(line: str) -> int:
    """How many brackets a line leaves open."""
    return sum(map(line.count, "[{(")) - sum(map(line.count, "]})"))
