"""``cnncalc memory NET``: weights, activations, inference and training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.errors import findings_text, print_aside, status_of
from cnncalc.cli.nets import load
from cnncalc.cli.options import (
    LARGEST_BATCH,
    Command,
    convention_option,
    in_order,
    net_argument,
    net_options,
    option,
    output_options,
)
from cnncalc.cli.output import emit, view_of
from cnncalc.report.optimizers import OPTIMIZERS
from cnncalc.report.report import DTYPE_BYTES

if TYPE_CHECKING:
    from cnncalc.api import Net
    from cnncalc.render import View
    from cnncalc.render.memory import Fit
    from cnncalc.report.memory import Budget
    from cnncalc.report.optimizers import Recipe

EXAMPLES = """
cnncalc memory resnet50                        as it was trained, batch 256
cnncalc memory resnet50 --batch 32             weights, activations, inference, training step
cnncalc memory resnet50 --fit 8GB              the largest batch that trains in 8 GB
cnncalc memory resnet50 --fit 2GiB --inference the largest batch for one forward pass
cnncalc memory resnet152 --batch 32 --checkpoint --amp --optimizer adamw
cnncalc memory vgg16 --convention torchinfo    what torchinfo prints, and why it differs
"""
AMP_TYPES = ("float16", "bfloat16")


def memory_size(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """Bytes of `8GB`, `7.5GiB`, `512MB`."""
    if text is None:
        return None
    from cnncalc.language.quantities.notation import BYTE_UNITS
    from cnncalc.language.quantities.parser import Refused, split
    from cnncalc.language.quantities.quantity import decimal

    try:
        written = split(text)
        if written.bound or written.percent or written.exponent or written.unit not in BYTE_UNITS:
            raise Refused
    except Refused:
        units = ", ".join(BYTE_UNITS)
        raise click.BadParameter(
            f"'{text}' is not an amount of memory; write 8GB or 7.5GiB ({units})", ctx, param
        ) from None
    return decimal(written.number, 0, BYTE_UNITS[written.unit]).floor


training_options = in_order(
    [
        option(
            "--batch",
            type=click.IntRange(1, LARGEST_BATCH),
            metavar="N",
            group="The net",
            help="Images per batch.  [default: the spec's training, else 1]",
        ),
        option(
            "--dtype",
            type=click.Choice(list(DTYPE_BYTES)),
            group="The net",
            help="Type of weights and activations.  [default: the spec's training, else float32]",
        ),
        option(
            "--optimizer",
            type=click.Choice(list(OPTIMIZERS)),
            group="Training",
            help="Optimizer of the training.  [default: the spec's training, else sgd]",
        ),
        option(
            "--momentum",
            type=click.FloatRange(0, 1),
            metavar="X",
            group="Training",
            help="Above 0: keeps a velocity per parameter (sgd, rmsprop).  "
            "[default: the spec's training, else 0.9]",
        ),
        option(
            "--amp",
            is_flag=True,
            group="Training",
            help="Mixed precision: float16 (or --dtype bfloat16) beside a float32 master copy.",
        ),
        option(
            "--checkpoint",
            is_flag=True,
            group="Training",
            help="Activation checkpointing around the blocks where it saves most.",
        ),
        option(
            "--fit",
            "available",
            metavar="8GB",
            callback=memory_size,
            group="How much fits",
            help="The largest batch whose training step fits; GB is 10^9 bytes, GiB 2^30.",
        ),
        option(
            "--inference",
            is_flag=True,
            group="How much fits",
            help="With --fit: the largest batch whose inference fits.",
        ),
    ]
)


@click.command("memory", cls=Command, examples=EXAMPLES)
@net_argument
@net_options
@training_options
@convention_option
@output_options(["table", "json"])
def memory_command(
    net: str,
    inputs: tuple[str, ...],
    parameters: tuple[str, ...],
    format: str,
    color: str,
    output: str | None,
    available: int | None,
    inference: bool,
    convention: str | None,
    **wishes: Any,
) -> int:
    """What NET needs: weights, activations, the peak of an inference and of a training step.

    Batch, optimizer and precision are those of the spec's `training:` unless given. The exit
    status is 1 when the net has errors, and when no batch fits.
    """
    if inference and available is None:
        raise click.UsageError("--inference needs --fit; the peak of an inference is always shown")
    plan = Plan(load(net, inputs, parameters), **wishes)
    view = view_of(color, output)
    text, fits = answer(plan, format, view, available, convention, inference=inference)
    found = plan.report.diagnostics
    if format == "json":
        emit(text, output)
        print_aside(found, color)
    else:
        emit("\n".join(part for part in (text, findings_text(found, view)) if part), output)
    return 1 if not fits else status_of(found)


def answer(
    plan: Plan,
    format: str,
    view: View,
    available: int | None,
    convention: str | None,
    *,
    inference: bool,
) -> tuple[str, bool]:
    """What to print, and whether what was to fit does. For a net whose figures an error left
    unknown, that they are.
    """
    from cnncalc.render import memory

    report = plan.report
    if not report.complete or not report.rows:
        if format == "json":
            return memory.unknown_json(report), True
        return (memory.unknown(report, view) if report.rows else ""), True
    if convention is not None:
        from cnncalc.render.convention import convention_text

        return convention_text(report, convention, format, view), True
    fit = plan.fit(available, inference=inference) if available is not None else None
    budget = plan.budget()
    text = memory.render_json(budget, fit) if format == "json" else memory.render(budget, view, fit)
    return text, fit is None or fit.batch > 0


class Plan:
    """A net and how it is to be trained: what was asked for, else what the spec says."""

    def __init__(
        self,
        net: Net,
        *,
        batch: int | None,
        dtype: str | None,
        optimizer: str | None,
        momentum: float | None,
        amp: bool,
        checkpoint: bool,
    ) -> None:
        self.net = net
        self.checkpoint = checkpoint
        said: dict[str, Any] = net.spec.training if net.spec is not None else {}
        precision = said.get("precision", "float32")
        amp = amp or (precision == "mixed" and dtype is None)
        dtype = dtype or ("float32" if precision == "mixed" else precision)
        if amp:
            if dtype not in ("float32", *AMP_TYPES):
                raise click.UsageError(f"--amp is for float16 and bfloat16, not {dtype}")
            dtype = dtype if dtype in AMP_TYPES else AMP_TYPES[0]
        self.dtype = dtype
        self.recipe = self.recipe_of(said, optimizer, momentum, amp=amp)
        self.report = net.report(batch or said.get("batch", 1), dtype)

    @staticmethod
    def recipe_of(
        said: dict[str, Any], optimizer: str | None, momentum: float | None, *, amp: bool
    ) -> Recipe:
        """The spec's optimizer with its momentum and weight decay, unless another is asked for."""
        from cnncalc.report.optimizers import MOMENTUM, Recipe

        chosen = optimizer or said.get("optimizer", "sgd")
        same = chosen == said.get("optimizer", "sgd")
        usual = MOMENTUM if chosen == "sgd" else 0.0
        if momentum is None:
            momentum = (
                said.get("momentum", 0.0 if "optimizer" in said else usual) if same else usual
            )
        return Recipe(chosen, momentum, said.get("weight_decay", 0.0) if same else 0.0, amp)

    def budget(self, batch: int | None = None) -> Budget:
        """The budget for the batch of the report, or for another one."""
        from cnncalc.report.memory import NO_CHECKPOINTS, Budget, best_checkpoints

        checkpoints = NO_CHECKPOINTS
        if self.checkpoint:
            checkpoints = best_checkpoints(self.report, self.recipe, batch)
        return Budget(self.report, self.recipe, checkpoints, batch)

    def fit(self, available: int, *, inference: bool) -> Fit:
        """The largest batch that fits; the report is then of that batch."""
        from cnncalc.render.memory import Fit
        from cnncalc.report.memory import largest_batch

        def needed(batch: int) -> int:
            budget = self.budget(batch)
            return budget.inference_bytes if inference else budget.training_bytes or 0

        if self.dtype == "int8" and not inference:
            raise click.UsageError("int8 is for inference; add --inference")
        batch = largest_batch(needed, available)
        self.report = self.net.report(batch or 1, self.dtype)
        return Fit(available, inference, batch, needed(batch) if batch else 0, needed(1))
