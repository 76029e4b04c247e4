"""The quantities by their names, and a stated figure: which computed ones it stands for."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from cnncalc.language.quantities.notation import exact

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


Kind = Literal["exact", "rounded", "band", "at most", "at least"]


def is_bytes(quantity: str) -> bool:
    """Whether a quantity is a memory figure, which may have a byte unit."""
    return quantity.endswith("_bytes")


class Ratio(NamedTuple):
    """A number as a fraction of whole numbers, not reduced."""

    top: int
    bottom: int

    @property
    def floor(self) -> int:
        return self.top // self.bottom

    @property
    def ceil(self) -> int:
        return -(-self.top // self.bottom)


class Quantity:
    """A stated figure: the whole numbers it stands for, from ``low`` to ``high`` (None: no end)."""

    __slots__ = ("_published", "high", "kind", "low", "percent", "stated", "text")

    def __init__(self, text: str, kind: Kind, value: Ratio, unit: Ratio, percent: str) -> None:
        """``unit``: what the last written digit counts; ``percent``: of a band, as written."""
        self.text, self.kind, self.percent = text, kind, percent
        (v, bottom), u = value, unit.top
        self.low, self.high = 0, None if kind == "at least" else value.floor
        self.stated = Ratio(2 * v + bottom, 2 * bottom).floor
        """The figure itself, to the nearest whole number."""
        if kind in ("exact", "at least"):
            self.low = value.ceil
        elif kind == "rounded":
            self.low = max(0, Ratio(2 * v - u, 2 * bottom).ceil)
            self.high = Ratio(2 * v + u, 2 * bottom).ceil - 1
        elif kind == "band":
            share = decimal(percent)
            whole = 100 * share.bottom
            self.low = max(0, Ratio(v * (whole - share.top), whole * bottom).ceil)
            self.high = Ratio(v * (whole + share.top), whole * bottom).floor
        # A source cuts off as often as it rounds: 884K for 884,736.
        cut_off = Ratio(v + u, bottom).ceil - 1
        self._published = self.low, cut_off if kind == "rounded" else self.high

    @property
    def limits(self) -> tuple[int, int | None]:
        """The smallest and the largest value accepted."""
        return self.low, self.high

    def accepts(self, value: int) -> bool:
        """Whether the figure stands for the value."""
        return self.low <= value and (self.high is None or value <= self.high)

    def agrees_published(self, value: int) -> bool:
        """The same, for a figure from a paper: rounded or cut off."""
        low, high = self._published
        return low <= value and (high is None or value <= high)

    def describe(self) -> str:
        """In words: `at most 5,000,000`, `60.2M ± 1 %`, `138M`, `60,192,808`."""
        if self.kind == "at most":
            return f"at most {exact(self.high or 0)}"
        if self.kind == "at least":
            return f"at least {exact(self.low)}"
        if self.kind == "band":
            return f"{re.split('[±+]', self.text)[0].strip()} ± {self.percent} %"
        return exact(self.low) if self.kind == "exact" else self.text

    def difference(self, value: int) -> str:
        """How far a value is from the stated figure: `1,234 more (0.5 %)`."""
        stated = self.stated
        if self.kind in ("at most", "at least"):
            stated = self.low if self.high is None else self.high
        apart = abs(value - stated)
        if not apart:
            return "equal"
        share = f" ({percentage(apart, stated)})" if stated else ""
        return f"{exact(apart)} {'more' if value > stated else 'fewer'}{share}"

    def __repr__(self) -> str:
        return f"Quantity({self.text!r})"


def decimal(text: str, exponent: int = 0, scale: int = 1) -> Ratio:
    """The number that digits with a point stand for, times 10**exponent and the scale."""
    whole, _, fraction = text.replace("_", "").partition(".")
    shift = exponent - len(fraction)
    return Ratio(int(whole + fraction) * scale * 10 ** max(shift, 0), 10 ** max(-shift, 0))


def percentage(part: int, whole: int) -> str:
    """`0.02 %`, `1.3 %`, `42 %`: two digits that count."""
    share = 100 * part / whole
    if share < 0.001:
        return "under 0.001 %"
    return f"{share:,.0f} %" if share >= 9.95 else f"{share:.2g} %"
