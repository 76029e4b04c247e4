"""How cnncalc grows with the net: generated specs of 100 to 100,000 layers.

    python tests/benchmarks/scale.py [--sizes 100,1000] [--quick] [--json FILE] [--write]

For each, flat and in blocks: the stages within a process, and the whole process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cases
import specs
import tables
from processes import HERE, ROOT, Case, environment, medians, sample, try_out
from progress import track

SIZES = (100, 1_000, 10_000, 100_000)
QUICK = (100, 1_000)
STAGES = ("read", "build", "analyse", "render")
LARGEST_TRACED = 10_000
"""Up to where allocations are traced, which takes many times as long."""
DOCUMENT = ROOT / "docs" / "performance.md"


def in_process(path: Path, *options: str) -> dict[str, Any]:
    """What `stages.py` says of a spec, in a fresh process."""
    command = (sys.executable, str(HERE / "stages.py"), str(path), *options)
    run = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def measure(form: str, layers: int, folder: Path) -> dict[str, Any]:
    """Times and bytes of one spec: by stage, and of the whole process with JSON."""
    path = specs.write(folder, form, layers)
    repeats = max(1, min(20, 20_000 // layers))
    kept = in_process(path, "--memory") if layers <= LARGEST_TRACED else None
    case = Case(form, "", "", (*cases.cnncalc(), str(path), "--format", "json"))
    try_out(case)
    whole = medians([sample(case) for _ in range(min(5, repeats))])
    return {
        "form": form,
        "layers": layers,
        "seconds": in_process(path, "--repeats", str(repeats)),
        "bytes": kept,
        "wall": whole.wall,
        "peak": whole.peak,
    }


def measure_all(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    wanted = [(form, layers) for form in specs.WRITTEN for layers in sizes]
    with tempfile.TemporaryDirectory() as folder:
        return [measure(*each, Path(folder)) for each in track(wanted, "Scale")]


def by_time(results: list[dict[str, Any]]) -> str:
    """Microseconds per layer by stage; the whole process."""
    rows = []
    for result in results:
        layers, stages = result["seconds"]["rows"], result["seconds"]
        micro = [f"{stages[stage] / layers * 1e6:.1f}" for stage in (*STAGES, "total")]
        rows.append([result["form"], f"{layers:,}", *micro, tables.seconds(result["wall"])])
    return tables.table(["form", "layers", *STAGES, "sum, µs per layer", "whole process"], rows)


def by_memory(results: list[dict[str, Any]]) -> str:
    """Bytes per layer that each stage leaves behind, where they were traced; the peak of the
    whole process.
    """
    rows = []
    for result in results:
        layers, stages = result["seconds"]["rows"], result["bytes"]
        kept = [f"{stages[s] / layers:,.0f}" if stages else "" for s in (*STAGES, "peak")]
        rows.append([result["form"], f"{layers:,}", *kept, tables.megabytes(result["peak"])])
    return tables.table(["form", "layers", *STAGES, "peak, bytes per layer", "whole process"], rows)


def growth(results: list[dict[str, Any]]) -> str:
    """How much longer the largest takes than one of a tenth of its size."""
    told = []
    for form in specs.WRITTEN:
        walls = {r["layers"]: r["wall"] for r in results if r["form"] == form}
        large = max(walls)
        if large // 10 in walls:
            ratio = walls[large] / walls[large // 10]
            told.append(
                f"{form}: {large:,} layers take {ratio:.1f} times as long as {large // 10:,}"
            )
    return "; ".join(told) + ".\n"


def markdown(results: list[dict[str, Any]]) -> str:
    return f"\n{by_time(results)}\n{by_memory(results)}\n{growth(results)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Time generated specs of growing size.")
    parser.add_argument("--sizes", help="comma list of numbers of layers")
    parser.add_argument("--quick", action="store_true", help="up to 1,000 layers only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCUMENT.name}")
    given = parser.parse_args()
    sizes = tuple(map(int, given.sizes.split(","))) if given.sizes else SIZES
    results = measure_all(QUICK if given.quick and not given.sizes else sizes)
    print(markdown(results).strip())
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if given.write:
        tables.put(DOCUMENT, "scale", markdown(results))


if __name__ == "__main__":
    main()
