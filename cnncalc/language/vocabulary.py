"""The words of the language: names and labels, keys of a file and of a step, reserved words."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.layers.fields import Choice, Padding
from cnncalc.layers.layer import KINDS

if TYPE_CHECKING:
    from cnncalc.text.suggestions import Aliases

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""A name: of a step, an input, a parameter, a block."""
NUMBER: Final = re.compile(r"_?[0-9]+[a-z]?(?:_[0-9]+[a-z]?)*")
DIMENSION: Final = ("1d", "2d", "3d")
LONGEST_NUMBER: Final = 40

FREE_KEYS: Final = ("name", "description", "family", "year", "source")
EXTENDING_KEYS: Final = (
    *FREE_KEYS,
    *("input", "inputs", "parameters", "expect", "published", "training"),
)
"""The keys of a file that has `extends`."""
KEYS: Final = (*EXTENDING_KEYS, "defaults", "blocks", "layers", "outputs")
"""The keys of any other file."""
STEP_KEYS: Final = ("name", "from", "repeat", "if", "expect", "share")
"""The keys that may stand in the mapping of any step."""

KEYWORDS: Final = frozenset(("true", "false", "and", "or", "not", "if", "else"))
FUNCTIONS: Final = ("min", "max", "ceil", "floor", "round", "len", "sum", "make_divisible")
LOOP_NAMES: Final = ("i", "first", "last")
"""What a step that repeats binds in expressions."""
CONTAINERS: Final = ("residual", "aux")
"""The steps with a body."""
RESERVED: Final = frozenset((*CONTAINERS, *LOOP_NAMES, "in_channels", "previous", "null")).union(
    KEYWORDS, FUNCTIONS
)
CONTAINER_ALIASES: Final = {
    "residual": "res residual_block skip_connection resblock shortcut",
    "aux": "auxiliary side_head auxiliary_head",
}
"""What other frameworks call the containers."""
SHORTCUTS: Final = ("identity", "project", "optional")


@cache
def language_words() -> frozenset[str]:
    """The choices of all fields: what may stand in an expression as a word."""
    words: set[str] = {"none", *SHORTCUTS}
    for kind in KINDS.values():
        for field in kind.fields.values():
            if isinstance(field, Choice | Padding):
                words.update(field.words)
    return frozenset(words)


@cache
def kind_aliases() -> Aliases:
    """What other frameworks call the layer kinds and the containers. A kind works along the axes
    of its input, so what they call `conv2d` may also be their `conv1d` and `conv3d`.
    """
    from cnncalc.text.suggestions import NOT_HERE, alias_table

    words = {word: kind.aliases for word, kind in KINDS.items()} | CONTAINER_ALIASES
    for word, aliases in words.items():
        flat = [alias for alias in aliases.split() if "2d" in alias.lower()]
        others = (re.sub("2(?=[dD])", axes, alias) for axes in "13" for alias in flat)
        words[word] = " ".join([aliases, *others])
    rows = "\n".join(f"{word}: {aliases}" for word, aliases in words.items())
    return NOT_HERE | alias_table(rows)


class Label(NamedTuple):
    """A step's label: ``word`` is the kind or block; ``number`` what follows (`1_1`, `3a`), with
    its underscore if any.
    """

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
