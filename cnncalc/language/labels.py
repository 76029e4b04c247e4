"""Labels: a kind or a block, optionally followed by a number (`conv1_1`, `inception3a`)."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NUMBER = re.compile(r"_?[0-9]+[a-z]?(_[0-9]+[a-z]?)*")
DIMENSION = ("1d", "2d", "3d")


LONGEST_NUMBER = 40


class Label(NamedTuple):
    """``word``: the kind or block; ``number``: what follows, with its underscore if any."""

    word: str
    number: str


def read_label(text: str, words: Container[str], kinds: Container[str]) -> Label | None:
    """The longest kind or block that fits, or None. `conv2d` is none: PyTorch's name of the
    kind, not the second conv.
    """
    if text in words:
        return Label(text, "")
    for end in range(len(text) - 1, max(0, len(text) - 1 - LONGEST_NUMBER), -1):
        word, number = text[:end], text[end:]
        if word in words and NUMBER.fullmatch(number):
            if word[-1].isdigit() and number[0] != "_":
                continue
            if word in kinds and number.removeprefix("_") in DIMENSION:
                return None
            return Label(word, number)
    return None


def numbered(word: str, number: int) -> str:
    """An automatic name: `conv3`, and `relu6_3` after a word that ends in a digit."""
    return f"{word}_{number}" if word[-1:].isdigit() else f"{word}{number}"
