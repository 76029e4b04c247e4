"""The JSON Schema: it accepts every valid spec, rejects form errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cnncalc.checks import selection
from cnncalc.render.manual import read_page
from cnncalc.schema import schema

ROOT = Path(__file__).parents[1]
ARCHITECTURES = sorted((ROOT / "architectures").glob("*.yaml"))
SCHEMA = schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

BEYOND = {
    "wrong-arguments": "they hang on the block's name",
    "factor-and-target": "that two parameters exclude each other, only the layer knows",
}
"""Form errors that no schema can see."""


def accepts(text: str, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> bool:
    # A subclass of SafeLoader, or BaseLoader: every scalar a text.
    document: Any = yaml.load(text, loader)
    return bool(VALIDATOR.is_valid(document))


def net(layers: str, head: str = "input: 32x32x3") -> str:
    return f"{head}\nlayers:\n" + "".join(f"  {line}\n" for line in layers.strip("\n").split("\n"))


def test_it_is_a_draft_07_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", ARCHITECTURES, ids=lambda path: path.stem)
def test_a_shipped_net_names_the_schema_beside_it(path: Path) -> None:
    """Editors take it from there, in a checkout and in the installed package."""
    (name,) = re.findall(r"\$schema=(\S+)", path.read_text("utf-8").partition("\n")[0])
    assert (path.parent / name).resolve() == ROOT / "architectures" / "cnncalc.schema.json"


def test_every_reference_has_its_definition() -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, list):
            return set().union(*map(references, part))
        if not isinstance(part, dict):
            return set()
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))

    assert references(SCHEMA) == {f"#/definitions/{name}" for name in SCHEMA["definitions"]}


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.BaseLoader], ids=["typed", "texts"])
@pytest.mark.parametrize("path", ARCHITECTURES, ids=lambda path: path.stem)
def test_shipped_nets(path: Path, loader: type[yaml.SafeLoader]) -> None:
    """Whatever types a YAML library gives to the scalars."""
    assert accepts(path.read_text("utf-8"), loader)


EXAMPLES = [
    pytest.param(spec, word == "Good" or rule.code in BEYOND, id=f"{rule.code}-{word}")
    for rule in selection.rules().values()
    for word, spec in read_page(rule).examples
    if rule.family != "text" and (word == "Good" or rule.family == "form")
]


@pytest.mark.parametrize(("spec", "accepted"), EXAMPLES)
def test_examples_of_the_rules(spec: str, accepted: bool) -> None:
    """The manual's good specs are accepted, its bad ones rejected where the form is wrong."""
    assert accepts(spec) == accepted


