"""The walk: every step in order of execution, as often as it repeats, and the steps inside it.

What an error leaves unknown is passed on as a `PartialShape`; what needs an unknown is skipped and
counted. The recursion is all here: a list of steps, a step, the kinds of steps with steps inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Problem, Span, Unknown
from cnncalc.language import rules as language_rules
from cnncalc.language.expressions import UNKNOWN
from cnncalc.language.spec import AuxStep, BrokenStep, CallStep, LayerStep, ResidualStep
from cnncalc.language.step_keys import CONDITION, REPEAT
from cnncalc.layers.fields import shown
from cnncalc.layers.shape import NOTHING_KNOWN
from cnncalc.network import rules
from cnncalc.network.context import BuildContext, failed, skipped, unknown_output
from cnncalc.network.environment import (
    Binding,
    Environment,
    Frame,
    channels_of,
    define,
    define_skipped,
    find,
    resolve,
    tensor_of,
    unreadable,
)
from cnncalc.network.evaluation import call_arguments, evaluate_parameters, step_key
from cnncalc.network.groups import Turn, close_group, hold, inside, open_group
from cnncalc.network.inference import add_layer
from cnncalc.network.limits import (
    MAX_CALLS,
    MAX_LEVELS,
    MAX_REPEAT,
    MAX_STEPS,
    LimitReached,
    check_size,
)
from cnncalc.network.network import Network, StepRange, Tensor, enclosing
from cnncalc.network.residuals import end_residual
from cnncalc.network.step_keys import expect_shape, share_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec import Spec, Step
    from cnncalc.network.network import Group


def build(spec: Spec, errors: list[Diagnostic], *, broken: bool = False) -> Network:
    """The network of a spec. ``errors`` has the form errors already; those of the walk are
    appended. ``broken``: an error, reported already, leaves the spec other than it was asked for.
    """
    context = BuildContext(spec, errors)
    context.network.broken = broken
    try:
        walk(context)
    except LimitReached as reached:
        context.report(reached.error, reached.group)
        context.network.truncated = True
    finally:
        context.count_unchecked()
    return context.network


def walk(context: BuildContext) -> None:
    """Runs the steps of `layers`, from the inputs to the outputs. Raises `LimitReached`."""
    spec, network = context.spec, context.network
    evaluate_parameters(context)
    for given in spec.inputs:
        network.inputs.append(Tensor(given.name, given.shape, given.span))
    names = {tensor.name: Binding(tensor, 0, 0) for tensor in network.inputs}
    x = network.inputs[0] if network.inputs else unknown_input(context)
    env = Environment(Frame(spec.text, names, 0), dict(context.parameters), "", {}, None)
    check_size(spec)
    end, _ = run_steps(context, spec.layers, x, env)
    found = [resolve(context, reference, env) for reference in spec.outputs]
    network.outputs = [name.tensor for name in found if isinstance(name, Binding)] or [end]


def unknown_input(context: BuildContext) -> Tensor:
    """The input of a net that has none, which is a form error."""
    spec = context.spec
    span = spec.layers[0].span if spec.layers else Span(spec.source, 1, 1, 1, 1)
    return Tensor("input", NOTHING_KNOWN, span, next(iter(context.errors), None))


def run_steps(
    context: BuildContext, steps: Sequence[Step], x: Tensor, env: Environment
) -> tuple[Tensor, bool]:
    """The output of a list of steps, and whether any of them ran."""
    if env.levels > MAX_LEVELS:
        error = rules.limits.containers_too_deep(steps[0].span, MAX_LEVELS)
        raise LimitReached(error, env.group)
    some = False
    for step in steps:
        x, ran = run_step(context, step, x, env)
        some |= ran
    return x, some


def run_step(context: BuildContext, step: Step, x: Tensor, env: Environment) -> tuple[Tensor, bool]:
    """Runs a step as often as it repeats: what the next step reads, and whether it ran at all."""
    context.network.broken |= step.broken
    first = len(context.network.nodes)
    start, inside = from_source(context, step, x, env) if len(step.sources) == 1 else (x, env)
    if step.repeat is None:
        turn = Turn(step.name or env.automatic(step.word))
        y, ran = run_once(context, step, start, inside, turn)
    else:
        y, ran = run_repeated(context, step, start, inside)
    if not ran:
        define_skipped(context, step, x, env)
        return x, False
    if step.share is not None and not step.broken:
        share_weights(context, step, step.share, first, env)
    if step.expect is not None:
        expect_shape(context, step, step.expect, y, env)
    if step.name is not None:
        define(context, step, y, first, env)
    return x if step.passes_input else y, True


def from_source(
    context: BuildContext, step: Step, x: Tensor, env: Environment
) -> tuple[Tensor, Environment]:
    """The tensor that `from` names, and the environment with its `in_channels`. That it cannot be
    read is reported when the step runs, which its `if` may prevent.
    """
    binding = find(step.sources[0], env, x)
    if binding is None or unreadable(step.sources[0], binding, env):
        x = unknown_output(step, context.form_error(step))
    else:
        x = binding.tensor
    return x, env.with_values(in_channels=channels_of(x))


def run_repeated(
    context: BuildContext, step: Step, x: Tensor, env: Environment
) -> tuple[Tensor, bool]:
    """Runs a step N times in a chain, with `i`, `first`, `last` bound; 0 times: skipped."""
    assert step.repeat is not None
    try:
        count = step_key(REPEAT, step.repeat, step, env)
    except Problem as problem:
        return failed(context, step, problem.diagnostic, env), True
    except Unknown:
        return skipped(context, step, x), True
    if count > MAX_REPEAT:
        error = rules.limits.too_many_repeats(step.repeat.span, count, MAX_REPEAT)
        return failed(context, step, error, env), True
    y, some = x, False
    for i in range(count):
        inner = env.with_values(i=i, first=i == 0, last=i == count - 1)
        turn = Turn(repetition_name(context, step, i + 1, env), i + 1, count)
        last, ran = run_once(context, step, x, inner, turn)
        if ran:
            y, some = last, True
            x = x if step.passes_input else last
    return y, some


def repetition_name(context: BuildContext, step: Step, number: int, env: Environment) -> str:
    """The name of a repetition, which no other step may have."""
    if step.name is None:
        return env.automatic(step.word)
    name = f"{step.name}_{number}"
    if name in env.frame.written:
        written = env.frame.written[name]
        context.report(language_rules.references.duplicate_name(written, name, step.span), None)
    return name


def run_once(
    context: BuildContext, step: Step, x: Tensor, env: Environment, turn: Turn
) -> tuple[Tensor, bool]:
    """Runs a step once, unless its `if` says no: its output, and whether it ran."""
    context.steps_run += 1
    if context.steps_run > MAX_STEPS:
        raise LimitReached(rules.limits.too_many_steps(step.span, MAX_STEPS), env.group)
    if step.condition is not None:
        try:
            if not step_key(CONDITION, step.condition, step, env):
                return x, False
        except Problem as problem:
            return failed(context, step, problem.diagnostic, env), True
        except Unknown:
            return skipped(context, step, x), True
    if len(step.sources) == 1:
        found = resolve(context, step.sources[0], env, x)
        x = x if isinstance(found, Binding) else tensor_of(context, step, found)
    network = context.network
    first = len(network.nodes)
    y = RUN[type(step)](context, step, x, env, turn)
    stop = len(network.nodes)
    if stop - first != 1 or not isinstance(step, LayerStep):
        path = env.prefix + turn.name
        network.steps[path] = StepRange(path, first, stop, y, step.span)
    return y, True


def run_layer(
    context: BuildContext, step: LayerStep, x: Tensor, env: Environment, turn: Turn
) -> Tensor:
    """A layer. A merge of which one branch is left is that branch's output."""
    if not step.kind.emits_row:
        return x
    path = env.prefix + turn.name
    if not step.branches:
        return add_layer(context, step, layer_inputs(context, step, x, env), path, env)
    inputs, group = run_branches(context, step, x, env, turn)
    if len(inputs) > 1:
        y: Tensor = add_layer(context, step, inputs, path, env)
    elif inputs:
        y = inputs[0]
    else:
        y = failed(context, step, rules.containers.no_branch_left(step.span, step.word), env)
    close_group(context, group, y)
    return y


