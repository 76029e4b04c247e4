"""Network → storages: who makes one, who overwrites or re-views it, and until when it is held.

A *storage* is a piece of memory; a tensor is a storage seen in some way. A storage is freed when
nothing holds it any more: a later reader, the call that received it (`network.holds`), or
autograd. One walk in the order of execution, linear in the layers. Here what every
forward pass has in common; `inference` is one without autograd, `training` one there and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnncalc.layers.layer import Storage
from cnncalc.layers.layout import Layout, rows

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer, Saved
    from cnncalc.network.network import Network, Node, Tensor

INDEX_BYTES, STATISTIC_BYTES = 8, 4
"""Of an index of max pooling, and of a norm's statistic; whatever the dtype."""
NEW, IN_PLACE, VIEW = Storage.NEW, Storage.IN_PLACE, Storage.VIEW


class BatchScale:
    """What figures per image are multiplied by: images at once, bytes of a value; and both."""

    __slots__ = ("batch", "value", "volume")

    def __init__(self, batch: int, value: int) -> None:
        self.batch = batch
        self.value = value
        self.volume = batch * value

    def extra(self, saved: Saved) -> int:
        """The bytes of a layer's own extras."""
        _, _, values, indices, statistics, once = saved
        image = values * self.value + indices * INDEX_BYTES + statistics * STATISTIC_BYTES
        return image * self.batch + once * STATISTIC_BYTES


class Footprint:
    """A layer in bytes. Equal layers on equal inputs are one object, and have one footprint.

    ``output`` is the volume, ``transient`` what lives only while the layer runs, ``params`` the
    number of weights and biases.
    ``keeps``: what autograd keeps, as (inputs?, output?, bytes of its own); ``keeps_in_place``:
    the same when the layer overwrote its input. ``inputs`` are the sizes of the gradients that
    it passes on.
    """

    __slots__ = ("in_inference", "inputs", "keeps", "keeps_in_place", "layer", "output",
                 "params", "paths", "storage", "transient")  # fmt: skip

    def __init__(self, layer: Layer, scale: BatchScale) -> None:
        volume = scale.volume
        self.layer = layer
        self.storage = layer.storage()
        self.in_inference = self.storage if layer.runs_in_inference else VIEW
        self.output = layer.output.values * volume
        self.transient = scale.extra(layer.transient())
        self.params = layer.weights() + layer.biases()
        self.keeps = self.keeps_in_place = kept(layer.saved(), scale)
        if self.storage is IN_PLACE:
            self.keeps_in_place = kept(layer.saved_in_place(), scale)
        reads = layer.inputs if layer.takes_branches else layer.inputs[:1]
        self.inputs = [shape.values * volume for shape in reads]
        paths = [layer.gradient_path(index) for index in range(len(self.inputs))]
        self.paths = [path and [values * volume for values in path] for path in paths]


def kept(saved: Saved, scale: BatchScale) -> tuple[bool, bool, int]:
    return saved.inputs, saved.output, scale.extra(saved)


def footprints(network: Network, scale: BatchScale) -> dict[Layer, Footprint]:
    """Of every layer in the network."""
    return {layer: Footprint(layer, scale) for layer in {n.layer: None for n in network.nodes}}


class Allocation:
    """One storage. ``made_by`` is the row or input it belongs to, ``part`` what it is there for.

    ``holders`` counts who keeps it alive, ``read`` is the last row that reads its values,
    ``keeper`` a row for whose backward pass autograd keeps these values;
    ``born`` and ``died`` are numbers of moments.
    """

    __slots__ = ("born", "died", "holders", "keeper", "made_by", "part", "read", "size")

    def __init__(self, size: int, made_by: Tensor, part: str, read: int, born: int) -> None:
        self.size = size
        self.made_by = made_by
        self.part = part
        self.holders = 1
        self.read = read
        self.keeper: Node | None = None
        self.born = born
        self.died: int | None = None


INPUT, VOLUME, OWN = "input", "volumes", "indices, statistics, masks"


