"""`Network` → the memory totals: the peak of an inference, what autograd keeps, the peak of a
training step. `memory` has them in parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.report.execution import execution
from cnncalc.report.inference import Inference
from cnncalc.report.report import DTYPE_BYTES, Peaks
from cnncalc.report.storages import BatchScale, footprints
from cnncalc.report.training import Training

if TYPE_CHECKING:
    from cnncalc.network.network import Network

FLOAT32 = 4


def peaks(network: Network, batch: int, dtype: str, training_params: int) -> Peaks:
    """The memory totals; of training by SGD with momentum, whose velocities are as large as the
    parameters. None for int8, which is for inference, and for a net with unknown layers.
    """
    if not network.complete:
        return Peaks()
    network = execution(network).network
    scale = BatchScale(batch, DTYPE_BYTES[dtype])
    known = footprints(network, scale)
    step = Training(network, scale, known).run()
    inference = Inference(network, scale, known, step.overwrite).run().peak
    if dtype == "int8":
        return Peaks(inference)
    always = 2 * training_params * scale.value + sum(buffer_bytes(network))
    return Peaks(inference, step.saved, step.peak + always)


def buffer_bytes(network: Network) -> tuple[int, int]:
    """Bytes of running statistics: of the net, and of its auxiliary heads."""
    sums = [0, 0]
    for node in network.nodes:
        if node.shares is None:
            sums[node.training_only] += node.layer.buffer_bytes()
    return sums[0], sums[1]
