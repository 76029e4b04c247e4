"""``cnncalc memory``: exit statuses, defaults, what fits, text and JSON; what other tools print."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.render import View
from cnncalc.render.memory import SPARKS, render, sparkline
from cnncalc.render.page import bar
from cnncalc.report.conventions import CONVENTIONS
from cnncalc.report.memory import Budget
from cnncalc.report.report import Report
from tests.commands import run, words
from tests.test_memory import NAMES
from tests.test_torchvision import TRUTH

TOOLS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "truth" / "tools.json").read_text("utf-8")
)


def parsed(*args: str) -> dict[str, Any]:
    result = run("memory", *args, "--format", "json")
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["lenet5"], 0),
        (["lenet5", "--fit", "8GB"], 0),
        (["lenet5", "--fit", "7.5GiB", "--inference"], 0),
        (["vgg16", "--fit", "500MB"], 1),
        (["vgg16", "--fit", "500MB", "--inference"], 1),
        (["vgg16", "--fit", "600MB", "--inference"], 0),
        (["lenet5", "--fit", "8"], 2),
        (["lenet5", "--fit", "8 bananas"], 2),
        (["lenet5", "--fit", "<=8GB"], 2),
        (["lenet5", "--fit", "-8GB"], 2),
        (["lenet5", "--inference"], 2),
        (["lenet5", "--batch", "0"], 2),
        (["lenet5", "--optimizer", "sdg"], 2),
        (["lenet5", "--amp"], 0),
        (["lenet5", "--amp", "--dtype", "bfloat16"], 0),
        (["lenet5", "--amp", "--dtype", "float64"], 2),
        (["lenet5", "--dtype", "int8"], 0),
        (["lenet5", "--dtype", "int8", "--fit", "1MB"], 2),
        (["lenet5", "--dtype", "int8", "--fit", "1MB", "--inference"], 0),
        (["lenet5", "--checkpoint"], 0),
        (["lenet5", "--convention", "torchinfo"], 0),
        (["lenet5", "--convention", "thop"], 2),
        (["broken.yaml"], 1),
        (["broken.yaml", "--fit", "8GB"], 1),
        (["broken.yaml", "--format", "json"], 1),
        (["syntax.yaml"], 1),
        (["missing.yaml"], 2),
    ],
    ids=words,
)
@pytest.mark.usefixtures("nets")
def test_exit_status(args: list[str], status: int) -> None:
    result = run("memory", *args)
    assert result.exit_code == status, result.output


def test_defaults_come_from_the_spec() -> None:
    """VGG was trained with batches of 256, SGD, momentum 0.9 and weight decay."""
    found = parsed("vgg16")
    assert (found["batch"], found["dtype"]) == (256, "float32")
    assert (found["optimizer"], found["momentum"], found["amp"]) == ("sgd", 0.9, False)
    assert parsed("convnext_tiny")["optimizer"] == "adamw"
    assert parsed("vgg16", "--batch", "2")["batch"] == 2
    assert parsed("resnet50_v1", "--momentum", "0")["training"]["optimizer_state_bytes"] == 0
    assert parsed("vgg16", "--optimizer", "adam")["momentum"] == 0


@pytest.mark.parametrize(
    ("training", "amp", "dtype"),
    [
        ("{precision: mixed}", True, "float16"),
        ("{precision: float16}", False, "float16"),
        ("{batch: 4}", False, "float32"),
    ],
)
def test_precision_comes_from_the_spec(nets: Path, training: str, amp: bool, dtype: str) -> None:
    text = (nets / "good.yaml").read_text("utf-8") + f"training: {training}\n"
    (nets / "trained.yaml").write_text(text, "utf-8")
    found = parsed("trained.yaml")
    assert (found["amp"], found["dtype"]) == (amp, dtype)
    assert parsed("trained.yaml", "--dtype", "float64")["dtype"] == "float64"


@pytest.mark.parametrize(
    "args",
    [("--fit", "2GB"), ("--fit", "2GiB"), ("--fit", "2GB", "--amp", "--checkpoint"),
     ("--fit", "500MB", "--inference")],
    ids=words,
)  # fmt: skip
def test_the_batch_that_fits_is_the_largest(args: tuple[str, ...]) -> None:
    fit = parsed("resnet18", *args)["fit"]
    rest = [a for a in args if a != "--inference"][2:]

    def needed(batch: int) -> int:
        found = parsed("resnet18", "--batch", str(batch), *rest)
        part = found["inference"]["total_bytes"], found["training"]["peak_bytes"]
        return int(part[0] if "--inference" in args else part[1])

    assert fit["fits"]
    assert fit["needed"] == needed(fit["batch"]) <= fit["available"] < needed(fit["batch"] + 1)
    assert fit["available"] == (
        2 * 2**30 if "2GiB" in args else {"2GB": 2, "500MB": 0.5}[args[1]] * 1e9
    )


def test_what_fits_no_batch_says_what_is_missing() -> None:
    text = run("memory", "vgg16", "--fit", "1GB").stdout
    assert re.search(
        r"No batch fits: .* one image needs 2\.07 GB, 1\.07 GB more than 1\.00 GB", text
    )


def test_json_adds_up() -> None:
    found = parsed("resnet50", "--batch", "8")
    training = found["training"]
    assert sum(training["parts"].values()) == training["peak_bytes"]
    assert sum(h["bytes"] for h in training["holders"]) == training["saved_activation_bytes"]
    always = sum(training[f"{k}_bytes"] for k in ("weight", "copy", "buffer", "optimizer_state"))
    assert max(live for *_, live in training["timeline"]) + always == training["peak_bytes"]
    peaks = [row for row, _, live in found["inference"]["timeline"]
             if live == found["inference"]["peak_activation_bytes"]]  # fmt: skip
    assert found["inference"]["at"] == peaks[0]


def test_checkpoints_are_told() -> None:
    text = run("memory", "resnet18", "--batch", "8", "--checkpoint").stdout
    assert re.search(r"Checkpoints around 8 blocks .* MACs more per image", text)
    text = run("memory", "vgg16", "--checkpoint").stdout
    assert "No checkpoints: the net has no blocks" in text
    assert parsed("vgg16", "--checkpoint")["checkpoints"] is None


@pytest.mark.usefixtures("nets")
def test_a_broken_net_tells_its_mistakes() -> None:
    result = run("memory", "broken.yaml")
    assert "no-valid-output" in result.stdout
    result = run("memory", "broken.yaml", "--format", "json")
    assert json.loads(result.stdout)["training"] is None
    assert "no-valid-output" in result.stderr


@pytest.mark.parametrize("width", [None, 60, 80, 100, 160])
@pytest.mark.parametrize("name", ["vgg16", "resnet50", "lenet5"])
def test_text(name: str, width: int | None) -> None:
    """The four figures are labelled; a screen is kept to; sparklines only there."""
    text = render(Budget(cnncalc.load(name).report(batch=4)), View(width=width))
    labels = ("weights", "lecture's rule" if width != 60 else "lecture's", "inference, peak",
              "kept for the backward", "training step, peak")  # fmt: skip
    assert all(label in text for label in labels)
    assert ("▃" in text or "▂" in text) == (width is not None)
    if width is not None:
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("values", "width", "line"),
    [
        ([], 5, ""),
        ([0], 5, "▁"),
        ([1, 2, 3, 4, 5, 6, 7, 8], 8, "▂▃▄▅▆▇██"),
        ([8, 0, 0, 8], 2, "██"),
        ([0, 8], 2, "▁█"),
    ],
)
def test_sparkline(values: list[int], width: int, line: str) -> None:
    assert sparkline(values, width) == line
    assert len(SPARKS) == 8


@pytest.mark.parametrize(("share", "columns"), [(0, 1), (0.001, 1), (0.5, 12), (1, 24)])
def test_bar(share: float, columns: int) -> None:
    assert len(bar(share, 24, least=1)) == columns


# Other tools.


@cache
def report_of(entry: str) -> Report:
    channels, height, width = TRUTH[entry]["input"]
    size = f"C={channels},H={height},W={width}"
    return cnncalc.load(NAMES.get(entry, entry), inputs=[size]).report()


def figures(entry: str, tool: str) -> dict[str, int]:
    return {f.label: f.value for f in CONVENTIONS[tool](report_of(entry)).figures}


SHIPPED = sorted(set(TOOLS) & set(TRUTH))
AS_LINEAR = [name for name in SHIPPED if name.startswith("convnext")]
"""Nets whose 1x1 convolutions torchvision writes as Linear layers."""
AS_MEAN = [name for name in SHIPPED if name.startswith(("shufflenet", "mnasnet"))]
"""Nets whose last pool torchvision writes as a mean, which fvcore does not count."""
STORAGE_OBJECT = 64
"""Bytes of Python's storage object, which torchinfo counts with the input."""


