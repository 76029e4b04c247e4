"""What people read beside the table: the lecture's notes, one layer explained, the reference."""

from __future__ import annotations

from functools import cache

import pytest

import cnncalc
from cnncalc.layers import KINDS
from cnncalc.render import View, render
from cnncalc.render.explain import explain
from cnncalc.render.kinds import examples, formulas
from cnncalc.render.kinds import render as render_kinds
from cnncalc.report.report import Report

PLAIN = View()


@cache
def report_of(net: str) -> Report:
    return cnncalc.load(net).report()


def analyzed(steps: str, image: str = "224x224x3") -> Report:
    return cnncalc.loads(f"input: {image}\nlayers:\n{steps}", path="net.yaml").report()


def page(report: Report, layer: str, view: View = PLAIN) -> str:
    return explain(report, next(row for row in report.rows if row.name == layer), view)


# The lecture's notes

NOTES = [
    "INPUT: [224x224x3] memory: 224*224*3=150K params: 0",
    "CONV3-64: [224x224x64] memory: 224*224*64=3.2M params: (3*3*3)*64 = 1,728",
    "CONV3-64: [224x224x64] memory: 224*224*64=3.2M params: (3*3*64)*64 = 36,864",
    "POOL2: [112x112x64] memory: 112*112*64=800K params: 0",
    "FC: [1x1x4096] memory: 4096 params: 7*7*512*4096 = 102,760,448",
    "FC: [1x1x1000] memory: 1000 params: 4096*1000 = 4,096,000",
    "TOTAL memory: 15.2M * 4 bytes ~= 61MB / image (only forward! ~*2 for bwd)",
    "TOTAL params: 138M parameters",
]


@pytest.mark.parametrize("line", NOTES)
def test_the_notes_are_the_lectures_own_lines(line: str) -> None:
    assert line in render("notes", report_of("vgg16"), PLAIN).splitlines()


def test_the_notes_leave_out_what_is_no_volume() -> None:
    lines = render("notes", report_of("vgg16"), PLAIN).splitlines()
    assert len(lines) == 1 + 16 + 5 + 2
    assert not any(line.startswith(("RELU", "DROPOUT")) for line in lines)


@pytest.mark.parametrize(
    ("dtype", "ending"),
    [("float16", "15.2M * 2 bytes ~= 30MB / image"), ("int8", "15.2M * 1 byte ~= 15MB / image")],
)
def test_the_notes_at_another_dtype(dtype: str, ending: str) -> None:
    assert ending in render("notes", cnncalc.load("vgg16").report(dtype=dtype), PLAIN)


# One layer explained

BORDERS = [
    ("conv1: [96, 11, 4]", "227x227x3", "The division is exact"),
    ("conv1: [96, 11, 4]", "224x224x3",
     "213/4 = 53.25 is not a whole number and is rounded down: the last window ends 1 column "
     "before the right border. 1 column of the image is never seen."),
    ("conv1: {filters: 8, kernel: 3, stride: 2, padding: 1}", "224x224x3",
     "1 column before the right border of the padding. Only padding is left over"),
    ("conv1: {filters: 8, kernel: 2, stride: 5}", "14x14x3",
     "2 columns of the image are never seen"),
    ("conv1: {filters: 8, kernel: 3, stride: 2, padding: same}", "224x224x3",
     "needs 1 column of zeros: (W2 − 1)·S + F − W = (112 − 1)·2 + 3 − 224, 0 at the left and 1 at "
     "the right; the extra one is on the far side."),
    ("conv1: {filters: 8, kernel: 3, dilation: 2, padding: same}", "9x9x3",
     "4 columns of zeros: (W2 − 1)·S + (D·(F − 1) + 1) − W = (9 − 1)·1 + 5 − 9"),
    ("conv1: {filters: 8, kernel: 1, padding: same}", "9x9x3",
     "0 columns of zeros: (W2 − 1)·S + F − W = (9 − 1)·1 + 1 − 9."),
    ("maxpool1: {kernel: 3, stride: 2, rounding: ceil}", "112x112x3",
     "109/2 = 54.5 is not a whole number and is rounded up: the last window is partial: 1 column "
     "of it beyond the right border."),
    ("maxpool1: {kernel: 2, stride: 2, padding: 1, rounding: ceil}", "5x5x3",
     "the last window would begin in the padding at the right and is dropped"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "image", "words"), BORDERS)
def test_what_happens_at_the_border(step: str, image: str, words: str) -> None:
    assert words in page(analyzed(f"  - {step}", image), step.partition(":")[0])


