"""A layer's place in the spec, as the rules see it: where its fields are written, what gave its
inputs their shapes, and how to write another value there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Edit, Fix, Related, Span, cut
from cnncalc.language.spec import LayerStep, ResidualStep
from cnncalc.layers.shape import PartialShape
from cnncalc.network.network import Node
from cnncalc.text.edits import add_entry, in_brackets, indented, source_text
from cnncalc.text.parser import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.language.spec import Argument, Step
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Group, Tensor

NONE: dict[str, Argument] = {}


class StepPlace:
    """The `Place` of a step's layer. ``defaults``: the file's defaults that apply to it."""

    def __init__(
        self,
        name: str,
        layer: Layer,
        step: Step,
        inputs: tuple[Tensor, ...],
        defaults: dict[str, Argument],
        group: Group | None,
    ) -> None:
        self.name = name
        self.layer = layer
        self.step = step
        self.inputs = inputs
        self.defaults = defaults
        self.group = group

    @property
    def arguments(self) -> dict[str, Argument]:
        return self.step.arguments if isinstance(self.step, LayerStep) else NONE

    def span(self, field: str = "") -> Span:
        argument = self.arguments.get(field) or self.defaults.get(field)
        return argument.operand.span if argument else self.step.span

    def origins(self) -> tuple[Related, ...]:
        """What gives each input its shape, where that stands on another line."""
        seen = {(id(self.step.span.source), self.step.span.line)}
        related = []
        for tensor in self.inputs:
            place = (id(tensor.span.source), tensor.span.line)
            if place not in seen:
                seen.add(place)
                related.append(Related(origin(tensor), tensor.span))
        return tuple(related)

    def set_field(self, field: str, value: str) -> Fix | None:
        return set_field(self.step, field, value)

    def set_origin_field(self, index: int, field: str, value: str) -> Fix | None:
        """The same in the step that gives input ``index``."""
        tensor = self.inputs[index]
        if field == "filters":
            tensor = giver_of_channels(tensor)
        origin = getattr(tensor, "step", None)
        if field == "filters" and isinstance(origin, LayerStep) and "units" in origin.kind.fields:
            field = "units"
        if isinstance(origin, LayerStep) and field in origin.kind.fields:
            fix = set_field(origin, field, value)
            name = origin.name or origin.word
            return fix and fix._replace(text=f"`{fix.text}` in {name}")
        return None


def giver_of_channels(tensor: Tensor) -> Tensor:
    """The layer that decides on the channels, past those that only pass them on."""
    while isinstance(tensor, Node) and len(tensor.inputs) == 1:
        fields = tensor.layer.fields
        if "filters" in fields or "units" in fields:
            break
        tensor = tensor.inputs[0]
    return tensor


def origin(tensor: Tensor) -> str:
    """What stands under the label of a step, or of an input, that gives a shape."""
    if not isinstance(tensor.output, PartialShape):
        return f"gives {tensor.output}" if isinstance(tensor, Node) else f"is {tensor.output}"
    known = tensor.output.known_channels()
    return "its shape is not known" if known is None else f"gives {known} channels"


def set_field(step: Step, field: str, value: str) -> Fix | None:
    """Writes ``field: value`` into a step: over the literal that stands there, or beside the
    others. None where the value comes from an expression with names.
    """
    if not isinstance(step, LayerStep) or field not in step.kind.fields:
        return None
    text = f"{field}: {value}"
    argument = step.arguments.get(field)
    if argument is not None:
        if not argument.operand.is_constant:
            return None
        return Fix(text, (Edit(argument.operand.span, value),))
    edit = add_field(step, text)
    return Fix(text, (edit,)) if edit else None


def add_field(step: LayerStep, text: str) -> Edit | None:
    """The edit that adds ``field: value`` to a step that has no such field, in its own form."""
    node, label = step.value, step.span
    if node is None:
        end = label._replace(line=label.end_line, column=label.end_column)
        return Edit(end, f": {{{text}}}")
    span = node.span
    if isinstance(node, Scalar) and step.kind.positional:
        return Edit(span, f"{{{step.kind.positional[0]}: {source_text(span)}, {text}}}")
    if isinstance(node, Sequence) and step.kind.takes_list:
        given = (
            f"{name}: {source_text(item.span)}"
            for name, item in zip(step.kind.positional, node.items, strict=False)
        )
        return Edit(span, f"{{{', '.join([*given, text])}}}")
    if isinstance(node, Mapping) and node.entries:
        return add_entry(node, text)
    return None


def project(step: ResidualStep) -> tuple[Fix, ...]:
    """The fix `shortcut: project`, in the residual's own form."""
    text, node = "shortcut: project", step.value
    if step.shortcut is not None and step.shortcut.is_constant:
        return (Fix(text, (Edit(step.shortcut.span, "project"),)),)
    if step.shortcut is None and isinstance(node, Mapping) and node.entries:
        return (Fix(text, (add_entry(node, text),)),)
    if isinstance(node, Sequence) and in_brackets(node):
        body = f"{{{text}, body: {source_text(node.span)}}}"
        return (Fix(text, (Edit(node.span, body),)),)
    if isinstance(node, Sequence):
        margin = " " * max(node.column - 1, step.label.column + 1)
        by = " " * (len(margin) + 2 - (node.column - 1))
        first, *rest = indented(node.span, node.end_line, by)
        first = first._replace(text=f"{margin}{text}\n{margin}body:\n{by}")
        return (Fix(text, (first, *rest)),)
    return ()


def body_fixes(step: ResidualStep, x: Shape) -> Iterator[Fix]:
    """Changes of a residual's body that could give it the shape of its input."""
    layers = [s for s in step.body if isinstance(s, LayerStep)]
    bare = [s for s in layers if "padding" in s.kind.fields and "padding" not in s.arguments]
    same = [fix for s in bare if (fix := set_field(s, "padding", "same"))]
    if same:
        words = "`padding: same` in the body"
        yield Fix(words, tuple(edit for fix in same for edit in fix.edits))
    deep = [s for s in layers if "filters" in s.kind.fields]
    if deep and (fix := set_field(deep[-1], "filters", str(x.channels))):
        yield fix._replace(text=f"`{fix.text}` in the body's last {deep[-1].word}")


def to_expected(step: Step, expected: Shape, computed: Shape) -> Iterator[Fix]:
    """Changes of a step that could give it the shape it is expected to have."""
    if not isinstance(step, LayerStep):
        return
    tries: list[tuple[str, str | int]] = []
    if expected.channels != computed.channels:
        tries.append(("filters" if "filters" in step.kind.fields else "units", expected.channels))
    elif expected.sizes != computed.sizes:
        tries += [("padding", "same"), *(("padding", p) for p in (1, 2, 3))]
        tries += [("stride", s) for s in (1, 2)]
    for field, value in tries:
        if fix := set_field(step, field, str(value)):
            yield fix


def trail(group: Group | None) -> tuple[str, ...]:
    """The calls that led here, innermost first: `in stage2/unit3 (width 64), line 31, …`."""
    lines = []
    while group is not None:
        arguments = f" ({group.arguments})" if group.arguments else ""
        shape = f", input {group.input.output}" if group.input is not None else ""
        place = f"{group.span.source.path}:{group.span.line}:{group.span.column}"
        lines.append(cut(f"in {group.path}{arguments}, {place}{shape}"))
        group = group.parent
    return tuple(lines)
