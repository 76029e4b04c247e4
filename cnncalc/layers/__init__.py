"""The layer kinds, a family a file. Importing this package fills `KINDS`."""

from cnncalc.layers import convolution
from cnncalc.layers.layer import KINDS, Layer

__all__ = ["KINDS", "Layer", "convolution"]
