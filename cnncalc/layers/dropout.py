"""Layers that drop at random in training, and pass their input through in inference."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers import rules
from cnncalc.layers.activation import inplace_field
from cnncalc.layers.fields import Real
from cnncalc.layers.layer import Advice, Layer, Saved, Storage


class Drop(Layer):
    """Base of the layers that drop with a probability; with 0 they do nothing at all."""

    family = "dropout"
    volume = False
    runs_in_inference = False
    probability: Real

    def storage(self) -> Storage:
        return Storage.NEW if self.probability else Storage.VIEW

    def gradient_path(self, index: int) -> tuple[int, ...] | None:
        return super().gradient_path(index) if self.probability else ()

    def advice(self) -> Iterator[Advice]:
        if self.probability == 1:
            yield Advice(rules.advice.drops_everything, "probability", {})


class Dropout(Drop):
    """Dropout: in training each value becomes zero with this probability (Srivastava 2014)."""

    kind = "dropout"
    aliases = "drop"
    probability = Real(
        "share of the values that are dropped", minimum=0, maximum=1, default=0.5, positional=True
    )
    inplace = inplace_field(default=False)

    def storage(self) -> Storage:
        return Storage.IN_PLACE if self.inplace and self.probability else super().storage()

    def saved(self) -> Saved:
        """A mask; none when everything is dropped, which multiplies by one zero."""
        if self.probability == 1:
            return Saved(batch_statistics=1)
        return Saved(values=self.input.values if self.probability else 0)

    def describe(self) -> str:
        return f"dropout {self.probability}"


class StochasticDepth(Drop):
    """Stochastic depth: in training the whole image's branch becomes zero with this probability
    (Huang et al. 2016).
    """

    kind = "stochastic_depth"
    aliases = "drop_path droppath drop_connect"
    probability = Real(
        "share of the images that are dropped", minimum=0, maximum=1, positional=True
    )

    def saved(self) -> Saved:
        return Saved(values=1 if self.probability else 0)

    def describe(self) -> str:
        return f"stochastic depth {self.probability}"
