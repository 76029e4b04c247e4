"""Section 6 of the language: which names there are, who may read them, and the rows' paths."""

from __future__ import annotations

import pytest

from tests.language import mistakes, names, net, report, rows, size, spec, wiring

READS = [
    ("from inside a body", "[tanh1, residual: [relu1, sigmoid], softmax: {from: relu1}]", "relu1"),
    ("from inside a branch", "[add: [[relu1, tanh], identity], softmax: {from: relu1}]", "relu1"),
    ("from deep inside", "[residual: [add: [[residual: [relu1, tanh]], identity]],"
     " softmax: {from: relu1}]", "relu1"),
    ("from a branch beside", "[add: [[relu1, tanh], softmax: {from: relu1}]]", "relu1"),
    ("inside, what is outside", "[tanh1, relu, residual: [softmax: {from: tanh1}]]", "tanh1"),
    ("a block's last row", "[unit1, relu, softmax: {from: unit1}]", "unit1/sigmoid1"),
    ("a named residual", "[residual1: [relu], tanh, softmax: {from: residual1}]", "residual1.add"),
    ("a named merge", "[add1: [relu, identity], tanh, softmax: {from: add1}]", "add1"),
    ("an identity names a tensor", "[tanh1, relu, identity: {name: x}, sigmoid,"
     " softmax: {from: x}]", "relu1"),
    ("an identity names the input", "[identity: {name: x}, relu, softmax: {from: x}]", "input"),
    ("an identity names what it reads", "[tanh1, relu, identity: {name: x, from: tanh1}, sigmoid,"
     " softmax: {from: x}]", "tanh1"),
    ("after a repeat, the last repetition", "[unit1: {repeat: 2}, relu, softmax: {from: unit1}]",
     "unit1_2/sigmoid1"),
    ("inside a repeat, the repetition's own", "[residual: {repeat: 2, body: [relu1, tanh,"
     " add: {from: [relu1, previous]}]}, softmax: {from: relu1}]", "residual2/relu1"),
    ("previous in the first step of a branch",
     "[tanh1, add: [softmax: {from: previous}, identity]]",
     "tanh1"),
    ("previous in the first step of a body", "[tanh1, residual: [softmax: {from: previous}]]",
     "tanh1"),
    ("previous in the first step of a block", "[tanh1, first_of]", "tanh1"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "read"), [r[1:] for r in READS], ids=[r[0] for r in READS])
def test_what_a_name_reads(layers: str, read: str) -> None:
    """Every case has one softmax, and says which row it reads."""
    text = spec(layers, blocks="{unit: [sigmoid], first_of: [softmax: {from: previous}]}")
    (found,) = [row for row in report(text).rows if row.kind == "softmax"]
    assert found.inputs == (read,)


def test_each_repetition_reads_its_own_names() -> None:
    text = spec(
        "[residual: {repeat: 2, body: [relu1, tanh, add: {from: [relu1, previous]}]}]",
    )
    assert wiring(text)["residual1/add1"] == "residual1/relu1 residual1/tanh1"
    assert wiring(text)["residual2/add1"] == "residual2/relu1 residual2/tanh1"


