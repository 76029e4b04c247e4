"""Measures as an SVG of bars, readable on light and on dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 }
.value { font-size: 12px; fill: #57606a }
.own { fill: #0969da } .other { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .value { fill: #9198a1 }
  .own { fill: #4493f8 } .other { fill: #545d68 }
}
"""
ROW, BAR, LABELS, PANEL, VALUES, TOP = 22, 14, 200, 190, 75, 34


class Bar(NamedTuple):
    """One row: two figures, or a heading when it has none. ``own``: drawn to stand out."""

    label: str
    figures: tuple[float, float] | None = None
    own: bool = False


def svg(title: str, panels: tuple[str, str], shown: Sequence[Callable[[float], str]],
        bars: Sequence[Bar]) -> str:  # fmt: skip
    """Two panels of horizontal bars from zero, linear, over the same rows."""
    width = LABELS + 2 * (PANEL + VALUES)
    height = TOP + ROW * len(bars) + 8
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{STYLE}</style>",
            *lines(panels, shown, bars),
            "</svg>\n",
        ]
    )


def lines(panels: tuple[str, str], shown: Sequence[Callable[[float], str]],
          bars: Sequence[Bar]) -> Iterator[str]:  # fmt: skip
    """The headings of the panels, then every row."""
    for index, name in enumerate(panels):
        yield f'<text class="head" x="{left(index)}" y="20">{escape(name)}</text>'
    largest = [max(bar.figures[i] for bar in bars if bar.figures) for i in (0, 1)]
    for number, bar in enumerate(bars):
        top = TOP + ROW * number
        if bar.figures is None:
            yield f'<text class="head" x="0" y="{top + 12}">{escape(bar.label)}</text>'
            continue
        yield f'<text x="12" y="{top + 12}">{escape(bar.label)}</text>'
        for index, figure in enumerate(bar.figures):
            length = max(1.0, PANEL * figure / largest[index])
            kind = "own" if bar.own else "other"
            yield (
                f'<rect class="{kind}" x="{left(index)}" y="{top}" width="{length:.1f}"'
                f' height="{BAR}" rx="2"/>'
                f'<text class="value" x="{left(index) + length + 5:.1f}" y="{top + 12}">'
                f"{escape(shown[index](figure))}</text>"
            )


def left(panel: int) -> int:
    return LABELS + panel * (PANEL + VALUES)
