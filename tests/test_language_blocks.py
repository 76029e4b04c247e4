"""Section 7 of the language: blocks, parameters, defaults, norm and activation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.language import field, mistakes, names, output, report, rows, spec

BLOCKS = [
    ("no parameters, no brackets", "{u: [relu]}", "[u]", "u1/relu1 8x8x4 0"),
    ("positional", '{"u(a, b)": [conv: [a, b]]}', "[u: [3, 1]]", "u1/conv1 8x8x3 15"),
    ("by name, in any order", '{"u(a, b)": [conv: [a, b]]}', "[u: {b: 1, a: 3}]",
     "u1/conv1 8x8x3 15"),
    ("a default", '{"u(a, b=1)": [conv: [a, b]]}', "[u: 3]", "u1/conv1 8x8x3 15"),
    ("a default, given", '{"u(a, b=1)": [conv: [a, b]]}', "[u: [3, 3]]", "u1/conv1 6x6x3 111"),
    ("a default of parameters before it", '{"u(a, b=2 * a)": [conv: [b, 1]]}', "[u: 3]",
     "u1/conv1 8x8x6 30"),
    ("a default of the file's parameters", "{u(a=n): [conv: [a, 1]]}", "[u]",
     "u1/conv1 8x8x5 25"),
    ("a default with commas", '{"u(a=max(2, 3), b=[1, 3])": [conv: [a, b]]}', "[u]",
     "u1/conv1 3@8x6 39"),
    ("a default of in_channels", "{u(a=in_channels // 2): [conv: [a, 1], conv: [a, 1]]}", "[u]",
     "u1/conv1 8x8x2 10, u1/conv2 8x8x2 6"),
    ("spaces are free", '{" u ( a , b = 1 ) ": [conv: [a, b]]}', "[u: 3]", "u1/conv1 8x8x3 15"),
    ("an argument is evaluated where it is called",
     "{u(a): [v: [2 * a]], v(a): [conv: [a, 1]]}", "[u: n]", "u1/v1/conv1 8x8x10 50"),
    ("a list as an argument", "{u(a): [conv: ['a[0]', 'a[1]']]}", "[u: [[3, 1]]]",
     "u1/conv1 8x8x3 15"),
    ("a boolean", "{u(a): [relu: {if: a}, tanh: {if: not a}]}", "[u: false]", "u1/tanh1 8x8x4 0"),
    ("defined after its caller", "{v: [u: 3], u(a): [conv: [a, 1]]}", "[v]",
     "v1/u1/conv1 8x8x3 15"),
    ("a block's repeat", "{u(a): [conv: {filters: a, kernel: 1, repeat: a}]}", "[u: 2]",
     "u1/conv1 8x8x2 10, u1/conv2 8x8x2 6"),
    ("a block of an identity", "{u: [identity]}", "[u, relu]", "relu1 8x8x4 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "layers", "expected"), [b[1:] for b in BLOCKS], ids=[b[0] for b in BLOCKS]
)
def test_blocks(blocks: str, layers: str, expected: str) -> None:
    assert rows(spec(layers, blocks=blocks, parameters="{n: 5}")) == expected


WRONG_BLOCKS = [
    ("brackets without parameters", "{u(): [relu]}", "[u]", ["bad-signature: u()"]),
    ("a default before a required one", '{"u(a=1, b)": [conv: [a, b]]}', "[u: [3, 1]]",
     ["bad-signature: b"]),
    ("a default of a later parameter", '{"u(a=b, b=1)": [conv: [a, b]]}', "[u]",
     ["unknown-name: b"]),
    ("an open bracket", '{"u(a": [conv: [a, 1]]}', "[relu]", ['bad-signature: "u(a"']),
    ("twice", "{u: [relu], u(a): [conv: [a, 1]]}", "[u]", ["duplicate-name: u"]),
    ("uses itself", "{u: [relu, u]}", "[u]", ["recursive-block: u"]),
    ("uses itself through another", "{u: [v], v: [residual: [u]]}", "[u]", ["recursive-block: u"]),
    ("uses itself, never called", "{u: [add: [u, identity]]}", "[relu]", ["recursive-block: u"]),
    ("no steps", "{u: []}", "[u]", ["missing-key: []"]),
    ("no list", "{u: relu}", "[u]", ["wrong-form: relu"]),
    ("a form error in an unused block", "{u: [conv2d: [3, 1]]}", "[relu]",
     ["unknown-kind: conv2d"]),
    ("an unknown name in an unused block", "{u(a): [conv: [b, 1]]}", "[relu]", ["unknown-name: b"]),
    ("a missing argument", "{u(a): [conv: [a, 1]]}", "[u]", ["wrong-arguments: u"]),
    ("a number for a name", "{1u: [relu]}", "[relu]", ["bad-name: 1u"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "layers", "expected"),
    [b[1:] for b in WRONG_BLOCKS],
    ids=[b[0] for b in WRONG_BLOCKS],
)
def test_wrong_blocks(blocks: str, layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers, blocks=blocks)) == expected


P = "{growth: 3, stem: 2 * growth, depths: [1, 2], act: relu, wide: false, ratio: 1.5}"
NET = spec(
    "[conv1: [stem, 1], {conv: {filters: growth, kernel: 1, repeat: 'depths[1]',"
    " activation: act}}, tanh: {if: wide}]",
    parameters=P,
)


def test_parameters() -> None:
    """A value may use those above it."""
    assert rows(NET) == (
        "conv1 8x8x6 30, conv2 8x8x3 21, conv2.relu 8x8x3 0, conv3 8x8x3 12, conv3.relu 8x8x3 0"
    )


SETTINGS = [
    ("a number; what is computed from it follows", "growth=4", "conv1 conv2 conv2.relu conv3"
     " conv3.relu", "8x8x8"),
    ("only what it says", "stem=5", "conv1 conv2 conv2.relu conv3 conv3.relu", "8x8x5"),
    ("an expression", "growth=2 * 2", "conv1 conv2 conv2.relu conv3 conv3.relu", "8x8x8"),
    ("of those above it", "stem=growth + 1", "conv1 conv2 conv2.relu conv3 conv3.relu", "8x8x4"),
    ("a list", "depths=[1, 1]", "conv1 conv2 conv2.relu", "8x8x6"),
    ("a longer list", "depths=[1, 1, 9]", "conv1 conv2 conv2.relu", "8x8x6"),
    ("a word", "act=none", "conv1 conv2 conv3", "8x8x6"),
    ("a boolean", "wide=true", "conv1 conv2 conv2.relu conv3 conv3.relu tanh1", "8x8x6"),
    ("a float for a whole number", "growth=2.0", "conv1 conv2 conv2.relu conv3 conv3.relu",
     "8x8x4"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "row_names", "first"), [s[1:] for s in SETTINGS], ids=[s[0] for s in SETTINGS]
)
def test_set(setting: str, row_names: str, first: str) -> None:
    assert names(NET, parameters=[setting]) == row_names
    assert rows(NET, parameters=[setting]).split()[1] == first


WRONG_SETTINGS = [
    ("another type: a word", "growth=same", ["wrong-type: same"]),
    ("another type: a list", "growth=[3]", ["wrong-type: [3]"]),
    ("another type: a number", "wide=1", ["wrong-type: 1"]),
    ("another type: a boolean", "act=true", ["wrong-type: true"]),
    ("no such parameter", "grwth=3", ["unknown-setting: grwth=3"]),
    ("no value", "growth", ["bad-setting: growth"]),
    ("a later parameter", "growth=stem", ["unknown-name: stem"]),
    ("itself", "growth=growth + 1", ["unknown-name: growth"]),
    ("an unknown name", "growth=4 * grwth", ["unknown-name: grwth"]),
    ("no expression", "growth=3 +", ["malformed-expression: +"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "expected"), [s[1:] for s in WRONG_SETTINGS], ids=[s[0] for s in WRONG_SETTINGS]
)
def test_wrong_set(setting: str, expected: list[str]) -> None:
    assert mistakes(NET, parameters=[setting]) == expected


WRONG_PARAMETERS = [
    ("one below", "{a: b, b: 1}", ["unknown-name: b"]),
    ("itself", "{a: a, b: 1}", ["unknown-name: a"]),
    ("a mapping", "{a: {b: 1}, b: 1}", ["wrong-form: {b: 1}"]),
    ("a loop's name", "{a: i, b: 1}", ["outside-a-repeat: i"]),
]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [p[1:] for p in WRONG_PARAMETERS],
    ids=[p[0] for p in WRONG_PARAMETERS],
)
def test_wrong_parameters(parameters: str, expected: list[str]) -> None:
    assert mistakes(spec("[conv: [a + b, 1]]", parameters=parameters)) == expected


DEFAULTS = [
    ("every occurrence", "{conv: {padding: same, bias: false}}", "[conv: [3, 3], u]",
     "conv1 8x8x3 108, u1/conv1 8x8x2 54"),
    ("the step's own values win", "{conv: {padding: same}}",
     "[conv: {filters: 3, kernel: 3, padding: 0}]", "conv1 6x6x3 111"),
    ("also the list's", "{conv: {stride: 2}}", "[conv: [3, 1, 1]]", "conv1 8x8x3 15"),
    ("a required field", "{conv: {kernel: 3}}", "[conv: 3]", "conv1 6x6x3 111"),
    ("an expression of parameters", "{conv: {stride: n, bias: n == 1}}", "[conv: [3, 1]]",
     "conv1 4x4x3 12"),
    ("depthwise_conv takes conv's", "{conv: {padding: same, bias: false}}", "[depthwise_conv: 3]",
     "depthwise_conv1 8x8x4 36"),
    ("then its own", "{conv: {padding: same, bias: false}, depthwise_conv: {bias: true}}",
     "[depthwise_conv: 3]", "depthwise_conv1 8x8x4 40"),
    ("whatever stands first", "{depthwise_conv: {bias: true}, conv: {padding: same, bias: false}}",
     "[depthwise_conv: 3]", "depthwise_conv1 8x8x4 40"),
    ("conv does not take depthwise_conv's", "{depthwise_conv: {bias: false}}", "[conv: [3, 1]]",
     "conv1 8x8x3 15"),
    ("transposed_conv does not take conv's", "{conv: {bias: false}}", "[transposed_conv: [3, 1]]",
     "transposed_conv1 8x8x3 15"),
    ("conv's filters are none of depthwise_conv's", "{conv: {filters: 9, groups: 1}}",
     "[depthwise_conv: 1]", "depthwise_conv1 8x8x4 8"),
    ("norm and activation", "{conv: {norm: batchnorm, activation: relu}}", "[conv: [3, 1]]",
     "conv1 8x8x3 12, conv1.batchnorm 8x8x3 6, conv1.relu 8x8x3 0"),
    ("rows that come from norm", "{conv: {norm: groupnorm}, groupnorm: {groups: 3, affine: false}}",
     "[conv: [3, 1]]", "conv1 8x8x3 12, conv1.groupnorm 8x8x3 0"),
    ("of a merge", "{concat: {crop: true}}", "[concat: [conv: [2, 3], identity]]",
     "conv1 6x6x2 74, concat1 6x6x6 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("defaults", "layers", "expected"), [d[1:] for d in DEFAULTS], ids=[d[0] for d in DEFAULTS]
)
def test_defaults(defaults: str, layers: str, expected: str) -> None:
    text = spec(layers, defaults=defaults, parameters="{n: 2}", blocks="{u: [conv: [2, 3]]}")
    assert rows(text) == expected


FUSED_DEFAULTS: list[tuple[str, str, str, Any]] = [
    ("an activation's slope", "{leaky_relu: {slope: 0.1}}",
     "[conv: {filters: 2, kernel: 1, activation: leaky_relu}]", ("slope", 0.1)),
    ("an activation's inplace", "{relu: {inplace: false}}",
     "[conv: {filters: 2, kernel: 1, activation: relu}]", ("inplace", False)),
    ("the add of a residual", "{add: {inplace: false}}", "[residual: [conv: [4, 1]]]",
     ("inplace", False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("defaults", "layers", "expected"),
    [d[1:] for d in FUSED_DEFAULTS],
    ids=[d[0] for d in FUSED_DEFAULTS],
)
def test_defaults_of_rows_that_no_step_writes(
    defaults: str, layers: str, expected: tuple[str, Any]
) -> None:
    name, value = expected
    assert field(spec(layers, defaults=defaults), name) == value


WRONG_DEFAULTS = [
    ("a block", "{u: {a: 1}}", ["unknown-kind: u"]),
    ("a step key", "{conv: {repeat: 2}}", ["unknown-key: repeat"]),
    ("an unknown key", "{conv: {pad: 2}}", ["unknown-key: pad"]),
    ("a step's name", "{upsample: {to: conv1}}", ["unknown-key: to"]),
    ("no mapping", "{conv: same}", ["wrong-form: same"]),
    ("another field's word", "{conv: {padding: relu}}", ["unknown-word: relu"]),
    ("a block's parameter", "{conv: {stride: a}}", ["unknown-name: a"]),
    ("a wrong expression", "{conv: {stride: n / 4}}", ["not-a-whole-number: n / 4"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("defaults", "expected"), [d[1:] for d in WRONG_DEFAULTS], ids=[d[0] for d in WRONG_DEFAULTS]
)
def test_wrong_defaults(defaults: str, expected: list[str]) -> None:
    text = spec(
        "[conv1: [n, 1], u: 3]",
        defaults=defaults,
        parameters="{n: 2}",
        blocks="{u(a): [conv: [a, 1]]}",
    )
    assert mistakes(text) == expected


ONE_CAUSE = [
    ("a misspelt word", "{conv: {padding: smae}}", ["unknown-name: smae"]),
    ("a misspelt key", "{conv: {pading: same}}", ["unknown-key: pading"]),
    ("a misspelt kind", "{cnov: {padding: same}}", ["unknown-kind: cnov"]),
    ("no mapping", "{conv: same}", ["wrong-form: same"]),
    ("no mapping at all", "same", ["wrong-form: same"]),
    ("a wrong value", "{conv: {padding: n / 4}}", ["not-a-whole-number: n / 4"]),
    ("an unknown parameter", "{conv: {padding: m}}", ["unknown-name: q"]),
    ("a required field", "{conv: {kernel: thre}}", ["unknown-name: thre"]),
]


@pytest.mark.parametrize(
    ("defaults", "expected"), [c[1:] for c in ONE_CAUSE], ids=[c[0] for c in ONE_CAUSE]
)
def test_what_follows_from_a_mistake_in_defaults_is_not_told(
    defaults: str, expected: list[str]
) -> None:
    """The shapes of the residual would differ, were a kind's own default taken instead."""
    kernel = "" if "kernel" in defaults else ", kernel: 3"
    text = spec(
        f"[residual: [conv: {{filters: 4{kernel}}}], conv: {{filters: 5, kernel: 1, padding: 0}}]",
        defaults=defaults,
        parameters="{n: 3, m: 2 * q}" if "m}" in defaults else "{n: 3}",
        expect="{params: 1, layers: {conv1: {params: 1}, conv2: 8x8x5}}",
    )
    assert mistakes(text) == expected


