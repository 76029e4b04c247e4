"""The base that a file's `extends` names: which file it is, and whether it may be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cnncalc.diagnostics import Problem, Source
from cnncalc.language import rules
from cnncalc.text.characters import decode
from cnncalc.text.files import (
    Unreadable,
    is_inside,
    is_path,
    is_shipped,
    read_bytes,
    read_shipped,
    shipped,
    unlike_option,
    without_links,
)
from cnncalc.text.nodes import Broken, Scalar, form_of

if TYPE_CHECKING:
    from cnncalc.language.context import Report
    from cnncalc.text.nodes import Node

MAX_CHAIN: Final = 8
"""Files that each extend the next."""


class NoBase(Exception):
    """No base can be opened: why, and the names to suggest; ``refused``: there is a file, which
    may not be read.
    """

    def __init__(self, why: str, known: Sequence[str] = (), *, refused: bool = False) -> None:
        super().__init__(why)
        self.why, self.known, self.refused = why, known, refused


Open = Callable[[str, Source], Source]
"""Opens the base that a file names; raises `Problem` or `NoBase`. See `open_base`."""


def find_base(
    node: Node, file: Source, report: Report, open_base: Open, chain: tuple[str, ...]
) -> Source | None:
    """The base that the value of `extends` names; None where an error is reported. ``chain``: the
    paths of the files that led to this one.
    """
    if isinstance(node, Broken):
        return None
    if not isinstance(node, Scalar):
        wanted, found = "a name or a path", form_of(node)
        report(rules.form.wrong_form(node.span, "extends", wanted=wanted, found=found))
        return None
    try:
        source = open_base(node.text, file)
    except Problem as problem:
        problem.diagnostic.span.source.extended_at = node.span
        report(problem.diagnostic)
        return None
    except NoBase as error:
        report(
            rules.references.unknown_base(
                node.span, node.text, error.why, error.known, refused=error.refused
            )
        )
        return None
    source.extended_at = node.span
    paths = (*chain, file.path)
    longer = (*paths, source.path)
    if source.path in paths:
        report(rules.references.circular_extends(node.span, longer))
        return None
    if len(longer) > MAX_CHAIN:
        report(rules.limits.extends_too_deep(node.span, longer, MAX_CHAIN))
        return None
    return source


def open_base(name: str, file: Source) -> Source:
    """The base that ``file`` extends: a shipped architecture, or a path seen from the file. Raises
    `Problem` and `NoBase`.

    Nothing of a file is returned, and so nothing can be shown, unless it looks like a spec.
    """
    if not is_path(name):
        if not is_shipped(name):
            raise NoBase("no shipped architecture has this name", shipped())
        return read_shipped(name)
    here = "" if file.path.startswith("<") else os.path.dirname(file.path)
    path = os.path.normpath(os.path.join(here, name))
    try:
        check_place(path, here)
        data = read_bytes(path)
    except Unreadable as reason:
        raise NoBase(str(reason)) from None
    from cnncalc.language.recognition import judge

    if judge(data).verdict == "other":
        raise NoBase("it does not look like a spec", refused=True)
    return decode(unlike_option(path), data)


def check_place(path: str, here: str) -> None:
    """Raises `NoBase` for a base outside the repository of the folder that names it; where there
    is no repository, outside that folder and the current one. Links are resolved.
    """
    try:
        real, folder, current = (without_links(p) for p in (path, here, ""))
    except (OSError, ValueError) as error:
        raise NoBase(getattr(error, "strerror", None) or str(error)) from None
    root = repository_of(folder)
    if root is not None:
        if not is_inside(real, root):
            raise NoBase(f"it is outside the repository {root}", refused=True)
    elif not (is_inside(real, folder) or is_inside(real, current)):
        why = "it is outside the folder of this file and the current folder"
        raise NoBase(why, refused=True)


def repository_of(folder: str) -> str | None:
    """The nearest folder, this one or above, that has a `.git`."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder
