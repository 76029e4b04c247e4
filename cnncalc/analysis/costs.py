"""Network → rows: weights, biases, MACs, activations and elementwise operations of every node.

Exact integers, per image; the formulas are in the layers' classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.analysis.report import Row

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network import Network


class Costs(NamedTuple):
    """What a layer costs, whoever owns its weights."""

    weights: int
    biases: int
    macs: int
    activations: int
    elementwise: int


def costs(layer: Layer) -> Costs:
    """The figures of a layer in place."""
    activations = layer.output.values if layer.volume else 0
    return Costs(layer.weights(), layer.biases(), layer.macs(), activations, layer.elementwise())


def rows(network: Network) -> list[Row]:
    """One row per node; the figures of one that is not complete stay None."""
    known: dict[int, Costs] = {}
    result = []
    for node in network.nodes:
        row = Row(node)
        if node.complete:
            layer = node.layer
            figures = known.get(id(layer))
            if figures is None:
                figures = known[id(layer)] = costs(layer)
            own = node.shares is None
            row.weights = figures.weights if own else 0
            row.biases = figures.biases if own else 0
            row.params = row.weights + row.biases
            row.macs, row.activations = figures.macs, figures.activations
            row.elementwise = figures.elementwise
        result.append(row)
    return result
