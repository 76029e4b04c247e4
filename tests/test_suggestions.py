"""The nearest legal word, by what other frameworks call it and by spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.layers import KINDS
from cnncalc.suggestions import (
    FIELD_ALIASES,
    KIND_ALIASES,
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
    ("separable", "depthwise_conv"),
    ("dwconv", "depthwise_conv"),
    ("leaky", "leaky_relu"),
    ("LeakyReLU", "leaky_relu"),
    ("swish", "silu"),
    ("logistic", "sigmoid"),
    ("shortcut", "add"),
    ("route", "concat"),
    ("cat", "concat"),
    ("Concatenate", "concat"),
    ("reshape", "flatten"),
    ("view", "flatten"),
    ("reorg", "space_to_depth"),
    ("drop_path", "stochastic_depth"),
    # spelling
    ("ReLU", "relu"),
    ("cnov", "conv"),
    ("batchnrom", "batchnorm"),
    ("max-pool", "maxpool"),
    ("residul", "residual"),
    ("zebra", None),
    ("", None),
    ("conv" * 1000, None),
]


@pytest.mark.parametrize(("word", "meant"), KIND_CASES)
def test_kind(word: str, meant: str | None) -> None:
    assert nearest(word, KIND_WORDS, KIND_ALIASES) == meant


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
    assert {m for meant in KIND_ALIASES.values() for m in meant} <= set(KIND_WORDS)
    step_keys = {"shortcut", "repeat", "from", "if", "name", "expect", "share", "body", "crop"}
    fields = {name for kind in KINDS.values() for name in kind.fields} | step_keys | {"to"}
    assert {m for meant in FIELD_ALIASES.values() for m in meant} <= fields


@pytest.mark.parametrize(
    "table", [KIND_ALIASES, FIELD_ALIASES, WORD_ALIASES, SPEC_ALIASES, QUANTITY_ALIASES]
)
def test_tables_are_folded(table: dict[str, tuple[str, ...]]) -> None:
    assert all(fold(word) == word for word in table)


@given(st.text(), st.lists(st.text()))
def test_any_word(word: str, candidates: list[str]) -> None:
    """What is offered is legal."""
    found = nearest(word, candidates, KIND_ALIASES)
    assert found is None or found in candidates
