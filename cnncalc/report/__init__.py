"""`Network` → `Report`: each figure a small pure function over the nodes.

costs            weights, biases, MACs, activations, elementwise operations
receptive_field  what one output value sees
peaks            live storages in inference and training; storages, training: the walks
memory           the whole budget of memory, asked for apart; optimizers
expectations     `expect` and `published` beside the computed figures
report           what renderers read
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.report.costs import rows, totals
from cnncalc.report.expectations import comparisons, not_judged
from cnncalc.report.receptive_field import receptive_fields
from cnncalc.report.report import DTYPE_BYTES, Report

if TYPE_CHECKING:
    from cnncalc.language.spec import Spec
    from cnncalc.network.network import Network

__all__ = ["Report", "analyze"]


def analyze(
    network: Network, spec: Spec | None = None, batch: int = 1, dtype: str = "float32"
) -> Report:
    """Every figure of a network; of what could be computed when it has errors. Without
    ``diagnostics``, which `cnncalc.checks` adds. Raises `ValueError` for a dtype or batch that
    there is none of.
    """
    if dtype not in DTYPE_BYTES:
        raise ValueError(f"unknown dtype {dtype!r}; choose one of {', '.join(DTYPE_BYTES)}")
    if batch < 1:
        raise ValueError(f"batch {batch} is less than 1")
    found = tuple(rows(network, receptive_fields(network)))
    report = Report(network, batch, dtype, found, totals(network, found, batch, dtype))
    if spec is None:
        return report
    return report._replace(
        training=spec.training,
        notices=tuple(note.message for note in not_judged(report, spec)),
        published=tuple(comparisons(report, spec)),
    )
