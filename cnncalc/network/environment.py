"""The environment of a list of steps: the names that can be read, the values that expressions see,
the counters of automatic names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.expressions import UNKNOWN
from cnncalc.language.vocabulary import numbered
from cnncalc.network import rules
from cnncalc.network.context import unknown_output
from cnncalc.network.network import StepRange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.diagnostics import Diagnostic, Span
    from cnncalc.language.spec import Reference, Step, Text
    from cnncalc.layers.fields import Value
    from cnncalc.network.context import BuildContext
    from cnncalc.network.network import Group, Tensor


class Binding(NamedTuple):
    """What a written name stands for: the output of the step, and the step's rows.

    ``skipped``: its `if` left it out. ``aux``: the label of the auxiliary head it belongs to.
    """

    tensor: Tensor
    first: int
    stop: int
    step: Step | None = None
    skipped: bool = False
    aux: Span | None = None


class Frame:
    """One run through a text: the file's layers, or one call of a block, ``depth`` calls deep."""

    __slots__ = ("depth", "names", "written")

    def __init__(self, text: Text, names: dict[str, Binding], depth: int) -> None:
        self.written: Mapping[str, Span] = text.names
        self.names = names
        self.depth = depth


class Environment(NamedTuple):
    """Of one list of steps. ``prefix`` begins the paths of its rows, ``counters`` number its
    unnamed steps, per word; ``aux`` is the label of the auxiliary head it stands in, ``levels``
    how many containers it stands in.
    """

    frame: Frame
    values: dict[str, Value]
    prefix: str
    counters: dict[str, int]
    group: Group | None
    aux: Span | None = None
    levels: int = 0

    def automatic(self, word: str) -> str:
        """The next automatic name: numbers that a written name of the text uses are passed."""
        number = self.counters.get(word, 0) + 1
        while (name := numbered(word, number)) in self.frame.written:
            number += 1
        self.counters[word] = number
        return name

    def with_values(self, **values: Value) -> Environment:
        return self._replace(values={**self.values, **values})

    def within(self, group: Group) -> Environment:
        """Of a list of steps inside a path component: automatic names begin anew."""
        return self._replace(
            prefix=f"{group.path}/", counters={}, group=group, levels=self.levels + 1
        )

    def deeper(self) -> Environment:
        """Of a list of steps in a container that is no path component."""
        return self._replace(levels=self.levels + 1)


def channels_of(tensor: Tensor) -> Value:
    """`in_channels` of a list of steps whose input is this tensor."""
    channels = tensor.output.known_channels()
    return UNKNOWN if channels is None else channels


def find(reference: Reference, env: Environment, previous: Tensor | None = None) -> Binding | None:
    """What a name stands for, whether it can be read or not."""
    if reference.name == "previous" and previous is not None:
        return Binding(previous, 0, 0)
    return env.frame.names.get(reference.name)


def unreadable(reference: Reference, binding: Binding, env: Environment) -> Diagnostic | None:
    """The error of a step that reads this name here: skipped, or in an auxiliary head."""
    span, name = reference.span, reference.name
    if binding.skipped and binding.step is not None:
        return rules.references.skipped_step(span, name, binding.step.span)
    if binding.aux is not None and env.aux is None:
        return rules.references.reads_an_auxiliary_head(span, name, binding.aux)
    return None


def resolve(
    context: BuildContext, reference: Reference, env: Environment, previous: Tensor | None = None
) -> Binding | Diagnostic | None:
    """What a name stands for; else the error that says why it cannot be read, now reported (None:
    it is an error of the form).
    """
    binding = find(reference, env, previous)
    error = unreadable(reference, binding, env) if binding is not None else None
    return binding if error is None else context.report(error, env.group)


def tensor_of(context: BuildContext, step: Step, found: Binding | Diagnostic | None) -> Tensor:
    """The tensor that a step reads; unknown where its name could not be resolved."""
    if isinstance(found, Binding):
        return found.tensor
    context.network.broken = True
    return unknown_output(step, found or context.form_error(step))


def define(context: BuildContext, step: Step, y: Tensor, first: int, env: Environment) -> None:
    """Binds the name of a step that ran, for later steps of its text and for paths."""
    assert step.name is not None
    stop = len(context.network.nodes)
    own = step.span if step.passes_input else None
    env.frame.names[step.name] = Binding(y, first, stop, step, aux=env.aux or own)
    path = env.prefix + step.name
    context.network.steps[path] = StepRange(path, first, stop, y, step.span)


def define_skipped(context: BuildContext, step: Step, x: Tensor, env: Environment) -> None:
    """Binds the names of a step that its `if` (or `repeat: 0`) skipped, and of those inside it."""
    at = len(context.network.nodes)
    todo = [step]
    while todo:
        inner = todo.pop()
        if inner.name is not None:
            env.frame.names[inner.name] = Binding(x, at, at, inner, skipped=True)
        for steps in inner.bodies:
            todo.extend(steps)
