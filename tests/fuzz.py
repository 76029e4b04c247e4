"""Breaks specs in random ways, to find one that breaks the tool.

    python -m tests.fuzz [--minutes 10] [--seed 1]

A shipped spec, one of the bad specs, or one of their shapes that once took minutes, loses and
gains bytes, tokens, lines, hostile characters and nodes of its tree; the commands read it with
options of every kind, and specs extend files that are none of their business. Whatever comes out:
no traceback, no hang, no character in any output that could command a terminal, and nothing of
another file. What breaks is written to ``fuzz-SEED.yaml``. A short run is part of the tests.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import yaml
from click.testing import CliRunner

from cnncalc import api, render
from cnncalc.cli import COMMANDS, main
from cnncalc.diagnostics import Problem, printable
from cnncalc.render import FORMATS, View, findings
from cnncalc.text.characters import decode
from tests.shapes import SHAPES

ROOT = Path(__file__).resolve().parent.parent

Mutation = Callable[[random.Random, bytes], bytes]

LONGEST = 2.0
"""Seconds that a spec of up to 1 MiB may take; see the language document."""
SIZES = (3, 30)
"""Of the tests' shapes, to begin with."""
MOST = 100_000
"""Bytes of a mutant whose lines were repeated."""
SECRET = "TOKEN=hunter2"
LARGEST = 6_000
"""Bytes of a spec to begin with: small ones break as well as large ones, and faster."""
NASTY = (
    "0", "-1", "1", "2", "3.5", "1e400", "1e-400", "10**9", "2**2**2**99", "9" * 5000,
    "0x10", "010", "1:30", "1_000", "yes", "~", "null", "true", "True", "none", "same", ".inf",
    ".nan", "in_channels", "i",
    "first", "previous", "[", "]", "{", "}", "(", ")", ",", ":", ": ", "- ", "#", "&a", "*a", "<<",
    "!!python/object", "|", ">", "%", "@", "`", '"', "'", "\t", "\n", "\r", "\r\n", "  ", "\\",
    '"\\e[31m"', '"\\e]0;x\\a"', '"\\u202e"', "\u202e", "\x1b[31m", "\x00", "\x85", "\ufeff",
    "[/x]",
    "[bold]", "é", "漢", "🧠", "---", "...", "1/0", "1//0", "max()", "x[0]", "if", "else", "repeat",
    "from", "name", "expect", "share", "224x224x3", "3x224x224", "0x0x0", "99999x99999x3", "conv",
    "concat", "residual", "aux", "identity", "fc", "upsample", "slice", "pixel_shuffle", "layers",
    "blocks", "defaults", "parameters", "extends", "outputs", "inputs", "published", "training",
)  # fmt: skip
HOSTILE = (
    b"\x1b[2J", b"\x1b]0;title\x07", b"\x1b]8;;http://x\x1b\\", b"\x1bP1$r\x1b\\", b"\x9b31m",
    b"\xc2\x9b31m", b"\xc2\x85", b"\x07", b"\x08" * 20, b"\x7f", b"\r", b"\x00", b"\x0b", b"\x0c",
    b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xe2\x80\x8b", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbf\xbe",
    b"\xf3\xa0\x80\x81", b'"\\e[31m"', b'"\\u202e"', b'"\\x9b"', b'"\\0"', b'"\\ud800"',
    b"[bold red]", b"[/]", b"::error::", b"%0A", b"${{ x }}", b"<script>", b"\\input{x}", b"|",
    b"```",
)  # fmt: skip
"""Bytes that mean something to a terminal, a decoder, or a program that shows the output."""
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def seeds() -> list[bytes]:
    """The specs to break."""
    paths = [*(ROOT / "architectures").glob("*.yaml"), *(ROOT / "tests/bad_specs").glob("*.yaml")]
    small = [p.read_bytes() for p in sorted(paths) if p.stat().st_size <= LARGEST]
    return small + [shape(size).encode() for shape, _ in SHAPES.values() for size in SIZES]


# Mutations.


def of_bytes(rng: random.Random, spec: bytes) -> bytes:
    """A few bytes go, come, or change."""
    data = bytearray(spec)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        action = rng.randrange(4)
        if action == 0:
            del data[at : at + rng.randint(1, 20)]
        elif action == 1:
            data[at:at] = bytes(rng.choices(range(256), k=rng.randint(1, 4)))
        elif action == 2:
            data[at : at + 1] = bytes([rng.randrange(256)])
        else:
            other = rng.randrange(len(data) + 1)
            data[at:at] = data[other : other + rng.randint(1, 200)]
    return bytes(data)


