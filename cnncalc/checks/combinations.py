"""Layers that do not go together: what one does undoes or spoils what another does. Each finder,
and its page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Related, Span, rule
from cnncalc.language.spec import Step
from cnncalc.network.layer_context import LayerContext
from cnncalc.network.network import Node
from cnncalc.report.receptive_field import sees_beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.language.spec import Argument, Spec
    from cnncalc.layers.shape import Shape
    from cnncalc.report.report import Report


def place_of(node: Node, spec: Spec) -> LayerContext:
    """The place of a finished node."""
    layer, step = node.layer, node.step
    assert isinstance(step, Step)
    defaults: dict[str, Argument] = {}
    for word in (*layer.inherits_defaults, layer.kind):
        defaults |= spec.defaults.get(word, {})
    return LayerContext(node.name, layer, step, node.inputs, defaults, node.group)


def biases_before_norm(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """A convolution's bias that the batch norm behind it subtracts again."""
    for row in report.rows:
        if not row.layer.subtracts_channel_means or not row.node.complete:
            continue
        before = row.node.inputs[0]
        if not isinstance(before, Node) or not before.complete:
            continue
        if before.layer.family == "convolution" and before.layer.bias_shape():
            yield bias_before_norm(place_of(before, spec), norm=row.name)


@rule("advice", "warning")
def bias_before_norm(place: LayerContext, *, norm: str) -> Diagnostic:
    """A convolution has a bias that the batch norm directly after it subtracts again.

    Batch norm subtracts the mean of each channel and so the bias; its own shift replaces it. The
    bias only costs parameters (Ioffe & Szegedy 2015, §3.2).

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          - batchnorm

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, bias: false}
          - batchnorm
    """
    fix = place.set_field("bias", "false")
    return Diagnostic(
        f"the bias of {place.name} has no effect: {norm} directly after it subtracts it",
        place.span("bias"),
        label="has no effect",
        fixes=[fix] if fix else (),
        layer=place.name,
    )


def overwritten(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """Volumes that a layer overwrites as the spec says, but which autograd keeps."""
    nodes = report.network.nodes
    if not report.complete or not any(node.layer.insists_on_place() for node in nodes):
        return
    from cnncalc.report.training import refused

    for node, keeper in refused(report.network):
        place = place_of(node, spec)
        yield overwrites_kept_volume(place, keeper=keeper.name, kept=keeper.span)


@rule("advice", "warning")
def overwrites_kept_volume(place: LayerContext, *, keeper: str, kept: Span) -> Diagnostic:
    """With `inplace: true` a layer overwrites a volume that autograd keeps.

    PyTorch raises "one of the variables needed for gradient computation has been modified by an
    inplace operation" when such a net is trained; inference works. Without `inplace`, a layer
    overwrites its input only where training allows it.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, activation: relu}
          - silu: {inplace: true}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, activation: relu}
          - silu: {inplace: false}
    """
    fix = place.set_field("inplace", "false")
    return Diagnostic(
        f"{place.name} overwrites its input, which {keeper} needs for its backward pass: "
        f"PyTorch cannot train this net",
        place.span("inplace"),
        label="overwrites the input",
        related=(Related(f"{keeper} keeps it", kept),),
        fixes=[fix] if fix else (),
        help=() if fix else ("write `inplace: false` where it is set",),
        layer=place.name,
    )


def repeated_softmax(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """A softmax of a softmax."""
    for row in report.rows:
        before = row.node.inputs[0] if row.layer.gives_probabilities else None
        if isinstance(before, Node) and before.layer.gives_probabilities:
            yield softmax_twice(row.node.span, row.name, before.span)


@rule("advice", "warning")
def softmax_twice(span: Span, name: str, first: Span) -> Diagnostic:
    """A softmax is applied to a softmax, which makes all probabilities nearly equal.

    Bad:
        input: 10
        layers:
          - fc: {units: 5, activation: softmax}
          - softmax

    Good:
        input: 10
        layers:
          - fc: 5
          - softmax
    """
    related = [Related("first softmax", first)] if first != span else ()
    return Diagnostic(
        f"{name} is the softmax of a softmax", span, label="second", related=related, layer=name
    )


def wide_receptive_field(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """A receptive field that outgrows the input long before the end of the net."""
    network = report.network
    if len(network.inputs) != 1 or not report.complete:
        return
    image = network.inputs[0].output
    windows = [
        (row, row.receptive_field)
        for row in report.rows
        if row.receptive_field and row.weights and not row.training_only
    ]
    wide = [(row, field) for row, field in windows if sees_beyond(field, image)]
    if len(wide) > len(windows) // 2:
        row, field = wide[0]
        yield receptive_field_exceeds_input(
            row.node.span, row.name, field=field, shape=image, after=len(wide) - 1
        )


@rule("advice", "note")
def receptive_field_exceeds_input(
    span: Span, name: str, *, field: tuple[int, ...], shape: Shape, after: int
) -> Diagnostic:
    """The receptive field is larger than the input for more than half of the layers with weights.

    From there on, every value sees the whole image and padding around it. This is common in deep
    nets on small images; it is a note and never fails a check.

    Bad:
        input: 8x8x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 1, repeat: 20}

    Good:
        input: 64x64x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 1, repeat: 20}
    """
    return Diagnostic(
        f"from {name} on, the receptive field ({field[1]}×{field[0]}) is larger than the "
        f"{shape.width}×{shape.height} input",
        span,
        label=f"{after} layers with weights follow",
        layer=name,
    )
