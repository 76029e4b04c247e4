"""Shape literals: `224x224x3`, `4096`, `{channels: 3, height: 480, width: 640}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Span
from cnncalc.language import rules
from cnncalc.language.expressions.expression import LIMIT
from cnncalc.layers.shape import AXES, Shape

if TYPE_CHECKING:
    from cnncalc.text.parser import Mapping, Node

SIZES = re.compile(r"\s*[0-9]{1,15}(?:\s*[x×X]\s*[0-9]{1,15}){1,3}\s*")
VECTOR = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(_[0-9]{3}){1,3}")
KEYS = ("channels", *dict.fromkeys(axis.name for axes in AXES.values() for axis in axes))
LETTERS = {"C": "channels", "D": "depth", "H": "height", "W": "width", "L": "length"}
"""What the command line calls the channels and the axes: `C=3,H=480,W=640`."""


def read_shape(node: Node) -> Shape:
    """A shape as a spec writes it; raises `Problem`."""
    from cnncalc.text.parser import Mapping, Scalar

    if isinstance(node, Scalar):
        return shape_of_text(node.text, node.span)
    if isinstance(node, Mapping):
        return shape_of_mapping(node)
    raise Problem(rules.form.bad_shape(node.span, "a list is not a shape", hint=list_hint(node)))


def shape_of_text(text: str, span: Span) -> Shape:
    """`224x224x3` (sizes × channels, all sizes equal), `16000x1`, `64x64x64x1`, or a vector's
    length. Raises `Problem`.
    """
    if VECTOR.fullmatch(text):
        return checked(Shape(int(text), 1, 1), span)
    if SIZES.fullmatch(text) is None:
        raise Problem(rules.form.bad_shape(span, f"'{text}' is not a shape", hints=hints_of(text)))
    *sizes, channels = map(int, re.findall("[0-9]+", text))
    if len(sizes) == 1 and sizes[0] == channels:
        why = f"'{text}' may be an image without its channels, or a signal"
        signal = f"{{channels: {channels}, length: {sizes[0]}}}"
        raise Problem(rules.form.bad_shape(span, why, hints=[*hints_of(text), signal]))
    if len(set(sizes)) > 1:
        raise Problem(unequal(text, sizes, channels, span))
    return checked(Shape(channels, *sizes), span)


def unequal(text: str, sizes: list[int], channels: int, span: Span) -> Diagnostic:
    """The short form of a shape needs equal sizes: nobody could say which one is the width."""
    names = [axis.name for axis in reversed(AXES[len(sizes)])]
    if len(sizes) == 2 and sizes[1] == channels:
        hint = f"{channels}x{channels}x{sizes[0]}"
    else:
        given = dict(zip(names, sizes, strict=True))
        axes = ", ".join(f"{name}: {given[name]}" for name in reversed(names))
        hint = f"{{channels: {channels}, {axes}}}"
    other = next(size for size in sizes if size != sizes[0])
    why = f"'{text}' is read as {' x '.join(names)} x channels, and {sizes[0]} is not {other}"
    return rules.form.bad_shape(span, why, hint=hint)


def hints_of(text: str) -> list[str]:
    """What a text that is no shape may have meant: a tuple, other signs, no channels."""
    numbers = re.findall(r"[0-9]{1,15}", text)
    if len(numbers) == 3:
        if numbers[1] == numbers[2]:
            numbers.reverse()
        return ["x".join(numbers)] if numbers[0] == numbers[1] else []
    if len(numbers) == 2 and numbers[0] == numbers[1]:
        return [f"{numbers[0]}x{numbers[1]}x{channels}" for channels in (3, 1)]
    return []


def shape_of_mapping(node: Mapping) -> Shape:
    """`{channels: 3, height: 480, width: 640}`: the form that leaves nothing to convention."""
    from cnncalc.text.parser import Scalar

    sizes = {}
    for key, entry in node.entries.items():
        if key not in KEYS:
            raise Problem(rules.form.unknown_key(entry.key.span, key, "a shape", KEYS))
        value = entry.value
        if not isinstance(value, Scalar) or not VECTOR.fullmatch(value.text):
            raise Problem(rules.form.bad_shape(value.span, f"{key} must be a whole number"))
        sizes[key] = int(value.text)
    return shape_of_sizes(sizes, node.span)


def shape_of_sizes(sizes: dict[str, int], span: Span) -> Shape:
    """The shape of channels and axes by their names; raises `Problem`."""
    names = [name for name in sizes if name != "channels"]
    axes = next(
        (axes for axes in AXES.values() if {axis.name for axis in axes} >= {*names} and names),
        AXES[2] if not names else None,
    )
    if axes is None:
        why = f"{' and '.join(names)} do not go together: a shape has a length, or height and width"
        raise Problem(rules.form.bad_shape(span, f"{why}, or depth, height and width"))
    missing = [name for name in ("channels", *(axis.name for axis in axes)) if name not in sizes]
    if missing:
        raise Problem(rules.form.bad_shape(span, f"the shape is missing {' and '.join(missing)}"))
    return checked(Shape(sizes["channels"], *(sizes[axis.name] for axis in axes)), span)


def checked(shape: Shape, span: Span) -> Shape:
    """No side is 0, and the volume stays within the limit of numbers."""
    if 0 in shape:
        raise Problem(
            rules.form.bad_shape(span, f"{shape} is empty: every side must be at least 1")
        )
    if shape.values > LIMIT:
        raise Problem(rules.form.bad_shape(span, f"{shape} has more than 10^15 values"))
    return shape


def list_hint(node: Node) -> str:
    """What a list such as `[3, 224, 224]` probably means."""
    from cnncalc.text.parser import Scalar, Sequence

    if isinstance(node, Sequence):
        texts = [item.text for item in node.items if isinstance(item, Scalar)]
        if len(texts) == len(node.items) == 3 and all(text.isdigit() for text in texts):
            if texts[0] == texts[1]:
                return "x".join(texts)
            if texts[1] == texts[2]:
                return f"{texts[2]}x{texts[1]}x{texts[0]}"
            return f"{{channels: {texts[0]}, height: {texts[1]}, width: {texts[2]}}}"
    return "224x224x3"
