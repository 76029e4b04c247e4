"""Completion in the real shells, as the documents set it up: what <TAB> offers and types."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

pty = pytest.importorskip("pty", reason="an interactive shell needs a terminal of Unix")
select = pytest.importorskip("select")

ROOT = Path(__file__).parents[1]
PATIENCE = 20
"""Seconds until a shell that offers nothing has failed."""
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
SETUP = {
    "bash": "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; "
    'eval "$(_CNNCALC_COMPLETE=bash_source cnncalc)"',
    "zsh": "autoload -U compinit && compinit -u -d $HOME/dump; unset zle_bracketed_paste; "
    'eval "$(_CNNCALC_COMPLETE=zsh_source cnncalc)"',
}


def needs(shell: str) -> str:
    """The shell's path; the test is skipped without it."""
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a file and a folder beside the shipped nets, and the command `cnncalc`."""
    command = tmp_path / "bin/cnncalc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cnncalc "$@"\n')
    command.chmod(0o755)
    (tmp_path / "vgg16_mine.yaml").write_text("input: 8x8x3\nlayers:\n  - conv1: 4\n")
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets/two words.yaml").touch()
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "TERM": "dumb",
        "COLUMNS": "200",
        "LC_ALL": "C.UTF-8",
        "PS1": "$ ",
    }


class Terminal:
    """An interactive shell in a terminal."""

    def __init__(self, shell: str, home: Path) -> None:
        needs(shell)
        child, self.master = pty.fork()
        if not child:
            os.chdir(home)
            os.execvpe(shell, START[shell], environment(home))
        self.child = child
        self.do(SETUP[shell])

    def do(self, command: str) -> None:
        """Runs a command to its end."""
        self.type(f"{command}; echo rea''dy\n")
        self.until("ready")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def until(self, *words: str) -> str:
        """What the terminal shows, once it shows all these words."""
        shown, end = "", time.monotonic() + PATIENCE
        while not all(word in shown for word in words):
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"shown is only {shown!r}"
            shown += os.read(self.master, 65536).decode("utf-8", "replace")
        return shown

    def close(self) -> None:
        os.close(self.master)
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


@pytest.fixture(params=list(START))
def terminal(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    shell = Terminal(request.param, home)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cnncalc vgg16", ("vgg16_bn", "vgg16_mine.yaml")),
        ("cnncalc check vgg16", ("vgg16_bn", "vgg16_mine.yaml")),
        ("cnncalc m", ("memory", "mobilenet_v2")),
        ("cnncalc vgg16 --format ", ("markdown", "latex")),
        ("cnncalc vgg16 --format=", ("markdown", "latex")),
        ("cnncalc explain vgg16 conv1_", ("conv1_1", "conv1_2")),
    ],
)
def test_all_that_fits_is_listed(terminal: Terminal, typed: str, offered: tuple[str, ...]) -> None:
    """Files beside the shipped nets."""
    terminal.type(f"{typed}\t\t")
    terminal.until(*offered)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("cnncalc che", "check "),
        ("cnncalc vgg16_m", "vgg16_mine.yaml "),
        ("cnncalc nets/tw", r"nets/two\ words.yaml "),
        ("cnncalc ne", "nets/"),
        ("cnncalc vgg16 --columns name,par", "name,params"),
        ("cnncalc explain vgg16_mine.yaml c", "conv1 "),
        ("cnncalc vgg16 --format=no", "--format=notes"),
        ("cnncalc rule no-val", "no-valid-output "),
    ],
)
def test_what_is_unique_is_typed(terminal: Terminal, typed: str, completed: str) -> None:
    terminal.type(f"{typed}\t")
    word = typed.rpartition(" ")[2]
    terminal.until(completed.removeprefix(word))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cnncalc vgg16", {"vgg16", "vgg16_bn", "vgg16_mine.yaml"}),
        ("cnncalc che", {"check"}),
        ("cnncalc ne", {"nets/"}),
        ("cnncalc vgg16 --format no", {"notes"}),
        ("cnncalc vgg16 --format=no", {"--format=notes"}),
        ("cnncalc explain vgg16 conv1_1", {"conv1_1", "conv1_1.relu"}),
    ],
)
def test_fish(home: Path, typed: str, offered: set[str]) -> None:
    """Fish says itself what it would offer."""
    code = f"_CNNCALC_COMPLETE=fish_source cnncalc | source; complete -C {shlex.quote(typed)}"
    run = subprocess.run(
        [needs("fish"), "--no-config", "-c", code], cwd=home, env=environment(home),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    found = {line.partition("\t")[0] for line in run.stdout.splitlines()}
    assert offered <= found, run.stderr
