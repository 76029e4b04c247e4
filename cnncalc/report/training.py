"""A step of training over storages: forward, backward, the optimizer's step.

What autograd does (torch/csrc/autograd/engine.cpp): rows go backward in reverse order; each makes
the gradients of its inputs and parameters while its own gradient and what it kept still live,
then frees both. A gradient that arrives where one waits is added to it, in place if nothing else
holds that one. The loss itself is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, ClassVar

from cnncalc.report.execution import execution
from cnncalc.report.storages import (
    IN_PLACE,
    OWN,
    Allocation,
    BatchScale,
    Footprint,
    MemoryWalk,
)
from cnncalc.report.views import GRADIENT, Views, pass_through_base

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Network, Node, Tensor
    from cnncalc.report.execution import Rows

PARAM_GRADIENT = "gradients of parameters"


class Training(MemoryWalk):
    """One training step, apart from what lives all the time (weights, optimizer state, buffers).

    ``param_value``: bytes of a parameter's gradient. ``checkpointed``: stretches of rows of which
    only the inputs are kept, and which run forward once more in the backward pass.
    ``step_transient``: bytes that live while the optimizer steps. ``saved`` is what autograd keeps
    after the forward pass, each storage once.
    """

    training = True
    adds_in_place: ClassVar[bool] = True
    """False: as when something outside watches every storage (as `tests/truth` does)."""

    def __init__(
        self,
        network: Network,
        scale: BatchScale,
        known: dict[Layer, Footprint] | None = None,
        *,
        param_value: int | None = None,
        checkpointed: Sequence[Rows] = (),
        step_transient: int = 0,
        overwrite: set[Node] | None = None,
    ) -> None:
        super().__init__(network, scale, known)
        self.param_value = scale.value if param_value is None else param_value
        self.checkpointed = checkpointed
        self.step_transient = step_transient
        if checkpointed and overwrite is None:
            overwrite = overwriting(network, scale, self.footprints)
        self.known_to_overwrite = overwrite
        self.refused: list[tuple[Node, Node]] = []
        """Rows that overwrite what autograd keeps, as the spec says, and who needs it there."""
        self.needing: set[Tensor] = set()
        """What needs a gradient: what comes of parameters."""
        self.kept: dict[Node, list[Allocation]] = {}
        self.entering: dict[Rows, list[Allocation]] = {}
        self.gradients: dict[Tensor, Allocation] = {}
        self.views = Views()
        self.param_gradients: dict[Node, Allocation] = {}
        self.saved_pieces: dict[Allocation, None] = {}

    @property
    def saved(self) -> int:
        return sum(piece.size for piece in self.saved_pieces)

    def run(self) -> Training:
        """The whole step."""
        self.go_forward()
        self.start_back()
        nodes = self.network.nodes
        for rows in reversed(list(self.stretches())):
            entering = self.entering.get(rows)
            if entering is None:
                self.backward(nodes[slice(*rows)])
            else:
                self.forward(nodes[slice(*rows)], phase="recompute")
                self.forget_the_dying()
                self.backward(nodes[slice(*rows)])
                self.release(entering)
        self.note(None, "step", self.step_transient)
        return self

    def go_forward(self) -> None:
        """The forward pass; ``saved`` is known after it."""
        nodes = self.network.nodes
        checkpointed = set(self.checkpointed)
        for rows in self.stretches():
            if rows in checkpointed:
                self.enter(rows)
                self.forward(nodes[slice(*rows)], keep=False)
            else:
                self.forward(nodes[slice(*rows)])
                for node in nodes[slice(*rows)]:
                    if node in self.kept:
                        self.saved_pieces.update(dict.fromkeys(self.kept[node]))

    def stretches(self) -> Iterator[Rows]:
        """The rows in order, cut at the checkpoints."""
        start = 0
        for first, stop in self.checkpointed:
            if start < first:
                yield start, first
            yield first, stop
            start = stop
        if start < len(self.network.nodes):
            yield start, len(self.network.nodes)

    def enter(self, rows: Rows) -> None:
        """Keeps the inputs of a checkpointed stretch, which nothing may overwrite then."""
        inside = set(self.network.nodes[slice(*rows)])
        tensors = {t for node in inside for t in node.inputs if t not in inside}
        pieces = self.entering[rows] = list({self.of[tensor]: None for tensor in tensors})
        for piece in pieces:
            piece.holders += 1
            piece.read = len(self.network.nodes)
        self.saved_pieces.update(dict.fromkeys(pieces))

    def forward(self, nodes: Sequence[Node], *, keep: bool = True, phase: str = "forward") -> None:
        """Rows forward, keeping what their backward pass needs."""
        footprints, needing = self.footprints, self.needing
        for node in nodes:
            footprint = footprints[node.layer]
            base = self.of[node.inputs[0]]
            piece = self.place_output(node, footprint, footprint.storage)
            transient = footprint.transient + self.copied(node, footprint)
            if not footprint.layer.runs_in_inference:  # a mask is made, kept or not
                transient += footprint.keeps[2]
            self.views.follow(node, footprint, in_place=piece is base)
            if footprint.params or not needing.isdisjoint(node.inputs):
                needing.add(node)
                if keep:
                    transient -= self.keep(node, footprint, piece, base)
            self.note(node, phase, transient if transient > 0 else 0)
            self.end_row(node, piece)

    def keep(self, node: Node, footprint: Footprint, piece: Allocation, base: Allocation) -> int:
        """What autograd holds of a row; returns the bytes that are the row's own."""
        in_place = piece is base and footprint.storage is IN_PLACE
        inputs, output, own = footprint.keeps_in_place if in_place else footprint.keeps
        kept = []
        copied = self.copied(node, footprint)
        if copied:
            own += copied
        elif inputs:
            kept = [base]
            if len(footprint.inputs) > 1:
                chosen = compress(node.inputs, node.layer.keeps_inputs(self.needs(node)))
                kept = list(dict.fromkeys([self.of[tensor] for tensor in chosen]))
        if output and piece not in kept:
            kept.append(piece)
        for each in kept:
            each.holders += 1
            each.keeper = node
        if own:
            kept.append(self.allocate(own, node, OWN))
        self.kept[node] = kept
        return own

    def needs(self, node: Node) -> tuple[bool, ...]:
        """Which of a row's inputs need a gradient."""
        return tuple(tensor in self.needing for tensor in node.inputs)

    def may_overwrite(self, node: Node, piece: Allocation) -> bool:
        """Not what autograd keeps, unless the spec says `inplace: true`."""
        if self.known_to_overwrite is not None:
            return node in self.known_to_overwrite
        if piece.keeper is not None:
            if not node.layer.insists_on_place():
                return False
            self.refused.append((node, piece.keeper))
        self.overwrite.add(node)
        return True

    def forget_the_dying(self) -> None:
        """Frees what is held to rows that have run: at the end of a forward pass."""
        for pieces in self.dying.values():
            self.release(pieces)
        self.dying.clear()

    def start_back(self) -> None:
        """The outputs become the loss, whose gradient is one number seen as a volume."""
        self.forget_the_dying()
        for tensor in {*self.network.outputs, *self.network.auxiliary_outputs} & self.needing:
            self.gradients[tensor] = self.allocate(0, tensor, GRADIENT)

    def backward(self, nodes: Sequence[Node]) -> None:
        """Rows backward, the last one first."""
        footprints, gradients, kept = self.footprints, self.gradients, self.kept
        for node in reversed(nodes):
            saved = kept.pop(node, None)
            if saved is None:
                continue
            gradient = gradients.pop(node, None)
            passed: list[tuple[Tensor, Allocation]] = []
            if gradient is not None:
                footprint = footprints[node.layer]
                if node in self.views.overwriting:
                    passed, gradient = pass_through_base(self, node, footprint, gradient)
                else:
                    passed = self.pass_on(node, footprint, gradient)
                saved += self.param_gradient(node, footprint)
                self.note(node, "backward", self.gradient_transient(node, gradient))
                if footprint.paths[0] is None or node in self.views.overwriting:
                    saved.append(gradient)
            self.release(saved)
            if gradient is not None:
                self.reorder_weights(node)
            for tensor, arriving in passed:
                waiting = gradients.get(tensor)
                gradients[tensor] = (
                    arriving if waiting is None else self.add(node, tensor, waiting, arriving)
                )

    def param_gradient(self, node: Node, footprint: Footprint) -> list[Allocation]:
        """Makes the gradient of a row's parameters; returns what is added to the one that is
        there already, of a row that shares them.
        """
        if not footprint.params:
            return []
        piece = self.allocate(footprint.params * self.param_value, node, PARAM_GRADIENT)
        first = self.param_gradients.setdefault(node.shares or node, piece)
        return [] if first is piece else [piece]

    def reorder_weights(self, node: Node) -> None:
        """Of an input that lies channels last, the weights' gradient does so too, and is copied."""
        shape = node.layer.weight_shape()
        differs = len(shape) == 4 and shape[1] > 1 and shape[2] * shape[3] > 1
        if differs and self.layouts[node.inputs[0]].is_channels_last(self.scale.batch):
            self.note(node, "backward", node.layer.weights() * self.param_value)

    def gradient_transient(self, node: Node, gradient: Allocation) -> int:
        """What lives beside the gradients while a row goes backward; with the copy of a gradient
        that is one number seen as a volume, or of several images a part of another's.
        """
        freed = gradient.size // self.scale.volume if gradient.holders == 1 else 0
        transient = self.scale.extra(node.layer.gradient_transient(self.needs(node), freed))
        size = node.output.values * self.scale.volume
        apart = gradient.size < size or (gradient.size > size and self.scale.batch > 1)
        return transient + size if apart and node.layer.copies_gradient else transient

    def pass_on(
        self, node: Node, footprint: Footprint, gradient: Allocation
    ) -> list[tuple[Tensor, Allocation]]:
        """The gradients of a row's inputs: the output's own, or new ones."""
        passed, ways = [], []
        for tensor, size, path in zip(node.inputs, footprint.inputs, footprint.paths, strict=False):
            if tensor in self.needing:
                if path is None:
                    passed.append((tensor, self.allocate(size, tensor, GRADIENT)))
                else:
                    gradient.holders += 1
                    ways.append((tensor, path))
        if ways:
            gradient.holders -= 1  # the row's own; each way has one
        for tensor, path in reversed(ways):
            passed.append((tensor, self.go_along(node, tensor, path, gradient)))
        return passed

    def go_along(
        self, node: Node, tensor: Tensor, path: Sequence[int], gradient: Allocation
    ) -> Allocation:
        """The gradient of an input, made from the output's in steps."""
        for size in path:
            made = self.allocate(size, tensor, GRADIENT)
            self.note(node, "backward")
            self.release([gradient])
            gradient = made
        return gradient

    def add(
        self, node: Node, tensor: Tensor, waiting: Allocation, arriving: Allocation
    ) -> Allocation:
        """The sum of two gradients of one tensor: in place of the first if nothing else holds it
        and it is no part of another.
        """
        size = tensor.output.values * self.scale.volume
        if self.adds_in_place and waiting.holders == 1 and waiting.size == size:
            self.release([arriving])
            return waiting
        total = self.allocate(size, tensor, GRADIENT)
        self.note(node, "backward")
        self.release([waiting, arriving])
        return total


def refused(network: Network) -> list[tuple[Node, Node]]:
    """Rows that overwrite what autograd keeps, because the spec says so, and who needs it there."""
    scale = BatchScale(1, 1)
    walk = Training(execution(network).network, scale)
    walk.go_forward()
    return walk.refused


def overwriting(network: Network, scale: BatchScale, known: dict[Layer, Footprint]) -> set[Node]:
    """The rows that overwrite their input: neither a later step reads it, nor autograd keeps it."""
    walk = Training(network, scale, known)
    walk.go_forward()
    return walk.overwrite
