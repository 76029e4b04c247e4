"""The table: it fits the screen, its columns add up, and nothing in it disturbs a terminal."""

from __future__ import annotations

import re
from functools import cache

import pytest

import cnncalc
from cnncalc.render import View, render, summary
from cnncalc.render.columns import COLUMNS
from cnncalc.render.outline import FIGURES, fitting, outline, relative, span_of
from cnncalc.render.page import Cell, Grid, Heading, Page, percent, wrapped
from cnncalc.report.report import Peaks, Report

NETS = ("alexnet", "vgg16", "googlenet", "resnet152", "densenet121", "mobilenet_v2", "unet",
        "yolov5s", "rgbd_fusion")  # fmt: skip
PLAIN = View()
ESCAPE = "\x1b"
DRAWING = re.compile("[\u2500-\u259f]")


@cache
def report_of(net: str) -> Report:
    return cnncalc.load(net).report()


def analyzed(text: str) -> Report:
    return cnncalc.loads(text, path="net.yaml").report()


def names(text: str) -> list[str]:
    """The first column of a plain table."""
    rows = text.split("\n\n")[1].splitlines()[1:]
    return [row.split("  ")[0] for row in rows]


def row_of(text: str, name: str) -> list[str]:
    """The cells of a plain table's row."""
    row = next(row for row in text.splitlines() if row.split("  ")[0] == name)
    return re.split(r"  +", row)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_the_terminal(net: str, color: bool) -> None:
    for width in (*range(60, 130, 7), 160, 200):
        text = render("table", report_of(net), View(width=width, height=45, color=color))
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert max(map(len, plain.splitlines())) <= width
        assert (ESCAPE in text) is color


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("depth", [None, 0, 1])
def test_plain_text_is_plain(net: str, depth: int | None) -> None:
    text = render("table", report_of(net), View(depth=depth, formulas=True))
    assert ESCAPE not in text
    assert not DRAWING.search(text)
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize(("depth", "fuse"), [(None, False), (None, True), (0, True), (1, False)])
def test_lines_add_up_to_the_totals(net: str, depth: int | None, fuse: bool) -> None:
    """However the net is folded; auxiliary heads count in the parameters of the training alone."""
    report = report_of(net)
    lines = outline(report, depth, fuse=fuse)
    for figure in FIGURES:
        counted = sum(getattr(line, figure) for line in lines if not line.training_only)
        assert counted == getattr(report.totals, figure)
    assert sum(line.params or 0 for line in lines) == report.totals.training_params
    covered = [index for line in lines for index in range(line.first, line.stop)]
    assert covered == list(range(len(report.rows)))


def test_the_params_column_adds_up_as_printed() -> None:
    text = render("table", report_of("vgg16"), View(columns=("name", "params")))
    *rows, total = (row.split()[1] for row in text.split("\n\n")[1].splitlines()[1:])
    figures = [0 if row == "·" else int(row.replace(",", "")) for row in rows]
    assert sum(figures) == int(total.replace(",", "")) == 138_357_544


TOTALS = [
    ("vgg16", 1, "15.2M values × 4 bytes = 61.0 MB per image forward, "
     "about ×2 = 121.9 MB with backward"),
    ("vgg16", 1, "138M (138,357,544: 138,344,128 weights + 13,416 biases), "
     "553.4 MB at float32"),
    ("vgg16", 1, "15.5G MACs (= 30.9G FLOPs, 2 per MAC)"),
    ("vgg16", 32, "× 32 images = 1.95 GB forward, 3.90 GB with backward"),
    ("vgg16", 32, "× 32 images = 495G MACs (= 990G FLOPs)"),
    ("vgg16", 1, "212×212 pixels, effective stride 32, at maxpool5"),
    ("googlenet", 1, "more in auxiliary heads, which run only in training"),
]  # fmt: skip


@pytest.mark.parametrize(("net", "batch", "words"), TOTALS)
def test_totals_in_the_lectures_own_form(net: str, batch: int, words: str) -> None:
    assert words in render("table", cnncalc.load(net).report(batch=batch), PLAIN)


