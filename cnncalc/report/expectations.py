"""`expect` and `published` beside the computed figures.

What a spec claims holds at batch 1 and float32, whatever the report is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.quantities import compact, exact
from cnncalc.language.quantities.totals import is_bytes
from cnncalc.layers.shape import PartialShape, Shape
from cnncalc.network import rules as network_rules
from cnncalc.report import rules
from cnncalc.report.report import Comparison, Report, Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.language.spec import Figure, Spec

    Base = Callable[[], Report]
    """Gives the report at batch 1 and float32."""


class Found(NamedTuple):
    """What a path stands for: the sums of its rows, and the shape that leaves it."""

    sums: Sums
    shape: Shape
    span: Span
    first: int
    stop: int


class Index:
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

    def find(self, path: str) -> Found | None:
        """A step or block (the sum of its rows), a row, or an input."""
        steps = self.network.steps.get(path)
        if steps is not None:
            sums = self.report.sums(steps.first, steps.stop)
            return Found(sums, steps.output.output, steps.span, steps.first, steps.stop)
        at = self.rows.get(path)
        if at is not None:
            row = self.report.rows[at]
            sums = self.report.sums(at, at + 1)
            return Found(sums, row.output_shape, row.node.span, at, at + 1)
        for tensor in self.network.inputs:
            if tensor.name == path:
                sums = Sums(0, 0, 0, 0, tensor.output.values, 0)
                return Found(sums, tensor.output, tensor.span, 0, 0)
        return None


def computed(report: Report, index: Index, figure: Figure, base: Base) -> int | Shape | None:
    """The computed counterpart of a stated figure; None when it is not known."""
    if figure.quantity == "output":
        return output_shape(report, figure.layer)
    if figure.layer is None and not report.complete:
        return None
    if figure.layer is None:
        source = base() if is_bytes(figure.quantity) else report
        value: int | None = getattr(source.totals, figure.quantity, None)
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
    index = Index(report)
    found = index.find(name)
    return found.shape if found else None


def expectations(report: Report, figures: tuple[Figure, ...], base: Base) -> Iterator[Diagnostic]:
    """The expectations that do not hold. Figures that a mistake left unknown are not judged."""
    if not figures:
        return
    index = Index(report)
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
        elif isinstance(value, int):
            yield from number_expectation(report, figure, value, index)


def shape_expectation(figure: Figure, value: object, index: Index) -> Iterator[Diagnostic]:
    if not isinstance(value, Shape) or isinstance(value, PartialShape) or value == figure.stated:
        return
    assert isinstance(figure.stated, Shape)
    name = figure.layer or "the net"
    found = index.find(name)
    origin = found.span if found else None
    yield network_rules.claims.unexpected_shape(
        figure.span, name, expected=figure.stated, computed=value, origin=origin
    )


def number_expectation(
    report: Report, figure: Figure, value: int, index: Index
) -> Iterator[Diagnostic]:
    assert not isinstance(figure.stated, Shape)
    if figure.stated.accepts(value):
        return
    found = index.find(figure.layer) if figure.layer else None
    span = (found.first, found.stop) if found else (0, len(report.rows))
    yield network_rules.claims.unexpected_figure(
        figure.span,
        figure.layer or "",
        figure.quantity,
        stated=figure.stated,
        computed=value,
        holders=holders(report, figure.quantity, *span),
    )


ROW_FIGURES = {
    "param_bytes": "params",
    "training_params": "params",
    "flops": "macs",
    "activation_bytes": "activations",
    "backward_bytes": "activations",
}


def holders(report: Report, quantity: str, first: int, stop: int) -> list[str]:
    """The three rows that hold the most of a quantity, with their shares."""
    figure = ROW_FIGURES.get(quantity, quantity)
    if figure not in Sums._fields or stop - first < 2:
        return []
    values = [(getattr(row, figure) or 0, row.name) for row in report.rows[first:stop]]
    total = sum(value for value, _ in values)
    largest = sorted(values, key=lambda pair: -pair[0])[:3]
    return [
        f"{name} {100 * value / total:.0f} %"
        for value, name in largest
        if total and 200 * value >= total
    ]


def comparisons(report: Report, spec: Spec, base: Base) -> Iterator[Comparison]:
    """Every published figure beside the computed one."""
    if not spec.published:
        return
    index = Index(report)
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
            yield Comparison(
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
