"""The first floor of the walk: a layer step becomes nodes, its fields evaluated, its shape inferred
as far as it can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Diagnostic, Problem, Unknown
from cnncalc.language import rules
from cnncalc.language.operands import convert
from cnncalc.language.spec import LayerStep, Step
from cnncalc.layers.layer import KINDS, Layer, LayerProblem
from cnncalc.layers.shape import PartialShape, Shape
from cnncalc.network import rules as network_rules
from cnncalc.network.builder import Builder
from cnncalc.network.frames import Here
from cnncalc.network.network import Group, Node, Tensor
from cnncalc.network.place import StepPlace

if TYPE_CHECKING:
    pass


MAX_ROWS = 200_000


class LayerBuilder(Builder):
    """Makes the nodes of layer steps."""

    def layer(
        self, step: LayerStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> Tensor:
        kind = step.kind
        if not kind.emits_row:
            return x
        path, group = here.prefix + name, None
        if step.branches:
            inputs, group = self.branches(step, x, here, name, repeat, of)
            if len(inputs) < 2:
                return self.unmerged(step, inputs, here, group)
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

    def unmerged(
        self, step: LayerStep, inputs: tuple[Tensor, ...], here: Here, group: Group | None
    ) -> Tensor:
        """The one branch that is left of a merge; none is an error."""
        if inputs:
            end = inputs[0]
        else:
            end = self.failed(
                step, network_rules.branches.no_branch_left(step.span, step.word), here
            )
        if group is not None:
            self.leave(group, end)
        return end

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
        found: list[Any] = [None, None, None, None]
        parts = (layer.check_axes, layer.check, layer.output_channels, layer.output_size)
        for index, part in enumerate(parts):
            try:
                found[index] = part()
            except LayerProblem as problem:
                diagnostic = problem.rule(place, problem.field, **problem.facts)
                cause = cause or self.tell(diagnostic, place.group)
            except Unknown:
                pass
        _, _, channels, size = found
        if channels is None or size is None:
            nothing = (None,) * (len(layer.input.known()) - 1)
            return PartialShape(channels, *(size or nothing)), cause
        output = Shape(channels, *size)
        vars(layer)["_output"] = output
        return output, cause

    def branches(
        self, step: LayerStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[tuple[Tensor, ...], Group | None]:
        """What leaves the branches of a merge, and the path component that they make."""
        raise NotImplementedError

    def leave(self, group: Group, output: Tensor) -> None:
        """Closes a path component, with what leaves it."""
        group.output, group.stop = output, len(self.nodes)


def known(output: Shape, inputs: tuple[Tensor, ...]) -> bool:
    """Whether all shapes of a layer are known; its costs need more than its output."""
    shapes = (output, *(tensor.output for tensor in inputs))
    return not any(isinstance(shape, PartialShape) for shape in shapes)
