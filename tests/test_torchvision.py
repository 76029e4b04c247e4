"""Every shipped net that PyTorch also has, against PyTorch: at its default size, at an odd one,
and at one that is not square. How the figures were measured: tests/truth/README.md.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.report.report import Report

TRUTH: dict[str, Any] = json.loads(
    (Path(__file__).parent / "truth" / "torchvision.json").read_text()
)
SHIPPED_AS = {
    "alexnet": "alexnet_torchvision",
    "googlenet": "googlenet_torchvision",
    "timm:seresnet50": "se_resnet50",
    "timm:legacy_senet154": "senet154",
    "timm:darknet53": "darknet53",
    "timm:mobilenetv1_100": "mobilenet_v1",
}
"""PyTorch's name → ours, where ours names the paper's net."""

OWN_SIZE_ONLY = {"vgg16"}
"""torchvision's VGG has an adaptive pool that the paper's lacks, so other sizes differ; with
the pool it ships as `vgg16_torchvision`, tested below. The other VGGs have it."""

NOT_SHIPPED = {"timm:senet154"}
"""A second definition of SENet-154 in timm, whose stem is not the paper's."""

CASES = [
    entry
    for entry in TRUTH
    if entry.split("@")[0] not in NOT_SHIPPED
    and not ("@" in entry and entry.split("@")[0] in OWN_SIZE_ONLY)
]


def report_of(entry: str, name: str) -> Report:
    channels, height, width = TRUTH[entry]["input"]
    net = cnncalc.load(name, inputs=[f"C={channels},H={height},W={width}"])
    assert not [d for d in net.problems if d.severity == "error"]
    return net.report()


def weighted_leaves(report: Report) -> Counter[tuple[tuple[int, ...], int]]:
    """(output shape, parameters) of every convolution and fully connected layer that PyTorch
    runs in evaluation; a vector has one dimension there.
    """
    leaves: Counter[tuple[tuple[int, ...], int]] = Counter()
    for row in report.rows:
        if row.macs and not row.training_only:
            shape = tuple(row.output_shape)
            leaves[shape[:1] if row.kind == "fc" else shape, row.params or 0] += 1
    return leaves


@pytest.mark.parametrize("entry", CASES)
def test_equal_to_pytorch(entry: str) -> None:
    truth = TRUTH[entry]
    name = entry.split("@")[0]
    report = report_of(entry, SHIPPED_AS.get(name, name))
    totals = report.totals
    assert totals.training_params == truth["params"]
    assert totals.macs == truth["macs"]
    outputs = [tuple(tensor.output) for tensor in report.network.outputs]
    assert [shape[: len(s)] for shape, s in zip(outputs, truth["output"], strict=True)] == [
        tuple(s) for s in truth["output"]
    ]
    expected = Counter({(tuple(shape), params): n for shape, params, n in truth["layers"]})
    assert weighted_leaves(report) == expected


@pytest.mark.parametrize("entry", [e for e in TRUTH if e.split("@")[0] == "vgg16"])
def test_vgg16_with_the_adaptive_pool(entry: str) -> None:
    """torchvision's own VGG16, at every size."""
    report = report_of(entry, "vgg16_torchvision")
    assert report.totals.params == TRUTH[entry]["params"]
    assert report.totals.macs == TRUTH[entry]["macs"]


def test_every_torchvision_net_is_there() -> None:
    """70 nets of torchvision, none left out."""
    nets = {entry.split("@")[0] for entry in TRUTH if not entry.startswith("timm:")}
    assert len(nets) == 70