def test_published_figures_stand_beside_the_computed_ones() -> None:
    text = analyzed_with_published()
    assert "138M params (a paper) agrees: computed 138,357,544" in text
    assert "24M activations (notes) — computed 15,237,608: the rows add up to 15.2M" in text
    assert "weights of conv1_1 1.7K, fc8 4M (notes) agrees" in text


def analyzed_with_published() -> str:
    net = cnncalc.load("vgg16")
    text = net.text[: net.text.index("expect:")] + (
        "published:\n"
        "  - {source: a paper, params: 138M}\n"
        "  - source: notes\n"
        "    note: the rows add up to 15.2M\n"
        "    activations: 24M\n"
        "    layers: {conv1_1: {weights: 1.7K}, fc8: {weights: 4M}}\n"
    )
    return render("table", analyzed(text), PLAIN)


def test_memory_totals_are_shown_once_they_are_known() -> None:
    report = cnncalc.load("lenet5").report()
    peaks = Peaks(26_292_224, 1_000)
    report = report._replace(totals=report.totals._replace(measure=lambda: peaks))
    text = render("table", report, PLAIN)
    assert "inference peaks at 26.3 MB besides the weights; 1.0 KB are kept for the" in text
    assert "training step" not in text


def test_a_block_of_layers_and_blocks_is_called_by_its_own_name() -> None:
    """Only one that consists of blocks alone, as a stage of ResNet does, is told by them."""
    text = """
input: 32x32x8
blocks:
  gate:
    - multiply: [identity, [global_avgpool, sigmoid]]
  unit:
    - conv: [8, 1]
    - gate
  stage:
    - unit: {repeat: 2}
layers:
  - unit
  - stage
"""
    shown = render("table", analyzed(text), View(depth=0))
    assert "unit, 4 layers" in shown
    assert "2 × unit, 8 layers" in shown
    assert "gate, 3 layers" not in shown


def test_blocks_fold_to_the_depth_asked_for() -> None:
    report = report_of("resnet152")
    text = render("table", report, View(depth=0))
    assert [n for n in names(text) if n.startswith("stage")] == [f"stage{i}" for i in range(1, 5)]
    assert "8 × bottleneck, 82 layers" in text
    text = render("table", report, View(depth=1))
    assert "stage2/bottleneck2…8" in names(text)
    assert "7 × bottleneck, 10 layers each" in text
    assert row_of(text, "total") == row_of(render("table", report, PLAIN), "total")


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("width", [60, 80, 160])
def test_what_is_wrapped_counts(net: str, width: int) -> None:
    """The screen holds the whole table, statements and remarks, wherever it can be folded to it."""
    text = render("table", report_of(net), View(width=width, height=50))
    least = render("table", report_of(net), View(width=width, height=1))
    assert len(text.splitlines()) < 50 or text == least


@pytest.mark.parametrize("width", [60, 80])
def test_vgg_fits_a_screen_of_50_lines(width: int) -> None:
    """With every layer of the lecture, and every statement."""
    report = report_of("vgg16")
    text = render("table", report, View(width=width, height=50))
    assert len(text.splitlines()) < 50
    flat = " ".join(text.split())
    assert all(name in names(text) for name in LECTURE)
    for statement in (*summary.totals(report), *summary.published(report, agree="✓ agrees")):
        assert f"{statement.label} {statement.text}" in flat


LECTURE = [*(f"conv{n}_{m}" for n in range(1, 6) for m in range(1, 3 + (n > 2))),
           *(f"maxpool{n}" for n in range(1, 6)), "fc6", "fc7", "fc8"]  # fmt: skip


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown", "latex"])
def test_fused_vgg_has_the_lectures_21_rows(form: str) -> None:
    text = render(form, report_of("vgg16"), View(fuse=True)).replace("\\_", "_")
    assert len(LECTURE) == 21
    for name in LECTURE:
        assert re.search(rf"\b{name}\b", text)
    for quiet in ("conv1_1.relu", "dropout6"):
        assert not re.search(rf'^\W*(\{{"name": ")?{quiet}\b', text, re.MULTILINE)


