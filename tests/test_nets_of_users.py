"""Nets as users write them, each mixing many constructs, with numbers computed by hand."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnncalc
from cnncalc.render import View, render
from cnncalc.report.report import Report
from tests.language import size

TWO_EYES = """
    name: Two eyes, three heads
    inputs: {image: 32x32x3, depth: {channels: 1, height: 32, width: 32}}
    parameters: {width: 8, classes: 5}
    defaults:
      conv: {padding: same, norm: batchnorm, activation: relu}
    blocks:
      stem(filters):
        - conv: [filters, 3, 2]
      bottleneck(filters, stride=1):
        - residual:
            shortcut: project
            body:
              - conv: [filters // 2, 1]
              - conv: {filters: filters, kernel: 3, stride: stride, activation: none}
        - relu
      stage(filters, depth):
        - bottleneck: {filters: filters, stride: 2 if first else 1, repeat: depth}
      top_down(lateral, filters):
        - upsample: {to: lateral}
        - add: [identity, conv: {from: lateral, filters: filters, kernel: 1}]
        - conv: [filters, 3]
      head(number):
        - conv: [2 * number, 3]
        - conv: {filters: number, kernel: 1, norm: none, activation: none}
    layers:
      - stem: {name: rgb, from: image, filters: width}
      - stem: {name: range, from: depth, filters: width}
      - concat: {name: both, from: [rgb, range]}
      - stage1: [2 * width, 2]
      - aux1: [head: classes]
      - stage2: [4 * width, 1]
      - conv: {name: p5, filters: 16, kernel: 1}
      - top_down: {name: p4, lateral: stage1, filters: 16}
      - top_down: {name: p3, lateral: both, filters: 16}
      - head: {name: out3, from: p3, number: classes}
      - head: {name: out4, from: p4, number: classes, share: out3}
      - head: {name: out5, from: p5, number: classes, share: out3}
    outputs: [out3, out4, out5]
    expect:
      params: 16_107
      output: {out3: 16x16x5, out4: 8x8x5, out5: 4x4x5}
      layers: {both: 16x16x16, stage1: 8x8x16, stage2: 4x4x32, stage1/bottleneck2: {params: 1328}}
"""
# rgb 216 + 16, range 72 + 16; stage1: (128 + 16) + (1152 + 32) + shortcut (256 + 32), then
# (128 + 16) + (1152 + 32); stage2: (256 + 32) + (4608 + 64) + (512 + 64); p5 512 + 32;
# p4 and p3: (256 + 32) + (2304 + 32); a head: (1440 + 20) + (50 + 5), used four times, owned twice.

GATED_U_NET = """
    name: U-Net with attention gates
    input: 32x32x1
    defaults:
      conv: {padding: same, activation: relu}
    blocks:
      double(width):
        - conv: {filters: width, kernel: 3, repeat: 2}
      gate(skip, signal, inner):
        - add:
            - conv: {from: skip, filters: inner, kernel: 1, activation: none}
            - conv: {from: signal, filters: inner, kernel: 1, activation: none}
        - relu
        - conv: {filters: 1, kernel: 1, activation: sigmoid}
        - multiply: {from: [skip, previous]}
      up(width, skip):
        - transposed_conv: {name: raised, filters: width, kernel: 2, stride: 2}
        - gate: [skip, raised, width // 2]
        - concat: {from: [previous, raised]}
        - double: width
    layers:
      - double1: 4
      - maxpool: 2
      - double2: 8
      - maxpool: 2
      - double3: 16
      - up: [8, double2]
      - up: [4, double1]
      - conv: {filters: 2, kernel: 1, activation: none}
    expect:
      output: 32x32x2
      layers:
        double1: {params: 188}
        double3: {params: 3488, shape: 8x8x16}
        up1: {params: 2341, shape: 16x16x8}
        up2/gate1: {params: 23, shape: 32x32x4}
        up2/raised: {weights: 128, biases: 4, macs: 32_768}
        up2/concat1: 32x32x8
"""
# double: 40 + 148, 296 + 584, 1168 + 2320; up1: 520 + gate (36 + 36 + 5) + 1160 + 584;
# up2: 132 + gate (10 + 10 + 3) + 292 + 148; the last convolution 10.

INVERTED = """
    name: A table of inverted residuals
    input: 16x16x3
    parameters:
      widths: [8, 16]
      depths: [1, 2]
      ratio: 4
      squeeze: true
      thin: 1.0
    defaults:
      conv: {padding: same, norm: batchnorm, activation: hardswish}
    blocks:
      se(reduced=max(1, in_channels // ratio)):
        - multiply:
            - identity
            - - global_avgpool
              - conv: {filters: reduced, kernel: 1, norm: none, activation: relu}
              - conv: {filters: in_channels, kernel: 1, norm: none, activation: hardsigmoid}
      inverted(expansion, filters, stride):
        - residual:
            shortcut: optional
            body:
              - conv: {filters: expansion * in_channels, kernel: 1, if: expansion != 1}
              - depthwise_conv: {kernel: 3, stride: stride}
              - se: {if: squeeze}
              - conv:
                  filters: make_divisible(filters * thin, 4)
                  kernel: 1
                  activation: none
              - stochastic_depth: 0.2
      stage(filters, depth, expansion):
        - inverted:
            expansion: expansion
            filters: filters
            stride: 2 if first else 1
            repeat: depth
    layers:
      - conv:
          filters: widths[0]
          kernel: 3
      - stage:
          repeat: len(depths)
          filters: widths[i]
          depth: depths[i]
          expansion: 1 if first else 2
      - global_avgpool
      - fc: {units: 10, if: not squeeze or ratio > 1}
    expect: {params: 3_408, layers: {stage1: {params: 210}, stage2/inverted2: {params: 2_024}}}
"""
# 232; stage1: 88 + se 42 + 80, no add; stage2: 160 + 176 + se 148 + 288, no add, then
# 576 + 352 + se 552 + 544 and an add; fc 170.

TWINS = """
    name: Twins
    inputs: {left: 28x28x1, right: 28x28x1}
    blocks:
      tower(width):
        - conv: {filters: width, kernel: 5, activation: relu}
        - maxpool: 2
        - conv: {filters: 2 * width, kernel: 5, activation: relu}
        - maxpool: 2
        - fc: 32
    layers:
      - tower: {name: a, from: left, width: 6}
      - tower: {name: b, from: right, width: 6, share: a, expect: 32}
      - multiply: {name: product, from: [a, b]}
      - concat: {from: [a, b, product], expect: 96}
      - residual:
          shortcut: project
          body: [fc: {units: 64, activation: relu}, dropout: 0.5, fc: 16]
      - fc: {name: verdict, units: 1, activation: sigmoid}
"""
# tower 156 + 1812 + 6176, once; residual 6208 + 1040 + shortcut 96·16 + 16; verdict 17.

CASES = [
    # net, params, training params, MACs
    (TWO_EYES, 16_107, 16_107 + 1_515, 1_704_864),
    (GATED_U_NET, 7_502, 7_502, 1_620_992),
    (INVERTED, 3_408, 3_408, None),
    (TWINS, 16_961, 16_961, 424_208),
]
IDS = ["two eyes", "gated U-Net", "inverted residuals", "twins"]


def report(text: str, *settings: str) -> Report:
    shown = cnncalc.loads(dedent(text), parameters=settings).report()
    assert [str(d) for d in shown.diagnostics if d.severity != "note"] == []
    return shown


@pytest.mark.parametrize(("text", "params", "training", "macs"), CASES, ids=IDS)
def test_totals(text: str, params: int, training: int, macs: int | None) -> None:
    totals = report(text).totals
    assert (totals.params, totals.training_params) == (params, training)
    assert macs in (None, totals.macs)


@pytest.mark.parametrize("text", [case[0] for case in CASES], ids=IDS)
def test_flat_and_back(text: str) -> None:
    """A projection is a step of its own then, and its stride worth a warning."""
    shown = report(text)
    again = cnncalc.loads(render("yaml", shown, View())).report()
    assert {d.severity for d in again.diagnostics} <= {"warning"}
    assert again.totals.params == shown.totals.params
    assert [(r.kind, r.params, r.macs, r.output_shape) for r in again.rows] == [
        (r.kind, r.params, r.macs, r.output_shape) for r in shown.rows
    ]


ROWS = [
    (TWO_EYES, "rgb/conv1", "image", "16x16x8", 216),
    (TWO_EYES, "range/conv1", "depth", "16x16x8", 72),
    (TWO_EYES, "both", "rgb/conv1.relu range/conv1.relu", "16x16x16", 0),
    (TWO_EYES, "stage1/bottleneck1/residual1.shortcut", "both", "8x8x16", 256),
    (TWO_EYES, "stage1/bottleneck1/residual1.add",
     "stage1/bottleneck1/conv2.batchnorm stage1/bottleneck1/residual1.shortcut.batchnorm",
     "8x8x16", 0),
    (TWO_EYES, "aux1/head1/conv1", "stage1/bottleneck2/relu1", "8x8x10", 1440),
    (TWO_EYES, "stage2/bottleneck1/conv1", "stage1/bottleneck2/relu1", "8x8x16", 256),
    (TWO_EYES, "p4/upsample1", "p5.relu stage1/bottleneck2/relu1", "8x8x16", 0),
    (TWO_EYES, "p4/add1", "p4/upsample1 p4/conv1.relu", "8x8x16", 0),
    (TWO_EYES, "out3/conv2", "out3/conv1.relu", "16x16x5", 55),
    (TWO_EYES, "out4/conv1", "p4/conv2.relu", "8x8x10", 0),
    (TWO_EYES, "out5/conv2", "out5/conv1.relu", "4x4x5", 0),
    (GATED_U_NET, "up1/raised", "double3/conv2.relu", "16x16x8", 520),
    (GATED_U_NET, "up1/gate1/conv1", "double2/conv2.relu", "16x16x4", 36),
    (GATED_U_NET, "up1/gate1/conv2", "up1/raised", "16x16x4", 36),
    (GATED_U_NET, "up1/gate1/multiply1", "double2/conv2.relu up1/gate1/conv3.sigmoid",
     "16x16x8", 0),
    (GATED_U_NET, "up1/concat1", "up1/gate1/multiply1 up1/raised", "16x16x16", 0),
    (GATED_U_NET, "up2/double1/conv1", "up2/concat1", "32x32x4", 292),
    (INVERTED, "stage1/inverted1/depthwise_conv1", "conv1.hardswish", "8x8x8", 72),
    (INVERTED, "stage1/inverted1/se1/conv1", "stage1/inverted1/se1/global_avgpool1", "2", 18),
    (INVERTED, "stage2/inverted1/conv1", "stage1/inverted1/stochastic_depth1", "8x8x16", 128),
    (INVERTED, "stage2/inverted2/residual1.add",
     "stage2/inverted2/stochastic_depth1 stage2/inverted1/stochastic_depth1", "4x4x16", 0),
    (TWINS, "a/fc1", "a/maxpool2", "32", 6176),
    (TWINS, "b/fc1", "b/maxpool2", "32", 0),
    (TWINS, "product", "a/fc1 b/fc1", "32", 0),
    (TWINS, "concat1", "a/fc1 b/fc1 product", "96", 0),
    (TWINS, "residual1.shortcut", "concat1", "16", 1552),
    (TWINS, "verdict.sigmoid", "verdict", "1", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "inputs", "shape", "params"), ROWS)
def test_rows(text: str, name: str, inputs: str, shape: str, params: int) -> None:
    (row,) = [row for row in report(text).rows if row.name == name]
    assert " ".join(row.inputs) == inputs
    assert (size(row.output_shape), row.params) == (shape, params)


SETTINGS = [
    ("another number of heads' classes", TWO_EYES, "classes=2", 16_107 - 1_515 + 576 + 8 + 8 + 2),
    ("no squeeze and excitation", INVERTED, "squeeze=false", 3_408 - 42 - 148 - 552),
    ("fewer blocks", INVERTED, "depths=[1, 1]", 3_408 - 2_024),
    ("another ratio", INVERTED, "ratio=8", 3_408 - (8 + 1 + 8) - (2 * 32 + 2) - (4 * 64 + 4)),
]


@pytest.mark.parametrize(
    ("text", "setting", "params"), [s[1:] for s in SETTINGS], ids=[s[0] for s in SETTINGS]
)
def test_settings(text: str, setting: str, params: int) -> None:
    assert report(text, setting).totals.params == params


def test_thinner() -> None:
    """8 · 1.3 is 12 and 16 · 1.3 is 20, to the nearest multiple of 4."""
    rows = report(INVERTED, "thin=1.3").rows
    ends = [row for row in rows if row.kind == "stochastic_depth"]
    assert [row.output_shape.channels for row in ends] == [12, 20, 20]


def test_shared_heads_cost_but_own_nothing() -> None:
    rows = report(TWO_EYES).rows
    heads = {
        number: [row for row in rows if row.name.startswith(f"out{number}/")]
        for number in (3, 4, 5)
    }
    macs = {number: sum(row.macs or 0 for row in head) for number, head in heads.items()}
    assert macs == {3: 381_440, 4: 95_360, 5: 23_840}
    assert {row.shares for row in heads[4] + heads[5] if row.kind == "conv"} == {
        "out3/conv1",
        "out3/conv2",
    }
