"""The command line: exit statuses, where a command stands, what is printed where."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from cnncalc.cli import COMMANDS, command_first
from cnncalc.cli.output import wants_color
from cnncalc.render import FORMATS
from cnncalc.text.files import read_shipped
from tests.commands import BROKEN, GOOD, run, words

pytestmark = pytest.mark.usefixtures("nets")


# Exit statuses.


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["good.yaml"], 0),
        (["show", "good.yaml"], 0),
        (["warned.yaml"], 0),
        (["broken.yaml"], 1),
        (["syntax.yaml"], 1),
        (["missing.yaml"], 2),
        (["vgg11"], 0),
        (["check", "good.yaml"], 0),
        (["check", "warned.yaml"], 0),
        (["check", "warned.yaml", "--strict"], 1),
        (["check", "warned.yaml", "--fail-on", "warning"], 1),
        (["check", "good.yaml", "--strict", "--fail-on", "warning"], 0),
        (["check", "vgg16", "--strict"], 0),
        (["check", "broken.yaml"], 1),
        (["check", "broken.yaml", "--ignore", "no-valid-output"], 0),
        (["check", "broken.yaml", "--select", "advice"], 0),
        (["check", "broken.yaml", "--select", "advice,shapes"], 1),
        (["check", "good.yaml", "missing.yaml"], 2),
        (["check", "broken.yaml", "missing.yaml"], 2),
        (["check", "good.yaml", "--expect", "params<=112"], 0),
        (["check", "good.yaml", "--expect", "params<=111"], 1),
        (["check", "good.yaml", "--expect", "parms<=111"], 2),
        (["check", "*.nothing"], 2),
        (["check"], 1),
        (["check", "*.nothing", "--pass-without-specs"], 0),
        (["check", "missing.yaml", "--pass-without-specs"], 2),
        (["explain", "good.yaml", "conv1"], 0),
        (["explain", "broken.yaml", "conv1"], 1),
        (["explain", "good.yaml", "conv2"], 2),
        (["parameters.yaml", "--set", "width=8"], 0),
        (["parameters.yaml", "--set", "wdth=8"], 2),
        (["parameters.yaml", "--set", "width=relu"], 2),
        (["good.yaml", "--input", "3x8x8"], 2),
        (["good.yaml", "--input", "2x2x3"], 1),
        (["list"], 0),
        (["list", "LeNet"], 0),
        (["list", "lenet", "--format", "json"], 0),
        (["list", "lenet", "--year", "1998", "--family", "Le-Net"], 0),
        (["list", "lenet", "--year", "1999"], 2),
        (["list", "--family", "ResNt"], 2),
        (["list", "--year", "x"], 2),
        (["kinds"], 0),
        (["kinds", "conv"], 0),
        (["kinds", "convolution"], 2),
        (["rule"], 0),
        (["rule", "no-valid-output"], 0),
        (["rule", "error[no-valid-output]"], 0),
        (["rule", "no-valid"], 2),
        (["schema"], 0),
        ([], 0),
        (["--help"], 0),
        (["--version"], 0),
    ],
    ids=words,
)
def test_exit_status(args: list[str], status: int) -> None:
    result = run(*args)
    assert result.exit_code == status, result.output
    assert bool(result.stderr) == (status == 2)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    """Every command explains itself, with examples."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Examples:\n" in result.stdout
    assert f"cnncalc {'' if command == 'show' else command}" in result.stdout


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["Alex Net"], ["alexnet", "zfnet", "alexnet_torchvision"]),
        (["vgg-16"], ["vgg16", "vgg16_bn", "vgg16_torchvision"]),
        (["--family", "wide resnet"], ["wide_resnet50_2", "wide_resnet101_2"]),
        (["--year", "1998"], ["lenet5"]),
        (["resnet50", "--family", "ResNet", "--year", "2015"], ["resnet50", "resnet50_v1"]),
    ],
    ids=words,
)
def test_list_of_some(args: list[str], names: list[str]) -> None:
    shown = run("list", *args, "--format", "json").stdout
    assert [net["name"] for net in json.loads(shown)["nets"]] == names
    words = "1 net." if len(names) == 1 else f"{len(names)} nets."
    assert f"\n{words} " in run("list", *args).stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--family", "ResNt"], "unknown family 'ResNt'; did you mean 'ResNet'?"),
        (["--family", "x"], "unknown family 'x'; `cnncalc list` shows them"),
        (
            ["x", "--year", "2015"],
            "no shipped net matches 'x' --year 2015; `cnncalc list` shows all",
        ),
    ],
    ids=words,
)
def test_list_of_none(args: list[str], said: str) -> None:
    assert run("list", *args).stderr.startswith(f"cnncalc: {said}\n")


# A NET without a command.


@pytest.mark.parametrize(
    ("args", "in_order"),
    [
        (["vgg16"], ["show", "vgg16"]),
        (["-"], ["show", "-"]),
        (["check", "x"], ["check", "x"]),
        (["./check"], ["show", "./check"]),
        (["--batch", "2", "vgg16"], ["show", "--batch", "2", "vgg16"]),
        (["--batch=2", "vgg16"], ["show", "--batch=2", "vgg16"]),
        (["--source", "vgg16"], ["show", "--source", "vgg16"]),
        (["--strict", "check", "x"], ["check", "--strict", "x"]),
        (["--color", "never", "check", "x"], ["check", "--color", "never", "x"]),
        (["--", "--net"], ["show", "--", "--net"]),
        (["--format"], ["show", "--format"]),
        (["--help"], ["--help"]),
        (["--version", "vgg16"], ["--version", "vgg16"]),
        ([], []),
    ],
    ids=words,
)
def test_where_the_command_stands(args: list[str], in_order: list[str]) -> None:
    assert command_first(args) == in_order


