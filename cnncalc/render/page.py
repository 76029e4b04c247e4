"""The page: tables and paragraphs, laid out once, for a terminal of a width or plain.

Every text renderer builds a `Page`; only here does anything know of widths, wrapping and colour.
Plain (no width): aligned columns, one line each however long, nothing but the text. On a
terminal: a rule under the header, lines wrapped between words, colours through rich.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnncalc.diagnostics import printable
from cnncalc.render import View

GAP = "  "
EIGHTHS = " ▏▎▍▌▋▊▉█"


def percent(share: float) -> str:
    """`28%`; a share that would round to nothing is `<1%`."""
    return f"{100 * share:.0f}%" if share >= 0.005 else "<1%"


def bar(share: float, columns: int, *, least: int = 0) -> str:
    """A bar of so many columns for 1, at least ``least`` eighths of a column long."""
    eighths = max(least, round(share * columns * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


class Styled(NamedTuple):
    """A stretch of text in one style (a rich style that is legible on dark and on light)."""

    text: str
    style: str = ""


class Cell(NamedTuple):
    """One cell. The first ``quiet`` characters (the path before a name) are dim."""

    text: str
    style: str = ""
    quiet: int = 0


EMPTY = Cell("")


def safe(cell: Cell) -> Cell:
    """The cell with nothing in its text that could disturb a terminal."""
    text = printable(cell.text)
    return cell if text == cell.text else cell._replace(text=text)


class Heading(NamedTuple):
    """A column's head. ``least``: text that may be wrapped down to this width; 0: never."""

    text: str
    right: bool = False
    least: int = 0


class GridLine(NamedTuple):
    """A row of a table. ``notes`` are lines under it; ``rule`` sets it off from those above."""

    cells: Sequence[Cell]
    notes: Sequence[str] = ()
    rule: bool = False


class Grid:
    """A table: headings and lines, not yet laid out."""

    def __init__(self, headings: Iterable[Heading]) -> None:
        self.headings = list(headings)
        self.lines: list[GridLine] = []

    def add(self, cells: Sequence[Cell], notes: Sequence[str] = (), *, rule: bool = False) -> None:
        """One line; names come from files, so what could disturb a terminal is escaped."""
        self.lines.append(GridLine([safe(cell) for cell in cells], notes, rule))

    def widths(self) -> list[int]:
        """What every column takes when nothing is wrapped."""
        columns = zip(*(line.cells for line in self.lines), strict=True)
        heads = [len(heading.text) for heading in self.headings]
        if not self.lines:
            return heads
        cells = (max(len(cell.text) for cell in column) for column in columns)
        return [max(pair) for pair in zip(heads, cells, strict=True)]

    @property
    def width(self) -> int:
        """The whole table's width when nothing is wrapped."""
        widths = self.widths()
        return sum(widths) + len(GAP) * (len(widths) - 1)

    @property
    def least(self) -> int:
        """The narrowest it can be laid out without cutting anything."""
        widths = zip(self.widths(), self.headings, strict=True)
        narrow = [min(width, heading.least or width) for width, heading in widths]
        return sum(narrow) + len(GAP) * (len(narrow) - 1)

    def fitted(self, width: int | None) -> list[int]:
        """Column widths for a page: the widest text gives way first."""
        widths = self.widths()
        excess = 0 if width is None else self.width - width
        while excess > 0:
            slack = [
                w - h.least if h.least else 0 for w, h in zip(widths, self.headings, strict=True)
            ]
            index = max(range(len(slack)), key=lambda i: (slack[i] > 0) * widths[i])
            if slack[index] <= 0:
                break
            widths[index] -= 1
            excess -= 1
        return widths


