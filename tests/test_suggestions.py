"""The nearest legal word, by what other frameworks call it and by spelling."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc.checks.trials import fixed_texts
from cnncalc.diagnostics import RULES
from cnncalc.language.vocabulary import kind_aliases
from cnncalc.layers import KINDS
from cnncalc.text.missing_kinds import MISSING, ROWS, missing_kind
from cnncalc.text.suggestions import (
    FIELD_ALIASES,
    QUANTITY_ALIASES,
    SPEC_ALIASES,
    WORD_ALIASES,
    fold,
    nearest,
)

KIND_WORDS = (*KINDS, "residual", "aux")

KIND_CASES = [
    ("conv2d", "conv"),
    ("Conv2d", "conv"),
    ("convolution", "conv"),
    ("convolutional", "conv"),
    ("linear", "fc"),
    ("Dense", "fc"),
    ("inner_product", "fc"),
    ("connected", "fc"),
    ("MaxPool2d", "maxpool"),
    ("max_pool", "maxpool"),
    ("pool", "maxpool"),
    ("avg_pool", "avgpool"),
    ("bn", "batchnorm"),
    ("BatchNorm2d", "batchnorm"),
    ("batch_norm", "batchnorm"),
    ("gap", "global_avgpool"),
    ("GlobalAveragePooling2D", "global_avgpool"),
    ("deconv", "transposed_conv"),
    ("ConvTranspose2d", "transposed_conv"),
    ("upconv", "transposed_conv"),
    ("dwconv", "depthwise_conv"),
    ("leaky", "leaky_relu"),
    ("LeakyReLU", "leaky_relu"),
    ("swish", "silu"),
    ("logistic", "sigmoid"),
    ("shortcut", "add"),
    ("route", "concat"),
    ("cat", "concat"),
    ("Concatenate", "concat"),
    ("view", "flatten"),
    ("reorg", "space_to_depth"),
    ("drop_path", "stochastic_depth"),
    # spelling
    ("ReLU", "relu"),
    ("cnov", "conv"),
    ("batchnrom", "batchnorm"),
    ("max-pool", "maxpool"),
    ("residul", "residual"),
    # layers that are not here: no look-alike
    *(
        (word, None)
        for word in (
            "grn",
            "selu",
            "glu",
            "celu",
            "crelu",
            "softmin",
            "rmsnorm",
            "mlp",
            "instance_norm",
            "separable_conv",
            "log_softmax",
        )
    ),
    ("conv3d", "conv"),
    ("Conv1d", "conv"),
    ("MaxPool3d", "maxpool"),
    ("BatchNorm1d", "batchnorm"),
    ("zebra", None),
    ("", None),
    ("conv" * 1000, None),
]


@pytest.mark.parametrize(("word", "meant"), KIND_CASES)
def test_kind(word: str, meant: str | None) -> None:
    assert nearest(word, KIND_WORDS, kind_aliases()) == meant


FIELD_CASES = [
    ("conv", "out_channels", "filters"),
    ("conv", "num_output", "filters"),
    ("conv", "n", "filters"),
    ("conv", "channels", "filters"),
    ("conv", "units", "filters"),
    ("conv", "kernel_size", "kernel"),
    ("conv", "size", "kernel"),
    ("conv", "k", "kernel"),
    ("conv", "ksize", "kernel"),
    ("conv", "strides", "stride"),
    ("conv", "pad", "padding"),
    ("conv", "use_bias", "bias"),
    ("conv", "dilation_rate", "dilation"),
    ("conv", "fliters", "filters"),
    ("fc", "out_features", "units"),
    ("fc", "filters", "units"),
    ("fc", "num_output", "units"),
    ("dropout", "p", "probability"),
    ("dropout", "rate", "probability"),
    ("leaky_relu", "negative_slope", "slope"),
    ("upsample", "scale_factor", "factor"),
    ("maxpool", "ceil_mode", "rounding"),
    ("global_avgpool", "kernel_size", None),
]


@pytest.mark.parametrize(("kind", "word", "meant"), FIELD_CASES)
def test_field(kind: str, word: str, meant: str | None) -> None:
    """Only a field that the kind has is offered."""
    assert nearest(word, KINDS[kind].fields, FIELD_ALIASES) == meant


def test_not_itself() -> None:
    """A word that is legal elsewhere is not its own suggestion."""
    assert nearest("relu", ["relu"]) is None


def test_aliases_lead_somewhere() -> None:
    """A kind that an alias stands for exists; so does a field, unless it is a key of steps."""
    assert {m for meant in kind_aliases().values() for m in meant} <= set(KIND_WORDS)
    step_keys = {"shortcut", "repeat", "from", "if", "name", "expect", "share", "body", "crop"}
    fields = {name for kind in KINDS.values() for name in kind.fields} | step_keys | {"to"}
    assert {m for meant in FIELD_ALIASES.values() for m in meant} <= fields


@pytest.mark.parametrize(
    "table", [kind_aliases(), FIELD_ALIASES, WORD_ALIASES, SPEC_ALIASES, QUANTITY_ALIASES]
)
def test_tables_are_folded(table: dict[str, tuple[str, ...]]) -> None:
    assert all(fold(word) == word for word in table)


@given(st.text(), st.lists(st.text()))
def test_any_word(word: str, candidates: list[str]) -> None:
    """What is offered is legal."""
    found = nearest(word, candidates, kind_aliases())
    assert found is None or found in candidates


def only_error(step: str, input: str = "32x32x64") -> cnncalc.Diagnostic:
    """What is wrong with a net of one step."""
    net = cnncalc.loads(f"input: {input}\nlayers:\n  - {step}\n")
    [error] = [d for d in net.diagnostics if d.severity == "error"]
    return error


@pytest.mark.parametrize("word", ["LSTM", "lstm1", "MultiheadAttention", "grn"])
def test_a_layer_that_is_not_here(word: str) -> None:
    """One sentence, and no fix that would turn it into another layer."""
    error = only_error(f"{word}: 64")
    assert error.code == "unknown-kind"
    assert error.message.startswith(f"unknown layer kind '{word}': ")
    assert error.fixes == ()


def test_missing_kinds_are_missing() -> None:
    """The row of a kind goes when the kind comes; no name stands twice."""
    assert {word for word in MISSING if word in map(fold, KIND_WORDS)} == set()
    rows = [{fold(word) for word in words.split()} for words, *_ in ROWS]
    assert sum(map(len, rows)) == len(MISSING)
    assert not {word for word in MISSING if kind_aliases()[word] or WORD_ALIASES[word]}


@pytest.mark.parametrize(("why", "recipe"), sorted({(why, recipe) for _, why, recipe in ROWS}))
def test_a_recipe_can_be_followed(why: str, recipe: str) -> None:
    """The sentence is one; the steps in a recipe are steps, the words kinds."""
    assert why[0].islower() or why.startswith(("Focus", "RMS", "Keras", "CReLU"))
    assert not why.endswith(".")
    steps = re.findall("`(- [^`]+)`", recipe)
    if steps:
        net = cnncalc.loads("input: 32x32x64\nlayers:\n" + "".join(f"  {s}\n" for s in steps))
        assert [d for d in net.diagnostics if d.severity == "error"] == []
    for word in re.findall("`([a-z_]+)`", recipe):
        assert word in KINDS


def test_a_block_of_that_name_is_near() -> None:
    assert missing_kind("GRN", ["grn"]) is None
    text = "input: 8x8x4\nblocks:\n  atention: [relu]\nlayers:\n  - attention\n  - atention\n"
    error = next(d for d in cnncalc.loads(text).diagnostics if d.code == "unknown-kind")
    assert [fix.text for fix in error.fixes] == ["atention"]


def test_an_activation_that_is_not_here() -> None:
    error = only_error("conv: {filters: 8, kernel: 3, activation: selu}")
    assert error.fixes == ()
    assert "`elu` has the same figures" in error.help[0]


FIXES = [
    # what is written, the step once the first fixes offered are applied; None: no fix
    ("conv: {filters: 8, kernel: 3×3}", "conv: {filters: 8, kernel: 3}"),
    ("conv: {filters: 8, kernel: 3 × 3}", "conv: {filters: 8, kernel: 3}"),
    ("conv: {filters: 8, kernel: 3×5}", None),
    ("conv: {filters: 8, kernel: 3x5}", None),
    ("conv: {filters: 2×64, kernel: 3}", None),
    ("conv: [64, 3, 1, 1]", "conv: {filters: 64, kernel: 3, stride: 1, padding: 1}"),
    ("conv: [64, 128, 3, 1]", "conv: [128, 3, 1]"),
    ("groupnorm: [32, 64]", "groupnorm: 32"),
    ("fc: [512, 10]", "fc: 10"),
    ("prelu: 64", "prelu: {per_channel: true}"),
    ("layernorm: [64, 32, 32]", None),
    ("dropout: {keep_prob: 0.8}", "dropout: {probability: 0.2}"),
    ("prelu: {channel_shared: true}", "prelu: {per_channel: false}"),
    ("conv: {filters: 8, kernel: 3, no_bias: true}", "conv: {filters: 8, kernel: 3, bias: false}"),
    ("upsample: {size: 56}", None),
    ("batchnorm: {scale: false}", None),
    ("conv: {filters: 8, size: 1, stride: 1, pad: 1}",
     "conv: {filters: 8, kernel: 1, stride: 1, padding: same}"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "fixed"), FIXES)
def test_a_fix_is_what_was_meant(written: str, fixed: str | None) -> None:
    """A fix that would give another net than the author's is not offered."""
    net = cnncalc.loads(f"input: 32x32x64\nlayers:\n  - {written}\n")
    errors = [d for d in net.diagnostics if d.severity == "error"]
    if fixed is None:
        assert [d.fixes for d in errors] == [()]
        return
    texts: dict[str, str] = {}
    for error in reversed(errors):  # the last one first, so that places stay
        changed = fixed_texts(error.fixes[0])
        if texts:
            net = net.changed(texts)
            error = next(d for d in net.diagnostics if d.code == error.code)
            changed = fixed_texts(error.fixes[0])
        texts = changed
    [text] = texts.values()
    assert text == f"input: 32x32x64\nlayers:\n  - {fixed}\n"


def test_another_number_is_another_step() -> None:
    text = "input: 8x8x4\nlayers:\n  - conv1: [4, 1]\n  - conv2: [4, 1]\n  - relu: {from: conv3}\n"
    error = next(d for d in cnncalc.loads(text).diagnostics if d.code == "unknown-step")
    assert error.fixes == ()
    assert RULES[error.code].family == "references"
