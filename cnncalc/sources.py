"""Where specs are: the shipped architectures, files, standard input. Bytes to `Source`."""

from __future__ import annotations

import os
import stat
import sys
from functools import cache

from cnncalc.diagnostics import Problem, Source
from cnncalc.yaml_tree import decode

MAX_BYTES = 16 * 2**20
HERE = os.path.dirname(os.path.abspath(__file__))


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
    """The text of a net: a shipped name, a path, or `-` for standard input.

    Raises `Unreadable`, and `Problem` for a text that is none (encoding, size).
    """
    if net == "-":
        return decode("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))
    path = shipped_path(net)
    if path is not None:
        return decode(f"architectures/{net}.yaml", read_bytes(path))
    return decode(net, read_bytes(net))


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


def open_base(name: str, from_source: Source) -> Source:
    """The file that an `extends` names: a shipped architecture, or a path seen from the file
    that names it. Raises `Problem`, or `OSError` with a reason and the names to suggest.
    """
    from cnncalc.spec.reader import is_path

    try:
        if not is_path(name):
            if shipped_path(name) is None:
                raise OSError("no shipped architecture has this name", list(shipped()))
            return read(name)
        base = "" if from_source.path.startswith("<") else os.path.dirname(from_source.path)
        return read(os.path.normpath(os.path.join(base, name)))
    except Unreadable as reason:
        raise OSError(str(reason)) from None


__all__ = ["Problem", "Unreadable", "open_base", "read", "shipped", "shipped_path"]
