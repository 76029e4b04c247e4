"""Nets to try the command line on, and ways to run it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from cnncalc.cli import main

GOOD = "name: Good\ninput: 8x8x3\nlayers:\n  - conv1: [4, 3]\n  - relu\n"
WARNED = "input: 8x8x3\nlayers:\n  - conv1: [4, 3, 2]\n"
BROKEN = "input: 8x8x3\nlayers:\n  - conv1: [4, 3]\n  - conv2: [4, 9]\n  - relu\n"
SYNTAX = "input: 8x8x3\nlayers:\n  - conv1: [4, 3\n"
BLOCKS = """\
input: 8x8x3
blocks:
  unit:
    - conv1: [4, 1]
    - conv2: [4, 1]
layers:
  - unit: {name: a}
  - unit: {name: b}
"""
PARAMETERS = "input: 8x8x3\nparameters: {width: 4}\nlayers:\n  - conv1: [width, 3]\n"


NETS = {"good": GOOD, "warned": WARNED, "broken": BROKEN, "syntax": SYNTAX, "blocks": BLOCKS,
        "parameters": PARAMETERS}  # fmt: skip


APART: dict[str, Any] = {"mix_stderr": False} if hasattr(CliRunner(), "mix_stderr") else {}
"""Standard error apart from standard output, which click does of itself from 8.2 on."""


def run(*args: str, stdin: str | bytes | None = None, **env: str) -> Result:
    """`cnncalc` in this process."""
    return CliRunner(**APART).invoke(main, args, input=stdin, env=env)


def process(*args: str | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """`cnncalc` in a process of its own."""
    command = [sys.executable, "-m", "cnncalc", *args]
    options = {"capture_output": True, "timeout": 60, **options}
    return subprocess.run(command, check=False, **options)


def words(value: object) -> str:
    """A case's name."""
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return ascii(text)[1:-1][:50]
