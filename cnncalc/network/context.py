"""What one build shares: the spec, the errors so far, the network so far, and what is computed
once for many steps; and the outputs of the steps that fail.

An error is reported once per place in the text, however often its step runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.layers.shape import NOTHING_KNOWN
from cnncalc.network.layer_context import trail
from cnncalc.network.network import Network, Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.diagnostics import Diagnostic, Source, Span
    from cnncalc.language.spec import Argument, Spec, Step
    from cnncalc.layers.fields import Value
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.shape import Shape
    from cnncalc.network.environment import Environment
    from cnncalc.network.network import Group


class Defaults(NamedTuple):
    """What the file's `defaults` give a kind: values, the arguments as written, and the fields
    whose value an error left unknown.
    """

    values: dict[str, Any]
    arguments: dict[str, Argument]
    unknown: frozenset[str]


class BuildContext:
    """The state of one build. ``errors`` has those of the form already; the others follow."""

    def __init__(self, spec: Spec, errors: list[Diagnostic]) -> None:
        self.spec = spec
        self.errors = errors
        self.network = Network(spec.name or spec.source.stem, spec.source)
        self.parameters: dict[str, Value] = {}
        self.defaults: dict[type[Layer], Defaults] = {}
        self.layers: dict[Any, Layer] = {}
        """The layers made so far, by kind, values and input shapes."""
        self.steps_run = 0
        self._form_errors = by_place(errors)
        self._reported: dict[tuple[str, Span], Diagnostic] = {}
        for error in errors:
            self._reported.setdefault((error.code, error.span), error)
        self._unchecked: Counter[tuple[str, Span]] = Counter()

    def report(self, error: Diagnostic, group: Group | None) -> Diagnostic:
        """The error, now in the list, with the calls that led to it; where its place has the same
        error already, that one.
        """
        key = error.code, error.span
        if key not in self._reported:
            self._reported[key] = error._replace(trail=trail(group))
            self.errors.append(self._reported[key])
        return self._reported[key]

    def form_error(self, step: Step) -> Diagnostic | None:
        """The first error of the form inside a step; else from its label to the end of the line."""
        label = step.label
        end = label if step.value is None else step.value
        places, errors = self._form_errors.get(label.source, ((), ()))
        for start, stop in (
            ((label.end_line, label.end_column), (end.end_line, end.end_column)),
            ((label.line, label.column), (end.end_line + 1, 0)),
        ):
            first = bisect_left(places, start)
            if first < len(places) and places[first] < stop:
                return errors[first]
        return None

    def skip(self, cause: Diagnostic | None) -> None:
        """Counts a layer that could not be computed, because of an error elsewhere."""
        self.network.skipped += 1
        if cause is not None:
            self._unchecked[cause.code, cause.span] += 1

    def count_unchecked(self) -> None:
        """Leaves each error with the number of layers that were skipped because of it."""
        for index, error in enumerate(self.errors):
            count = self._unchecked.pop((error.code, error.span), 0)
            if count:
                self.errors[index] = error._replace(unchecked=count)


def by_place(
    errors: Iterable[Diagnostic],
) -> dict[Source, tuple[list[tuple[int, int]], list[Diagnostic]]]:
    """Per source the places (line, column) of its errors, in order, and the errors there."""
    found: dict[Source, tuple[list[tuple[int, int]], list[Diagnostic]]] = {}
    for error in sorted(errors, key=lambda error: (error.line, error.column)):
        places, there = found.setdefault(error.span.source, ([], []))
        places.append((error.line, error.column))
        there.append(error)
    return found


def unknown_output(step: Step, cause: Diagnostic | None, output: Shape = NOTHING_KNOWN) -> Tensor:
    """The output of a step of whose shape nothing is known, or only what ``output`` says."""
    return Tensor(step.name or step.word, output, step.span, cause)


def failed(
    context: BuildContext,
    step: Step,
    error: Diagnostic,
    env: Environment,
    output: Shape = NOTHING_KNOWN,
) -> Tensor:
    """The output of a step that has an error of its own, which is reported."""
    context.network.broken = True
    return unknown_output(step, context.report(error, env.group), output)


def skipped(context: BuildContext, step: Step, x: Tensor, output: Shape = NOTHING_KNOWN) -> Tensor:
    """The output of a step that cannot be computed because of an error elsewhere."""
    cause = x.cause or context.form_error(step)
    context.skip(cause)
    return unknown_output(step, cause, output)
