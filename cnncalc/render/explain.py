"""One layer's arithmetic, step by step: the formula, the numbers put in, the result, and why.

Made to be read aloud by a student: every symbol is named, every zero has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Unknown
from cnncalc.layers.layer import LayerProblem, Storage
from cnncalc.layers.window import WindowLayer, by
from cnncalc.network import Node
from cnncalc.quantities import compact, exact, megabytes
from cnncalc.render.columns import percent
from cnncalc.render.page import Page, Piece

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.analysis.report import Report, Row
    from cnncalc.layers.formula import Formula
    from cnncalc.layers.layer import View as Seen
    from cnncalc.layers.window import Axis
    from cnncalc.render import View

INDENT = 4
SIDES = {0: ("row", "top", "bottom"), 1: ("column", "left", "right")}


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
    return page.text()


def opening(page: Page, row: Row) -> None:
    """What the layer is, what enters and what leaves."""
    page.title(row.name, row.layer.describe())
    meaning, _, more = (type(row.layer).__doc__ or "").partition("\n\n")
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


def section(page: Page, title: str) -> None:
    page.gap()
    page.line(Piece(title, "bold"))


def say(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        page.paragraph(sentence, indent=INDENT)


def derivation(page: Page, formula: Formula, *, unit: str = "") -> None:
    """Formula, numbers, result, one under the other; then what the symbols mean."""
    result = counted(formula.result, unit or formula.unit)
    steps = [formula.text]
    if formula.with_numbers != formula.text:
        steps.append(formula.with_numbers)
    if formula.with_numbers != str(formula.result):
        steps.append(result)
    else:
        steps[-1] = result
    lines(page, steps)
    where(page, {name: (symbol.value, symbol.meaning) for name, symbol in formula.symbols.items()})


def counted(number: int, unit: str) -> str:
    """`55 pixels`, `1 pixel`, `1,728`."""
    one = unit[:-1] if number == 1 and unit.endswith("s") else unit
    return f"{exact(number)} {one}".strip()


def lines(page: Page, steps: Iterable[str]) -> None:
    """`  formula`, `= with numbers`, `= result`."""
    for number, text in enumerate(steps):
        page.paragraph(text, label="= " if number else "  ", indent=INDENT)


def where(page: Page, symbols: Mapping[str, tuple[object, str]]) -> None:
    width = max((len(f"{name} = {value}") for name, (value, _) in symbols.items()), default=0)
    for name, (value, meaning) in symbols.items():
        page.paragraph(meaning, label=f"{f'{name} = {value}':<{width}}  ", indent=INDENT + 4)


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


def border(axis: Axis) -> str:
    """What happens where the window meets the border."""
    line, _, far = SIDES[axis.dim]
    if axis.same:
        return same_border(axis)
    if axis.free % axis.stride == 0:
        return (
            f"The division is exact: the last window ends at the {far} border"
            f"{' of the padding' if axis.after else ''}, no {line} is left over."
        )
    quotient = f"{axis.free}/{axis.stride} = {axis.free / axis.stride:.4g} is not whole"
    if axis.rounding == "ceil":
        return f"{quotient}, and here it is rounded up: {jutting(axis)}"
    rest = axis.free % axis.stride
    text = f"{quotient}, and is rounded down: the last window ends {count(rest, line)} before "
    text += f"the {far} border{' of the padding' if axis.after else ''}. "
    if axis.unseen:
        seen = "is" if axis.unseen == 1 else "are"
        return text + f"{count(axis.unseen, line)} of the image {seen} never seen by any window."
    return text + f"That is padding only: every {line} of the image itself is seen."


def jutting(axis: Axis) -> str:
    """Ceil rounding: a last window over the border, or dropped behind it."""
    line, _, far = SIDES[axis.dim]
    if axis.output == axis.free // axis.stride + 1:
        return (
            f"but that last window would start in the padding at the {far}, so it is dropped, "
            "as PyTorch does."
        )
    over = (axis.output - 1) * axis.stride - axis.free
    return f"the last window juts out over the {far} border by {count(over, line)}."


def same_border(axis: Axis) -> str:
    line, near, far = SIDES[axis.dim]
    total = axis.before + axis.after
    span = "F" if axis.dilation == 1 else "(D·(F − 1) + 1)"
    text = (
        f"Padding `same`: as many outputs as the stride makes of the {axis.name}, whatever the "
        f"kernel. For that {count(total, line)} of zeros {'is' if total == 1 else 'are'} needed, "
        f"(W2 − 1)·S + {span} − W = ({axis.output} − 1)·{axis.stride} + {axis.extent} − {axis.size}"
    ).replace("W", "HW"[axis.dim])
    if not total:
        return text + ", that is none."
    text += f": {axis.before} at the {near}, {axis.after} at the {far}"
    odd = "; the odd one goes to the far side" if axis.before != axis.after else ""
    return f"{text}{odd}."


def count(number: int, noun: str) -> str:
    return f"{exact(number)} {noun}{'' if number == 1 else 's'}"


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
        say(page, f"{sum_of(row)}{part(report.totals.params, row, 'params', 'parameters')}")
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


def part(total: int, row: Row, figure: str, words: str) -> str:
    """`: 27% of all parameters of the net`."""
    value = getattr(row, figure)
    if not total or not value or row.training_only:
        return "."
    return f": {percent(value / total)} of all {words} of the net."


def memory(page: Page, report: Report, row: Row, formulas: Mapping[str, Formula]) -> None:
    section(page, "memory")
    if not row.activations or "activations" not in formulas:
        say(page, f"0: {no_volume(row)}")
        return
    derivation(page, formulas["activations"])
    size, image = report.dtype_bytes, row.activations * report.dtype_bytes
    share = part(report.totals.activations, row, "activations", "activations")
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
        share = part(report.totals.macs, row, "macs", "MACs")
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


# Receptive field.


def receptive_field(page: Page, report: Report, row: Row) -> None:
    section(page, "receptive field")
    seen = row.layer.view()
    if seen is None:
        say(page, "The whole image: every output depends on all of its input.")
        return
    if row.receptive_field is None or row.jump is None:
        say(
            page, "The whole image: its input sees all of it already, and so does everything after."
        )
        return
    if len(row.inputs) > 1:
        say(page, *widest(report, row))
        return
    before = entering(report, row.node.inputs[0])
    if before is None:
        return
    if seen.kernel == (1, 1):
        say(
            page,
            f"Unchanged, {by(row.receptive_field)} pixels: an output sees one place of its input.",
        )
        if seen.stride != (1, 1) or seen.growth != (1, 1):
            say(page, *{apart(row, seen, before, dim) for dim in (1, 0)})
        return
    square = len({*zip(seen.kernel, seen.stride, seen.growth, *before, strict=True)}) == 1
    for dim in (1,) if square else (1, 0):
        if not square:
            say(page, f"Along the {('height', 'width')[dim]}:")
        recursion(page, row, seen, before, dim)


Field = tuple[tuple[int, int], tuple["int | Fraction", "int | Fraction"]]


def entering(report: Report, tensor: object) -> Field | None:
    """Receptive field and jump of what enters; one pixel for the image itself."""
    if not isinstance(tensor, Node):
        return (1, 1), (1, 1)
    row = report.rows[tensor.index]
    if row.receptive_field is None or row.jump is None:
        return None
    return row.receptive_field, row.jump


def recursion(page: Page, row: Row, seen: Seen, before: Field, dim: int) -> None:
    """The recursion r1 + (F − 1)·j1 with the numbers of the layer before, and the new jump."""
    (field, jump), source = before, row.inputs[0]
    kernel = seen.kernel[dim]
    assert row.receptive_field is not None
    r1, j1 = field[dim], jump[dim]
    lines(
        page,
        (
            "r1 + (F − 1)·j1",
            f"{r1} + ({kernel} − 1)·{j1}",
            f"{row.receptive_field[dim]} pixels of the image",
        ),
    )
    where(
        page,
        {
            "r1": (r1, f"receptive field of {source}"),
            "j1": (j1, f"distance between neighbouring values of {source}, in image pixels"),
            "F": (kernel, "what the window spans of its input"),
        },
    )
    say(page, apart(row, seen, before, dim))


def apart(row: Row, seen: Seen, before: Field, dim: int) -> str:
    """How far neighbouring outputs are apart, from the layer before."""
    assert row.jump is not None
    stride, growth, j1, jump = seen.stride[dim], seen.growth[dim], before[1][dim], row.jump[dim]
    letters, numbers, meaning = "j1·S", f"{j1}·{stride}", "S the stride"
    if growth > 1:
        letters, numbers = f"{letters}/G", f"{numbers}/{growth}"
        meaning = "S the stride, G how many times larger the image becomes"
    plural = "" if jump == 1 else "s"
    return (
        f"Neighbouring outputs are {letters} = {numbers} = {jump} pixel{plural} apart ({meaning})."
    )


def widest(report: Report, row: Row) -> Iterator[str]:
    """Through branches: the widest of what they see."""
    for name, tensor in zip(row.inputs, row.node.inputs, strict=True):
        before = entering(report, tensor)
        yield f"{name} sees {by(before[0]) if before else 'the whole image'}."
    assert row.receptive_field is not None
    yield f"The widest counts: {by(row.receptive_field)} pixels of the image."
