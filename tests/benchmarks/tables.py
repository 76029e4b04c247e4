"""Measures as Markdown, and the places in documents where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from goals import Goal
    from processes import Case, Measure


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int = 1) -> str:
    """A Markdown table; columns from ``numbers_from`` on are set right."""
    cells = [list(head), *map(list, rows)]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(head))]
    lines = []
    for row in cells:
        padded = (
            cell.rjust(width) if i >= numbers_from else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(f"| {' | '.join(padded)} |")
    rule = ("-" * (w - 1) + (":" if i >= numbers_from else "-") for i, w in enumerate(widths))
    lines.insert(1, f"| {' | '.join(rule)} |")
    return "\n".join(lines) + "\n"


def seconds(value: float) -> str:
    """A time, in the unit that fits."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.0f} ms"


def times(value: float) -> str:
    return f"{value:.1f}×" if value < 10 else f"{value:.0f}×"


def megabytes(value: float) -> str:
    return f"{value / 1e6:,.0f} MB" if value >= 1e7 else f"{value / 1e6:.1f} MB"


def processes(cases: Iterable[Case], measures: Mapping[str, Measure]) -> str:
    """One row per command: time, memory, and both as multiples of the bare interpreter's."""
    bare, section, rows = measures["bare"], "", []
    for case in cases:
        if case.section != section:
            section = case.section
            rows.append([f"**{section}**", "", "", "", ""])
        measure = measures[case.key]
        peak = times(measure.peak / bare.peak)
        rows.append([case.title, seconds(measure.wall), times(measure.wall / bare.wall),
                     megabytes(measure.peak), peak])  # fmt: skip
    return table(["one process", "wall time", "/ bare", "peak memory", "/ bare"], rows)


def goals(reached: Iterable[Goal]) -> str:
    rows = []
    for goal in reached:
        verdict = "not measured" if goal.measured is None else "met" if goal.met else "**missed**"
        rows.append([goal.what, goal.bound, goal.measured or "", verdict])
    return table(["goal", "bound", "measured", ""], rows)


def put(path: Path, name: str, text: str) -> None:
    """Writes the text between `<!-- benchmark: NAME -->` and `<!-- end -->` of a document.

    `ValueError` when the document has no such place.
    """
    document = path.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- benchmark: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not place.search(document):
        raise ValueError(f"{path} has no place for {name}")
    text = place.sub(lambda match: f"{match[1]}{text}{match[2]}", document)
    path.write_text(text, encoding="utf-8")
