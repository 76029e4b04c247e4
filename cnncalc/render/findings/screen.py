"""A source line as a screen shows it: tabs, wide and combining characters, lines too long."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import printable

TAB = 4
CUT = "…"
FAR = 1_000
"""Characters from the focus at which a line of a megabyte is no longer looked at."""


class ScreenLine:
    """A line made printable and at most ``width`` columns wide, cut around ``focus`` (a column of
    the source, from 1).
    """

    __slots__ = ("_skipped", "_starts", "first", "last", "text")

    def __init__(self, line: str, focus: int, width: int) -> None:
        self._skipped = max(0, focus - 1 - FAR)
        line = line[self._skipped : focus + FAR]
        pieces = _pieces(line)
        starts = [0]
        for _, columns in pieces:
            starts.append(starts[-1] + columns)
        focused = min(focus - 1 - self._skipped, len(pieces))
        first, last = _window(starts, focused, width)
        self.first, self.last = first, last
        self._starts: Sequence[int] = starts
        cut_before, cut_after = CUT if first else "", CUT if last < len(pieces) else ""
        self.text = cut_before + "".join(p for p, _ in pieces[first:last]) + cut_after

    def at(self, column: int) -> int:
        """Where the source's column (from 1) is on the screen (from 0); the nearest one shown."""
        index = min(max(column - 1 - self._skipped, self.first), self.last)
        return self._starts[index] - self._starts[self.first] + (1 if self.first else 0)


def _pieces(line: str) -> list[tuple[str, int]]:
    """What is shown for each character, and how many columns it takes."""
    if line.isascii() and line.isprintable():
        return [(char, 1) for char in line]
    pieces = []
    columns = 0
    for char in line:
        if char == "\t":
            shown = " " * (TAB - columns % TAB)
            piece = shown, len(shown)
        else:
            shown = printable(char)
            piece = shown, len(shown) if shown != char else _columns(char)
        columns += piece[1]
        pieces.append(piece)
    return pieces


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _window(starts: Sequence[int], focus: int, width: int) -> tuple[int, int]:
    """The characters (first, last exclusive) to show, a third of the width before the focus."""
    if starts[-1] <= width:
        return 0, len(starts) - 1
    from bisect import bisect_left, bisect_right

    width -= 2 * len(CUT)
    begin = max(0, min(starts[focus] - width // 3, starts[-1] - width))
    first = bisect_left(starts, begin)
    return first, bisect_right(starts, starts[first] + width) - 1
