"""Section 4 of the language: the forms of a step, labels, step keys."""

from __future__ import annotations

import pytest

from tests.language import field, mistakes, names, report, rows, spec, wiring

FORMS = [
    ("bare", "[relu]", "relu1 8x8x4 0"),
    ("scalar: the first parameter", "[maxpool: 2]", "maxpool1 4x4x4 0"),
    ("scalar of fc", "[fc6: 10]", "fc6 10 2570"),
    ("scalar of a conv: its filters, the kernel missing", "[conv: 4]", "missing-key: conv"),
    ("list: filters, kernel", "[conv: [6, 3]]", "conv1 6x6x6 222"),
    ("list: filters, kernel, stride", "[conv1: [6, 3, 2]]", "conv1 3x3x6 222"),
    ("list with a pair in it", "[conv: [6, [1, 7]]]", "conv1 6@8x2 174"),
    ("list of a transposed_conv", "[transposed_conv: [6, 2, 2]]", "transposed_conv1 16x16x6 102"),
    ("list too long", "[conv: [6, 3, 1, 1]]", "no-list-form: [6, 3, 1, 1]"),
    ("empty list", "[conv: []]", "missing-key: conv"),
    ("mapping", "[conv2: {filters: 6, kernel: 3, groups: 2}]", "conv2 6x6x6 114"),
    ("no list for a pool: it could be a 3x2 window", "[maxpool: [3, 2]]", "no-list-form: [3, 2]"),
    ("no list for a depthwise_conv", "[depthwise_conv: [3, 2]]", "no-list-form: [3, 2]"),
    ("no list for an fc", "[fc: [10]]", "no-list-form: [10]"),
    ("no scalar where the table marks none", "[prelu: 1]", "no-bare-value: 1"),
    ("no scalar for a merge", "[add: relu]", "no-bare-value: relu"),
    ("two keys in a step", "[{relu: {}, tanh: {}}]", "several-keys-in-a-step: tanh"),
    ("a list as a step", "[[relu]]", "wrong-form: [relu]"),
    ("an unknown key", "[conv: {filter: 6, kernel: 3}]", "unknown-key: filter"),
    ("a missing field", "[conv: {filters: 6}]", "missing-key: conv"),
    ("an empty mapping", "[maxpool: {}]", "missing-key: maxpool"),
    ("an empty mapping where nothing is needed", "[relu: {}]", "relu1 8x8x4 0"),
]