@pytest.mark.parametrize("depth", [None, 0, 1])
@pytest.mark.parametrize("fuse", [False, True])
@pytest.mark.parametrize("net", ["vgg16", "googlenet", "resnet50"])
def test_notes_fold_without_a_loss(net: str, depth: int | None, fuse: bool) -> None:
    report = report_of(net)
    lines = render("notes", report, View(depth=depth, fuse=fuse)).splitlines()[:-2]
    counted = [line for line in lines if not line.endswith("(in training only)")]
    params = [line.rpartition("params: ")[2].rpartition("= ")[2] for line in counted]
    assert sum(int(text.replace(",", "")) for text in params) == report.totals.weights


def test_notes_of_a_block_and_of_a_fused_layer() -> None:
    text = render("notes", report_of("resnet18"), View(depth=0, fuse=True))
    assert "stage1 (2 × basic, 14 layers): [56x56x64] memory: 2M params: 147,712\n" in text
    assert "memory: 112*112*64=800K params: (7*7*3)*64 + 64 = 9,472\n" in text


FUSED = """
input: 8x8x4
layers:
  - conv1: {filters: 4, kernel: 3, norm: batchnorm, activation: relu}
  - batchnorm1
  - relu1
  - maxpool1: 2
  - relu2
  - conv2: [4, 1]
  - relu3: {from: conv1}
"""


def test_what_rewrites_the_line_above_is_fused_and_nothing_else() -> None:
    report = analyzed(FUSED)
    lines = outline(report, fuse=True)
    assert [line.name for line in lines] == ["input", "conv1", "maxpool1", "conv2", "relu3"]
    assert lines[1].description.endswith("batch norm, ReLU, batch norm, ReLU")


@pytest.mark.parametrize(("height", "longest"), [(24, 15), (45, 30), (1000, 600)])
def test_a_terminal_gets_what_fits_its_screen(height: int, longest: int) -> None:
    text = render("table", report_of("resnet152"), View(width=160, height=height))
    rows = text.split("\n\n")[1].splitlines()
    assert len(rows) <= longest
    assert ("layers, folded to fit: --depth 2" in text) is (height < 1000)


def test_a_norm_and_an_activation_fold_before_any_block() -> None:
    lines, folded = fitting(report_of("vgg16"), lambda lines, _: len(lines) <= 30)
    assert [line.name for line in lines][:3] == ["input", "conv1_1", "conv1_2"]
    assert lines[1].description == "64 3×3 filters, stride 1, pad 1, ReLU"
    assert folded


FROM = """
input: 8x8x4
layers:
  - conv1: [4, 1]
  - conv2: [4, 1]
  - add: {name: both, from: [conv1, conv2]}
  - conv3: {from: conv1, filters: 4, kernel: 1}
"""


def test_from_stands_only_where_the_row_above_is_not_the_input() -> None:
    text = render("table", analyzed(FROM), View(columns=("name", "from", "kind")))
    assert row_of(text, "conv2") == ["conv2", "conv"]
    assert row_of(text, "both") == ["both", "conv1, conv2", "add"]
    assert row_of(text, "conv3") == ["conv3", "conv1", "conv"]


@pytest.mark.parametrize(("net", "shown"), [("vgg16", False), ("unet", True)])
def test_from_is_no_column_of_a_chain(net: str, shown: bool) -> None:
    assert ("  from  " in render("table", report_of(net), PLAIN)) is shown


RELATIVE = [
    ("stage1/unit2/conv1", "stage1/unit2/", "conv1"),
    ("stage1/unit1/relu1", "stage1/unit2/", "unit1/relu1"),
    ("conv1", "stage1/unit2/", "conv1"),
    ("stage12/conv1", "stage1/", "stage12/conv1"),
    ("conv1", "", "conv1"),
]


