"""What happens at the border of the image, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.language.quantities import exact

if TYPE_CHECKING:
    from cnncalc.layers.window import WindowAxis


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
    text = f"{quotient} and is rounded down: the last window ends {count(rest, line)} before "
    text += f"the {far} border{' of the padding' if axis.after else ''}. "
    if axis.unseen:
        seen = "is" if axis.unseen == 1 else "are"
        return text + f"{count(axis.unseen, line)} of the image {seen} never seen."
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
    return f"the last window is partial: {count(over, line)} of it beyond the {far} border."


def same_border(axis: WindowAxis) -> str:
    line, (near, far) = axis.axis.line, axis.axis.ends
    total = axis.before + axis.after
    span = "F" if axis.dilation == 1 else "(D·(F − 1) + 1)"
    text = (
        f"Padding `same`: the output has ceil({axis.name} / stride) {line}s for every kernel. This "
        f"needs {count(total, line)} of zeros: "
        f"(W2 − 1)·S + {span} − W = ({axis.output} − 1)·{axis.stride} + {axis.extent} − {axis.size}"
    ).replace("W", axis.axis.letter)
    if not total:
        return text + "."
    text += f", {axis.before} at the {near} and {axis.after} at the {far}"
    odd = "; the extra one is on the far side" if axis.before != axis.after else ""
    return f"{text}{odd}."


def count(number: int, noun: str) -> str:
    return f"{exact(number)} {noun}{'' if number == 1 else 's'}"