class MemoryWalk:
    """A walk over storages. ``ran`` has every moment: a row that runs `forward` or `backward` (or
    forward again, `recompute`), or the optimizer's `step`, and the bytes that live while it does,
    apart from weights. ``peak`` is the most of them, first reached at moment ``peak_at``.
    """

    training = False

    def __init__(
        self, network: Network, scale: BatchScale, known: dict[Layer, Footprint] | None = None
    ) -> None:
        self.network = network
        self.scale = scale
        self.overwrite: set[Node] = set()
        """The rows that overwrite their input."""
        self.footprints = known if known is not None else footprints(network, scale)
        self.live = self.peak_at = 0
        self.ran: list[tuple[Node | None, str, int]] = []
        self.pieces: list[Allocation] = []
        self.of: dict[Tensor, Allocation] = {}
        self.layouts: dict[Tensor, Layout] = {}
        self.dying: dict[int, list[Allocation]] = {}
        self._find_lifetimes()
        self._place_inputs()
        self.peak = self.live

    def _find_lifetimes(self) -> None:
        """Until which row each tensor is read, and until which it is held."""
        network, training = self.network, self.training
        read: dict[Tensor, int] = {}
        end = len(network.nodes)
        for node in network.nodes:
            if training or not node.training_only:
                index = node.index
                for tensor in node.inputs:
                    read[tensor] = index
        for tensor in network.outputs + network.auxiliary_outputs * training:
            read[tensor] = end
        held = dict(read)
        for tensor, _, stop in network.holds:
            if held.get(tensor, -1) < stop - 1:
                held[tensor] = stop - 1
        self.last_read, self.last_held = read, held

    def _place_inputs(self) -> None:
        """The caller holds the network's inputs to the end."""
        for tensor in self.network.inputs:
            size = tensor.output.values * self.scale.volume
            last = self.last_read.get(tensor, -1)
            self.of[tensor] = self.allocate(size, tensor, INPUT, last)
            self.layouts[tensor] = rows(tensor.output)

    def allocate(self, size: int, made_by: Tensor, part: str, read: int = -1) -> Allocation:
        """A new storage, held once."""
        self.live += size
        piece = Allocation(size, made_by, part, read, len(self.ran))
        self.pieces.append(piece)
        return piece

    def release(self, pieces: Iterable[Allocation]) -> None:
        """One holder less of each; what nothing holds is freed."""
        for piece in pieces:
            piece.holders -= 1
            if not piece.holders:
                self.live -= piece.size
                piece.died = len(self.ran)

    def note(self, node: Node | None, phase: str, transient: int = 0) -> None:
        """Something runs, with bytes that live only while it does."""
        live = self.live + transient
        if live > self.peak:
            self.peak, self.peak_at = live, len(self.ran)
        self.ran.append((node, phase, live))

    def place_output(self, node: Node, footprint: Footprint, how: Storage) -> Allocation:
        """Where a row's output goes: a new storage, or its input's, unless it would overwrite
        what a later step still reads, or what autograd keeps.
        """
        read = self.last_read.get(node, -1)
        layout, batch = self.layouts[node.inputs[0]], self.scale.batch
        if how is VIEW and footprint.layer.copies_input(layout, batch):
            how = NEW
        layer = footprint.layer
        if how is not NEW:
            piece = self.of[node.inputs[0]]
            if how is VIEW or (piece.read <= node.index and self.may_overwrite(node, piece)):
                piece.holders += 1
                if read > piece.read:
                    piece.read = read
                self.of[node] = piece
                self.layouts[node] = layer.output_layout(layout, batch) if layer.is_view else layout
                return piece
        self.layouts[node] = layer.output_layout(layout, batch)
        piece = self.of[node] = self.allocate(footprint.output, node, VOLUME, read)
        return piece

    def copied(self, node: Node, footprint: Footprint) -> int:
        """Bytes of the copy that a row makes of its input, because of how that lies."""
        if footprint.storage is VIEW:
            return 0
        copies = footprint.layer.copies_input(self.layouts[node.inputs[0]], self.scale.batch)
        return footprint.inputs[0] if copies else 0

    def may_overwrite(self, node: Node, _piece: Allocation) -> bool:
        """Whether a row may overwrite its input, as far as its backward pass is concerned."""
        return node in self.overwrite

    def end_row(self, node: Node, piece: Allocation) -> None:
        """After a row: notes until when its output is held, and frees what dies here."""
        index = node.index
        last = self.last_held.get(node, index)
        self.dying.setdefault(last, []).append(piece)
        self.free_dying(index)

    def free_dying(self, index: int) -> None:
        """Frees what is held to the row of this index, whether or not that runs."""
        dying = self.dying.pop(index, None)
        if dying is not None:
            self.release(dying)

    def alive(self, moment: int) -> list[Allocation]:
        """The storages that live at a moment, the largest first."""
        found = [p for p in self.pieces if p.born <= moment and (p.died is None or p.died > moment)]
        return sorted(found, key=lambda piece: -piece.size)