def of_tokens(rng: random.Random, spec: bytes) -> bytes:
    """Words, numbers and signs go, come, and change places."""
    tokens = TOKEN.findall(spec.decode(errors="replace"))
    for _ in range(rng.randint(1, 5)):
        if not tokens:
            break
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        action = rng.randrange(4)
        if action == 0:
            del tokens[at : at + rng.randint(1, 3)]
        elif action == 1:
            tokens.insert(at, rng.choice(NASTY))
        elif action == 2:
            tokens[at] = rng.choice(NASTY)
        else:
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens).encode(errors="surrogatepass")


def of_nodes(rng: random.Random, spec: bytes) -> bytes:
    """Nodes of the tree go, come, and change places."""
    try:
        tree = yaml.load(spec, yaml.BaseLoader)
    except (yaml.YAMLError, ValueError):
        return of_tokens(rng, spec)
    if not isinstance(tree, dict | list):
        return of_tokens(rng, spec)
    for _ in range(rng.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        collect(tree, places)
        if not places:
            break
        (where, key), (other, other_key) = rng.choice(places), rng.choice(places)
        action = rng.randrange(5)
        if action == 0:
            del where[key]
        elif action == 1:
            where[key] = rng.choice(NASTY)
        elif action == 2:
            where[key] = copied(other[other_key])
        elif action == 3:
            where[key] = [where[key]] if rng.random() < 0.5 else {rng.choice(NASTY): where[key]}
        elif isinstance(where, list):
            where.insert(key, copied(other[other_key]))
        else:
            where[rng.choice(NASTY)] = copied(other[other_key])
    flow = rng.choice([True, False, None])
    return yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True).encode()


