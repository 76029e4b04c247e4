"""The console examples of the documents: found, run, compared, rewritten.

A document has files and examples. A block that follows a line ``<!-- file: NAME -->`` is a file;
a ``console`` block is an example: lines that begin with ``$ `` are commands, the others what they
print, where a line `…` stands for any number of lines.

`tests.regenerate` rewrites what the commands print.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n+)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.M | re.S
)
ANYTHING = "…"


class Command(NamedTuple):
    """One command of an example and what the document says it prints."""

    line: str
    printed: list[str]


def files(text: str) -> dict[str, str]:
    """The files that a document shows."""
    return {m["file"]: m["body"] for m in BLOCK.finditer(text) if m["file"]}


def commands(body: str) -> list[Command]:
    """The commands of an example."""
    found: list[Command] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found:
            found[-1].printed.append(line)
    return found


def examples(text: str) -> list[list[Command]]:
    """All examples of a document that run cnncalc."""
    bodies = (m["body"] for m in BLOCK.finditer(text) if m["language"] == "console")
    return [example for body in bodies if (example := commands(body))]


def is_ours(command: str) -> bool:
    """Whether a command is cnncalc alone, so that its output can be compared."""
    unquoted = re.sub(r"'[^']*'", "", command)
    return command.startswith("cnncalc ") and not re.search(r"[|<>;&]", unquoted)


def output_of(command: str, folder: Path) -> list[str]:
    """What a command prints, run in a folder, in a pipe."""
    from cnncalc.cli import main

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        main(shlex.split(command)[1:], standalone_mode=False)
    out.seek(0)
    return out.read().splitlines()


def agrees(printed: list[str], stated: list[str]) -> bool:
    """Whether the output is what the document says, `…` matching any lines."""
    parts: list[list[str]] = [[]]
    for line in stated:
        if line.strip() == ANYTHING:
            parts.append([])
        else:
            parts[-1].append(line.rstrip())
    lines = [line.rstrip() for line in printed]
    if len(parts) == 1:
        return lines == parts[0]
    at = 0
    for index, part in enumerate(parts):
        if index == len(parts) - 1:
            return not part or (len(lines) - len(part) >= at and lines[-len(part) :] == part)
        while lines[at : at + len(part)] != part:
            at += 1
            if index == 0 or at > len(lines):
                return False
        at += len(part)
    return True


def rewritten(text: str, folder: Path) -> str:
    """The document with what its commands print now; `…` keeps cutting at the same lines."""
    write_files(text, folder)

    def example(match: re.Match[str]) -> str:
        if match["language"] != "console":
            return match[0]
        lines = []
        for command in commands(match["body"]):
            lines.append(f"$ {command.line}")
            stated = command.printed
            if is_ours(command.line) and not agrees(output_of(command.line, folder), stated):
                stated = cut(output_of(command.line, folder), stated)
            lines += stated
        return f"```console\n{chr(10).join(lines)}\n```"

    return BLOCK.sub(example, text)


def cut(printed: list[str], stated: list[str]) -> list[str]:
    """New output, cut as the old was: as many lines before the `…`, and behind it."""
    if ANYTHING not in (line.strip() for line in stated):
        return printed
    first = next(i for i, line in enumerate(stated) if line.strip() == ANYTHING)
    last = (
        len(stated)
        - 1
        - next(i for i, line in enumerate(reversed(stated)) if line.strip() == ANYTHING)
    )
    behind = len(stated) - 1 - last
    return [*printed[:first], ANYTHING, *(printed[-behind:] if behind else [])]


def write_files(text: str, folder: Path) -> None:
    for name, body in files(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
