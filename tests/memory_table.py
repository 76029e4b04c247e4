"""The table of docs/memory.md: our memory figures beside PyTorch's and torchinfo's.

`tests.regenerate` writes it anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cnncalc
from cnncalc.report.memory import Budget

TRUTH = Path(__file__).parent / "truth"
TABLE = re.compile(
    r"(<!-- memory table: [^\n]* -->\n)(.*?)(<!-- end of the memory table -->)", re.S
)
SHIPPED_AS = {
    "alexnet": "alexnet_torchvision",
    "googlenet": "googlenet_torchvision",
    "vgg16": "vgg16_torchvision",
}
"""torchvision's name → ours, where ours names the paper's net."""

COLUMNS = ("net", "weights", "inference", "PyTorch", "kept", "PyTorch", "training step", "PyTorch",
           "lecture ×2", "torchinfo")  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n|---|{'---:|' * (len(COLUMNS) - 1)}\n"


def table() -> str:
    """The table in Markdown."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows())


def rows() -> Iterator[list[str]]:
    """A row for each shipped net that torchvision has."""
    truth: dict[str, Any] = json.loads((TRUTH / "torchvision.json").read_text("utf-8"))
    tools: dict[str, Any] = json.loads((TRUTH / "tools.json").read_text("utf-8"))
    for name in tools:
        shipped, measured = SHIPPED_AS.get(name, name), truth[name]
        channels, height, width = measured["input"]
        net = cnncalc.load(shipped, inputs=[f"C={channels},H={height},W={width}"])
        one, two, eight = (net.report(batch=batch) for batch in (1, 2, 8))
        kept = two.totals.saved_activation_bytes or 0
        step = Budget(eight).training_bytes or 0
        yield [
            f"`{shipped}`",
            megabytes(one.totals.param_bytes),
            *pair(one.totals.peak_activation_bytes or 0, measured["peak_bytes"]),
            *pair(kept, measured["saved_bytes"]["2"]),
            *pair(step, measured["train_peak_bytes_b8"]),
            megabytes(one.totals.backward_bytes),
            megabytes(tools[name]["torchinfo"]["forward_backward_bytes"]),
        ]


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


def pair(ours: int, measured: int) -> tuple[str, str]:
    """Ours, and PyTorch's with the difference where it shows."""
    apart = 100 * (ours / measured - 1)
    note = f" ({apart:+.1f} %)".replace("-", "−") if abs(apart) >= 0.05 else ""
    return megabytes(ours) + note, megabytes(measured)
