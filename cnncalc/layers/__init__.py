"""The layer kinds, a family a file. Importing this package fills `KINDS`."""

# The order of these imports is the order of the kinds in the reference.
# isort: off
from cnncalc.layers import convolution, dense, pooling, normalization
from cnncalc.layers import activation, dropout, reshape, merge

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
