"""`expect` and `published` beside the computed figures, and the budgets of `--expect`.

What a spec claims holds at batch 1 and float32, whatever the report is asked for; a budget holds
at the batch and dtype of the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.quantities import compact, exact
from cnncalc.language.quantities.quantity import is_bytes
from cnncalc.layers.shape import PartialShape, Shape
from cnncalc.network import rules as network_rules
from cnncalc.report import rules
from cnncalc.report.costs import totals
from cnncalc.report.report import PublishedFigure, Report, Sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.language.spec import Figure, Spec
    from cnncalc.report.report import Row, Totals


def at_batch_1(report: Report) -> Totals:
    """The totals at batch 1 and float32."""
    if (report.batch, report.dtype) == (1, "float32"):
        return report.totals
    return totals(report.network, report.rows, 1, "float32")


class PathFigures(NamedTuple):
    """What a path stands for: the sums of its rows, and the shape that leaves it."""

    sums: Sums
    shape: Shape
    span: Span
    first: int
    stop: int


class PathIndex:
    """Rows, steps, blocks and inputs of a report by their paths."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.network = report.network
        self.rows = {row.name: at for at, row in enumerate(report.rows)}

    def __contains__(self, path: str) -> bool:
        return path in self.network.steps or path in self.rows or self._input(path) is not None

    def _input(self, path: str) -> Shape | None:
        return next((t.output for t in self.network.inputs if t.name == path), None)

    def names(self) -> list[str]:
        """Every path there is."""
        return [*(t.name for t in self.network.inputs), *self.network.steps, *self.rows]

    def find(self, path: str) -> PathFigures | None:
        """A step or block (the sum of its rows), a row, or an input."""
        steps = self.network.steps.get(path)
        if steps is not None:
            sums = self.report.sums(steps.first, steps.stop)
            return PathFigures(sums, steps.output.output, steps.span, steps.first, steps.stop)
        at = self.rows.get(path)
        if at is not None:
            row = self.report.rows[at]
            sums = self.report.sums(at, at + 1)
            return PathFigures(sums, row.output_shape, row.node.span, at, at + 1)
        for tensor in self.network.inputs:
            if tensor.name == path:
                sums = Sums(0, 0, 0, 0, tensor.output.values, 0)
                return PathFigures(sums, tensor.output, tensor.span, 0, 0)
        return None


def computed(report: Report, index: PathIndex, figure: Figure, base: Totals) -> int | Shape | None:
    """The computed counterpart of a stated figure; None when it is not known. ``base`` is compared
    with a figure in bytes.
    """
    if figure.quantity == "output":
        return output_shape(report, figure.layer)
    if figure.layer is None and not report.complete:
        return None
    if figure.layer is None:
        known = base if is_bytes(figure.quantity) else report.totals
        value: int | None = getattr(known, figure.quantity, None)
        return value
    found = index.find(figure.layer)
    if found is None:
        return None
    if figure.quantity == "shape":
        return found.shape
    if isinstance(found.shape, PartialShape) or not report.known(found.first, found.stop):
        return None
    if figure.quantity == "flops":
        return 2 * found.sums.macs
    number: int = getattr(found.sums, figure.quantity)
    return number


def output_shape(report: Report, name: str | None) -> Shape | None:
    """The shape of the net's output, or of the one of that name."""
    outputs = report.network.outputs
    if name is None:
        return outputs[0].output if len(outputs) == 1 else None
    index = PathIndex(report)
    found = index.find(name)
    return found.shape if found else None