DERIVED = [
    ("conv1", "      (W − F + 2·P)/S + 1\n    = (227 − 11 + 2·0)/4 + 1\n    = 55 pixels\n"),
    ("conv1", "        S = 4    stride\n"),
    ("conv1", "height of the output\n    The same as the width: 55 pixels."),
    ("conv1", "      F·F·D1·K\n    = 11·11·3·96\n    = 34,848\n"),
    ("conv1", "Each of the 96 filters has 11·11·3 = 363 weights"),
    ("conv1", "    34,848 + 96 = 34,944: <1% of all parameters of the net."),
    ("conv1", "290,400 values × 4 bytes (float32) = 1.2 MB per image: 28% of all activations"),
    ("conv1", "105M MACs = 211M FLOPs, 2 per MAC: 15% of all MACs of the net."),
    ("maxpool1", "      r1 + (F − 1)·j1\n    = 11 + (3 − 1)·4\n    = 19 pixels of the image\n"),
    ("maxpool1", "Effective stride: j1·S = 4·2 = 8 (S is the stride)"),
    ("maxpool1", "0: it has nothing to learn."),
    ("conv1.relu", "0: it overwrites its input in place"),
    ("conv1.relu", "Unchanged, 11×11 pixels"),
    ("dropout6", "In inference it does nothing"),
    ("fc6", "Each of the 4,096 neurons has 9,216 weights, one for each input value."),
    ("fc6", "The whole image: every output depends on all of its input."),
    ("fc6", "1×1: the output is a vector of 4,096 values."),
]


@pytest.mark.parametrize(("layer", "words"), DERIVED)
def test_the_arithmetic_of_alexnet(layer: str, words: str) -> None:
    assert words in page(report_of("alexnet"), layer)


GRAPH = """
  - conv1: [8, 3]
  - conv2: {filters: 8, kernel: 3, padding: 1}
  - add1: {from: [conv1, conv2]}
  - upsample1: 2
  - conv3: {filters: 8, kernel: [3, 5]}
  - flatten
"""

IN_A_GRAPH = [
    (
        "add1",
        "conv1 depends on 3×3.\n    conv2 depends on 5×5.\n    The largest counts: 5×5 pixels",
    ),
    ("upsample1", "Effective stride: j1·S/G = 1·1/2 = 1/2 (S is the stride, G the"),
    ("conv3", "Along the width:\n      r1 + (F − 1)·j1\n    = 5 + (5 − 1)·1/2\n    = 7 pixels"),
    ("flatten1", "0: it is a view of its input; no value is copied."),
    ("flatten1", "      W·H·D\n    = 440·442·8\n    = 1,555,840\n"),
]


@pytest.mark.parametrize(("layer", "words"), IN_A_GRAPH)
def test_the_arithmetic_of_a_graph(layer: str, words: str) -> None:
    assert words in page(analyzed(GRAPH), layer)


def test_shared_weights_are_told() -> None:
    steps = "  - conv1: {filters: 3, kernel: 1}\n  - conv2: {filters: 3, kernel: 1, share: conv1}\n"
    assert "0: it uses the weights of conv1" in page(analyzed(steps), "conv2")


def test_an_auxiliary_head_is_told() -> None:
    report = report_of("googlenet")
    head = next(row.name for row in report.rows if row.training_only)
    assert "runs only in training" in page(report, head)


def test_what_cannot_be_computed_is_told() -> None:
    text = page(analyzed("  - conv1: [4, 9]\n", "5x5x3"), "conv1")
    assert "It cannot be computed" in text


@pytest.mark.parametrize("net", ["googlenet", "mobilenet_v3_small", "unet", "shufflenet_v2_x0_5"])
def test_every_layer_of_real_nets_can_be_explained(net: str) -> None:
    for row in report_of(net).rows:
        text = page(report_of(net), row.name, View(width=70))
        assert max(map(len, text.splitlines())) <= 70
        assert "receptive field\n" in text


# The reference


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_all_fields(kind: str) -> None:
    text = render_kinds(kind, View(width=100))
    for name, field in KINDS[kind].fields.items():
        assert f"\n{name} " in text
        assert field.meaning.split()[0] in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_a_page_works(kind: str) -> None:
    before = "".join(f"  - conv: {{name: {n}, filters: 64, kernel: 1}}\n" for n in "ab")
    for example in examples(KINDS[kind]):
        found = analyzed(f"{before}  {example}\n", "56x56x64").diagnostics
        assert not [d for d in found if d.severity == "error"], example
    assert list(formulas(KINDS[kind])) or kind == "identity"


def test_the_overview_has_every_kind() -> None:
    lines = render_kinds(None, PLAIN).splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(KINDS)
    assert max(map(len, render_kinds(None, View(width=60)).splitlines())) <= 60
