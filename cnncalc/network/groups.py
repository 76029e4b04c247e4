"""Path components and calls: what a step with steps inside opens and closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.network.environment import channels_of
from cnncalc.network.network import Group, Hold

if TYPE_CHECKING:
    from cnncalc.language.spec import Step
    from cnncalc.network.context import BuildContext
    from cnncalc.network.environment import Environment
    from cnncalc.network.network import Tensor


class Turn(NamedTuple):
    """One run of a step: the name that it goes by, and which repetition it is (from 1) of how
    many.
    """

    name: str
    number: int = 1
    of: int = 1


def inside(
    context: BuildContext, step: Step, x: Tensor, env: Environment, turn: Turn
) -> tuple[Environment, Group | None]:
    """The environment inside a container, which is a path component if it is named or repeated."""
    env = env.with_values(in_channels=channels_of(x))
    if step.name is None and step.repeat is None:
        return env.deeper(), None
    group = open_group(context, step, x, env, turn)
    return env.within(group), group


def open_group(context: BuildContext, step: Step, x: Tensor, env: Environment, turn: Turn) -> Group:
    """Begins a path component."""
    path = env.prefix + turn.name
    group = Group(path, step.word, env.group, step.span, repeat=turn.number, of=turn.of)
    group.input, group.first = x, len(context.network.nodes)
    context.network.groups.append(group)
    return group


def close_group(context: BuildContext, group: Group | None, output: Tensor) -> None:
    if group is not None:
        group.output, group.stop = output, len(context.network.nodes)


def hold(context: BuildContext, tensor: Tensor, first: int) -> None:
    """The rows since ``first`` ran inside a call that received this tensor."""
    stop = len(context.network.nodes)
    if stop > first:
        context.network.holds.append(Hold(tensor, first, stop))
