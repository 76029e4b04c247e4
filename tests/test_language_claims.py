"""Section 8 of the language: `expect`, `published`, `training`. How a stated figure is read is
tested in test_quantities.
"""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.diagnostics import Problem
from tests.language import mistakes, net, report, spec

LAYERS = (
    "[conv1: {filters: 6, kernel: 3, norm: batchnorm}, u1, conv: {filters: 2, kernel: 1,"
    " norm: batchnorm}, aux1: [fc: 5], residual1: [conv: [2, 1]], tanh: {if: false, name: gone}]"
)
SECTIONS = {"blocks": "{u: [conv: [6, 1], maxpool: 3]}"}
"""conv1 6x6x6: 216 weights, 12 of its norm; u1 2x2x6: 36 + 6; conv2 2x2x2: 12, 4; the head 45;
residual1 4 + 2. MACs 7776, 1296, 48 and 16; activations 256, 216 + 216, 216 + 24, 8 + 8, 8 + 8.
"""

EXPECTED = [
    ("params", "292", []),
    ("params", "293", ["unexpected-figure: 293"]),
    ("params", "0.29K", []),
    ("params", "292.0", []),
    ("params", "'<=300'", []),
    ("params", "'<=291'", ["unexpected-figure: '<=291'"]),
    ("params", "'>=292'", []),
    ("params", "300 ±3%", []),
    ("params", "300 +-2%", ["unexpected-figure: 300 +-2%"]),
    ("params", "1B", ["unknown-unit: 1B"]),
    ("params", "292 MB", ["unknown-unit: 292 MB"]),
    ("params", "2 * 146", ["malformed-quantity: 2 * 146"]),
    ("training_params", "337", []),
    ("weights", "276", []),
    ("biases", "16", []),
    ("macs", "9_136", []),
    ("flops", "18_272", []),
    ("activations", "960", []),
    ("param_bytes", "1168", []),
    ("param_bytes", "1.17KB", []),
    ("param_bytes", "1.14KiB", []),
    ("activation_bytes", "3840", []),
    ("backward_bytes", "7680", []),
    ("output", "2x2x2", []),
    ("output", "2x2x3", ["unexpected-shape: 2x2x3"]),
    ("elementwise", "1", ["unknown-key: elementwise"]),
    ("param", "1", ["unknown-key: param"]),
]


@pytest.mark.parametrize(("quantity", "stated", "expected"), EXPECTED)
def test_expect(quantity: str, stated: str, expected: list[str]) -> None:
    """Whole numbers are exact; rounded ones stand for all that round to them."""
    text = spec(LAYERS, **SECTIONS, expect=f"{{{quantity}: {stated}}}")
    assert mistakes(text) == expected


PATHS = [
    ("a shape", "conv1: 6x6x6", []),
    ("a wrong shape", "conv1: 6x6x5", ["unexpected-shape: 6x6x5"]),
    ("a step is the sum of its rows", "conv1: {shape: 6x6x6, params: 228, activations: 432}", []),
    ("also one with an automatic name", "conv2: {params: 16, weights: 14, biases: 2}", []),
    ("a row", "conv1.batchnorm: {params: 12, macs: 0}", []),
    ("a row in a block", "u1/conv1: {weights: 36, macs: 1_296}", []),
    ("a block: sums, and the shape that leaves it", "u1: {shape: 2x2x6, params: 42, flops: 2592}",
     []),
    ("a wrong sum of a block", "u1: {params: 41}", ["unexpected-figure: 41"]),
    ("an input", "input: {shape: 8x8x4, activations: 256}", []),
    ("an input's shape", "input: 8x8x5", ["unexpected-shape: 8x8x5"]),
    ("an auxiliary head: what leaves it", "aux1: {shape: 5, params: 45}", []),
    ("a row of an auxiliary head", "aux1/fc1: {shape: 5, weights: 40}", []),
    ("a residual", "residual1: {shape: 2x2x2, params: 6}", []),
    ("the add of a residual", "residual1.add: {activations: 8}", []),
    ("a shape by name", "conv1: {channels: 6, height: 6, width: 6}", []),
    ("no such path", "conv9: 6x6x6", ["unknown-path: conv9"]),
    ("a step that was skipped", "gone: 6x6x6", ["unknown-path: gone"]),
    ("an unknown figure", "conv1: {size: 3}", ["unknown-key: size"]),
    ("a memory figure of a layer", "conv1: {param_bytes: 3}", ["unknown-key: param_bytes"]),
    ("no figures", "conv1: [6, 6, 6]", ["bad-shape: [6, 6, 6]"]),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "expected"), [p[1:] for p in PATHS], ids=[p[0] for p in PATHS])
def test_expect_of_layers(layer: str, expected: list[str]) -> None:
    assert mistakes(spec(LAYERS, **SECTIONS, expect=f"{{layers: {{{layer}}}}}")) == expected


