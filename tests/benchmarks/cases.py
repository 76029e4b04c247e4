"""What is timed: floors, cnncalc's commands, and the tools that do the same work."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import specs
from processes import HERE, ROOT, Case, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = sys.executable
NETS = {"vgg16": "VGG-16", "resnet152": "ResNet-152", "googlenet": "GoogLeNet"}
FLOORS, OWN, OTHERS = "Floors", "cnncalc", "Other tools"

EVENTS = """\
import click
from yaml import events
from yaml._yaml import CParser
parser = CParser(open("architectures/vgg16.yaml").read())
while type(parser.get_event()) is not events.StreamEndEvent:
    pass
"""
"""What no version of cnncalc can do without: the command line's library, and libyaml's events."""

INFER = "import onnx; onnx.shape_inference.infer_shapes(onnx.load({!r}))"

PEERS = {
    "torchinfo": "torchinfo",
    "torchinfo_meta": "torchinfo",
    "ptflops": "ptflops",
    "fvcore": "fvcore",
    "flop_counter": "torch",
}
"""A tool of `peers.py` → the package it needs besides torchvision."""

TITLES = {
    "torchinfo_meta": "torchinfo (meta device)",
    "flop_counter": "FlopCounterMode",
    "onnx": "ONNX's inference",
}


def floors() -> Iterator[Case]:
    yield Case("bare", FLOORS, "`python -c pass`", (PYTHON, "-c", "pass"))
    title = "`import click`, and the YAML events of VGG-16"
    yield Case("events", FLOORS, title, (PYTHON, "-c", EVENTS))


def cnncalc() -> tuple[str, ...]:
    """The installed command, else the module."""
    script = Path(PYTHON).parent / "cnncalc"
    return (str(script),) if script.exists() else (PYTHON, "-m", "cnncalc")


def own(folder: Path, *, quick: bool) -> Iterator[Case]:
    """cnncalc's commands; ``folder`` takes generated specs. ``quick``: smaller ones."""
    for net in NETS:
        command = (*cnncalc(), net)
        yield Case(
            f"{net}-json", OWN, f"`cnncalc {net} --format json`", (*command, "--format", "json")
        )
        yield Case(f"{net}-table", OWN, f"`cnncalc {net}`, piped", command)
        yield Case(f"{net}-terminal", OWN, f"`cnncalc {net}`, on a terminal", command, "terminal")
    title = "`cnncalc memory resnet50 --batch 32`"
    yield Case("memory", OWN, title, (*cnncalc(), "memory", "resnet50", "--batch", "32"))
    shipped = sum(1 for _ in (ROOT / "architectures").glob("*.yaml"))
    title = f"`cnncalc check architectures/` ({shipped} specs)"
    command = (*cnncalc(), "check", "architectures/")
    yield Case("check-architectures", OWN, title, command, heavy=True)
    yield from generated(folder, quick=quick)


def generated(folder: Path, *, quick: bool) -> Iterator[Case]:
    """cnncalc on generated specs."""
    count = 20 if quick else 1_000
    nets = specs.write_folder(folder / "nets", count)
    title = f"`cnncalc check` of {count:,} specs of VGG-16's size"
    yield Case(f"check-{count}", OWN, title, (*cnncalc(), "check", str(nets)), heavy=True)
    for layers in (100, 1_000) if quick else (10_000, 100_000):
        path = specs.write(folder, "flat", layers)
        title = f"`cnncalc` on {layers:,} layers written out, JSON"
        command = (*cnncalc(), str(path), "--format", "json")
        yield Case(f"flat-{layers}", OWN, title, command, heavy=True)


def others(folder: Path, skipped: list[str]) -> Iterator[Case]:
    """The tools that are installed; a line in ``skipped`` for each that is not."""
    shim = torchvision_needs(skipped)
    if shim is not None:
        title = "`import torch, torchvision`, nothing run"
        yield peer("torchvision", "vgg16", title, shim)
        for tool, package in PEERS.items():
            if importlib.util.find_spec(package) is None:
                skipped.append(f"{TITLES.get(tool, tool)}: {package} is not installed")
                continue
            for net, name in NETS.items():
                yield peer(tool, net, f"{TITLES.get(tool, tool)}, {name}", shim)
    yield from onnx(folder, skipped)


def peer(tool: str, net: str, title: str, shim: tuple[str, ...]) -> Case:
    command = (PYTHON, str(HERE / "peers.py"), tool, net, *shim)
    return Case(f"{tool}-{net}", OTHERS, title, command, heavy=True)


def torchvision_needs(skipped: list[str]) -> tuple[str, ...] | None:
    """The further arguments of `peers.py` with which torchvision can be imported, if any."""
    if importlib.util.find_spec("torchvision") is None:
        skipped.append("every tool for PyTorch: torchvision is not installed")
        return None
    for shim in ((), ("shim",)):
        command = (PYTHON, str(HERE / "peers.py"), "torchvision", "vgg16", *shim)
        if not subprocess.run(
            command, env=environment(), capture_output=True, check=False
        ).returncode:
            return shim
    skipped.append("every tool for PyTorch: torchvision cannot be imported")
    return None


def onnx(folder: Path, skipped: list[str]) -> Iterator[Case]:
    """ONNX's shape inference of ResNet-152, without weights."""
    if importlib.util.find_spec("onnx") is None:
        skipped.append("ONNX's shape inference: onnx is not installed")
        return
    path = folder / "resnet152.onnx"
    command = (PYTHON, str(HERE / "onnx_graph.py"), "resnet152", str(path))
    subprocess.run(command, env=environment(), check=True)
    title = f"{TITLES['onnx']} of shapes, ResNet-152"
    yield Case("onnx-resnet152", OTHERS, title, (PYTHON, "-c", INFER.format(str(path))))
