"""The lecture's own lines (CS231n's notes on VGGNet): biases left out, two digits of memory.

Layers that only rewrite their input (ReLU, dropout) have no line there, and so none here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Unknown, printable
from cnncalc.language.quantities import compact, exact, lecture, megabytes
from cnncalc.layers.layer import LayerProblem
from cnncalc.layers.shape import Shape
from cnncalc.render.summary import incomplete

if TYPE_CHECKING:
    from cnncalc.render import View
    from cnncalc.report.report import Report, Row


def render(report: Report, view: View) -> str:
    lines = []
    for tensor in report.network.inputs:
        named = "" if tensor.name == "input" else f" ({tensor.name})"
        lines.append(f"INPUT{named}: {volume(tensor.output)} params: 0")
    lines += [line(row) for row in report.rows if counts(row)]
    return printable("\n".join([*lines, *totals(report)])) + "\n"


def counts(row: Row) -> bool:
    """Whether a row has a line: a volume of its own, weights, or something unknown."""
    return row.activations != 0 or row.weights != 0


def line(row: Row) -> str:
    """`CONV3-64: [224x224x64] memory: 224*224*64=3.2M params: (3*3*3)*64 = 1,728`."""
    aside = " (in training only)" if row.training_only else ""
    size = volume(row.output_shape, counted=row.activations != 0)
    return f"{row.notes_label}: {size} params: {weights(row)}{aside}"


def volume(shape: Shape, *, counted: bool = True) -> str:
    """`[224x224x3] memory: 224*224*3=150K`; a vector's memory is its length."""
    channels, *sizes = ("?" if size is None else str(size) for size in shape.known())
    numbers = [*reversed(sizes), channels]
    brackets = f"[{'x'.join(numbers)}]"
    if "?" in numbers:
        return f"{brackets} memory: ?"
    if not counted:
        return f"{brackets} memory: 0"
    if shape.area == 1:
        return f"{brackets} memory: {channels}"
    return f"{brackets} memory: {'*'.join(numbers)}={lecture(shape.values)}"


def weights(row: Row) -> str:
    """`(3*3*3)*64 = 1,728`, or `0`; biases are left out, as in the notes."""
    if row.shares:
        return f"0 (those of {row.shares})"
    if row.weights is None:
        return "?"
    try:
        arithmetic = row.layer.notes_params()
    except (Unknown, LayerProblem):
        return "?"
    if not row.weights:
        return "0"
    result = exact(row.weights)
    return result if arithmetic in ("", str(row.weights)) else f"{arithmetic} = {result}"


def totals(report: Report) -> list[str]:
    """The notes' closing lines, with the true numbers."""
    figures, size = report.totals, report.dtype_bytes
    image = figures.activations * size
    missing = [] if report.complete else [f"INCOMPLETE: {incomplete(report)}"]
    return [
        *missing,
        f"TOTAL memory: {compact(figures.activations)} * {size} byte{'s' if size > 1 else ''} "
        f"~= {whole_megabytes(image)} / image (only forward! ~*2 for bwd)",
        f"TOTAL params: {compact(figures.params)} parameters",
    ]


def whole_megabytes(size: int) -> str:
    """`61MB`; below ten with a digit after the point, `3.1KB`."""
    number, _, unit = megabytes(size).partition(" ")
    whole = number.partition(".")[0]
    if unit == "MB" and len(whole) > 1:
        number = f"{size / 1e6:.0f}"
    return number + ("B" if unit.startswith("byte") else unit)
