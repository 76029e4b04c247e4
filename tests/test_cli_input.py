"""Bad arguments, files, pipes and encodings: words, never a traceback, never an escape byte."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cnncalc import api
from cnncalc.cli.output import encodable
from tests.commands import BROKEN, GOOD, process, run, words

pytestmark = pytest.mark.usefixtures("nets")


# Bad input and arguments: an error in words, never a traceback, never an escape byte.


@pytest.mark.parametrize(
    "args",
    [
        ["x" * 100_000], ["\x1b[31m"], ["a\nb"], ["\udcff"], ["\u202e"], [""],
        ["nul\0byte"], ["."], ["good.yaml", "--batch", "0"],
        ["good.yaml", "--batch", "-1"], ["good.yaml", "--batch", "x"],
        ["good.yaml", "--batch", "99999999999999999999"], ["good.yaml", "--batch", "9" * 5_000],
        ["good.yaml", "--dtype", "float31"], ["good.yaml", "--depth", "-1"],
        ["good.yaml", "--depth", "9" * 30], ["good.yaml", "--format", "\x1b"],
        ["good.yaml", "more"],
        ["good.yaml", "--input", ""], ["good.yaml", "--input", "\x1b[31m"],
        ["good.yaml", "--input", "9" * 5_000], ["good.yaml", "--input", "a=8x8x3"],
        ["good.yaml", "--input", "0x0x3"], ["good.yaml", "--input", "\udcff"],
        ["parameters.yaml", "--set", ""], ["parameters.yaml", "--set", "width"],
        ["parameters.yaml", "--set", "width="], ["parameters.yaml", "--set", "=3"],
        ["parameters.yaml", "--set", "width=2**2**2**99"],
        ["parameters.yaml", "--set", "width=\x1b"], ["good.yaml", "--columns", ""],
        ["good.yaml", "--columns", ",,"], ["good.yaml", "--columns", "\x1b"],
        ["check", "good.yaml", "--expect", ""], ["check", "good.yaml", "--expect", "params"],
        ["check", "good.yaml", "--expect", "params<=\x1b[31m"],
        ["check", "good.yaml", "--expect", "params<=" + "9" * 5_000],
        ["check", "good.yaml", "--ignore", ""], ["check", "good.yaml", "--select", ","],
        ["check", "[", "x*\x1b", "**/" * 50 + "x"], ["explain", "good.yaml", "\x1b"],
        ["explain", "good.yaml", ""], ["explain", "good.yaml"], ["kinds", "\x1b"],
        ["rule", "\x1b" * 1_000], ["--nonsense"], ["-"], ["--", "--help"],
    ],
    ids=words,
)  # fmt: skip
def test_bad_arguments(args: list[str]) -> None:
    result = run(*args, stdin="")
    assert result.exit_code in ((1,) if args == ["-"] else (1, 2))
    assert "internal error" not in result.stderr
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert len(result.output) < 3_000
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"- ", b"[[[[", b"a: &a [*a]", b"x" * 100_000,
        b"\x1b[31m: \x1b]0;x\x07", b'name: "\\e[31m"\ninput: 8x8x3\nlayers: [relu]',
        "name: '[/x] \u202e'\ninput: 8x8x3\nlayers: [relu]".encode(),
        b"layers: {}\r\n", b"%YAML 1.2\n---\n", b"[" * 30_000, b"input: 8x8x3\nlayers: [reul]",
        b"input: 8x8x3\nlayers: [conv: [2**2**2**99, 3]]",
        b"input: 8x8x3\nlayers: [relu: {repeat: 1000000000}]",
        b"input: 8x8x3\nparameters: {n: 3 / 0}\nlayers: [conv: {norm: n}]",
        b"extends: self.yaml", b"extends: ../../etc/passwd", b"extends: [vgg16]",
        b"input: 8x8x3\nblocks: {a: [a]}\nlayers: [a]",
    ],
    ids=words,
)  # fmt: skip
@pytest.mark.parametrize(
    "args", [[], ["check"], ["check", "--format", "sarif"], ["--format", "yaml"]]
)
def test_bad_files(nets: Path, content: bytes, args: list[str]) -> None:
    (nets / "self.yaml").write_bytes(content)
    result = run(*args, "self.yaml")
    assert result.exit_code in (0, 1)
    assert "internal error" not in result.stderr
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are POSIX")
def test_a_fifo(nets: Path) -> None:
    """One that nobody writes to does not hang; one that somebody does is read."""
    os.mkfifo(nets / "pipe.yaml")
    assert b"empty-document" in process("pipe.yaml", timeout=20).stdout
    writer = threading.Thread(target=lambda: (nets / "pipe.yaml").write_text(GOOD))
    with subprocess.Popen(["cat", "pipe.yaml"], stdout=subprocess.PIPE) as cat:
        writer.start()
        assert b"Good" in process("/dev/stdin", stdin=cat.stdout).stdout
    writer.join()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_a_file_name_that_is_no_text(nets: Path) -> None:
    path = os.fsencode(nets) + b"/n\xe4t.yaml"
    Path(os.fsdecode(path)).write_text(BROKEN)
    for args in ([path], [b"check", path], [b"check", b"--format", b"json", b"."]):
        result = process(*args)
        assert result.returncode == 1, result.stderr
        assert b"Traceback" not in result.stderr


def test_a_bug_of_ours_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("deep \x1b")

    monkeypatch.setattr(api, "load", fail)
    result = run("good.yaml")
    assert result.exit_code == 70
    assert result.stderr.startswith(r"cnncalc: internal error: RecursionError: deep \x1b")
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("good.yaml", CNNCALC_TRACEBACK="1").stderr


def test_an_interruption_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "load", interrupt)
    result = run("good.yaml")
    assert (result.exit_code, result.output.strip()) == (130, "")


# Pipes and encodings.


def test_a_closed_pipe_ends_quietly() -> None:
    code = "import sys; sys.stdin.read(1)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as reader:
        assert reader.stdin
        result = process("resnet152", capture_output=False, stdout=reader.stdin, stderr=-1)
        reader.stdin.close()
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev/full, no closing of descriptors")
def test_an_output_that_is_full_or_closed() -> None:
    script = f'"{sys.executable}" -m cnncalc good.yaml'
    closed = subprocess.run(f"{script} >&-", shell=True, capture_output=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, b"")
    if Path("/dev/full").exists():
        full = subprocess.run(f"{script} >/dev/full", shell=True, capture_output=True, check=False)
        assert full.returncode == 2
        assert full.stderr == b"cnncalc: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_any_encoding(encoding: str) -> None:
    result = process("broken.yaml", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert result.returncode == 1
    assert result.stderr == b""
    text = result.stdout.decode(encoding)
    assert ("9×9 kernel" in text) == (encoding != "ascii" and "×".encode(encoding, "ignore") != b"")


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("3×3 − 1…", "ascii", "3x3 - 1..."),
        ("3×3 − 1…", "latin-1", "3×3 - 1..."),
        ("3×3 − 1…", "utf-8", "3×3 − 1…"),
        ("網", "ascii", r"\u7db2"),
        ("\udcff", "utf-8", r"\udcff"),
        ("x", None, "x"),
    ],
)
def test_signs_that_an_encoding_lacks(text: str, encoding: str | None, shown: str) -> None:
    assert encodable(text, encoding) == shown
