"""What other tools would print of a net, and why it differs from ours.

torchinfo 1.8.0 (`layer_info.py`, `model_statistics.py`) and fvcore 0.1.5.post20221221
(`nn/jit_handles.py`, `flop_count.py`, `activation_count.py`), in evaluation mode. Checked against
both tools on every shipped net that torchvision has (tests/truth/tools.json).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.layers.convolution import Filters, TransposedConv
from cnncalc.layers.dense import Fc
from cnncalc.layers.normalization import Norm, Scale
from cnncalc.layers.pooling import AdaptiveAvgPool, GlobalAvgPool
from cnncalc.layers.reshape import Upsample

if TYPE_CHECKING:
    from cnncalc.report.report import Report, Row

FLOAT32 = 4
CONVOLUTIONS = (Filters, TransposedConv)


class Compared(NamedTuple):
    """A figure as a tool prints it (``label``), and ours that comes nearest.

    ``shown`` is the tool's way of writing ``value``; ``reason`` why the two differ.
    """

    label: str
    shown: str
    value: int
    quantity: str
    ours: int
    reason: str


class Convention(NamedTuple):
    """A tool, and what it would print for the report's batch."""

    tool: str
    version: str
    figures: tuple[Compared, ...]
    remark: str


def rows_of(report: Report) -> Iterator[Row]:
    """The rows that run in evaluation."""
    return (row for row in report.rows if not row.training_only and row.node.complete)


def torchinfo(report: Report) -> Convention:
    """`torchinfo.summary(model, input_size=…)`, the totals below its table."""
    batch, totals, size = report.batch, report.totals, report.dtype_bytes
    mult_adds = outputs = params = 0
    for row in rows_of(report):
        layer, own = row.layer, row.params or 0
        if isinstance(layer, Scale) or not own:  # its factors belong to no module of their own
            continue
        params += own
        outputs += layer.output.values
        places = layer.output.area if isinstance(layer, CONVOLUTIONS) else 1
        mult_adds += own * places * batch
    image = sum(tensor.output.values for tensor in report.network.inputs) * batch * size
    both = 2 * outputs * batch * size
    figures = (
        Compared(
            "Total params", f"{totals.training_params:,}", totals.training_params,
            "training_params", totals.training_params, "",
        ),
        Compared(
            "Total mult-adds", auto(mult_adds), mult_adds, "macs", totals.macs * batch,
            "every parameter of a convolution counts once per output position, biases too (of a "
            "transposed one also, where inputs would be right); those of other layers once per "
            "image, so a norm's scale and shift cost no more on a large image than on a small one",
        ),
        Compared("Input size (MB)", mb(image), image, "input bytes", image, ""),
        Compared(
            "Forward/backward pass size (MB)", mb(both), both, "activation_bytes",
            totals.activation_bytes,
            "twice the outputs of the layers that have parameters, forward and backward; nothing "
            "else is counted, neither pools and merges nor the input",
        ),
        Compared(
            "Params size (MB)", mb(params * size), params * size, "param_bytes",
            totals.param_bytes, "parameters outside of modules and in auxiliary heads are left out",
        ),
        Compared(
            "Estimated Total Size (MB)", mb(image + both + params * size),
            image + both + params * size, "training_peak_bytes",
            totals.training_peak_bytes or 0,
            "the sum of the three above: no gradients of parameters, no optimizer, and every "
            "volume as if all were in use at once, which in inference they are not",
        ),
    )  # fmt: skip
    remark = (
        "A 1×1 convolution that a model writes as a Linear layer (ConvNeXt) counts once per image "
        "there, not once per position."
    )
    return Convention("torchinfo", "1.8.0", tuple(map(settled, figures)), remark)


def fvcore(report: Report) -> Convention:
    """`FlopCountAnalysis`, `ActivationCountAnalysis` and `parameter_count` of fvcore."""
    batch, totals = report.batch, report.totals
    flops, activations = totals.macs, 0
    for row in rows_of(report):
        layer = row.layer
        if isinstance(layer, Norm):
            flops += row.elementwise or 0
        elif isinstance(layer, GlobalAvgPool | AdaptiveAvgPool):
            flops += layer.input.values
        elif isinstance(layer, Upsample):
            flops += layer.output.values * (4 if layer.mode == "bilinear" else 1)
        elif isinstance(layer, (*CONVOLUTIONS, Fc)):
            activations += layer.output.values
    figures = (
        Compared(
            "parameter_count", f"{totals.training_params:,}", totals.training_params,
            "training_params", totals.training_params, "",
        ),
        Compared(
            "FlopCountAnalysis.total()", f"{flops * batch:,}", flops * batch, "macs",
            totals.macs * batch,
            "its flops are MACs, and it adds norms (batch norm 2 per value, others 5), average "
            "pools to a fixed size (1 per input value) and upsampling (1 per output value, "
            "bilinear 4)",
        ),
        Compared(
            "ActivationCountAnalysis.total()", f"{activations * batch:,}", activations * batch,
            "activations", totals.activations * batch,
            "its activations are the outputs of convolutions and fully connected layers alone; "
            "ours are every volume, the input's too",
        ),
    )  # fmt: skip
    remark = (
        "A pool that a model writes as x.mean([2, 3]) (ShuffleNet, MNASNet) counts nothing there."
    )
    return Convention("fvcore", "0.1.5.post20221221", tuple(map(settled, figures)), remark)


def settled(figure: Compared) -> Compared:
    """Without a reason where the figures agree."""
    return figure._replace(reason="") if figure.value == figure.ours else figure


def auto(number: int) -> str:
    """As torchinfo writes mult-adds: `4.09 (G)`."""
    for unit, scale in (("T", 10**12), ("G", 10**9)):
        if number >= scale:
            return f"{number / scale:,.2f} ({unit})"
    return f"{number / 10**6:,.2f} (M)"


def mb(number: int) -> str:
    return f"{number / 10**6:0.2f}"


CONVENTIONS: dict[str, Callable[[Report], Convention]] = {"torchinfo": torchinfo, "fvcore": fvcore}