class Page:
    """What is printed: lines of pieces, in order."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._lines: list[list[Styled]] = []

    def line(self, *pieces: Styled) -> None:
        """One line as it is; nothing wrapped."""
        self._lines.append([piece._replace(text=printable(piece.text)) for piece in pieces])

    @property
    def height(self) -> int:
        """Lines so far."""
        return len(self._lines)

    def append(self, other: Page) -> None:
        """The lines of another page of the same width."""
        self._lines += other._lines

    def gap(self) -> None:
        """An empty line, unless the page begins or has one already."""
        if self._lines and self._lines[-1]:
            self._lines.append([])

    def title(self, text: str, more: str = "") -> None:
        """A heading, and what belongs to it, quieter (on the next line where there is no space)."""
        pieces = [Styled(text, "bold"), Styled(f"{GAP}{more}" if more else "", "dim")]
        if self.view.width is None or sum(len(piece.text) for piece in pieces) <= self.view.width:
            self.line(*pieces)
        else:
            self.paragraph(text, style="bold")
            self.paragraph(more, style="dim")

    def paragraph(self, text: str, *, label: str = "", style: str = "", indent: int = 0) -> None:
        """Text after a label, wrapped under itself on a terminal; in plain text one line. Where
        the label takes a fifth of a terminal, the text goes on below it.
        """
        margin, width = indent + len(label), self.view.width
        hanging = margin if width is None or 5 * margin <= width else min(margin, indent + 4)
        parts = hung(printable(text), width and max(20, width - margin),
                     width and max(20, width - hanging))  # fmt: skip
        for number, part in enumerate(parts):
            lead = Styled(" " * indent + printable(label) if number == 0 else " " * hanging, "dim")
            self._lines.append([lead, Styled(part, style)])

    def grid(self, grid: Grid) -> None:
        """A table; its rules only on a terminal."""
        widths = grid.fitted(self.view.width)
        total = sum(widths) + len(GAP) * (len(widths) - 1)
        terminal = self.view.width is not None
        head = [Cell(heading.text, "bold") for heading in grid.headings]
        if any(heading.text for heading in grid.headings):
            self._row(grid, widths, head)
            if terminal:
                self._lines.append([Styled("─" * total, "dim")])
        for line in grid.lines:
            if line.rule and terminal:
                self._lines.append([Styled("─" * total, "dim")])
            self._row(grid, widths, line.cells)
            for note in line.notes:
                self.paragraph(note, style="dim", indent=4)

    def _row(self, grid: Grid, widths: Sequence[int], cells: Sequence[Cell]) -> None:
        """A row of cells: as many lines as the cell that is wrapped most often needs."""
        if self.view.width is None and not self.view.color:
            self._lines.append([Styled(plain_row(grid.headings, widths, cells))])
            return
        columns = []
        for heading, width, cell in zip(grid.headings, widths, cells, strict=True):
            columns.append(list(aligned(cell, width, right=heading.right)))
        for number in range(max(map(len, columns))):
            pieces: list[Styled] = []
            for width, column in zip(widths, columns, strict=True):
                pieces.append(Styled(GAP if pieces else ""))
                pieces += column[number] if number < len(column) else [Styled(" " * width)]
            self._lines.append(pieces)

    def text(self) -> str:
        """The page, ending in a newline; no line ends in spaces."""
        lines = [merged(line) for line in self._lines]
        if not self.view.color:
            return "".join("".join(p.text for p in line).rstrip() + "\n" for line in lines)
        return coloured(lines)


def plain_row(headings: Sequence[Heading], widths: Sequence[int], cells: Sequence[Cell]) -> str:
    """The row on one line."""
    row = zip(headings, widths, cells, strict=True)
    return GAP.join(
        cell.text.rjust(width) if heading.right else cell.text.ljust(width)
        for heading, width, cell in row
    )


def aligned(cell: Cell, width: int, *, right: bool) -> Iterable[list[Styled]]:
    """The cell's lines, each filled to the width."""
    offset = 0
    for part in wrapped(cell.text, width):
        offset = cell.text.find(part, offset)
        quiet = min(len(part), max(0, cell.quiet - offset))
        fill = " " * (width - len(part))
        pieces = [Styled(part[:quiet], "dim"), Styled(part[quiet:], cell.style)]
        yield [Styled(fill), *pieces] if right else [*pieces, Styled(fill)]
        offset += len(part)


def hung(text: str, first: int | None, width: int | None) -> list[str]:
    """The text `wrapped`, the first line to a width of its own."""
    if first == width:
        return wrapped(text, width)
    beginning = wrapped(text, first)[0]
    rest = text[len(beginning) :].lstrip(" ")
    return [beginning, *wrapped(rest, width)] if rest else [beginning]


def wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines of at most ``width``: broken at spaces, else after `/` `.` `_`, and only
    a longer word inside.
    """
    if width is None or len(text) <= width:
        return [text]
    lines = []
    while len(text) > width:
        end = text.rfind(" ", 1, width + 1)
        if end < 0:
            end = max(text.rfind(mark, 0, width) for mark in "/._") + 1
        if end <= 0:
            end = width
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]


def merged(line: list[Styled]) -> list[Styled]:
    """The line without the spaces at its end and without empty pieces."""
    kept = [piece for piece in line if piece.text]
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip())
    return kept


def coloured(lines: Iterable[list[Styled]]) -> str:
    """The lines with terminal colours. To rich a name is plain text, whatever brackets it has."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", width=10_000,
        legacy_windows=False, markup=False, highlight=False, emoji=False,
    )  # fmt: skip
    for line in lines:
        text = Text(no_wrap=True, end="\n")
        for piece in line:
            text.append(piece.text, piece.style or None)
        console.print(text, soft_wrap=True)
    return out.getvalue()
