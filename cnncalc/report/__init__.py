"""`Network` → `Report`: each figure a small pure function over the nodes.

costs            weights, biases, MACs, activations, elementwise operations
receptive_field  what one output value sees
peaks            live storages in inference and training; storages, training: the walks
memory           the whole budget of memory, asked for apart; optimizers
claims           `expect` and `published` beside the computed figures
report           what renderers read
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncalc.report.costs import rows
from cnncalc.report.receptive_field import set_receptive_fields
from cnncalc.report.report import Peaks, Report, Totals

if TYPE_CHECKING:
    from cnncalc.network.network import Network

__all__ = ["Report", "analyze"]


def analyze(network: Network, batch: int = 1, dtype: str = "float32") -> Report:
    """Every figure of a network; of what could be computed when it has mistakes."""
    report = Report(network, batch, dtype)
    report.rows = rows(network)
    set_receptive_fields(network, report.rows)
    set_totals(report)
    report.totals.measure = partial(walked, network, batch, dtype)
    return report


def walked(network: Network, batch: int, dtype: str, totals: Totals) -> Peaks:
    """The memory figures; who does not ask for them does not import their walks."""
    from cnncalc.report.peaks import peaks

    return peaks(network, batch, dtype, totals)


def set_totals(report: Report) -> None:
    """The sums over rows; side heads count in ``training_params`` alone."""
    totals, network = report.totals, report.network
    main = [row for row in report.rows if not row.node.training_only and row.node.complete]
    side = [row for row in report.rows if row.node.training_only and row.node.complete]
    totals.weights = sum(row.weights or 0 for row in main)
    totals.biases = sum(row.biases or 0 for row in main)
    totals.params = totals.weights + totals.biases
    totals.training_params = totals.params + sum(row.params or 0 for row in side)
    totals.macs = sum(row.macs or 0 for row in main)
    totals.flops = 2 * totals.macs
    totals.elementwise = sum(row.elementwise or 0 for row in main)
    volumes = sum(tensor.output.values for tensor in network.inputs)
    totals.activations = volumes + sum(row.activations or 0 for row in main)
    size = report.dtype_bytes
    totals.param_bytes = totals.params * size
    totals.activation_bytes = totals.activations * size * report.batch
    totals.backward_bytes = 2 * totals.activation_bytes