VALID = {
    "vector input": net("- fc: 10", "input: 784"),
    "input by axes": net("- relu", "input: {channels: 3, height: 480, width: 640}"),
    "named inputs": net(
        "- conv: {from: a, filters: 1, kernel: 1}\n- concat: {from: [b, conv1]}",
        "inputs: {a: 8x8x1, b: 8x8x3}",
    ),
    "labels": net(
        "- conv1_1: [64, 3]\n- conv_2: [64, 3]\n- conv3a: [64, 3]\n- relu6_1\n- relu6\n- relu6_2:"
        " {inplace: false}\n- relu_6\n- fc6: 4096"
    ),
    "step keys": net(
        "- conv: {filters: 8 * (i + 1), kernel: 3, name: stem, from: input, repeat: n, if: n > 1,"
        " expect: 8x8x16}\n- conv: {filters: 8, kernel: 3, share: stem}",
        "input: 8x8x3\nparameters: {n: 2}",
    ),
    "values": net(
        "- conv: [64, [1, 7], stride]\n"
        "- conv: {filters: 64, kernel: [3, k], padding: {top: 1, left: k // 2}}\n"
        "- conv: {filters: 6_4, kernel: 3, padding: same, bias: k == 3, norm: batchnorm}\n"
        "- maxpool: k\n- dropout: 1e-1\n- conv: ['max(8, 4 * k)', 3]\n- pad: {padding: [1, 2]}",
        "input: 64x64x3\nparameters: {k: 3, stride: [2, 1], deep_net: true}",
    ),
    "residuals and merges": net(
        "- residual: [conv: [3, 1], relu]\n"
        "- residual1: {shortcut: project, body: [conv: [8, 1]], repeat: 2}\n"
        "- concat: [conv: [8, 1], [conv: [8, 1], relu], identity]\n"
        "- add: {branches: [identity, relu], inplace: false}\n"
        "- concat: {from: conv1, branches: [identity, relu]}\n"
        "- concat: {from: [conv1, previous], crop: true}\n"
        "- aux1: [fc: 10]\n- aux: {name: head, body: [fc: 10]}\n- upsample: {to: conv1}"
    ),
    "lists as arguments": "input: 8x8x3\nblocks:\n  unit(a, b): [conv: [a, b]]\n"
    "layers: [unit: [8, [1, 7]], unit: {a: 8, b: [1, 7]}]",
    "blocks": "input: 8x8x3\nblocks:\n  unit: [relu]\n  stage(a, b=2 * (1 + 1), c=[1, 2], "
    'd=max(1, 2), e=none): [unit]\nlayers: [unit, stage: 3, stage1: [3, 4], stage: {a: 3, '
    "name: x, repeat: 2, expect: 8x8x3}]",
    "defaults bring what is required": net(
        "- conv: 8\n- conv\n- maxpool\n- depthwise_conv",
        "input: 8x8x3\ndefaults: {conv: {filters: 8, kernel: 3}, maxpool: {kernel: 2}}",
    ),
    "claims": net(
        "- conv1: [64, 3]",
        "input: 8x8x3\nexpect: {params: 60_192_808, macs: 11.51G, flops: <=5M, weights: '>= 2K', "
        "biases: 60.2M ±1%, activations: 1e6, activation_bytes: <=32MiB, param_bytes: 64MB, "
        "output: {p3: 8x8x64, p4: 8x8x64}, layers: {conv1: 6x6x64, conv1.relu: {shape: 6x6x64, "
        "weights: 3K}}}\npublished:\n  - {source: paper, params: 138M, note: 1, output: 1000}\n"
        "training: {batch: 128, optimizer: sgd, momentum: 0.9, weight_decay: 5e-4, epochs: 90, "
        "note: steps}\noutputs: [conv1]\nname: 16\nyear: 2014\nfamily: VGG\nsource: a paper",
    ),
    "extends": "extends: ./base.yaml\nname: x\nparameters: {a: [1, 2]}\ninput: 8x8x3\n"
    "expect: {params: 3}",
}  # fmt: skip


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.BaseLoader], ids=["typed", "texts"])
@pytest.mark.parametrize("spec", VALID.values(), ids=VALID)
def test_valid_forms(spec: str, loader: type[yaml.SafeLoader]) -> None:
    assert accepts(spec, loader)


