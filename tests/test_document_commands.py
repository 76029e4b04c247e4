"""Every command that a document shows runs, and every word of cnncalc that it uses exists.

What a `console` example prints is compared in test_regenerate.py.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

from cnncalc.checks.selection import rules
from cnncalc.cli import COMMANDS, main
from cnncalc.layers import KINDS
from cnncalc.schema import schema
from cnncalc.text.files import shipped
from tests import console
from tests.commands import GOOD, run
from tests.regenerate import DOCUMENTS, ROOT

SHELLS = {
    "console": ["bash", "-euc"],
    "sh": ["bash", "-euc"],
    "zsh": ["zsh", "-c"],
    "fish": ["fish", "-c"],
}
"""Languages of blocks with commands, and what runs them."""

PLACEHOLDERS = {"NET": "vgg16", "KIND": "conv", "FILE": "mynet.yaml", "<TAB>": "conv1_1"}

RUN_ELSEWHERE = {
    "python3 -m venv": ".ci/run",
    "source ": "what follows it is run elsewhere, too",
    "python -m pytest": ".ci/run",
    "ruff check": ".ci/run",
    "python -m tests.regenerate": "test_regenerate.py compares what it writes",
    "pip install -e": "the tools beside cnncalc are no part of the tests",
    "python tests/benchmarks/run.py": "test_benchmarks.py, with --quick and without --write",
}
"""How commands begin that no test here runs, and where they are run or why not."""


class Command(NamedTuple):
    """A line that a document tells to type."""

    document: Path
    language: str
    line: str

    def __str__(self) -> str:
        return f"{self.document.name}: {self.line}"


def in_blocks(document: Path) -> Iterator[Command]:
    """The commands of a document's blocks; in a `console` block, the lines after a `$ `."""
    for block in console.BLOCK.finditer(document.read_text("utf-8")):
        language = block["language"]
        if language == "console":
            lines = [command.line for command in console.commands(block["body"])]
        elif language in SHELLS:
            lines = block["body"].splitlines()
        else:
            continue
        yield from (Command(document, language, line) for line in lines if line)


def in_sentences(document: Path) -> Iterator[Command]:
    """The commands in a document's sentences, in backquotes, with a net for `NET`."""
    for words in inline(document):
        if re.match(r"cnncalc \S+ ", words):
            for placeholder, word in PLACEHOLDERS.items():
                words = re.sub(rf"(?<=\s){placeholder}(?!\w)", word, words)
            yield Command(document, "sh", words)


def inline(document: Path) -> list[str]:
    """What stands in backquotes outside of blocks."""
    text = re.sub(r"^ *```.*?^ *```$", "", document.read_text("utf-8"), flags=re.M | re.S)
    return [" ".join(words.split()) for words in re.findall(r"`([^`]+)`", text)]