FUSED = [
    ("norm, then activation", "conv: {filters: 3, kernel: 1, activation: relu, norm: batchnorm}",
     "conv1 8x8x3 12, conv1.batchnorm 8x8x3 6, conv1.relu 8x8x3 0"),
    ("a bias unless there is a norm", "conv: {filters: 3, kernel: 1, norm: layernorm}",
     "conv1 8x8x3 12, conv1.layernorm 8x8x3 6"),
    ("a bias beside a norm is honoured",
     "conv: {filters: 3, kernel: 1, norm: batchnorm, bias: true}",
     "conv1 8x8x3 15, conv1.batchnorm 8x8x3 6"),
    ("no bias", "conv: {filters: 3, kernel: 1, bias: false}", "conv1 8x8x3 12"),
    ("on depthwise_conv", "depthwise_conv: {kernel: 1, norm: batchnorm, activation: silu}",
     "depthwise_conv1 8x8x4 4, depthwise_conv1.batchnorm 8x8x4 8, depthwise_conv1.silu 8x8x4 0"),
    ("on transposed_conv", "transposed_conv: {filters: 3, kernel: 1, norm: batchnorm}",
     "transposed_conv1 8x8x3 12, transposed_conv1.batchnorm 8x8x3 6"),
    ("on fc", "fc: {units: 3, norm: batchnorm, activation: relu}",
     "fc1 3 768, fc1.batchnorm 3 6, fc1.relu 3 0"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "expected"), [f[1:] for f in FUSED], ids=[f[0] for f in FUSED])
def test_norm_and_activation(step: str, expected: str) -> None:
    assert rows(spec(f"[{step}]")) == expected


def test_no_norm_on_others() -> None:
    assert mistakes(spec("[maxpool: {kernel: 2, norm: batchnorm}]")) == ["unknown-key: norm"]


def test_the_order_of_sections_does_not_matter() -> None:
    sections = {
        "parameters": "{n: 2}",
        "defaults": "{conv: {padding: same}}",
        "blocks": "{u(a): [conv: [a, 3]]}",
    }
    forwards = spec("[u: n]", **sections)
    backwards = spec("[u: n]", **dict(reversed(sections.items())))
    assert rows(forwards) == rows(backwards) == "u1/conv1 8x8x2 74"


def test_a_repeated_call_may_change_its_own_input() -> None:
    text = spec("[u: {repeat: 3}]", blocks="{u: [conv: [in_channels * 2, 1, 2]]}")
    assert output(text) == "32"
    assert [row.params for row in report(text).rows] == [40, 144, 544]
