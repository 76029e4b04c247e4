"""The columns that a table may have: what each means, and what it shows of a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.quantities import compact, exact, megabytes
from cnncalc.layers.shape import one_or_by
from cnncalc.render.outline import Line, source_names
from cnncalc.render.page import Cell, percent
from cnncalc.render.page import bar as drawn

if TYPE_CHECKING:
    from cnncalc.report.report import Report

NOTHING = Cell("·", "dim")
UNKNOWN = Cell("?", "bold")
LARGE, VERY_LARGE = 0.05, 0.2
"""Shares of a total from which a figure stands out."""
BAR = 6
SHORT = {" filters": "", "batch norm": "BN", "local response norm": "LRN", "layer norm": "LN",
         "group norm": "GN", "stochastic depth": "drop path"}  # fmt: skip
LONG_WORDS = re.compile("|".join(SHORT))
THE_RULE = re.compile(r", (stride 1|pad 0)(?![^,])")


class Column(NamedTuple):
    """``name`` is what ``--columns`` takes; ``value`` gives the figure exactly, for CSV."""

    name: str
    heading: str
    meaning: str
    cell: Callable[[Report, Line], Cell]
    value: Callable[[Report, Line], object]
    right: bool = True
    least: int = 0


def count(figure: str) -> Callable[[Report, Line], Cell]:
    """An exact count: 1,792."""
    return lambda report, line: figure_cell(report, line, figure, exact)


def rounded(figure: str) -> Callable[[Report, Line], Cell]:
    """A count that people can compare: 3.2M."""
    return lambda report, line: figure_cell(report, line, figure, compact)


def figure_cell(report: Report, line: Line, figure: str, form: Callable[[int], str]) -> Cell:
    value = getattr(line, figure)
    if value is None:
        return UNKNOWN
    return Cell(form(value), heat(share_of(report, line, figure))) if value else NOTHING


def share_of(report: Report, line: Line, figure: str) -> float | None:
    """The line's part of the total; None where it is unknown or counts in no total."""
    value, total = getattr(line, figure), getattr(report.totals, figure)
    return None if value is None or not total or line.training_only else value / total


def heat(share: float | None) -> str:
    """The style of a figure that is a large part of its total."""
    if share is None or share < LARGE:
        return ""
    return "bold magenta" if share >= VERY_LARGE else "magenta"


def share(figure: str) -> Callable[[Report, Line], Cell]:
    """The part of the total: 74%."""

    def cell(report: Report, line: Line) -> Cell:
        part = share_of(report, line, figure)
        return Cell(percent(part), heat(part)) if part else NOTHING

    return cell


def bar(figure: str) -> Callable[[Report, Line], Cell]:
    """The part of the total as a bar; a full one is everything."""

    def cell(report: Report, line: Line) -> Cell:
        part = share_of(report, line, figure)
        if not part:
            return Cell("")
        return Cell(drawn(part, BAR), heat(part) or "dim")

    return cell


def name_cell(_: Report, line: Line) -> Cell:
    return Cell(line.name, "dim" if line.quiet else "bold", quiet=len(line.path))


def description_cell(_: Report, line: Line) -> Cell:
    aside = " (in training only)" if line.training_only else ""
    return Cell(line.description + aside, "dim" if line.quiet else "")


def brief_cell(report: Report, line: Line) -> Cell:
    """The description without what is the rule: `64 3×3 filters, pad 1`."""
    cell = description_cell(report, line)
    return cell._replace(text=THE_RULE.sub("", cell.text))


def terse_cell(report: Report, line: Line) -> Cell:
    """`64 3×3, pad 1, BN, ReLU`."""
    cell = brief_cell(report, line)
    return cell._replace(text=LONG_WORDS.sub(lambda match: SHORT[match[0]], cell.text))


def output_cell(_: Report, line: Line) -> Cell:
    return Cell(str(line.output), "dim" if line.quiet else "")


def bytes_of(report: Report, line: Line) -> int | None:
    """The volume's bytes, for the batch at the dtype."""
    if line.activations is None:
        return None
    return line.activations * report.batch * report.dtype_bytes


def memory_cell(report: Report, line: Line) -> Cell:
    size = bytes_of(report, line)
    if size is None:
        return UNKNOWN
    return Cell(megabytes(size), heat(share_of(report, line, "activations"))) if size else NOTHING


def flops(_: Report, line: Line) -> int | None:
    return None if line.macs is None else 2 * line.macs


def flops_cell(report: Report, line: Line) -> Cell:
    value = flops(report, line)
    if value is None:
        return UNKNOWN
    return Cell(compact(value), heat(share_of(report, line, "macs"))) if value else NOTHING


def intensity_of(report: Report, line: Line) -> float | None:
    """MACs per byte moved; of several rows, all their MACs over all their bytes."""
    from cnncalc.report.costs import moved_bytes

    rows = [row for row in line.rows if row.training_only == line.training_only]
    sizes = [moved_bytes(row, report.batch, report.dtype_bytes) for row in rows]
    if line.macs is None or None in sizes:
        return None
    moved = sum(size for size in sizes if size is not None)
    return line.macs * report.batch / moved if moved else 0.0


def intensity_cell(report: Report, line: Line) -> Cell:
    value = intensity_of(report, line)
    if value is None:
        return UNKNOWN
    return Cell(f"{value:,.1f}") if value else NOTHING