def test_options_before_and_after_the_net() -> None:
    wanted = run("show", "good.yaml", "--format", "json", "--batch", "3").stdout
    assert json.loads(wanted)["batch"] == 3
    assert run("good.yaml", "--format", "json", "--batch", "3").stdout == wanted
    assert run("--format", "json", "good.yaml", "--batch", "3").stdout == wanted


def test_a_file_called_as_a_command(nets: Path) -> None:
    (nets / "check").write_text(GOOD)
    assert "Good" in run("./check").stdout


def test_standard_input() -> None:
    assert "Good" in run("-", stdin=GOOD).stdout
    result = run("check", "-", stdin=BROKEN)
    assert result.exit_code == 1
    assert " --> <stdin>:4:" in result.stdout


@pytest.mark.parametrize(
    ("args", "meant"),
    [
        (["vgg17"], "'vgg1"),
        (["chek"], "'check'"),
        (["god.yaml"], "'good.yaml'"),
        (["godo"], None),
        (["check", "goood.yaml"], "'good.yaml'"),
        (["check", "vgg-16"], "'vgg16'"),
        (["explain", "good.yaml", "cnov1"], "'conv1'"),
        (["kinds", "linear"], "'fc'"),
        (["rule", "no-vaild-output"], "'no-valid-output'"),
        (["check", "good.yaml", "--ignore", "advise"], "'advice'"),
        (["good.yaml", "--columns", "name,parms"], "'params'"),
        (["good.yaml", "--fromat", "json"], "'--format'"),
    ],
    ids=words,
)
def test_suggestions(args: list[str], meant: str | None) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert not result.stdout
    said = result.stderr.lower().replace("possible options:", "did you mean")  # click 8.1
    assert ("did you mean" in said) == (meant is not None)
    assert (meant or "").strip("'") in result.stderr


def test_a_layer_by_the_end_of_its_path() -> None:
    assert run("explain", "blocks.yaml", "a/conv1").exit_code == 0
    result = run("explain", "blocks.yaml", "conv1")
    assert "'conv1' is several layers: a/conv1, b/conv1" in result.stderr
    assert "'a' is several layers: a/conv1, a/conv2" in run("explain", "blocks.yaml", "a").stderr


# What is printed where.


@pytest.mark.parametrize("format", FORMATS)
def test_a_broken_net_is_shown_as_far_as_possible(format: str) -> None:
    result = run("broken.yaml", "--format", format)
    for_people = format in ("table", "notes")
    assert result.exit_code == 1
    assert "error[no-valid-output]" in (result.stdout if for_people else result.stderr)
    assert ("error[no-valid-output]: conv2" in result.stdout) == for_people
    assert "conv1" in result.stdout.lower() or "CONV3-4" in result.stdout


def test_without_any_layer_only_the_mistake_is_shown() -> None:
    assert run("syntax.yaml").stdout.startswith("error[")


def test_warnings_stand_below_the_table() -> None:
    table, _, warning = run("warned.yaml").stdout.partition("\nwarning[pixels-never-seen]")
    assert "total" in table
    assert "3:19" in warning


def test_source(nets: Path) -> None:
    assert run("good.yaml", "--source").stdout == GOOD
    assert run("vgg16", "--source").stdout == read_shipped("vgg16").text
    (nets / "crlf.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert run("crlf.yaml", "--source").stdout == GOOD


@pytest.mark.parametrize(
    "args",
    [
        ["good.yaml"], ["good.yaml", "--source"], ["good.yaml", "--format", "json"],
        ["check", "good.yaml"], ["explain", "good.yaml", "conv1"], ["list", "lenet"], ["kinds"],
        ["rule"],
        ["rule", "wrong-type"], ["schema"],
    ],
    ids=words,
)  # fmt: skip
def test_output_to_a_file(nets: Path, args: list[str]) -> None:
    shown = run(*args).stdout
    assert shown
    assert run(*args, "--output", "-").stdout == shown
    assert run(*args, "--output", "out.txt").stdout == ""
    assert (nets / "out.txt").read_text("utf-8") == shown


@pytest.mark.parametrize("path", [".", "no/folder/out.txt"])
def test_output_that_cannot_be_written(path: str) -> None:
    result = run("good.yaml", "--output", path)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"cnncalc: cannot write {path}: ")


def test_a_spec_may_be_written_over() -> None:
    assert run("good.yaml", "--format", "yaml", "--output", "good.yaml").exit_code == 0
    assert run("check", "good.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("option", "env", "terminal", "color"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_when_there_is_colour(
    option: str, env: dict[str, str], terminal: bool, color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert wants_color(option, None) is color
    assert wants_color(option, "file.txt") is (color and (option == "always" or not terminal))


SHOWING = [
    ["broken.yaml"], ["blocks.yaml", "--depth", "1"], ["check", "broken.yaml"],
    ["explain", "good.yaml", "conv1"], ["list", "lenet"], ["kinds"], ["kinds", "conv"], ["rule"],
    ["rule", "no-valid-output"],
]  # fmt: skip


@pytest.mark.parametrize("args", SHOWING, ids=words)
def test_colour_changes_no_text(args: list[str]) -> None:
    plain = run(*args).stdout
    colored = run(*args, "--color", "always").stdout
    assert "\x1b" not in plain
    assert "\x1b" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
