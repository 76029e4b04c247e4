"""Network → rows and totals: weights, biases, MACs, activations and elementwise operations.

Exact integers, per image; the formulas are in the layers' classes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.layers.layer import Storage
from cnncalc.report.report import DTYPE_BYTES, Row, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cnncalc.layers.layer import Layer
    from cnncalc.network.network import Network
    from cnncalc.report.receptive_field import Seen
    from cnncalc.report.report import Peaks


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
    for the whole batch); none for a view. None where an error left it unknown.
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


def rows(network: Network, fields: Iterable[Seen]) -> Iterator[Row]:
    """One row per node, each with its receptive field; the figures of one that is not complete
    are None.
    """
    known: dict[int, Costs] = {}
    for node, (field, jump) in zip(network.nodes, fields, strict=True):
        if not node.complete:
            yield Row(node)
            continue
        layer = node.layer
        figures = known.get(id(layer))
        if figures is None:
            figures = known[id(layer)] = costs(layer)
        weights, biases, macs, activations, elementwise = figures
        if node.shares is not None:
            weights = biases = 0
        yield Row(
            node, weights, biases, weights + biases, macs, activations, elementwise, field, jump
        )


def totals(network: Network, found: Sequence[Row], batch: int, dtype: str) -> Totals:
    """The sums over rows; auxiliary heads count in ``training_params`` alone."""
    main = [row for row in found if not row.node.training_only and row.node.complete]
    side = [row for row in found if row.node.training_only and row.node.complete]
    weights = sum(row.weights or 0 for row in main)
    biases = sum(row.biases or 0 for row in main)
    params = weights + biases
    training_params = params + sum(row.params or 0 for row in side)
    macs = sum(row.macs or 0 for row in main)
    volumes = sum(tensor.output.values for tensor in network.inputs)
    activations = volumes + sum(row.activations or 0 for row in main)
    size = DTYPE_BYTES[dtype]

    @cache
    def measure() -> Peaks:
        from cnncalc.report.peaks import peaks  # imports the walks, which few ask for

        return peaks(network, batch, dtype, training_params)

    return Totals(
        weights=weights,
        biases=biases,
        params=params,
        training_params=training_params,
        macs=macs,
        flops=2 * macs,
        elementwise=sum(row.elementwise or 0 for row in main),
        activations=activations,
        param_bytes=params * size,
        activation_bytes=activations * size * batch,
        backward_bytes=2 * activations * size * batch,
        measure=measure,
    )
