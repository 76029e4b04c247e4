"""What a build knows and tells: parameters, defaults, names, mistakes. `layers`, `containers` and
`walk` build on it, each one floor.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Diagnostic, Problem, Unknown
from cnncalc.language import rules as language_rules
from cnncalc.language.operands import convert
from cnncalc.language.spec import Reference, Spec, Step
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import shown
from cnncalc.layers.layer import Layer
from cnncalc.layers.shape import NOTHING_KNOWN
from cnncalc.network.frames import NOT_KNOWN, Here, Named
from cnncalc.network.network import Group, Network, StepRange, Tensor
from cnncalc.network.place import trail

if TYPE_CHECKING:
    from cnncalc.diagnostics import Source
    from cnncalc.language.operands import Operand
    from cnncalc.language.spec import Argument, Parameter
    from cnncalc.layers.fields import Field, Value


class TooLarge(Exception):
    """A limit of the language is reached: the walk ends, as told."""


class Builder:
    """One build: the network so far, and what may be computed once for many steps."""

    def __init__(self, spec: Spec, problems: list[Diagnostic]) -> None:
        self.spec = spec
        self.problems = problems
        self.told = {(problem.code, problem.span) for problem in problems}
        self.network = Network(spec.name or spec.source.stem, spec.source)
        self.nodes = self.network.nodes
        self.unchecked: Counter[Diagnostic] = Counter()
        self.layers: dict[Any, Layer] = {}
        self.parameters: dict[str, Value] = {}
        self.defaults: dict[str, dict[str, Any]] = {}
        self.default_arguments: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, set[str]] = {}
        self.lines: dict[Source, list[tuple[int, int]]] = {}
        self.indexed = 0

    def tell(self, diagnostic: Diagnostic, group: Group | None) -> Diagnostic:
        """Tells a mistake once per place, with the calls that led to it."""
        key = (diagnostic.code, diagnostic.span)
        if key not in self.told:
            self.told.add(key)
            diagnostic = diagnostic._replace(trail=trail(group))
            self.problems.append(diagnostic)
        return diagnostic

    def limit(self, diagnostic: Diagnostic, group: Group | None) -> TooLarge:
        self.tell(diagnostic, group)
        return TooLarge()

    def evaluate_parameters(self) -> None:
        """The file's parameters, each in the scope of those above it; types of overrides."""
        for name, parameter in self.spec.parameters.items():
            value = self.evaluate(parameter, self.parameters)
            for older in self.spec.overridden.get(name, ()):
                known = self.evaluate(older, self.parameters)
                if NOT_KNOWN not in (value, known) and type_word(value) != type_word(known):
                    span = parameter.operand.span if parameter.operand else parameter.span
                    wanted = type_word(known)
                    problem = layers_rules.values.wrong_type(
                        span, name, shown=shown(value), wanted=wanted
                    )
                    self.tell(problem, None)
                    value = NOT_KNOWN
            self.parameters[name] = value

    def evaluate(self, parameter: Parameter, scope: dict[str, Value]) -> Value:
        """A parameter's value; NOT_KNOWN when it has a mistake."""
        if parameter.operand is None:
            return NOT_KNOWN
        try:
            return parameter.operand.evaluate(scope)
        except Problem as problem:
            self.tell(problem.diagnostic, None)
        except Unknown:
            pass
        return NOT_KNOWN

    def keyed(self, field: Field[Any], operand: Operand, step: Step, here: Here) -> Any:
        """The value of a step key; raises `Problem` or `Unknown`."""
        value = operand.evaluate(here.scope)
        return convert(field, value, operand, f"{field.name} of {step.name or step.word}")

    def defaults_of(self, kind: type[Layer]) -> dict[str, Any]:
        """What the file's `defaults` give a kind, evaluated once."""
        known = self.defaults.get(kind.kind)
        if known is None:
            known = self.defaults[kind.kind] = {}
            arguments = self.default_arguments[kind.kind] = {}
            unsure: set[str] = set()
            self.unsure[kind.kind] = unsure
            for word in (*kind.inherits_defaults, kind.kind):
                given = self.spec.defaults.get(word, {})
                arguments |= {name: given[name] for name in given if name in kind.fields}
                unsure.difference_update(given)
                unsure.update(self.spec.unsure.get(word, frozenset()) & kind.fields.keys())
            for name, argument in arguments.items():
                operand = argument.operand
                try:
                    value = operand.evaluate(self.parameters)
                    known[name] = convert(
                        kind.fields[name], value, operand, f"{name} in the defaults of {kind.kind}"
                    )
                except Problem as problem:
                    self.tell(problem.diagnostic, None)
                    unsure.add(name)
                except Unknown:
                    unsure.add(name)
        return known

    def define(self, step: Step, y: Tensor, first: int, here: Here) -> None:
        """The name of a step that ran, for later steps of its text and for paths."""
        assert step.name is not None
        stop = len(self.nodes)
        side = step.span if step.passes_input else here.aux
        here.frame.names[step.name] = Named(y, first, stop, step, aux=here.aux or side)
        path = here.prefix + step.name
        self.network.steps[path] = StepRange(path, first, stop, y, step.span)

    def left_out(self, step: Step, x: Tensor, here: Here) -> None:
        """The names of a step that its `if` (or `repeat: 0`) skipped, and of those inside it."""
        at = len(self.nodes)
        todo = [step]
        while todo:
            inner = todo.pop()
            if inner.name is not None:
                here.frame.names[inner.name] = Named(x, at, at, inner, skipped=True)
            for steps in inner.bodies:
                todo.extend(steps)

    def named(
        self, reference: Reference, here: Here, previous: Tensor | None = None
    ) -> Named | None:
        """What a name stands for, be it readable or not."""
        if reference.name == "previous" and previous is not None:
            return Named(previous, 0, 0)
        return here.frame.names.get(reference.name)

    def resolve(
        self, reference: Reference, here: Here, previous: Tensor | None = None
    ) -> Named | None:
        """What a name stands for; None when a mistake about it has been told."""
        named = self.named(reference, here, previous)
        problem = unreadable(reference, named, here) if named is not None else None
        if problem is not None:
            self.tell(problem, here.group)
            return None
        return named

    def failed(self, step: Step, diagnostic: Diagnostic, here: Here) -> Tensor:
        """What leaves a step that has a mistake of its own."""
        self.network.broken = True
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = self.tell(diagnostic, here.group)
        return tensor

    def unknown(self, step: Step, x: Tensor) -> Tensor:
        """What leaves a step that a mistake elsewhere keeps from being computed."""
        self.skip(x.cause or self.cause_of(step))
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = x.cause or self.cause_of(step)
        return tensor

    def unknown_tensor(self, step: Step) -> Tensor:
        self.network.broken = True
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = self.cause_of(step)
        return tensor

    def skip(self, cause: Diagnostic | None) -> None:
        self.network.skipped += 1
        if cause is not None:
            self.unchecked[cause] += 1

    def count_unchecked(self) -> None:
        """Leaves each problem with the number of steps that were skipped because of it."""
        self.problems[:] = [
            problem._replace(unchecked=self.unchecked[problem])
            if problem in self.unchecked
            else problem
            for problem in self.problems
        ]

    def cause_of(self, step: Step) -> Diagnostic | None:
        """The mistake told about a step's form: the first one between its label and its end."""
        end = step.value.end_line if step.value is not None else step.label.line
        lines = self.problem_lines(step.label.source)
        first, last = bisect_left(lines, (step.label.line, 0)), bisect_left(lines, (end + 1, 0))
        return self.problems[min(lines[first:last], key=itemgetter(1))[1]] if first < last else None

    def problem_lines(self, source: Source) -> list[tuple[int, int]]:
        """The lines of a source with a mistake, in order, each with the mistake's index."""
        for index in range(self.indexed, len(self.problems)):
            span = self.problems[index].span
            insort(self.lines.setdefault(span.source, []), (span.line, index))
        self.indexed = len(self.problems)
        return self.lines.get(source, [])

    def broken(self, step: Step, x: Tensor, *_: Any) -> Tensor:
        """A step whose kind is not known."""
        self.network.broken = True
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = self.cause_of(step) or x.cause
        return tensor


def unreadable(reference: Reference, named: Named, here: Here) -> Diagnostic | None:
    """What keeps a step from reading this name here: it was skipped, or is in an auxiliary head."""
    span, name = reference.span, reference.name
    if named.skipped and named.step is not None:
        return language_rules.references.skipped_step(span, name, named.step.span)
    if named.aux is not None and here.aux is None:
        return language_rules.references.reads_an_auxiliary_head(span, name, named.aux)
    return None


def channels_of(tensor: Tensor) -> Value:
    """`in_channels` of a list of steps that this tensor enters."""
    try:
        return tensor.output.channels
    except Unknown:
        return NOT_KNOWN


def type_word(value: Value) -> str:
    """The type of a parameter, in words; int and float are both numbers."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a word"
    return "a list" if isinstance(value, tuple) else "a number"
