"""What optimizers hold beside the parameters, as `torch.optim` implements them."""

from __future__ import annotations

from typing import NamedTuple

MOMENTUM = 0.9


class Optimizer(NamedTuple):
    """Values of state per parameter (``with_momentum``: when momentum is not 0), and volumes of
    temporaries while one tensor is stepped (``foreach=False``). ``decays_gradient``: weight decay
    makes a copy of the gradient, one temporary more.
    """

    states: int
    with_momentum: int
    temporaries: int
    decays_gradient: bool = True
    holds: str = ""


OPTIMIZERS = {
    "sgd": Optimizer(0, 1, 0, holds="velocity"),
    "adam": Optimizer(2, 2, 2, holds="mean and mean square of the gradients"),
    "adamw": Optimizer(
        2, 2, 2, decays_gradient=False, holds="mean and mean square of the gradients"
    ),
    "rmsprop": Optimizer(1, 2, 1, holds="mean square of the gradients"),
    "adagrad": Optimizer(1, 1, 1, holds="sum of the squared gradients"),
}


class Recipe(NamedTuple):
    """How a net is trained, as far as memory depends on it. ``amp``: mixed precision as
    `torch.autocast` has it, with parameters, gradients and state in float32, and a copy of the
    parameters in the half precision of the activations.
    """

    optimizer: str = "sgd"
    momentum: float = MOMENTUM
    weight_decay: float = 0.0
    amp: bool = False

    @property
    def states(self) -> int:
        """Values of optimizer state per parameter."""
        kind = OPTIMIZERS[self.optimizer]
        return kind.with_momentum if self.momentum else kind.states

    @property
    def temporaries(self) -> int:
        """Volumes of the largest parameter tensor that live while it is stepped."""
        kind = OPTIMIZERS[self.optimizer]
        return kind.temporaries + (kind.decays_gradient and self.weight_decay != 0)

    @property
    def words(self) -> str:
        """`SGD with momentum and weight decay`, `AdamW`."""
        kind = OPTIMIZERS[self.optimizer]
        extras = ["momentum"] * (self.momentum != 0 and kind.with_momentum > kind.states)
        extras += ["weight decay"] * (self.weight_decay != 0)
        return WORDS[self.optimizer] + (f" with {' and '.join(extras)}" if extras else "")


WORDS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad"}
