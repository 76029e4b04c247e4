"""``cnncalc explain NET LAYER``: one layer's arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli.errors import findings_text, status_of
from cnncalc.cli.nets import load
from cnncalc.cli.options import Command, batch_options, net_argument, net_options, output_options
from cnncalc.cli.output import emit, view_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from cnncalc.report.report import Report, Row

EXAMPLES = """
cnncalc explain alexnet conv1                      width, weights, memory, MACs, receptive field
cnncalc explain alexnet conv1 --input 224x224x3    what happens at the border
cnncalc explain resnet50 stage2/bottleneck1/conv2  a layer inside blocks, by its path
"""
SHOWN = 8
"""Names that an error lists."""


def complete_layers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from cnncalc.cli.completion import layers

    return layers(ctx, incomplete)


@click.command("explain", cls=Command, examples=EXAMPLES)
@net_argument
@click.argument("layer", metavar="LAYER", shell_complete=complete_layers)
@net_options
@batch_options
@output_options()
def explain_command(
    net: str,
    layer: str,
    inputs: tuple[str, ...],
    parameters: tuple[str, ...],
    batch: int,
    dtype: str,
    color: str,
    output: str | None,
) -> int:
    """The arithmetic of one layer, step by step: formula, numbers, result.

    LAYER is a name of the table `cnncalc NET` (with --depth 9 those inside blocks).
    """
    from cnncalc.render.explain import explain

    report = load(net, inputs, parameters).report(batch, dtype)
    view = view_of(color, output)
    findings = findings_text(report.diagnostics, view)
    row = find(report, layer)
    if row is not None:
        page = explain(report, row, view)
        emit("\n".join(part for part in (page, findings) if part), output)
        return status_of(report.diagnostics)
    if status_of(report.diagnostics):
        emit(findings, error=True)
    raise click.UsageError(no_layer(report, layer))


def find(report: Report, name: str) -> Row | None:
    """The row of that name; of a step, or at a path's end, if it is the only one."""
    for row in report.rows:
        if row.name == name:
            return row
    meant = candidates(report, name)
    return meant[0] if len(meant) == 1 else None


def candidates(report: Report, name: str) -> list[Row]:
    """The layers of a step or block, or those whose path ends so; their norms and activations
    left out.
    """
    rows = tuple(row for row in report.rows if row.name.endswith(f"/{name}"))
    step = report.network.steps.get(name)
    if step is not None:
        rows = report.rows[step.first : step.stop]
    for group in report.network.groups:
        if group.path == name:
            rows = report.rows[group.first : group.stop]
    return [row for row in rows if "." not in row.name]


def no_layer(report: Report, name: str) -> str:
    """What to say of a name that is not one layer's."""
    from cnncalc.text.suggestions import nearest

    if several := [row.name for row in candidates(report, name)]:
        more = ", …" if len(several) > SHOWN else ""
        return f"'{name}' is several layers: {', '.join(several[:SHOWN])}{more}"
    names = [row.name for row in report.rows]
    if meant := nearest(name, names):
        return f"unknown layer '{name}' in {report.name or report.source}; did you mean '{meant}'?"
    more = ", …" if len(names) > SHOWN else ""
    there = f"it has {', '.join(names[:SHOWN])}{more}" if names else "it has none"
    return f"unknown layer '{name}' in {report.name or report.source}; {there}"
