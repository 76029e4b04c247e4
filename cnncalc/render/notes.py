"""The lecture's own lines (CS231n's notes on VGGNet): biases left out, two digits of memory.

Layers that only rewrite their input (ReLU, dropout) have no line there, and so none here. A folded
block has one line: the volume that leaves it, the memory and weights of all its layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Unknown, noun, printable
from cnncalc.language.quantities import compact, exact, lecture, megabytes
from cnncalc.layers.layer import LayerProblem
from cnncalc.layers.shape import Shape
from cnncalc.render.outline import outline
from cnncalc.render.summary import incomplete

if TYPE_CHECKING:
    from cnncalc.render import View
    from cnncalc.render.outline import Line
    from cnncalc.report.report import Report


def render(report: Report, view: View) -> str:
    lines = [text(line) for line in outline(report, view.depth, fuse=view.fuse) if counts(line)]
    return printable("\n".join([*lines, *totals(report)])) + "\n"


def counts(line: Line) -> bool:
    """Whether it has a line: a volume of its own, weights, or something unknown."""
    return line.activations != 0 or line.weights != 0 or not line.rows


def text(line: Line) -> str:
    """`CONV3-64: [224x224x64] memory: 224*224*64=3.2M params: (3*3*3)*64 = 1,728`."""
    if not line.rows:
        named = "" if line.name == "input" else f" ({line.name})"
        return f"INPUT{named}: {volume(line.output)} params: 0"
    aside = " (in training only)" if line.training_only else ""
    if line.groups:
        return f"{line.name} ({line.description}): {block(line)}{aside}"
    size = volume(line.output, counted=line.activations != 0)
    return f"{line.rows[0].notes_label}: {size} params: {weights(line)}{aside}"


def block(line: Line) -> str:
    """`[56x56x256] memory: 5.5M params: 212,992`."""
    memory = "?" if line.activations is None else lecture(line.activations)
    params = "?" if line.weights is None else exact(line.weights)
    return f"{brackets(line.output)} memory: {memory} params: {params}"


def brackets(shape: Shape) -> str:
    """`[224x224x3]`."""
    return f"[{'x'.join(numbers(shape))}]"


def numbers(shape: Shape) -> list[str]:
    """Width, height, channels; `?` for an unknown one."""
    channels, *sizes = ("?" if size is None else str(size) for size in shape.known())
    return [*reversed(sizes), channels]


def volume(shape: Shape, *, counted: bool = True) -> str:
    """`[224x224x3] memory: 224*224*3=150K`; a vector's memory is its length."""
    sizes = numbers(shape)
    if "?" in sizes:
        memory = "?"
    elif not counted:
        memory = "0"
    elif shape.area == 1:
        memory = sizes[-1]
    else:
        memory = f"{'*'.join(sizes)}={lecture(shape.values)}"
    return f"{brackets(shape)} memory: {memory}"


def weights(line: Line) -> str:
    """`(3*3*3)*64 = 1,728`, `(3*3*3)*64 + 64 = 1,792` with a norm, or `0`; biases are left out, as
    in the notes.
    """
    if line.weights is None:
        return "?"
    if line.rows[0].shares:
        others = f"those of {line.rows[0].shares}"
        return f"{exact(line.weights)} (and {others})" if line.weights else f"0 ({others})"
    try:
        terms = [row.layer.notes_params() or str(row.weights) for row in line.rows if row.weights]
    except (Unknown, LayerProblem):
        return "?"
    if not line.weights:
        return "0"
    arithmetic, result = " + ".join(terms), exact(line.weights)
    return result if arithmetic == str(line.weights) else f"{arithmetic} = {result}"


def totals(report: Report) -> list[str]:
    """The notes' closing lines, with the true numbers."""
    figures, size = report.totals, report.dtype_bytes
    image = figures.activations * size
    missing = [] if report.complete else [f"INCOMPLETE: {incomplete(report)}"]
    return [
        *missing,
        f"TOTAL memory: {compact(figures.activations)} * {size} {noun(size, 'byte')} "
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
