"""One layer's arithmetic, step by step: the formula, the numbers put in, the result, and why.

Made to be read aloud by a student: every symbol is named, every zero has its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Unknown, docstring, noun
from cnncalc.language.quantities import compact, exact, megabytes
from cnncalc.layers.layer import LayerProblem, Storage
from cnncalc.layers.shape import by
from cnncalc.layers.window import WindowLayer
from cnncalc.render.derivation import border, counted, derivation, say, section
from cnncalc.render.page import Page, percent
from cnncalc.render.receptive_field import receptive_field
from cnncalc.render.summary import shortfall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.layers.formula import Formula
    from cnncalc.layers.window import WindowAxis
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
    """What the layer is, its input and its output."""
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
            "It is in an auxiliary head, which runs only in training: it counts only in the "
            "parameters of the training."
        )
    if not row.layer.runs_in_inference:
        page.gap()
        page.paragraph("In inference it does nothing: its input passes through unchanged.")


# Width and height.


def size(page: Page, row: Row, formulas: Mapping[str, Formula]) -> None:
    """Width, height and depth; said once where they go alike."""
    shape = row.output_shape
    names = [axis.name for axis in reversed(shape.axes)]
    sizes = [formulas[name] for name in names if name in formulas]
    if len(sizes) < len(names):
        return
    if keeps_size(row):
        section(page, words_of(names))
        say(page, f"Unchanged: {by(shape.sizes)}.")
    elif {formula.text for formula in sizes} == {"1"}:
        section(page, words_of(names))
        say(page, f"{by(shape.sizes)}: the output is a vector of {exact(shape.channels)} values.")
    else:
        windows = axes_of(row)
        for index, formula in enumerate(sizes):
            section(page, f"{names[index]} of the output")
            if index and alike(sizes[0], formula):
                count = counted(formula.result, shape.axes[-1].unit)
                say(page, f"The same as the {names[0]}: {count}.")
                continue
            derivation(page, formula)
            if windows:
                say(page, border(windows[-1 - index]))
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
        return "every channel is processed separately"
    return "every filter gives one channel"


def alike(width: Formula, height: Formula) -> bool:
    return [s.value for s in width.symbols.values()] == [s.value for s in height.symbols.values()]


def words_of(names: Sequence[str]) -> str:
    """`width and height`; `width, height and depth`."""
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def axes_of(row: Row) -> list[WindowAxis] | None:
    """The window along every axis, for a layer that has one."""
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
        say(page, f"0: it uses the weights of {row.shares}, which are counted there.")
    elif row.params:
        section(page, "parameters")
        say(page, f"{sum_of(row)}{part(report, row, 'params', 'parameters')}")
    else:
        section(page, "weights and biases")
        say(page, "0: it has nothing to learn.")


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
            "its window, the same at every position."
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
        f"{exact(row.activations)} values × {size} {noun(size, 'byte')} "
        f"({report.dtype}) = {megabytes(image)} per image{share}",
        "Training keeps it for the backward pass, with a gradient of the same size: about twice "
        "as much.",
    )
    if report.batch > 1:
        batch = report.batch
        say(page, f"× {exact(batch)} images = {megabytes(batch * image)} for the batch.")


def no_volume(row: Row) -> str:
    """Why a layer adds no volume of its own."""
    storage = row.layer.storage()
    if storage is Storage.VIEW:
        return "it is a view of its input; no value is copied."
    if storage is Storage.IN_PLACE:
        return "it overwrites its input in place, so no volume is counted for it."
    return "it changes its input value by value, and the lecture counts no volume for it."


def macs(page: Page, report: Report, row: Row, formulas: Mapping[str, Formula]) -> None:
    section(page, "multiply-accumulates (MACs)")
    if "macs" in formulas:
        derivation(page, formulas["macs"], unit="MACs")
        share = part(report, row, "macs", "MACs")
        say(
            page,
            f"One for each multiplication of a weight by a value; biases are not counted. "
            f"{compact(row.macs or 0)} MACs = {compact(2 * (row.macs or 0))} FLOPs, 2 per "
            f"MAC{share}",
        )
        return
    elementwise = row.elementwise or 0
    apart = f" Its {compact(elementwise)} elementwise operations are counted separately."
    say(
        page,
        "0: only convolutions and fully connected layers multiply values by weights."
        f"{apart if elementwise else ''}",
    )
