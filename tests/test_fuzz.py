"""Hostile and broken specs: never a traceback, a hang, or a character that commands a terminal.

`tests/fuzz.py` breaks specs for as long as one likes; here are a few hundred of its mutants,
random texts, and by name each trap that was ever found in what the tool is made of.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.diagnostics import printable
from cnncalc.render import FORMATS
from cnncalc.render.findings import FORMATS as FINDINGS
from tests.commands import process, run
from tests.fuzz import (
    MUTATIONS,
    Mutation,
    command_line,
    examine,
    examine_command,
    examine_thief,
    mutant,
    of_lines,
    seeds,
    slowness,
)

pytestmark = pytest.mark.slow

HEAD = "input: 32x32x3\nlayers:\n"
ROUNDS = 40
SLOW = 10.0
"""Seconds that a mutant may take where other tests run beside; the time itself is tested below."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_mutants(mutation: Mutation) -> None:
    specs = seeds()
    for seed in range(ROUNDS // 8 if mutation is of_lines else ROUNDS):
        rng = random.Random(seed)
        spec = mutation(rng, rng.choice(specs))
        examine(spec, longest=SLOW, pages=[rng.choice(FORMATS)])


def test_options(tmp_path: Path) -> None:
    specs, net = seeds(), tmp_path / "net.yaml"
    for seed in range(ROUNDS):
        rng = random.Random(seed)
        spec = mutant(rng, specs)
        net.write_bytes(spec)
        examine_command(command_line(rng, str(net)), spec)


def test_nothing_of_an_extended_file_is_printed(tmp_path: Path) -> None:
    for seed in range(ROUNDS):
        examine_thief(random.Random(seed), tmp_path)


WORDS = st.sampled_from(
    ["conv", "conv1", "concat", "residual", "repeat", "from", "if", "name", "kernel", "filters",
     "stride", "padding", "width", "i", "first", "in_channels", "same", "true", "previous",
     "expect", "share", "body", "fc", "unit", "[", "]", "{", "}", ": ", ", ", "\n  - ", "\n    ",
     "\n", "-", "#", '"', "'", "+", "**", "//", "(", ")", "3", "0", "-1", "1e9", "224x224x3"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_words_of_the_language_in_any_order(text: str) -> None:
    examine((HEAD + "  - " + text).encode(), longest=SLOW, pages=["table"])


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    examine(data, longest=SLOW, pages=["json"])


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_name(name: str) -> None:
    """Names, notes and sources are printed; no sign of theirs reaches the terminal."""
    import json

    quoted = json.dumps(name)
    spec = f"name: {quoted}\ndescription: {quoted}\n{HEAD}  - conv: {{name: {quoted}, filters: 1}}"
    examine(spec.encode(), longest=SLOW)


# Each trap by name, and what is told of it.

DEEP = 30_000
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
STEP = "  - conv: {filters: 16, kernel: 3"

TRAPS = {
    "30,000 brackets": (HEAD + "  - " + "[" * DEEP, "nested-too-deeply"),
    "30,000 braces": (HEAD + "  - " + "{a: " * DEEP, "nested-too-deeply"),
    "30,000 dashes": (HEAD + "  - " + "- " * DEEP, "nested-too-deeply"),
    "30,000 question marks": (HEAD + "  " + "? " * DEEP, "nested-too-deeply"),
    "30,000 brackets of an expression": (
        HEAD + "  - conv:\n      kernel: 3\n      filters: " + "(" * DEEP,
        "expression-too-long",
    ),
    "a bomb of aliases": (BOMB + HEAD + "  - relu\n", "alias"),
    "a key twice": (HEAD + STEP + ", filters: 8}\n", "duplicate-key"),
    "input twice": ("input: 8x8x3\n" + HEAD + "  - relu\n", "duplicate-key"),
    "yes": (HEAD + STEP + ", bias: yes}\n", "foreign-literal"),
    "no": (HEAD + STEP + ", bias: no}\n", "foreign-literal"),
    "on": (HEAD + STEP + ", bias: on}\n", "foreign-literal"),
    "010": (HEAD + "  - conv: [010, 3]\n", "malformed-number"),
    "1:30": (HEAD + "  - conv: {filters: 1:30, kernel: 3}\n", "malformed-expression"),
    "1_000": (HEAD + "  - conv: [1_000, 3]\n", None),
    "1__000": (HEAD + "  - conv: [1__000, 3]\n", "malformed-number"),
    "0x10": (HEAD + "  - conv: [0x10, 3]\n", "malformed-number"),
    "an integer of 5,000 digits": (HEAD + f"  - conv: [{'9' * 5000}, 3]\n", "expression-too-long"),
    "an integer of 190 digits": (HEAD + f"  - conv: [{'9' * 190}, 3]\n", "number-too-large"),
    "an input of 5,000 digits": (f"input: {'9' * 5000}\nlayers:\n  - fc: 1\n", "bad-shape"),
    "an expectation of 5,000 digits": (
        HEAD + f"  - conv: [16, 3]\nexpect: {{params: {'9' * 5000}}}\n",
        "malformed-quantity",
    ),
    "red": ('name: "\\e[31mred"\n' + HEAD + "  - relu\n", "unprintable-character"),
    "a window's title": ('name: "\\e]0;x\\a"\n' + HEAD + "  - relu\n", "unprintable-character"),
    "a raw escape": ("name: \x1b[31m\n" + HEAD + "  - relu\n", "unprintable-character"),
    "C1": ("name: \x9b31m\n" + HEAD + "  - relu\n", "unprintable-character"),
    "the markup of rich": ('name: "[/x]"\n' + HEAD + "  - conv: {name: '[/x]'}\n", "bad-name"),
    "right to left": ('name: "a\\u202eb"\n' + HEAD + "  - relu\n", "unprintable-character"),
    "raw right to left": ("name: a\u202eb\n" + HEAD + "  - relu\n", "unprintable-character"),
    "a zero byte": ("name: a\0b\n" + HEAD + "  - relu\n", "binary-file"),
    "10⁹ repeats": (HEAD + "  - relu: {repeat: 1000000000}\n", "too-many-repeats"),
    "10⁹ repeats by blocks": (
        "input: 8x8x3\nblocks:\n  a:\n    - relu: {repeat: 10000}\n  b:\n    - a: {repeat: 10000}\n"
        "layers:\n  - b: {repeat: 10}\n",
        "too-many-rows",
    ),
    "2**2**2**99": (HEAD + "  - conv: [2**2**2**99, 3]\n", "number-too-large"),
    "9**9**9**9": (HEAD + "  - conv: [9**9**9**9, 3]\n", "number-too-large"),
    "a recursive block": (
        "input: 8x8x3\nblocks:\n  a:\n    - b\n  b:\n    - a\nlayers:\n  - a\n",
        "recursive-block",
    ),
    "blocks that double": (
        "input: 8x8x3\nblocks:\n"
        + "".join(f"  b{n}:\n    - b{n + 1}\n    - b{n + 1}\n" for n in range(30))
        + "  b30:\n    - relu\nlayers:\n  - b0\n",
        "too-many-rows",
    ),
    "a Python object": (HEAD + "  - !!python/object/apply:os.system [ls]\n", "tag"),
    "two documents": (HEAD + "  - relu\n---\n" + HEAD, "several-documents"),
    "nothing": ("", "empty-document"),
    "a number": ("42\n", "wrong-form"),
    "a list": ("- 42\n", "wrong-form"),
    "a tab": ("input: 8x8x3\nlayers:\n\t- relu\n", "tab-indentation"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_traps(trap: str) -> None:
    spec, code = TRAPS[trap]
    found = examine(spec.encode(), longest=SLOW)
    assert (code in found) if code else found == []


@pytest.mark.parametrize("form", FINDINGS)
@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_commands_a_terminal(trap: str, form: str, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(TRAPS[trap][0], "utf-8", newline="")
    result = run("check", str(spec), "--format", form)
    assert result.exit_code == int(TRAPS[trap][1] is not None)
    assert printable(result.output) == result.output


# Files that are none.


def reads(path: Path | str) -> tuple[int, str]:
    result = process("check", str(path))
    said = (result.stdout + result.stderr).decode()
    assert printable(said) == said
    return result.returncode, said


def test_a_folder_without_specs(tmp_path: Path) -> None:
    assert reads(tmp_path)[0] == 2


def test_a_folder_called_like_a_spec(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").mkdir()
    assert reads(tmp_path / "net.yaml")[0] == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_that_nobody_writes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.yaml")
    code, said = reads(tmp_path / "net.yaml")
    assert code in (1, 2)
    assert said


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev here")
def test_a_device_without_an_end() -> None:
    assert reads("/dev/zero")[0] == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(HEAD)
    (tmp_path / "net.yaml").chmod(0)
    assert reads(tmp_path / "net.yaml")[0] == 2


def test_a_missing_file(tmp_path: Path) -> None:
    assert reads(tmp_path / "net.yaml")[0] == 2


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-32"])
def test_another_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "net.yaml").write_bytes(f"name: Netz für Bilder\n{HEAD}  - relu\n".encode(encoding))
    code, said = reads(tmp_path / "net.yaml")
    assert code == 1
    assert "not UTF-8" in said


def test_100_mb(tmp_path: Path) -> None:
    """Not even read."""
    path = tmp_path / "net.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 10**6)
    code, said = reads(path)
    assert code == 1
    assert "more than the 16,777,216" in said


# Up to 1 MiB: 2 s and 300 MB.

MIB = 2**20


def fill(piece: str, head: str = HEAD, size: int = MIB) -> str:
    return head + piece * ((size - len(head)) // len(piece))


# A layer every six or nine bytes is nothing that anyone writes: a quarter of a MiB of those.
LARGE = {
    "good layers": fill("  - conv: {filters: 8, kernel: 3, padding: same, activation: relu}\n"),
    "bare layers": fill("  - relu\n", size=MIB // 4),
    "unknown keys": fill("  - conv: {filters: 8, kernel: 3, pad: 1}\n"),
    "unknown kinds": fill("  - conv2d: [8, 3]\n"),
    "comments": fill("# a line of a comment\n", "") + HEAD + "  - relu\n",
    "one comment": "#" + "x" * MIB + "\n" + HEAD + "  - relu\n",
    "a long name": f"name: {'x' * MIB}\n{HEAD}  - relu\n",
    "a long line": HEAD + "  - concat: [" + "relu, " * (MIB // 24) + "relu]\n",
    "parameters": "parameters:\n" + "".join(f"  p{n}: {n}\n" for n in range(60_000)) + HEAD,
    "brackets in a line": HEAD + "  - [" + "[], " * (MIB // 4) + "]\n",
    "colons": HEAD + "  - " + "a: " * (MIB // 3),
    "quotes": HEAD + "  - '" + "'' " * (MIB // 3),
    "control characters": f"name: {chr(1) * MIB}\n",
    "tabs": "\t" * MIB,
    "documents": "---\n" * (MIB // 4),
    "names that repeat": fill("  - conv1: {filters: 8, kernel: 1}\n"),
    "names unknown": fill("  - add: {from: [previous, nothing]}\n"),
}


MEASURED = """
import sys, time, cnncalc
started = time.process_time()
cnncalc.check(sys.argv[1])
print("seconds:", time.process_time() - started)
print(open("/proc/self/status").read())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
@pytest.mark.parametrize("case", LARGE)
def test_one_mib_takes_seconds_and_300_mb(case: str, tmp_path: Path) -> None:
    """The goal, measured apart, is 2 s. Here three times that are allowed, for a machine that is
    busy with other tests: what this catches is text that takes minutes. The memory is the peak of
    a whole process, Python with it.
    """
    path = tmp_path / "spec.yaml"
    path.write_text(LARGE[case], "utf-8")
    command = [sys.executable, "-c", MEASURED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    figures = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    assert int(figures["VmHWM"].split()[0]) * 1024 <= 300 * 10**6
    assert float(figures["seconds"]) / slowness() < 3 * 2
