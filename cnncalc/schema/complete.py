"""What a step must have where no `defaults` could bring it: the required parameters.

Definitions of their own, beside those of the forms, since a schema cannot look up whether
another part of the file gives a value.
"""

from __future__ import annotations

from typing import Any

from cnncalc.layers import KINDS, Layer
from cnncalc.schema import patterns
from cnncalc.schema.steps import ref

Schema = dict[str, Any]


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


def definitions() -> Schema:
    needy = {word: kind for word, kind in KINDS.items() if required_fields(kind)}
    merges = [word for word, kind in KINDS.items() if kind.takes_branches]
    return {
        "complete_step": {
            "not": {"type": "string", "pattern": patterns.labels(needy)},
            "patternProperties": {
                **{patterns.labels([word]): has_all(kind) for word, kind in needy.items()},
                patterns.labels(merges): within("branches", "complete_branches"),
                patterns.labels(["residual", "aux"]): within("body", "complete_steps"),
            },
        },
        "complete_steps": {"items": ref("complete_step")},
        "complete_branches": {
            "items": {
                "if": {"type": "array"},
                "then": ref("complete_steps"),
                "else": ref("complete_step"),
            }
        },
    }
