"""The net written out flat: read again it is the same in every number, and the same text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.render import View, render
from cnncalc.report.report import Report

GRAPH = (Path(__file__).parent / "golden" / "graph.yaml").read_text("utf-8")
NETS = ("alexnet", "vgg16_bn", "googlenet", "resnet50", "densenet121", "shufflenet_v2_x1_0",
        "mobilenet_v3_small", "inception_v3", "convnext_tiny", "unet", "fcn_resnet50", "yolov5s",
        "efficientnet_b0", "rgbd_fusion")  # fmt: skip


def flat(report: Report) -> str:
    return render("yaml", report, View())


def analyzed(text: str) -> Report:
    report = cnncalc.loads(text, path="net.yaml").report()
    assert not [d for d in report.diagnostics if d.severity == "error"], text
    return report


def figures(report: Report) -> list[tuple[Any, ...]]:
    """All that a flat net must keep of each layer, but for its name."""
    return [
        (row.kind, row.input_shapes, row.output_shape, row.weights, row.biases, row.macs,
         row.activations, row.elementwise, row.receptive_field, row.jump, row.training_only,
         row.layer.storage(), row.layer.saved())
        for row in report.rows
    ]  # fmt: skip


@pytest.mark.parametrize("net", NETS)
def test_the_shipped_nets_come_back(net: str) -> None:
    returns(cnncalc.load(net).report())


def returns(report: Report) -> None:
    text = flat(report)
    again = analyzed(text)
    assert figures(again) == figures(report)
    assert [t.output for t in again.network.outputs] == [t.output for t in report.network.outputs]
    ends = [[t.output for t in r.network.auxiliary_outputs] for r in (report, again)]
    assert ends[0] == ends[1]
    assert again.totals.training_params == report.totals.training_params
    assert flat(again) == text


SPECS = {
    "every construct": GRAPH,
    "vector": "input: 784\nlayers: [{fc: 10}]",
    "not square": "input: {channels: 3, height: 480, width: 640}\nlayers: [relu]",
    "two names that become one": (
        "input: 8x8x3\nblocks:\n  a:\n    - conv: {name: b, filters: 3, kernel: 1}\n"
        "layers:\n  - a: {name: x}\n  - conv: {name: x_b, filters: 4, kernel: 1}\n"
        "  - add: {from: [x_b, x_b]}\n"
    ),
    "a name that becomes a word": (
        "input: 8x8x4\nblocks:\n  leaky:\n    - conv: {name: relu_, filters: 3, kernel: 1}\n"
        "layers: [leaky]"
    ),
    "heads in blocks and in heads": (
        "input: 8x8x4\nblocks:\n  side:\n    - aux:\n        - conv: [4, 1]\n"
        "        - aux2: [fc: 3]\n        - fc: 2\n    - relu\n"
        "layers:\n  - side: {repeat: 2}\n  - aux: [fc: 5]\n  - fc: 10\n"
    ),
    "heads that end elsewhere": (
        "input: 8x8x4\nlayers:\n  - conv1: {filters: 4, kernel: 3, padding: 1}\n"
        "  - aux:\n    - conv: {name: x, filters: 3, kernel: 1}\n    - aux7: [conv: [5, 1], relu]\n"
        "    - conv: [2, 1]\n    - identity: {from: x}\n  - aux3: [identity]\n"
        "  - aux: [identity: {from: input}]\n  - conv2: [4, 3]\n"
    ),
    "a head that reads another tensor": (
        "input: 8x8x4\nlayers:\n  - conv1: [4, 1]\n  - conv2: [4, 1]\n"
        "  - aux1: [conv: {from: conv1, filters: 2, kernel: 1}]\n  - conv3: [4, 1]\n"
    ),
    "the input read again": (
        "input: 8x8x4\nlayers:\n  - conv1: [4, 1]\n  - add: {from: [input, previous]}\n"
        "  - conv2: {from: input, filters: 2, kernel: 1}\n"
    ),
    "an input that is an output": (
        "inputs: {a: 8x8x4, b: 4x4x2}\nlayers: [conv1: {from: a, filters: 2, kernel: 1}]\n"
        "outputs: [conv1, a]"
    ),
    "every value": (
        "name: 'no: \"1\"'\ninput: 16x16x8\nlayers:\n"
        "  - conv1: {filters: 8, kernel: [3, 1], padding: [1, 0], dilation: [1, 2], groups: 2}\n"
        "  - maxpool: {kernel: 2, stride: 1, padding: {top: 1}, rounding: ceil}\n"
        "  - leaky_relu: {slope: 1e-05, inplace: false}\n  - dropout: 0\n  - groupnorm: 4\n"
        "  - pad: {padding: {left: 3}}\n  - pad: 1\n  - batchnorm: {affine: false}\n"
        "  - elu: 0.5\n  - relu6_1\n  - slice: {part: 2, of: 4}\n  - upsample: {factor: [1, 2]}\n"
        "  - adaptive_avgpool: {size: [3, 4]}\n  - fc: {units: 5, bias: false}\n"
    ),
    "concat with crop": (
        "input: 9x9x4\nlayers:\n  - conv1: [4, 1]\n  - conv2: [4, 3]\n"
        "  - concat: {from: [conv1, conv2], crop: true}\n"
    ),
    "not in place": (
        "input: 8x8x4\ndefaults: {relu: {inplace: false}, add: {inplace: false}}\nlayers:\n"
        "  - residual: [conv: {filters: 4, kernel: 1, activation: relu}]\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_every_construct_comes_back(spec: str) -> None:
    returns(analyzed(spec))


def test_a_head_that_ends_elsewhere_trains_the_same() -> None:
    """The gradient of a head begins where the head ends."""
    report = analyzed(
        "input: 8x8x4\nlayers:\n  - conv1: {filters: 4, kernel: 3, padding: 1}\n"
        "  - aux1: [conv: {name: x, filters: 16, kernel: 3}, conv: [2, 1], identity: {from: x}]\n"
        "  - fc: 2\n"
    )
    again = analyzed(flat(report))
    assert again.totals.training_peak_bytes == report.totals.training_peak_bytes


def lines(spec: str) -> list[str]:
    return [line.strip("- ") for line in flat(analyzed(spec)).splitlines() if "- " in line]


WRITTEN = [
    ("conv1: [96, 3, 2]", "conv1: [96, 3, 2]"),
    ("conv1: {filters: 8, kernel: 3, padding: 1}", "conv1: {filters: 8, kernel: 3, padding: 1}"),
    ("conv1: {filters: 8, kernel: 3, bias: false}", "conv1: {filters: 8, kernel: 3, bias: false}"),
    ("maxpool: 2", "maxpool1: 2"),
    ("maxpool: {kernel: 3, stride: 2}", "maxpool1: {kernel: 3, stride: 2}"),
    ("dropout", "dropout1"),
    ("conv: {name: stem, filters: 8, kernel: [1, 7]}",
     "conv: {name: stem, filters: 8, kernel: [1, 7]}"),
    ("relu6", "relu6_1"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "written"), WRITTEN)
def test_a_step_is_written_in_its_shortest_form(step: str, written: str) -> None:
    assert lines(f"input: 32x32x3\nlayers:\n  - {step}\n") == [written]


def test_norm_and_activation_are_steps_of_their_own() -> None:
    conv = "conv1: {filters: 4, kernel: 3, norm: batchnorm, activation: relu}"
    assert lines(f"input: 8x8x3\nlayers:\n  - {conv}\n") == [
        "conv1: {filters: 4, kernel: 3, bias: false}",
        "batchnorm: {name: conv1_batchnorm}",
        "relu: {name: conv1_relu}",
    ]
