"""The memory of a net as a budget: what it is made of, where it peaks, who holds most.

On a terminal with bars and the timeline of live memory as a sparkline; elsewhere plain text; and
JSON for programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.diagnostics import noun
from cnncalc.language.quantities import compact, exact, mebibytes, megabytes
from cnncalc.render.page import Cell, Grid, Heading, Page, Styled, bar, percent
from cnncalc.render.summary import shortfall
from cnncalc.report.memory import LARGEST_BATCH
from cnncalc.report.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from cnncalc.render import View
    from cnncalc.report.memory import Budget, Part
    from cnncalc.report.report import Report
    from cnncalc.report.storages import MemoryWalk

FORMAT_VERSION = 2
SHOWN = 8
"""Layers listed as the largest holders."""
BAR = 24
SPARKS = "▁▂▃▄▅▆▇█"
WIDEST = 80
"""Columns of a timeline."""


class Fit(NamedTuple):
    """The largest batch that fits into ``available`` bytes (0: none), and what one image needs."""

    available: int
    inference: bool
    batch: int
    needed: int
    least: int


def render(budget: Budget, view: View, fit: Fit | None = None) -> str:
    """The budget as text."""
    report, page = budget.report, Page(view)
    page.title(report.name, " · ".join(about(budget)))
    if fit is not None:
        page.gap()
        page.paragraph(fit_words(fit, budget), style="bold")
    page.gap()
    four_figures(page, budget)
    if budget.training is not None:
        row, phase = budget.training_at
        page.gap()
        page.paragraph(f"training step at its peak, {place(row, phase)}", style="bold")
        bars(page, budget.training_parts(), budget.training_bytes or 0)
        page.gap()
        page.paragraph("layers that keep the most for the backward pass", style="bold")
        bars(page, budget.holders()[:SHOWN], budget.training.saved)
    if view.width is not None:
        timelines(page, budget)
    for remark in remarks(budget):
        page.gap()
        page.paragraph(remark, style="dim")
    return page.text()


def about(budget: Budget) -> Iterator[str]:
    report = budget.report
    yield report.source
    yield f"batch {exact(report.batch)}"
    yield f"mixed precision ({report.dtype})" if budget.recipe.amp else report.dtype
    if budget.training is not None:
        yield budget.recipe.words
    if budget.checkpoints.rows:
        yield f"{len(budget.checkpoints.rows)} checkpointed blocks"


def four_figures(page: Page, budget: Budget) -> None:
    """Weights, the lecture's sum, inference, training: each labelled, never mixed."""
    report = budget.report
    totals = report.totals
    grid = Grid([Heading("", least=10), Heading("", True), Heading("", least=24)])

    def add(label: str, size: int, words: str) -> None:
        grid.add([Cell(label), Cell(megabytes(size), "bold"), Cell(words, "dim")])

    each = f"{report.dtype_bytes} {noun(report.dtype_bytes, 'byte')}"
    add("weights", totals.param_bytes, f"{compact(totals.params)} parameters × {each}")
    if budget.trained is not None:
        add("  gradients", budget.trained.gradients, "one per parameter, from the backward pass")
        add("  optimizer state", budget.trained.state, state_words(budget))
    add("activations, lecture's rule", totals.activation_bytes,
        "the sum of all volumes; with backward about ×2 = "
        f"{megabytes(totals.backward_bytes)}")  # fmt: skip
    add("inference, peak", budget.inference.peak,
        f"the most in use at once, at {budget.inference_at}; with the weights "
        f"{megabytes(budget.inference_bytes)}")  # fmt: skip
    if budget.training is not None:
        row, phase = budget.training_at
        add("kept for the backward pass", budget.training.saved,
            "what autograd keeps after the forward pass")  # fmt: skip
        add("training step, peak", budget.training_bytes or 0,
            f"everything in use at once, {place(row, phase)}")  # fmt: skip
    page.grid(grid)


def state_words(budget: Budget) -> str:
    """What the optimizer holds."""
    recipe = budget.recipe
    states, kind = recipe.states, OPTIMIZERS[recipe.optimizer]
    if not states:
        return f"{recipe.words} has none"
    held = kind.holds
    if states > kind.states and kind.states:
        held += " and velocity"
    return f"{recipe.words}: {held}, {states} per parameter"


def place(row: str, phase: str) -> str:
    """Where a peak is reached, in words."""
    if phase == "step":
        return "in the optimizer's step"
    again = {"forward": "forward", "backward": "backward", "recompute": "recomputed"}
    return f"at {row} ({again.get(phase, phase)})"


def bars(page: Page, parts: Sequence[Part], whole: int) -> None:
    """Parts of a whole, each with its bytes, its share and (on a terminal) a bar."""
    terminal = page.view.width is not None
    headings = [Heading("", least=12), Heading("", True), Heading("", True)]
    grid = Grid([*headings, Heading("")] if terminal else headings)
    for name, size in parts:
        share = size / whole if whole else 0.0
        cells = [Cell(f"  {name}"), Cell(megabytes(size)), Cell(percent(share))]
        grid.add([*cells, Cell(bar(share, BAR, least=1), "magenta")] if terminal else cells)
    page.grid(grid)


def timelines(page: Page, budget: Budget) -> None:
    """Live memory over the layers, as sparklines."""
    page.gap()
    page.paragraph("memory in use over time, without weights and optimizer state", style="bold")
    walks: list[tuple[str, MemoryWalk]] = [("inference", budget.inference)]
    if budget.training is not None:
        walks.append(("training", budget.training))
    for name, walk in walks:
        width = min(WIDEST, (page.view.width or WIDEST) - 28)
        line = sparkline([live for _, _, live in walk.ran], max(10, width))
        peak = f" {megabytes(walk.peak)}"
        page.line(Styled(f"  {name:<11}", "dim"), Styled(line, "cyan"), Styled(peak))
    if budget.training is not None:
        page.line(Styled(f"  {'':<11}forward, backward, step: left to right", "dim"))