def layer_inputs(
    context: BuildContext, step: LayerStep, x: Tensor, env: Environment
) -> tuple[Tensor, ...]:
    """The tensors that a layer without branches reads: the previous one, or those named."""
    several = len(step.sources) > 1
    references = step.sources if several else step.targets.values()
    named = [tensor_of(context, step, resolve(context, r, env, x)) for r in references]
    return tuple(named) if several else (x, *named)


def run_branches(
    context: BuildContext, step: LayerStep, x: Tensor, env: Environment, turn: Turn
) -> tuple[tuple[Tensor, ...], Group | None]:
    """The outputs of the branches, all from the same input, and the path component that they
    make; each call holds what it received until it returns. A branch written as one step that
    is skipped is left out.
    """
    first = len(context.network.nodes)
    inner, group = inside(context, step, x, env, turn)
    outputs = []
    for branch, alone in zip(step.branches, step.alone, strict=True):
        start = len(context.network.nodes)
        y, ran = run_steps(context, branch, x, inner)
        if ran or not alone:
            outputs.append(y)
        hold(context, x, start)
    hold(context, x, first)
    return tuple(outputs), group


def run_residual(
    context: BuildContext, step: ResidualStep, x: Tensor, env: Environment, turn: Turn
) -> Tensor:
    """X + body(x); the body runs first, then the shortcut, then the add."""
    first = len(context.network.nodes)
    inner, group = inside(context, step, x, env, turn)
    body, _ = run_steps(context, step.body, x, inner)
    y = end_residual(context, step, x, body, env.prefix + turn.name, env)
    hold(context, x, first)
    close_group(context, group, y)
    return y


