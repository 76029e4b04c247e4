"""Breaks specs in random ways, to find one that breaks the tool.

    python -m tests.fuzz [--minutes 10] [--seed 1]

A shipped spec, or one of the tests' mistakes, loses and gains bytes, tokens and nodes of its tree.
Whatever comes out: no traceback, no hang, and no character in any output that could command a
terminal. What breaks is written to ``fuzz-SEED.yaml``. A short run is part of the tests.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from cnncalc import api, render
from cnncalc.diagnostics import Problem, printable
from cnncalc.render import FORMATS, View, findings
from cnncalc.text.characters import decode

ROOT = Path(__file__).resolve().parent.parent

Mutation = Callable[[random.Random, bytes], bytes]

LONGEST = 2.0
"""Seconds that a spec of up to 1 MiB may take; see the language document."""
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
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def seeds() -> list[bytes]:
    """The specs to break."""
    paths = [*(ROOT / "architectures").glob("*.yaml"), *(ROOT / "tests/mistakes").glob("*.yaml")]
    return [p.read_bytes() for p in sorted(paths) if p.stat().st_size <= LARGEST]


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


MUTATIONS: tuple[Mutation, ...] = (of_bytes, of_tokens, of_nodes)


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
        told, layers = report.diagnostics, len(report.rows)
    seconds = time.process_time() - start
    assert seconds < longest, f"{seconds:.1f} s"
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


def quiet(text: str) -> None:
    """No character that could command a terminal."""
    text = text.replace("\r\n", "\n")
    assert printable(text) == text, "a control character in an output"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    specs, until = seeds(), time.monotonic() + 60 * options.minutes
    seed, broken = options.seed, 0
    while time.monotonic() < until:
        spec = mutant(random.Random(seed), specs)
        try:
            examine(spec)
        except Exception as error:
            broken += 1
            Path(f"fuzz-{seed}.yaml").write_bytes(spec)
            sys.stdout.write(f"fuzz-{seed}.yaml: {type(error).__name__}: {error}\n")
        seed += 1
    sys.stdout.write(f"{seed - options.seed:,} specs, {broken} broke the tool\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
