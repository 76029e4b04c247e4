"""Texts that once took a time, a memory or an output out of proportion; each in any size."""

from __future__ import annotations

from collections.abc import Callable

Shape = Callable[[int], str]
HEAD = "input: 32x32x3\n"
RELU = "layers:\n  - relu\n"


def doubling_lists(n: int) -> str:
    """Each list is twice the one above it."""
    lists = "".join(f"  l{i}: [l{i - 1}, l{i - 1}]\n" for i in range(1, n))
    return f"{HEAD}parameters:\n  l0: [1, 1]\n{lists}{RELU}"


def equal_lists(n: int) -> str:
    return doubling_lists(n).replace("  - relu", f"  - relu: {{if: l{n - 1} == l{n - 1}}}")


def misspelt_names(n: int) -> str:
    steps = "".join(f"  - conv: {{name: layer_{i}, filters: 8, kernel: 1}}\n" for i in range(n))
    return f"{HEAD}layers:\n{steps}" + "".join(
        f"  - add: {{from: [layr_{i}, previous]}}\n" for i in range(n)
    )


def misspelt_kinds(n: int) -> str:
    return f"{HEAD}layers:\n" + "".join(f"  - convx{i}: [8, 3]\n" for i in range(n))


def misspelt_blocks(n: int) -> str:
    blocks = "".join(f"  unit_{i}:\n    - relu\n" for i in range(n))
    return f"{HEAD}blocks:\n{blocks}layers:\n" + "".join(f"  - unt_{i}\n" for i in range(n))


def long_value(n: int) -> str:
    return f"{HEAD}layers:\n  - conv: {{filters: {'x' * n}, kernel: 3}}\n"


def long_kind(n: int) -> str:
    return f"{HEAD}layers:\n  - {'x' * n}\n"


def long_number(n: int) -> str:
    return f"{HEAD}layers:\n  - conv{'1a' * (n // 2)}\n"


def parameters(n: int) -> str:
    return f"{HEAD}parameters:\n" + "".join(f"  p{i}: {i}\n" for i in range(n)) + RELU


def parameters_in_a_chain(n: int) -> str:
    chain = "".join(f"  p{i}: p{i - 1} + 1\n" for i in range(1, n))
    return f"{HEAD}parameters:\n  p0: 1\n{chain}{RELU}"


def sums(n: int) -> str:
    return (
        f"{HEAD}parameters: {{l: [{', '.join('1' * min(n, 1000))}]}}\n"
        f"layers:\n  - relu: {{repeat: {n}, if: sum(l) > 0}}\n"
    )


def list_arguments(n: int) -> str:
    return (
        f"{HEAD}parameters: {{l: [{', '.join('1' * min(n, 1000))}]}}\nblocks:\n"
        f"  'u(a)':\n    - relu: {{if: sum(a) > 0}}\nlayers:\n  - u: {{a: l, repeat: {n}}}\n"
    )


def chain(n: int) -> str:
    """Each block calls the next."""
    blocks = "".join(f"  b{i}:\n    - b{i + 1}\n" for i in range(n - 1))
    return f"{HEAD}blocks:\n{blocks}  b{n - 1}:\n    - relu\nlayers:\n  - b0\n"


def chain_of_names(n: int) -> str:
    """Each block hands the name of a step to the next."""
    blocks = "".join(f"  b{i}(x):\n    - b{i + 1}: [x]\n" for i in range(n - 1))
    last = f"  b{n - 1}(x):\n    - add: {{from: [x, previous]}}\n"
    return f"{HEAD}blocks:\n{blocks}{last}layers:\n  - relu1\n  - b0: [relu1]\n"


def long_names(n: int) -> str:
    """A name of a thousand letters, in every message."""
    name = "x" * 1000
    steps = f"  - conv: {{name: {name}, filters: 8, kernel: 64}}\n" * n
    return f"{HEAD}layers:\n{steps}"


SHAPES: dict[str, tuple[Shape, int]] = {
    "lists that double": (doubling_lists, 15),
    "equal lists that double": (equal_lists, 15),
    "misspelt names": (misspelt_names, 100),
    "misspelt kinds": (misspelt_kinds, 249),
    "misspelt blocks": (misspelt_blocks, 150),
    "a long value": (long_value, 500_000),
    "a long kind": (long_kind, 500_000),
    "a long number": (long_number, 500_000),
    "parameters": (parameters, 8_000),
    "parameters in a chain": (parameters_in_a_chain, 2_000),
    "sums": (sums, 1_000),
    "list arguments": (list_arguments, 1_000),
    "a chain of blocks": (chain, 1_000),
    "a chain of names": (chain_of_names, 1_000),
    "long names": (long_names, 100),
}
"""Each with half of the size that the tests go to."""