UNREADABLE = [
    ("an automatic name", "[relu, tanh, softmax: {from: relu1}]", ["unknown-step: relu1"]),
    ("a name defined later", "[softmax: {from: tanh1}, tanh1]", ["defined-later: tanh1"]),
    ("itself", "[tanh1: {from: tanh1}]", ["defined-later: tanh1"]),
    ("a container from inside", "[residual1: [softmax: {from: residual1}]]",
     ["defined-later: residual1"]),
    ("a skipped step", "[tanh1: {if: false}, softmax: {from: tanh1}]", ["skipped-step: tanh1"]),
    ("repeat: 0", "[tanh1: {repeat: 0}, softmax: {from: tanh1}]", ["skipped-step: tanh1"]),
    ("inside a skipped residual", "[residual: {if: false, body: [tanh1]}, softmax: {from: tanh1}]",
     ["skipped-step: tanh1"]),
    ("inside a skipped merge", "[add: {if: false, branches: [tanh1, identity]},"
     " softmax: {from: tanh1}]", ["skipped-step: tanh1"]),
    ("deep inside repeat: 0", "[residual: {repeat: 0, body: [aux: [residual: [tanh1]]]},"
     " softmax: {from: tanh1}]", ["skipped-step: tanh1"]),
    ("a caller's name, in a block", "[tanh1, peek]", ["unknown-step: tanh1"]),
    ("a block's name, outside", "[inner, softmax: {from: tanh2}]", ["unknown-step: tanh2"]),
    ("one repetition", "[tanh1: {repeat: 2}, softmax: {from: tanh1_1}]",
     ["unknown-step: tanh1_1"]),
    ("a path", "[unit1, softmax: {from: unit1/sigmoid1}]", ["unknown-step: unit1/sigmoid1"]),
    ("in add's list", "[relu, add: {from: [relu1, previous]}]", ["unknown-step: relu1"]),
    ("the net's input, in a block", "[input_reader]", ["unknown-step: input"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [u[1:] for u in UNREADABLE], ids=[u[0] for u in UNREADABLE]
)
def test_unreadable_names(layers: str, expected: list[str]) -> None:
    blocks = {
        "unit": "unit: [sigmoid]",
        "peek": "peek: [softmax: {from: tanh1}]",
        "inner": "inner: [tanh2]",
        "input_reader": "input_reader: [softmax: {from: input}]",
    }
    used = ", ".join(text for name, text in blocks.items() if name in layers)
    assert mistakes(spec(layers, blocks=f"{{{used}}}")) == expected


def test_the_same_name_in_two_texts() -> None:
    text = spec("[conv1: [4, 1], unit1, unit2]", blocks="{unit: [conv1: [4, 1], relu]}")
    assert names(text) == "conv1 unit1/conv1 unit1/relu1 unit2/conv1 unit2/relu1"


TENSORS = {
    "passed to from": "{u(skip): [concat: {from: [skip, previous]}]}",
    "passed to to": "{u(skip): [upsample: {to: skip}]}",
    "passed on to another block": "{u(skip): [v: [skip]], v(x): [concat: {from: [x, previous]}]}",
    "passed on to a block defined before": (
        "{v(x): [concat: {from: [x, previous]}], u(skip): [relu, v: {x: skip}]}"
    ),
    "passed to share": "{u(skip): [conv1: {filters: 3, kernel: 1, share: skip}]}",
}


@pytest.mark.parametrize("blocks", TENSORS.values(), ids=TENSORS.keys())
def test_an_argument_may_be_a_steps_name(blocks: str) -> None:
    enters = "maxpool: {kernel: 1}" if "share" not in blocks else "conv: {filters: 4, kernel: 1}"
    text = spec(f"[conv1: [3, 1], {enters}, u: [conv1]]", blocks=blocks)
    read = {name for row in report(text).rows for name in (*row.inputs, row.shares)}
    assert "conv1" in read


def test_an_argument_may_be_the_input_or_previous() -> None:
    text = spec(
        "[conv1: [3, 1], u: [input], u: [previous]]", blocks="{u(x): [concat: {from: [x, x]}]}"
    )
    assert wiring(text) == {
        "conv1": "input",
        "u1/concat1": "input input",
        "u2/concat1": "u1/concat1 u1/concat1",
    }


WRONG_TENSORS = [
    ("an unknown name", "[u: [conv9]]", ["unknown-step: conv9"]),
    ("a number", "[u: [3]]", ["unknown-step: 3"]),
    ("defined later", "[u: [conv1], conv1: [3, 1]]", ["defined-later: conv1"]),
    ("skipped", "[conv1: {filters: 3, kernel: 1, if: false}, u: [conv1]]",
     ["skipped-step: conv1"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [t[1:] for t in WRONG_TENSORS], ids=[t[0] for t in WRONG_TENSORS]
)
def test_wrong_tensor_arguments(layers: str, expected: list[str]) -> None:
    assert mistakes(spec(layers, blocks="{u(x): [concat: {from: [x, previous]}]}")) == expected


def test_a_tensor_is_no_number() -> None:
    blocks = "{u(x): [add: {from: [x, previous]}, conv: [x, 1]]}"
    assert mistakes(spec("[u: [input]]", blocks=blocks)) == ["tensor-in-an-expression: x"]


UPSAMPLES = [
    ("a step's", "[maxpool1: {kernel: 3, stride: 1}, maxpool: 2, upsample: {to: maxpool1}]",
     "upsample1 6x6x4 0"),
    ("the input's", "[maxpool: 4, upsample: {to: input}]", "upsample1 8x8x4 0"),
    ("not square", "[maxpool1: {kernel: [1, 3], stride: 1}, maxpool: 2, upsample: {to: maxpool1}]",
     "upsample1 4@8x6 0"),
    ("channels are its own", "[conv1: [9, 1], conv: [2, 1, 2], upsample: {to: conv1}]",
     "upsample1 8x8x2 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "expected"), [u[1:] for u in UPSAMPLES], ids=[u[0] for u in UPSAMPLES]
)
def test_upsample_to(layers: str, expected: str) -> None:
    assert rows(spec(layers)).split(", ")[-1] == expected


OUTPUTS = [
    ("the last step", "[conv1: [3, 1], conv2: [2, 1]]", "", ["8x8x2"]),
    ("several, in their order", "[conv1: [3, 1], conv2: [2, 1]]", "[conv2, conv1]",
     ["8x8x2", "8x8x3"]),
    ("one that is not the last", "[conv1: [3, 1], conv2: [2, 1]]", "[conv1]", ["8x8x3"]),
    ("a block's", "[unit1]", "[unit1]", ["8x8x4"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "outputs", "shapes"), [o[1:] for o in OUTPUTS], ids=[o[0] for o in OUTPUTS]
)
def test_outputs(layers: str, outputs: str, shapes: list[str]) -> None:
    sections = {"outputs": outputs} if outputs else {}
    shown = report(spec(layers, blocks="{unit: [sigmoid]}", **sections))
    assert [size(tensor.output) for tensor in shown.network.outputs] == shapes


WRONG_OUTPUTS = [
    ("[conv9]", ["unknown-step: conv9"]),
    ("[relu1]", ["unknown-step: relu1"]),
    ("[previous]", ["unknown-step: previous"]),
    ("conv1", ["wrong-form: conv1"]),
]


@pytest.mark.parametrize(("outputs", "expected"), WRONG_OUTPUTS)
def test_wrong_outputs(outputs: str, expected: list[str]) -> None:
    assert mistakes(spec("[conv1: [3, 1], relu]", outputs=outputs)) == expected


WARNINGS = [
    ("an output that nothing reads", spec("[conv1: [3, 1], relu: {from: input}]"),
     ["unused-output: conv1"]),
    ("an input that nothing reads", spec("[relu: {from: a}]", inputs="{a: 8x8x3, b: 4x4x3}"),
     ["unused-output: 4x4x3"]),
    ("read by outputs", spec("[conv1: [3, 1], relu2: {from: input}]", outputs="[conv1, relu2]"),
     []),
    ("an unused block", spec("[relu]", blocks="{unit: [sigmoid]}"), ["unused-block: unit"]),
    ("used only by an unused one", spec("[relu]", blocks="{unit: [sigmoid], other: [unit]}"),
     ["unused-block: unit", "unused-block: other"]),
    ("used through another", spec("[other]", blocks="{unit: [sigmoid], other: [unit]}"), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [w[1:] for w in WARNINGS], ids=[w[0] for w in WARNINGS]
)
def test_warnings(text: str, expected: list[str]) -> None:
    assert mistakes(text, severity="warning") == expected


ROWS = [
    ("kind and number, per kind", "[relu, tanh, relu]", "relu1 tanh1 relu2"),
    ("branches included", "[relu, add: [relu, [relu, tanh]], relu]",
     "relu1 relu2 relu3 tanh1 add1 relu4"),
    ("bodies included", "[relu, residual: [relu], relu]", "relu1 relu2 residual1.add relu3"),
    ("a repeated step takes one number per repetition", "[relu: {repeat: 3}, relu]",
     "relu1 relu2 relu3 relu4"),
    ("a skipped one keeps its number", "[relu, relu: {if: false}, relu]", "relu1 relu3"),
    ("a skipped repetition too", "[relu: {repeat: 3, if: i != 1}, relu]", "relu1 relu3 relu4"),
    ("repeat: 0 takes none", "[relu: {repeat: 0}, relu]", "relu1"),
    ("numbers of written names are passed over", "[relu, relu2, relu, relu1]",
     "relu3 relu2 relu4 relu1"),
    ("also of names inside", "[relu, residual: [relu1], relu]",
     "relu2 relu1 residual1.add relu3"),
    ("also by key", "[relu, tanh: {name: relu1}]", "relu2 relu1"),
    ("conv_1 is another name", "[relu, relu_1]", "relu1 relu_1"),
    ("after a kind that ends in a digit", "[relu6, relu6, relu6_2]", "relu6_1 relu6_3 relu6_2"),
    ("a named step that repeats", "[relu1: {repeat: 2}, tanh: {name: x, repeat: 2}]",
     "relu1_1 relu1_2 x_1 x_2"),
    ("a named step that repeats once", "[relu1: {repeat: 1}]", "relu1_1"),
    ("a named step whose first repetition is skipped", "[relu1: {repeat: 2, if: last}]", "relu1_2"),
    ("a block call", "[unit]", "unit1/sigmoid1"),
    ("a named call", "[unit: {name: x}]", "x/sigmoid1"),
    ("a labelled call", "[unit7]", "unit7/sigmoid1"),
    ("a repeated call", "[unit: {repeat: 2}]", "unit1/sigmoid1 unit2/sigmoid1"),
    ("a call in a call", "[outer]", "outer1/unit1/sigmoid1 outer1/unit2/sigmoid1"),
    ("a block that ends in a digit", "[stage2, stage2]", "stage2_1/tanh1 stage2_2/tanh1"),
    ("calls are counted with branches", "[unit, add: [unit, identity], unit]",
     "unit1/sigmoid1 unit2/sigmoid1 add1 unit3/sigmoid1"),
    ("a named residual", "[relu, residual1: [relu]]", "relu1 residual1/relu1 residual1.add"),
    ("a repeated residual", "[residual: {repeat: 2, body: [relu]}]",
     "residual1/relu1 residual1.add residual2/relu1 residual2.add"),
    ("a named merge", "[add: {name: x, branches: [relu, identity]}]", "x/relu1 x"),
    ("a repeated merge", "[add: {repeat: 2, branches: [relu, identity]}]",
     "add1/relu1 add1 add2/relu1 add2"),
    ("an aux, always", "[aux: [relu], aux: [relu], relu]", "aux1/relu1 aux2/relu1 relu1"),
    ("a merge of names is a row", "[relu1, add: {name: x, from: [relu1, input]}]", "relu1 x"),
    ("norm and activation",
     "[conv1: {filters: 4, kernel: 1, norm: batchnorm, activation: relu6}]",
     "conv1 conv1.batchnorm conv1.relu6"),
    ("a projection", "[residual: {shortcut: project, body: [conv: [3, 1]]}]",
     "conv1 residual1.shortcut residual1.add"),
    ("a projection in a path", "[residual1: {shortcut: project, body: [conv: [3, 1]]}]",
     "residual1/conv1 residual1.shortcut residual1.add"),
    ("an identity is no row, but counts its own numbers", "[identity, relu, identity]", "relu1"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_names_of_rows(layers: str, expected: str) -> None:
    blocks = "{unit: [sigmoid], outer: [unit: {repeat: 2}], stage2: [tanh]}"
    assert names(spec(layers, blocks=blocks)) == expected


def test_the_name_of_a_repetition_is_taken() -> None:
    text = spec("[conv1: {filters: 4, kernel: 1, repeat: 2}, conv1_1: [4, 1]]")
    assert mistakes(text) == ["duplicate-name: conv1_1"]
    free = spec("[conv1: {filters: 4, kernel: 1, repeat: 2}, conv1_3: [4, 1]]")
    assert names(free) == "conv1_1 conv1_2 conv1_3"


def test_row_names_are_unique() -> None:
    text = spec(
        "[unit, unit: {name: x}, residual: [unit, relu], residual1: [unit], aux: [unit],"
        " unit: {repeat: 2}]",
        blocks="{unit: [sigmoid, add: [sigmoid, identity]]}",
    )
    found = names(text).split()
    assert len(found) == len(set(found)) == 7 * 3 + 3


def test_a_diagnostic_tells_the_calls_that_led_to_it() -> None:
    text = spec(
        "[stage1: {width: 5, repeat: 1}]",
        blocks="{stage(width): [unit: [width]], unit(n): [conv: {filters: n, kernel: 9}]}",
    )
    (diagnostic,) = net(text).problems
    inner, outer = diagnostic.trail
    assert inner.startswith("in stage1_1/unit1 (n 5), <string>:2:25")
    assert inner.endswith("input 8×8×4")
    assert outer.startswith("in stage1_1 (width 5), <string>:3:")
