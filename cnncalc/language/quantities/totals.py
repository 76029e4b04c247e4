"""The names of the figures, which specs state, the report computes and the JSON prints."""

from __future__ import annotations

TOTALS = (
    "weights",
    "biases",
    "params",
    "training_params",
    "macs",
    "flops",
    "elementwise",
    "activations",
    "param_bytes",
    "activation_bytes",
    "backward_bytes",
    "peak_activation_bytes",
    "saved_activation_bytes",
    "training_peak_bytes",
)
"""The totals in the order in which they are shown."""

STATED = tuple(name for name in TOTALS if name != "elementwise")
"""The totals that `expect` and `published` may state."""

STATED_OF_A_LAYER = ("params", "weights", "biases", "macs", "flops", "activations")
"""The figures that they may state of a layer, a step or a block, besides its shape."""


def is_bytes(quantity: str) -> bool:
    """Whether a quantity is a memory figure, which may have a byte unit."""
    return quantity.endswith("_bytes")
