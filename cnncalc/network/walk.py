"""The walk: every step in order of execution, one method per class of step.

A mistake is told once, at its place in the text, however often the step is run; what it leaves
unknown is passed on as a `PartialShape`, and what needs an unknown is skipped and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Span, Unknown
from cnncalc.language import rules as language_rules
from cnncalc.language.spec import AuxStep, BrokenStep, CallStep, LayerStep, ResidualStep, Spec, Step
from cnncalc.language.step_keys import CONDITION, REPEAT
from cnncalc.layers.shape import NOTHING_KNOWN, PartialShape
from cnncalc.network import rules
from cnncalc.network.builder import TooLarge, channels_of, unreadable
from cnncalc.network.containers import ContainerBuilder
from cnncalc.network.frames import Frame, Here, Named
from cnncalc.network.layers import MAX_ROWS
from cnncalc.network.network import Network, Node, StepRange, Tensor
from cnncalc.network.place import to_expected
from cnncalc.network.size import Size, first_beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


MAX_REPEAT = 10_000
MAX_LEVELS = 100
MAX_STEPS = 1_000_000


def build(spec: Spec, problems: list[Diagnostic]) -> Network:
    """The network of a spec; what is wrong is appended to ``problems``, which has the form
    errors already.
    """
    return Walk(spec, problems).build()


class Walk(ContainerBuilder):
    """The walk over the steps of a text, as often as each repeats."""

    def __init__(self, spec: Spec, problems: list[Diagnostic]) -> None:
        super().__init__(spec, problems)
        self.steps_run = 0

    def build(self) -> Network:
        spec, network = self.spec, self.network
        self.evaluate_parameters()
        names = {}
        for given in spec.inputs:
            tensor = Tensor(given.name, given.shape, given.span)
            network.inputs.append(tensor)
            names[given.name] = Named(tensor, 0, 0)
        start = network.inputs[0] if network.inputs else self.nothing(spec)
        frame = Frame(spec.text, names, 0)
        here = Here(frame, dict(self.parameters), "", {}, None)
        try:
            self.check_size()
            end, _ = self.run(spec.layers, start, here)
            network.outputs = self.outputs(here) or [end]
        except TooLarge:
            network.truncated = True
        finally:
            self.count_unchecked()
        return network

    def check_size(self) -> None:
        """A net that is too large by what is written of it is not begun."""
        beyond = first_beyond(self.spec, Size(MAX_ROWS, MAX_STEPS), MAX_REPEAT)
        if beyond is not None:
            step, size = beyond
            rule, limit = language_rules.limits.too_many_steps, MAX_STEPS
            if size.rows > MAX_ROWS:
                rule, limit = language_rules.limits.too_many_rows, MAX_ROWS
            raise self.limit(rule(step.span, limit), None)

    def nothing(self, spec: Spec) -> Tensor:
        """The input of a net that has none: told by the reader."""
        span = spec.layers[0].span if spec.layers else Span(spec.source, 1, 1, 1, 1)
        tensor = Tensor("input", NOTHING_KNOWN, span)
        tensor.cause = self.problems[0] if self.problems else None
        return tensor

    def outputs(self, here: Here) -> list[Tensor]:
        found = (self.resolve(reference, here) for reference in self.spec.outputs)
        return [named.tensor for named in found if named is not None]

    def run(self, steps: Sequence[Step], x: Tensor, here: Here) -> tuple[Tensor, bool]:
        """What leaves a list of steps, and whether any of them ran."""
        if here.levels > MAX_LEVELS:
            raise self.limit(
                language_rules.limits.containers_too_deep(steps[0].span, MAX_LEVELS), here.group
            )
        some = False
        for step in steps:
            x, ran = self.step(step, x, here)
            some |= ran
        return x, some

    def step(self, step: Step, x: Tensor, here: Here) -> tuple[Tensor, bool]:
        """A step, as often as it repeats: what the next step reads, and whether it ran at all."""
        self.network.broken |= step.broken
        first = len(self.nodes)
        start, inside = self.entered(step, x, here) if len(step.sources) == 1 else (x, here)
        if step.repeat is None:
            name = step.name or here.automatic(step.word)
            y, ran = self.once(step, start, inside, name, 1, 1)
        else:
            y, ran = self.repeated(step, start, inside)
        if not ran:
            self.left_out(step, x, here)
            return x, False
        if step.share is not None and not step.broken:
            self.share(step, first, here)
        if step.expect is not None:
            self.expect(step, y, here)
        if step.name is not None:
            self.define(step, y, first, here)
        return x if step.passes_input else y, True

    def entered(self, step: Step, x: Tensor, here: Here) -> tuple[Tensor, Here]:
        """The tensor that `from` names, and the scope with its `in_channels`. A mistake is told
        when the step runs, which its `if` may prevent.
        """
        named = self.named(step.sources[0], here, x)
        if named is None or unreadable(step.sources[0], named, here):
            x = self.unknown_tensor(step)
        else:
            x = named.tensor
        return x, here._replace(scope={**here.scope, "in_channels": channels_of(x)})

    def repeated(self, step: Step, x: Tensor, here: Here) -> tuple[Tensor, bool]:
        """N times in a chain, with `i`, `first`, `last` bound; 0 times: skipped."""
        assert step.repeat is not None
        try:
            count = self.keyed(REPEAT, step.repeat, step, here)
        except Problem as problem:
            return self.failed(step, problem.diagnostic, here), True
        except Unknown:
            return self.unknown(step, x), True
        if count > MAX_REPEAT:
            limit = language_rules.limits.too_many_repeats(step.repeat.span, count, MAX_REPEAT)
            return self.failed(step, limit, here), True
        y, some = x, False
        for i in range(count):
            scope = {**here.scope, "i": i, "first": i == 0, "last": i == count - 1}
            inner = here._replace(scope=scope)
            name = self.numbered(step, i + 1, here)
            last, ran = self.once(step, x, inner, name, i + 1, count)
            if ran:
                y, some = last, True
                x = x if step.passes_input else last
        return y, some

    def numbered(self, step: Step, number: int, here: Here) -> str:
        """The name of a repetition, which no other step may have."""
        if step.name is None:
            return here.automatic(step.word)
        name = f"{step.name}_{number}"
        if name in here.frame.written:
            self.tell(
                language_rules.references.duplicate_name(here.frame.written[name], name, step.span),
                None,
            )
        return name

    def once(
        self, step: Step, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[Tensor, bool]:
        """One run of a step, unless its `if` says no."""
        self.steps_run += 1
        if self.steps_run > MAX_STEPS:
            raise self.limit(language_rules.limits.too_many_steps(step.span, MAX_STEPS), here.group)
        if step.condition is not None:
            try:
                if not self.keyed(CONDITION, step.condition, step, here):
                    return x, False
            except Problem as problem:
                return self.failed(step, problem.diagnostic, here), True
            except Unknown:
                return self.unknown(step, x), True
        if len(step.sources) == 1 and self.resolve(step.sources[0], here, x) is None:
            x = self.unknown_tensor(step)
        first = len(self.nodes)
        y = RUNS[type(step)](self, step, x, here, name, repeat, of)
        stop = len(self.nodes)
        if stop - first != 1 or not isinstance(step, LayerStep):
            path = here.prefix + name
            self.network.steps[path] = StepRange(path, first, stop, y, step.span)
        return y, True

    def share(self, step: Step, first: int, here: Here) -> None:
        """The step's rows use the weights of an earlier step's rows, in the same order."""
        assert step.share is not None
        named = self.resolve(step.share, here)
        if named is None:
            self.network.broken = True
            return
        own = [node for node in self.nodes[first:] if node.complete and node.layer.weight_shape()]
        theirs = [
            node
            for node in self.nodes[named.first : named.stop]
            if node.complete and node.layer.weight_shape()
        ]
        if step.repeat is not None and theirs and len(own) % len(theirs) == 0:
            theirs *= len(own) // len(theirs)  # every repetition uses the same weights
        why = unshareable(step, named.step, own, theirs)
        if why:
            self.network.broken = True
            self.tell(
                language_rules.references.not_shareable(step.share.span, step.share.name, why),
                here.group,
            )
            return
        for mine, other in zip(own, theirs, strict=True):
            mine.shares = other.shares or other

    def expect(self, step: Step, y: Tensor, here: Here) -> None:
        """The step's own `expect`, unless the file's expectations are switched off."""
        assert step.expect is not None
        if isinstance(y.output, PartialShape):
            return
        name = here.prefix + (step.name or step.word)
        if self.spec.steps_switched_off:
            self.network.unjudged.setdefault(step.expect.span, name)
        elif y.output != step.expect.shape:
            expected = step.expect.shape
            problem = rules.claims.unexpected_shape(
                step.expect.span,
                name,
                expected=expected,
                computed=y.output,
                fixes=to_expected(step, expected, y.output),
            )
            self.tell(problem, here.group)


RUNS: dict[type[Step], Callable[..., Tensor]] = {
    LayerStep: Walk.layer,
    CallStep: Walk.call,
    ResidualStep: Walk.residual,
    AuxStep: Walk.aux,
    BrokenStep: Walk.broken,
}
"""What runs a step, by its class. Not in the walk itself: bound methods would keep it, and the
whole network, until the next garbage collection.
"""


def unshareable(step: Step, other: Step | None, own: Sequence[Node], theirs: Sequence[Node]) -> str:
    """Why a step cannot use another's weights; empty when it can."""
    if other is None or step.word != other.word:
        return f"it is not a {step.word}"
    if not own or len(own) != len(theirs):
        return f"it has {len(theirs)} layers with weights, this step {len(own)}"
    for mine, their in zip(own, theirs, strict=True):
        shapes = [mine.layer.weight_shape(), their.layer.weight_shape()]
        biases = [mine.layer.bias_shape(), their.layer.bias_shape()]
        if (
            type(mine.layer) is not type(their.layer)
            or shapes[0] != shapes[1]
            or biases[0] != biases[1]
        ):
            sizes = " and ".join("×".join(map(str, shape)) or "none" for shape in shapes)
            return f"the weights of {mine.name} and {their.name} differ ({sizes})"
    return ""
