"""The lines below the table: totals in the form of the lecture, published figures, notices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostics import noun
from cnncalc.language.quantities import compact, exact, megabytes
from cnncalc.layers.shape import Shape, by
from cnncalc.render.columns import pair_text
from cnncalc.report.receptive_field import sees_beyond

if TYPE_CHECKING:
    from cnncalc.report.report import PublishedFigure, Report, Row

MEMORY = {
    "peak_activation_bytes": "inference peaks at {} besides the weights",
    "saved_activation_bytes": "{} are kept for the backward pass",
    "training_peak_bytes": "training (SGD with momentum) peaks at {} in all",
}
"""The memory totals, where they were computed, in the reader's words."""

NAMED = 8
"""Agreeing figures of layers that are listed; more are counted."""


class Statement(NamedTuple):
    """One line below the table: a label, and what it says."""

    label: str
    text: str
    style: str = ""


def totals(report: Report) -> Iterator[Statement]:
    """The totals in the lecture's own form."""
    if not report.complete:
        yield Statement("incomplete", incomplete(report), "bold")
    yield Statement("activations", activations(report))
    yield Statement("parameters", parameters(report))
    if report.totals.training_params != report.totals.params:
        yield Statement("in training", training(report))
    yield Statement("compute", compute(report))
    yield from memory(report)
    seen = receptive_field(report)
    if seen:
        yield Statement("receptive field", seen)


def incomplete(report: Report) -> str:
    """That the totals are not those of the whole net."""
    return f"{shortfall(report)}: the totals cover only the rest"


def shortfall(report: Report) -> str:
    """What an incomplete net lacks."""
    skipped, unknown = report.network.skipped, sum(not r.node.complete for r in report.rows)
    parts = []
    if unknown:
        parts.append(f"{unknown} {noun(unknown, 'layer')} could not be computed")
    if skipped:
        parts.append(f"{skipped} {'were' if skipped > 1 else 'was'} not checked")
    return ", ".join(parts) or "the net differs from its spec because of errors"


def activations(report: Report) -> str:
    figures, size = report.totals, report.dtype_bytes
    image = figures.activations * size
    text = (
        f"{compact(figures.activations)} values × {size} {noun(size, 'byte')} = "
        f"{megabytes(image)} per image forward, about ×2 = {megabytes(2 * image)} with backward"
    )
    if report.batch > 1:
        text += (
            f"; × {exact(report.batch)} images = {megabytes(figures.activation_bytes)} forward, "
            f"{megabytes(figures.backward_bytes)} with backward"
        )
    return text


def parameters(report: Report) -> str:
    figures = report.totals
    return (
        f"{compact(figures.params)} ({exact(figures.params)}: "
        f"{exact(figures.weights)} weights + {exact(figures.biases)} biases), "
        f"{megabytes(figures.param_bytes)} at {report.dtype}"
    )


def training(report: Report) -> str:
    figures = report.totals
    more = figures.training_params - figures.params
    return (
        f"{compact(figures.training_params)} ({exact(figures.training_params)}): "
        f"{exact(more)} more in auxiliary heads, which run only in training and count only here"
    )


def compute(report: Report) -> str:
    figures = report.totals
    text = f"{compact(figures.macs)} MACs (= {compact(figures.flops)} FLOPs, 2 per MAC)"
    if report.batch > 1:
        macs, flops = figures.macs * report.batch, figures.flops * report.batch
        text += (
            f" per image; × {exact(report.batch)} images = {compact(macs)} MACs "
            f"(= {compact(flops)} FLOPs)"
        )
    return text


def memory(report: Report) -> Iterator[Statement]:
    """The memory totals that were computed."""
    known = {name: getattr(report.totals, name, None) for name in MEMORY}
    parts = [MEMORY[name].format(megabytes(size)) for name, size in known.items() if size]
    if parts:
        text = f"batch {exact(report.batch)}: {'; '.join(parts)}"
        yield Statement("memory", text)


def receptive_field(report: Report) -> str:
    """Of the last layer whose output still is an image."""
    row = last_image(report)
    if row is None or row.jump is None:
        return ""
    place = f"effective stride {pair_text(row.jump)}, at {row.name}"
    if row.receptive_field is None:
        return f"the whole image, {place}"
    field, image = row.receptive_field, report.network.inputs[0].output
    whole = " (more than the whole image)" if sees_beyond(field, image) else ""
    return f"{by(field)} {image.axes[-1].unit}{whole}, {place}"


def last_image(report: Report) -> Row | None:
    """The last row with more than one place."""
    for row in reversed(report.rows):
        if row.node.complete and not row.training_only and row.output_shape.area > 1:
            return row
    return None


def published(report: Report, *, agree: str = "agrees") -> Iterator[Statement]:
    """For each source a line of what agrees, and a bold one of what differs."""
    for source, group in groupby(report.published, key=lambda comparison: comparison.source):
        figures = list(group)
        agreeing = [c for c in figures if c.agrees]
        differing = [c for c in figures if not c.agrees]
        if agreeing:
            yield Statement("published", agreeing_text(source, agreeing, agree))
        if differing:
            yield Statement("published", differing_text(source, differing), "bold")


def differing_text(source: str, figures: list[PublishedFigure]) -> str:
    """`24M activations (source) — computed 15,237,608; 96MB …: note`."""
    parts = [f"{stated(c)} — computed {amount(c.computed)}" for c in figures]
    parts[0] = parts[0].replace(" — ", f" ({source}) — ", 1)
    notes = dict.fromkeys(c.note for c in figures if c.note)
    return "; ".join(parts) + "".join(f": {note}" for note in notes)


def agreeing_text(source: str, figures: list[PublishedFigure], agree: str) -> str:
    """`138M params (source) agrees: computed 138,357,544`; those of many layers in one line."""
    if len(figures) == 1:
        only = figures[0]
        return f"{stated(only)} ({source}) {agree}: computed {amount(only.computed)}"
    parts = []
    of_layers: dict[str, list[str]] = {}
    for figure in figures:
        if figure.layer is None:
            parts.append(stated(figure))
        else:
            of_layers.setdefault(figure.quantity, []).append(f"{figure.layer} {digits(figure)}")
    for quantity, named in of_layers.items():
        layers = ", ".join(named) if len(named) <= NAMED else f"{len(named)} layers"
        parts.append(f"{word(quantity)} of {layers}")
    return f"{'; '.join(parts)} ({source}) {agree}"


def stated(comparison: PublishedFigure) -> str:
    """`138M params`, `conv1 35K weights`, `output 1000`."""
    layer = f"{comparison.layer} " if comparison.layer else ""
    if comparison.quantity in ("shape", "output"):
        return f"{layer or 'output '}{digits(comparison)}"
    return f"{layer}{digits(comparison)} {word(comparison.quantity)}"


def word(quantity: str) -> str:
    """The quantity as people write it."""
    return {"macs": "MACs", "flops": "FLOPs"}.get(quantity, quantity)


def digits(comparison: PublishedFigure) -> str:
    """The figure as the source has it, with commas for the spec's underscores."""
    return comparison.stated.replace("_", ",")


def amount(computed: int | Shape) -> str:
    return str(computed) if isinstance(computed, Shape) else exact(computed)
