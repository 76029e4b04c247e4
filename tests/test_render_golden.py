"""Every format of three nets, to the character: AlexNet, VGG-16, and a net of every construct.

``GOLDEN=write pytest tests/test_render_golden.py`` writes the files anew; then read the diff.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

import cnncalc
from cnncalc.render import FORMATS, View, render
from cnncalc.render.explain import explain
from cnncalc.render.kinds import render as render_kinds
from cnncalc.report.report import Report

GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {"table": "txt", "notes": "notes", "markdown": "md", "latex": "tex"}
NETS = ("alexnet", "vgg16", "graph")
TERMINALS = (60, 80, 100, 160)
PAGES = (("alexnet", "conv1"), ("alexnet", "dropout6"), ("graph", "unit5/residual1.shortcut"),
         ("graph", "again"), ("graph", "upsample1"), ("graph", "concat1"))  # fmt: skip


@cache
def report_of(net: str) -> Report:
    if net == "graph":
        return cnncalc.loads((GOLDEN / "graph.yaml").read_text("utf-8"), path="graph.yaml").report()
    return cnncalc.load(net).report()


def compare(name: str, text: str) -> None:
    """The text is what the golden file has; line ends count."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, "utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as file:
        assert text == file.read()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("net", NETS)
def test_formats(net: str, form: str) -> None:
    """Plain, as a pipe gets them."""
    compare(f"{net}.{'flat.' if form == 'yaml' else ''}{ENDINGS.get(form, form)}",
            render(form, report_of(net), View()))  # fmt: skip


@pytest.mark.parametrize("width", TERMINALS)
@pytest.mark.parametrize("net", NETS)
def test_terminals(net: str, width: int) -> None:
    """As a screen of 50 lines shows them, without colour."""
    text = render("table", report_of(net), View(width=width, height=50))
    compare(f"{net}.{width}.txt", text)


@pytest.mark.parametrize("net", NETS)
def test_formulas(net: str) -> None:
    compare(f"{net}.formulas.txt", render("table", report_of(net), View(formulas=True)))


@pytest.mark.parametrize(("net", "layer"), PAGES)
def test_explained(net: str, layer: str) -> None:
    """What a student reads aloud."""
    report = report_of(net)
    row = next(row for row in report.rows if row.name == layer)
    text = explain(report, row, View(width=80))
    compare(f"{net}.{layer.replace('/', '_')}.explain.txt", text)


@pytest.mark.parametrize("kind", [None, "conv", "maxpool", "concat"])
def test_reference(kind: str | None) -> None:
    compare(f"kinds{f'.{kind}' if kind else ''}.txt", render_kinds(kind, View(width=90)))
