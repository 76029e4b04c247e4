"""Cases → measures: fresh processes, one after the other in turn, medians.

In turn means A B C A B C …: whatever else the machine does falls on all alike, so that the ratios
of the medians hold even where the times themselves do not.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LAUNCHER = (sys.executable, "-I", "-S", str(HERE / "launcher.py"))

CHANGES_RESULTS = (
    "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPROFILEIMPORTTIME", "PYTHONWARNINGS",
    "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CNNCALC_OUTPUT_FORMAT",
)  # fmt: skip
"""Variables that are not passed on: bytecode is cached, and output is as on any terminal."""


class Case(NamedTuple):
    """One command. ``section``: where it stands in the table; ``heavy``: it takes a second or
    more, and is run less often; ``output``: what it writes into, `pipe` or `terminal`.
    """

    key: str
    section: str
    title: str
    command: tuple[str, ...]
    output: str = "pipe"
    heavy: bool = False


class Sample(NamedTuple):
    """What one run took. ``cpu``: user and system time."""

    wall: float
    cpu: float
    peak: int


class Measure(NamedTuple):
    """The medians of a case: seconds and bytes."""

    wall: float
    cpu: float
    peak: int
    runs: int


class Failed(Exception):
    """A command ended with another status than 0; the message is the last it wrote."""


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in CHANGES_RESULTS}
    return kept | {"TERM": "xterm-256color"}


def try_out(case: Case) -> None:
    """Runs a case unmeasured, which also fills the caches of files and bytecode."""
    run = subprocess.run(
        case.command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    if run.returncode:
        told = run.stderr.strip().splitlines() or [f"exit status {run.returncode}"]
        raise Failed(told[0] if told[0].startswith("cnncalc:") else told[-1])


def sample(case: Case) -> Sample:
    """Runs a case once, measured."""
    run = subprocess.run(
        [*LAUNCHER, case.output, *case.command],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    wall, cpu, peak, status = run.stdout.split()
    if int(status):
        raise Failed(f"exit status {status}")
    return Sample(float(wall), float(cpu), int(peak))


def why_not(case: Case) -> str:
    """Why a case cannot be run; empty when it can."""
    try:
        try_out(case)
    except (Failed, OSError) as reason:
        return str(reason)
    return ""


def turns(cases: Sequence[Case], runs: int, heavy_runs: int) -> list[Case]:
    """The order of execution."""
    return [
        case
        for turn in range(max(runs, heavy_runs))
        for case in cases
        if turn < (heavy_runs if case.heavy else runs)
    ]


def medians(samples: Sequence[Sample]) -> Measure:
    wall, cpu, peak = (statistics.median(column) for column in zip(*samples, strict=True))
    return Measure(wall, cpu, int(peak), len(samples))
