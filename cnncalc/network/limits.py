"""The limits of the language (its section 11) on what is built, and the measure of a net that is
not built yet: a spec of a few lines may ask for more than any machine can hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.language.blocks import calls
from cnncalc.language.spec import AuxStep, CallStep, LayerStep, ResidualStep
from cnncalc.network import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec import Spec, Step
    from cnncalc.network.network import Group

MAX_ROWS: Final = 200_000
MAX_STEPS: Final = 1_000_000
MAX_REPEAT: Final = 10_000
MAX_CALLS: Final = 32
MAX_LEVELS: Final = 100


class LimitReached(Exception):
    """A limit ends the walk: the error that says so, and the path component where it is."""

    def __init__(self, error: Diagnostic, group: Group | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.group = group


class Size(NamedTuple):
    """At least how many rows there will be, and how many steps are run."""

    rows: int
    steps: int


NOTHING = Size(0, 0)


def check_size(spec: Spec) -> None:
    """Raises `LimitReached` for a net that is too large by what is written of it."""
    measure = Measure(spec)
    rows = steps = 0
    for step in spec.layers:
        size = measure.step(step)
        rows, steps = rows + size.rows, steps + size.steps
        if rows > MAX_ROWS:
            raise LimitReached(rules.limits.too_many_rows(step.span, MAX_ROWS))
        if steps > MAX_STEPS:
            raise LimitReached(rules.limits.too_many_steps(step.span, MAX_STEPS))


class Measure:
    """Adds up steps; a block is measured once."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.blocks: dict[str, Size] = {}

    def block(self, name: str) -> Size:
        """The size of a block; those that it calls first, however long the chain is."""
        todo = [name]
        while todo:
            steps = self.spec.blocks[todo[-1]].steps
            if todo[-1] not in self.blocks:
                self.blocks[todo[-1]] = NOTHING  # one that uses itself is an error of its form
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
        """How often a step runs; 0 where it depends on names, or is more than allowed."""
        assert step.repeat is not None
        count = step.repeat.evaluate({}) if step.repeat.is_constant else 0
        return count if isinstance(count, int) and count <= MAX_REPEAT else 0

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