@pytest.mark.parametrize(
    ("expect", "meant"),
    [
        ("{parameters: 292}", "params"),
        ("{mult_adds: 9136}", "macs"),
        ("{layers: {conv1: {output: 6x6x6}}}", "shape"),
        ("{layers: {conv1: {acts: 216}}}", "activations"),
    ],
)
def test_a_figure_that_others_call_something_else(expect: str, meant: str) -> None:
    found = net(spec(LAYERS, **SECTIONS, expect=expect)).report().diagnostics
    assert [fix.text for d in found for fix in d.fixes] == [meant]


def test_expect_of_repetitions() -> None:
    """A repeated step is the sum of its repetitions, and each can be named."""
    text = spec(
        "[conv1: {filters: 4, kernel: 1, norm: batchnorm, repeat: 2}, u: {repeat: 2},"
        " add: {repeat: 2, branches: [conv: [3, 1], conv: [3, 1]]}]",
        blocks="{u: [conv: [4, 1]]}",
        expect="{layers: {conv1: {params: 48}, conv1_2: {params: 24}, u2: {params: 20},"
        " add1: {params: 30, shape: 8x8x3}, add2: {params: 24, shape: 8x8x3}}}",
    )
    assert mistakes(text) == []


def test_unknown_figures_are_not_judged() -> None:
    """What a mistake left unknown is no second mistake; what is known is judged all the same."""
    text = spec(
        "[conv1: [3, 1], conv2: {filters: 4, kernel: 1, norm: batchnom}, conv3: [2, 1]]",
        expect="{params: 1, output: 8x8x2, layers: {conv1: {params: 1}, conv2: {params: 1},"
        " conv3: {params: 10}}}",
    )
    assert mistakes(text) == ["unexpected-figure: 1", "unknown-word: batchnom"]


OUTPUTS = [
    ("a mapping by name", "{conv1: 8x8x3, u1: 4x4x2}", []),
    ("only one of them", "{u1: 4x4x2}", []),
    ("a wrong one", "{conv1: 8x8x3, u1: 4x4x3}", ["unexpected-shape: 4x4x3"]),
    ("one shape for several", "8x8x3", ["which-output: 8x8x3"]),
    ("no such output", "{conv9: 8x8x3}", ["unknown-path: conv9"]),
]


@pytest.mark.parametrize(
    ("stated", "expected"), [o[1:] for o in OUTPUTS], ids=[o[0] for o in OUTPUTS]
)
def test_expect_of_several_outputs(stated: str, expected: list[str]) -> None:
    text = spec(
        "[conv1: [3, 1], u1]",
        blocks="{u: [conv: [2, 1], maxpool: 2]}",
        outputs="[conv1, u1]",
        expect=f"{{output: {stated}}}",
    )
    assert mistakes(text) == expected


PUBLISHED = [
    ("rounded: from v - u/2", "params: 0.3K", True),
    ("half a unit below", "params: 342", False),
    ("cut off: up to, not including, v + u", "macs: 9.1K", True),
    ("rounded up", "macs: 9.14K", True),
    ("a whole unit below", "macs: 9K", True),
    ("more than a unit", "macs: 8K", False),
    ("too large by more than half a unit", "macs: 9.2K", False),
    ("exact", "params: 292", True),
    ("an exact figure is exact", "params: 291", False),
    ("a band", "params: 300 ±3%", True),
    ("a bound", "params: <=5M", True),
    ("a layer's shape", "layers: {conv1: 6x6x6}", True),
    ("a layer's wrong shape", "layers: {conv1: 6x6x5}", False),
    ("a layer's figure", "layers: {u1: {params: 42}}", True),
    ("the output", "output: 2x2x2", True),
    ("a memory figure", "param_bytes: 1.1KB", True),
]


@pytest.mark.parametrize(
    ("stated", "agrees"), [p[1:] for p in PUBLISHED], ids=[p[0] for p in PUBLISHED]
)
def test_published_agrees_or_not_and_never_fails(stated: str, agrees: bool) -> None:
    shown = report(
        spec(LAYERS, **SECTIONS, published=f"[{{source: a paper, note: why, {stated}}}]")
    )
    (figure,) = shown.published
    assert (figure.source, figure.note, figure.agrees) == ("a paper", "why", agrees)
    notes = [d.code for d in shown.diagnostics if d.severity == "note"]
    assert notes == ([] if agrees else ["published-differs"])


WRONG_PUBLISHED = [
    ("no source", "[{params: 3}]", ["missing-key: {params: 3}"]),
    ("no list", "{source: a paper, params: 3}", ["wrong-form: {source: a paper, params: 3}"]),
    ("an empty source before others", "\n  - source:\n    params: 3", ["empty-value: source"]),
    ("an unknown figure", "[{source: a paper, parms: 3}]", ["unknown-key: parms"]),
    ("no figure", "[{source: a paper, params: many}]", ["malformed-quantity: many"]),
]


