"""The layer reference: all kinds at a glance, and a page for each. Generated from the classes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Unknown, docstring
from cnncalc.layers import KINDS
from cnncalc.layers.fields import Choice, Derived, Field, Flag
from cnncalc.layers.layer import LayerProblem
from cnncalc.layers.shape import Shape
from cnncalc.render.page import Cell, Grid, Heading, Page

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.render import View

SAMPLES: dict[str, Any] = {"filters": 64, "units": 1000, "kernel": 3, "size": 7, "groups": 4,
                           "of": 2, "factor": 2, "padding": 1, "probability": 0.5}  # fmt: skip
"""What the examples of a page have for a field without a default."""
SAMPLE_INPUT = Shape(64, 56, 56)


def render(kind: str | None, view: View) -> str:
    """The overview, or the page of a kind (a key of `KINDS`)."""
    return overview(view) if kind is None else page_of(KINDS[kind], view)


def overview(view: View) -> str:
    page = Page(view)
    for family, kinds in groupby(KINDS.values(), key=lambda kind: kind.family):
        page.gap()
        page.title(family or "other")
        grid = Grid([Heading(""), Heading("", least=16), Heading("", least=20)])
        for kind in kinds:
            grid.add([Cell(f"  {kind.kind}", "bold"), Cell(form(kind)), Cell(title(kind))])
        page.grid(grid)
    page.gap()
    page.paragraph("`cnncalc kinds KIND` shows all fields of one.", style="dim")
    return page.text()


def title(kind: type[Layer]) -> str:
    """The first sentence of its page."""
    return " ".join(docstring(kind).partition("\n\n")[0].split())


def form(kind: type[Layer]) -> str:
    """What may be written without names: `filters, kernel, stride=1`."""
    if kind.takes_branches:
        return "branches, or from: [a, b]"
    named = [kind.fields[name] for name in kind.positional]
    return ", ".join(signature(field) for field in named)


def signature(field: Field[Any]) -> str:
    plain = not isinstance(field.default, Derived)
    return f"{field.name}={short_default(field)}" if plain else field.name


def short_default(field: Field[Any]) -> str:
    """`1` for [1, 1]: the way a spec would write it."""
    default = field.default
    if isinstance(default, tuple) and len(set(default)) == 1:
        return str(default[0])
    return field.default_text


def page_of(kind: type[Layer], view: View) -> str:
    page = Page(view)
    page.title(kind.kind, kind.family)
    page.gap()
    for paragraph in docstring(kind).strip().split("\n\n"):
        page.paragraph(" ".join(paragraph.split()))
    page.gap()
    page.paragraph("Written", style="bold")
    for example in examples(kind):
        page.paragraph(example, indent=2)
    if kind.fields:
        page.gap()
        page.grid(field_grid(kind))
        if kind.inherits_defaults:
            page.gap()
            others = ", ".join(kind.inherits_defaults)
            page.paragraph(f"Uses the `defaults` of {others} too; its own override them.")
    arithmetic = list(formulas(kind))
    if arithmetic:
        page.gap()
        page.paragraph("Arithmetic", style="bold")
        for quantity, text in arithmetic:
            page.paragraph(text, label=f"  {quantity:<12}  ")
    page.gap()
    for remark in remarks(kind):
        page.paragraph(remark)
    return page.text()


def field_grid(kind: type[Layer]) -> Grid:
    grid = Grid([Heading("field"), Heading("meaning", least=20), Heading("takes", least=16),
                 Heading("default", least=10)])  # fmt: skip
    for field in kind.fields.values():
        unit = f" ({field.unit})" if field.unit else ""
        default = "required" if field.required else short_default(field)
        grid.add(
            [
                Cell(field.name, "bold" if field.positional else ""),
                Cell(field.meaning + unit),
                Cell(field.type_text),
                Cell(default, "" if field.required else "dim"),
            ]
        )
    return grid


def sample(field: Field[Any]) -> str:
    """A value for an example, as a spec writes it; for a switch the one that is no default."""
    if isinstance(field, Flag):
        return "false" if field.default is True else "true"
    if isinstance(field, Choice):
        return field.words[-1]
    if field.name in SAMPLES:
        return str(SAMPLES[field.name])
    return "1" if field.required else short_default(field)


def examples(kind: type[Layer]) -> Iterator[str]:
    """The forms of a step that this kind may take."""
    word = kind.kind
    if kind.takes_branches:
        yield f"- {word}: [identity, conv: [64, 1]]"
        yield f"- {word}: {{from: [a, b]}}"
        return
    required = [field for field in kind.fields.values() if field.required]
    first = [kind.fields[name] for name in kind.positional]
    if not required:
        yield f"- {word}"
    if first and all(field is first[0] for field in required):
        yield f"- {word}: {sample(first[0])}"
    elif kind.takes_list:
        yield f"- {word}1: [{', '.join(sample(field) for field in first if field.required)}]"
    if kind.fields:
        further = [field for field in kind.fields.values() if not field.required]
        telling = [field for field in further if field.name == "padding"] or further[-1:]
        pairs = ", ".join(f"{field.name}: {sample(field)}" for field in [*required, *telling])
        yield f"- {word}: {{{pairs}}}"


def formulas(kind: type[Layer]) -> Iterator[tuple[str, str]]:
    """The formulas of an example of the kind, with letters."""
    values = {n: f.convert(SAMPLES.get(n, 1)) for n, f in kind.fields.items() if f.required}
    layer = kind(values, (SAMPLE_INPUT,) * (2 if kind.takes_branches else 1))
    try:
        found = list(layer.formulas())
    except (LayerProblem, Unknown):  # an example that does not fit its input
        return
    for formula in found:
        meanings = ", ".join(f"{n}: {s.meaning}" for n, s in formula.symbols.items())
        yield formula.quantity, formula.text + (f"   ({meanings})" if meanings else "")


def remarks(kind: type[Layer]) -> Iterator[str]:
    """How the figures count it."""
    if not kind.emits_row:
        yield "It has no row of its own."
    elif kind.volume:
        yield "Its output counts as a volume in the activations."
    else:
        yield "It overwrites its input, or is a view of it: it counts 0 in the activations."
    if not kind.runs_in_inference:
        yield "In inference its input passes through unchanged."
