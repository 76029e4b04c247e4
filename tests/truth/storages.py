"""Sees which tensor storages PyTorch allocates and which autograd keeps.

Used by make_truth.py (whole networks) and make_kinds.py (single layers). A storage is
counted once however many tensors view it, in bytes.
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def key(tensor: torch.Tensor) -> int:
    """Identify the storage of a tensor, for as long as the storage is alive."""
    return int(tensor.untyped_storage()._cdata)


def tensors(value: object) -> list[torch.Tensor]:
    """List the tensors of an output: a tensor, or nested tuples, lists and mappings."""
    return [t for t in tree_leaves(value) if isinstance(t, torch.Tensor)]


class Live(TorchDispatchMode):
    """While active, follows the bytes of live storages; `peak` is their maximum.

    Storages whose keys are in `skip` are left out. In evaluation, batch norm on meta
    tensors also returns two vectors of statistics, which are empty on CPU tensors: with
    `as_cpu` they are left out.
    """

    def __init__(self, skip: Iterable[int] = (), *, as_cpu: bool = False) -> None:
        super().__init__()
        self.skip = frozenset(skip)
        self.as_cpu = as_cpu
        self.sizes: dict[int, int] = {}
        self.live: int = 0
        self.peak: int = 0

    def add(self, tensor: torch.Tensor) -> None:
        """Count the tensor's storage from now on until it is freed."""
        storage = tensor.untyped_storage()
        k = key(tensor)
        if k in self.skip or k in self.sizes:
            return
        self.sizes[k] = storage.nbytes()
        self.live += self.sizes[k]
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._drop, k)

    def _drop(self, k: int) -> None:
        self.live -= self.sizes.pop(k, 0)

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run the operator and count the storages of what it returns."""
        result = func(*args, **(kwargs or {}))
        evaluates = func is torch.ops.aten.native_batch_norm.default and not args[5]
        for tensor in tensors(result[0] if self.as_cpu and evaluates else result):
            self.add(tensor)
        return result


@contextmanager
def saved_storages(skip: Iterable[int] = ()) -> Iterator[dict[int, torch.Tensor]]:
    """Collect one tensor per distinct storage that autograd saves for backward.

    Storages whose keys are in `skip` (parameters and buffers) are left out. The
    tensors are held, so that no key is used twice.
    """
    skipped = frozenset(skip)
    seen: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if key(tensor) not in skipped:
            seen.setdefault(key(tensor), tensor.detach())
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        yield seen


def nbytes(tensor: torch.Tensor) -> int:
    """Bytes of the tensor's whole storage."""
    return int(tensor.untyped_storage().nbytes())
