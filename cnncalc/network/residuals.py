"""The end of a residual: its shortcut, projected where that is asked for, and the add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Problem, Unknown
from cnncalc.language.step_keys import SHORTCUT
from cnncalc.layers.layer import KINDS
from cnncalc.layers.shape import window_output
from cnncalc.network import rules
from cnncalc.network.context import failed, skipped
from cnncalc.network.evaluation import defaults_of, step_key
from cnncalc.network.fixes import body_fixes, project
from cnncalc.network.inference import add_fused, add_row, all_known

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec import ResidualStep
    from cnncalc.layers.shape import Shape
    from cnncalc.network.context import BuildContext
    from cnncalc.network.environment import Environment
    from cnncalc.network.network import Node, Tensor


def end_residual(
    context: BuildContext, step: ResidualStep, x: Tensor, body: Tensor, path: str, env: Environment
) -> Tensor:
    """The output of a residual with input ``x``, after its body."""
    mode = "identity"
    if step.shortcut is not None:
        try:
            mode = step_key(SHORTCUT, step.shortcut, step, env)
        except Problem as problem:
            return failed(context, step, problem.diagnostic, env)
        except Unknown:
            return skipped(context, step, x)
    known = all_known(x.output, body.output)
    if known and x.output == body.output:
        return add(context, step, x, body, path, env)
    error = None
    if step.shortcut is not None or not step.broken:  # else the form error may be the shortcut's
        if known and mode == "optional":
            return body
        error = shapes_error(step, mode, x, body, path, known=known)
        if known and error is None:
            shortcut = add_projection(context, step, x, body, f"{path}.shortcut", env)
            return add(context, step, shortcut, body, path, env)
    if error is not None:
        return failed(context, step, error, env, body.output)
    return skipped(context, step, body if body.cause else x, body.output)


def add(
    context: BuildContext,
    step: ResidualStep,
    shortcut: Tensor,
    body: Tensor,
    path: str,
    env: Environment,
) -> Node:
    """Adds into the body's output, as torchvision's ResNet does."""
    return add_row(context, KINDS["add"], {}, (body, shortcut), f"{path}.add", step, env)


def add_projection(
    context: BuildContext, step: ResidualStep, x: Tensor, body: Tensor, path: str, env: Environment
) -> Node:
    """A 1×1 convolution that brings x to the body's shape, with conv's bias and norm."""
    conv, out = KINDS["conv"], body.output
    stride = tuple(-(-a // b) for a, b in zip(x.output.sizes, out.sizes, strict=True))
    values = {"filters": out.channels, "kernel": 1, "stride": stride, "activation": "none"}
    own = defaults_of(context, conv).values
    values |= {name: own[name] for name in ("bias", "norm") if name in own}
    values |= {name: conv.fields[name].default for name in ("padding", "dilation", "groups")}
    return add_fused(context, add_row(context, conv, values, (x,), path, step, env), path, env)


def shapes_error(
    step: ResidualStep, mode: str, x: Tensor, body: Tensor, path: str, *, known: bool
) -> Diagnostic | None:
    """Why the input cannot be added to the body's output, whose shape differs as far as it is
    ``known``.
    """
    span = step.shortcut.span if step.shortcut is not None else step.span
    if mode == "identity" and (known or contradict(x.output, body.output)):
        fixes = (*project(step), *(body_fixes(step, x.output) if known else ()))
        return rules.containers.residual_shapes_differ(span, path, x, body, fixes)
    if known and mode == "project" and not can_project(x.output, body.output):
        return rules.containers.no_stride_explains(span, path, x, body, body_fixes(step, x.output))
    return None


def can_project(one: Shape, other: Shape) -> bool:
    """Whether a 1×1 convolution of some stride takes one size to the other."""
    return one.rank == other.rank and all(
        window_output(before, 1, -(-before // after), 0, 0) == after
        for before, after in zip(one.sizes, other.sizes, strict=True)
    )


def contradict(one: Shape, other: Shape) -> bool:
    """Whether two shapes, as far as they are known, cannot be equal."""
    pairs = zip(one.known(), other.known(), strict=False)
    return any(a != b for a, b in pairs if a is not None and b is not None)
