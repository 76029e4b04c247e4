"""A network built and run in PyTorch, and every figure read off that run.

Of cnncalc's network only the layers' fields, who reads what, and what the calls hold are used;
shapes, sizes and lifetimes follow from running it.
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor as T  # noqa: N817  (a Tensor is a row's output in cnncalc)
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.network.network import Network, Node, Tensor
from tests.torch_operations import OPERATIONS, Run
from tests.truth.storages import Live, key, nbytes, saved_storages


class Refused(Exception):
    """PyTorch does not run this net, or does not train it."""


class Quiet(Live):
    """Counts storages, but not those made while it is `quiet` (the loss)."""

    quiet = False

    def add(self, tensor: T) -> None:
        if not self.quiet:
            super().add(tensor)
        elif key(tensor) not in self.sizes:
            before = self.live, self.peak
            super().add(tensor)
            if key(tensor) in self.sizes:
                self.sizes[key(tensor)] = 0
                self.live, self.peak = before


class Reference:
    """A network in PyTorch. On meta tensors an evaluation's batch norm returns statistics, which
    cnncalc counts, and the backward of mish is not one operator but several, as on no device.
    """

    def __init__(self, network: Network, batch: int, device: str) -> None:
        self.network = network
        self.batch = batch
        self.device = device
        self.modules: dict[Node, nn.Module] = {}
        self.shapes: dict[Node, tuple[int, int, int]] = {}
        self.in_place: dict[Node, bool] = {}
        """Whether a row overwrites its input: decided in a first forward pass of training, by what
        autograd keeps and what is read again. An evaluation runs the same code."""
        with saved_storages() as self.kept:
            self.forward(training=True)
        self.kept = {}

    def inputs(self) -> dict[Tensor, T]:
        return {
            x: torch.zeros(self.batch, *(x.output if x.output.area > 1 else x.output[:1]),
                           device=self.device)
            for x in self.network.inputs
        }  # fmt: skip

    def forward(self, *, training: bool, values: dict[Tensor, T] | None = None) -> list[T]:
        """The outputs. A value is dropped when nothing reads it any more and no call holds it."""
        network, values = self.network, values or self.inputs()
        outputs = [*network.outputs, *(network.auxiliary_outputs if training else ())]
        reads = [
            (node, node.inputs) for node in network.nodes if training or not node.training_only
        ]
        last_read: dict[Tensor, int] = {t: node.index for node, read in reads for t in read}
        end = len(network.nodes)
        last_read.update(dict.fromkeys(outputs, end))
        last = dict(last_read)
        for tensor, _, stop in network.holds:
            last[tensor] = max(last.get(tensor, -1), stop - 1)
        last.update(dict.fromkeys(network.inputs, end))
        for node in network.nodes:
            if training or not node.training_only:
                values[node] = self.run(node, values, last_read, training=training)
                last.setdefault(node, node.index)
            for tensor in [t for t in values if last[t] <= node.index]:
                del values[tensor]
        return [values[tensor] for tensor in dict.fromkeys(outputs)]

    def run(
        self, node: Node, values: dict[Tensor, T], last_read: dict[Tensor, int], *, training: bool
    ) -> T:
        fields = node.layer.plain_fields()
        inputs = [values[tensor] for tensor in node.inputs]
        if node not in self.in_place:
            kept = key(inputs[0]) in self.kept and not node.layer.insists_on_place()
            self.in_place[node] = (
                bool(fields.get("inplace"))
                and not kept
                and not read_again(node, inputs, values, last_read)
            )

        def module(make: Callable[[], nn.Module]) -> nn.Module:
            owner = node.shares or node
            if owner not in self.modules:
                with torch.device(self.device):
                    self.modules[owner] = make()
            return self.modules[owner]

        run = Run(training=training, in_place=self.in_place[node], module=module)
        output = OPERATIONS[node.layer.kind](run, fields, inputs)
        channels, *size = output.shape[1:]
        self.shapes[node] = (channels, *(size or (1, 1)))
        return output

    def parameters(self, *, training_only: bool) -> list[tuple[str, int]]:
        """Name and number of values of every parameter of the net, or of its auxiliary heads."""
        return [
            (name, parameter.numel())
            for node, module in self.modules.items()
            for name, parameter in module.named_parameters()
            if node.training_only == training_only
        ]

    def held(self) -> set[int]:
        modules = self.modules.values()
        return {key(t) for m in modules for t in (*m.parameters(), *m.buffers())}

    def counts(self) -> dict[str, int]:
        """The totals that count, by cnncalc's names."""
        main, side = (self.parameters(training_only=head) for head in (False, True))
        biases = sum(n for name, n in main if name.endswith("bias"))
        params = sum(n for _, n in main)
        with torch.no_grad(), FlopCounterMode(display=False) as flops:
            self.forward(training=False)
        return {
            "weights": params - biases,
            "biases": biases,
            "params": params,
            "training_params": params + sum(n for _, n in side),
            "macs": int(flops.get_total_flops()) // 2 // self.batch,
        }

    def always_bytes(self) -> int:
        """Parameters, their velocities, and buffers."""
        modules = self.modules.values()
        params = sum(nbytes(p) for m in modules for p in m.parameters())
        return 2 * params + sum(nbytes(b) for m in modules for b in m.buffers())

    def inference_peak(self) -> int:
        with torch.no_grad(), Live(self.held()) as live:
            values = self.inputs()
            self.forward(training=False, values=values)
        return int(live.peak)

    def saved_bytes(self) -> int:
        with saved_storages(self.held()) as saved:
            self.forward(training=True)
        return sum(nbytes(t) for t in saved.values())

    def training_peak(self) -> int:
        """Of a training step. The gradient of the loss is one number, and not counted."""
        for module in self.modules.values():
            module.zero_grad()
        one = torch.ones((), device=self.device)
        with Quiet(self.held() | {key(one)}) as live:
            values = self.inputs()
            for tensor in values.values():
                live.add(tensor)
            outputs = self.forward(training=True, values=values)
            live.quiet = True
            losses = [y.sum() for y in outputs if y.requires_grad]
            del outputs
            values = {t: v for t, v in values.items() if t in self.network.inputs}
            loss = sum(losses)
            del losses
            live.quiet = False
            if isinstance(loss, T):
                with refused():
                    loss.backward(one)
        return int(live.peak) + self.always_bytes()


def read_again(
    node: Node, inputs: list[T], values: dict[Tensor, T], last_read: dict[Tensor, int]
) -> bool:
    """Whether a later row reads the storage of the first input, or this one when it has written
    there already (x + y + x).
    """
    mine = key(inputs[0])
    return any(key(other) == mine for other in inputs[2:]) or any(
        key(value) == mine and last_read.get(tensor, -1) > node.index
        for tensor, value in values.items()
    )


@contextmanager
def refused() -> Iterator[None]:
    """PyTorch's errors about training as `Refused`."""
    try:
        yield
    except RuntimeError as error:
        if "modified by an inplace operation" not in str(error):
            raise
        raise Refused(str(error)) from error
