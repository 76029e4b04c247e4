"""The walk: every step in order of execution, one method per class of step.

A mistake is told once, at its place in the text, however often the step is run; what it leaves
unknown is passed on as a `PartialShape`, and what needs an unknown is skipped and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc import rules
from cnncalc.build.frames import NOT_KNOWN, Frame, Here, Named
from cnncalc.build.place import StepPlace, body_mends, project, to_expected, trail
from cnncalc.build.size import Size, first_beyond
from cnncalc.diagnostics import Diagnostic, Problem, Span, Unknown
from cnncalc.layers.fields import shown
from cnncalc.layers.layer import KINDS, Layer, LayerProblem
from cnncalc.network import Group, Hold, Network, Node, StepRange, Tensor
from cnncalc.shape import PartialShape, Shape, window_output
from cnncalc.spec.model import (
    AuxStep,
    BrokenStep,
    CallStep,
    LayerStep,
    Reference,
    ResidualStep,
    Spec,
    Step,
)
from cnncalc.spec.operands import convert
from cnncalc.spec.steps import CONDITION, REPEAT, SHORTCUT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncalc.layers.fields import Field, Value
    from cnncalc.spec.model import Argument, Parameter
    from cnncalc.spec.operands import Operand

MAX_REPEAT = 10_000
MAX_CALLS = 32
MAX_LEVELS = 100
MAX_ROWS = 200_000
MAX_STEPS = 1_000_000
NOTHING_KNOWN = PartialShape(None, None, None)


def build(spec: Spec, problems: list[Diagnostic]) -> Network:
    """The network of a spec; what is wrong is appended to ``problems``, which has the form
    errors already.
    """
    return Builder(spec, problems).build()


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
        self.steps_run = 0
        self.layers: dict[Any, Layer] = {}
        self.parameters: dict[str, Value] = {}
        self.defaults: dict[str, dict[str, Any]] = {}
        self.default_arguments: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, set[str]] = {}
        self.runs: dict[type[Step], Callable[..., Tensor]] = {
            LayerStep: self.layer,
            CallStep: self.call,
            ResidualStep: self.residual,
            AuxStep: self.aux,
            BrokenStep: self.broken,
        }

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
            end = self.steps(spec.layers, start, here)
            network.outputs = self.outputs(here) or [end]
        except TooLarge:
            network.truncated = True
        return network

    def check_size(self) -> None:
        """A net that is too large by what is written of it is not begun."""
        beyond = first_beyond(self.spec, Size(MAX_ROWS, MAX_STEPS), MAX_REPEAT)
        if beyond is not None:
            step, size = beyond
            rule, limit = rules.limits.too_many_steps, MAX_STEPS
            if size.rows > MAX_ROWS:
                rule, limit = rules.limits.too_many_rows, MAX_ROWS
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

    # Telling.

    def tell(self, diagnostic: Diagnostic, group: Group | None) -> Diagnostic:
        """Tells a mistake once per place, with the calls that led to it."""
        key = (diagnostic.code, diagnostic.span)
        if key not in self.told:
            self.told.add(key)
            diagnostic.trail = trail(group)
            self.problems.append(diagnostic)
        return diagnostic

    def limit(self, diagnostic: Diagnostic, group: Group | None) -> TooLarge:
        self.tell(diagnostic, group)
        return TooLarge()

    # Values.

    def evaluate_parameters(self) -> None:
        """The file's parameters, each in the scope of those above it; types of overrides."""
        for name, parameter in self.spec.parameters.items():
            value = self.evaluate(parameter, self.parameters)
            for older in self.spec.overridden.get(name, ()):
                known = self.evaluate(older, self.parameters)
                if NOT_KNOWN not in (value, known) and type_word(value) != type_word(known):
                    span = parameter.operand.span if parameter.operand else parameter.span
                    wanted = type_word(known)
                    problem = rules.values.wrong_type(span, name, shown=shown(value), wanted=wanted)
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

    # Steps.

    def steps(self, steps: Sequence[Step], x: Tensor, here: Here) -> Tensor:
        if here.levels > MAX_LEVELS:
            raise self.limit(
                rules.limits.containers_too_deep(steps[0].span, MAX_LEVELS), here.group
            )
        for step in steps:
            x = self.step(step, x, here)
        return x

    def step(self, step: Step, x: Tensor, here: Here) -> Tensor:
        """A step, as often as it repeats; gives what the next step reads."""
        first = len(self.nodes)
        start, inside = self.entered(step, x, here) if len(step.sources) == 1 else (x, here)
        if step.repeat is None:
            name = step.name or here.automatic(step.word)
            y, ran = self.once(step, start, inside, name, 1, 1)
        else:
            y, ran = self.repeated(step, start, inside)
        if not ran:
            self.left_out(step, x, here)
            return x
        if step.share is not None and not step.broken:
            self.share(step, first, here)
        if step.expect is not None:
            self.expect(step, y, here)
        if step.name is not None:
            self.define(step, y, first, here)
        return x if step.passes_input else y

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
            limit = rules.limits.too_many_repeats(step.repeat.span, count, MAX_REPEAT)
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
                rules.references.duplicate_name(here.frame.written[name], name, step.span), None
            )
        return name

    def once(
        self, step: Step, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[Tensor, bool]:
        """One run of a step, unless its `if` says no."""
        self.steps_run += 1
        if self.steps_run > MAX_STEPS:
            raise self.limit(rules.limits.too_many_steps(step.span, MAX_STEPS), here.group)
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
        y = self.runs[type(step)](step, x, here, name, repeat, of)
        stop = len(self.nodes)
        if stop - first != 1 or not isinstance(step, LayerStep):
            path = here.prefix + name
            self.network.steps[path] = StepRange(path, first, stop, y, step.span)
        return y, True

    # Names.

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

    # What cannot be computed.

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

    def skip(self, cause: Diagnostic | None) -> None:
        self.network.skipped += 1
        if cause is not None:
            cause.unchecked += 1

    def cause_of(self, step: Step) -> Diagnostic | None:
        """The mistake told about a step's form: the first one between its label and its end."""
        end = step.value.end_line if step.value is not None else step.label.line
        for problem in self.problems:
            span = problem.span
            if span.source is step.label.source and step.label.line <= span.line <= end:
                return problem
        return None

    def broken(self, step: Step, x: Tensor, *_: Any) -> Tensor:
        """A step whose kind is not known."""
        self.network.broken = True
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = self.cause_of(step) or x.cause
        return tensor

    # Layers.

    def layer(
        self, step: LayerStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> Tensor:
        kind = step.kind
        if not kind.emits_row:
            return x
        path, group = here.prefix + name, None
        if step.branches:
            inputs, group = self.branches(step, x, here, name, repeat, of)
        else:
            inputs = self.layer_inputs(step, x, here)
        given = dict(step.constants) if step.dynamic else step.constants
        failed = self.evaluate_fields(step, given, here) if step.dynamic else ()
        node = self.make(kind, given, inputs, path, step, here, faulty=failed)
        for word in node.layer.fused() if not step.broken else ():
            node = self.make(KINDS[word], {}, (node,), f"{path}.{word}", step, here)
        if group is not None:
            self.leave(group, node)
        return node

    def evaluate_fields(
        self, step: LayerStep, given: dict[str, Any], here: Here
    ) -> tuple[str, ...]:
        """The fields that depend on names; those that cannot be known are returned."""
        failed = []
        for argument in step.dynamic:
            field, operand = argument.field, argument.operand
            try:
                value = operand.evaluate(here.scope)
                subject = f"{field} of {here.prefix}{step.name or step.word}"
                given[field] = convert(step.kind.fields[field], value, operand, subject)
            except Problem as problem:
                self.tell(problem.diagnostic, here.group)
                failed.append(field)
            except Unknown:
                failed.append(field)
        return tuple(failed)

    def layer_inputs(self, step: LayerStep, x: Tensor, here: Here) -> tuple[Tensor, ...]:
        """The tensors that a layer without branches reads: the previous one, or those named."""
        if len(step.sources) > 1:
            found = (self.resolve(reference, here, x) for reference in step.sources)
            return tuple(n.tensor if n else self.unknown_tensor(step) for n in found)
        if step.targets:
            found = (self.resolve(reference, here, x) for reference in step.targets.values())
            return (x, *(n.tensor if n else self.unknown_tensor(step) for n in found))
        return (x,)

    def unknown_tensor(self, step: Step) -> Tensor:
        self.network.broken = True
        tensor = Tensor(step.name or step.word, NOTHING_KNOWN, step.span)
        tensor.cause = self.cause_of(step)
        return tensor

    def branches(
        self, step: LayerStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[tuple[Tensor, ...], Group | None]:
        """The ends of the branches, all from the same input, and the path component that they
        make; each call holds what it received until it returns.
        """
        first = len(self.nodes)
        inner, group = self.component(step, x, here, name, repeat, of)
        inputs = []
        for branch in step.branches:
            start = len(self.nodes)
            inputs.append(self.steps(branch, x, inner))
            self.hold(x, start)
        self.hold(x, first)
        return tuple(inputs), group

    def component(
        self, step: Step, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[Here, Group | None]:
        """The inside of a container; a path component if it is named or repeated."""
        scope = {**here.scope, "in_channels": channels_of(x)}
        if step.name is None and step.repeat is None:
            return here.inside(scope), None
        group = self.enter(step, x, here, name, repeat, of)
        return here.within(group, scope), group

    def enter(self, step: Step, x: Tensor, here: Here, name: str, repeat: int, of: int) -> Group:
        """Opens a path component."""
        path = here.prefix + name
        group = Group(path, step.word, here.group, step.span, repeat=repeat, of=of)
        group.input, group.first = x, len(self.nodes)
        self.network.groups.append(group)
        return group

    def leave(self, group: Group, output: Tensor) -> None:
        """Closes a path component, with what leaves it."""
        group.output, group.stop = output, len(self.nodes)

    def hold(self, tensor: Tensor, first: int) -> None:
        """The rows since ``first`` ran inside a call that received this tensor."""
        stop = len(self.nodes)
        if stop > first:
            self.network.holds.append(Hold(tensor, first, stop))

    def make(
        self,
        kind: type[Layer],
        given: dict[str, Any],
        inputs: tuple[Tensor, ...],
        path: str,
        step: Step,
        here: Here,
        *,
        faulty: tuple[str, ...] = (),
    ) -> Node:
        """A node of the network. Equal layers on equal inputs are one object, unless the form of
        the step is broken, so that equal fields may not mean an equal layer.
        """
        if len(self.nodes) >= MAX_ROWS:
            raise self.limit(rules.limits.too_many_rows(step.span, MAX_ROWS), here.group)
        shapes_in = tuple([tensor.output for tensor in inputs])
        key = (kind, tuple(given.items()), shapes_in)
        layer = None if step.broken or faulty else self.layers.get(key)
        if layer is not None:
            node = Node(
                len(self.nodes), path, layer, inputs, layer.output, step, here.group,
                training_only=here.aux is not None, complete=True,
            )  # fmt: skip
        else:
            node = self.inferred(kind, given, inputs, path, step, here, faulty)
            if node.complete:
                self.layers[key] = node.layer
        self.nodes.append(node)
        return node

    def inferred(
        self,
        kind: type[Layer],
        given: dict[str, Any],
        inputs: tuple[Tensor, ...],
        path: str,
        step: Step,
        here: Here,
        faulty: tuple[str, ...],
    ) -> Node:
        """A new layer, its shape inferred as far as it can be; what is wrong is told."""
        defaults = self.defaults_of(kind)
        trusted = True
        if isinstance(step, LayerStep) and step.kind is kind:
            trusted, faulty = step.trusted, (*faulty, *step.faulty)
        unsure = tuple(self.unsure[kind.kind] - given.keys())
        layer = kind({**defaults, **given}, tuple(t.output for t in inputs), fill_defaults=trusted)
        for name in (*faulty, *unsure):
            vars(layer).pop(name, None)
        place = StepPlace(path, layer, step, inputs, self.default_arguments[kind.kind], here.group)
        told = len(self.problems)
        output, cause = self.infer(layer, place)
        complete = cause is None and trusted and known(output, inputs)
        complete = complete and not faulty and not unsure
        node = Node(
            len(self.nodes), path, layer, inputs, output, step, here.group,
            training_only=here.aux is not None, complete=complete,
        )  # fmt: skip
        if not complete:
            upstream = next((t.cause for t in inputs if t.cause), None)
            node.cause = cause or upstream or self.cause_of(step)
            if told == len(self.problems) and not (step.broken or faulty):
                self.skip(node.cause)
        return node

    def infer(self, layer: Layer, place: StepPlace) -> tuple[Shape, Diagnostic | None]:
        """The output shape, channels and size apart; the first mistake told, if any."""
        cause: Diagnostic | None = None
        found: list[Any] = [None, None, None]
        for index, part in enumerate((layer.check, layer.output_channels, layer.output_size)):
            try:
                found[index] = part()
            except LayerProblem as problem:
                diagnostic = problem.rule(place, problem.field, **problem.facts)
                cause = cause or self.tell(diagnostic, place.group)
            except Unknown:
                pass
        _, channels, size = found
        if channels is None or size is None:
            return PartialShape(channels, *(size or (None, None))), cause
        output = Shape(channels, *size)
        vars(layer)["_output"] = output
        return output, cause

    # Containers.

    def residual(
        self, step: ResidualStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> Tensor:
        """X + body(x); the body runs first, then the shortcut, then the add (into the body's
        output, as torchvision's ResNet has it).
        """
        first = len(self.nodes)
        inner, group = self.component(step, x, here, name, repeat, of)
        body = self.steps(step.body, x, inner)
        mode = "identity"
        if step.shortcut is not None:
            try:
                mode = self.keyed(SHORTCUT, step.shortcut, step, here)
            except Problem as problem:
                return self.failed(step, problem.diagnostic, here)
            except Unknown:
                return self.unknown(step, x)
        y = self.joined(step, mode, x, body, here, here.prefix + name)
        self.hold(x, first)
        if group is not None:
            self.leave(group, y)
        return y

    def joined(
        self, step: ResidualStep, mode: str, x: Tensor, body: Tensor, here: Here, path: str
    ) -> Tensor:
        """The end of a residual: projection if needed, and the add."""
        if not known(x.output, (body,)):
            if mode == "identity" and contradict(x.output, body.output):
                span = step.shortcut.span if step.shortcut is not None else step.span
                mends = project(step)
                differ = rules.residuals.residual_shapes_differ(span, path, x, body, mends)
                tensor = self.failed(step, differ, here)
            else:
                tensor = self.unknown(step, body if body.cause else x)
            tensor.output = body.output
            return tensor
        shortcut = x
        if x.output != body.output:
            if mode == "optional":
                return body
            problem = shortcut_problem(step, mode, x, body, path)
            if problem is not None:
                tensor = self.failed(step, problem, here)
                tensor.output = body.output
                return tensor
            shortcut = self.projection(step, x, body, here, f"{path}.shortcut")
        return self.make(KINDS["add"], {}, (body, shortcut), f"{path}.add", step, here)

    def projection(
        self, step: ResidualStep, x: Tensor, body: Tensor, here: Here, path: str
    ) -> Tensor:
        """A 1×1 convolution that brings x to the body's shape, with conv's bias and norm."""
        conv, out = KINDS["conv"], body.output
        stride = tuple(-(-a // b) for a, b in zip(x.output[1:], out[1:], strict=True))
        given = {"filters": out.channels, "kernel": (1, 1), "stride": stride}
        own = self.defaults_of(conv)
        given |= {name: own[name] for name in ("bias", "norm") if name in own}
        plain = {name: conv.fields[name].default for name in ("padding", "dilation", "groups")}
        node = self.make(conv, {**given, **plain, "activation": "none"}, (x,), path, step, here)
        for word in node.layer.fused():
            node = self.make(KINDS[word], {}, (node,), f"{path}.{word}", step, here)
        return node

    def aux(self, step: AuxStep, x: Tensor, here: Here, name: str, repeat: int, of: int) -> Tensor:
        """A side head, in training only; gives what leaves it, which no later step reads."""
        group = self.enter(step, x, here, name, repeat, of)
        inner = here.within(group, {**here.scope, "in_channels": channels_of(x)})
        end = self.steps(step.body, x, inner._replace(aux=here.aux or step.span))
        self.hold(x, group.first)
        self.leave(group, end)
        self.network.side_outputs.append(end)
        return end

    def call(
        self, step: CallStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> Tensor:
        """A block, with its arguments evaluated here and its defaults where it is defined."""
        block = self.spec.blocks[step.word]
        if here.frame.depth >= MAX_CALLS:
            raise self.limit(rules.limits.calls_too_deep(step.span, MAX_CALLS), here.group)
        if step.broken and step.word in (n for n in trail_words(here.group)):
            return self.broken(step, x)
        group = self.enter(step, x, here, name, repeat, of)
        scope, names = self.arguments(step, x, here)
        group.arguments = ", ".join(
            f"{p} {shown(scope[p])}"
            for p in block.parameters
            if p in scope and scope[p] is not NOT_KNOWN
        )
        frame = Frame(block.text, names, here.frame.depth + 1)
        inner = here.within(group, scope)._replace(frame=frame)
        y = self.steps(block.steps, x, inner)
        self.hold(x, group.first)
        self.leave(group, y)
        return y

    def arguments(
        self, step: CallStep, x: Tensor, here: Here
    ) -> tuple[dict[str, Value], dict[str, Named]]:
        """The scope of a call, and what its tensor parameters stand for."""
        block = self.spec.blocks[step.word]
        scope: dict[str, Value] = {**self.parameters, "in_channels": channels_of(x)}
        names: dict[str, Named] = {}
        for parameter in block.parameters.values():
            given = step.arguments.get(parameter.name)
            if isinstance(given, Reference):
                named = self.resolve(given, here, x)
                if named is not None:
                    names[parameter.name] = named
                scope[parameter.name] = NOT_KNOWN
                continue
            if given is None and step.broken and parameter.required:
                scope[parameter.name] = NOT_KNOWN
                continue
            operand, where = (given, here.scope) if given else (parameter.operand, scope)
            scope[parameter.name] = self.argument(operand, where, here)
        return scope, names

    def argument(self, operand: Operand | None, scope: dict[str, Value], here: Here) -> Value:
        if operand is None:
            return NOT_KNOWN
        try:
            return operand.evaluate(scope)
        except Problem as problem:
            self.tell(problem.diagnostic, here.group)
        except Unknown:
            pass
        return NOT_KNOWN

    # What a step says of itself.

    def share(self, step: Step, first: int, here: Here) -> None:
        """The step's rows use the weights of an earlier step's rows, in the same order."""
        assert step.share is not None
        named = self.resolve(step.share, here)
        if named is None:
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
            self.tell(
                rules.references.not_shareable(step.share.span, step.share.name, why), here.group
            )
            return
        for mine, other in zip(own, theirs, strict=True):
            mine.shares = other.shares or other

    def expect(self, step: Step, y: Tensor, here: Here) -> None:
        """The step's own `expect`, unless the file's expectations are switched off."""
        assert step.expect is not None
        if isinstance(y.output, PartialShape):
            return
        if self.spec.steps_switched_off:
            self.network.unjudged = True
        elif y.output != step.expect.shape:
            name = here.prefix + (step.name or step.word)
            expected = step.expect.shape
            problem = rules.claims.unexpected_shape(
                step.expect.span,
                name,
                expected=expected,
                computed=y.output,
                mends=to_expected(step, expected, y.output),
            )
            self.tell(problem, here.group)


def shortcut_problem(
    step: ResidualStep, mode: str, x: Tensor, body: Tensor, path: str
) -> Diagnostic | None:
    """What keeps a residual's input from being added to its body, whose shape is another."""
    span = step.shortcut.span if step.shortcut is not None else step.span
    if mode == "identity":
        mends = (*project(step), *body_mends(step, x.output))
        return rules.residuals.residual_shapes_differ(span, path, x, body, mends)
    for before, after in zip(x.output[1:], body.output[1:], strict=True):
        if window_output(before, 1, -(-before // after), 0, 0) != after:
            return rules.residuals.no_stride_explains(
                span, path, x, body, body_mends(step, x.output)
            )
    return None


def unreadable(reference: Reference, named: Named, here: Here) -> Diagnostic | None:
    """What keeps a step from reading this name here: it was skipped, or is in a side head."""
    span, name = reference.span, reference.name
    if named.skipped and named.step is not None:
        return rules.references.skipped_step(span, name, named.step.span)
    if named.aux is not None and here.aux is None:
        return rules.references.reads_a_side_head(span, name, named.aux)
    return None


def unshareable(step: Step, other: Step | None, own: Sequence[Node], theirs: Sequence[Node]) -> str:
    """Why a step cannot use another's weights; empty when it can."""
    if other is None or step.word != other.word:
        return f"it is no {step.word}"
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


def known(output: Shape, inputs: tuple[Tensor, ...]) -> bool:
    """Whether all shapes of a layer are known; its costs need more than its output."""
    shapes = (output, *(tensor.output for tensor in inputs))
    return not any(isinstance(shape, PartialShape) for shape in shapes)


def contradict(one: Shape, other: Shape) -> bool:
    """Whether two shapes, as far as they are known, cannot be equal."""
    pairs = zip(tuple(one), tuple(other), strict=True)
    return any(a != b for a, b in pairs if a is not None and b is not None)


def channels_of(tensor: Tensor) -> Value:
    """`in_channels` of a list of steps that this tensor enters."""
    try:
        return tensor.output.channels
    except Unknown:
        return NOT_KNOWN


def trail_words(group: Group | None) -> list[str]:
    """The blocks that are being run."""
    words = []
    while group is not None:
        words.append(group.block)
        group = group.parent
    return words


def type_word(value: Value) -> str:
    """The type of a parameter, in words; int and float are both numbers."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a word"
    return "a list" if isinstance(value, tuple) else "a number"
