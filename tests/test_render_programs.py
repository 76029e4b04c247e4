"""What programs read: JSON, CSV, Markdown, LaTeX, HTML; every number exact, every text harmless."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

import cnncalc
from cnncalc.render import FORMATS, View, render
from cnncalc.render.csv import harmless
from cnncalc.render.json import number
from cnncalc.render.latex import escaped as latex
from cnncalc.render.listing import entry, natural
from cnncalc.render.listing import render as render_list
from cnncalc.render.listing import render_json as render_list_json
from cnncalc.render.markdown import escaped as markdown
from cnncalc.render.notebook import html
from cnncalc.report.report import Peaks, Report

NETS = ("alexnet", "googlenet", "resnet50", "unet", "shufflenet_v2_x1_0", "rgbd_fusion")
PLAIN = View()


@cache
def report_of(net: str) -> Report:
    return cnncalc.load(net).report()


@cache
def document(net: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render("json", report_of(net), PLAIN))
    return parsed


@cache
def records(net: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render("csv", report_of(net), PLAIN))))


KEYS = {
    "": "format_version name source inputs outputs batch dtype complete layers blocks totals "
    "published diagnostics",
    "layers": "name kind path line inputs parameters input_shapes output_shape weights biases "
    "params macs activations elementwise intensity receptive_field jump training_only",
    "totals": "weights biases params training_params macs flops elementwise activations "
    "param_bytes activation_bytes backward_bytes",
    "blocks": "name block repeat layers totals",
    "published": "source layer quantity stated computed agrees note",
}


@pytest.mark.parametrize("part", KEYS)
def test_the_keys_of_the_json_are_a_promise(part: str) -> None:
    whole = document("googlenet")
    values = whole[part] if part else whole
    item = values[0] if isinstance(values, list) else values
    assert [key for key in item if not key.endswith(PEAKS)] == KEYS[part].split()


PEAKS = ("peak_activation_bytes", "saved_activation_bytes", "training_peak_bytes")


def test_the_example_of_the_interface() -> None:
    vgg = document("vgg16")
    first, totals = vgg["layers"][0], vgg["totals"]
    assert (first["name"], first["inputs"], first["output_shape"]) == (
        "conv1_1", ["input"], [64, 224, 224])  # fmt: skip
    assert (first["weights"], first["biases"], first["params"]) == (1728, 64, 1792)
    assert (first["macs"], first["activations"]) == (86_704_128, 3_211_264)
    assert (first["receptive_field"], first["jump"]) == ([3, 3], [1, 1])
    assert first["parameters"]["kernel"] == [3, 3]
    assert (totals["params"], totals["macs"]) == (138_357_544, 15_470_264_320)
    assert (totals["activation_bytes"], totals["backward_bytes"]) == (60_950_432, 121_900_864)
    assert vgg["outputs"] == ["fc8"]


@pytest.mark.parametrize("net", NETS)
def test_the_layers_of_the_json_add_up(net: str) -> None:
    whole = document(net)
    layers, totals = whole["layers"], whole["totals"]
    main = [layer for layer in layers if not layer["training_only"]]
    for figure in ("weights", "biases", "params", "macs"):
        assert sum(layer[figure] for layer in main) == totals[figure]
    inputs = sum(c * h * w for c, h, w in (tensor["shape"] for tensor in whole["inputs"]))
    assert inputs + sum(layer["activations"] for layer in main) == totals["activations"]
    assert sum(layer["params"] for layer in layers) == totals["training_params"]


def test_blocks_know_their_layers_and_sums() -> None:
    blocks = {block["name"]: block for block in document("resnet50")["blocks"]}
    stage, unit = blocks["stage2"], blocks["stage2/bottleneck3"]
    assert (unit["block"], unit["repeat"]) == ("bottleneck", 3)
    assert set(unit["layers"]) < set(stage["layers"])
    inside = [block for name, block in blocks.items() if name.startswith("stage2/")]
    assert stage["totals"]["params"] == sum(block["totals"]["params"] for block in inside)


def test_memory_totals_are_in_the_json_once_they_are_known() -> None:
    report = cnncalc.load("lenet5").report()
    report = report._replace(totals=report.totals._replace(measure=lambda: Peaks(7)))
    totals = json.loads(render("json", report, PLAIN))["totals"]
    assert (totals["peak_activation_bytes"], totals["training_peak_bytes"]) == (7, None)


def test_a_layer_stands_on_a_line() -> None:
    lines = [line for line in render("json", report_of("resnet50"), PLAIN).splitlines()
             if line.startswith('    {"name": ') and '"kind"' in line]  # fmt: skip
    assert len(lines) == len(report_of("resnet50").rows)


@pytest.mark.parametrize(
    ("distance", "written"),
    [(4, 4), (Fraction(1, 2), 0.5), (Fraction(3, 8), 0.375), (Fraction(1, 3), "1/3")],
)
def test_a_jump_is_written_exactly(distance: int | Fraction, written: object) -> None:
    assert number(distance) == written


def test_diagnostics_are_those_of_check() -> None:
    broken = cnncalc.loads("input: 8x8x3\nlayers:\n  - conv1: [4, 9]\n", path="n.yaml").report()
    (found,) = json.loads(render("json", broken, PLAIN))["diagnostics"]
    assert (found["severity"], found["path"], found["line"]) == ("error", "n.yaml", 3)
    assert json.loads(render("json", broken, PLAIN))["totals"]["params"] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_only_colour_needs_rich(form: str) -> None:
    """Start-up is a feature: a pipe pays for no terminal library."""
    code = (
        "import sys, cnncalc; from cnncalc.render import View, render; "
        f"render({form!r}, cnncalc.load('lenet5').report(), View()); "
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# CSV


@pytest.mark.parametrize("net", NETS)
def test_the_csv_has_the_same_numbers(net: str) -> None:
    layers = document(net)["layers"]
    rows = [row for row in records(net) if row["kind"] != "input"]
    assert [row["name"] for row in rows] == [layer["name"] for layer in layers]
    for row, layer in zip(rows, layers, strict=True):
        shape = [int(row[side]) for side in ("channels", "height", "width")]
        assert shape == layer["output_shape"]
        for figure in ("weights", "biases", "params", "macs", "activations"):
            assert int(row[figure]) == layer[figure]


def test_csv_lines_end_as_the_rfc_says() -> None:
    text = render("csv", report_of("alexnet"), PLAIN)
    assert text.count("\r\n") == text.count("\n") == len(report_of("alexnet").rows) + 2


def test_csv_has_the_columns_and_the_depth_asked_for() -> None:
    text = render("csv", report_of("resnet50"), View(columns=("name", "params"), depth=0))
    assert text.splitlines()[0] == "name,params"
    assert "stage2,1219584" in text


@pytest.mark.parametrize("view", [PLAIN, View(depth=0), View(depth=1), View(fuse=True)])
@pytest.mark.parametrize("net", NETS)
def test_csv_has_one_layout_and_sum_at_every_depth(net: str, view: View) -> None:
    rows = list(csv.DictReader(io.StringIO(render("csv", report_of(net), view))))
    assert list(rows[0]) == list(records(net)[0])
    counted = [row for row in rows if row["training_only"] == "false"]
    for figure in ("params", "macs", "activations", "elementwise"):
        assert sum(int(row[figure]) for row in counted) == getattr(report_of(net).totals, figure)


@pytest.mark.parametrize("view", [View(depth=0), View(depth=1), View(fuse=True)])
@pytest.mark.parametrize("net", NETS)
def test_folded_json_reads_its_own_lines(net: str, view: View) -> None:
    """The same keys, the same sums; every input is a line above, with its own shape."""
    folded = json.loads(render("json", report_of(net), view))
    every = document(net)["layers"]
    assert [n for line in folded["layers"] for n in line["layers"]] == [e["name"] for e in every]
    assert folded["totals"] == document(net)["totals"]
    counted = [line for line in folded["layers"] if not line["training_only"]]
    assert sum(line["macs"] for line in counted) == folded["totals"]["macs"]
    seen = {tensor["name"] for tensor in folded["inputs"]}
    shapes = {tuple(t["shape"]) for t in folded["inputs"]}
    shapes |= {tuple(layer["output_shape"]) for layer in every}
    for line in folded["layers"]:
        assert set(line) - {"shares"} == {*KEYS["layers"].split(), "layers"}
        assert set(line["inputs"]) <= seen
        assert len(line["inputs"]) == len(line["input_shapes"])
        assert {tuple(shape) for shape in line["input_shapes"]} <= shapes
        seen.add(line["name"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless([text, 5, None]) == [f"'{text}", 5, None]


# Markdown, LaTeX, HTML


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a_b*c", r"a\_b\*c"), ("|", r"\|"), ("<b>", r"\<b\>"), ("`x`", r"\`x\`"), ("a\nb", "a b")],
)
def test_markdown_is_escaped(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


@pytest.mark.parametrize("net", NETS)
def test_a_markdown_table_is_a_rectangle(net: str) -> None:
    rows = [line for line in render("markdown", report_of(net), PLAIN).splitlines()
            if line.startswith("| ")]  # fmt: skip
    assert len({row.count(" | ") for row in rows}) == 1
    assert len(rows) > len(report_of(net).rows)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a_b", r"a\_b"), ("50%", r"50\%"), ("a & b", r"a \& b"), ("3×3", r"3$\times$3"),
     ("\\", r"\textbackslash{}"), ("#$", r"\#\$"),
     ("{~^}", r"\{\textasciitilde{}\textasciicircum{}\}")],
)  # fmt: skip
def test_latex_is_escaped(text: str, escaped: str) -> None:
    assert latex(text) == escaped


@pytest.mark.parametrize("net", NETS)
def test_a_latex_row_has_as_many_cells_as_its_head(net: str) -> None:
    text = render("latex", report_of(net), PLAIN)
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
    assert text.isascii() or "²" not in text


class Tags(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the base's)
        self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("net", NETS)
def test_html_is_well_formed(net: str) -> None:
    tags = Tags()
    tags.feed(html(report_of(net)))
    assert not tags.open
    assert 5 < tags.rows < 70


def test_html_is_escaped() -> None:
    net = cnncalc.loads('name: "<script>"\ninput: 8x8x3\nlayers: [relu]\n')
    assert "<script>" not in html(net.report())
    assert "&lt;script&gt;" in html(net.report())


# The list of nets


DEPTHS = [("lenet5", 5), ("alexnet", 8), ("vgg16", 16), ("googlenet", 22), ("resnet152", 152),
          ("senet154", 154), ("densenet121", 121)]  # fmt: skip


@pytest.mark.parametrize(("net", "depth"), DEPTHS)
def test_depth_is_what_the_nets_are_named_after(net: str, depth: int) -> None:
    found = entry(net, report_of(net), family="", year=None).depth
    assert found == (7 if net == "lenet5" else depth)


def test_the_list_is_by_family_and_year() -> None:
    nets = [
        ("resnet50", "ResNet", 2015),
        ("alexnet", "AlexNet", 2012),
        ("resnet152", "ResNet", 2015),
    ]
    entries = [entry(n, report_of(n), family=f, year=y) for n, f, y in nets]
    lines = render_list(entries, PLAIN).splitlines()
    assert [line.split()[0] for line in lines[1:6]] == [
        "AlexNet", "alexnet", "ResNet", "resnet50", "resnet152"]  # fmt: skip
    assert all(len(line) <= 60 for line in render_list(entries, View(width=60)).splitlines())
    plain = json.loads(render_list_json(entries))["nets"]
    assert plain[0]["inputs"] == [{"name": "input", "shape": [3, 227, 227]}]
    assert plain[2]["params"] == 60_192_808


def test_names_are_sorted_by_their_numbers() -> None:
    assert sorted(["resnet101", "resnet18", "resnet50"], key=natural)[-1] == "resnet101"