INVALID = {
    "no layers": "input: 8x8x3\n",
    "no input": "layers: [relu]\n",
    "two inputs": net("- relu", "input: 8x8x3\ninputs: {a: 8x8x3}"),
    "unknown key": net("- relu", "input: 8x8x3\nlayer: []"),
    "layers beside extends": net("- relu", "extends: vgg16"),
    "layers a mapping": "input: 8x8x3\nlayers: {conv: [8, 3]}\n",
    "no steps": "input: 8x8x3\nlayers: []\n",
    "null": "input: 8x8x3\nname:\nlayers: [relu]\n",
    "shape CxHxW": net("- relu", "input: 3x8x8"),
    "shape WxH": net("- relu", "input: 640x480x3"),
    "shape with a zero": net("- relu", "input: 0x0x3"),
    "shape a list": net("- relu", "input: [3, 8, 8]"),
    "shape without a side": net("- relu", "input: {channels: 3, height: 8}"),
    "shape of fractions": net("- relu", "input: 7.5"),
    "unknown parameter": net("- conv: {filters: 8, kernel: 3, pad: 1}"),
    "parameters beside the label": net("- conv:\n  filters: 8\n  kernel: 3"),
    "required parameter missing": net("- conv: {filters: 8}"),
    "required in the list": net("- conv: [8]"),
    "required, bare": net("- maxpool"),
    "required, scalar": net("- conv: 8"),
    "required in a branch": net("- concat: [identity, conv: [8]]"),
    "required in a body": net("- residual: {body: [conv: {kernel: 3}]}"),
    "required in a block": "input: 8x8x3\nblocks: {unit: [fc: {bias: true}]}\nlayers: [unit]\n",
    "required in a list, other defaults": net(
        "- conv: [8]", "input: 8x8x3\ndefaults: {conv: {padding: same}}"
    ),
    "required in a scalar, others' defaults": net(
        "- fc", "input: 8x8x3\ndefaults: {conv: {kernel: 3}}"
    ),
    "a list of lists": net("- relu", "input: 8x8x3\nparameters: {a: [[1], [2]]}"),
    "list too long": net("- conv: [8, 3, 1, 1]"),
    "list for a pool": net("- maxpool: [3, 2]"),
    "scalar for none": net("- relu: 1"),
    "fraction": net("- conv: {filters: 7.5, kernel: 3}"),
    "below the range": net("- conv: {filters: 8, kernel: 3, stride: 0}"),
    "boolean for a number": net("- conv: {filters: true, kernel: 3}"),
    "number for a boolean": net("- conv: {filters: 8, kernel: 3, bias: 1}"),
    "probability": net("- dropout: 1.5"),
    "four sides": net("- conv: {filters: 8, kernel: [3, 3, 3, 3]}"),
    "unknown side": net("- conv: {filters: 8, kernel: 3, padding: {up: 1}}"),
    "null value": net("- conv: {filters: , kernel: 3}"),
    "conv2d": net("- conv2d: [8, 3]"),
    "relu with a null": net("- relu:"),
    "named twice": net("- conv1: {name: stem, filters: 8, kernel: 3}"),
    "a reserved name": net("- conv: {name: relu, filters: 8, kernel: 3}"),
    "a name with a dash": net("- conv: {name: my-net, filters: 8, kernel: 3}"),
    "from a list in a conv": net("- conv: {from: [a, b], filters: 8, kernel: 3}"),
    "negative repeat": net("- relu: {repeat: -1}"),
    "if a number": net("- relu: {if: 1}"),
    "bare merge": net("- concat"),
    "bare residual": net("- residual"),
    "one branch": net("- concat: [relu]"),
    "from one": net("- concat: {from: [a]}"),
    "neither branches nor from": net("- concat: {crop: true}"),
    "branches and from": net("- concat: {from: [a, b], branches: [relu, relu]}"),
    "merge repeats": net("- add: {from: [a, b], repeat: 2}"),
    "residual without body": net("- residual: {shortcut: project}"),
    "unknown key of a residual": net("- residual: {body: [relu], kernel: 3}"),
    "bad signature": "input: 8x8x3\nblocks: {'unit(a=1, b)': [relu]}\nlayers: [unit: 1]\n",
    "empty brackets": "input: 8x8x3\nblocks: {unit(): [relu]}\nlayers: [unit]\n",
    "defaults of a block": net("- relu", "input: 8x8x3\ndefaults: {unit: {a: 1}}"),
    "defaults of a step key": net("- relu", "input: 8x8x3\ndefaults: {relu: {repeat: 1}}"),
    "unknown quantity": net("- relu", "input: 8x8x3\nexpect: {parameters: 3}"),
    "billions": net("- relu", "input: 8x8x3\nexpect: {params: 1.2B}"),
    "bytes of params": net("- relu", "input: 8x8x3\nexpect: {params: 3MB}"),
    "a bound with a band": net("- relu", "input: 8x8x3\nexpect: {params: <=3M ±1%}"),
    "no source": net("- relu", "input: 8x8x3\npublished: [{params: 3}]"),
    "unknown optimizer": net("- relu", "input: 8x8x3\ntraining: {optimizer: sdg}"),
    "inputs without from": net("- relu", "inputs: {a: 8x8x3}"),
}


@pytest.mark.parametrize("spec", INVALID.values(), ids=INVALID)
def test_form_errors(spec: str) -> None:
    assert not accepts(spec)


def test_hover_and_completion() -> None:
    """A parameter has its meaning, type and default; a kind its page; a word its choices."""
    definitions = SCHEMA["definitions"]
    stride = definitions["conv.stride"]
    assert stride["description"].startswith("Step of the window (pixels): a whole number or [")
    assert stride["default"] == 1
    assert "sees all channels" in definitions["conv"]["description"]
    words = [form.get("enum") for form in definitions["conv.activation"]["anyOf"]]
    assert any("leaky_relu" in choices for choices in words if choices)
