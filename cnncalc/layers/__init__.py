"""The layer kinds, a family a file. Importing this package fills `KINDS`."""

# isort: off  (the order of import is the order of the kinds in the reference)
from cnncalc.layers import (
    activation,
    convolution,
    dense,
    dropout,
    merge,
    normalization,
    pooling,
    reshape,
)

# isort: on
from cnncalc.layers.layer import KINDS, Layer

__all__ = [
    "KINDS",
    "Layer",
    "activation",
    "convolution",
    "dense",
    "dropout",
    "merge",
    "normalization",
    "pooling",
    "reshape",
]
