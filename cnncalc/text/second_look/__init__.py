"""A second look at a text that has errors: what its author took it for, before its parts are
judged. Part of the first stage, and imported only for a text with errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cnncalc.text import rules
from cnncalc.text.edits import edited, source_text
from cnncalc.text.second_look.foreign_files import what_it_is
from cnncalc.text.second_look.line_habits import foreign_lines
from cnncalc.text.second_look.look_alikes import look_alikes

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.diagnostics import Diagnostic, Source

T = TypeVar("T")


def second_look(
    source: Source,
    found: list[Diagnostic],
    spec: T | None,
    read: Callable[[str], tuple[T | None, list[Diagnostic]]],
) -> T | None:
    """The spec as it is understood now, and ``found`` with the errors that the first look could
    not name. ``read`` reads another text of the same length in the source's place.
    """
    if whole := what_it_is(source):
        found[:] = [whole]
        return None
    edits = [] if source.text.isascii() else look_alikes(source)
    if edits:
        again, others = read(edited(source, edits))
        if places(others) != places(found):
            span, meant = edits[0]
            first = rules.foreign.look_alike(span, source_text(span), meant, edits)
            found[:], spec = [first, *others], again
    foreign_lines(source, found)
    return spec


def places(found: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(d.code, d.line, d.column) for d in found]
