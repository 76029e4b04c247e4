"""`Report` → its budget of memory: weights, inference and a training step, in parts; activation
checkpointing; the largest batch that fits.

The peaks are of live storages, found by walking the order of execution (`storages`, `training`).
Assumed is eager PyTorch, with no rounding by an allocator and no workspace of cuDNN: see
docs/memory.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnncalc.report.execution import execution
from cnncalc.report.inference import Inference
from cnncalc.report.optimizers import Recipe
from cnncalc.report.peaks import FLOAT32, buffer_bytes
from cnncalc.report.storages import BatchScale, footprints
from cnncalc.report.training import Training, overwriting

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.layers.layer import Layer
    from cnncalc.report.execution import Rows
    from cnncalc.report.report import Report
    from cnncalc.report.storages import Footprint, MemoryWalk

LARGEST_BATCH = 1_000_000
"""Where `largest_batch` stops looking."""


class Checkpoints(NamedTuple):
    """Activation checkpointing: the blocks that run twice, and the MACs of that, per image.
    ``sought``: the best ones were looked for, even if there are none.
    """

    names: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    macs: int = 0
    sought: bool = False


NO_CHECKPOINTS = Checkpoints()


class Parameters(NamedTuple):
    """What is there at all times, in bytes. ``copies`` of the weights in half precision."""

    weights: int
    buffers: int
    state: int = 0
    copies: int = 0
    gradients: int = 0
    """Allocated in the backward pass: no part of ``total``."""

    @property
    def total(self) -> int:
        return self.weights + self.buffers + self.state + self.copies


class Part(NamedTuple):
    """A part of a budget."""

    name: str
    size: int


class Budget:
    """What a net needs at a batch (the report's unless given) and a dtype, trained by a recipe.

    ``training`` is None for int8, which is for inference. Raises `ValueError` for a network that
    could not be computed completely.
    """

    def __init__(
        self,
        report: Report,
        recipe: Recipe | None = None,
        checkpoints: Checkpoints = NO_CHECKPOINTS,
        batch: int | None = None,
    ) -> None:
        if not report.complete:
            raise ValueError("the memory of a net with unknown layers is unknown")
        self.report = report
        self.recipe = recipe = recipe or Recipe()
        self.checkpoints = checkpoints
        run, value = execution(report.network), report.dtype_bytes
        network = run.network
        scale = BatchScale(batch or report.batch, value)
        known: dict[Layer, Footprint] = footprints(network, scale)
        main, side = buffer_bytes(network)
        self.deployed = Parameters(report.totals.param_bytes, main)
        overwrite = overwriting(network, scale, known)
        self.inference = Inference(network, scale, known, overwrite).run()
        self.trained: Parameters | None = None
        self.training: Training | None = None
        if report.dtype == "int8":
            return
        param_value = FLOAT32 if recipe.amp else value
        params = report.totals.training_params
        self.trained = Parameters(
            weights=params * param_value,
            buffers=main + side,
            state=params * param_value * recipe.states,
            copies=params * value if recipe.amp else 0,
            gradients=params * param_value,
        )
        largest = max((row.weights or 0 for row in report.rows), default=0)
        self.training = Training(
            network,
            scale,
            known,
            param_value=param_value,
            checkpointed=[run.steps(rows) for rows in checkpoints.rows],
            overwrite=overwrite,
            step_transient=largest * param_value * recipe.temporaries,
        ).run()

    @property
    def inference_bytes(self) -> int:
        """Weights, buffers and the peak of a forward pass."""
        return self.deployed.total + self.inference.peak

    @property
    def training_bytes(self) -> int | None:
        """The peak of a training step, with all that is there at all times."""
        if self.training is None or self.trained is None:
            return None
        return self.trained.total + self.training.peak

    @property
    def inference_at(self) -> str:
        """The row at which the peak of an inference is reached."""
        return place_of(self.inference)[0]

    @property
    def training_at(self) -> tuple[str, str]:
        """The row at which the peak of a training step is reached, and the phase: `forward`,
        `backward`, `recompute` or `step` (then the row is empty).
        """
        return place_of(self.training) if self.training else ("", "")

    def training_parts(self) -> list[Part]:
        """What a training step consists of at its peak; adds up to ``training_bytes``."""
        walk, always = self.training, self.trained
        if walk is None or always is None:
            return []
        parts = {
            "weights": always.weights,
            "weights in half precision": always.copies,
            "running statistics": always.buffers,
            "optimizer state": always.state,
        }
        for piece in walk.alive(walk.peak_at):
            name = PART_WORDS.get(piece.part, piece.part)
            parts[name] = parts.get(name, 0) + piece.size
        parts["temporaries"] = walk.peak - sum(p.size for p in walk.alive(walk.peak_at))
        return [Part(name, size) for name, size in parts.items() if size]

    def holders(self) -> list[Part]:
        """The layers by what autograd keeps that is theirs, the largest first: the volumes they
        made, indices, statistics, masks.
        """
        sizes: dict[str, int] = {}
        for piece in self.training.saved_pieces if self.training else ():
            sizes[piece.made_by.name] = sizes.get(piece.made_by.name, 0) + piece.size
        return sorted((Part(*item) for item in sizes.items()), key=lambda part: -part.size)


PART_WORDS = {"volumes": "activations"}


def place_of(walk: MemoryWalk) -> tuple[str, str]:
    """Row and phase of a walk's peak."""
    if not walk.ran:
        return "", ""
    node, phase, _ = walk.ran[walk.peak_at]
    return node.name if node else "", phase


# Activation checkpointing.


def best_checkpoints(report: Report, recipe: Recipe, batch: int | None = None) -> Checkpoints:
    """Checkpoints around the blocks of that level of nesting which makes the peak lowest; none
    if no level does.
    """
    best = Checkpoints(sought=True)
    lowest = Budget(report, recipe, best, batch).training_bytes or 0
    for level in range(1, max((g.depth for g in report.network.groups), default=0) + 1):
        checkpoints = checkpoints_of(report, level)
        peak = Budget(report, recipe, checkpoints, batch).training_bytes or 0
        if peak < lowest:
            best, lowest = checkpoints, peak
    return best


def checkpoints_of(report: Report, level: int) -> Checkpoints:
    """Checkpoints around the blocks at a level of nesting (1: directly under the network), and
    around those above it that have no blocks inside.
    """
    groups = report.network.groups
    parents = {id(group.parent) for group in groups}
    chosen = [
        group
        for group in groups
        if group.stop - group.first > 1
        and (group.depth == level or (group.depth < level and id(group) not in parents))
    ]
    rows = tuple((group.first, group.stop) for group in chosen)
    macs = sum(row.macs or 0 for first, stop in rows for row in report.rows[first:stop])
    return Checkpoints(tuple(group.path for group in chosen), rows, macs)


# The largest batch that fits.


def largest_batch(needed: Callable[[int], int], available: int) -> int:
    """The largest batch for which ``needed(batch)`` is within ``available``; 0 if not even one
    image is. Figures grow with the batch, so it is found by halving.
    """
    fits, too_many = 0, 1
    while too_many <= LARGEST_BATCH and needed(too_many) <= available:
        fits, too_many = too_many, 2 * too_many
    too_many = min(too_many, LARGEST_BATCH + 1)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if needed(middle) <= available:
            fits = middle
        else:
            too_many = middle
    return fits
