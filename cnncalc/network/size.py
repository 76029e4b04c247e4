"""How large a network will be at least, told without building it: a spec of a few lines may ask for
more than any machine can hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.language.blocks import calls
from cnncalc.language.spec import AuxStep, CallStep, LayerStep, ResidualStep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.language.spec import Spec, Step


class Size(NamedTuple):
    """Rows, and steps run: lower bounds."""

    rows: int
    steps: int


NOTHING = Size(0, 0)


def first_beyond(spec: Spec, limit: Size, most_repeats: int) -> tuple[Step, Size] | None:
    """The first step under `layers` that brings the net over a limit, with the sizes up to it."""
    measure = Measure(spec, most_repeats)
    rows = steps = 0
    for step in spec.layers:
        size = measure.step(step)
        rows, steps = rows + size.rows, steps + size.steps
        if rows > limit.rows or steps > limit.steps:
            return step, Size(rows, steps)
    return None


class Measure:
    """Adds up steps; a block is measured once."""

    def __init__(self, spec: Spec, most_repeats: int) -> None:
        self.spec = spec
        self.most_repeats = most_repeats
        self.blocks: dict[str, Size] = {}

    def block(self, name: str) -> Size:
        """The size of a block; those that it calls first, however long the chain is."""
        todo = [name]
        while todo:
            steps = self.spec.blocks[todo[-1]].steps
            if todo[-1] not in self.blocks:
                self.blocks[todo[-1]] = NOTHING  # a block that uses itself is told elsewhere
                todo += (call.word for call in calls(steps) if call.word not in self.blocks)
            else:
                self.blocks[todo.pop()] = self.steps(steps)
        return self.blocks[name]

    def steps(self, steps: Iterable[Step]) -> Size:
        sizes = [self.step(step) for step in steps]
        return Size(sum(size.rows for size in sizes), sum(size.steps for size in sizes))

    def step(self, step: Step) -> Size:
        """A step with all its repetitions, as far as their number is written there."""
        count = 1 if step.repeat is None else self.repeats(step)
        if step.broken or not count:
            return NOTHING
        if step.condition is not None:
            return Size(0, count)
        rows, steps = self.once(step)
        return Size(rows * count, (steps + 1) * count)

    def repeats(self, step: Step) -> int:
        """How often a step runs; 0 where it hangs on names, or is told to be too often."""
        assert step.repeat is not None
        count = step.repeat.evaluate({}) if step.repeat.is_constant else 0
        return count if isinstance(count, int) and count <= self.most_repeats else 0

    def once(self, step: Step) -> tuple[int, int]:
        if isinstance(step, LayerStep):
            if not step.branches:
                return int(step.kind.emits_row), 0
            inside = [self.steps(branch) for branch in step.branches]
            merge = int(not any(step.alone))  # of branches left out, no row may remain
            return merge + sum(size.rows for size in inside), sum(size.steps for size in inside)
        if isinstance(step, CallStep):
            return self.blocks.get(step.word) or self.block(step.word)
        return self.steps(step.body) if isinstance(step, ResidualStep | AuxStep) else NOTHING
