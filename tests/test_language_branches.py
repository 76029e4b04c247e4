"""Section 5 of the language: residuals, merges, auxiliary heads."""

from __future__ import annotations

import pytest

from tests.language import mistakes, report, rows, spec, wiring

RESIDUALS = [
    ("the body as a list", "[residual: [conv: [4, 1], relu]]",
     "conv1 8x8x4 20, relu1 8x8x4 0, residual1.add 8x8x4 0"),
    ("the body as a key", "[residual: {body: [conv: [4, 1]]}]",
     "conv1 8x8x4 20, residual1.add 8x8x4 0"),
    ("identity, said", "[residual: {shortcut: identity, body: [conv: [4, 1]]}]",
     "conv1 8x8x4 20, residual1.add 8x8x4 0"),
    ("project, not needed", "[residual: {shortcut: project, body: [conv: [4, 1]]}]",
     "conv1 8x8x4 20, residual1.add 8x8x4 0"),
    ("project: the body's channels", "[residual: {shortcut: project, body: [conv: [6, 1]]}]",
     "conv1 8x8x6 30, residual1.shortcut 8x8x6 30, residual1.add 8x8x6 0"),
    ("project: stride ceil(in / out)", "[residual: {shortcut: project, body: [conv: [6, 1, 3]]}]",
     "conv1 3x3x6 30, residual1.shortcut 3x3x6 30, residual1.add 3x3x6 0"),
    ("project: per axis",
     "[residual: {shortcut: project, body: [conv: {filters: 6, kernel: 1, stride: [2, 1]}]}]",
     "conv1 6@4x8 30, residual1.shortcut 6@4x8 30, residual1.add 6@4x8 0"),
    ("optional, equal shapes", "[residual: {shortcut: optional, body: [conv: [4, 1]]}]",
     "conv1 8x8x4 20, residual1.add 8x8x4 0"),
    ("optional, other channels: no shortcut and no add",
     "[residual: {shortcut: optional, body: [conv: [6, 1]]}]", "conv1 8x8x6 30"),
    ("optional, another size", "[residual: {shortcut: optional, body: [maxpool: 2]}]",
     "maxpool1 4x4x4 0"),
    ("an expression", "[residual: {shortcut: project if wide else identity, body: [conv: [6, 1]]}]",
     "conv1 8x8x6 30, residual1.shortcut 8x8x6 30, residual1.add 8x8x6 0"),
    ("of vectors", "[global_avgpool, residual: {shortcut: project, body: [fc: 6]}]",
     "global_avgpool1 4 0, fc1 6 30, residual1.shortcut 6 30, residual1.add 6 0"),
    ("in a residual", "[residual: [residual: [conv: [4, 1]], relu]]",
     "conv1 8x8x4 20, residual2.add 8x8x4 0, relu1 8x8x4 0, residual1.add 8x8x4 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [r[1:] for r in RESIDUALS], ids=[r[0] for r in RESIDUALS]
)
def test_residual(layers: str, expected: str) -> None:
    assert rows(spec(layers, parameters="{wide: true}")) == expected


PROJECTED = "[residual: {shortcut: project, body: [conv: {filters: 6, kernel: 1, stride: 2}]}]"
PROJECTIONS = [
    ("no bias", "{conv: {bias: false}}", "residual1.shortcut 4x4x6 24"),
    ("norm", "{conv: {norm: batchnorm}}",
     "residual1.shortcut 4x4x6 24, residual1.shortcut.batchnorm 4x4x6 12"),
    ("norm and a bias of its own", "{conv: {norm: batchnorm, bias: true}}",
     "residual1.shortcut 4x4x6 30, residual1.shortcut.batchnorm 4x4x6 12"),
    ("the norm's own defaults", "{conv: {norm: groupnorm}, groupnorm: {groups: 3, affine: false}}",
     "residual1.shortcut 4x4x6 24, residual1.shortcut.groupnorm 4x4x6 0"),
    ("no activation, no padding, no dilation",
     "{conv: {activation: relu, padding: same, dilation: 2}}", "residual1.shortcut 4x4x6 30"),
    ("no groups", "{conv: {groups: 2}}", "residual1.shortcut 4x4x6 30"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("defaults", "expected"), [p[1:] for p in PROJECTIONS], ids=[p[0] for p in PROJECTIONS]
)
def test_a_projection_takes_bias_and_norm_from_the_defaults_of_conv(
    defaults: str, expected: str
) -> None:
    found = rows(spec(PROJECTED, defaults=defaults)).split(", ")
    assert ", ".join(row for row in found if row.startswith("residual1.shortcut")) == expected


WRONG_RESIDUALS = [
    ("other channels", "[residual: [conv: [6, 1]]]", ["residual-shapes-differ: residual"]),
    ("another size", "[residual: [maxpool: 2]]", ["residual-shapes-differ: residual"]),
    ("at its value", "[residual: {shortcut: identity, body: [conv: [6, 1]]}]",
     ["residual-shapes-differ: identity"]),
    ("an output that no stride explains: 8 to 6",
     "[residual: {shortcut: project, body: [conv: [6, 3]]}]", ["no-stride-explains: project"]),
    ("an output larger than the input",
     "[residual: {shortcut: project, body: [upsample]}]", ["no-stride-explains: project"]),
    ("another word", "[residual: {shortcut: relu, body: [relu]}]", ["unknown-word: relu"]),
    ("a misspelt word", "[residual: {shortcut: projekt, body: [relu]}]", ["unknown-word: projekt"]),
    ("a misspelt word, and shapes that differ",
     "[residual: {shortcut: projekt, body: [conv: [6, 1]]}]", ["unknown-word: projekt"]),
    ("a misspelt key, and shapes that differ",
     "[residual: {shortcat: project, body: [conv: [6, 1]]}]", ["unknown-key: shortcat"]),
    ("an expression that cannot be read, and shapes that differ",
     "[residual: {shortcut: project if, body: [conv: [6, 1]]}]", ["malformed-expression: if"]),
    ("a shortcut as written beside another error",
     "[residual: {shortcut: identity, repaet: 2, body: [conv: [6, 1]]}]",
     ["residual-shapes-differ: identity", "unknown-key: repaet"]),
    ("no body", "[residual: {shortcut: project}]", ["missing-key: residual"]),
    ("bare", "[residual]", ["wrong-form: residual"]),
    ("an empty body", "[residual: []]", ["missing-key: []"]),
    ("an unknown key", "[residual: {bodies: [relu], body: [relu]}]", ["unknown-key: bodies"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [r[1:] for r in WRONG_RESIDUALS], ids=[r[0] for r in WRONG_RESIDUALS]
)
def test_wrong_residual(layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers)) == expected


def test_a_residual_whose_body_has_other_axes() -> None:
    inputs = "{image: 8x8x4, sound: 8x4}"
    for shortcut, expected in (
        ("identity", ["residual-shapes-differ: identity"]),
        ("project", ["no-stride-explains: project"]),
    ):
        body = f"{{from: image, shortcut: {shortcut}, body: [relu: {{from: sound}}]}}"
        layers = f"[residual: {body}]"
        assert mistakes(spec(layers, inputs=inputs)) == expected


MERGES = [
    ("concat joins channels", "[concat: [conv: [6, 1], conv: [3, 1]]]",
     "conv1 8x8x6 30, conv2 8x8x3 15, concat1 8x8x9 0"),
    ("a branch is a step or a list", "[concat: [conv: [6, 1], [conv: [3, 1], conv: [2, 1]]]]",
     "conv1 8x8x6 30, conv2 8x8x3 15, conv3 8x8x2 8, concat1 8x8x8 0"),
    ("identity is the input itself", "[concat: [identity, relu]]",
     "relu1 8x8x4 0, concat1 8x8x8 0"),
    ("three branches", "[add: [identity, conv: [4, 1], conv: [4, 1]]]",
     "conv1 8x8x4 20, conv2 8x8x4 20, add1 8x8x4 0"),
    ("tensors that exist", "[conv1: [3, 1], conv2: [2, 1], concat: {from: [conv1, previous]}]",
     "conv1 8x8x3 15, conv2 8x8x2 8, concat1 8x8x5 0"),
    ("a tensor twice", "[conv1: [3, 1], concat: {from: [conv1, conv1]}]",
     "conv1 8x8x3 15, concat1 8x8x6 0"),
    ("the input", "[conv1: [3, 1], concat: {from: [input, conv1]}]",
     "conv1 8x8x3 15, concat1 8x8x7 0"),
    ("crop to the smallest", "[conv1: [3, 3], concat: {from: [input, conv1], crop: true}]",
     "conv1 6x6x3 111, concat1 6x6x7 0"),
    ("crop branches, per axis", "[concat: {crop: true, branches:"
     " [conv: [1, [1, 3]], conv: [2, [5, 1]]]}]",
     "conv1 1@8x6 13, conv2 2@4x8 42, concat1 3@4x6 0"),
    ("a branch that begins elsewhere", "[conv1: [3, 1], conv2: [5, 1],"
     " add: [identity, conv: {from: conv1, filters: 5, kernel: 1}]]",
     "conv1 8x8x3 15, conv2 8x8x5 20, conv3 8x8x5 20, add1 8x8x5 0"),
    ("one step that is skipped is left out",
     "[add: [conv: [4, 1], conv: [4, 1], relu: {if: false}]]",
     "conv1 8x8x4 20, conv2 8x8x4 20, add1 8x8x4 0"),
    ("repeat: 0 skips as well", "[concat: [conv: [6, 1], relu, relu: {repeat: 0}]]",
     "conv1 8x8x6 30, relu1 8x8x4 0, concat1 8x8x10 0"),
    ("each repetition skipped", "[concat: [conv: [6, 1], relu, tanh: {repeat: 2, if: i > 5}]]",
     "conv1 8x8x6 30, relu1 8x8x4 0, concat1 8x8x10 0"),
    ("one branch left is passed on", "[concat: [conv: [6, 1], relu: {if: false}], fc: 10]",
     "conv1 8x8x6 30, fc1 10 3850"),
    ("one branch left, of a named merge",
     "[add1: [conv: [6, 1], relu: {if: false}], fc: {from: add1, units: 10}]",
     "add1/conv1 8x8x6 30, fc1 10 3850"),
    ("a block that is skipped", "[add: [conv: [4, 1], conv: [4, 1], residual: {if: false, "
     "body: [relu]}]]", "conv1 8x8x4 20, conv2 8x8x4 20, add1 8x8x4 0"),
    ("a list that is skipped is the identity", "[concat: [conv: [6, 1], [relu: {if: false}]]]",
     "conv1 8x8x6 30, concat1 8x8x10 0"),
    ("a list of which some is skipped", "[concat: [conv: [6, 1], [tanh, relu: {if: false}]]]",
     "conv1 8x8x6 30, tanh1 8x8x4 0, concat1 8x8x10 0"),
    ("multiply: one channel", "[multiply: [identity, conv: [1, 1]]]",
     "conv1 8x8x1 5, multiply1 8x8x4 0"),
    ("multiply: height and width 1", "[multiply: [identity, global_avgpool]]",
     "global_avgpool1 4 0, multiply1 8x8x4 0"),
    ("multiply: the first is the small one", "[multiply: [global_avgpool, identity]]",
     "global_avgpool1 4 0, multiply1 8x8x4 0"),
    ("multiply: both small, in other ways", "[multiply: [global_avgpool, conv: [1, 1]]]",
     "global_avgpool1 4 0, conv1 8x8x1 5, multiply1 8x8x4 0"),
    ("multiply: one value", "[multiply: [identity, [conv: [1, 1], global_avgpool]]]",
     "conv1 8x8x1 5, global_avgpool1 1 0, multiply1 8x8x4 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [m[1:] for m in MERGES], ids=[m[0] for m in MERGES]
)
def test_merge(layers: str, expected: str) -> None:
    assert rows(spec(layers)) == expected


WRONG_MERGES = [
    ("branches and from", "[relu1, add: {from: [relu1, input], branches: [relu, tanh]}]",
     ["branches-and-from: add"]),
    ("neither", "[add]", ["branches-and-from: add"]),
    ("only one name", "[relu1, concat: {from: relu1}]", ["branches-and-from: concat"]),
    ("one name in a list", "[relu1, concat: {from: [relu1]}]", ["too-few-branches: [relu1]"]),
    ("one branch", "[concat: [relu]]", ["too-few-branches: concat"]),
    ("an empty branch", "[concat: [relu, []]]", ["missing-key: []"]),
    ("concat: other sizes", "[concat: [identity, maxpool: 2]]", ["concat-sizes-differ: concat"]),
    ("add: other channels", "[add: [identity, conv: [6, 1]]]", ["add-shapes-differ: add"]),
    ("add: no broadcasting", "[add: [identity, global_avgpool]]", ["add-shapes-differ: add"]),
    ("multiply: other channels", "[multiply: [identity, conv: [2, 1]]]",
     ["factors-differ: multiply"]),
    ("multiply: another size", "[multiply: [identity, maxpool: 2]]", ["factors-differ: multiply"]),
    ("multiply: only the width is 1", "[multiply: [identity, adaptive_avgpool: {size: [8, 1]}]]",
     ["factors-differ: multiply"]),
    ("no branch is left", "[add: [conv: {if: false, filters: 4, kernel: 1}, relu: {repeat: 0}]]",
     ["no-branch-left: add"]),
    ("crop is for concat", "[add: {crop: true, branches: [relu, tanh]}]", ["unknown-key: crop"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [m[1:] for m in WRONG_MERGES], ids=[m[0] for m in WRONG_MERGES]
)
def test_wrong_merge(layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers)) == expected


def test_every_branch_starts_at_the_steps_input() -> None:
    text = spec("[conv1: [4, 1], add: [[relu, tanh], sigmoid, identity]]")
    read = wiring(text)
    assert [read[name] for name in ("relu1", "tanh1", "sigmoid1")] == ["conv1", "relu1", "conv1"]
    assert read["add1"] == "tanh1 sigmoid1 conv1"


AUX = spec("[conv1: [3, 1], aux1: [conv: [5, 1], fc: 10], conv2: [2, 1]]")


def test_aux_leaves_the_tensor_unchanged() -> None:
    assert wiring(AUX) == {
        "conv1": "input",
        "aux1/conv3": "conv1",
        "aux1/fc1": "aux1/conv3",
        "conv2": "conv1",
    }


def test_aux_counts_in_training_params_alone() -> None:
    """conv1 15, conv2 8; the head 20 + 3210."""
    shown = report(AUX)
    assert shown.totals.params == 15 + 8
    assert shown.totals.training_params == 15 + 8 + 20 + 3210
    assert shown.totals.macs == 64 * (12 + 6)
    assert shown.totals.activations == 64 * (4 + 3 + 2)
    assert [row.name for row in shown.rows if row.training_only] == ["aux1/conv3", "aux1/fc1"]


def test_aux_at_the_end_is_not_the_output() -> None:
    text = spec("[conv1: [3, 1], aux: [fc: 10]]", expect="{output: 8x8x3}")
    assert mistakes(text) == []


def test_aux_with_from_leaves_the_current_tensor() -> None:
    text = spec("[conv1: [3, 1], conv2: [2, 1], aux1: {from: conv1, body: [tanh]}, relu]")
    assert wiring(text)["aux1/tanh1"] == "conv1"
    assert wiring(text)["relu1"] == "conv2"


AUX_NAMES = [
    ("a name of the head", "[aux1: [tanh1, sigmoid], relu: {from: tanh1}]",
     ["reads-an-auxiliary-head: tanh1"]),
    ("the head itself", "[aux1: [tanh], relu: {from: aux1}]", ["reads-an-auxiliary-head: aux1"]),
    ("in a merge", "[aux1: [tanh1], add: {from: [input, tanh1]}]",
     ["reads-an-auxiliary-head: tanh1"]),
    ("as an argument", "[aux1: [tanh1], unit: [tanh1]]", ["reads-an-auxiliary-head: tanh1"]),
    ("as an output", "[relu1, aux1: [tanh1]]", ["reads-an-auxiliary-head: tanh1"]),
    ("its weights", "[aux1: [conv1: [4, 1]], conv2: {filters: 4, kernel: 1, share: conv1}]",
     ["reads-an-auxiliary-head: conv1"]),
    ("within the head", "[aux1: [tanh1, relu, sigmoid: {from: tanh1}], relu]", []),
    ("in another head", "[aux1: [tanh1], aux2: [relu: {from: tanh1}], relu]", []),
    ("the main path, from the head", "[tanh1, relu, aux1: [sigmoid: {from: tanh1}], relu]", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [a[1:] for a in AUX_NAMES], ids=[a[0] for a in AUX_NAMES]
)
def test_names_of_an_auxiliary_head(layers: str, expected: list[str]) -> None:
    sections = {"outputs": "[relu1, tanh1]"} if layers.startswith("[relu1") else {}
    blocks = "{unit(x): [add: {from: [x, previous]}]}"
    assert mistakes(spec(layers, blocks=blocks, **sections)) == expected
