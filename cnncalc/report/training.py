"""A step of training over storages: forward, backward, the optimizer's step.

What autograd does (torch/csrc/autograd/engine.cpp): rows go backward in reverse order; each makes
the gradients of its inputs and parameters while its own gradient and what it kept still live,
then frees both. A gradient that arrives where one waits is added to it, in place if nothing else
holds that one. The loss itself is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from cnncalc.report.storages import IN_PLACE, OWN, Footprint, Piece, Scale, Walk

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Network, Node, Tensor

Rows = tuple[int, int]
"""``nodes[first:stop]``"""

GRADIENT, PARAM_GRADIENT = "gradients of volumes", "gradients of parameters"


class Training(Walk):
    """One training step, apart from what lives all the time (weights, optimizer state, buffers).

    ``param_value``: bytes of a parameter's gradient. ``checkpointed``: stretches of rows of which
    only what enters is kept, and which run forward once more on the way back. ``step_transient``:
    bytes that live while the optimizer steps. ``saved`` is what autograd keeps after the forward
    pass, each storage once.
    """

    training = True
    adds_in_place: ClassVar[bool] = True
    """False: as when something outside watches every storage (as `tests/truth` does)."""

    def __init__(
        self,
        network: Network,
        scale: Scale,
        known: dict[Layer, Footprint] | None = None,
        *,
        param_value: int | None = None,
        checkpointed: Sequence[Rows] = (),
        step_transient: int = 0,
    ) -> None:
        super().__init__(network, scale, known)
        self.param_value = scale.value if param_value is None else param_value
        self.checkpointed = checkpointed
        self.step_transient = step_transient
        self.needing: set[Tensor] = set()
        """What needs a gradient: what comes of parameters."""
        self.kept: dict[Node, list[Piece]] = {}
        self.entering: dict[Rows, list[Piece]] = {}
        self.gradients: dict[Tensor, Piece] = {}
        self.saved_pieces: dict[Piece, None] = {}

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
        """Keeps what enters a checkpointed stretch, which nothing may overwrite then."""
        inside = set(self.network.nodes[slice(*rows)])
        tensors = {t for node in inside for t in node.inputs if t not in inside}
        pieces = self.entering[rows] = list({self.of[tensor]: None for tensor in tensors})
        for piece in pieces:
            piece.holders += 1
            piece.read = len(self.network.nodes)
        self.saved_pieces.update(dict.fromkeys(pieces))

    def forward(self, nodes: Sequence[Node], *, keep: bool = True, phase: str = "forward") -> None:
        """Rows forward, keeping what their way back needs."""
        footprints, needing = self.footprints, self.needing
        for node in nodes:
            footprint = footprints[node.layer]
            base = self.of[node.inputs[0]]
            piece = self.place_output(node, footprint, footprint.storage)
            transient = footprint.transient
            if footprint.params or not needing.isdisjoint(node.inputs):
                needing.add(node)
                if keep:
                    transient -= self.keep(node, footprint, piece, base)
            self.note(node, phase, transient if transient > 0 else 0)
            self.end_row(node, piece)

    def keep(self, node: Node, footprint: Footprint, piece: Piece, base: Piece) -> int:
        """What autograd holds of a row; returns the bytes that are the row's own."""
        in_place = piece is base and footprint.storage is IN_PLACE
        inputs, output, own = footprint.keeps_in_place if in_place else footprint.keeps
        kept = []
        if inputs:
            kept = [base]
            if len(footprint.inputs) > 1:
                kept = list(dict.fromkeys([self.of[tensor] for tensor in node.inputs]))
        if output and piece not in kept:
            kept.append(piece)
        for each in kept:
            each.holders += 1
        if own:
            kept.append(self.allocate(own, node, OWN))
        self.kept[node] = kept
        return own

    def forget_the_dying(self) -> None:
        """Frees what is held to rows that have run: at the end of a way forward."""
        for pieces in self.dying.values():
            self.release(pieces)
        self.dying.clear()

    def start_back(self) -> None:
        """The outputs become the loss, whose gradient is one number seen as a volume."""
        self.forget_the_dying()
        for tensor in {*self.network.outputs, *self.network.side_outputs} & self.needing:
            self.gradients[tensor] = self.allocate(0, tensor, GRADIENT)

    def backward(self, nodes: Sequence[Node]) -> None:
        """Rows backward, the last one first."""
        footprints, gradients, kept = self.footprints, self.gradients, self.kept
        for node in reversed(nodes):
            saved = kept.pop(node, None)
            if saved is None:
                continue
            gradient = gradients.pop(node, None)
            passed: list[tuple[Tensor, Piece]] = []
            if gradient is not None:
                footprint = footprints[node.layer]
                passed = self.pass_on(node, footprint, gradient)
                if footprint.params and node.shares is None:
                    size = footprint.params * self.param_value
                    self.allocate(size, node, PARAM_GRADIENT)
                self.note(node, "backward", footprint.gradient_transient)
                saved.append(gradient)
            self.release(saved)
            for tensor, arriving in passed:
                waiting = gradients.get(tensor)
                gradients[tensor] = (
                    arriving if waiting is None else self.add(node, tensor, waiting, arriving)
                )

    def pass_on(
        self, node: Node, footprint: Footprint, gradient: Piece
    ) -> list[tuple[Tensor, Piece]]:
        """The gradients of a row's inputs: the output's own, or new ones."""
        needing = self.needing
        passed = []
        for tensor, size in zip(node.inputs, footprint.inputs, strict=False):
            if tensor in needing:
                if footprint.shares_gradient:
                    gradient.holders += 1
                    passed.append((tensor, gradient))
                else:
                    passed.append((tensor, self.allocate(size, tensor, GRADIENT)))
        return passed

    def add(self, node: Node, tensor: Tensor, waiting: Piece, arriving: Piece) -> Piece:
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