def sparkline(values: Sequence[int], width: int) -> str:
    """The values in at most ``width`` columns, each the largest of its stretch."""
    if not values:
        return ""
    columns = min(width, len(values))
    bounds = [len(values) * i // columns for i in range(columns + 1)]
    tallest = max(values) or 1
    highest = [max(values[bounds[i] : bounds[i + 1]]) for i in range(columns)]
    return "".join(SPARKS[min(7, value * 8 // tallest)] for value in highest)


def remarks(budget: Budget) -> Iterator[str]:
    checkpoints, report = budget.checkpoints, budget.report
    if checkpoints.rows:
        macs = checkpoints.macs
        share = macs / report.totals.macs if report.totals.macs else 0.0
        yield (
            f"Checkpoints around {len(checkpoints.rows)} blocks ({checkpoints.names[0]} … "
            f"{checkpoints.names[-1]}): only the input of each is kept, and its forward pass runs "
            f"a second time, {compact(macs)} MACs more per image ({percent(share)} of a forward "
            "pass)."
        )
    elif checkpoints.sought:
        yield "No checkpoints: the net has no blocks, or checkpoints do not lower the peak."
    if budget.recipe.amp:
        yield (
            "Mixed precision as in torch.autocast: parameters (the master copy), their "
            "gradients and the optimizer's state in float32, activations and a copy of the "
            f"parameters in {report.dtype}."
        )
    if budget.training is None:
        yield "int8 is for inference only: there are no training figures."
    yield (
        "The figures model eager PyTorch, without the rounding of its allocator and without the "
        "workspaces of cuDNN; docs/memory.md explains each of them."
    )


def fit_words(fit: Fit, budget: Budget) -> str:
    """What `--fit` found, in a sentence."""
    what = "an inference" if fit.inference else "a training step"
    available = f"{megabytes(fit.available)} ({mebibytes(fit.available)})"
    if not fit.batch:
        return (
            f"No batch fits: {what} of one image needs {megabytes(fit.least)}, "
            f"{megabytes(fit.least - fit.available)} more than {available}."
        )
    more = " or more" if fit.batch >= LARGEST_BATCH else ""
    return (
        f"Batch {exact(fit.batch)}{more} fits in {available}: {what} needs "
        f"{megabytes(fit.needed)}, {megabytes(fit.available - fit.needed)} are left."
    )


def render_json(budget: Budget, fit: Fit | None = None) -> str:
    """The budget for programs."""
    from json import dumps

    return dumps(document(budget, fit), indent=2, ensure_ascii=False) + "\n"


def unknown(report: Report, view: View) -> str:
    """The text for a net whose figures are unknown because of an error."""
    page = Page(view)
    page.title(report.name, report.source)
    page.gap()
    page.paragraph(
        f"{shortfall(report)}: no memory figure is known", label="incomplete  ", style="bold"
    )
    return page.text()


def unknown_json(report: Report) -> str:
    """The JSON for a net whose figures are unknown because of an error."""
    from json import dumps

    document = {
        "format_version": FORMAT_VERSION,
        "name": report.name,
        "source": report.source,
        "batch": report.batch,
        "dtype": report.dtype,
        "complete": False,
        "inference": None,
        "training": None,
    }
    return dumps(document, indent=2, ensure_ascii=False) + "\n"


def document(budget: Budget, fit: Fit | None) -> dict[str, Any]:
    report, recipe = budget.report, budget.recipe
    totals, checkpoints = report.totals, budget.checkpoints
    return {
        "format_version": FORMAT_VERSION,
        "name": report.name,
        "source": report.source,
        "batch": report.batch,
        "dtype": report.dtype,
        "complete": True,
        "optimizer": recipe.optimizer,
        "momentum": recipe.momentum,
        "amp": recipe.amp,
        "param_bytes": totals.param_bytes,
        "activation_bytes": totals.activation_bytes,
        "backward_bytes": totals.backward_bytes,
        "inference": {
            "peak_activation_bytes": budget.inference.peak,
            "buffer_bytes": budget.deployed.buffers,
            "total_bytes": budget.inference_bytes,
            "at": budget.inference_at,
            "timeline": timeline(budget.inference),
        },
        "training": training(budget),
        "checkpoints": {
            "blocks": list(checkpoints.names),
            "recomputed_macs": checkpoints.macs,
        }
        if checkpoints.rows
        else None,
        "fit": fit and {**fit._asdict(), "fits": fit.batch > 0},
    }


def training(budget: Budget) -> dict[str, Any] | None:
    walk, always = budget.training, budget.trained
    if walk is None or always is None:
        return None
    row, phase = budget.training_at
    return {
        "saved_activation_bytes": walk.saved,
        "weight_bytes": always.weights,
        "copy_bytes": always.copies,
        "buffer_bytes": always.buffers,
        "gradient_bytes": always.gradients,
        "optimizer_state_bytes": always.state,
        "peak_bytes": budget.training_bytes,
        "at": row or None,
        "phase": phase,
        "parts": {part.name: part.size for part in budget.training_parts()},
        "holders": [{"layer": part.name, "bytes": part.size} for part in budget.holders()],
        "timeline": timeline(walk),
    }


def timeline(walk: MemoryWalk) -> list[list[Any]]:
    """[row or null, phase, live bytes] in order, apart from weights and optimizer state."""
    return [[node.name if node else None, phase, live] for node, phase, live in walk.ran]
