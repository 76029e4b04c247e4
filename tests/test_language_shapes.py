"""Section 2 of the language: how shapes are written, and the inputs of a net."""

from __future__ import annotations

import pytest

from tests.language import field, mistakes, output, report, rows, size, spec

SHAPES = [
    ("224x224x3", (3, 224, 224)),
    ("1x1x7", (7, 1, 1)),
    ("8 x 8 x 3", (3, 8, 8)),
    ("'8x8x3'", (3, 8, 8)),
    ("{channels: 3, height: 480, width: 640}", (3, 480, 640)),
    ("{width: 640, height: 480, channels: 3}", (3, 480, 640)),
    ("784", (784, 1, 1)),
    ("1_000", (1000, 1, 1)),
]


@pytest.mark.parametrize(("text", "shape"), SHAPES)
def test_shapes(text: str, shape: tuple[int, int, int]) -> None:
    """Width x height x channels; one number is a vector; else every side by its name."""
    (tensor,) = report(spec("[relu]", input=text)).network.inputs
    assert (tensor.name, tuple(tensor.output)) == ("input", shape)


NO_SHAPES = [
    ("3x224x224", ["bad-shape: 3x224x224"]),
    ("640x480x3", ["bad-shape: 640x480x3"]),
    ("224x224", ["bad-shape: 224x224"]),
    ("8x8x4x1", ["bad-shape: 8x8x4x1"]),
    ("0x0x3", ["bad-shape: 0x0x3"]),
    ("0", ["bad-shape: 0"]),
    ("-3", ["bad-shape: -3"]),
    ("1.5", ["bad-shape: 1.5"]),
    ("2 * 8", ["bad-shape: 2 * 8"]),
    ("[8, 8, 4]", ["bad-shape: [8, 8, 4]"]),
    ("{channels: 3, height: 8}", ["bad-shape: {channels: 3, height: 8}"]),
    ("{channels: 3, height: 8, width: 8, breadth: 2}", ["unknown-key: breadth"]),
    ("{channels: w, height: 8, width: 8}", ["bad-shape: w"]),
]


@pytest.mark.parametrize(("text", "expected"), NO_SHAPES)
def test_shapes_are_literals(text: str, expected: list[str]) -> None:
    assert mistakes(spec("[relu]", input=text)) == expected


def test_a_vector_flows_as_an_image_of_one_pixel() -> None:
    assert rows(spec("[fc: 10]", input="784", expect="{output: 10}")) == "fc1 10 7850"


PAIRS = [
    ("conv: {filters: 1, kernel: [3, 5]}", "kernel", [3, 5], "1@6x4"),
    ("conv: {filters: 1, kernel: 1, stride: [2, 4]}", "stride", [2, 4], "1@4x2"),
    ("conv: {filters: 1, kernel: 1, padding: [1, 2]}", "padding", [1, 2], "1@10x12"),
    ("adaptive_avgpool: {size: [2, 3]}", "size", [2, 3], "4@2x3"),
    ("crop: {size: [4, 6]}", "size", [4, 6], "4@4x6"),
]


@pytest.mark.parametrize(("step", "name", "value", "shape"), PAIRS)
def test_pairs_are_height_and_width(step: str, name: str, value: list[int], shape: str) -> None:
    text = spec(f"[{step}]")
    assert field(text, name) == value
    assert output(text) == shape


SEVERAL = spec(
    "[conv1: {from: image, filters: 2, kernel: 1}, conv2: {from: depth, filters: 3, kernel: 1},"
    " concat: {from: [conv1, conv2]}]",
    inputs="{image: 8x8x3, depth: 8x8x1}",
)


def test_several_inputs() -> None:
    """Inputs count in the activations, all of them."""
    shown = report(SEVERAL)
    assert rows(SEVERAL) == "conv1 8x8x2 8, conv2 8x8x3 6, concat1 8x8x5 0"
    assert shown.totals.activations == 64 * (3 + 1 + 2 + 3 + 5)


FIRST_STEPS = [
    ("a step without from", "[conv1: [2, 1]]", "{image: 8x8x3}", ["first-step-needs-from: conv1"]),
    ("one named input needs it too", "[relu: {from: image}]", "{image: 8x8x3}", []),
    ("a merge's list of names", "[concat: {from: [a, b]}]", "{a: 8x8x3, b: 8x8x1}", []),
    ("another name", "[relu: {from: imag}]", "{image: 8x8x3}", ["unknown-step: imag"]),
    ("the name of the lone input", "[relu: {from: input}]", "{image: 8x8x3}",
     ["unknown-step: input"]),
    ("a reserved name", "[relu: {from: relu}]", "{relu: 8x8x3}", ["reserved-name: relu"]),
    ("no name", "[relu: {from: a b}]", "{a b: 8x8x3}", ["bad-name: a b"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "inputs", "expected"), [c[1:] for c in FIRST_STEPS], ids=[c[0] for c in FIRST_STEPS]
)
def test_the_first_step_says_which_input(layers: str, inputs: str, expected: list[str]) -> None:
    found = mistakes(spec(layers, inputs=inputs))
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


def test_the_lone_input_is_called_input() -> None:
    assert output(spec("[conv1: [2, 1], conv2: {from: input, filters: 3, kernel: 1}]")) == "8x8x3"


OVERRIDES = [
    ("16x16x4", "16x16x4"),
    ("C=3,H=480,W=640", "3@480x640"),
    ("c=3,h=480,w=640", "3@480x640"),
    ("input=16x16x4", "16x16x4"),
    ("input=C=3,H=480,W=640", "3@480x640"),
    ("784", "784x784x4"),
]


@pytest.mark.parametrize(("option", "shape"), OVERRIDES)
def test_input_overridden(option: str, shape: str) -> None:
    assert output(spec("[relu]"), inputs=[option]) == shape


def test_inputs_overridden_by_name() -> None:
    shown = report(SEVERAL, inputs=["image=4x4x3", "depth=4x4x2"])
    assert [size(tensor.output) for tensor in shown.network.inputs] == ["4x4x3", "4x4x2"]
    assert size(shown.rows[-1].output_shape) == "4x4x5"


WRONG_OVERRIDES = [
    (SEVERAL, "4x4x3", ["unknown-input: 4x4x3"]),
    (SEVERAL, "imag=4x4x3", ["unknown-input: imag=4x4x3"]),
    (spec("[relu]"), "image=4x4x3", ["unknown-input: image=4x4x3"]),
    (spec("[relu]"), "3x224x224", ["unfitting-input: 3x224x224"]),
    (spec("[relu]"), "C=3,H=480", ["unknown-input: C=3,H=480"]),
]


@pytest.mark.parametrize(("text", "option", "expected"), WRONG_OVERRIDES)
def test_wrong_override(text: str, option: str, expected: list[str]) -> None:
    assert mistakes(text, inputs=[option]) == expected
