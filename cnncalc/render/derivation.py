"""A derivation on a page: formula, numbers, result and symbols; and sentences about the border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cnncalc.diagnostics import plural
from cnncalc.language.quantities import exact
from cnncalc.render.page import Styled

if TYPE_CHECKING:
    from cnncalc.layers.formula import Formula
    from cnncalc.layers.window import WindowAxis
    from cnncalc.render.page import Page

INDENT = 4


def section(page: Page, title: str) -> None:
    page.gap()
    page.line(Styled(title, "bold"))


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


# The border of the image, in sentences.


def border(axis: WindowAxis) -> str:
    """The sentence about the last window."""
    line, far = axis.axis.line, axis.axis.ends[1]
    if axis.same:
        return same_border(axis)
    if axis.free % axis.stride == 0:
        return (
            f"The division is exact: the last window ends at the {far} border"
            f"{' of the padding' if axis.after else ''}, no {line} is left over."
        )
    quotient = f"{axis.free}/{axis.stride} = {axis.free / axis.stride:.4g} is not a whole number"
    if axis.rounding == "ceil":
        return f"{quotient} and is rounded up: {last_window(axis)}"
    rest = axis.free % axis.stride
    text = f"{quotient} and is rounded down: the last window ends {plural(rest, line)} before "
    text += f"the {far} border{' of the padding' if axis.after else ''}. "
    if axis.unseen:
        seen = "is" if axis.unseen == 1 else "are"
        return text + f"{plural(axis.unseen, line)} of the image {seen} never seen."
    return text + f"Only padding is left over: every {line} of the image is seen."


def last_window(axis: WindowAxis) -> str:
    """Ceil rounding: the last window is partial, or dropped."""
    line, far = axis.axis.line, axis.axis.ends[1]
    if axis.output == axis.free // axis.stride + 1:
        return (
            f"the last window would begin in the padding at the {far} and is dropped, as in "
            "PyTorch."
        )
    over = (axis.output - 1) * axis.stride - axis.free
    return f"the last window is partial: {plural(over, line)} of it beyond the {far} border."


def same_border(axis: WindowAxis) -> str:
    line, (near, far) = axis.axis.line, axis.axis.ends
    total = axis.before + axis.after
    span = "F" if axis.dilation == 1 else "(D·(F − 1) + 1)"
    text = (
        f"Padding `same`: the output has ceil({axis.name} / stride) {line}s for every kernel. This "
        f"needs {plural(total, line)} of zeros: "
        f"(W2 − 1)·S + {span} − W = ({axis.output} − 1)·{axis.stride} + {axis.extent} − {axis.size}"
    ).replace("W", axis.axis.letter)
    if not total:
        return text + "."
    text += f", {axis.before} at the {near} and {axis.after} at the {far}"
    odd = "; the extra one is on the far side" if axis.before != axis.after else ""
    return f"{text}{odd}."
