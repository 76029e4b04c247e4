"""What the language writes inside a scalar, as regular expressions.

They keep to what ECMA 262 and Python read alike (no named groups, no possessive quantifiers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnncalc.language import vocabulary
from cnncalc.language.quantities.notation import BYTE_UNITS, COUNT_UNITS
from cnncalc.layers import KINDS

NAME = vocabulary.NAME.pattern
NUMBER = vocabulary.NUMBER.pattern.removeprefix("_?")
BY = r"\s*[x×X]\s*0*"
SHAPE = (
    rf"^(?!\s*0*([1-9][0-9]*){BY}\1\s*$)"  # 224x224 may be an image without its channels
    rf"\s*0*([1-9][0-9]*)(?:{BY}\2){{0,2}}{BY}[1-9][0-9]*\s*$"
)
VECTOR = r"^(?:[0-9]{1,12}|[0-9]{1,3}(?:_[0-9]{3}){1,3})$"
WHOLE_TEXT = r"^\s*0*[1-9][0-9_]*\s*$"


def exactly(pattern: str) -> str:
    return f"^(?:{pattern})$"


def label(word: str, *, numbered: bool | None = None) -> str:
    """Labels whose kind is ``word``: with a number (True), without one (False), either (None).
    The longest kind wins: `relu6` is not the sixth relu, and `conv2d` nothing at all.
    """
    if numbered is False:
        return word
    rests = [kind[len(word) :] for kind in KINDS if kind.startswith(word) and kind != word]
    longer = [rest for rest in rests if re.fullmatch(f"_?{NUMBER}", rest)]
    denied = [r"_?[123]d$", *(f"{rest}(?:_[0-9]|$)" for rest in longer)]
    underscore = "_" if word[-1].isdigit() else "_?"
    number = f"{underscore}{NUMBER}"
    return f"{word}(?!{'|'.join(denied)}){number if numbered else f'(?:{number})?'}"


def labels(words: Iterable[str], *, numbered: bool | None = None) -> str:
    """Labels of any of the kinds."""
    return exactly("|".join(label(word, numbered=numbered) for word in words))


def quantity(*, is_bytes: bool) -> str:
    """`138M`, `<=5M`, `60.2M ±1%`; byte figures with `MB`, `MiB`."""
    digits = r"(?=\.?[0-9])(?:0|[1-9][0-9]*(?:_[0-9]+)*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?"
    unit = "|".join(BYTE_UNITS if is_bytes else COUNT_UNITS)
    number = rf"{digits}\s*(?:{unit})?"
    band = r"(?:\s*(?:±|\+/?-)\s*[0-9]+(?:\.[0-9]+)?\s*%)?"
    return rf"^\s*(?:(?:<=|>=)\s*{number}|{number}{band})\s*$"


def signature() -> str:
    """A block's definition: `stage(width, depth, stride=1)`, required parameters first."""
    value = r"[^,()\[\]{}=]|[=!<>]="
    for _ in range(4):  # brackets in brackets
        inside = rf"(?:{value}|[,=])*"
        value = rf"[^,()\[\]{{}}]|\({inside}\)|\[{inside}\]"
    required = rf"{NAME}(?:\s*,\s*{NAME})*"
    given = rf"{NAME}\s*=(?:{value})+"
    parameters = rf"(?:{required}(?:\s*,\s*{given})*|{given}(?:\s*,\s*{given})*)"
    return rf"^\s*{NAME}\s*(?:\(\s*{parameters}\s*\))?\s*$"
