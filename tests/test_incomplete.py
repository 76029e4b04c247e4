"""Never a silent wrong number: what stands on an incomplete net says so, and what was asked for
is what is judged.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

import cnncalc
from cnncalc.render import FORMATS
from tests.commands import run
from tests.language import net, report, spec

BROKEN = "input: 32x32x3\nlayers:\n  - conv1: [16, 3]\n  - conv2: {filters: 8}\n  - fc: 10\n"
SAID = {
    "table": "incomplete", "notes": "INCOMPLETE: ", "json": '"complete": false',
    "csv": "incomplete,incomplete,", "markdown": "total (incomplete)",
    "latex": "total (incomplete)", "yaml": "# incomplete: ",
}  # fmt: skip


@pytest.fixture
def broken(tmp_path: Path) -> str:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    return str(path)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_says_incomplete(broken: str, format: str) -> None:
    result = run("show", broken, "--format", format)
    assert result.exit_code == 1
    assert SAID[format] in result.stdout
    complete = run("show", "alexnet", "--format", format).stdout
    assert "incomplete" not in complete.lower()


def test_other_pages_say_incomplete(broken: str) -> None:
    assert "incomplete" in run("memory", broken).stdout
    assert json.loads(run("memory", broken, "--format", "json").stdout)["complete"] is False
    assert json.loads(run("memory", "alexnet", "--format", "json").stdout)["complete"] is True
    explained = run("explain", broken, "conv1").stdout
    assert "incomplete" in explained
    assert "of the net." not in explained
    as_fvcore = ("show", broken, "--convention", "fvcore")
    assert "incomplete" in run(*as_fvcore).stdout
    assert json.loads(run(*as_fvcore, "--format", "json").stdout)["complete"] is False
    assert "incomplete" in run("show", broken, "--format", "csv", "--depth", "1").stdout


def test_analyze_warns_and_check_does_not(broken: str) -> None:
    with pytest.warns(cnncalc.IncompleteNetWarning, match=r"broken.yaml are incomplete: .*conv2"):
        found = cnncalc.load(broken).analyze()
    assert not found.complete
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(cnncalc.check(broken)) == 1
        assert cnncalc.load(broken).diagnostics
        assert cnncalc.load("alexnet").analyze().complete


INCOMPLETE = [
    ("a syntax error", "input: [\n", {}),
    ("no layers", "input: 32x32x3\n", {}),
    ("an input that cannot be read", spec("[conv1: [16, 3]]"), {"inputs": "64xx3"}),
    ("an input that does not fit", spec("[conv1: [16, 3]]"), {"inputs": ["64x64"]}),
    ("no such parameter", spec("[conv1: [16, 3]]"), {"parameters": "width=3"}),
    ("a repeat that cannot be read", spec("[conv: {filters: 4, kernel: 1, repeat: 2y}]"), {}),
    ("an if that cannot be read", spec("[conv: {filters: 4, kernel: 1, if: 3}]"), {}),
    ("weights that cannot be shared", spec("[conv1: [4, 1], conv: {filters: 5, kernel: 1, share: "
     "conv1}]"), {}),
    ("weights of an unknown step", spec("[conv: {filters: 5, kernel: 1, share: conv9}]"), {}),
    ("a shortcut that cannot be read", spec("[residual: {shortcut: 3, body: [relu]}]"), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options"), [i[1:] for i in INCOMPLETE], ids=[i[0] for i in INCOMPLETE]
)
def test_what_is_incomplete(text: str, options: dict[str, object]) -> None:
    assert not net(text, **options).report().complete


def test_one_input_as_a_text() -> None:
    assert report(spec("[conv1: [16, 3]]"), inputs="64x64x4").rows[0].output_shape == (16, 62, 62)


BLOCK = '{"u(a, b=8)": [conv1: [a, 1], conv2: [b, 1]]}'
ARGUMENTS = [
    ("[u: {a: 4, b: 3y}]", [4, None]),
    ("[u: {a: 4, bb: 3}]", [4, None]),
    ("[u: {a: 4, b: }]", [4, None]),
    ("[u: [4, 3y]]", [4, None]),
    ("[u: {a: 3y}]", [None, 8]),
    ("[u: 4]", [4, 8]),
]


@pytest.mark.parametrize(("layers", "channels"), ARGUMENTS)
def test_an_argument_that_is_wrong_is_unknown(layers: str, channels: list[int | None]) -> None:
    """Not at its default."""
    found = net(spec(layers, blocks=BLOCK)).report()
    assert [row.output_shape.known_channels() for row in found.rows] == channels
    assert found.complete == (None not in channels)


# Budgets, at the batch and dtype asked for.


def test_a_budget_holds_at_the_batch_and_dtype() -> None:
    budget = "training_peak_bytes<=1GB"
    assert run("check", "alexnet", "--expect", budget).exit_code == 0
    failed = run("check", "alexnet", "--expect", budget, "--batch", "64")
    assert failed.exit_code == 1
    assert "training_peak_bytes at batch 64, float32: computed 1,1" in failed.stdout
    at = "activation_bytes<=8MB"
    assert run("check", "alexnet", "--expect", at, "--dtype", "float64").exit_code == 1
    assert run("check", "alexnet", "--expect", at).exit_code == 0


def test_a_budget_in_python() -> None:
    alexnet = cnncalc.load("alexnet")
    found = alexnet.analyze(batch=64, expect=["training_peak_bytes<=1GB"]).diagnostics
    assert [d.code for d in found if d.severity == "error"] == ["unexpected-figure"]
    found = alexnet.analyze(batch=64, expect=["params<=100M"]).diagnostics
    assert [d for d in found if d.severity == "error"] == []


def test_byte_figures_of_a_spec_stay_at_batch_1() -> None:
    text = spec("[conv1: [4, 1]]", expect="{activation_bytes: <=2KB}")
    for batch in (1, 64):
        [error] = net(text).analyze(batch=batch, dtype="float16").diagnostics
        assert error.message == (
            "activation_bytes at batch 1, float32: computed 2,048, expected at most 2,000"
        )


def test_a_figure_that_is_not_known_fails() -> None:
    """A budget that cannot be judged does not hold, whatever is ignored."""
    result = run("check", "alexnet", "--dtype", "int8", "--expect", "training_peak_bytes<=9GB")
    assert result.exit_code == 1
    assert "not known at int8" in result.stdout


def test_a_budget_of_an_incomplete_net_fails(broken: str) -> None:
    result = run("check", broken, "--expect", "params<=5M", "--ignore", "missing-key")
    assert result.exit_code == 1
    assert "'params<=5M' cannot be checked: the net is incomplete" in result.stdout


def test_an_ignore_comment_does_not_ignore_a_budget(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: 8x8x3\nlayers: # cnncalc: ignore[unexpected-figure]\n  - fc: 10\n")
    assert run("check", str(path), "--expect", "params<=5").exit_code == 1


@pytest.mark.parametrize("format", ["full", "concise", "json", "github", "sarif"])
def test_a_failed_budget_names_the_net(tmp_path: Path, format: str) -> None:
    """Its path and the line of `layers:`, or of the layer that it is about or holds most."""
    for name, filters in (("one", 8), ("two", 9)):
        lines = f"input: 8x8x3\nlayers:\n  - relu\n  - conv1: [{filters}, 3]\n"
        (tmp_path / f"{name}.yaml").write_text(lines)
    arguments = ["--expect", "params<=230", "--expect", "peak_activation_bytes<=1",
                 "--expect", "conv1.macs<=1", "--format", format]  # fmt: skip
    output = run("check", str(tmp_path), *arguments).stdout
    if format == "sarif":
        places = [
            (place["artifactLocation"]["uri"], place["region"]["startLine"])
            for result in json.loads(output)["runs"][0]["results"]
            for place in [result["locations"][0]["physicalLocation"]]
        ]
        found = [(Path(uri).name, line) for uri, line in places]
    elif format == "json":
        files = json.loads(output)["files"]
        found = [(Path(d["path"]).name, d["line"]) for f in files for d in f["diagnostics"]]
    else:
        sign = {"full": r"--> (\S+):(\d+):", "concise": r"(\S+):(\d+):\d+: error",
                "github": r"file=(\S+?),line=(\d+)"}[format]  # fmt: skip
        import re

        found = [(Path(path).name, int(line)) for path, line in re.findall(sign, output)]
    # 224 params and 250
    assert sorted(found) == [
        ("one.yaml", 2), ("one.yaml", 4), ("two.yaml", 2), ("two.yaml", 4), ("two.yaml", 4)
    ]  # fmt: skip


def test_a_budget_of_a_child_names_the_child(tmp_path: Path) -> None:
    path = tmp_path / "child.yaml"
    path.write_text("name: child\nextends: alexnet\n")
    [error] = [d for d in cnncalc.check(path, expect=["params<=1M"]) if d.severity == "error"]
    assert (error.path, error.line) == (str(path), 2)


# Expectations that are not judged.


def test_check_says_what_is_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: 8x8x3\nparameters: {n: 8}\nlayers:\n"
        "  - conv1: {filters: n, kernel: 3, expect: 6x6x8}\n"
        "expect: {params: 224, layers: {conv1: {macs: 7776}}}\n"
        "published:\n  - {source: a, params: 224}\n"
    )
    said = (
        "3 expectations and 1 published figure are not checked with --input 16: params, macs of "
        "conv1, shape of conv1"
    )
    for name in ("full", "concise", "json", "github", "sarif"):
        result = run("check", str(path), "--input", "16", "--format", name)
        assert result.exit_code == 0
        text = result.stdout.replace("%2C", ",")
        assert said in text
    assert "not checked with --set n=9" in run("check", str(path), "--set", "n=9").stdout
    assert "not checked" not in run("check", str(path)).stdout
    assert said in " ".join(run("show", str(path), "--input", "16").stdout.split())


# One number as an input.


IMAGE = spec("[conv1: [16, 3]]", input="{channels: 3, height: 40, width: 60}")
SIDES = [
    (IMAGE, "384", (3, 384, 384)), (IMAGE, "C=3,H=20,W=30", (3, 20, 30)),
    (IMAGE, "input=384", (3, 384, 384)), (IMAGE, "16x16x1", (1, 16, 16)),
    (spec("[fc: 10]", input="784"), "100", (100, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "shape"), SIDES)
def test_an_input_in_the_specs_form(text: str, given: str, shape: tuple[int, int, int]) -> None:
    assert report(text, inputs=[given]).network.inputs[0].output == shape


UNFIT = [
    (IMAGE, "384x384", "'384x384' does not match the input of the spec, 60×40×3",
     "write `384` or `384x384x3`"),
    (IMAGE, "64x32", "'64x32' does not match the input of the spec, 60×40×3",
     "write `C=3,H=32,W=64`"),
    (IMAGE, "64x32x3", "'64x32x3' does not match the input of the spec, 60×40×3",
     "write `C=3,H=32,W=64`"),
    (IMAGE, "3x64x64", "'3x64x64' does not match the input of the spec, 60×40×3",
     "write `64x64x3`"),
    (spec("[fc: 10]", input="784"), "28x28x1",
     "'28x28x1' does not match the input of the spec, a vector of 784",
     "write its length, such as `784`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "message", "advice"), UNFIT)
def test_an_input_of_another_form(text: str, given: str, message: str, advice: str) -> None:
    """The error names both forms."""
    [error] = [d for d in net(text, inputs=given).diagnostics if d.severity == "error"]
    assert (error.message, error.help) == (message, (advice,))


def unchecked(text: str) -> list[tuple[str, int]]:
    """The errors, and how many layers were not checked because of each."""
    return [(d.code, d.unchecked) for d in net(text).report().diagnostics]


def test_a_skipped_step_that_reads_a_skipped_step_leaves_the_net_complete() -> None:
    layers = "[relu1: {if: false}, tanh: {from: relu1, if: false}, relu]"
    assert net(spec(layers)).report().complete


def test_what_was_not_checked_counts_at_its_cause() -> None:
    """Where several steps stand on one line, and where a block runs again and fails again."""
    one_line = spec("[conv1: {filters: 4}, [batchnorm1], relu1]")
    assert unchecked(one_line) == [("missing-key", 0), ("wrong-form", 1)]
    blocks = "{unit: [conv: [6, 9], relu]}"
    twice = spec("[concat: [unit, unit]]", blocks=blocks)
    assert unchecked(twice) == [("no-valid-output", 3)]
    assert net(twice).network.skipped == 3


def test_a_residual_is_closed_whatever_its_shortcut_is() -> None:
    layers = "[residual1: {shortcut: mode, body: [conv: [4, 1]]}]"
    network = net(spec(layers, parameters="{mode: other}")).network
    assert [(group.first, group.stop) for group in network.groups] == [(0, 1)]