@pytest.mark.parametrize("entry", SHIPPED)
def test_torchinfo(entry: str) -> None:
    measured, found = TOOLS[entry]["torchinfo"], figures(entry, "torchinfo")
    assert found["Total params"] == measured["params"]
    assert found["Forward/backward pass size (MB)"] == measured["forward_backward_bytes"]
    assert found["Params size (MB)"] == measured["param_bytes"]
    assert found["Input size (MB)"] == measured["input_bytes"] - STORAGE_OBJECT
    assert found["Estimated Total Size (MB)"] == measured["total_bytes"] - STORAGE_OBJECT
    same = found["Total mult-adds"] == measured["mult_adds"]
    assert same == (entry not in AS_LINEAR)


@pytest.mark.parametrize("entry", SHIPPED)
def test_fvcore(entry: str) -> None:
    measured, found = TOOLS[entry]["fvcore"], figures(entry, "fvcore")
    assert found["parameter_count"] == measured["params"]
    assert found["ActivationCountAnalysis.total()"] == measured["activations"]
    mean = report_of(entry).rows[-2].layer.input.values if entry in AS_MEAN else 0
    if entry.startswith("mnasnet"):  # a dropout stands between
        mean = report_of(entry).rows[-3].layer.input.values
    assert found["FlopCountAnalysis.total()"] - mean == measured["flops"]


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_every_difference_has_a_reason(tool: str) -> None:
    for entry in ("vgg16", "resnet50", "googlenet", "convnext_tiny"):
        for figure in CONVENTIONS[tool](report_of(entry)).figures:
            assert (figure.value == figure.ours) == (not figure.reason), figure