ALL = [c for d in DOCUMENTS for c in [*in_blocks(d), *in_sentences(d)]]
TYPED = dict.fromkeys(
    c
    for c in ALL
    if not c.line.startswith(tuple(RUN_ELSEWHERE))
    and not (c.language == "console" and console.is_ours(c.line))  # test_regenerate.py
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `cnncalc` and a `python` to find on the PATH."""
    folder = tmp_path_factory.mktemp("bin")
    for name, start in {"cnncalc": "-m cnncalc ", "python": ""}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {start}"$@"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell is needed")
@pytest.mark.parametrize("command", TYPED, ids=str)
def test_a_command_runs(command: Command, program: Path, tmp_path: Path) -> None:
    shell = SHELLS[command.language]
    if not shutil.which(shell[0]):
        pytest.skip(f"there is no {shell[0]} here")
    (tmp_path / "nets").mkdir()
    for name in ("nets/detector.yaml", "mynet.yaml"):
        (tmp_path / name).write_text(GOOD)
    for name in ("tests", "architectures"):
        (tmp_path / name).symlink_to(ROOT / name)
    console.write_files(command.document.read_text("utf-8"), tmp_path)
    env = {**os.environ, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}",
           "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}  # fmt: skip
    line = re.sub(r"^(python .*) \d+$", r"\1 9", command.line)  # a size that takes no minute
    if shell[0] == "zsh":
        line = f"autoload -U compinit; compinit -u; {line}"
    done = subprocess.run(
        [*shell, line], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_are_found() -> None:
    """Of every sort: in a block of the README, in another document's, in a sentence."""
    found = {str(command) for command in TYPED}
    assert "README.md: cnncalc vgg16 --source > mynet.yaml        # its text, to start your own from" in found  # fmt: skip  # noqa: E501
    assert "editors.md: cnncalc schema > cnncalc.schema.json" in found
    for start in RUN_ELSEWHERE:
        assert any(command.line.startswith(start) for command in ALL), start


def test_every_block_says_what_it_is() -> None:
    """A block without a language would be run by nobody."""
    for document in DOCUMENTS:
        blocks = console.BLOCK.finditer(document.read_text("utf-8"))
        assert [block["body"] for block in blocks if not block["language"]] == []


# Words: what stands in backquotes.

OTHERS = {
    "cnncalc": "the package",
    "compinit": "zsh's",
    "conv2d": "a word of PyTorch's",
    "conv3d": "a word of PyTorch's",
    "linear": "a word of PyTorch's",
    "foreach": "of PyTorch's optimizers",
    "add_": "of PyTorch's tensors",
    "ru_maxrss": "of the operating system",
    "conv3x3": "a name in an example",
    "inception3a": "a name in an example",
    "relu6_1": "a name in an example",
    "lyers": "a typo in an example",
    "y": "a name in an example",
    "venv": "a folder's name",
    "rules": "a stage's file of errors",
    "node_modules": "a folder's name",
    "site-packages": "a folder's name",
}
"""Words that are none of cnncalc's."""


def strings(value: Any) -> Iterator[str]:
    """Every key and text of a JSON value."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@cache
def options() -> frozenset[str]:
    """The options of all commands, and of the benchmarks."""
    script = (ROOT / "tests" / "benchmarks" / "run.py").read_text("utf-8")
    own = {name for p in parameters() for name in [*p.opts, *p.secondary_opts]}
    return frozenset(own | set(re.findall('"(--[a-z]+)"', script)))


def parameters() -> Iterator[click.Parameter]:
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command
        yield from command.params


@cache
def vocabulary() -> frozenset[str]:
    """Kinds, keys, fields, rules and their families, options, formats, columns, quantities, …"""
    words = {*KINDS, *shipped(), *COMMANDS, *rules(), *(rule.family for rule in rules().values())}
    words.update(strings(schema()))
    words.update(yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"])
    for args in (["vgg16"], ["memory", "vgg16"], ["check", "vgg16"]):
        words.update(strings(json.loads(run(*args, "--format", "json").stdout)))
    for parameter in parameters():
        words.update([parameter.name or "", *getattr(parameter.type, "choices", ())])
    return frozenset(words)


def unknown(words: str) -> list[str]:
    """What in some words in backquotes is written like one of cnncalc's words, and is none."""
    foreign = [w for w in re.findall(r"(?<![\w-])--[a-z][a-z-]+", words) if w not in options()]
    foreign += [
        w
        for w in re.findall(r"(?<![\w-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w-])", words)
        if w not in vocabulary() and w not in OTHERS
    ]
    if re.fullmatch(r"[a-z_]\w*:?", words):
        word = words.rstrip(":")
        kind = word.rstrip("0123456789")  # `conv1`
        if not {word, kind} & vocabulary() and word not in OTHERS:
            foreign.append(word)
    return foreign


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_word_exists(document: Path) -> None:
    """Rule codes, options, kinds, keys, formats: one that is no longer there is found here."""
    commands_of_others = ("python ", "pip ", "pipx ", "uv ")
    own = (words for words in inline(document) if not words.startswith(commands_of_others))
    assert [word for words in own for word in unknown(words)] == []


def test_a_word_that_does_not_exist_is_found() -> None:
    assert unknown("--select shapes,expectation-failed") == ["expectation-failed"]
    assert unknown("--fail-in warning") == ["--fail-in"]
    assert unknown("convolution1") == ["convolution1"]
    assert unknown("--select shapes,wrong-type") == unknown("conv1:") == []


def test_the_others_are_used() -> None:
    used = {words.rstrip(":") for document in DOCUMENTS for words in inline(document)}
    assert OTHERS.keys() <= used
