"""Network → the network as PyTorch runs it: an add or multiply of three inputs or more goes in
steps of two, and what a step makes lives until the next one has read it. For the walks of memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.layers.merge import ByValue
from cnncalc.network.network import Hold, Network, Node

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Tensor

Rows = tuple[int, int]
"""``nodes[first:stop]``"""


class Execution(NamedTuple):
    """A network in steps of two. Those of row ``i`` begin at ``starts[i]``; one more ends all."""

    network: Network
    starts: Sequence[int]

    def steps(self, rows: Rows) -> Rows:
        """The steps of a stretch of rows."""
        return self.starts[rows[0]], self.starts[rows[1]]


def execution(network: Network) -> Execution:
    """The network in steps of two; the same one where it is so already."""
    if not any(is_split(node) for node in network.nodes):
        return Execution(network, range(len(network.nodes) + 1))
    run = Network(network.name, network.source)
    run.inputs = network.inputs
    now: dict[Tensor, Tensor] = {tensor: tensor for tensor in network.inputs}
    layers: dict[Layer, list[Layer]] = {}
    starts = []
    for node in network.nodes:
        start = len(run.nodes)
        starts.append(start)
        for layer, inputs in parts(node, [now[tensor] for tensor in node.inputs], layers, run):
            run.nodes.append(copied(node, len(run.nodes), layer, inputs))
        now[node] = run.nodes[-1]
        if is_split(node):  # who calls holds all that it gave
            run.holds += [Hold(now[tensor], start, len(run.nodes)) for tensor in node.inputs]
        if node.shares is not None:
            shared = now[node.shares]
            assert isinstance(shared, Node)
            run.nodes[-1].shares = shared
    starts.append(len(run.nodes))
    run.holds += [Hold(now[t], starts[first], starts[stop]) for t, first, stop in network.holds]
    run.outputs = [now[tensor] for tensor in network.outputs]
    run.auxiliary_outputs = [now[tensor] for tensor in network.auxiliary_outputs]
    return Execution(run, starts)


def is_split(node: Node) -> bool:
    return len(node.inputs) > 2 and isinstance(node.layer, ByValue)


def parts(
    node: Node, inputs: list[Tensor], known: dict[Layer, list[Layer]], run: Network
) -> Iterator[tuple[Layer, tuple[Tensor, ...]]]:
    """The layers that a row runs, each with what it reads; the second one reads what the first
    has made, the last node of the ``run``.
    """
    layer = node.layer
    if not is_split(node):
        yield layer, tuple(inputs)
        return
    assert isinstance(layer, ByValue)
    if layer not in known:
        known[layer] = list(layer.in_twos())
    before = inputs[0]
    for each, tensor in zip(known[layer], inputs[1:], strict=True):
        yield each, (before, tensor)
        before = run.nodes[-1]


def copied(node: Node, index: int, layer: Layer, inputs: tuple[Tensor, ...]) -> Node:
    return Node(
        index, node.name, layer, inputs, layer.output, node.step, node.group,
        training_only=node.training_only, complete=node.complete,
    )  # fmt: skip
