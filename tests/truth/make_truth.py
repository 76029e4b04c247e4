"""Ground truth for whole networks, read off PyTorch itself.

    python -m tests.truth.make_truth [--leaves] OUT.json [NAME[@HxW] ...]

NAME is a torchvision model or timm:NAME; without names, all of `NETS` at all of their
sizes. With --leaves, the leaf modules in order, of `LEAF_NETS`. Made with Python 3.11,
torch 2.13.0 (CPU build), torchvision 0.29.2 and timm 1.0.31, on the meta device: only
shapes and storages are computed, no values. Not run by the tests; they read its output.

Figures of a network (float32; batch 1 and evaluation mode unless said otherwise):

    input, output    [C, H, W] without the batch; `output` lists every tensor returned
    params           elements of all parameters: weights + biases
    weights, biases  biases are the parameters whose name ends in "bias"
    unused_params    those of `params` in leaf modules that evaluation does not run: the
                     auxiliary heads of googlenet and inception_v3 (left out if none)
    macs             FLOPs of torch.utils.flop_counter / 2: convolutions and products
    saved_bytes      by batch size: distinct non-parameter, non-buffer storages that
                     autograd keeps for backward, training mode, input included. null:
                     PyTorch refuses, as batch norm sees one value per channel
    peak_bytes       largest sum of live storages in a forward under no_grad: input
                     included; parameters and buffers not
    peak_bytes_cpu   the same on CPU tensors: less by the statistics that batch norm
                     returns in evaluation on meta tensors (see storages.Live)
    train_peak_bytes_b8
                     largest sum of live storages in one training step at batch 8
                     (forward, backward, SGD with momentum, its buffers already there):
                     input, parameters, buffers, gradients and momentum included
    layers           [output shape, parameters, count] of every Conv2d, ConvTranspose2d
                     and Linear that evaluation runs, sorted
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

import argparse
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from . import tvshim  # noqa: F401  (before torchvision)
from .storages import Live, key, nbytes, saved_storages, tensors

import timm  # isort: skip  (it imports torchvision)
from torchvision import models  # isort: skip

REGNETS = [
    f"regnet_{axis}_{size}"
    for axis in "xy"
    for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
]
NETS = [
    "alexnet",
    *(f"vgg{n}{norm}" for n in (11, 13, 16, 19) for norm in ("", "_bn")),
    "googlenet",
    "inception_v3",
    *(f"resnet{n}" for n in (18, 34, 50, 101, 152)),
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
    *(f"densenet{n}" for n in (121, 161, 169, 201)),
    "squeezenet1_0",
    "squeezenet1_1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    *(f"shufflenet_v2_x{n}" for n in ("0_5", "1_0", "1_5", "2_0")),
    *(f"mnasnet{n}" for n in ("0_5", "0_75", "1_0", "1_3")),
    *(f"efficientnet_b{n}" for n in range(8)),
    *(f"efficientnet_v2_{n}" for n in "sml"),
    *REGNETS,
    *(f"convnext_{n}" for n in ("tiny", "small", "base", "large")),
    "fcn_resnet50",
    "deeplabv3_resnet50",
    "lraspp_mobilenet_v3_large",
]
TIMM_NETS = ["seresnet50", "senet154", "legacy_senet154", "darknet53", "mobilenetv1_100"]
LEAF_NETS = [
    "alexnet",
    "vgg16",
    "vgg16_bn",
    "googlenet",
    "inception_v3",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "densenet121",
    "squeezenet1_0",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "shufflenet_v2_x1_0",
    "mnasnet1_0",
    "efficientnet_b0",
    "regnet_x_400mf",
    "regnet_y_400mf",
    "convnext_tiny",
    "fcn_resnet50",
    "timm:seresnet50",
]

Size = tuple[int, int]
Leaf = tuple[str, str, list[int], int]


def default_sizes(name: str) -> list[Size]:
    """(height, width) at which a network is measured, its default first."""
    if name.startswith("timm:"):
        configuration: Any = timm.get_pretrained_cfg(name[5:])
        _, height, width = configuration.input_size
        return [(height, width)]
    if name == "inception_v3":
        return [(299, 299), (301, 301), (352, 320)]
    return [(224, 224), (225, 225), (256, 192)]


@contextmanager
def without_init() -> Iterator[None]:
    """Skip the initialisers that torchvision's RegNet calls on its real tensors."""

    def keep(tensor: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        return tensor

    with mock.patch.multiple(nn.init, normal_=keep, zeros_=keep, ones_=keep):
        yield


def build(name: str) -> nn.Module:
    """Build the network as its library does by default, untrained, on meta."""
    if name.startswith("timm:"):
        with torch.device("meta"):
            timm_model: nn.Module = timm.create_model(name[5:], pretrained=False)
        return timm_model
    options: dict[str, Any] = {"weights": None}
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    if name.startswith(("fcn", "deeplab", "lraspp")):
        options["weights_backbone"] = None
    model: nn.Module
    if name.startswith("regnet"):  # computes its widths with real tensors
        with without_init():
            model = models.get_model(name, **options)
        return model.to("meta")
    with torch.device("meta"):
        model = models.get_model(name, **options)
    return model


class Leaves:
    """Records the leaf modules of a model as they run: name, type, shape, parameters.

    A shape is [C, H, W] (or [C]) without the batch. ConvNeXt runs a part of each block
    on tensors permuted to N x H x W x C: the shapes between its two Permute modules are
    turned back. A Linear on a 4-dimensional tensor has its channels last by definition,
    so it must stand between them; `hook` checks it.
    """

    def __init__(self, model: nn.Module) -> None:
        self.rows: list[Leaf] = []
        self.ran: set[str] = set()
        self.channels_last = False
        self.handles = [
            module.register_forward_hook(lambda mod, _, out, name=name: self.hook(name, mod, out))
            for name, module in model.named_modules()
            if not list(module.children())
        ]

    def hook(self, name: str, module: nn.Module, output: object) -> None:
        """Add the row of one leaf that has just run."""
        kind = type(module).__name__
        shape = list(tensors(output)[0].shape[1:])
        if kind == "Permute":
            permute: Any = module
            dims = list(permute.dims)
            if dims not in ([0, 2, 3, 1], [0, 3, 1, 2]):
                raise ValueError(f"{name}: unknown permutation {dims}")
            self.channels_last = dims == [0, 2, 3, 1]
        if kind == "Linear" and (len(shape) == 3) != self.channels_last:
            raise ValueError(f"{name}: Linear on {shape}, not between permutations")
        if self.channels_last and len(shape) == 3:
            shape = [shape[2], *shape[:2]]
        count = sum(p.numel() for p in module.parameters())
        self.rows.append((name, kind, shape, count))
        self.ran.add(name)

    def remove(self) -> None:
        """Take the hooks off the model."""
        for handle in self.handles:
            handle.remove()

    def layers(self) -> list[list[Any]]:
        """[output shape, parameters, count] of the layers that multiply, sorted."""
        kinds = ("Conv2d", "ConvTranspose2d", "Linear")
        # timm derives its own convolutions and batch norms from PyTorch's
        rows = [row for row in self.rows if row[1].endswith(kinds)]
        counts = Counter((tuple(shape), params) for _, _, shape, params in rows)
        return [[list(s), p, n] for (s, p), n in sorted(counts.items())]


class Net:
    """A network on the meta device, and the measurements of it."""

    def __init__(self, name: str) -> None:
        self.model = build(name)
        held = [*self.model.parameters(), *self.model.buffers()]
        self.held = {key(t) for t in held}
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=0.1, momentum=0.9, foreach=False
        )

    def input(self, size: Size, batch: int) -> torch.Tensor:
        """An input on the meta device, which needs no gradient."""
        return torch.empty(batch, 3, *size, device="meta")

    def static(self, size: Size) -> tuple[dict[str, Any], Leaves]:
        """Parameters, MACs, shapes and layers."""
        self.model.eval()
        leaves = Leaves(self.model)
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            output = self.model(self.input(size, 1))
        leaves.remove()
        named = [(n, p.numel()) for n, p in self.model.named_parameters()]
        biases = sum(count for name, count in named if name.endswith("bias"))
        figures = {
            "input": [3, *size],
            "output": [list(t.shape[1:]) for t in tensors(output)],
            "params": sum(count for _, count in named),
            "weights": sum(count for _, count in named) - biases,
            "biases": biases,
            "macs": counter.get_total_flops() // 2,
        }
        unused = sum(
            parameter.numel()
            for name, module in self.model.named_modules()
            if not list(module.children()) and name not in leaves.ran
            for parameter in module.parameters()
        )
        if unused:
            figures["unused_params"] = unused
        return figures, leaves

    def saved_bytes(self, size: Size, batch: int) -> int | None:
        """Bytes kept for backward; None where batch norm has one value per channel."""
        self.model.train()
        try:
            with saved_storages(self.held) as saved:
                self.model(self.input(size, batch))
        except ValueError as error:
            if "more than 1 value per channel" not in str(error):
                raise
            return None
        return sum(nbytes(t) for t in saved.values())

    def peak_bytes(self, size: Size, *, as_cpu: bool = False) -> int:
        """Peak of an evaluation at batch 1."""
        self.model.eval()
        x = self.input(size, 1)
        live = Live(self.held, as_cpu=as_cpu)
        with torch.no_grad(), live:
            live.add(x)
            self.model(x)
        return live.peak

    def train_peak_bytes(self, size: Size, batch: int) -> int:
        """Peak of a training step."""
        self.model.train()
        x = self.input(size, batch)
        if not self.optimizer.state:
            self.step(x)
        momenta = [s["momentum_buffer"] for s in self.optimizer.state.values()]
        live = Live()
        with live:
            for t in [x, *self.model.parameters(), *self.model.buffers(), *momenta]:
                live.add(t)
            self.step(x)
        return live.peak

    def step(self, x: torch.Tensor) -> None:
        """One step of training: the loss is the sum of every output."""
        loss: Any = sum(t.sum() for t in tensors(self.model(x)))
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def measure(self, size: Size, batches: tuple[int, ...]) -> dict[str, Any]:
        """All figures at one size, in the order of the module docstring."""
        figures, leaves = self.static(size)
        figures["saved_bytes"] = {str(n): self.saved_bytes(size, n) for n in batches}
        figures["peak_bytes"] = self.peak_bytes(size)
        figures["peak_bytes_cpu"] = self.peak_bytes(size, as_cpu=True)
        figures["train_peak_bytes_b8"] = self.train_peak_bytes(size, 8)
        figures["layers"] = leaves.layers()
        return figures


