"""Lines written as another language has it: found by their form, and only where an error stands.

Each habit is one pattern over the structure of a line, and the edits that make YAML of it, in
every line of that form at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.diagnostics import Edit, Span
from cnncalc.text import rules
from cnncalc.text.second_look.structure import structure

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Source


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
        "a dash makes an item of a list only when a space follows it", "needs a space after it",
    ),
    Habit(
        re.compile(ITEM + r"[A-Za-z_]\w*:()(?=[\[{])"), " ",
        "a colon makes a key only when a space follows it", "needs a space after it",
    ),
    Habit(
        re.compile(ITEM + r"[A-Za-z_]\w*( *= *)(?=[^=\s])"), ": ",
        "a key has a colon, not `=`", "must be a colon",
    ),
    Habit(
        re.compile(r"(?<=[{,]) *[A-Za-z_]\w*( *= *)(?=[^=\s(),]+ *[,}])"), ": ",
        "a key has a colon, not `=`", "must be a colon", True,
    ),
    Habit(
        re.compile(r"(?:^|[\]}]|^ *- +\w+|\w(?= *// *[^\W\d]\w* +[^\W\d])) *(//)"), "#",
        "a comment begins with `#`, not with `//`", "must be `#`",
    ),
    Habit(
        re.compile(r"^ *(?:- +\S|\w+:).*?(,)\s*$"), "",
        "no comma may end a line outside of brackets", "must go",
    ),
)  # fmt: skip


def foreign_lines(source: Source, found: list[Diagnostic]) -> None:
    """Puts one diagnostic in the place of those that a habit explains."""
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
            found[:] = [d for d in found if d not in explained]
            found.append(
                rules.foreign.foreign_line(
                    edits[0].span, habit.why, label=habit.label, edits=edits, stops=stops
                )
            )


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
