"""What happens where a window meets the border of the image, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.language.quantities import exact

if TYPE_CHECKING:
    from cnncalc.layers.window import WindowAxis


def border(axis: WindowAxis) -> str:
    """What happens where the window meets the border."""
    line, far = axis.axis.line, axis.axis.ends[1]
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


def jutting(axis: WindowAxis) -> str:
    """Ceil rounding: a last window over the border, or dropped behind it."""
    line, far = axis.axis.line, axis.axis.ends[1]
    if axis.output == axis.free // axis.stride + 1:
        return (
            f"but that last window would start in the padding at the {far}, so it is dropped, "
            "as PyTorch does."
        )
    over = (axis.output - 1) * axis.stride - axis.free
    return f"the last window juts out over the {far} border by {count(over, line)}."


def same_border(axis: WindowAxis) -> str:
    line, (near, far) = axis.axis.line, axis.axis.ends
    total = axis.before + axis.after
    span = "F" if axis.dilation == 1 else "(D·(F − 1) + 1)"
    text = (
        f"Padding `same`: as many outputs as the stride makes of the {axis.name}, whatever the "
        f"kernel. For that {count(total, line)} of zeros {'is' if total == 1 else 'are'} needed, "
        f"(W2 − 1)·S + {span} − W = ({axis.output} − 1)·{axis.stride} + {axis.extent} − {axis.size}"
    ).replace("W", axis.axis.letter)
    if not total:
        return text + ", that is none."
    text += f": {axis.before} at the {near}, {axis.after} at the {far}"
    odd = "; the odd one goes to the far side" if axis.before != axis.after else ""
    return f"{text}{odd}."


def count(number: int, noun: str) -> str:
    return f"{exact(number)} {noun}{'' if number == 1 else 's'}"
