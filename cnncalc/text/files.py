"""Where specs are: the shipped architectures, files, standard input. Bytes to `Source`."""

from __future__ import annotations

import os
import stat
import sys
from functools import cache

from cnncalc.diagnostics import Problem, Source
from cnncalc.text.parser import decode

MAX_BYTES = 16 * 2**20
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Unreadable(Exception):
    """A spec that cannot be read, in one line: missing, a folder, no permission."""


@cache
def folder() -> str:
    """The folder of the shipped architectures: inside the package, or beside it in a checkout."""
    inside = os.path.join(HERE, "architectures")
    beside = os.path.join(os.path.dirname(HERE), "architectures")
    return inside if os.path.isdir(inside) else beside


@cache
def shipped() -> dict[str, str]:
    """The shipped architectures: name → path of the file."""
    names = sorted(name for name in os.listdir(folder()) if name.endswith(".yaml"))
    return {name[:-5]: os.path.join(folder(), name) for name in names}


def read(net: str) -> Source:
    """The text of a net: a path, a shipped name, or `-` for standard input. A file wins over the
    shipped net of its name.

    Raises `Unreadable`, and `Problem` for a text that is none (encoding, size).
    """
    if net == "-":
        return decode("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))
    if shipped_path(net) is not None and (os.path.isdir(net) or not os.path.lexists(net)):
        return read_shipped(net)
    return decode(unlike_option(net), read_bytes(net))


def read_shipped(name: str) -> Source:
    """The text of the shipped architecture of that name, which there is."""
    return decode(f"architectures/{name}.yaml", read_bytes(os.path.join(folder(), f"{name}.yaml")))


def unlike_option(path: str) -> str:
    """The path, so written that it is no option: those are sources too (`--input`)."""
    return os.path.join(".", path) if path.startswith("-") else path


def shipped_path(net: str) -> str | None:
    """The file of a shipped architecture; the folder is not listed for one that exists."""
    if not net.replace("_", "").isalnum():
        return None
    path = os.path.join(folder(), f"{net}.yaml")
    return path if os.path.isfile(path) else None


def read_bytes(path: str) -> bytes:
    """A regular file's bytes, at most one more than the limit; raises `Unreadable`."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISDIR(mode):
                raise Unreadable("it is a folder")
            if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
                raise Unreadable("it is no regular file")
            if stat.S_ISFIFO(mode):  # nobody writes: it is empty; somebody does: wait for it
                os.set_blocking(file.fileno(), True)
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(getattr(error, "strerror", None) or str(error)) from None


def is_path(name: str) -> bool:
    """Whether `extends` names a file (with a / or .yaml), not a shipped architecture."""
    return "/" in name or name.endswith((".yaml", ".yml")) or not name.replace("_", "a").isalnum()


def open_base(name: str, from_source: Source) -> Source:
    """The file that an `extends` names: a shipped architecture, or a path seen from the file
    that names it. Raises `Problem`, or `OSError` with a reason and the names to suggest;
    `PermissionError` for a file that is refused.

    Nothing of a file is returned, and so nothing can be shown, unless it looks like a spec.
    """
    if not is_path(name):
        if shipped_path(name) is None:
            raise OSError("no shipped architecture has this name", list(shipped()))
        return read_shipped(name)
    here = "" if from_source.path.startswith("<") else os.path.dirname(from_source.path)
    path = os.path.normpath(os.path.join(here, name))
    try:
        check_place(path, here)
        data = read_bytes(path)
    except Unreadable as reason:
        raise OSError(str(reason)) from None
    from cnncalc.language.recognition import judge

    if judge(data).verdict == "other":
        raise PermissionError("it does not look like a spec")
    return decode(unlike_option(path), data)


def check_place(path: str, here: str) -> None:
    """Raises `PermissionError` for a base outside the repository of the folder that names it; where
    there is no repository, outside that folder and the current one. Links are resolved.
    """
    try:
        real, folder, current = (os.path.realpath(p) for p in (path, here, ""))
    except (OSError, ValueError) as error:
        raise Unreadable(getattr(error, "strerror", None) or str(error)) from None
    root = repository_of(folder)
    if root is not None:
        if not is_inside(real, root):
            raise PermissionError(f"it lies outside the repository {root}")
    elif not (is_inside(real, folder) or is_inside(real, current)):
        raise PermissionError("it lies outside the folder of this file and the current folder")


def repository_of(folder: str) -> str | None:
    """The nearest folder, this one or above, that has a `.git`."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def is_inside(path: str, folder: str) -> bool:
    """Whether one path lies below another, or is it; both without links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


__all__ = ["Problem", "Unreadable", "is_inside", "open_base", "read", "shipped", "shipped_path"]
