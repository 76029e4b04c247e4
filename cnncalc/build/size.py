"""How large a network will be at least, told without building it: a spec of a few lines may ask for
more than any machine can hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.spec.model import AuxStep, CallStep, LayerStep, ResidualStep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.spec.model import Spec, Step


class Size(NamedTuple):
    """Rows and steps run: lower bounds."""

    rows: int
    steps: int

    def times(self, count: int) -> Size:
        return Size(self.rows * count, self.steps * count)

    def plus(self, other: Size) -> Size:
        return Size(self.rows + other.rows, self.steps + other.steps)


NOTHING = Size(0, 0)


def first_beyond(spec: Spec, limit: Size) -> tuple[Step, Size] | None:
    """The first step under `layers` that brings the net over a limit, with the sizes up to it."""
    measure, so_far = Measure(spec), NOTHING
    for step in spec.layers:
        so_far = so_far.plus(measure.step(step))
        if so_far.rows > limit.rows or so_far.steps > limit.steps:
            return step, so_far
    return None


class Measure:
    """Adds up steps; a block is measured once."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.blocks: dict[str, Size] = {}

    def block(self, name: str) -> Size:
        if name not in self.blocks:
            self.blocks[name] = NOTHING  # a block that uses itself is told elsewhere
            self.blocks[name] = self.steps(self.spec.blocks[name].steps)
        return self.blocks[name]

    def steps(self, steps: Iterable[Step]) -> Size:
        total = NOTHING
        for step in steps:
            total = total.plus(self.step(step))
        return total

    def step(self, step: Step) -> Size:
        """A step with all its repetitions, as far as their number is written there."""
        if step.broken:
            return NOTHING
        count = 1
        if step.repeat is not None:
            value = step.repeat.evaluate({}) if step.repeat.is_constant else 0
            count = value if isinstance(value, int) else 0
        if step.condition is not None:
            return Size(0, count)
        return self.once(step).plus(Size(0, 1)).times(count)

    def once(self, step: Step) -> Size:
        if isinstance(step, CallStep):
            return self.block(step.word)
        if isinstance(step, ResidualStep | AuxStep):
            return self.steps(step.body)
        if isinstance(step, LayerStep):
            size = Size(int(step.kind.emits_row), 0)
            for branch in step.branches:
                size = size.plus(self.steps(branch))
            return size
        return NOTHING