@pytest.mark.parametrize(("name", "path", "short"), RELATIVE)
def test_sources_are_named_as_seen_from_the_block(name: str, path: str, short: str) -> None:
    assert relative(name, path) == short


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [("s/unit2", "s/unit8", "s/unit2…8"), ("unit_9", "unit_12", "unit_9…12"),
     ("unit1", "unit10", "unit1…10")],
)  # fmt: skip
def test_equal_blocks_are_named_by_their_numbers(first: str, last: str, span: str) -> None:
    assert span_of(first, last) == span


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_can_be_chosen(column: str) -> None:
    text = render("table", report_of("resnet152"), View(columns=("name", column), depth=1))
    assert COLUMNS[column].heading in text
    assert COLUMNS[column].meaning
    assert names(text)[-1] == "total"


def test_columns_come_in_the_order_chosen() -> None:
    text = render("table", report_of("alexnet"), View(columns=("macs", "name")))
    assert text.split("\n\n")[1].splitlines()[0].split() == ["MACs", "layer"]


def test_formulas_stand_under_their_layer() -> None:
    lines = render("table", report_of("alexnet"), View(formulas=True)).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("conv1 "))
    assert lines[at + 1] == "    width = (W − F + 2·P)/S + 1 = (227 − 11 + 2·0)/4 + 1 = 55"
    assert lines[at + 3] == "    weights = F·F·D1·K = 11·11·3·96 = 34,848"


BROKEN = """
input: 8x8x3
layers:
  - conv1: [4, 3]
  - conv2: [8, 9]
  - conv3: {filters: 8, kernel: 3}
"""


UNKNOWN = [
    ("table", "?×?×8"),
    ("notes", "CONV9-8: [?x?x8] memory: ? params: ?"),
    ("json", '"output_shape": [8, null, null], "weights": null, "biases": null, "params": null'),
    ("csv", ",8,,,,,,,,,,,,,false,"),
    ("markdown", "| conv2 | 8 9×9 filters, stride 1, pad 0 | ?×?×8 | ? |"),
    ("latex", r"conv2 & 8 9$\times$9 filters, stride 1, pad 0 & ?$\times$?$\times$8 & ? &"),
    ("yaml", "- conv2: [8, 9]"),
]


@pytest.mark.parametrize(("form", "text"), UNKNOWN)
def test_a_broken_net_shows_what_is_known(form: str, text: str) -> None:
    assert text in render(form, analyzed(BROKEN), PLAIN)


def test_what_is_unknown_is_a_question_mark() -> None:
    text = render("table", analyzed(BROKEN), PLAIN)
    assert "?" in row_of(text, "conv2")
    assert "?×?×8" in row_of(text, "conv2")
    assert "the totals cover only the rest" in text


@pytest.mark.parametrize("color", [False, True])
def test_names_are_no_markup(color: bool) -> None:
    """Brackets of rich, escape sequences, characters that reorder text."""
    page = Page(View(width=80, color=color))
    grid = Grid([Heading("[bold]net[/x]")])
    grid.add([Cell("[/x]\x1b[31m\u202ered")], ["[/y]"])
    page.title("[/z]", "\x07")
    page.grid(grid)
    text = re.sub(r"\x1b\[[0-9;]*m", "", page.text())
    assert "[/x]\\x1b[31m\\u202ered" in text
    assert "[bold]net[/x]" in text
    assert "\x07" not in text


WRAPPED = [
    ("one two three", 7, ["one two", "three"]),
    ("stage1/bottleneck2/conv1", 12, ["stage1/", "bottleneck2/", "conv1"]),
    ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ("anything at all", None, ["anything at all"]),
]


@pytest.mark.parametrize(("text", "width", "lines"), WRAPPED)
def test_text_is_wrapped_and_never_cut(text: str, width: int | None, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@pytest.mark.parametrize(
    ("share", "shown"), [(0.743, "74%"), (0.0049, "<1%"), (0.006, "1%"), (1, "100%")]
)
def test_shares(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_repeated_blocks_of_unknown_shape_are_one_line() -> None:
    steps = "  - conv: [4, 9]\n  - u: {repeat: 30}\n"
    unit = "blocks: {u: [conv: {filters: 4, kernel: 1}, relu]}\n"
    report = cnncalc.loads(f"input: 8x8x3\n{unit}layers:\n{steps}").report()
    assert not report.complete
    assert "30 × u" in render("table", report, View(width=80, height=20))
