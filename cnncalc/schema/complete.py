"""What a step must have where no `defaults` brings it: the required parameters.

A walk of its own for each kind, beside the definitions of the forms, so that one condition at
the top of the file can switch it off.
"""

from __future__ import annotations

from typing import Any

from cnncalc.language.vocabulary import CONTAINERS
from cnncalc.layers import KINDS, Layer
from cnncalc.schema import patterns
from cnncalc.schema.steps import ref

Schema = dict[str, Any]

PARTS = ("step", "steps", "branches")


def required_fields(kind: type[Layer]) -> list[str]:
    return [name for name, field in kind.fields.items() if field.required]


def has_all(kind: type[Layer]) -> Schema:
    """The required parameters of a kind, in each form."""
    required = required_fields(kind)
    demands: list[Schema] = [
        {"if": {"type": "object"}, "then": {"required": required}},
        {"if": {"type": "array"}, "then": {"minItems": len(required)}},
    ]
    if required != list(kind.positional[:1]):
        demands.append({"not": {"type": ["string", "number", "boolean"]}})
    return {"allOf": demands}


def within(key: str, inner: str) -> Schema:
    """The steps inside a step: its list, or the list under ``key``."""
    return {
        "if": {"type": "array"},
        "then": ref(inner),
        "else": {"properties": {key: ref(inner)}},
    }


def unless_defaults() -> list[Schema]:
    """For every kind with required parameters: unless `defaults` brings one, each step has all."""
    return [
        {"if": brought(kind), "else": {"properties": everywhere(ref(f"complete.{word}.steps"))}}
        for word, kind in needy().items()
    ]


def everywhere(steps: Schema) -> Schema:
    return {"layers": steps, "blocks": {"additionalProperties": steps}}


def brought(kind: type[Layer]) -> Schema:
    """`defaults` gives some required parameter of the kind."""
    some = {"anyOf": [{"required": [name]} for name in required_fields(kind)]}
    words = (kind.kind, *kind.inherits_defaults)
    entries = [{"required": [word], "properties": {word: some}} for word in words]
    return {"required": ["defaults"], "properties": {"defaults": {"anyOf": entries}}}


def needy() -> dict[str, type[Layer]]:
    return {word: kind for word, kind in KINDS.items() if required_fields(kind)}


def definitions() -> Schema:
    return {
        f"complete.{word}.{part}": schema
        for word, kind in needy().items()
        for part, schema in walk(kind).items()
    }


def walk(kind: type[Layer]) -> Schema:
    """Every step of one kind, however deep, has its required parameters."""
    own = patterns.labels([kind.kind])
    merges = patterns.labels([word for word, other in KINDS.items() if other.takes_branches])
    step, steps, branches = (f"complete.{kind.kind}.{part}" for part in PARTS)
    return {
        "step": {
            "not": {"type": "string", "pattern": own},
            "patternProperties": {
                own: has_all(kind),
                merges: within("branches", branches),
                patterns.labels(CONTAINERS): within("body", steps),
            },
        },
        "steps": {"items": ref(step)},
        "branches": {
            "items": {"if": {"type": "array"}, "then": ref(steps), "else": ref(step)},
        },
    }