@pytest.mark.parametrize(
    ("published", "expected"), [p[1:] for p in WRONG_PUBLISHED], ids=[p[0] for p in WRONG_PUBLISHED]
)
def test_wrong_published(published: str, expected: list[str]) -> None:
    assert mistakes(spec(LAYERS, **SECTIONS, published=published)) == expected


CHANGEABLE = spec(
    "[conv1: {filters: n, kernel: 1, expect: 8x8x9}]",
    parameters="{n: 3}",
    expect="{params: 9}",
    published="[{source: a paper, params: 9}]",
)


def test_expectations_hold_of_the_spec_as_written() -> None:
    assert mistakes(CHANGEABLE) == ["unexpected-figure: 9", "unexpected-shape: 8x8x9"]
    assert [figure.agrees for figure in net(CHANGEABLE).report().published] == [False]


@pytest.mark.parametrize(
    ("inputs", "parameters", "why"),
    [
        (["16x16x4"], [], "--input 16x16x4"),
        ([], ["n=4"], "--set n=4"),
        (["16x16x4"], ["n=4"], "--input 16x16x4 and --set n=4"),
    ],
)
def test_set_and_input_switch_them_off(inputs: list[str], parameters: list[str], why: str) -> None:
    """Those of steps too; the report says so."""
    shown = report(CHANGEABLE, inputs=inputs, parameters=parameters)
    assert not shown.published
    (notice,) = shown.notices
    assert f"not checked with {why}: " in notice


def test_a_step_alone_that_expects_is_told_too() -> None:
    text = spec("[conv1: {filters: n, kernel: 1, expect: 8x8x9}]", parameters="{n: 3}")
    assert len(report(text, parameters=["n=4"]).notices) == 1
    assert report(spec("[conv1: [n, 1]]", parameters="{n: 3}"), parameters=["n=4"]).notices == ()


BUDGETS = [
    ("params<=20", []),
    ("params<=19", ["unexpected-figure"]),
    ("params = 15", ["unexpected-figure"]),
    ("conv1.params>=21", ["unexpected-figure"]),
    ("layers.conv1.weights=16", []),
    ("conv9.params=1", ["unknown-budget"]),
]


@pytest.mark.parametrize(("budget", "codes"), BUDGETS)
def test_expect_on_the_command_line_is_never_off(budget: str, codes: list[str]) -> None:
    """With n=4, conv1 has 16 weights and 4 biases."""
    text = spec("[conv1: [n, 1]]", parameters="{n: 3}", expect="{params: 9}")
    found = net(text, parameters=["n=4"]).report(expect=[budget]).diagnostics
    assert [d.code for d in found if d.severity == "error"] == codes


@pytest.mark.parametrize("budget", ["params", "parms<=3", "params<=3B", "params!=3", "<=3"])
def test_wrong_budget(budget: str) -> None:
    with pytest.raises(Problem):
        net(spec("[relu]")).report(expect=[budget])


def test_expectations_are_at_batch_1_and_float32() -> None:
    text = spec("[conv1: [3, 1]]", expect="{param_bytes: 60, activation_bytes: 1792}")
    for batch, dtype in ((1, "float32"), (32, "float32"), (8, "float16")):
        assert cnncalc.loads(text).report(batch=batch, dtype=dtype).diagnostics == ()


def test_training() -> None:
    recipe = (
        "{batch: 128, optimizer: sgd, momentum: 0.9, weight_decay: 5e-4, learning_rate: 1e-2,"
        " epochs: 90, precision: mixed, note: on two cards}"
    )
    assert report(spec("[relu]", training=recipe)).training == {
        "batch": 128,
        "optimizer": "sgd",
        "momentum": 0.9,
        "weight_decay": 0.0005,
        "learning_rate": 0.01,
        "epochs": 90,
        "precision": "mixed",
        "note": "on two cards",
    }


WRONG_TRAINING = [
    ("{batch: 0}", ["out-of-range: 0"]),
    ("{batch: 12.5}", ["not-a-whole-number: 12.5"]),
    ("{optimizer: sdg}", ["unknown-word: sdg"]),
    ("{precision: float8}", ["unknown-word: float8"]),
    ("{momentum: 2}", ["out-of-range: 2"]),
    ("{dropout: 0.5}", ["unknown-key: dropout"]),
    ("{batch: 2 * n}", ["unknown-name: n"]),
    ("sgd", ["wrong-form: sgd"]),
]


@pytest.mark.parametrize(("recipe", "expected"), WRONG_TRAINING)
def test_wrong_training(recipe: str, expected: list[str]) -> None:
    """A published recipe is of literals: `--set` does not change what was published."""
    text = spec("[conv1: [n, 1]]", parameters="{n: 3}", training=recipe)
    assert mistakes(text) == expected
