"""Every layer kind against PyTorch itself: shapes, parameters, MACs, what autograd keeps, what
an evaluation needs. The figures are in truth/kinds.json (see truth/README.md).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from cnncalc.layers import Layer
from cnncalc.layers.layer import Saved, Storage
from cnncalc.layers.merge import ByValue
from cnncalc.layers.shape import Shape
from tests.kind_table import build

TRUTH: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "truth" / "kinds.json").read_text(encoding="utf-8")
)
STORAGES = {Storage.NEW: "new", Storage.IN_PLACE: "inplace", Storage.VIEW: "view"}


class Measured(NamedTuple):
    """A step, and what PyTorch says of it at one size of input."""

    step: dict[str, Any]
    at: dict[str, Any]

    @property
    def layer(self) -> Layer:
        inputs = [as_shape(dimensions) for dimensions in self.at["inputs"]]
        fields = {k: v for k, v in self.step["parameters"].items() if k != "from"}
        if "after" in self.step:
            ((kind, after),) = self.step["after"].items()
            inputs = [build(kind, after, x).output for x in inputs]
        return build(self.step["kind"], fields, *inputs)

    @property
    def name(self) -> str:
        return f"{self.step['kind']}-{self.step['parameters']}-{self.step['torch']}"


def as_shape(dimensions: list[int]) -> Shape:
    """PyTorch's [C, H, W], or [C] for a vector."""
    channels, height, width = [*dimensions, 1, 1][:3]
    return Shape(channels, height, width)


ALL = [Measured(step, at) for step in TRUTH for at in step["sizes"]]

DIFFERENT = {
    "F.pad": "an uneven border: PyTorch keeps the padded copy, the language counts the input",
    "nn.Conv2d(padding='same')": "with an even kernel, the same",
    "x.amax([2, 3], True)": "no indices; the language means nn.AdaptiveMaxPool2d",
}
"""PyTorch code that does something else in memory than the kind it gives the shape of."""


def counts_in_memory(measured: Measured) -> bool:
    step = measured.step
    padded = step["kind"] != "pad" and any(code in step["torch"] for code in DIFFERENT)
    drops_all = step["parameters"].get("probability") == 1  # PyTorch then needs no mask
    return not padded and not drops_all and "after" not in step and not in_steps(measured)


def in_steps(measured: Measured) -> bool:
    """Whether it runs in steps of two, so that its memory is that of several rows."""
    layer = measured.layer
    return isinstance(layer, ByValue) and len(layer.inputs) > 2


def cases(chosen: list[Measured]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("measured", chosen, ids=[m.name for m in chosen])


@cases(ALL)
def test_shapes_and_parameters(measured: Measured) -> None:
    layer, at = measured.layer, measured.at
    layer.check()
    assert layer.output == as_shape(at["output"])
    figures = (layer.weights(), layer.biases(), layer.macs())
    assert figures == (at["weights"], at["biases"], at["macs"])


def extra_bytes(saved: Saved, batch: int, value: int = 4) -> int:
    """Bytes of what is kept besides inputs and output."""
    per_image = saved.values * value + saved.indices * 8 + saved.statistics * 4
    return batch * per_image + saved.batch_statistics * 4


def kept(layer: Layer) -> Saved:
    """What autograd keeps when nothing else needs the input's storage."""
    in_place = layer.storage() is Storage.IN_PLACE
    return layer.saved_in_place() if in_place else layer.saved()


@cases([m for m in ALL if counts_in_memory(m)])
def test_what_autograd_keeps(measured: Measured) -> None:
    layer, saved = measured.layer, kept(measured.layer)
    assert STORAGES[layer.storage()] == measured.at["storage"]
    for batch, record in measured.at["saved"].items():
        if "error" in record:
            continue
        assert sum(size for _, size in record["extra"]) == extra_bytes(saved, int(batch))
        output = layer.storage() is Storage.NEW and saved.output
        both = layer.storage() is not Storage.NEW and (saved.inputs or saved.output)
        assert record["input"] == [saved.inputs or both for _ in layer.inputs]
        assert record["output"] == (output or both)


@cases([m for m in ALL if counts_in_memory(m)])
def test_what_an_evaluation_needs(measured: Measured) -> None:
    layer = measured.layer
    new = layer.runs_in_inference and layer.storage() is Storage.NEW
    for batch, record in measured.at["evaluation"].items():
        output = int(batch) * layer.output.values * 4 if new else 0
        assert record["output"] == output
        assert record["peak"] == output + extra_bytes(layer.transient(), int(batch))


@cases([m for m in ALL if in_steps(m) and not m.step["parameters"].get("inplace")])
def test_what_an_evaluation_in_steps_needs(measured: Measured) -> None:
    layer, fields = measured.layer, measured.step["parameters"]
    shapes = {f"x{number}": shape for number, shape in enumerate(layer.inputs)}
    inputs = ", ".join(f"{name}: {shape.written()}" for name, shape in shapes.items())
    step = json.dumps({measured.step["kind"]: {**fields, "from": list(shapes)}})
    net = cnncalc.loads(f"inputs: {{{inputs}}}\nlayers: [{step}]\n")
    for batch, record in measured.at["evaluation"].items():
        values = sum(shape.values for shape in shapes.values())
        peak = net.report(int(batch)).totals.peak_activation_bytes
        assert peak == int(batch) * values * 4 + record["peak"]


HALVES = [
    m
    for m in ALL
    # groupnorm's statistics take the input's type, unless its parameters are float32
    if counts_in_memory(m) and m.at is m.step["sizes"][0] and m.step["kind"] != "groupnorm"
]


@cases(HALVES)
def test_what_autograd_keeps_of_half_floats(measured: Measured) -> None:
    """Values take 2 bytes; indices stay at 8, statistics at 4."""
    saved = kept(measured.layer)
    for dtype in ("float16", "bfloat16"):
        found = measured.step["half"][dtype]
        record = found.get("both") or found["meta"]
        assert sum(size for _, size in record["extra"]) == extra_bytes(saved, 2, value=2)
