"""Times the stages of one spec within this process: read, build, analyse, render as JSON.

    python tests/benchmarks/stages.py NET [--repeats N] [--memory]

Prints JSON: the number of rows, and the medians in seconds of the stages and of their sum. With
`--memory`, what each stage has allocated when it ends, in bytes, as `tracemalloc` counts it.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

from cnncalc.api import Net
from cnncalc.diagnostics import Source
from cnncalc.language.bases import open_base
from cnncalc.language.reader import read_spec
from cnncalc.network import build
from cnncalc.render import View, render
from cnncalc.text import files as sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.report.report import Report

STAGES = ("read", "build", "analyse", "render")
MEMORY_TOTALS = ("peak_activation_bytes", "saved_activation_bytes", "training_peak_bytes")


def run(source: Source, now: Callable[[], float]) -> tuple[list[float], Report]:
    """One way from text to JSON; what ``now`` says before it and after each stage."""
    fresh = Source(source.path, source.text)
    marks = [now()]
    problems: list[Diagnostic] = []
    spec = read_spec(fresh, problems, open_base)
    marks.append(now())
    assert spec is not None
    net = Net(fresh, spec, build(spec, problems), problems)
    marks.append(now())
    report = net.analyze()
    with_memory(report)
    marks.append(now())
    text = render("json", report, View())
    marks.append(now())
    assert text.endswith("}\n")
    return marks, report


def with_memory(report: Report) -> bool:
    """Whether the report has memory figures; asking makes those that are computed when asked."""
    return all(hasattr(report.totals, name) for name in MEMORY_TOTALS)


def steps(marks: list[float]) -> dict[str, float]:
    parts = [after - before for before, after in itertools.pairwise(marks)]
    return dict(zip(STAGES, parts, strict=True)) | {"total": marks[-1] - marks[0]}


def measured(net: str, repeats: int) -> dict[str, Any]:
    """Medians over ``repeats`` runs after one that is not counted."""
    source = sources.read(net)
    _, report = run(source, time.perf_counter)
    result: dict[str, Any] = {"rows": len(report.rows), "memory": with_memory(report)}
    del report
    taken = []
    for _ in range(repeats):
        gc.collect()
        taken.append(steps(run(source, time.perf_counter)[0]))
    return result | {name: statistics.median(t[name] for t in taken) for name in taken[0]}


def allocated(net: str) -> dict[str, Any]:
    """Bytes held after each stage beyond those before it, and the highest of all."""
    source = sources.read(net)
    run(sources.read("lenet5"), time.perf_counter)  # what is imported belongs to no net
    tracemalloc.start()
    marks, report = run(source, lambda: tracemalloc.get_traced_memory()[0])
    peak = tracemalloc.get_traced_memory()[1] - marks[0]
    return {"rows": len(report.rows)} | steps(marks) | {"peak": peak}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time the stages of one net in this process.")
    parser.add_argument("net")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--memory", action="store_true")
    given = parser.parse_args()
    result = allocated(given.net) if given.memory else measured(given.net, given.repeats)
    print(json.dumps(result))
