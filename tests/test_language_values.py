"""Section 3 of the language: values, names in scope, reserved names, `in_channels`.

The arithmetic itself is tested in test_expressions.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.language import field, mistakes, names, net, output, report, rows, spec

P = "{width: 12, ratio: 0.5, deep: true, mode: same, depths: [1, 2, 3], act: relu, norm: none}"


def conv(value: str, key: str = "filters") -> str:
    """A net of one convolution with this value."""
    fields = {"filters": "4", "kernel": "1", key: value}
    pairs = ", ".join(f"{name}: {text}" for name, text in fields.items())
    return spec(f"[conv: {{{pairs}}}]", parameters=P)


EXPRESSIONS: list[tuple[str, str, Any]] = [
    # a literal is the simplest expression
    ("filters", "3", 3),
    ("filters", "1_000", 1000),
    ("filters", "6e1", 60),
    # arithmetic with the file's parameters
    ("filters", "4 * width", 48),
    ("filters", "width // 5", 2),
    ("filters", "width / 4", 3),
    ("filters", "width ** 2 - 2 * (1 + 2)", 138),
    ("filters", "'depths[2]'", 3),
    ("filters", "sum(depths) + len(depths)", 9),
    ("filters", '"max(8, width)"', 12),
    ("filters", '"min(depths)"', 1),
    ("filters", '"make_divisible(30, 8)"', 32),
    ("filters", "make_divisible(width * 0.9)", 16),
    ("filters", "round(2.5) + round(3.5)", 6),
    ("filters", "8 if deep else 16", 8),
    ("filters", "8 if mode == valid else 16", 16),
    ("filters", "8 if deep and not width > 12 else 16", 8),
    # words: choices of some field, kept in parameters, compared with ==
    ("padding", "mode", "same"),
    ("padding", "same if mode == same else valid", "same"),
    ("activation", "act", "relu"),
    ("norm", "norm", "none"),
    ("bias", "act == relu", True),
    ("bias", "width > 100", False),
    # lists whose items are expressions
    ("kernel", "[width - 11, 'depths[0]']", [1, 1]),
    # whole numbers: within 1e-9 of one
    ("filters", "0.1 * 30", 3),
    ("filters", "29 * ratio + 0.5", 15),
    # field names are not reserved: the field kernel is the parameter kernel
]


@pytest.mark.parametrize(("key", "text", "value"), EXPRESSIONS)
def test_a_scalar_is_an_expression(key: str, text: str, value: Any) -> None:
    first = report(conv(text, key)).rows[0]
    assert first.parameters[key] == value


def test_a_field_name_is_no_reserved_name() -> None:
    text = spec(
        "[conv: {filters: 4, kernel: kernel, groups: groups}]", parameters="{groups: 2, kernel: 3}"
    )
    assert field(text, "groups") == 2
    assert field(text, "kernel") == [3, 3]


MISTAKES = [
    ("filters", "7.5", ["not-a-whole-number: 7.5"]),
    ("filters", "width / 5", ["not-a-whole-number: width / 5"]),
    ("filters", "0.1 * 3", ["not-a-whole-number: 0.1 * 3"]),
    ("filters", "0", ["out-of-range: 0"]),
    ("filters", "-1", ["out-of-range: -1"]),
    ("filters", "true", ["wrong-type: true"]),
    ("filters", "same", ["wrong-type: same"]),
    ("filters", "widht", ["unknown-name: widht"]),
    ("filters", "4 * widht", ["unknown-name: widht"]),
    ("filters", "i", ["outside-a-repeat: i"]),
    ("filters", "64 if first else 32", ["outside-a-repeat: first"]),
    ("filters", "in_channels", ["in-channels-of-the-image: in_channels"]),
    ("filters", "'${width}'", ["malformed-expression: ${width}"]),
    ("filters", "'depths[-1]'", ["index-out-of-range: -1"]),
    ("filters", "'depths[3]'", ["index-out-of-range: 3"]),
    ("filters", "1 < width < 3", ["chained-comparison: <"]),
    ("filters", "007", ["malformed-number: 007"]),
    ("filters", "0x10", ["malformed-number: 0x10"]),
    ("filters", "64K", ["malformed-number: 64K"]),
    ("padding", "smae", ["unknown-name: smae"]),
    ("padding", "relu", ["unknown-word: relu"]),
    ("activation", "same", ["unknown-word: same"]),
    ("kernel", "[1, 2, 3]", ["other-axes: [1, 2, 3]"]),
    ("kernel", "[1, 2.5]", ["not-a-whole-number: 2.5"]),
    ("bias", "1", ["wrong-type: 1"]),
]


@pytest.mark.parametrize(("key", "text", "expected"), MISTAKES)
def test_mistakes_at_their_exact_place(key: str, text: str, expected: list[str]) -> None:
    assert mistakes(conv(text, key)) == expected


def test_the_value_and_its_expression_are_told() -> None:
    text = spec("[unit]", blocks="{unit: [conv: [in_channels / 8, 1]]}")
    (diagnostic,) = net(text).problems
    assert "must be a whole number, not 0.5 (from 'in_channels / 8')" in diagnostic.message


RESERVED = [
    *("conv", "relu", "add", "concat", "batchnorm", "identity"),  # layer kinds
    *("same", "valid", "none", "project", "optional", "floor", "bilinear"),  # words
    *("min", "max", "make_divisible", "len"),  # functions
    *("residual", "aux", "i", "first", "last", "in_channels", "previous"),
    *("true", "false", "and", "or", "not", "if", "else"),
]


@pytest.mark.parametrize("name", RESERVED)
def test_reserved_names(name: str) -> None:
    """For steps, parameters of the file and of blocks, blocks and inputs."""
    places = [
        spec(f"[conv: {{name: {name}, filters: 4, kernel: 1}}]"),
        spec("[relu]", parameters=f"{{{name}: 4}}"),
        spec("[relu]", blocks=f"{{{name}: [relu]}}"),
        spec("[relu]", blocks=f'{{"unit({name})": [relu]}}'),
        spec("[relu]", inputs=f"{{{name}: 8x8x4}}"),
    ]
    assert [mistakes(text) for text in places] == [[f"reserved-name: {name}"]] * len(places)


SHADOWED = [
    ("the file's parameter", "unit(width)", ["shadowed-parameter: width"]),
    ("a step key: repeat", "unit(repeat)", ["shadowed-parameter: repeat"]),
    ("a step key: name", "unit(name)", ["shadowed-parameter: name"]),
    ("a step key: expect", "unit(expect)", ["shadowed-parameter: expect"]),
    ("a step key: share", "unit(share)", ["shadowed-parameter: share"]),
    ("twice", "unit(a, a)", ["duplicate-name: a"]),
    ("a field's name is free", "unit(filters)", []),
]


@pytest.mark.parametrize(
    ("signature", "expected"), [s[1:] for s in SHADOWED], ids=[s[0] for s in SHADOWED]
)
def test_a_block_parameter_shadows_nothing(signature: str, expected: list[str]) -> None:
    """So no name ever has two meanings."""
    blocks = f'{{"{signature}": [conv: [4, 1]]}}'
    text = spec("[conv: [width, 1], unit: [3]]", parameters="{width: 4}", blocks=blocks)
    assert mistakes(text) == expected


IN_CHANNELS = [
    (
        "a block: what enters it, at every step",
        spec(
            "[conv1: [6, 1], unit]",
            blocks="{unit: [conv: [2 * in_channels, 1], conv: [in_channels, 1]]}",
        ),
        "conv1 8x8x6 30, unit1/conv1 8x8x12 84, unit1/conv2 8x8x6 78",
    ),
    (
        "a body",
        spec("[conv1: [6, 1], residual: [conv: [3, 1], conv: [in_channels, 1]]]"),
        "conv1 8x8x6 30, conv2 8x8x3 21, conv3 8x8x6 24, residual1.add 8x8x6 0",
    ),
    (
        "a branch",
        spec("[concat: [[conv: [6, 1], conv: [in_channels, 1]], identity]]"),
        "conv1 8x8x6 30, conv2 8x8x4 28, concat1 8x8x8 0",
    ),
    (
        "a branch of one step",
        spec("[add: [conv: [in_channels, 1], identity]]"),
        "conv1 8x8x4 20, add1 8x8x4 0",
    ),
    (
        "an aux",
        spec("[aux: [conv: [3, 1], conv: [in_channels, 1]], relu]"),
        "aux1/conv1 8x8x3 15, aux1/conv2 8x8x4 16, relu1 8x8x4 0",
    ),
    (
        "a body in a body",
        spec(
            "[residual: {shortcut: project, body: [conv: [6, 1],"
            " residual: [conv: [in_channels, 1]]]}]"
        ),
        "conv1 8x8x6 30, conv2 8x8x6 42, residual2.add 8x8x6 0, residual1.shortcut 8x8x6 30,"
        " residual1.add 8x8x6 0",
    ),
    (
        "with from: the tensor named",
        spec(
            "[conv1: [6, 1], conv2: [2, 1], conv3: {from: conv1, filters: in_channels, kernel: 1}]"
        ),
        "conv1 8x8x6 30, conv2 8x8x2 14, conv3 8x8x6 42",
    ),
    (
        "with from in a block",
        spec(
            "[unit]",
            blocks="{unit: [conv1: [6, 1], conv2: [2, 1],"
            " conv3: {from: conv1, filters: in_channels, kernel: 1}, conv: [in_channels, 1]]}",
        ),
        "unit1/conv1 8x8x6 30, unit1/conv2 8x8x2 14, unit1/conv3 8x8x6 42, unit1/conv4 8x8x4 28",
    ),
    (
        "with from and repeat: the tensor named, in every repetition",
        spec(
            "[conv1: [6, 1], {conv: {from: conv1, filters: 2 * in_channels, kernel: 1, repeat: 2}}]"
        ),
        "conv1 8x8x6 30, conv2 8x8x12 84, conv3 8x8x12 156",
    ),
    (
        "an argument of a call with from",
        spec(
            "[conv1: [6, 1], conv2: [2, 1], unit: {from: conv1, filters: in_channels}]",
            blocks="{unit(filters): [conv: [filters, 1]]}",
        ),
        "conv1 8x8x6 30, conv2 8x8x2 14, unit1/conv1 8x8x6 42",
    ),
    (
        "repeat and if of a step with from",
        spec(
            "[conv1: [3, 1], conv2: [9, 1],"
            " {conv: {from: conv1, filters: 2, kernel: 1, repeat: in_channels - 1}},"
            " {conv: {from: conv2, filters: 1, kernel: 1, if: in_channels == 9}}]"
        ),
        "conv1 8x8x3 15, conv2 8x8x9 36, conv3 8x8x2 8, conv4 8x8x2 6, conv5 8x8x1 10",
    ),
    (
        "a repeated block: what enters each repetition",
        spec("[unit: {repeat: 2}]", blocks="{unit: [conv: [2 * in_channels, 1]]}"),
        "unit1/conv1 8x8x8 40, unit2/conv1 8x8x16 144",
    ),
    (
        "a block's default",
        spec(
            "[conv1: [32, 1], se]",
            blocks='{"se(squeeze=in_channels // 16)": [multiply: [identity,'
            " [global_avgpool, fc: squeeze, fc: in_channels, sigmoid]]]}",
        ),
        "conv1 8x8x32 160, se1/global_avgpool1 32 0, se1/fc1 2 66, se1/fc2 32 96,"
        " se1/sigmoid1 32 0, se1/multiply1 8x8x32 0",
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [c[1:] for c in IN_CHANNELS], ids=[c[0] for c in IN_CHANNELS]
)
def test_in_channels(text: str, expected: str) -> None:
    assert rows(text) == expected


NO_IN_CHANNELS = [
    ("directly under layers", spec("[conv1: [3, 1], conv2: [in_channels, 1]]")),
    ("an argument there", spec("[unit: [in_channels]]", blocks="{unit(a): [conv: [a, 1]]}")),
    ("a repeat there", spec("[conv: {filters: 3, kernel: 1, repeat: in_channels}]")),
    ("an if there", spec("[conv: {filters: 3, kernel: 1, if: in_channels > 3}]")),
    ("in defaults", spec("[conv: [3, 1]]", defaults="{conv: {groups: in_channels}}")),
    ("in parameters", spec("[conv: [a, 1]]", parameters="{a: in_channels}")),
]


@pytest.mark.parametrize("text", [c[1] for c in NO_IN_CHANNELS], ids=[c[0] for c in NO_IN_CHANNELS])
def test_no_in_channels(text: str) -> None:
    assert mistakes(text) == ["in-channels-of-the-image: in_channels"]


def test_words_are_passed_as_arguments() -> None:
    text = spec(
        "[unit: [relu, same], unit: {act: none, mode: valid}]",
        blocks='{"unit(act, mode)":'
        " [conv: {filters: 4, kernel: 3, padding: mode, activation: act}]}",
    )
    assert rows(text) == ("unit1/conv1 8x8x4 148, unit1/conv1.relu 8x8x4 0, unit2/conv1 6x6x4 148")


def test_a_float_is_an_ieee_double() -> None:
    assert output(spec("[conv: [round(0.1 + 0.2 + 2.2), 1]]")) == "8x8x2"
    assert names(spec("[relu: {if: 0.1 + 0.2 == 0.3}, tanh]")) == "tanh1"
