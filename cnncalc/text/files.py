"""Where specs are: the shipped architectures, files, standard input. Bytes to `Source`."""

from __future__ import annotations

import os
import stat
import sys
from functools import cache
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Problem, Source
from cnncalc.text.characters import MAX_BYTES, decode

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Unreadable(Exception):
    """A spec that cannot be read, in one line: missing, a folder, no permission."""


@cache
def folder() -> str | None:
    """The folder of the shipped architectures: inside the package, or beside it in a checkout.
    None where the package lies in an archive.
    """
    inside = os.path.join(HERE, "architectures")
    beside = os.path.join(os.path.dirname(HERE), "architectures")
    return next(filter(os.path.isdir, (inside, beside)), None)


def archive() -> Traversable:
    """The shipped architectures inside an archive."""
    from importlib.resources import files

    return files("cnncalc") / "architectures"


@cache
def shipped() -> tuple[str, ...]:
    """The names of the shipped architectures, sorted."""
    here = folder()
    names = os.listdir(here) if here else [entry.name for entry in archive().iterdir()]
    return tuple(sorted(name[:-5] for name in names if name.endswith(".yaml")))


def read(net: str) -> Source:
    """The text of a net: a path, a shipped name, or `-` for standard input. A file wins over the
    shipped net of its name.

    Raises `Unreadable`, and `Problem` for a text that is none (encoding, size).
    """
    if net == "-":
        return decode("<stdin>", read_stdin())
    if is_shipped(net) and (os.path.isdir(net) or not os.path.lexists(net)):
        return read_shipped(net)
    return decode(unlike_option(net), read_bytes(net))


def read_shipped(name: str) -> Source:
    """The text of the shipped architecture of that name, which there is."""
    here, file = folder(), f"{name}.yaml"
    data = read_bytes(os.path.join(here, file)) if here else (archive() / file).read_bytes()
    return decode(f"architectures/{file}", data)


def read_stdin() -> bytes:
    """What standard input holds, at most one byte more than the limit; raises `Unreadable`."""
    try:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def unlike_option(path: str) -> str:
    """The path, so written that it is no option: those are sources too (`--input`)."""
    return os.path.join(".", path) if path.startswith("-") else path


def is_shipped(net: str) -> bool:
    """Whether there is a shipped architecture of this name; the folder is not listed."""
    if is_path(net):
        return False
    here, file = folder(), f"{net}.yaml"
    return os.path.isfile(os.path.join(here, file)) if here else (archive() / file).is_file()


def read_bytes(path: str) -> bytes:
    """A regular file's bytes, at most one more than the limit; raises `Unreadable`."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISDIR(mode):
                raise Unreadable("it is a folder")
            if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
                raise Unreadable("it is not a regular file")
            if stat.S_ISFIFO(mode):  # nobody writes: it is empty; somebody does: wait for it
                os.set_blocking(file.fileno(), True)
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(getattr(error, "strerror", None) or str(error)) from None


def is_path(name: str) -> bool:
    """Whether `extends` names a file (with a / or .yaml), not a shipped architecture."""
    return "/" in name or name.endswith((".yaml", ".yml")) or not name.replace("_", "a").isalnum()


def without_links(path: str) -> str:
    """The absolute path, its links resolved; as it is where the current folder was deleted."""
    try:
        return os.path.realpath(path)
    except FileNotFoundError:
        return path


def is_inside(path: str, folder: str) -> bool:
    """Whether one path lies below another, or is it; both without links. Nothing lies in a folder
    that was deleted.
    """
    return bool(folder) and (path == folder or path.startswith(folder.rstrip(os.sep) + os.sep))


__all__ = ["Problem", "Unreadable", "is_inside", "is_shipped", "read", "shipped"]
