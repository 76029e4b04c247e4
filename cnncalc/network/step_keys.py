"""The keys of a step that act when it has run: `share` and `expect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.network import rules
from cnncalc.network.environment import Binding, resolve
from cnncalc.network.fixes import to_expected
from cnncalc.network.inference import all_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncalc.language.spec import ExpectedShape, Reference, Step
    from cnncalc.network.context import BuildContext
    from cnncalc.network.environment import Environment
    from cnncalc.network.network import Node, Tensor


def share_weights(
    context: BuildContext, step: Step, share: Reference, first: int, env: Environment
) -> None:
    """The step's rows, those since ``first``, use the weights of an earlier step's rows, in the
    same order.
    """
    nodes, binding = context.network.nodes, resolve(context, share, env)
    if not isinstance(binding, Binding):
        context.network.broken = True
        return
    own = with_weights(nodes[first:])
    others = with_weights(nodes[binding.first : binding.stop])
    if step.repeat is not None and others and len(own) % len(others) == 0:
        others *= len(own) // len(others)  # every repetition uses the same weights
    why = unshareable(step, binding.step, own, others)
    if why:
        context.network.broken = True
        context.report(rules.references.not_shareable(share.span, share.name, why), env.group)
        return
    for node, other in zip(own, others, strict=True):
        node.shares = other.shares or other


def with_weights(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.complete and node.layer.weight_shape()]


def unshareable(step: Step, other: Step | None, own: Sequence[Node], others: Sequence[Node]) -> str:
    """Why a step cannot use another's weights; empty when it can."""
    if other is None or step.word != other.word:
        return f"it is not a {step.word}"
    if not own or len(own) != len(others):
        return f"it has {len(others)} layers with weights, this step {len(own)}"
    for node, another in zip(own, others, strict=True):
        shapes = [node.layer.weight_shape(), another.layer.weight_shape()]
        biases = [node.layer.bias_shape(), another.layer.bias_shape()]
        if (
            type(node.layer) is not type(another.layer)
            or shapes[0] != shapes[1]
            or biases[0] != biases[1]
        ):
            sizes = " and ".join("×".join(map(str, shape)) or "none" for shape in shapes)
            return f"the weights of {node.name} and {another.name} differ ({sizes})"
    return ""


def expect_shape(
    context: BuildContext, step: Step, expected: ExpectedShape, y: Tensor, env: Environment
) -> None:
    """Compares the step's output with its own `expect`, unless those of the file are off."""
    if not all_known(y.output):
        return
    name = env.prefix + (step.name or step.word)
    if context.spec.steps_switched_off:
        context.network.unjudged.setdefault(expected.span, name)
    elif y.output != expected.shape:
        error = rules.claims.unexpected_shape(
            expected.span,
            name,
            expected=expected.shape,
            computed=y.output,
            fixes=to_expected(step, expected.shape, y.output),
        )
        context.report(error, env.group)