def run_aux(
    context: BuildContext, step: AuxStep, x: Tensor, env: Environment, turn: Turn
) -> Tensor:
    """An auxiliary head, in training only; no later step of the main path reads its output."""
    group = open_group(context, step, x, env, turn)
    inner = env.within(group).with_values(in_channels=channels_of(x))
    y, _ = run_steps(context, step.body, x, inner._replace(aux=env.aux or step.span))
    hold(context, x, group.first)
    close_group(context, group, y)
    context.network.auxiliary_outputs.append(y)
    return y


def run_call(
    context: BuildContext, step: CallStep, x: Tensor, env: Environment, turn: Turn
) -> Tensor:
    """A block, with its arguments evaluated here and its defaults where it is defined."""
    block = context.spec.blocks[step.word]
    if env.frame.depth >= MAX_CALLS:
        error = rules.limits.calls_too_deep(step.span, MAX_CALLS)
        raise LimitReached(error, env.group)
    if step.broken and any(group.block == step.word for group in enclosing(env.group)):
        return run_broken(context, step, x, env, turn)
    group = open_group(context, step, x, env, turn)
    values, names = call_arguments(context, step, x, env)
    group.arguments = ", ".join(
        f"{name} {shown(values[name])}" for name in block.parameters if values[name] is not UNKNOWN
    )
    frame = Frame(block.text, names, env.frame.depth + 1)
    y, _ = run_steps(
        context, block.steps, x, env.within(group)._replace(frame=frame, values=values)
    )
    hold(context, x, group.first)
    close_group(context, group, y)
    return y


def run_broken(
    context: BuildContext, step: Step, x: Tensor, _env: Environment, _turn: Turn
) -> Tensor:
    """A step whose kind is not known, or a block that calls itself."""
    context.network.broken = True
    return unknown_output(step, context.form_error(step) or x.cause)


RUN: dict[type[Step], Callable[..., Tensor]] = {
    LayerStep: run_layer,
    CallStep: run_call,
    ResidualStep: run_residual,
    AuxStep: run_aux,
    BrokenStep: run_broken,
}
"""What runs a step once, by its class."""
