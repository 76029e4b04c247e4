"""A step: its labels, and for every kind the forms its value may take."""

from __future__ import annotations

from typing import Any

from cnncalc.diagnostics import docstring
from cnncalc.language.expressions.parser import LENGTH_LIMIT
from cnncalc.language.expressions.tokens import FOREIGN_LITERALS
from cnncalc.language.vocabulary import (
    CONTAINERS,
    RESERVED,
    SHORTCUTS,
    language_words,
)
from cnncalc.layers import KINDS, Layer
from cnncalc.layers.fields import Derived, Field, TensorName
from cnncalc.layers.shape import AXES
from cnncalc.schema import patterns

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def described(schema: Schema, text: str) -> Schema:
    """A schema with its text for hover; beside a `$ref` draft-07 would ignore it."""
    return {"description": text, **({"allOf": [schema]} if "$ref" in schema else schema)}


EXPRESSION: Schema = {
    "description": "An expression: numbers, parameters, + - * / // % **, comparisons, "
    "`a if c else b`, min max ceil floor round len sum make_divisible.",
    "type": "string",
    "minLength": 1,
    "maxLength": LENGTH_LIMIT,
    "not": {"enum": sorted(FOREIGN_LITERALS)},
}

SCALAR: list[Schema] = [{"type": ["number", "boolean"]}, ref("expression")]

VALUE: Schema = {
    "description": "A number, true or false, a word, an expression, or a list of these.",
    "anyOf": [*SCALAR, {"type": "array", "items": {"anyOf": SCALAR}}],
}


def sizes(keys: list[str]) -> Schema:
    """A shape by the names of its axes."""
    properties = dict.fromkeys(keys, ref("size"))
    return {
        "type": "object",
        "properties": properties,
        "required": keys,
        "additionalProperties": False,
    }


SHAPE: Schema = {
    "description": "224x224x3 (width x height x channels, equal sides), a vector's length, or "
    "{channels: 3, height: 480, width: 640}; of a signal 16000x1 or {channels: 1, length: 16000}, "
    "of a volume 64x64x64x1 or {channels: 3, depth: 16, height: 112, width: 112}.",
    "anyOf": [
        {"type": "string", "pattern": patterns.SHAPE},
        {"type": "integer", "minimum": 1, "maximum": 10**12 - 1},
        {"type": "string", "pattern": patterns.VECTOR},
        *(sizes(["channels", *(axis.name for axis in axes)]) for axes in AXES.values()),
    ],
}

SIZE: Schema = {
    "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": patterns.WHOLE_TEXT}]
}

REFERENCE: Schema = {"type": "string", "pattern": patterns.exactly(patterns.NAME)}
NAME: Schema = {**REFERENCE, "not": {"enum": sorted({*KINDS, *RESERVED, *language_words()})}}

STEP_KEY_VALUES: Schema = {
    "name": described(ref("name"), "The step's name, when its label has no number."),
    "from": described(ref("reference"), "The step whose output it reads, instead of the previous."),
    "repeat": {
        "description": "How many times the step runs, in a chain; binds i, first, last.",
        "anyOf": [{"type": "integer", "minimum": 0}, ref("expression")],
    },
    "if": {
        "description": "Skip the step unless true.",
        "anyOf": [{"type": "boolean"}, ref("expression")],
    },
    "expect": described(ref("shape"), "The output shape; a mismatch is an error."),
    "share": described(ref("reference"), "An earlier step whose weights it uses."),
}


STEP_KEYS: Schema = {key: ref(f"step.{key}") for key in STEP_KEY_VALUES}


def open_to_expressions(schema: Schema) -> list[Schema]:
    """The alternatives of a literal's schema, with expressions allowed wherever a value is."""
    if "oneOf" in schema:
        return [form for one in schema["oneOf"] for form in open_to_expressions(one)]
    if schema.get("type") == "array":
        return [{**schema, "items": {"anyOf": with_expression(schema["items"])}}]
    if schema.get("type") == "object":
        inner = {k: {"anyOf": with_expression(v)} for k, v in schema["properties"].items()}
        return [{**schema, "properties": inner}]
    return [schema]


def with_expression(schema: Schema) -> list[Schema]:
    return [*open_to_expressions(schema), ref("expression")]


def field_schema(field: Field[Any], *, scalar: bool = False) -> Schema:
    """A field's value; ``scalar``: in the bare form, where a list is none of its own."""
    default = f" Default: {field.default_text}." if field.default_text else ""
    unit = f" ({field.unit})" if field.unit else ""
    text = f"{field.meaning[:1].upper()}{field.meaning[1:]}{unit}: {field.type_text}.{default}"
    if isinstance(field, TensorName):
        return described(ref("reference"), text)
    forms = with_expression(field.schema())
    if scalar:
        forms = [form for form in forms if form.get("type") not in ("array", "object")]
    schema: Schema = {"description": text, "anyOf": forms}
    if not isinstance(field.default, Derived):
        schema["default"] = field.plain(field.default)
    return schema


