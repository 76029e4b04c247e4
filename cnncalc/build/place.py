"""A layer's place in the spec, as the rules see it: where its fields are written, what gave its
inputs their shapes, and how to write another value there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Edit, Mend, Related, Span
from cnncalc.spec.model import LayerStep, ResidualStep
from cnncalc.yaml_tree import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network import Group, Tensor
    from cnncalc.spec.model import Argument, Step

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
                related.append(Related(f"gives {tensor.output}", tensor.span))
        return tuple(related)

    def set_field(self, field: str, value: str) -> Mend | None:
        return set_field(self.step, field, value)

    def set_origin_field(self, index: int, field: str, value: str) -> Mend | None:
        """The same in the step that gives input ``index``."""
        origin = getattr(self.inputs[index], "step", None)
        if isinstance(origin, LayerStep) and field in origin.kind.fields:
            mend = set_field(origin, field, value)
            name = origin.name or origin.word
            return mend and mend._replace(text=f"{mend.text} in {name}")
        return None


def set_field(step: Step, field: str, value: str) -> Mend | None:
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
        return Mend(text, (Edit(argument.operand.span, value),))
    edit = add_field(step, text)
    return Mend(text, (edit,)) if edit else None


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


def project(step: ResidualStep) -> tuple[Mend, ...]:
    """The mend `shortcut: project`, in the residual's own form."""
    text, node = "shortcut: project", step.value
    if step.shortcut is not None and step.shortcut.is_constant:
        return (Mend(text, (Edit(step.shortcut.span, "project"),)),)
    if step.shortcut is None and isinstance(node, Mapping) and node.entries:
        return (Mend(text, (add_entry(node, text),)),)
    if isinstance(node, Sequence) and node.line == node.end_line:
        body = f"{{{text}, body: {source_text(node.span)}}}"
        return (Mend(text, (Edit(node.span, body),)),)
    return ()


def add_entry(node: Mapping, text: str) -> Edit:
    """The edit that adds an entry behind the last one of a mapping."""
    last = list(node.entries.values())[-1]
    span = last.value.span
    end = Span(span.source, span.end_line, span.end_column, span.end_line, span.end_column)
    flow = span.source.lines[node.line - 1][node.column - 1 : node.column] == "{"
    if flow:
        return Edit(end, f", {text}")
    return Edit(end, f"\n{' ' * (last.key.column - 1)}{text}")


def source_text(span: Span) -> str:
    """The text of a span, as written; on one line."""
    lines = span.source.lines[span.line - 1 : span.end_line]
    if len(lines) == 1:
        return lines[0][span.column - 1 : span.end_column - 1]
    first, *middle, last = lines
    parts = [first[span.column - 1 :], *middle, last[: span.end_column - 1]]
    return " ".join(part.strip() for part in parts)


def trail(group: Group | None) -> tuple[str, ...]:
    """The calls that led here, innermost first: `in stage2/unit3 (width 64), line 31, …`."""
    lines = []
    while group is not None:
        arguments = f" ({group.arguments})" if group.arguments else ""
        shape = f", input {group.input.output}" if group.input is not None else ""
        place = f"{group.span.source.path}:{group.span.line}:{group.span.column}"
        lines.append(f"in {group.path}{arguments}, {place}{shape}")
        group = group.parent
    return tuple(lines)
