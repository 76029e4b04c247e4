"""A layer's place in the spec, as the rules see it: where its fields are written, which steps its
inputs come from, and how to write another value there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Related, cut
from cnncalc.language.spec import LayerStep
from cnncalc.layers.shape import PartialShape
from cnncalc.network.fixes import set_field
from cnncalc.network.network import Node, enclosing

if TYPE_CHECKING:
    from cnncalc.diagnostics import Fix, Span
    from cnncalc.language.spec import Argument, Step
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Group, Tensor


class LayerContext:
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

    def span(self, field: str = "") -> Span:
        """Where the field's value is written; without one the step's label."""
        argument = self.defaults.get(field)
        if isinstance(self.step, LayerStep):
            argument = self.step.arguments.get(field, argument)
        return argument.operand.span if argument else self.step.span

    def origins(self) -> tuple[Related, ...]:
        """The steps that the inputs come from, where they stand on other lines."""
        seen = {(id(self.step.span.source), self.step.span.line)}
        related = []
        for tensor in self.inputs:
            place = (id(tensor.span.source), tensor.span.line)
            if place not in seen:
                seen.add(place)
                related.append(Related(origin(tensor), tensor.span))
        return tuple(related)

    def set_field(self, field: str, value: str) -> Fix | None:
        """The fix that writes ``field: value`` into the step, where it can be written."""
        return set_field(self.step, field, value)

    def set_origin_field(self, index: int, field: str, value: str) -> Fix | None:
        """The same in the step that input ``index`` comes from."""
        tensor = self.inputs[index]
        if field == "filters":
            tensor = sets_channels(tensor)
        origin = tensor.step if isinstance(tensor, Node) else None
        if field == "filters" and isinstance(origin, LayerStep) and "units" in origin.kind.fields:
            field = "units"
        if isinstance(origin, LayerStep) and field in origin.kind.fields:
            fix = set_field(origin, field, value)
            name = origin.name or origin.word
            return fix and fix._replace(text=f"`{fix.text}` in {name}")
        return None


def sets_channels(tensor: Tensor) -> Tensor:
    """The layer whose field sets the channels, past those that only pass them on."""
    while isinstance(tensor, Node) and len(tensor.inputs) == 1:
        fields = tensor.layer.fields
        if "filters" in fields or "units" in fields:
            break
        tensor = tensor.inputs[0]
    return tensor


def origin(tensor: Tensor) -> str:
    """What is written under the label of the step, or input, that a shape comes from."""
    if not isinstance(tensor.output, PartialShape):
        return f"gives {tensor.output}" if isinstance(tensor, Node) else f"is {tensor.output}"
    known = tensor.output.known_channels()
    return "its shape is not known" if known is None else f"gives {known} channels"


def trail(group: Group | None) -> tuple[str, ...]:
    """The calls that led here, innermost first: `in stage2/unit3 (width 64), line 31, …`."""
    return tuple(cut(call_line(outer)) for outer in enclosing(group))


def call_line(group: Group) -> str:
    arguments = f" ({group.arguments})" if group.arguments else ""
    shape = f", input {group.input.output}" if group.input is not None else ""
    place = f"{group.span.source.path}:{group.span.line}:{group.span.column}"
    return f"in {group.path}{arguments}, {place}{shape}"