def dump(path: Path, results: dict[str, Any]) -> None:
    """Write JSON with one network a line."""
    lines = (f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in results.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def requests(arguments: list[str]) -> Iterator[tuple[str, list[Size]]]:
    """Networks and sizes to measure, from the command line or the whole list."""
    for argument in arguments or [*NETS, *(f"timm:{n}" for n in TIMM_NETS)]:
        name, _, size = argument.partition("@")
        if size:
            height, width = map(int, size.split("x"))
            yield name, [(height, width)]
        else:
            yield name, default_sizes(name)


def main() -> None:
    """Measure and write; a network that fails is named on stderr and left out."""
    parser = argparse.ArgumentParser(description="PyTorch's figures of whole networks")
    parser.add_argument("--leaves", action="store_true", help="leaf modules in order")
    parser.add_argument("out", type=Path)
    parser.add_argument("nets", nargs="*", metavar="NAME[@HxW]")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    results: dict[str, Any] = {}
    if options.leaves:
        for name in options.nets or LEAF_NETS:
            results[name] = Net(name).static(default_sizes(name)[0])[1].rows
    else:
        for name, sizes in requests(options.nets):
            net = Net(name)
            default = default_sizes(name)[0]
            for size in sizes:
                label = name if size == default else f"{name}@{size[0]}x{size[1]}"
                batches = (1, 2, 3, 32) if size == default else (2,)
                try:
                    results[label] = net.measure(size, batches)
                except (RuntimeError, ValueError) as error:
                    sys.stderr.write(f"{label}: {type(error).__name__}: {error}\n")
                else:
                    sys.stderr.write(f"{label}\n")
    dump(options.out, results)


if __name__ == "__main__":
    main()
