"""Shape literals: `224x224x3`, `4096`, `{channels: 3, height: 480, width: 640}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Problem, Span
from cnncalc.language import rules
from cnncalc.layers.shape import Shape

if TYPE_CHECKING:
    from cnncalc.text.parser import Mapping, Node

CUBE = re.compile(r"\s*([0-9]{1,15})\s*[x×X]\s*([0-9]{1,15})\s*[x×X]\s*([0-9]{1,15})\s*")
VECTOR = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(_[0-9]{3}){1,3}")
AXES = ("channels", "height", "width")


def read_shape(node: Node) -> Shape:
    """A shape as a spec writes it; raises `Problem`."""
    from cnncalc.text.parser import Mapping, Scalar

    if isinstance(node, Scalar):
        return shape_of_text(node.text, node.span)
    if isinstance(node, Mapping):
        return shape_of_mapping(node)
    raise Problem(rules.form.bad_shape(node.span, "a list is no shape", hint=list_hint(node)))


def shape_of_text(text: str, span: Span) -> Shape:
    """`224x224x3` (width × height × channels, equal sides) or a vector's length."""
    if VECTOR.fullmatch(text):
        return checked(Shape(int(text), 1, 1), span)
    match = CUBE.fullmatch(text)
    if match is None:
        raise Problem(rules.form.bad_shape(span, f"'{text}' is no shape", hints=hints_of(text)))
    width, height, channels = map(int, match.groups())
    if width != height:
        hint = f"{{channels: {channels}, height: {height}, width: {width}}}"
        if height == channels:
            hint = f"{height}x{channels}x{width}"
        why = f"'{text}' is read as width x height x channels, and {width} is not {height}"
        raise Problem(rules.form.bad_shape(span, why, hint=hint))
    return checked(Shape(channels, height, width), span)


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
        if key not in AXES:
            raise Problem(rules.form.unknown_key(entry.key.span, key, "a shape", AXES))
        value = entry.value
        if not isinstance(value, Scalar) or not VECTOR.fullmatch(value.text):
            raise Problem(rules.form.bad_shape(value.span, f"{key} must be a whole number"))
        sizes[key] = int(value.text)
    missing = [axis for axis in AXES if axis not in sizes]
    if missing:
        raise Problem(
            rules.form.bad_shape(node.span, f"the shape has no {' and no '.join(missing)}")
        )
    return checked(Shape(sizes["channels"], sizes["height"], sizes["width"]), node.span)


def checked(shape: Shape, span: Span) -> Shape:
    """No side is 0, and the volume stays within the limit of numbers."""
    if 0 in shape:
        raise Problem(
            rules.form.bad_shape(span, f"{shape} holds nothing: every side is at least 1")
        )
    if shape.values > 10**15:
        raise Problem(rules.form.bad_shape(span, f"{shape} holds more than 10^15 values"))
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
