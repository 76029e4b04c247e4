"""Ground truth for single layers: what PyTorch allocates and saves for each kind.

    python -m tests.truth.make_kinds OUT.json

Made with Python 3.11, torch 2.13.0 (CPU build) and torchvision 0.29.2; not run by the
tests, which read its output. Every case of kind_cases.py is a network of that one layer.

Each input is the clone of a leaf tensor that requires a gradient, made before anything
is measured: it may be changed in place, and autograd keeps for the layer whatever a
layer in the middle of a network keeps. Where an entry has `after`, the layer's input is
the result of that step (a view of the clone; for layernorm, a permuted new tensor), and
"the input's storage" is the storage of this result. Recorded for two sizes of input:

    inputs, output   shapes without the batch (with `after`, inputs of that step)
    weights, biases  parameter elements; biases are the parameters named "bias"
    macs             FLOPs of torch.utils.flop_counter / 2, at batch 1
    storage          where the output is: "new", "view" (the input's storage, unchanged)
                     or "inplace" (the input's storage, overwritten), in training
    saved            by batch size, in training mode: the distinct storages autograd
                     saves for backward, without parameters and buffers
                       input   for each input, whether its storage is among them
                       output  whether the output's is (also true if they are the same)
                       extra   [dtype, bytes] of every other storage
                       bytes   the sum of all
                     or {"error": ...}
    saved_without_grad
                     the same at batch 2 if no input requires a gradient, as at the
                     head of a network, where only parameters need one
    evaluation       by batch size, forward in evaluation mode under no_grad
                       output  bytes of the output's storage, 0 if it is the input's
                       peak    largest sum of live storages; not the inputs, not the
                               parameters and buffers

`cpu` holds what differs on CPU tensors from meta tensors (absent: nothing). `half` holds
the same `saved` at the first size and batch 2, for float16 and bfloat16, on "cpu" and
"meta" (or "both"), with parameters of the input's type; norms also with float32
parameters, which is how mixed precision keeps them ("float16 with float32").
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from .kind_cases import Case, Shape, cases
from .storages import Live, key, nbytes, saved_storages

BATCHES = (1, 2, 3, 32)
HALVES = (torch.float16, torch.bfloat16)


def short(dtype: torch.dtype) -> str:
    """The dtype's name without "torch."."""
    return str(dtype).removeprefix("torch.")


class Run:
    """A case at given input shapes on one device."""

    def __init__(self, case: Case, shapes: list[Shape], device: str) -> None:
        self.shapes, self.device, self.view = shapes, device, case.view
        with torch.device("meta"):
            shapes = [list(x.shape[1:]) for x in self.viewed(self.inputs(1))]
        with torch.device(device):
            self.layer = case.make(shapes)
        self.module = self.layer if isinstance(self.layer, nn.Module) else nn.Module()
        self.module.to(device)

    def held(self) -> set[int]:
        """Keys of the parameters and buffers."""
        return {key(t) for t in [*self.module.parameters(), *self.module.buffers()]}

    def viewed(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        """The inputs, or the view of them that the case asks for."""
        return [self.view(x) for x in inputs] if self.view else inputs

    def inputs(self, batch: int, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
        """Zeros of the input shapes."""
        return [
            torch.zeros(batch, *shape, device=self.device, dtype=dtype) for shape in self.shapes
        ]

    def parameters(self) -> dict[str, int]:
        """Elements of weights and of biases."""
        named = [(n, p.numel()) for n, p in self.module.named_parameters()]
        biases = sum(count for name, count in named if name.endswith("bias"))
        return {"weights": sum(n for _, n in named) - biases, "biases": biases}

    def training(
        self, batch: int, dtype: torch.dtype = torch.float32, *, grad: bool = True
    ) -> tuple[dict[str, Any], torch.Tensor, str]:
        """One forward in training mode: what is saved, the output, and where it is."""
        self.module.train()
        leaves = self.inputs(batch, dtype)
        inputs = self.viewed([x.requires_grad_(grad).clone() for x in leaves])
        versions = [x._version for x in inputs]
        with saved_storages(self.held()) as saved:
            output = self.layer(*inputs)
        keys = [key(x) for x in inputs]
        storage = "new"
        if key(output) in keys:
            i = keys.index(key(output))
            storage = "view" if inputs[i]._version == versions[i] else "inplace"
        extra = [t for k, t in saved.items() if k not in (*keys, key(output))]
        record = {
            "input": [k in saved for k in keys],
            "output": key(output) in saved,
            "extra": sorted([short(t.dtype), nbytes(t)] for t in extra),
            "bytes": sum(nbytes(t) for t in saved.values()),
        }
        return record, output, storage

    def saved(self, batch: int, dtype: torch.dtype = torch.float32) -> dict[str, Any]:
        """What is saved, or the error."""
        try:
            return self.training(batch, dtype)[0]
        except (ValueError, RuntimeError) as error:
            return {"error": str(error).partition("\n")[0]}

    def macs(self) -> int:
        """Multiply-accumulates of an evaluation at batch 1."""
        self.module.eval()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            self.layer(*self.viewed(self.inputs(1)))
        return int(counter.get_total_flops()) // 2

    def evaluation(self, batch: int) -> dict[str, int]:
        """Bytes of an evaluation."""
        self.module.eval()
        with torch.no_grad():
            inputs = self.viewed(self.inputs(batch))
        skip = self.held() | {key(x) for x in inputs}
        with torch.no_grad(), Live(skip) as live:
            output = self.layer(*inputs)
        size = 0 if key(output) in skip else nbytes(output)
        return {"output": size, "peak": live.peak}


def measure(case: Case, shapes: list[Shape], device: str) -> dict[str, Any]:
    """Every float32 figure at one size."""
    run = Run(case, shapes, device)
    _, output, storage = run.training(2)
    return {
        "inputs": shapes,
        "output": list(output.shape[1:]),
        **run.parameters(),
        "macs": run.macs(),
        "storage": storage,
        "saved": {str(n): run.saved(n) for n in BATCHES},
        "saved_without_grad": run.training(2, grad=False)[0],
        "evaluation": {str(n): run.evaluation(n) for n in BATCHES[:2]},
    }


def halves(case: Case) -> dict[str, Any]:
    """What is saved for float16 and bfloat16, by device."""
    result: dict[str, Any] = {}
    for dtype in HALVES:
        kinds = [(short(dtype), dtype)]
        if case.kind in ("batchnorm", "layernorm", "groupnorm"):
            kinds.append((f"{short(dtype)} with float32", torch.float32))
        for label, held in kinds:
            found = {}
            for device in ("cpu", "meta"):
                run = Run(case, case.inputs[0], device)
                run.module.to(held)
                found[device] = run.saved(2, dtype)
            if found["cpu"] == found["meta"]:
                found = {"both": found["cpu"]}
            result[label] = found
    return result


def entry(case: Case) -> dict[str, Any]:
    """The case with all its measurements."""
    sizes = []
    for shapes in case.inputs:
        figures = measure(case, shapes, "meta")
        cpu = measure(case, shapes, "cpu")
        differing = {k: v for k, v in cpu.items() if v != figures[k]}
        if differing:
            figures["cpu"] = differing
        sizes.append(figures)
    return {
        "kind": case.kind,
        "parameters": case.parameters,
        **({"after": case.after} if case.after else {}),
        "torch": case.code,
        "sizes": sizes,
        "half": halves(case),
    }


def main() -> None:
    """Measure every case and write one a line."""
    parser = argparse.ArgumentParser(description="PyTorch's figures of single layers")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    lines = [json.dumps(entry(case), separators=(",", ":")) for case in cases()]
    options.out.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
