"""Network → rows: weights, biases, MACs, activations and elementwise operations of every node.

Exact integers, per image; the formulas are in the layers' classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.layers.layer import Storage
from cnncalc.report.report import Row

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Network


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


def moved_bytes(row: Row, batch: int, size: int) -> int | None:
    """Bytes that a row reads and writes at least: its inputs, its output, its parameters (once
    for the whole batch); none for a view. None where a mistake left it unknown.
    """
    if not row.node.complete:
        return None
    layer = row.layer
    if layer.storage() is Storage.VIEW:
        return 0
    volumes = sum(shape.values for shape in layer.inputs) + layer.output.values
    return (volumes * batch + layer.weights() + layer.biases()) * size


def intensity(row: Row, batch: int, size: int) -> float | None:
    """Arithmetic intensity: MACs per byte moved, for the batch at a dtype of ``size`` bytes."""
    moved = moved_bytes(row, batch, size)
    if moved is None or row.macs is None:
        return None
    return row.macs * batch / moved if moved else 0.0


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