def expectations(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """The expectations that do not hold. Figures that an error left unknown are not judged."""
    figures = spec.expect
    if not figures or spec.switched_off:
        return
    index, base = PathIndex(report), at_batch_1(report)
    for figure in figures:
        outputs = report.network.outputs
        if figure.quantity == "output" and figure.layer is None and len(outputs) > 1:
            yield network_rules.claims.which_output(
                figure.span, [tensor.name for tensor in outputs]
            )
            continue
        if figure.layer is not None and figure.layer not in index:
            if report.complete:
                span = figure.layer_span or figure.span
                yield network_rules.claims.unknown_path(span, figure.layer, index.names())
            continue
        value = computed(report, index, figure, base)
        if value is None:
            continue
        if isinstance(figure.stated, Shape):
            yield from shape_expectation(figure, value, index)
        elif isinstance(value, int) and not figure.stated.accepts(value):
            at = "batch 1, float32" if is_bytes(figure.quantity) else ""
            yield network_rules.claims.unexpected_figure(
                figure.span,
                figure.layer or "",
                figure.quantity,
                stated=figure.stated,
                computed=value,
                at=at,
                holders=shares(holders(report, figure, index)),
            )


def over_budget(report: Report, budgets: tuple[Figure, ...], anchor: Span) -> Iterator[Diagnostic]:
    """The budgets that do not hold: each at the layer that it is about, or that holds most of it,
    else at the ``anchor``, so that the net is named.
    """
    index = PathIndex(report)
    unjudged = []
    for figure in budgets:
        if figure.layer is not None and figure.layer not in index and report.complete:
            yield network_rules.claims.unknown_budget(
                anchor, figure.layer, index.names(), budget=figure.span.source.text
            )
            continue
        value = computed(report, index, figure, report.totals)
        assert not isinstance(figure.stated, Shape)
        if not isinstance(value, int):
            unjudged.append(figure.span.source.text)
        elif not figure.stated.accepts(value):
            largest = holders(report, figure, index)
            found = index.find(figure.layer) if figure.layer else None
            span = found.span if found else largest[0].row.node.span if largest else anchor
            at = f"batch {exact(report.batch)}, {report.dtype}"
            yield network_rules.claims.unexpected_figure(
                span if span.source is anchor.source else anchor,
                figure.layer or "",
                figure.quantity,
                stated=figure.stated,
                computed=value,
                at=at if is_bytes(figure.quantity) else "",
                holders=shares(largest),
                budget=figure.span.source.text,
            )
    if unjudged:
        why = "the net is incomplete" if not report.complete else f"not known at {report.dtype}"
        yield network_rules.claims.unjudged_budget(anchor, unjudged, why=why)


def not_judged(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """What of the spec's expectations is switched off, and why, in a note."""
    steps = report.network.unjudged
    figures = spec.expect if spec.switched_off else ()
    published = [f for e in spec.published for f in e.figures] if spec.switched_off else []
    names = [f"{f.quantity} of {f.layer}" if f.layer else f.quantity for f in figures]
    names += [f"shape of {name}" for name in steps.values()]
    spans = [*(f.span for f in figures), *steps, *(f.span for f in published)]
    if spans:
        yield rules.published.expectations_not_judged(
            spans[0],
            names,
            published=len(published),
            why=f"with {spec.switched_off}"
            if spec.switched_off
            else f"since {spec.steps_switched_off}",
        )


def shape_expectation(figure: Figure, value: object, index: PathIndex) -> Iterator[Diagnostic]:
    if not isinstance(value, Shape) or isinstance(value, PartialShape) or value == figure.stated:
        return
    assert isinstance(figure.stated, Shape)
    name = figure.layer or "the net"
    found = index.find(name)
    origin = found.span if found else None
    yield network_rules.claims.unexpected_shape(
        figure.span, name, expected=figure.stated, computed=value, origin=origin
    )


ROW_FIGURES = {
    "param_bytes": "params",
    "training_params": "params",
    "flops": "macs",
    "activation_bytes": "activations",
    "backward_bytes": "activations",
}


class Holder(NamedTuple):
    """A row, and its share of a quantity in percent."""

    row: Row
    percent: int


def holders(report: Report, figure: Figure, index: PathIndex) -> list[Holder]:
    """The three rows that hold the most of a quantity."""
    found = index.find(figure.layer) if figure.layer else None
    rows = report.rows[found.first : found.stop] if found else report.rows
    quantity = ROW_FIGURES.get(figure.quantity, figure.quantity)
    if quantity not in Sums._fields or len(rows) < 2:
        return []
    values = [(getattr(row, quantity) or 0, row) for row in rows]
    total = sum(value for value, _ in values)
    largest = sorted(values, key=lambda pair: -pair[0])[:3]
    return [
        Holder(row, round(100 * value / total))
        for value, row in largest
        if total and 200 * value >= total
    ]


def shares(largest: Sequence[Holder]) -> list[str]:
    return [f"{holder.row.name} {holder.percent} %" for holder in largest]


def comparisons(report: Report, spec: Spec) -> Iterator[PublishedFigure]:
    """Every published figure beside the computed one."""
    if not spec.published or spec.switched_off:
        return
    index, base = PathIndex(report), at_batch_1(report)
    for entry in spec.published:
        for figure in entry.figures:
            value = computed(report, index, figure, base)
            if value is None:
                continue
            stated = figure.stated
            if isinstance(stated, Shape):
                agrees, text = value == stated, str(stated)
            else:
                assert isinstance(value, int)
                agrees, text = stated.agrees_published(value), stated.text
            yield PublishedFigure(
                entry.source, figure.layer, figure.quantity, text, value, agrees, entry.note,
                figure.span,
            )  # fmt: skip


def differences(report: Report) -> Iterator[Diagnostic]:
    """A note for each published figure that does not agree."""
    for item in report.published:
        if not item.agrees:
            what = f"{item.quantity} of {item.layer}" if item.layer else item.quantity
            value = item.computed
            text = f"{exact(value)} ({compact(value)})" if isinstance(value, int) else str(value)
            yield rules.published.published_differs(
                item.span, what, source=item.source, stated=item.stated, computed=text,
                note=item.note,
            )  # fmt: skip
