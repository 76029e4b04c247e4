"""The benchmark scripts run and write what they promise. No time is asserted: what a machine
takes is for people to judge.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

import cnncalc

SCRIPTS = Path(__file__).parent / "benchmarks"
pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the scripts need POSIX")


def script(name: str) -> ModuleType:
    """A script as a module; its neighbours are not needed."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, *arguments: str) -> str:
    command = [sys.executable, str(SCRIPTS / f"{name}.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_run_times_processes_and_compares_them_with_the_bare_interpreter(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    printed = run("run", "--quick", "--runs", "1", "--only", "vgg16-json", "--json", str(file))
    figures = json.loads(file.read_text())
    assert figures.keys() == {"bare", "vgg16-json"}
    assert all(f["runs"] == 1 and f["cpu"] > 0 and 1e6 < f["peak"] < 1e9 for f in figures.values())
    assert "| `cnncalc vgg16 --format json` " in printed
    assert "/ the bare interpreter |" in printed
    assert "skipped" not in printed


def test_a_command_that_fails_is_skipped_with_its_reason() -> None:
    processes = script("processes")
    case = processes.Case("key", "", "", (sys.executable, "-c", "raise SystemExit('no such tool')"))
    assert processes.why_not(case) == "no such tool"
    assert processes.why_not(case._replace(command=(sys.executable, "-c", "pass"))) == ""


def test_commands_take_turns() -> None:
    processes = script("processes")
    light = processes.Case("a", "", "", ())
    heavy = processes.Case("b", "", "", (), heavy=True)
    assert [case.key for case in processes.turns([light, heavy], 3, 2)] == list("ababa")


@pytest.mark.parametrize("form", ["flat", "blocks"])
@pytest.mark.parametrize("layers", [100, 1_000])
def test_generated_specs_have_as_many_layers_as_they_say(form: str, layers: int) -> None:
    report = cnncalc.loads(script("specs").WRITTEN[form](layers)).report()
    assert len(report.rows) == layers
    assert [d for d in report.diagnostics if d.severity != "note"] == []


def test_specs_of_the_size_of_vgg16_are_clean() -> None:
    specs = script("specs")
    shipped = cnncalc.load("vgg16").report()
    for number in (0, 999):
        report = cnncalc.loads(specs.vgg_like(number)).report()
        assert len(report.rows) == len(shipped.rows)
        assert not report.diagnostics


def test_the_stages_of_a_net_are_timed() -> None:
    times = json.loads(run("stages", "vgg16", "--repeats", "1"))
    assert times["rows"] == 38
    parts = sum(times[stage] for stage in ("read", "build", "analyse", "render"))
    assert times["total"] == pytest.approx(parts)


def test_a_plot_has_a_bar_for_every_figure() -> None:
    plot = script("plot")
    bars = [plot.Bar("VGG-16 & others"), plot.Bar("ours", (1, 2), own=True), plot.Bar("b", (4, 0))]
    drawn = plot.svg("title", ("time", "memory"), (str, str), bars)
    found = ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}rect")
    longest = plot.PANEL
    widths = [float(bar.get("width", "0")) for bar in found]
    assert widths == [longest / 4, longest, longest, 1]


def test_a_table_is_put_between_its_marks(tmp_path: Path) -> None:
    tables = script("tables")
    document = tmp_path / "page.md"
    document.write_text("a\n<!-- benchmark: x -->\nold\n<!-- end -->\nb\n")
    tables.put(document, "x", tables.table(["what", "figure"], [["a", "1"]]))
    assert document.read_text() == (
        "a\n<!-- benchmark: x -->\n"
        "| what | figure |\n| ---- | -----: |\n| a    |      1 |\n"
        "<!-- end -->\nb\n"
    )
    with pytest.raises(ValueError, match="no place for y"):
        tables.put(document, "y", "")
