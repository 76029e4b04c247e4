"""The reserved words of the language, and what most values are: a number, read without parser."""

from __future__ import annotations

import re
from typing import Any, Final

KEYWORDS: Final = frozenset(("true", "false", "and", "or", "not", "if", "else"))

FUNCTIONS: Final = ("min", "max", "ceil", "floor", "round", "len", "sum", "make_divisible")

NAME: Final = re.compile("[A-Za-z_][A-Za-z0-9_]*")

LITERAL: Final = re.compile(
    r"(-?(?:0|[1-9][0-9]*(?:_[0-9]+)*))"
    r"|-?(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
)
"""A number by itself; group 1: a whole one."""

LIMIT: Final = 10**15
"""The largest number, in size; below 2**53, so that a float this large is still exact."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final[Any] = _Unknown()
"""In a scope: a value that a mistake, already told, made unknown. Reading it raises `Unknown`."""


def is_name(text: str) -> bool:
    """Whether a text can be written as a name: letters of a to z, digits and underscores."""
    return NAME.fullmatch(text) is not None and text not in KEYWORDS


def number(text: str) -> int | float | None:
    """The number a text is by itself; None when it is none, or out of bounds."""
    match = LITERAL.fullmatch(text)
    if match is None or len(text) > 40:
        return None
    value = float(text) if match[1] is None else int(text)
    return value if -LIMIT <= value <= LIMIT else None
