"""Changes of a step that could remove an error: each is tried before it is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Edit, Fix
from cnncalc.language.spec import LayerStep
from cnncalc.text.edits import add_entry, in_brackets, indented, source_text
from cnncalc.text.parser import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.language.spec import ResidualStep, Step
    from cnncalc.layers.shape import Shape


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
