"""Where the time goes: three profiles.

    python tests/benchmarks/hot_spots.py imports [ARGUMENTS]   # of `cnncalc vgg16 --format json`
    python tests/benchmarks/hot_spots.py net NET               # text to JSON, in process
    python tests/benchmarks/hot_spots.py generated flat|blocks LAYERS
    python tests/benchmarks/hot_spots.py check COUNT           # specs of VGG-16's size

`imports` lists what each module costs by itself beyond what click and PyYAML need, and the regular
expressions that are compiled; the others are cProfile's, by the time spent in each function.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cases
import specs
import tables
from processes import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LINES, RUNS = 30, 7
COUNT_PATTERNS = """\
import re, sys, time
compile_ = re._compiler.compile
found = []
def timed(pattern, flags=0):
    start = time.perf_counter()
    result = compile_(pattern, flags)
    caller = sys._getframe(2)
    while caller.f_globals.get("__name__") == "re":
        caller = caller.f_back
    found.append((time.perf_counter() - start, caller.f_globals.get("__name__"), pattern))
    return result
re._compiler.compile = timed
from cnncalc.cli import main
try:
    main(sys.argv[1:])
finally:
    for seconds, module, pattern in sorted(found, key=lambda item: -item[0]):
        print(f"{seconds * 1e6:8.0f} µs  {module:32} {str(pattern)[:60]!r}", file=sys.stderr)
    print(f"{sum(item[0] for item in found) * 1e6:8.0f} µs  in all", file=sys.stderr)
"""


def import_times(command: Sequence[str]) -> dict[str, int]:
    """What each module costs by itself, in microseconds: the least of several runs."""
    least: dict[str, int] = {}
    for _ in range(RUNS):
        for line in stderr([sys.executable, "-X", "importtime", *command]).splitlines():
            own, _, name = (part.strip() for part in line.partition(":")[2].split("|"))
            if own.isdigit():
                least[name] = min(int(own), least.get(name, sys.maxsize))
    return least


def stderr(command: Sequence[str]) -> str:
    run = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    return run.stderr


def imports(arguments: Sequence[str]) -> None:
    """Modules beyond those of the floor, by their own import time, and regular expressions by
    their compilation.
    """
    given = list(arguments) or ["vgg16", "--format", "json"]
    floor = import_times(["-c", cases.EVENTS])
    every = import_times(["-m", "cnncalc", *given])
    beyond = sorted(((own, name) for name, own in every.items() if name not in floor), reverse=True)
    rows = [[name, f"{own:,}"] for own, name in beyond[:LINES]]
    print(tables.table(["module", "own µs"], rows))
    print(f"{len(floor)} modules of click and PyYAML: {sum(floor.values()):,} µs")
    print(f"{len(beyond)} further modules: {sum(own for own, _ in beyond):,} µs\n")
    print("regular expressions compiled, slowest first:")
    print(stderr([sys.executable, "-c", COUNT_PATTERNS, *given]))


def profile(work: Callable[[], object]) -> None:
    """cProfile of a call, after one that is not profiled."""
    work()
    profiler = cProfile.Profile()
    profiler.runcall(work)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(LINES)


def net(name: str) -> None:
    """A net from text to JSON."""
    import stages

    from cnncalc.text import files as sources

    source = sources.read(name)
    profile(lambda: stages.run(source, time.perf_counter))


def check(count: int) -> None:
    """`cnncalc check` of generated specs."""
    from cnncalc.cli import main

    with tempfile.TemporaryDirectory() as folder:
        nets = str(specs.write_folder(Path(folder), count))
        profile(lambda: main(["check", nets], standalone_mode=False))


def main() -> None:
    parser = argparse.ArgumentParser(description="Show where the time goes.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("imports").add_argument("arguments", nargs="*")
    kinds.add_parser("net").add_argument("net")
    generated = kinds.add_parser("generated")
    generated.add_argument("form", choices=list(specs.WRITTEN))
    generated.add_argument("layers", type=int)
    kinds.add_parser("check").add_argument("count", type=int)
    given = parser.parse_args()
    if given.kind == "imports":
        imports(given.arguments)
    elif given.kind == "net":
        net(given.net)
    elif given.kind == "check":
        check(given.count)
    else:
        with tempfile.TemporaryDirectory() as folder:
            net(str(specs.write(Path(folder), given.form, given.layers)))


if __name__ == "__main__":
    main()
