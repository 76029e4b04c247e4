"""An inference over storages: one forward pass without autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.report.storages import BatchScale, MemoryWalk
from cnncalc.report.training import overwriting

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Network, Node
    from cnncalc.report.storages import Footprint


class Inference(MemoryWalk):
    """One forward pass without autograd: auxiliary heads do not run, dropout passes its input on.

    ``overwrite``: the rows that overwrite their input in training; the code is the same in both.
    """

    def __init__(
        self,
        network: Network,
        scale: BatchScale,
        known: dict[Layer, Footprint] | None = None,
        overwrite: set[Node] | None = None,
    ) -> None:
        super().__init__(network, scale, known)
        if overwrite is None:
            overwrite = overwriting(network, scale, self.footprints)
        self.overwrite = overwrite

    def run(self) -> Inference:
        footprints = self.footprints
        for node in self.network.nodes:
            if not node.training_only:
                footprint = footprints[node.layer]
                piece = self.place_output(node, footprint, footprint.in_inference)
                transient = footprint.transient + self.copied(node, footprint)
                self.note(node, "forward", transient)
                self.end_row(node, piece)
            else:
                self.free_dying(node.index)
        return self
