"""Text → `Spec`: the file, the one it extends, and a second look at a text with errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Source
from cnncalc.language import rules
from cnncalc.language.bases import find_base
from cnncalc.language.file_keys import FileReader
from cnncalc.language.spec import Spec
from cnncalc.text import rules as text_rules
from cnncalc.text.edits import edited, source_text
from cnncalc.text.nodes import Broken, Mapping, form_of
from cnncalc.text.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.language.bases import Open

    Read = Callable[[str], tuple[Spec | None, list[Diagnostic]]]


def read_spec(
    source: Source, problems: list[Diagnostic], open_base: Open, chain: tuple[str, ...] = ()
) -> Spec | None:
    """The spec that a text holds; what is wrong is appended to ``problems``. None when there is
    nothing to go on with (a syntax error, no layers, no base).
    """
    found = type(problems)()  # as many as are allowed, no more
    try:
        spec = read_text(source, source.text, found, open_base, chain)
        if found:

            def read(text: str) -> tuple[Spec | None, list[Diagnostic]]:
                others = type(problems)()
                return read_text(source, text, others, open_base, chain), others

            spec, found = second_look(source, spec, found, read)
    finally:
        problems.extend(found)
    return spec


def second_look(
    source: Source, spec: Spec | None, found: list[Diagnostic], read: Read
) -> tuple[Spec | None, list[Diagnostic]]:
    """The spec and the errors of a text that has some, with what its author took it for. ``read``
    reads another text of the same length in the source's place.
    """
    from cnncalc.text.foreign_files import what_it_is
    from cnncalc.text.foreign_lines import foreign_lines, look_alikes

    if whole := what_it_is(source):
        return None, [whole]
    edits = [] if source.text.isascii() else look_alikes(source)
    if edits:
        other, others = read(edited(source, edits))
        if places(others) != places(found):
            span, meant = edits[0]
            first = text_rules.foreign.look_alike(span, source_text(span), meant, edits)
            spec, found = other, [first, *others]
    return spec, foreign_lines(source, found)


def places(found: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(d.code, d.line, d.column) for d in found]


def read_text(
    source: Source, text: str, problems: list[Diagnostic], open_base: Open, chain: tuple[str, ...]
) -> Spec | None:
    """The same for a text that is read in the source's place, and is as long."""
    tree = parse(source, problems, text)
    if tree is None or isinstance(tree, Broken):
        return None
    if not isinstance(tree, Mapping):
        wanted, found = "a mapping with `layers:`", form_of(tree)
        problems.append(rules.form.wrong_form(tree.span, "a spec", wanted=wanted, found=found))
        return None
    file = FileReader(source, tree, problems)
    if "extends" not in tree.entries:
        return file.whole()
    file.check_extending_keys()
    opened = find_base(tree.entries["extends"].value, source, problems.append, open_base, chain)
    base = read_spec(opened, problems, open_base, (*chain, source.path)) if opened else None
    return file.over(base) if base else None
