"""One layer's arithmetic, step by step: the formula, the numbers put in, the result, and why.

Made to be read aloud by a student: every symbol is named, every zero has its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Unknown, docstring
from cnncalc.language.quantities import compact, exact, megabytes
from cnncalc.layers.layer import LayerProblem, Storage
from cnncalc.layers.window import WindowLayer
from cnncalc.render.border import border
from cnncalc.render.columns import percent
from cnncalc.render.derivation import counted, derivation, say, section
from cnncalc.render.page import Page
from cnncalc.render.receptive_field import receptive_field
from cnncalc.render.summary import shortfall

if TYPE_CHECKING:
    from cnncalc.layers.formula import Formula
    from cnncalc.layers.window import Axis
    from cnncalc.render import View
    from cnncalc.report.report import Report, Row


def explain(report: Report, row: Row, view: View) -> str:
    """The page of one layer."""
    page = Page(view)
    opening(page, row)
    try:
        formulas = {formula.quantity: formula for formula in row.layer.formulas()}
    except (Unknown, LayerProblem):
        page.gap()
        page.paragraph("It cannot be computed: see the errors of this net.", style="bold")
        return page.text()
    size(page, row, formulas)
    weights(page, report, row, formulas)
    memory(page, report, row, formulas)
    macs(page, report, row, formulas)
    receptive_field(page, report, row)
    if not report.complete:
        section(page, "incomplete")
        say(page, f"{shortfall(report)}: no share of the net's totals is given.")
    return page.text()


def opening(page: Page, row: Row) -> None:
    """What the layer is, what enters and what leaves."""
    page.title(row.name, row.description)
    meaning, _, more = docstring(type(row.layer)).partition("\n\n")
    page.paragraph(" ".join(meaning.split()))
    if more.strip():
        page.paragraph(" ".join(more.split()))
    shapes = zip(row.inputs, row.input_shapes, strict=True)
    page.gap()
    page.paragraph(", ".join(f"{shape} from {name}" for name, shape in shapes), label="input   ")
    page.paragraph(str(row.output_shape), label="output  ")
    page.paragraph(f"{row.path}:{row.line}", label="spec    ")
    if row.training_only:
        page.gap()
        page.paragraph(
            "It stands in a side head, which runs in training only: it counts in no total but "
            "the parameters of the training."
        )
    if not row.layer.runs_in_inference:
        page.gap()
        page.paragraph("In inference it does nothing: its input passes through unchanged.")


# Width and height.


def size(page: Page, row: Row, formulas: Mapping[str, Formula]) -> None:
    """Width and height; told once where both go alike."""
    axes = axes_of(row)
    width, height = formulas.get("width"), formulas.get("height")
    if width is None or height is None:
        return
    if keeps_size(row):
        section(page, "width and height")
        say(page, f"Unchanged: {row.output_shape.width}×{row.output_shape.height}.")
    elif width.text == height.text == "1":
        section(page, "width and height")
        say(page, f"1×1: the output is a vector of {exact(row.output_shape.channels)} values.")
    else:
        for name, formula, dim in (("width", width, 1), ("height", height, 0)):
            section(page, f"{name} of the output")
            if dim == 0 and alike(width, height):
                say(page, f"The same as the width: {counted(height.result, 'pixels')}.")
                continue
            derivation(page, formula)
            if axes:
                say(page, border(axes[dim]))
    if "channels" in formulas:
        section(page, "channels of the output")
        derivation(page, formulas["channels"])
    elif isinstance(row.layer, WindowLayer):
        section(page, "channels of the output")
        say(page, f"{exact(row.output_shape.channels)}: {depth(row)}.")


def keeps_size(row: Row) -> bool:
    """Whether the layer works value by value, so that the size needs no arithmetic."""
    return not isinstance(row.layer, WindowLayer) and all(
        shape == row.output_shape for shape in row.input_shapes
    )


def depth(row: Row) -> str:
    if not row.layer.weight_shape():
        return "every channel is treated by itself"
    return "every filter gives one channel"


def alike(width: Formula, height: Formula) -> bool:
    return [s.value for s in width.symbols.values()] == [s.value for s in height.symbols.values()]


def axes_of(row: Row) -> tuple[Axis, Axis] | None:
    """The window along height and width, for a layer that has one."""
    return row.layer.window().axes(row.layer.input) if isinstance(row.layer, WindowLayer) else None


# Weights, memory, MACs.


def weights(page: Page, report: Report, row: Row, formulas: Mapping[str, Formula]) -> None:
    for quantity in ("weights", "biases"):
        if quantity in formulas:
            section(page, quantity)
            derivation(page, formulas[quantity])
            if quantity == "weights":
                say(page, *reason(row))
    if row.shares:
        section(page, "parameters")
        say(page, f"0 of its own: it uses the weights of {row.shares}, which count there.")
    elif row.params:
        section(page, "parameters")
        say(page, f"{sum_of(row)}{part(report, row, 'params', 'parameters')}")
    else:
        section(page, "weights and biases")
        say(page, "0: it computes by a fixed rule, there is nothing in it to learn.")


def reason(row: Row) -> Iterator[str]:
    """Why so many weights: what one filter or neuron has."""
    shape = row.layer.weight_shape()
    if len(shape) < 2:
        return
    filters, each = shape[0], shape[1:]
    product = "·".join(map(str, reversed(each)))
    size = f"{product} = {exact(prod(each))}" if len(each) > 1 else exact(prod(each))
    if isinstance(row.layer, WindowLayer):
        yield (
            f"Each of the {exact(filters)} filters has {size} weights, one for each value under "
            "its window, the same wherever the window stands."
        )
    elif len(each) == 1:
        yield f"Each of the {exact(filters)} neurons has {size} weights, one for each input value."


def sum_of(row: Row) -> str:
    if not row.biases:
        without = ", without biases" if row.layer.weight_shape() else ""
        return f"{exact(row.params or 0)}{without}"
    return f"{exact(row.weights or 0)} + {exact(row.biases)} = {exact(row.params or 0)}"


def part(report: Report, row: Row, figure: str, words: str) -> str:
    """`: 27% of all parameters of the net`; nothing of a net whose total is not known."""
    value, total = getattr(row, figure), getattr(report.totals, figure)
    if not total or not value or row.training_only or not report.complete:
        return "."
    return f": {percent(value / total)} of all {words} of the net."


def memory(page: Page, report: Report, row: Row, formulas: Mapping[str, Formula]) -> None:
    section(page, "memory")
    if not row.activations or "activations" not in formulas:
        say(page, f"0: {no_volume(row)}")
        return
    derivation(page, formulas["activations"])
    size, image = report.dtype_bytes, row.activations * report.dtype_bytes
    share = part(report, row, "activations", "activations")
    say(
        page,
        f"{exact(row.activations)} values × {size} byte{'s' if size > 1 else ''} "
        f"({report.dtype}) = {megabytes(image)} per image{share}",
        "Kept for the backward pass with a gradient of the same size, about twice that.",
    )
    if report.batch > 1:
        batch = report.batch
        say(page, f"× {exact(batch)} images = {megabytes(batch * image)} for the batch.")


def no_volume(row: Row) -> str:
    """Why a layer adds no volume of its own."""
    storage = row.layer.storage()
    if storage is Storage.VIEW:
        return "it is its input seen differently; no value is copied."
    if storage is Storage.IN_PLACE:
        return "it overwrites its input in place, so the lecture counts no volume for it."
    return "it only rewrites its input value by value, and the lecture counts no volume for it."


def macs(page: Page, report: Report, row: Row, formulas: Mapping[str, Formula]) -> None:
    section(page, "multiply-accumulates (MACs)")
    if "macs" in formulas:
        derivation(page, formulas["macs"], unit="MACs")
        share = part(report, row, "macs", "MACs")
        say(
            page,
            f"One for every weight that meets a value; adding the bias is not counted. "
            f"{compact(row.macs or 0)} MACs = {compact(2 * (row.macs or 0))} FLOPs, 2 per "
            f"MAC{share}",
        )
        return
    elementwise = row.elementwise or 0
    apart = f" Its {compact(elementwise)} elementwise operations are counted apart."
    say(
        page,
        "0: only convolutions and fully connected layers multiply values by weights and add up."
        f"{apart if elementwise else ''}",
    )
