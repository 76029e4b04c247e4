"""The lines of a text without what an author may write freely: comments, quoted and free texts.

Asked only when a spec has errors, by those who look for what is meant to be structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cnncalc.diagnostics import Source

FREE: Final = re.compile(r"(\s*(?:- +)?)(?:name|description|family|source|note)\s*:(?:\s|$)")
QUOTED: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|(?<!\w)'[^']*'")
FREE_IN_BRACES: Final = re.compile(r"(?<=[{,\s])(?:name|description|source|note)\s*:\s[^,}\]]*")
COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#.*")


def structure(source: Source, *, quoted: bool = False) -> Iterator[tuple[int, str]]:
    """Each line's number and text, blanks in the place of what is free; ``quoted``: quoted texts
    are kept.
    """
    free: int | None = None
    for number, line in enumerate(source.lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if free is not None and (not line.strip() or indent > free):
            yield number, ""
            continue
        found = FREE.match(line)
        free = len(found[1]) if found else None
        if found:
            yield number, line[: found.end()]
            continue
        patterns = (FREE_IN_BRACES, COMMENT) if quoted else (QUOTED, FREE_IN_BRACES, COMMENT)
        for pattern in patterns:
            line = pattern.sub(blank, line)
        yield number, line


def blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
