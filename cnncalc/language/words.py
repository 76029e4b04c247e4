"""The words of the language: those that expressions know, and what a node is called."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cnncalc.layers.fields import Choice, Padding
from cnncalc.layers.layer import KINDS
from cnncalc.text.parser import Broken, Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.text.parser import Node

SHORTCUTS = ("identity", "project", "optional")


@cache
def language_words() -> frozenset[str]:
    """The choices of all fields: what may stand in an expression as a word."""
    words: set[str] = {"none", *SHORTCUTS}
    for kind in KINDS.values():
        for field in kind.fields.values():
            if isinstance(field, Choice | Padding):
                words.update(field.words)
    return frozenset(words)


def found(node: Node) -> str:
    """What a node is, in words."""
    names = {Scalar: "a single value", Sequence: "a list", Mapping: "a mapping", Broken: "nothing"}
    return names[type(node)]