@pytest.mark.parametrize(("layers", "expected"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_forms(layers: str, expected: str) -> None:
    found = mistakes(spec(layers))
    assert (", ".join(found) or rows(spec(layers))) == expected


CALLS = [
    ("list: the parameters in order", "[unit: [3, 1]]", "unit1/conv1 8x8x3 15"),
    ("scalar: the first", "[unit: 3]", "unit1/conv1 8x8x3 15"),
    ("mapping", "[unit: {kernel: 3, filters: 2}]", "unit1/conv1 6x6x2 74"),
    ("bare, of a block without required ones", "[free]", "free1/relu1 8x8x4 0"),
    ("too few", "[unit]", "wrong-arguments: unit"),
    ("too many", "[unit: [3, 1, 1]]", "wrong-arguments: 1"),
    ("one for none", "[free: 1]", "wrong-arguments: 1"),
    ("unknown", "[unit: {filters: 3, kernels: 1}]", "unknown-key: kernels"),
]


@pytest.mark.parametrize(("layers", "expected"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_calls(layers: str, expected: str) -> None:
    blocks = '{"unit(filters, kernel=1)": [conv: [filters, kernel]], free: [relu]}'
    text = spec(layers, blocks=blocks)
    found = mistakes(text)
    assert (", ".join(found) or rows(text)) == expected


LABELS = [
    ("conv1", "conv1"),
    ("conv1_1", "conv1_1"),
    ("conv_2", "conv_2"),
    ("conv3a", "conv3a"),
    ("conv3a_2b_10", "conv3a_2b_10"),
    ("conv2d", ["unknown-kind: conv2d"]),
    ("conv1d", ["unknown-kind: conv1d"]),
    ("conv3x3", ["unknown-kind: conv3x3"]),
    ("conv1ab", ["unknown-kind: conv1ab"]),
    ("conv1A", ["unknown-kind: conv1A"]),
    ("conv1_", ["unknown-kind: conv1_"]),
    ("conv_a", ["unknown-kind: conv_a"]),
    ("conv__1", ["unknown-kind: conv__1"]),
    ("conv-1", ["unknown-kind: conv-1"]),
    ("Conv", ["unknown-kind: Conv"]),
    ("1conv", ["unknown-kind: 1conv"]),
    ("stem", ["unknown-kind: stem"]),
]


@pytest.mark.parametrize(("label", "expected"), LABELS)
def test_labels(label: str, expected: str | list[str]) -> None:
    """With a number, the label is also the step's name."""
    text = spec(f"[{label}: [4, 1], relu: {{from: {label}}}]")
    if isinstance(expected, str):
        assert wiring(text) == {expected: "input", "relu1": expected}
    else:
        assert mistakes(text)[:1] == expected


LONGEST = [
    ("relu6 is a kind", "[relu6]", "relu6"),
    ("relu6_1 is a relu6", "[relu6_1]", "relu6"),
    ("relu7 is a relu", "[relu7]", "relu"),
    ("conv_1 is a conv", "[conv_1: [4, 1]]", "conv"),
    ("a block's name that begins with a kind", "[conv_bn1]", "tanh"),
    ("a block's name that ends in a digit", "[stage2_1]", "softmax"),
    ("a block that is called like a numbered kind", "[conv9]", "sigmoid"),
]


@pytest.mark.parametrize(("layers", "kind"), [c[1:] for c in LONGEST], ids=[c[0] for c in LONGEST])
def test_the_longest_kind_or_block_counts(layers: str, kind: str) -> None:
    blocks = "{conv_bn: [tanh], stage2: [softmax], conv9: [sigmoid]}"
    (row,) = report(spec(layers, blocks=blocks)).rows
    assert row.kind == kind


def test_a_name_by_key() -> None:
    text = spec("[conv: {name: stem, filters: 3, kernel: 1}, relu: {from: stem}]")
    assert wiring(text) == {"stem": "input", "relu1": "stem"}


NAMES = [
    ("by label and by key", "[conv1: {name: stem, filters: 3, kernel: 1}]",
     ["name-given-twice: stem"]),
    ("twice", "[relu1, relu1]", ["duplicate-name: relu1"]),
    ("twice, in a body", "[relu1, residual: [relu1]]", ["duplicate-name: relu1"]),
    ("like the input", "[relu: {name: input}]", ["duplicate-name: input"]),
    ("no letters", "[relu: {name: a-b}]", ["bad-name: a-b"]),
    ("begins with a digit", "[relu: {name: 1a}]", ["bad-name: 1a"]),
    ("a list", "[relu: {name: [a]}]", ["wrong-form: [a]"]),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "expected"), [n[1:] for n in NAMES], ids=[n[0] for n in NAMES])
def test_wrong_names(layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers)) == expected


FROM = [
    ("the output of the whole step", "[conv1: {filters: 3, kernel: 1, activation: relu}, tanh,"
     " softmax: {from: conv1}]", "softmax1", "conv1.relu"),
    ("the input", "[conv1: [3, 1], tanh: {from: input}]", "tanh1", "input"),
    ("previous", "[conv1: [3, 1], tanh: {from: previous}]", "tanh1", "conv1"),
    ("previous of the first step", "[tanh: {from: previous}]", "tanh1", "input"),
    ("the last of a repeat", "[conv1: {filters: 4, kernel: 1, repeat: 3}, relu,"
     " tanh: {from: conv1}]", "tanh1", "conv1_3"),
    ("the first repetition reads it, the others chain",
     "[conv1: [3, 1], conv2: [3, 1], {conv: {from: conv1, filters: 3, kernel: 1, repeat: 2}}]",
     "conv4", "conv3"),
    ("of a block", "[conv1: [3, 1], relu, unit: {from: conv1}]", "unit1/sigmoid1", "conv1"),
    ("of a residual", "[conv1: [3, 1], relu, residual: {from: conv1, body: [tanh]}]",
     "residual1.add", "tanh1 conv1"),
    ("of a merge with branches",
     "[conv1: [3, 1], relu, add: {from: conv1, branches: [tanh, identity]}]",
     "add1", "tanh1 conv1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "row", "reads"), [f[1:] for f in FROM], ids=[f[0] for f in FROM]
)
def test_from(layers: str, row: str, reads: str) -> None:
    assert wiring(spec(layers, blocks="{unit: [sigmoid]}"))[row] == reads


def test_from_and_repeat_begin_at_the_tensor_named() -> None:
    text = spec(
        "[conv1: [3, 1], conv2: [5, 1], {conv: {from: conv1, filters: 3, kernel: 1, repeat: 2}}]"
    )
    assert wiring(text)["conv3"] == "conv1"


REPEATS = [
    ("a chain", "[conv: {filters: 2, kernel: 1, repeat: 3}]",
     "conv1 8x8x2 10, conv2 8x8x2 6, conv3 8x8x2 6"),
    ("0 skips", "[conv: {filters: 2, kernel: 1, repeat: 0}, conv: [3, 1]]", "conv1 8x8x3 15"),
    ("i counts from 0", "[conv: {filters: 2 + i, kernel: 1, repeat: 2}]",
     "conv1 8x8x2 10, conv2 8x8x3 9"),
    ("first and last", "[conv: {filters: 1 if first else 3 if last else 2, kernel: 1, repeat: 3}]",
     "conv1 8x8x1 5, conv2 8x8x2 4, conv3 8x8x3 9"),
    ("once: first and last", "[conv: {filters: 2 if first and last else 1, kernel: 1, repeat: 1}]",
     "conv1 8x8x2 10"),
    ("in the steps written inside", "[residual: {repeat: 2, shortcut: project, body:"
     " [conv: [2 + i, 1]]}]",
     "residual1/conv1 8x8x2 10, residual1.shortcut 8x8x2 10, residual1.add 8x8x2 0,"
     " residual2/conv1 8x8x3 9, residual2.shortcut 8x8x3 9, residual2.add 8x8x3 0"),
    ("in branches", "[concat: {repeat: 2, branches: [conv: [1 + i, 1], identity]}]",
     "concat1/conv1 8x8x1 5, concat1 8x8x5 0, concat2/conv1 8x8x2 12, concat2 8x8x7 0"),
    ("an inner repeat hides the outer one's", "[residual: {repeat: 2, shortcut: optional, body:"
     " [{conv: {filters: 1 + i, kernel: 1, repeat: 3 - i, if: not first or last}}]}]",
     "residual1/conv2 8x8x2 10, residual1/conv3 8x8x3 9, residual2/conv2 8x8x2 8"),
    ("the count of an inner repeat is the outer one's to say",
     "[aux: {repeat: 2, body: [{conv: {filters: 1, kernel: 1, repeat: i + 1}}]}]",
     "aux1/conv1 8x8x1 5, aux2/conv1 8x8x1 5, aux2/conv2 8x8x1 2"),
    ("an argument of a block", "[one: {filters: 2 + i, repeat: 2}]",
     "one1/conv1 8x8x2 10, one2/conv1 8x8x3 9"),
    ("an expression", "[conv: {filters: 2, kernel: 1, repeat: 4 / n}]",
     "conv1 8x8x2 10, conv2 8x8x2 6"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [r[1:] for r in REPEATS], ids=[r[0] for r in REPEATS]
)
def test_repeat(layers: str, expected: str) -> None:
    blocks = "{one(filters): [conv: [filters, 1]]}"
    assert rows(spec(layers, blocks=blocks, parameters="{n: 2}")) == expected


WRONG_REPEATS = [
    ("not inside the block that it calls", "[unit: {repeat: 2}]", ["outside-a-repeat: i"]),
    ("negative", "[relu: {repeat: -1}]", ["out-of-range: -1"]),
    ("not whole", "[relu: {repeat: 2.5}]", ["not-a-whole-number: 2.5"]),
    ("a word", "[relu: {repeat: same}]", ["wrong-type: same"]),
    ("its own i", "[relu: {repeat: i}]", ["outside-a-repeat: i"]),
    ("a merge of names", "[relu1, add: {from: [relu1, input], repeat: 2}]",
     ["not-with-repeat: add"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [r[1:] for r in WRONG_REPEATS], ids=[r[0] for r in WRONG_REPEATS]
)
def test_wrong_repeat(layers: str, expected: list[str]) -> None:
    blocks = "{unit: [conv: [i, 1]]}" if "unit" in layers else "{}"
    assert mistakes(spec(layers, blocks=blocks)) == expected


IFS = [
    ("skipped unless true", "[relu: {if: deep}, tanh: {if: not deep}]", "relu1"),
    ("a skipped step keeps its number", "[relu: {if: not deep}, relu]", "relu2"),
    ("asked for each repetition", "[relu: {repeat: 4, if: i != 1 and not last}]", "relu1 relu3"),
    ("on a block", "[unit: {if: deep}, unit: {if: false}]", "unit1/sigmoid1"),
    ("on a residual", "[residual: {if: false, body: [tanh]}, relu]", "relu1"),
    ("on a merge", "[concat: {if: false, branches: [tanh, softmax]}, relu]", "relu1"),
]


@pytest.mark.parametrize(("layers", "expected"), [c[1:] for c in IFS], ids=[c[0] for c in IFS])
def test_if(layers: str, expected: str) -> None:
    text = spec(layers, parameters="{deep: true}", blocks="{unit: [sigmoid]}")
    assert names(text) == expected


def test_a_skipped_step_passes_on_what_came_before_it() -> None:
    """Also when it has a `from`: it is as if it were not written."""
    skipped = "[conv1: [3, 1], conv2: [5, 1], tanh: {from: conv1, if: false}, relu]"
    none = "[conv1: [3, 1], conv2: [5, 1], tanh: {from: conv1, repeat: 0}, relu]"
    assert wiring(spec(skipped))["relu1"] == wiring(spec(none))["relu1"] == "conv2"


@pytest.mark.parametrize("condition", ["1", "0", "same", "1 + 1", "'1'"])
def test_if_is_a_boolean_not_a_number(condition: str) -> None:
    assert mistakes(spec(f"[relu: {{if: {condition}}}]")) == [f"wrong-type: {condition}"]


def test_a_guarded_step_may_read_one_guarded_alike() -> None:
    text = spec(
        "[tanh: {name: x, if: deep}, relu, softmax: {from: x, if: deep}]",
        parameters="{deep: false}",
    )
    assert names(text) == "relu1"


EXPECTS = [
    ("right", "[conv1: {filters: 3, kernel: 1, expect: 8x8x3}]", []),
    ("wrong", "[conv1: {filters: 3, kernel: 1, expect: 8x8x5}]", ["unexpected-shape: 8x8x5"]),
    ("of the last repetition", "[maxpool: {kernel: 2, repeat: 3, expect: 1x1x4}]", []),
    ("not of the first", "[maxpool: {kernel: 2, repeat: 3, expect: 4x4x4}]",
     ["unexpected-shape: 4x4x4"]),
    ("of the last that ran", "[maxpool: {kernel: 2, repeat: 3, if: not last, expect: 8x8x4}]",
     ["unexpected-shape: 8x8x4"]),
    ("not of a step that was skipped", "[relu: {if: false, expect: 1x1x1}]", []),
    ("of a block", "[unit: {expect: 4x4x4}]", ["unexpected-shape: 4x4x4"]),
    ("of a residual", "[residual: {expect: 4x4x4, body: [relu]}]", ["unexpected-shape: 4x4x4"]),
    ("of a merge", "[concat: {expect: 8x8x8, branches: [relu, tanh]}]", []),
    ("of an aux: what leaves the head", "[aux: {expect: 10, body: [fc: 10]}, relu]", []),
    ("a vector", "[fc: {units: 10, expect: 11}]", ["unexpected-shape: 11"]),
    ("a shape by name", "[conv: {filters: 3, kernel: [1, 3],"
     " expect: {channels: 3, height: 8, width: 6}}]", []),
    ("no expression", "[relu: {expect: 2 * 4}]", ["bad-shape: 2 * 4"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [e[1:] for e in EXPECTS], ids=[e[0] for e in EXPECTS]
)
def test_expect(layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers, blocks="{unit: [sigmoid]}")) == expected


SHARES = [
    ("a layer", "[conv1: [4, 3], conv2: {filters: 4, kernel: 3, share: conv1}]",
     "conv1 6x6x4 148, conv2 4x4x4 0"),
    ("with its norm", "[conv1: {filters: 4, kernel: 1, norm: batchnorm},"
     " conv2: {filters: 4, kernel: 1, norm: batchnorm, share: conv1}]",
     "conv1 8x8x4 16, conv1.batchnorm 8x8x4 8, conv2 8x8x4 0, conv2.batchnorm 8x8x4 0"),
    ("another stride is the same weights", "[conv1: [4, 1], conv2: {filters: 4, kernel: 1,"
     " stride: 2, share: conv1}]", "conv1 8x8x4 20, conv2 4x4x4 0"),
    ("a block", "[unit1, unit2: {share: unit1}]", "unit1/conv1 8x8x4 20, unit2/conv1 8x8x4 0"),
    ("a block at another size", "[unit1, maxpool: 2, unit2: {share: unit1}]",
     "unit1/conv1 8x8x4 20, maxpool1 4x4x4 0, unit2/conv1 4x4x4 0"),
    ("each repetition the one step", "[conv1: [4, 1], conv2: {filters: 4, kernel: 1, repeat: 2,"
     " share: conv1}]", "conv1 8x8x4 20, conv2_1 8x8x4 0, conv2_2 8x8x4 0"),
    ("repetitions of repetitions", "[conv1: {filters: 4, kernel: 1, repeat: 2},"
     " conv2: {filters: 4, kernel: 1, repeat: 2, share: conv1}]",
     "conv1_1 8x8x4 20, conv1_2 8x8x4 20, conv2_1 8x8x4 0, conv2_2 8x8x4 0"),
    ("a residual", "[residual1: [conv: [4, 1]], residual2: {share: residual1,"
     " body: [conv: [4, 1]]}]",
     "residual1/conv1 8x8x4 20, residual1.add 8x8x4 0, residual2/conv1 8x8x4 0,"
     " residual2.add 8x8x4 0"),
    ("a third shares what the second shares", "[conv1: [4, 1],"
     " conv2: {filters: 4, kernel: 1, share: conv1},"
     " conv3: {filters: 4, kernel: 1, share: conv2}]",
     "conv1 8x8x4 20, conv2 8x8x4 0, conv3 8x8x4 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [s[1:] for s in SHARES], ids=[s[0] for s in SHARES]
)
def test_share(layers: str, expected: str) -> None:
    """The rows of a step that shares count MACs and activations, but no parameters."""
    text = spec(layers, blocks="{unit: [conv: [4, 1]]}")
    assert rows(text) == expected
    for row in report(text).rows:
        if row.kind == "conv":
            channels, height, width = row.output_shape
            assert row.macs == channels * height * width * 4 * row.parameters["kernel"][0] ** 2
            assert row.activations == channels * height * width


WRONG_SHARES = [
    ("another kind", "[conv1: [4, 1], transposed_conv: {filters: 4, kernel: 1, share: conv1}]",
     ["not-shareable: conv1"]),
    ("another block", "[unit1, other: {share: unit1}]", ["not-shareable: unit1"]),
    ("other filters", "[conv1: [4, 1], conv2: {filters: 5, kernel: 1, share: conv1}]",
     ["not-shareable: conv1"]),
    ("other channels", "[conv1: [5, 1], conv2: {filters: 5, kernel: 1, share: conv1}]",
     ["not-shareable: conv1"]),
    ("no bias", "[conv1: [4, 1], conv2: {filters: 4, kernel: 1, bias: false, share: conv1}]",
     ["not-shareable: conv1"]),
    ("a norm more", "[conv1: {filters: 4, kernel: 1, bias: true},"
     " conv2: {filters: 4, kernel: 1, bias: true, norm: groupnorm, share: conv1}]",
     ["not-shareable: conv1"]),
    ("nothing to share", "[relu1, relu2: {share: relu1}]", ["not-shareable: relu1"]),
    ("the input", "[conv1: {filters: 4, kernel: 1, share: input}]", ["not-shareable: input"]),
    ("a later step", "[conv1: {filters: 4, kernel: 1, share: conv2}, conv2: [4, 1]]",
     ["defined-later: conv2"]),
    ("itself", "[conv1: {filters: 4, kernel: 1, share: conv1}]", ["defined-later: conv1"]),
    ("an automatic name", "[conv: [4, 1], conv2: {filters: 4, kernel: 1, share: conv1}]",
     ["unknown-step: conv1"]),
    ("no name", "[conv1: [4, 1], conv2: {filters: 4, kernel: 1, share: previous}]",
     ["unknown-step: previous"]),
    ("a skipped one", "[conv1: {filters: 4, kernel: 1, if: false},"
     " conv2: {filters: 4, kernel: 1, share: conv1}]", ["skipped-step: conv1"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [s[1:] for s in WRONG_SHARES], ids=[s[0] for s in WRONG_SHARES]
)
def test_wrong_share(layers: str, expected: list[str]) -> None:
    blocks = "{unit: [conv: [4, 1]], other: [conv: [4, 1]]}"
    assert mistakes(spec(layers, blocks=blocks, defaults="{groupnorm: {groups: 2}}")) == expected


def test_step_keys_in_the_mapping_of_any_step() -> None:
    """On a layer, a call, a residual, a merge, an aux and an identity."""
    keys = "from: x, repeat: 1, if: true, expect: 8x8x4"
    text = spec(
        f"[tanh: {{name: x}}, conv: {{name: a, filters: 4, kernel: 1, {keys}}},"
        f" unit: {{name: b, {keys}}}, residual: {{name: c, body: [relu], {keys}}},"
        f" add: {{name: d, branches: [relu, identity], {keys}}},"
        f" aux: {{name: e, body: [relu], {keys}}}, identity: {{name: f, {keys}}}]",
        blocks="{unit: [relu]}",
    )
    assert names(text) == "x a_1 b_1/relu1 c_1/relu1 c_1.add d_1/relu1 d_1 e_1/relu1"
    assert field(text, "inplace") is True
