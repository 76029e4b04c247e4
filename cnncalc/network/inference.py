"""A layer becomes a row: its fields evaluated, its output shape inferred as far as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Diagnostic, Unknown
from cnncalc.language.spec import LayerStep, Step
from cnncalc.layers.layer import KINDS, Layer, LayerProblem
from cnncalc.layers.shape import PartialShape, Shape
from cnncalc.network import rules
from cnncalc.network.evaluation import defaults_of, layer_fields
from cnncalc.network.layer_context import LayerContext
from cnncalc.network.limits import MAX_ROWS, LimitReached
from cnncalc.network.network import Node, Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.network.context import BuildContext
    from cnncalc.network.environment import Environment

NONE: Mapping[str, Diagnostic | None] = {}


def add_layer(
    context: BuildContext, step: LayerStep, inputs: tuple[Tensor, ...], path: str, env: Environment
) -> Node:
    """Adds the rows of a layer step: the layer, then its norm and activation. The last one is
    returned.
    """
    values, unknown = layer_fields(context, step, env)
    node = add_row(context, step.kind, values, inputs, path, step, env, unknown)
    return node if step.broken else add_fused(context, node, path, env)


def add_fused(context: BuildContext, node: Node, path: str, env: Environment) -> Node:
    """Adds the norm and the activation that a row's fields ask for."""
    step = node.step
    for word in node.layer.fused():
        node = add_row(context, KINDS[word], {}, (node,), f"{path}.{word}", step, env)
    return node


def add_row(
    context: BuildContext,
    kind: type[Layer],
    values: dict[str, Any],
    inputs: tuple[Tensor, ...],
    path: str,
    step: Step,
    env: Environment,
    unknown: Mapping[str, Diagnostic | None] = NONE,
) -> Node:
    """A new row of the network. ``values`` are those of the fields given; ``unknown`` the fields
    whose value is not known, each with its error where it has one of its own.

    Equal layers on equal inputs are one object, unless an error in the step's form or fields
    leaves open what it is.
    """
    nodes = context.network.nodes
    if len(nodes) >= MAX_ROWS:
        raise LimitReached(rules.limits.too_many_rows(step.span, MAX_ROWS), env.group)
    key = (kind, tuple(values.items()), tuple([tensor.output for tensor in inputs]))
    layer = None if step.broken or unknown else context.layers.get(key)
    if layer is not None:
        node = Node(
            len(nodes), path, layer, inputs, layer.output, step, env.group,
            training_only=env.aux is not None, complete=True,
        )  # fmt: skip
    else:
        node = inferred(context, kind, values, inputs, path, step, env, unknown)
        if node.complete:
            context.layers[key] = node.layer
    nodes.append(node)
    return node


def inferred(
    context: BuildContext,
    kind: type[Layer],
    values: dict[str, Any],
    inputs: tuple[Tensor, ...],
    path: str,
    step: Step,
    env: Environment,
    unknown: Mapping[str, Diagnostic | None],
) -> Node:
    """The row of a new layer; its errors are reported."""
    defaults = defaults_of(context, kind)
    trusted = not isinstance(step, LayerStep) or step.kind is not kind or step.trusted
    missing = {*unknown, *(defaults.unknown - values.keys())}
    shapes = tuple([tensor.output for tensor in inputs])
    layer = kind({**defaults.values, **values}, shapes, fill_defaults=trusted, unknown=missing)
    place = LayerContext(path, layer, step, inputs, defaults.arguments, env.group)
    output, error = infer(context, layer, place)
    complete = error is None and trusted and not missing and all_known(output, *shapes)
    node = Node(
        len(context.network.nodes), path, layer, inputs, output, step, env.group,
        training_only=env.aux is not None, complete=complete,
    )  # fmt: skip
    if not complete:
        causes = (error, *(tensor.cause for tensor in inputs), *unknown.values())
        node.cause = next(filter(None, causes), None) or context.form_error(step)
        if error is None and not (step.broken or unknown):
            context.skip(node.cause)
    return node


def infer(
    context: BuildContext, layer: Layer, place: LayerContext
) -> tuple[Shape, Diagnostic | None]:
    """The output shape of a layer, as far as it can be known, and its first error, reported."""
    try:
        layer.check_axes()
        layer.check()
        return layer.output, None
    except (LayerProblem, Unknown):
        return infer_parts(context, layer, place)


def infer_parts(
    context: BuildContext, layer: Layer, place: LayerContext
) -> tuple[Shape, Diagnostic | None]:
    """The same, channels and sizes apart: one may be known where the other is not."""
    first: Diagnostic | None = None
    found: list[Any] = []
    for part in (layer.check_axes, layer.check, layer.output_channels, layer.output_size):
        value = None
        try:
            value = part()
        except LayerProblem as problem:
            error = problem.rule(place, problem.field, **problem.facts)
            first = first or context.report(error, place.group)
        except Unknown:
            pass
        found.append(value)
    channels, sizes = found[2:]
    if channels is not None and sizes is not None:
        return Shape(channels, *sizes), first
    return PartialShape(channels, *(sizes or (None,) * (len(layer.input.known()) - 1))), first


def all_known(*shapes: Shape) -> bool:
    """Whether all shapes are known: the costs of a layer need more than its output."""
    return not any(isinstance(shape, PartialShape) for shape in shapes)
