"""Every layer kind gives the figures of the table, and its formulas give the same."""

from __future__ import annotations

import math
import re

import pytest

from cnncalc.layers import KINDS
from cnncalc.layers.formula import Formula
from tests.kind_table import CASES, Case, build, shape

every_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{c.kind}-{c.fields}-{c.inputs}" for c in CASES]
)


def test_every_kind_has_two_cases() -> None:
    """Adding a kind means adding its rows to the table above."""
    counts = {kind: sum(case.kind == kind for case in CASES) for kind in KINDS}
    assert {kind for kind, count in counts.items() if count < 2} == set()


@every_case
def test_figures(case: Case) -> None:
    layer = case.layer
    layer.check()
    assert layer.output == shape(case.output)
    figures = (layer.weights(), layer.biases(), layer.macs(), layer.elementwise(), layer.volume)
    assert figures == (case.weights, case.biases, case.macs, case.elementwise, case.volume)


@every_case
def test_memory(case: Case) -> None:
    layer = case.layer
    assert layer.storage() is case.storage
    assert layer.saved() == case.saved
    assert layer.saved_in_place() == (case.in_place or case.saved)
    assert layer.transient() == case.transient


@every_case
def test_view(case: Case) -> None:
    assert case.layer.view() == case.view


@every_case
def test_words(case: Case) -> None:
    layer = case.layer
    assert layer.describe() == case.describe
    if case.notes:
        assert (layer.notes_label(), layer.notes_params()) == case.notes


@every_case
def test_fields_written_out_make_the_same_layer(case: Case) -> None:
    layer = case.layer
    again = build(case.kind, layer.plain_fields(), *layer.inputs)
    assert again.plain_fields() == layer.plain_fields()
    assert again.output == layer.output


# Formulas: the text that is printed is the text that is computed.

SIGNS = str.maketrans({"−": "-", "·": "*", "^": "¤"})


def computed(formula: Formula) -> float:
    """The value of the formula's text with its numbers put in."""
    text = formula.with_numbers.translate(SIGNS).replace("¤", "**")
    names = {"floor": math.floor, "ceil": math.ceil, "min": min, "max": max}
    assert set(re.findall("[A-Za-z_]+", text)) <= set(names), text
    value: float = eval(text, {"__builtins__": {}}, names)
    return value


@every_case
def test_formulas_give_the_layers_numbers(case: Case) -> None:
    layer = case.layer
    formulas = {formula.quantity: formula for formula in layer.formulas()}
    sizes = {axis.name: n for axis, n in zip(layer.output.axes, layer.output.sizes, strict=True)}
    numbers = {
        **sizes,
        "channels": layer.output.channels,
        "activations": layer.output.values,
        "weights": layer.weights(),
        "biases": layer.biases(),
        "macs": layer.macs(),
    }
    for quantity, formula in formulas.items():
        assert formula.result == numbers[quantity], quantity
        assert computed(formula) == numbers[quantity], formula
        assert all(symbol.meaning for symbol in formula.symbols.values())
    needed = {name for name in ("weights", "biases", "macs") if numbers[name]}
    assert {*sizes, *needed} <= set(formulas)
    assert ("activations" in formulas) == layer.volume
