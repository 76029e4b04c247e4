"""Characters that look like those of the language and are not: where they stand in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnncalc.diagnostics import Edit, Span
from cnncalc.text.second_look.structure import structure

if TYPE_CHECKING:
    from cnncalc.diagnostics import Source

FULL_WIDTH: Final = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
MEANT: Final = {
    **FULL_WIDTH,
    **dict.fromkeys("\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
                    "\u202f\u205f\u3000", " "),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("×∗⋅·", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    **dict(zip("асеорхуАВЕКМНОРСТХ", "aceopxyABEKMHOPCTX", strict=True)),  # Cyrillic
}  # fmt: skip
"""What each of these characters is taken for."""

SHAPE: Final = re.compile(r"\d\s*[x×]\s*\d")


def look_alikes(source: Source) -> list[Edit]:
    """The edits that write what is meant over such characters, outside of comments, quoted and
    free texts. The × between two numbers is left: it is that of a shape.
    """
    found = []
    for number, line in structure(source):
        if line.isascii():
            continue
        for at, character in enumerate(line):
            shape = character == "×" and SHAPE.search(line[max(0, at - 2) : at + 3])
            if character not in MEANT or shape:
                continue
            span = Span(source, number, at + 1, number, at + 2)
            found.append(Edit(span, MEANT[character]))
    return found
