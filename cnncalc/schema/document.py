"""The file: its keys, claims, and which keys go together."""

from __future__ import annotations

import json
from typing import Any

from cnncalc.language.claims import TRAINING
from cnncalc.language.quantities.quantity import STATED, STATED_OF_A_LAYER, is_bytes
from cnncalc.language.shapes import KEYS as SHAPE_KEYS
from cnncalc.language.vocabulary import EXTENDING_KEYS, KEYS
from cnncalc.layers import KINDS
from cnncalc.layers.fields import Choice
from cnncalc.schema import complete, patterns, steps
from cnncalc.schema.steps import described, field_schema, ref

Schema = dict[str, Any]

TITLE = "A convolutional network, as cnncalc reads it"


def schema() -> Schema:
    """The schema of a spec file, as JSON holds it."""
    own_layers = [key for key in KEYS if key not in EXTENDING_KEYS]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": TITLE,
        "type": "object",
        "properties": {key: keys()[key] for key in [*KEYS, "extends"]},
        "additionalProperties": False,
        "not": {"required": ["input", "inputs"]},
        "if": {"required": ["extends"]},
        "then": {"not": {"anyOf": [{"required": [key]} for key in own_layers]}},
        "else": {
            "required": ["layers"],
            "anyOf": [{"required": ["input"]}, {"required": ["inputs"]}],
            "allOf": [named_inputs(), *complete.unless_defaults()],
        },
        "definitions": {
            **steps.definitions(),
            **complete.definitions(),
            "quantity": quantity(is_bytes=False),
            "bytes": quantity(is_bytes=True),
            "layer_figures": layer_figures(),
        },
    }


def schema_text() -> str:
    """The schema as the committed file has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def named_inputs() -> Schema:
    """With `inputs`, the first step says which one it reads."""
    reads = {"type": "object", "additionalProperties": {"type": "object", "required": ["from"]}}
    return {
        "if": {"required": ["inputs"]},
        "then": {"properties": {"layers": {"items": [reads]}}},
    }


def mapping(values: Schema, names: Schema | None = None) -> Schema:
    """Free keys with values of one form."""
    named = {"propertyNames": names} if names else {}
    return {"type": "object", **named, "additionalProperties": values}


def keys() -> Schema:
    """Every key of a spec."""
    text = ref("text")
    return {
        "name": described(text, "The net's name."),
        "description": described(text, "What is worth knowing about the net."),
        "family": described(text, "The family that `cnncalc list` shows it in."),
        "year": {
            "description": "The year of its paper.",
            "anyOf": [
                {"type": "integer", "minimum": 1000, "maximum": 9999},
                {"type": "string", "pattern": "^[0-9]{4}$"},
            ],
        },
        "source": described(text, "The paper or page that the net is taken from."),
        "extends": {
            "description": "A shipped net, or a path (with / or .yaml) from this file: its layers, "
            "blocks and defaults, with this file's input and parameters.",
            "type": "string",
            "minLength": 1,
        },
        "input": described(ref("shape"), "The image: 224x224x3 is width x height x channels."),
        "inputs": described(mapping(ref("shape"), ref("name")), "Several images, by name."),
        "parameters": described(
            mapping(ref("value"), ref("name")), "Values by name; cnncalc --set changes them."
        ),
        "defaults": {
            "description": "For a layer kind, values for its parameters in the whole file.",
            "type": "object",
            "properties": {word: steps.fields_schema(kind) for word, kind in KINDS.items()},
            "additionalProperties": False,
        },
        "blocks": described(
            mapping(ref("steps"), {"pattern": patterns.signature()}),
            "Groups of steps; a definition looks like a call: stage(width, depth, stride=1).",
        ),
        "layers": described(ref("steps"), "The steps of the net, in order."),
        "outputs": {
            "description": "The steps that the net returns. Default: the last one.",
            "type": "array",
            "items": ref("reference"),
        },
        "expect": described(figures({}), "Figures that must come out, or `check` fails."),
        "published": {
            "description": "Figures of papers, reported beside the computed ones.",
            "type": "array",
            "items": {**figures({"source": text, "note": text}), "required": ["source"]},
        },
        "training": training(),
    }


def figures(others: Schema) -> Schema:
    """An `expect`, or an entry of `published`."""
    per_output = {
        **mapping(ref("shape")),
        "not": {"anyOf": [{"required": [key]} for key in SHAPE_KEYS]},
    }
    properties = {
        **others,
        **{name: ref("bytes" if is_bytes(name) else "quantity") for name in STATED},
        "output": {"anyOf": [ref("shape"), per_output]},
        "layers": mapping(ref("layer_figures")),
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def layer_figures() -> Schema:
    """The shape of a row, step or block, or a mapping of its figures."""
    named = {
        "type": "object",
        "properties": {
            "shape": ref("shape"),
            **{name: ref("quantity") for name in STATED_OF_A_LAYER},
        },
        "additionalProperties": False,
    }
    return {"anyOf": [ref("shape"), named]}


def quantity(*, is_bytes: bool) -> Schema:
    units = "KB MB GB (1000) or KiB MiB GiB (1024)" if is_bytes else "K M G T"
    return {
        "description": f"60_192_808, 138M, <=5M, 60.2M ±1%; units {units}.",
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": patterns.quantity(is_bytes=is_bytes)},
        ],
    }


def training() -> Schema:
    """The published recipe."""
    properties: Schema = {name: field_schema(field) for name, field in TRAINING.items()}
    for name, field in TRAINING.items():
        if isinstance(field, Choice):
            properties[name]["anyOf"] = [field.schema()]
    return {
        "description": "The published recipe; batch, optimizer and precision feed the memory "
        "estimate.",
        "type": "object",
        "properties": {**properties, "note": ref("text")},
        "additionalProperties": False,
    }
