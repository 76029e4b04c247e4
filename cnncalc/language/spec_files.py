"""From the arguments of `cnncalc check` to specs: files, folders, globs, shipped names.

A file that is named is a spec. In a folder or a glob, `recognition` says which YAML files
are specs, or nearly; the others are passed over, each with a reason.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from glob import has_magic
from typing import NamedTuple

from cnncalc.text import files as sources
from cnncalc.text.characters import MAX_BYTES

YAML = (".yaml", ".yml")
NOT_WALKED = {"venv", ".venv", "node_modules", "site-packages"}
"""Folders that hold what other people wrote."""


class Candidate(NamedTuple):
    """A file that may be a spec. ``near``: it only looks like one; ``why`` it is passed over."""

    path: str
    near: bool = False
    why: str = ""


class Found(NamedTuple):
    """What the arguments hold: specs and other YAML files, each once and in the order of the
    arguments, and the arguments that hold no spec.
    """

    specs: list[Candidate]
    passed_over: list[Candidate]
    empty: list[str]


def find_specs(arguments: Iterable[str]) -> Found:
    """The specs that files, folders, globs and names stand for."""
    found: dict[str, Candidate] = {}
    empty = []
    for argument in arguments:
        holds_spec = False
        for candidate in _candidates(argument):
            holds_spec |= not candidate.why
            path = candidate.path
            key = sources.without_links(path) if os.path.lexists(path) else path
            if key not in found or (found[key].why and not candidate.why):
                found[key] = candidate
        if not holds_spec:
            empty.append(argument)
    specs = [candidate for candidate in found.values() if not candidate.why]
    return Found(specs, [candidate for candidate in found.values() if candidate.why], empty)


def _candidates(argument: str) -> Iterator[Candidate]:
    if argument == "-":
        yield Candidate(argument)
    elif os.path.isdir(argument):
        yield from _in_folder(argument, sources.without_links(argument))
    elif has_magic(argument) and not os.path.lexists(argument):
        yield from _in_glob(argument)
    else:
        yield Candidate(argument)


def _in_glob(pattern: str) -> Iterator[Candidate]:
    """What a glob matches, as if the folder before its first wildcard were searched."""
    folder = os.path.dirname(re.split(r"[*?\[]", pattern, maxsplit=1)[0])
    root = sources.without_links(folder)
    parts = [part for part in pattern.removeprefix(folder).split(os.sep) if part]
    parts = [
        p for p, before in zip(parts, ["", *parts], strict=False) if (p, before) != ("**",) * 2
    ]
    for path in _matches(folder, parts):
        if os.path.isdir(path):
            if is_inside(path, root):
                yield from _in_folder(path, root)
        elif is_yaml(path):
            yield _judged(path, root)


def _matches(folder: str, parts: Sequence[str]) -> Iterator[str]:
    """The paths below a folder that fit a glob. `glob.glob` follows links at `**`, in circles."""
    if not parts or parts == ["**"]:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for here, _ in _walk(folder):
            yield from _matches(os.path.normpath(here), rest)
        return
    with suppress(OSError, ValueError):
        names = sorted(os.listdir(folder or ".")) if has_magic(part) else [part]
        for name in fnmatch.filter(names, part) if has_magic(part) else names:
            path = os.path.join(folder, name)
            if name == part or not (name in NOT_WALKED or is_hidden(name, part)):
                if not rest:
                    yield path
                elif os.path.isdir(path):
                    yield from _matches(path, rest)


def _in_folder(folder: str, root: str) -> Iterator[Candidate]:
    """The YAML files below a folder, without dotfiles."""
    for here, files in _walk(folder):
        for name in files:
            if is_yaml(name) and not is_hidden(name):
                yield _judged(os.path.normpath(os.path.join(here, name)), root)


def _walk(folder: str) -> Iterator[tuple[str, list[str]]]:
    """The folders below a folder, without dot folders, links and `NOT_WALKED`, with their files."""
    for here, folders, files in os.walk(folder or "."):
        folders[:] = sorted(n for n in folders if n not in NOT_WALKED and not is_hidden(n))
        yield here, sorted(files)


def is_hidden(name: str, pattern: str = "") -> bool:
    return name.startswith(".") and not pattern.startswith(".")


def _judged(path: str, root: str) -> Candidate:
    """One that cannot be read counts as a spec: whoever checks a folder must hear of it."""
    from cnncalc.language.recognition import judge

    if not is_inside(path, root):
        return Candidate(path, why="a link out of the folder")
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return Candidate(path, why="not a regular file")
        with open(path, "rb") as file:
            verdict, why = judge(file.read(MAX_BYTES))
    except OSError:
        return Candidate(path)
    return Candidate(path, verdict == "near", why)


def is_yaml(path: str) -> bool:
    return path.lower().endswith(YAML)


def is_inside(path: str, root: str) -> bool:
    """Whether a path, its links resolved, lies in a folder that has none."""
    return sources.is_inside(sources.without_links(path), root)
