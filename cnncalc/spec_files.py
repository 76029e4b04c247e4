"""From the arguments of `cnncalc check` to specs: files, folders, globs, shipped names.

A file that is named is a spec. In a folder or a glob a YAML file is one if a line begins with
`layers:`, or one begins with `extends:` and every top-level key is ours; judged on the text, so
that a broken spec counts.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from glob import has_magic, iglob

from cnncalc import sources

YAML = (".yaml", ".yml")
LARGEST = 16 * 2**20
KEYS = {
    b"name", b"description", b"family", b"year", b"source", b"extends", b"input", b"inputs",
    b"parameters", b"defaults", b"blocks", b"layers", b"outputs", b"expect", b"published",
    b"training",
}  # fmt: skip
LAYERS = re.compile(rb"(?:\A\xef\xbb\xbf|\A|[\r\n])layers[ \t]*:")
EXTENDS = re.compile(rb"(?:\A\xef\xbb\xbf|\A|[\r\n])extends[ \t]*:")
TOP_LEVEL_KEY = re.compile(rb"(?:\A\xef\xbb\xbf|\A|[\r\n])([^\s#\-][^:\r\n]*?)[ \t]*:(?=[\s]|\Z)")


def find_specs(arguments: Iterable[str]) -> list[str]:
    """Paths and names in the order of the arguments, each once; a folder's sorted.

    Raises `sources.Unreadable` for an argument that names nothing, and when no spec is found.
    """
    shipped = sources.shipped()
    found: dict[str, str] = {}
    searched = []
    for argument in arguments:
        if argument == "-" or argument in shipped:
            found.setdefault(argument, argument)
            continue
        searched.append(argument)
        for path in _specs_of(argument):
            found.setdefault(os.path.realpath(path), path)
    if not found:
        raise sources.Unreadable(f"no spec found in {', '.join(searched)}")
    return list(found.values())


def _specs_of(argument: str) -> Iterator[str]:
    if os.path.isdir(argument):
        yield from _in_folder(argument)
    elif has_magic(argument) and not os.path.lexists(argument):
        for path in sorted(iglob(argument, recursive=True)):
            if os.path.isdir(path):
                yield from _in_folder(path)
            elif is_spec(path):
                yield path
    else:
        yield argument


def _in_folder(folder: str) -> Iterator[str]:
    """The specs below a folder; dotfiles and dot folders are skipped, links not followed."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.normpath(os.path.join(here, name))
            if not name.startswith(".") and is_spec(path):
                yield path


def is_spec(path: str) -> bool:
    """Whether a YAML file looks like a spec. One that cannot be read does: whoever checks a
    folder must hear of it.
    """
    if not path.endswith(YAML):
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as file:
            text = file.read(LARGEST)
    except OSError:
        return True
    return looks_like_spec(text)


def looks_like_spec(text: bytes) -> bool:
    """The judgement on the text alone."""
    if LAYERS.search(text):
        return True
    return bool(EXTENDS.search(text)) and {m[1] for m in TOP_LEVEL_KEY.finditer(text)} <= KEYS