def pair_text(pair: Sequence[object] | None) -> str:
    """(height, width) as the lecture writes it, W×H, or one number when they are equal."""
    if pair is None:
        return "all"
    return one_or_by(pair)


def pair_cell(figure: str) -> Callable[[Report, Line], Cell]:
    def cell(_: Report, line: Line) -> Cell:
        if line.row is None:
            return Cell("1", "dim")
        if not line.row.node.complete:
            return UNKNOWN
        return Cell(pair_text(getattr(line.row, figure)), "dim" if line.quiet else "")

    return cell


def pair_value(figure: str) -> Callable[[Report, Line], object]:
    return lambda _, line: "1" if line.row is None else pair_text(getattr(line.row, figure))


def sources_cell(_: Report, line: Line) -> Cell:
    """Nothing where it is the line above."""
    names = source_names(line) if line.branches else ()
    return Cell(", ".join(names), "dim" if line.quiet else "")


def inputs_text(_: Report, line: Line) -> str:
    """The shapes that enter, each once and how often."""
    shapes = [str(s) for row in line.rows[:1] for s in row.input_shapes]
    return ", ".join(shapes)


def plain_cell(value: Callable[[Report, Line], object]) -> Callable[[Report, Line], Cell]:
    return lambda report, line: Cell(str(value(report, line)), "dim" if line.quiet else "")


def kind_of(_: Report, line: Line) -> str:
    return line.kind


def place_of(_: Report, line: Line) -> object:
    return line.span.line if line.span else ""


def of(figure: str) -> Callable[[Report, Line], object]:
    return lambda _, line: getattr(line, figure)


def part_of(figure: str) -> Callable[[Report, Line], object]:
    return lambda report, line: share_of(report, line, figure)


_COLUMNS = (
    Column("name", "layer", "the layer's name; of a block, its path", name_cell, of("name"),
           right=False, least=12),
    Column("kind", "kind", "the kind of layer, or the block", plain_cell(kind_of), kind_of,
           right=False),
    Column("description", "description", "the layer in the lecture's words", description_cell,
           of("description"), right=False, least=18),
    Column("from", "from", "its inputs, where they are not the line above",
           sources_cell,
           lambda _, line: " ".join(source.name for source in line.sources), right=False, least=10),
    Column("input", "input", "shape of the input, W×H×D", plain_cell(inputs_text), inputs_text,
           right=False, least=9),
    Column("output", "output", "shape of the output, W×H×D", output_cell,
           lambda _, line: str(line.output), right=False),
    Column("activations", "values", "values of the output volume, per image",
           rounded("activations"), of("activations")),
    Column("memory", "memory", "bytes of the output volume, for the batch at the dtype",
           memory_cell, bytes_of),
    Column("memory_share", "%", "the volume's share of all activations", share("activations"),
           part_of("activations")),
    Column("params", "params", "weights and biases", count("params"), of("params")),
    Column("params_share", "%", "the layer's share of all parameters", share("params"),
           part_of("params")),
    Column("weights", "weights", "weights without biases", count("weights"), of("weights")),
    Column("biases", "biases", "biases", count("biases"), of("biases")),
    Column("macs", "MACs", "multiply-accumulates per image, bias not counted", rounded("macs"),
           of("macs")),
    Column("macs_share", "%", "the layer's share of all MACs", share("macs"), part_of("macs")),
    Column("flops", "FLOPs", "2 × MACs", flops_cell, flops),
    Column("elementwise", "elementwise", "elementwise operations, not counted as MACs",
           rounded("elementwise"), of("elementwise")),
    Column("intensity", "MACs/byte", "arithmetic intensity: MACs per byte of inputs, output and"
           " parameters, for the batch at the dtype", intensity_cell, intensity_of),
    Column("receptive_field", "field", "pixels of the input that one output sees: the receptive"
           " field (`all`: the whole image)", pair_cell("receptive_field"),
           pair_value("receptive_field")),
    Column("jump", "jump", "effective stride: distance of neighbouring outputs, in input pixels",
           pair_cell("jump"), pair_value("jump")),
    Column("line", "line", "line of the spec", plain_cell(place_of), place_of),
)  # fmt: skip

COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Every column by the name that ``--columns`` takes."""

BARS = {
    "memory_share": Column(
        "memory_bar", "", "", bar("activations"), of("activations"), right=False
    ),
    "params_share": Column("params_bar", "", "", bar("params"), of("params"), right=False),
    "macs_share": Column("macs_bar", "", "", bar("macs"), of("macs"), right=False),
}
"""What a wide terminal shows after a share."""

BRIEF = COLUMNS["description"]._replace(name="brief", cell=brief_cell)
TERSE = COLUMNS["description"]._replace(name="terse", cell=terse_cell)
"""The description in fewer words, for a narrow terminal."""

STANDARD = ("name", "description", "from", "output", "activations", "memory", "memory_share",
            "params", "params_share", "macs", "macs_share", "receptive_field")  # fmt: skip
"""The columns of a table when nothing is chosen."""


def chosen(names: Sequence[str], lines: Sequence[Line]) -> list[Column]:
    """The columns asked for, else the standard ones; `from` only where some line needs it."""
    if names:
        return [COLUMNS[name] for name in names]
    branched = any(line.branches for line in lines)
    return [COLUMNS[n] for n in STANDARD if n != "from" or branched]
