"""Steps with steps inside: branches, residuals, auxiliary heads, and calls of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Unknown
from cnncalc.language import rules as language_rules
from cnncalc.language.spec import AuxStep, CallStep, LayerStep, Reference, ResidualStep, Step
from cnncalc.language.step_keys import SHORTCUT
from cnncalc.layers.fields import shown
from cnncalc.layers.layer import KINDS
from cnncalc.layers.shape import Shape, window_output
from cnncalc.network import rules
from cnncalc.network.builder import channels_of
from cnncalc.network.frames import NOT_KNOWN, Frame, Here, Named
from cnncalc.network.layers import LayerBuilder, known
from cnncalc.network.network import Group, Hold, Tensor
from cnncalc.network.place import body_fixes, project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.language.operands import Operand
    from cnncalc.layers.fields import Value


MAX_CALLS = 32


class ContainerBuilder(LayerBuilder):
    """Runs the steps inside a step, and closes what it opened."""

    def run(self, steps: Sequence[Step], x: Tensor, here: Here) -> tuple[Tensor, bool]:
        """What leaves a list of steps, and whether any of them ran."""
        raise NotImplementedError

    def branches(
        self, step: LayerStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> tuple[tuple[Tensor, ...], Group | None]:
        """The ends of the branches, all from the same input, and the path component that they
        make; each call holds what it received until it returns. A branch written as one step that
        is skipped is left out.
        """
        first = len(self.nodes)
        inner, group = self.component(step, x, here, name, repeat, of)
        inputs = []
        for branch, alone in zip(step.branches, step.alone, strict=True):
            start = len(self.nodes)
            end, ran = self.run(branch, x, inner)
            if ran or not alone:
                inputs.append(end)
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

    def hold(self, tensor: Tensor, first: int) -> None:
        """The rows since ``first`` ran inside a call that received this tensor."""
        stop = len(self.nodes)
        if stop > first:
            self.network.holds.append(Hold(tensor, first, stop))

    def residual(
        self, step: ResidualStep, x: Tensor, here: Here, name: str, repeat: int, of: int
    ) -> Tensor:
        """X + body(x); the body runs first, then the shortcut, then the add (into the body's
        output, as torchvision's ResNet has it).
        """
        first = len(self.nodes)
        inner, group = self.component(step, x, here, name, repeat, of)
        body, _ = self.run(step.body, x, inner)
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
                fixes = project(step)
                differ = rules.residuals.residual_shapes_differ(span, path, x, body, fixes)
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
        stride = tuple(-(-a // b) for a, b in zip(x.output.sizes, out.sizes, strict=True))
        given = {"filters": out.channels, "kernel": 1, "stride": stride}
        own = self.defaults_of(conv)
        given |= {name: own[name] for name in ("bias", "norm") if name in own}
        plain = {name: conv.fields[name].default for name in ("padding", "dilation", "groups")}
        node = self.make(conv, {**given, **plain, "activation": "none"}, (x,), path, step, here)
        for word in node.layer.fused():
            node = self.make(KINDS[word], {}, (node,), f"{path}.{word}", step, here)
        return node

    def aux(self, step: AuxStep, x: Tensor, here: Here, name: str, repeat: int, of: int) -> Tensor:
        """An auxiliary head, in training only; gives what leaves it, which no later step reads."""
        group = self.enter(step, x, here, name, repeat, of)
        inner = here.within(group, {**here.scope, "in_channels": channels_of(x)})
        end, _ = self.run(step.body, x, inner._replace(aux=here.aux or step.span))
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
            raise self.limit(language_rules.limits.calls_too_deep(step.span, MAX_CALLS), here.group)
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
        y, _ = self.run(block.steps, x, inner)
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
            if parameter.name in step.faulty or (given is None and not step.trusted):
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


def shortcut_problem(
    step: ResidualStep, mode: str, x: Tensor, body: Tensor, path: str
) -> Diagnostic | None:
    """What keeps a residual's input from being added to its body, whose shape is another."""
    span = step.shortcut.span if step.shortcut is not None else step.span
    if mode == "identity":
        fixes = (*project(step), *body_fixes(step, x.output))
        return rules.residuals.residual_shapes_differ(span, path, x, body, fixes)
    for before, after in zip(x.output.sizes, body.output.sizes, strict=True):
        if window_output(before, 1, -(-before // after), 0, 0) != after:
            return rules.residuals.no_stride_explains(
                span, path, x, body, body_fixes(step, x.output)
            )
    return None


def contradict(one: Shape, other: Shape) -> bool:
    """Whether two shapes, as far as they are known, cannot be equal."""
    pairs = zip(one.known(), other.known(), strict=False)
    return any(a != b for a, b in pairs if a is not None and b is not None)


def trail_words(group: Group | None) -> list[str]:
    """The blocks that are being run."""
    words = []
    while group is not None:
        words.append(group.block)
        group = group.parent
    return words
