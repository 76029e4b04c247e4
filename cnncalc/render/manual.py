"""A rule's docstring as a manual page: title, text, and the specs of its examples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnncalc.diagnostics import Rule

EXAMPLE = re.compile(r"^(Bad|Good)\b[^\n]*:\n((?:[ \t]+[^\n]*\n|\n)+)", re.MULTILINE)


class Page(NamedTuple):
    """``examples``: ("Bad" or "Good", spec), in order."""

    title: str
    text: str
    examples: tuple[tuple[str, str], ...]


def read_page(rule: Rule[...]) -> Page:
    """The manual page of a rule."""
    first, _, rest = (rule.page or rule.code).partition("\n")
    doc = f"{first}\n{dedented(rest)}\n"
    examples = tuple((m[1], dedented(m[2]).strip("\n") + "\n") for m in EXAMPLE.finditer(doc))
    prose = EXAMPLE.sub("", doc).strip()
    title, _, text = prose.partition("\n\n")
    return Page(" ".join(title.split()), text.strip(), examples)


def dedented(text: str) -> str:
    """The text less the indentation that its lines share."""
    lines = text.splitlines()
    margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    return "".join(f"{line[margin:].rstrip()}\n" for line in lines)