def collect(node: Any, places: list[tuple[Any, Any]]) -> None:
    """Every node of a tree as its collection and its key or index there."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in pairs:
        places.append((node, key))
        if isinstance(child, dict | list):
            collect(child, places)


def copied(node: Any) -> Any:
    """A copy: YAML would write the same object twice as an alias."""
    if isinstance(node, dict):
        return {key: copied(child) for key, child in node.items()}
    return [copied(child) for child in node] if isinstance(node, list) else node


def of_hostile_bytes(rng: random.Random, spec: bytes) -> bytes:
    """Hostile sequences, anywhere or as whole values."""
    data = bytearray(spec)
    values = [found.span(1) for found in re.finditer(rb"[:\-] +([^\s,\]}]+)", spec)]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        start, stop = rng.choice(values) if values and rng.random() < 0.5 else (at, at)
        data[start:stop] = rng.choice(HOSTILE)
    return bytes(data)


def of_lines(rng: random.Random, spec: bytes) -> bytes:
    """A few lines repeat, up to a thousand times; a word becomes long."""
    lines = spec.splitlines(keepends=True)
    at, count = rng.randrange(len(lines) + 1), rng.randint(1, 3)
    piece = b"".join(lines[at : at + count])
    times = min(rng.choice([2, 10, 100, 1000]), MOST // (len(piece) + 1))
    data = b"".join([*lines[:at], piece * times, *lines[at + count :]])
    if rng.random() < 0.3 and (words := list(re.finditer(rb"\w+", data))):
        start, stop = rng.choice(words).span()
        data = data[:start] + data[start:stop] * rng.choice([10, 1000, 10_000]) + data[stop:]
    return data[:MOST]


MUTATIONS: tuple[Mutation, ...] = (of_bytes, of_tokens, of_nodes, of_hostile_bytes, of_lines)


def mutant(rng: random.Random, specs: list[bytes]) -> bytes:
    return rng.choice(MUTATIONS)(rng, rng.choice(specs))


# What must hold.


def examine(spec: bytes, *, longest: float = LONGEST, pages: Sequence[str] = FORMATS) -> list[str]:
    """The codes of what is wrong with a spec. Raises for what is wrong with the tool; ``pages``:
    the formats of the net to look at, beside all those of the findings.
    """
    start = time.process_time()
    try:
        net = api.loads(decode("spec.yaml", spec).text, path="spec.yaml")
    except Problem as problem:
        told, layers = [problem.diagnostic], 0
    else:
        report = net.report()
        told, layers = list(report.diagnostics), len(report.rows)
    seconds = time.process_time() - start
    assert seconds < longest or seconds < longest * slowness(), f"{seconds:.1f} s"
    checked = findings.Run([findings.Checked("spec.yaml", layers, told)])
    for form in findings.FORMATS:
        quiet(findings.render(form, checked, View()))
    if layers and layers < 2_000:
        for form in pages:
            quiet(render.render(form, report, View()))
            quiet(render.render(form, report, View(width=60, height=20)))
    for diagnostic in told:
        lines = diagnostic.span.source.lines
        assert 1 <= diagnostic.line <= len(lines), diagnostic
    return [d.code for d in told]


def slowness() -> float:
    """How much slower this machine is now than a quiet one; at least 1."""
    start = time.process_time()
    sum(number * number for number in range(1_000_000))
    return max(1.0, (time.process_time() - start) / 0.06)


def command_line(rng: random.Random, net: str) -> list[str]:
    """A command with options of its own, and values that are right or not."""
    name = rng.choice(list(COMMANDS))
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [p for p in command.params if isinstance(p, click.Option) and p.name != "output"]
    args = [name]
    for option in rng.sample(options, rng.randint(0, min(3, len(options)))):
        choices = getattr(option.type, "choices", ())
        likely = [*choices, "3", "64x64x3", "width=8", "params<=1M", "form", "1GB"]
        values = likely if rng.random() < 0.7 else [word for word in NASTY if "\0" not in word]
        args += [option.opts[0]] if option.is_flag else [option.opts[0], rng.choice(values)]
    nets = [net, net, net, "-", "lenet5", rng.choice(NASTY).replace("\0", "")]
    return args + rng.sample(nets, rng.randint(0, 2))


def examine_command(args: Sequence[str], spec: bytes) -> str:
    """What a command prints; its exit status is one of those that are documented."""
    env = {"CNNCALC_TRACEBACK": "1"}
    result = CliRunner().invoke(main, list(args), input=spec, env=env)
    assert result.exit_code in (0, 1, 2), f"{list(args)} exits {result.exit_code}: {result.output}"
    colored = "always" in args
    quiet(re.sub("\x1b\\[[0-9;]*m", "", result.output) if colored else result.output)
    return result.output


def thief(rng: random.Random, folder: Path) -> bytes:
    """A spec that extends a file beside or above it that is no spec."""
    for place in (folder / "secret", folder / "net" / "secret.yaml", folder / "net" / "env"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(rng.choice(["", "a: ", "- [", "{"]) + SECRET)
    names = ["secret", "secret.yaml", "env", "../secret", "./env", "../net/env", ".//env",
             "net/../env", f"{folder}/secret", f"file://{folder}/secret", "/etc/passwd",
             "/proc/self/environ", "/dev/stdin", "~/x.yaml", "$HOME/x.yaml"]  # fmt: skip
    text = f"extends: {rng.choice(names)}\nname: x\nparameters: {{a: 1}}\n".encode()
    return rng.choice(MUTATIONS)(rng, text) if rng.random() < 0.3 else text


def examine_thief(rng: random.Random, folder: Path) -> bytes:
    """Nothing of the extended file is printed, in any format."""
    spec, net = thief(rng, folder), folder / "net" / "net.yaml"
    net.write_bytes(spec)
    args = ["check", str(net), "--format", rng.choice(findings.FORMATS)]
    output = examine_command(args, b"")
    assert SECRET not in output, f"{args} prints a secret"
    assert os.environ.get("PATH", SECRET) not in output, f"{args} prints the environment"
    return spec


def quiet(text: str) -> None:
    """No character that could command a terminal."""
    text = text.replace("\r\n", "\n")
    assert printable(text) == text, "a control character in an output"


def attempt(seed: int, specs: list[bytes], folder: Path) -> tuple[bytes, str]:
    """One mutant, examined; the mutant, and what broke (empty: nothing)."""
    rng = random.Random(seed)
    spec = mutant(rng, specs)
    try:
        kind = rng.random()
        if kind < 0.6:
            examine(spec)
        elif kind < 0.9:
            net = folder / "net.yaml"
            net.write_bytes(spec)
            examine_command(command_line(rng, str(net)), spec)
        else:
            examine_thief(rng, folder)
    except Exception as error:
        return spec, f"{type(error).__name__}: {error}"
    return spec, ""


def run() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    specs, until = seeds(), time.monotonic() + 60 * options.minutes
    seed, broken = options.seed, 0
    folder = Path(tempfile.mkdtemp())
    while time.monotonic() < until:
        spec, why = attempt(seed, specs, folder)
        if why:
            broken += 1
            Path(f"fuzz-{seed}.yaml").write_bytes(spec)
            sys.stdout.write(f"fuzz-{seed}.yaml: {printable(why)}\n")
            sys.stdout.flush()
        seed += 1
    sys.stdout.write(f"{seed - options.seed:,} specs, {broken} broke the tool\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(run())