def fields_schema(kind: type[Layer]) -> Schema:
    """The parameters of a kind, as `defaults:` takes them."""
    properties = {name: ref(f"{kind.kind}.{name}") for name in kind.fields}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def kind_schema(kind: type[Layer]) -> Schema:
    """Every form the value of a step of this kind may take."""
    fields = fields_schema(kind)
    forms: list[Schema] = [{**fields, "properties": {**fields["properties"], **STEP_KEYS}}]
    if kind.takes_branches:
        forms = [merge_mapping(forms[0]), ref("branches")]
    elif kind.positional:
        forms.append(field_schema(kind.fields[kind.positional[0]], scalar=True))
    if kind.takes_list:
        items = [ref(f"{kind.kind}.{name}") for name in kind.positional]
        forms.append({"type": "array", "items": items, "minItems": 1, "additionalItems": False})
    return {"description": page_of(kind), "anyOf": forms}


def page_of(kind: type[Layer]) -> str:
    """A kind's page in the reference, its lines joined to paragraphs."""
    paragraphs = (docstring(kind) or kind.kind).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def merge_mapping(mapping: Schema) -> Schema:
    """A merge by name: branches, or `from: [a, b]`, never both."""
    many = {"type": "array", "items": ref("reference"), "minItems": 2}
    either = {
        "description": "The tensors to merge; or, beside branches, what they start from.",
        "anyOf": [ref("reference"), many],
    }
    properties = {**mapping["properties"], "branches": ref("branches"), "from": either}
    branched = {"required": ["branches"], "properties": {"from": {"type": "string"}}}
    listed = {
        "required": ["from"],
        "properties": {"from": {"type": "array"}},
        "not": {"anyOf": [{"required": ["branches"]}, {"required": ["repeat"]}]},
    }
    return {**mapping, "properties": properties, "anyOf": [branched, listed]}


def container(text: str, own: Schema) -> Schema:
    """A residual or an auxiliary head: a list of steps, or a mapping with a body."""
    mapping = {
        "type": "object",
        "properties": {**own, "body": ref("steps"), **STEP_KEYS},
        "required": ["body"],
        "additionalProperties": False,
    }
    return {"description": text, "anyOf": [ref("steps"), mapping]}


def call() -> Schema:
    """A block call: one argument, the arguments in order, or by name beside the step keys."""
    named = {
        "type": "object",
        "properties": STEP_KEYS,
        "propertyNames": {"pattern": patterns.exactly(patterns.NAME)},
        "additionalProperties": ref("value"),
    }
    return {
        "description": "A call of a block of this file, with its arguments.",
        "anyOf": [ref("value"), {"type": "array", "items": ref("value")}, named],
    }


def step() -> Schema:
    """A bare kind or block, or one label with its value."""
    values = {**{word: ref(word) for word in KINDS}, **{word: ref(word) for word in CONTAINERS}}
    bodied = [*(w for w, kind in KINDS.items() if kind.takes_branches), *CONTAINERS]
    bare = {
        "type": "string",
        "anyOf": [
            {"enum": [word for word in KINDS if word not in bodied]},
            {"pattern": patterns.exactly(patterns.NAME)},
        ],
        "not": {"anyOf": [{"pattern": patterns.labels(bodied)}, {"pattern": DIMENSIONS}]},
    }
    labelled = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {
            "pattern": patterns.exactly(patterns.NAME),
            "not": {"pattern": DIMENSIONS},
        },
        "properties": values,
        "patternProperties": {
            **{patterns.labels([word]): schema for word, schema in values.items()},
            patterns.labels(values, numbered=True): {
                "not": {"type": "object", "required": ["name"]}
            },
        },
        "additionalProperties": ref("call"),
    }
    return {"anyOf": [bare, labelled]}


DIMENSIONS = patterns.exactly(f"(?:{'|'.join(KINDS)})_?[123]d")
"""PyTorch's names (`conv2d`): never a label."""


def definitions() -> Schema:
    shortcut = {
        "description": "How the input reaches the add. Default: identity.",
        "anyOf": [{"type": "string", "enum": list(SHORTCUTS)}, ref("expression")],
    }
    residual = "x + body(x): the body's output is added to its input; the shapes must be equal."
    aux = (
        "An auxiliary head, in training only: it reads the current tensor and leaves it unchanged."
    )
    return {
        "expression": EXPRESSION,
        "value": VALUE,
        "shape": SHAPE,
        "size": SIZE,
        "name": NAME,
        "reference": REFERENCE,
        "text": {"type": ["string", "number", "boolean"]},
        "steps": {"type": "array", "items": ref("step"), "minItems": 1},
        "branches": {"type": "array", "items": ref("branch"), "minItems": 2},
        "branch": {"anyOf": [ref("step"), ref("steps")]},
        "step": step(),
        "call": call(),
        "residual": container(residual, {"shortcut": shortcut}),
        "aux": container(aux, {}),
        **{f"step.{key}": value for key, value in STEP_KEY_VALUES.items()},
        **{word: kind_schema(kind) for word, kind in KINDS.items()},
        **{
            f"{word}.{name}": field_schema(field)
            for word, kind in KINDS.items()
            for name, field in kind.fields.items()
        },
    }
