"""The rules: one function per diagnostic, its docstring the manual page.

A rule here only *words* what another room has found. Rooms write ``rules.shapes.no_valid_output``:
a family is imported when its first rule is, so that a correct net does not pay for the words
about all that could be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from cnncalc.rules import (
        advice,
        claims,
        comments,
        expressions,
        form,
        limits,
        merges,
        options,
        published,
        quantities,
        references,
        residuals,
        shapes,
        syntax,
        text,
        usage,
        values,
    )

__all__ = [
    "advice",
    "claims",
    "comments",
    "expressions",
    "form",
    "limits",
    "merges",
    "options",
    "published",
    "quantities",
    "references",
    "residuals",
    "shapes",
    "syntax",
    "text",
    "usage",
    "values",
]


def __getattr__(family: str) -> ModuleType:
    if family not in __all__:
        raise AttributeError(f"there are no rules about {family!r}")
    from importlib import import_module

    return import_module(f"cnncalc.rules.{family}")
