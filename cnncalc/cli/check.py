"""``cnncalc check``: the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from cnncalc import selection, sources
from cnncalc.cli.mistakes import complain
from cnncalc.cli.nets import Unusable, analyze, exists, load, missing
from cnncalc.cli.options import (
    Command,
    batch_options,
    complete_codes,
    complete_nets,
    in_order,
    net_options,
    option,
    output_options,
)
from cnncalc.cli.output import emit, is_terminal, view_of, wants_color
from cnncalc.render.findings import FORMATS, Checked, render

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic

FOR_PROGRAMS = ("json", "sarif")
"""Formats that are a document even when nothing could be read."""
MANY = 50
"""Specs from which a person wants to see that it goes on."""

EXAMPLES = """
cnncalc check mynet.yaml                       every mistake, with place and mend
cnncalc check nets/ 'more/**/*.yaml'           folders and globs: the specs among the YAML files
cnncalc check mynet.yaml --expect 'params<=5M' --expect 'activation_bytes<=32MiB'
cnncalc check nets/ --strict                   warnings fail as well
cnncalc check nets/ --ignore advice            codes or families (cnncalc rule lists them)
cnncalc check nets/ --format github            annotations in a pull request
cat mynet.yaml | cnncalc check -
"""


class Gate(NamedTuple):
    """Which findings are told, and which fail."""

    select: frozenset[str]
    ignore: frozenset[str]
    strict: bool
    fail_on: str

    def chosen(self, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        found = selection.chosen(diagnostics, self.select, self.ignore)
        return selection.strictly(found) if self.strict else found

    def fails(self, files: Iterable[Checked]) -> bool:
        failing = {"error", self.fail_on}
        return any(d.severity in failing for file in files for d in file.diagnostics)


def codes(ctx: click.Context, param: click.Parameter, words: Sequence[str]) -> frozenset[str]:
    """Codes and families, comma lists of them, repeated."""
    try:
        return selection.codes_of(words)
    except selection.UnknownCode as reason:
        raise click.BadParameter(str(reason), ctx, param) from None


gate_options = in_order(
    [
        option(
            "--expect",
            multiple=True,
            metavar="QUANTITY",
            group="The gate",
            help="A budget or figure that must hold: 'params<=5M', 'macs=11.5G', "
            "'activation_bytes<=32MiB'. Repeatable.",
        ),
        option("--strict", is_flag=True, group="The gate", help="Make warnings errors."),
        option(
            "--fail-on",
            type=click.Choice(["error", "warning"]),
            default="error",
            show_default=True,
            group="The gate",
            help="From which severity on the exit status is 1. Notes never fail.",
        ),
        option(
            "--select",
            multiple=True,
            metavar="CODES",
            callback=codes,
            shell_complete=complete_codes,
            group="The gate",
            help="Tell only these codes or families. Repeatable, comma lists.",
        ),
        option(
            "--ignore",
            multiple=True,
            metavar="CODES",
            callback=codes,
            shell_complete=complete_codes,
            group="The gate",
            help="Do not tell nor count these. In a spec: # cnncalc: ignore[CODE].",
        ),
    ]
)


@click.command("check", cls=Command, examples=EXAMPLES)
@click.argument("nets", nargs=-1, required=True, metavar="NET...", shell_complete=complete_nets)
@net_options
@batch_options
@gate_options
@output_options(FORMATS, envvar="CNNCALC_OUTPUT_FORMAT", show_envvar=True)
def command(
    nets: tuple[str, ...],
    inputs: tuple[str, ...],
    parameters: tuple[str, ...],
    batch: int,
    dtype: str,
    expect: tuple[str, ...],
    strict: bool,
    fail_on: str,
    select: frozenset[str],
    ignore: frozenset[str],
    format: str,
    color: str,
    output: str | None,
) -> int:
    """Validate nets: one diagnostic per root cause, with file, line and column.

    NET is a spec, a folder (its specs, at any depth), a glob, a shipped architecture or - for
    standard input. The exit status is 0 when all is well, 1 when a net fails, 2 when something
    cannot be read.
    """
    gate = Gate(select, ignore, strict, fail_on)

    def check(net: str) -> Checked:
        loaded = load(net, inputs, parameters)
        report = analyze(loaded, batch, dtype, expect)
        told = gate.chosen(report.diagnostics)
        hidden = len(report.diagnostics) - len(told)
        return Checked(report.source, len(report.rows), told, hidden)

    specs, lost = find(nets)
    files, unreadable = check_all(progress(specs) if wants_color(color, output) else specs, check)
    if files or format in FOR_PROGRAMS:
        emit(render(format, files, view_of(color, output)), output)
    for reason in (*lost, *unreadable):
        complain(reason)
    return 2 if lost or unreadable else int(gate.fails(files))


def find(nets: Sequence[str]) -> tuple[list[str], list[str]]:
    """The specs, and what to say of arguments that name none. One bad argument does not hide
    the others.
    """
    from glob import has_magic

    from cnncalc.spec_files import find_specs

    found: dict[str, None] = {}
    lost = []
    for net in nets:
        try:
            found |= dict.fromkeys(find_specs([net]))
        except sources.Unreadable as reason:
            lost.append(str(reason) if exists(net) or has_magic(net) else missing(net))
    return list(found), lost


def check_all(
    specs: Iterable[str], check: Callable[[str], Checked]
) -> tuple[list[Checked], list[str]]:
    """Every spec checked, and what cannot be read."""
    import gc

    gc.enable()  # see cnncalc.__main__: of many nets, all but the last are garbage
    files, unreadable = [], []
    for spec in specs:
        try:
            files.append(check(spec))
        except Unusable as reason:
            unreadable.append(reason.format_message())
    return files, unreadable


def progress(specs: Sequence[str]) -> Iterable[str]:
    """The specs, with a bar on a terminal when they are many."""
    import sys

    if len(specs) <= MANY or not is_terminal() or not sys.stderr.isatty():
        return specs
    from cnncalc.render.progress import tracked

    return tracked(specs, "Checking")
