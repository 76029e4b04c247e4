"""``cnncalc NET``: the per-layer table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli.errors import findings_text, print_aside, status_of
from cnncalc.cli.nets import load
from cnncalc.cli.options import (
    DEEPEST,
    Command,
    batch_options,
    convention_option,
    in_order,
    net_argument,
    net_options,
    option,
    output_options,
)
from cnncalc.cli.output import emit, view_of
from cnncalc.render import FORMATS, View, render

if TYPE_CHECKING:
    from cnncalc.report.report import Report

FOR_PEOPLE = ("table", "notes")
"""Formats in which the findings stand below what is shown; with the others, on standard error."""

EXAMPLES = """
cnncalc vgg16                          the lecture's table
cnncalc vgg16 --format notes           the lecture's own lines
cnncalc resnet50 --depth 1             blocks folded to one line each
cnncalc alexnet --input 224x224x3      on another image
cnncalc mobilenet_v2 --set width=0.5   with another parameter of the spec
cnncalc resnet50 --format json | jq .totals.macs
cnncalc vgg16 --source > mynet.yaml    start your own net from it
"""


def known_columns(ctx: click.Context, param: click.Parameter, names: str | None) -> tuple[str, ...]:
    """The columns asked for; `--columns a,b,c`."""
    if names is None:
        return ()
    from cnncalc.render.columns import COLUMNS
    from cnncalc.text.suggestions import nearest

    chosen = tuple(name.strip() for name in names.split(","))
    for name in chosen:
        if name not in COLUMNS:
            meant = nearest(name, COLUMNS)
            hint = f"did you mean '{meant}'?" if meant else f"the columns are {', '.join(COLUMNS)}"
            raise click.BadParameter(f"unknown column '{name}'; {hint}", ctx, param)
    return chosen


def complete_columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from cnncalc.render.columns import COLUMNS

    done, comma, start = incomplete.rpartition(",")
    return [f"{done}{comma}{name}" for name in COLUMNS if name.startswith(start)]


show_options = in_order(
    [
        option(
            "--depth",
            type=click.IntRange(0, DEEPEST),
            metavar="N",
            group="The table",
            help="Fold blocks to N levels. On a terminal: what fits the screen.",
        ),
        option(
            "--fuse",
            is_flag=True,
            group="The table",
            help="Merge norm, activation and dropout into the row of their layer.",
        ),
        option(
            "--formulas", is_flag=True, group="The table", help="Add the arithmetic of each layer."
        ),
        option(
            "--columns",
            metavar="A,B,C",
            callback=known_columns,
            shell_complete=complete_columns,
            group="The table",
            help="Choose the columns: name, kind, output, params, macs, receptive_field, … "
            "(completion shows all).",
        ),
        option(
            "--source",
            is_flag=True,
            group="Output",
            help="Print the text of the spec instead.",
        ),
    ]
)


@click.command("show", cls=Command, examples=EXAMPLES)
@net_argument
@net_options
@batch_options
@show_options
@convention_option
@output_options(FORMATS)
def show_command(
    net: str,
    inputs: tuple[str, ...],
    parameters: tuple[str, ...],
    batch: int,
    dtype: str,
    depth: int | None,
    fuse: bool,
    formulas: bool,
    columns: tuple[str, ...],
    source: bool,
    convention: str | None,
    format: str,
    color: str,
    output: str | None,
) -> int:
    """The per-layer table of NET with totals.

    NET is a shipped architecture (see `cnncalc list`), a path to a YAML file, or - for standard
    input. The exit status is 1 when the net has errors; what could be computed is shown.
    """
    loaded = load(net, inputs, parameters)
    if source:
        emit(source_text(loaded.text), output)
        return 0
    if format == "yaml" and (fuse or depth is not None):
        raise click.UsageError("--depth and --fuse work with tables; yaml shows every layer")
    report = loaded.report(batch, dtype)
    view = view_of(color, output)._replace(
        depth=depth, fuse=fuse, formulas=formulas, columns=columns
    )
    if convention is not None:
        emit(as_another_tool(report, convention, format, view), output)
        return status_of(report.diagnostics)
    emit(page(report, format, view), output)
    if format not in FOR_PEOPLE:
        print_aside(report.diagnostics, color)
    return status_of(report.diagnostics)


def as_another_tool(report: Report, convention: str, format: str, view: View) -> str:
    """What another tool would print; raises `click.UsageError` for a format it has not."""
    if format not in ("table", "json"):
        raise click.UsageError(f"--convention works with the formats table and json, not {format}")
    from cnncalc.render.convention import convention_text

    return convention_text(report, convention, format, view)


def page(report: Report, format: str, view: View) -> str:
    """The report, and below it what is wrong with the net."""
    if format not in FOR_PEOPLE:
        return render(format, report, view)
    findings = findings_text(report.diagnostics, view)
    shown = render(format, report, view) if report.rows or not findings else ""
    return "\n".join(part for part in (shown, findings) if part)


def source_text(text: str) -> str:
    """A spec's own text, safe to print."""
    from cnncalc.diagnostics import printable

    return printable(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
