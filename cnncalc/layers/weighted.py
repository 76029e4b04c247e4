"""What convolutions and fully connected layers have in common: weights, a bias, and the norm
and activation that follow as rows of their own.
"""

from __future__ import annotations

from cnncalc.layers.fields import Choice, Derived, Flag
from cnncalc.layers.layer import Layer, Saved, kinds_that


def bias_field() -> Flag:
    return Flag(
        "whether a bias is added per output channel",
        default=Derived("true, unless it has a norm", lambda layer: layer.norm == "none"),
    )


def norm_field() -> Choice:
    return Choice(
        "normalization that follows as a row of its own",
        words=lambda: kinds_that("is_norm"),
        default="none",
    )


def activation_field() -> Choice:
    return Choice(
        "activation that follows, after the norm, as a row of its own",
        words=lambda: kinds_that("is_activation"),
        default="none",
    )


class Weighted(Layer):
    """Base of the kinds with filters or neurons, and a bias, norm and activation of their own."""

    bias: Flag
    norm: Choice
    activation: Choice

    def bias_shape(self) -> tuple[int, ...]:
        return (self.output_channels(),) if self.bias else ()

    def fused(self) -> tuple[str, ...]:
        own = vars(self)  # one that is unknown, by a mistake already told, gives no row
        words = (own.get("norm", "none"), own.get("activation", "none"))
        return tuple(word for word in words if word != "none")

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def elementwise(self) -> int:
        return self.output.values if self.bias else 0
