"""The Python interface as a notebook has it: what `dir` lists, what `print` shows, what it gives
to other libraries.
"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import cnncalc
from cnncalc.cli import main
from cnncalc.render import View, render
from cnncalc.report.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    return cnncalc.load("googlenet").analyze()


def printed(*words: str) -> str:
    return CliRunner().invoke(main, words).output


def test_dir_lists_the_interface_and_no_helpers() -> None:
    assert [name for name in dir(cnncalc) if not name.startswith("__")] == sorted(cnncalc.__all__)
    assert all(getattr(cnncalc, name) for name in cnncalc.__all__)


def test_a_printed_report_is_its_table(report: Report) -> None:
    assert f"{report}\n" == render("table", report, View()) == printed("googlenet")
    assert repr(report) == "<GoogLeNet: 155 layers, 6998552 params>"


def test_printed_totals_are_a_table(report: Report) -> None:
    lines = str(report.totals).splitlines()
    assert lines[2].split() == ["params", f"{report.totals.params:,}"]
    assert len({len(line) for line in lines}) == 1


def test_totals_that_are_unknown_are_question_marks() -> None:
    broken = cnncalc.loads("input: 8x8x3\nlayers:\n  - conv1: [4, 9]\n").report()
    assert str(broken.totals).splitlines()[-1].split() == ["training_peak_bytes", "?"]


@pytest.mark.parametrize(
    ("depth", "fuse", "options"),
    [(None, False, []), (0, False, ["--depth", "0"]), (1, True, ["--depth", "1", "--fuse"])],
)
def test_the_dict_is_what_the_command_prints(
    report: Report, depth: int | None, fuse: bool, options: list[str]
) -> None:
    text = printed("googlenet", "--format", "json", *options)
    assert report.to_json(depth, fuse=fuse) == text
    assert report.to_dict(depth, fuse=fuse) == json.loads(text)


@pytest.mark.parametrize("depth", [None, 0])
def test_rows_are_flat_and_those_of_the_csv(report: Report, depth: int | None) -> None:
    rows = report.to_rows(depth)
    head, *lines = render("csv", report, View(depth=depth)).splitlines()
    assert len(rows) == len(lines)
    for row in rows:
        assert ",".join(row) == head
        assert all(v is None or isinstance(v, str | int | float) for v in row.values())
    assert sum(row["macs"] for row in rows if not row["training_only"]) == report.totals.macs


def test_pandas_takes_the_rows(report: Report) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(report.to_rows())
    assert frame[~frame.training_only].params.sum() == report.totals.params


def test_one_text_may_stand_alone() -> None:
    text = "parameters: {width: 4}\ninput: 8x8x3\nlayers:\n  - conv: [width, 1]\n"
    net = cnncalc.loads(text, inputs="16x16x3", parameters="width=8")
    assert tuple(net.analyze().rows[0].output_shape) == (8, 16, 16)
    assert net.inputs == ("16x16x3",)
    (found,) = cnncalc.loads(text).analyze(expect="params<=1").diagnostics
    assert found.code == "unexpected-figure"


@pytest.mark.parametrize("option", [["--fuse"], ["--depth", "0"]])
def test_a_spec_has_every_layer(option: list[str]) -> None:
    run = CliRunner().invoke(main, ["vgg16", "--format", "yaml", *option])
    assert run.exit_code == 2
    assert "yaml shows every layer" in run.output
