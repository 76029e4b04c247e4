"""Times cnncalc beside the bare interpreter and the tools that do the same work.

    python tests/benchmarks/run.py                      # print the tables
    python tests/benchmarks/run.py --write              # and put them, with the plot, into docs/
    python tests/benchmarks/run.py --quick --only vgg16

Fresh processes in turn, medians, wall time and peak memory. Install the other tools into the same
environment with `pip install -e ".[bench]"`; what is missing is skipped with a line. Needs Linux
or macOS (`os.wait4`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cases
import goals
import plot
import scale
import tables
from processes import ROOT, Measure, environment, medians, sample, turns, why_not
from progress import track

if TYPE_CHECKING:
    from processes import Case, Sample

DOCUMENT = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
IN_PROCESS_RUNS = 5
IN_PLOT = {"table": "cnncalc, piped", "terminal": "cnncalc, on a terminal"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Time cnncalc beside the bare interpreter and other tools."
    )
    add = parser.add_argument
    add("--runs", type=int, default=15, help="of each command (15); a fifth of it for those that "
        "take seconds")  # fmt: skip
    add("--quick", action="store_true", help="small generated specs, no other tools")
    add("--only", action="append", metavar="WORD", help="only the cases whose key has this word "
        "(vgg16, json, check, torchinfo…); repeatable")  # fmt: skip
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    add("--write", action="store_true", help="put tables and plot into docs/, with the growth "
        "that scale.py measures")  # fmt: skip
    add("--tests", nargs="?", const=f"{sys.executable} -m pytest", metavar="COMMAND", help="time "
        "the tests as well (python -m pytest)")  # fmt: skip
    given = parser.parse_args()
    if given.write and (given.only or given.quick):
        parser.error("--write takes all figures, so neither --only nor --quick")
    return given


def chosen(given: argparse.Namespace, folder: Path, skipped: list[str]) -> list[Case]:
    """The cases asked for that can be run; why others cannot goes to ``skipped``."""
    every = [*cases.floors(), *cases.own(folder, quick=given.quick)]
    if not given.quick:
        every += cases.others(folder, skipped)
    words = given.only or [""]
    wanted = [c for c in every if c.key == "bare" or any(word in c.key for word in words)]
    found = []
    for case in track(wanted, "Warming up"):
        reason = why_not(case)
        if reason:
            skipped.append(f"{case.title}: {reason}")
        else:
            found.append(case)
    return found


def heavy_runs(runs: int) -> int:
    """How often to run what takes seconds."""
    return -(-runs // 5)


def measured(found: list[Case], runs: int) -> dict[str, Measure]:
    """Every case, run in turn."""
    samples: dict[str, list[Sample]] = {case.key: [] for case in found}
    for case in track(turns(found, runs, heavy_runs(runs)), "Timing"):
        samples[case.key].append(sample(case))
    return {key: medians(taken) for key, taken in samples.items()}


def resnet152_in_process(runs: int, skipped: list[str]) -> dict[str, Measure]:
    """ResNet-152 from text to report, in milliseconds: the median of the processes' medians."""
    results = [scale.in_process(Path("resnet152")) for _ in range(min(runs, IN_PROCESS_RUNS))]
    if not results[0]["memory"]:
        skipped.append("the memory figures of ResNet-152 in process: not in the report")
    middle = statistics.median(r["read"] + r["build"] + r["analyse"] for r in results)
    return {"resnet152-ms": Measure(middle * 1e3, middle, 0, len(results))}


def tests(command: str) -> dict[str, Measure]:
    """The default tests, once."""
    start = time.perf_counter()
    subprocess.run(shlex.split(command), cwd=ROOT, env=environment(), check=True)
    return {"tests": Measure(time.perf_counter() - start, 0, 0, 1)}


def bars(measures: dict[str, Measure]) -> list[plot.Bar]:
    """The rows of the plot: cnncalc's table beside the other tools, for each net."""
    rows = [plot.Bar("bare interpreter", figures(measures["bare"]))]
    for net, name in cases.NETS.items():
        rows.append(plot.Bar(name))
        for form, label in IN_PLOT.items():
            if f"{net}-{form}" in measures:
                rows.append(plot.Bar(label, figures(measures[f"{net}-{form}"]), own=True))
        for tool in (*cases.PEERS, "onnx"):
            if f"{tool}-{net}" in measures:
                label = cases.TITLES.get(tool, tool)
                rows.append(plot.Bar(label, figures(measures[f"{tool}-{net}"])))
    return rows


def figures(measure: Measure) -> tuple[float, float]:
    return measure.wall, float(measure.peak)


def how(runs: int, heavy: int, skipped: list[str]) -> str:
    """What the figures are, above their table."""
    lines = [
        f"cnncalc {version('cnncalc')}, Python {platform.python_version()}, {platform.system()} "
        f"on {platform.machine()}, {os.cpu_count()} cores.",
        f"Medians of {runs} runs; of {heavy} where one takes seconds.",
    ]
    if skipped:
        lines.append(f"Skipped: {'; '.join(skipped)}.")
    return "\n".join(lines)


def write(found: list[Case], measures: dict[str, Measure], heading: str) -> None:
    """Tables and plot into docs/."""
    rows = tables.processes(found, measures)
    tables.put(DOCUMENT, "processes", f"\n{heading}\n\n{rows}\n")
    tables.put(DOCUMENT, "goals", f"\n{tables.goals(goals.goals(measures))}\n")
    title = "Wall time and peak memory of one command in a fresh process"
    shown = (tables.seconds, tables.megabytes)
    picture = plot.svg(title, ("wall time", "peak memory"), shown, bars(measures))
    PLOT.write_text(picture, encoding="utf-8")
    tables.put(DOCUMENT, "scale", scale.markdown(scale.measure_all(scale.SIZES)))


def main() -> None:
    given = arguments()
    skipped: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        found = chosen(given, Path(folder), skipped)
        measures = measured(found, given.runs)
    if not given.only:
        measures |= resnet152_in_process(given.runs, skipped)
    if given.tests:
        measures |= tests(given.tests)
    print(tables.processes(found, measures))
    for line in skipped:
        print(f"skipped  {line}")
    reached = [goal for goal in goals.goals(measures) if goal.measured or not given.only]
    if reached:
        print(f"\n{tables.goals(reached)}")
    if given.json:
        document: dict[str, Any] = {key: measure._asdict() for key, measure in measures.items()}
        given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if given.write:
        write(found, measures, how(given.runs, heavy_runs(given.runs), skipped))


if __name__ == "__main__":
    main()