def test_conventions_are_printed() -> None:
    text = run("vgg16", "--convention", "torchinfo").stdout
    assert "108.45" in text
    assert "twice the outputs" in text
    found = json.loads(run("resnet50", "--convention", "fvcore", "--format", "json").stdout)
    assert found["convention"] == "fvcore"
    assert run("vgg16", "--convention", "fvcore", "--format", "csv").exit_code == 2


def test_conventions_follow_the_batch() -> None:
    one, eight = (cnncalc.load("resnet18").report(batch=batch) for batch in (1, 8))
    for tool in CONVENTIONS:
        pairs = zip(CONVENTIONS[tool](one).figures, CONVENTIONS[tool](eight).figures, strict=True)
        for small, large in pairs:
            fixed = "aram" in small.label
            mixed = "Estimated" in small.label
            assert mixed or large.value == small.value * (1 if fixed else 8)


# Arithmetic intensity.


def test_intensity_by_hand() -> None:
    """A 1x1 convolution of 4 to 4 channels on 8x8, without bias: 1024 MACs; V = 1024 bytes in,
    1024 out, 64 of weights. At batch 8 the weights are moved once.
    """
    net = cnncalc.loads("input: 8x8x4\nlayers:\n  - conv: {filters: 4, kernel: 1, bias: false}\n")
    from cnncalc.report.costs import intensity

    row = net.report().rows[0]
    assert intensity(row, 1, 4) == 1024 / (1024 + 1024 + 64)
    assert intensity(row, 8, 4) == 8 * 1024 / (8 * 2048 + 64)
    assert intensity(row, 1, 2) == 1024 / (512 + 512 + 32)


def test_intensity_is_a_column() -> None:
    text = run("alexnet", "--columns", "name,macs,intensity").stdout
    assert re.search(r"^fc6 +37\.7M +0\.2$", text, re.M)
    layers = json.loads(run("alexnet", "--format", "json").stdout)["layers"]
    assert {type(layer["intensity"]) for layer in layers} == {float}
    assert next(layer["intensity"] for layer in layers if layer["kind"] == "relu") == 0


def test_the_hand_made_sums_of_the_page() -> None:
    """VGG-16 by hand, one image: the figures in bold are ours and PyTorch's."""
    page = (Path(__file__).parent.parent / "docs" / "memory.md").read_text("utf-8")
    totals = cnncalc.load("vgg16").report().totals
    assert f"**{totals.peak_activation_bytes:,}**" in page
    assert f"**{totals.saved_activation_bytes:,}**" in page
    table = page[page.index("| kept | bytes |") : page.index("| **together** |")]
    cells = [line.rsplit("|", 2)[1].replace(",", "") for line in table.splitlines()[2:] if line]
    assert sum(eval(cell.replace("·", "*")) for cell in cells) == totals.saved_activation_bytes
