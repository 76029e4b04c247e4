"""``cnncalc check``: findings, and the exit status for CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnncalc.checks import selection
from cnncalc.cli.errors import complain, shortened
from cnncalc.cli.nets import Unusable, analyze, load, say_which
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
from cnncalc.render import View
from cnncalc.render.findings import FORMATS, Checked, Run, render

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec_files import Candidate

FOR_PROGRAMS = ("json", "sarif", "github")
"""Formats that say what could not be read, and are written even when nothing could."""
MANY = 50
"""Specs from which a person wants to see that it goes on."""

EXAMPLES = """
cnncalc check                                  every spec in this folder, at any depth
cnncalc check mynet.yaml                       every error, with its place and a fix
cnncalc check nets/ 'more/**/*.yaml'           folders and globs: the specs among the YAML files
cnncalc check mynet.yaml --expect 'params<=5M' --expect 'activation_bytes<=32MiB'
cnncalc check nets/ --strict                   warnings fail as well
cnncalc check nets/ --ignore advice            codes or families (cnncalc rule lists them)
cnncalc check nets/ --format github            annotations in a pull request
cat mynet.yaml | cnncalc check -
"""


class Gate(NamedTuple):
    """Which findings are reported, and which fail."""

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
            group="Checks",
            help="A budget or figure that must hold: 'params<=5M', 'macs=11.5G', "
            "'activation_bytes<=32MiB'. Repeatable.",
        ),
        option("--strict", is_flag=True, group="Checks", help="Treat warnings as errors."),
        option(
            "--fail-on",
            type=click.Choice(["error", "warning"]),
            default="error",
            show_default=True,
            group="Checks",
            help="The lowest severity that makes the exit status 1. Notes never fail.",
        ),
        option(
            "--select",
            multiple=True,
            metavar="CODES",
            callback=codes,
            shell_complete=complete_codes,
            group="Checks",
            help="Report only these codes or families. Repeatable, or a list with commas.",
        ),
        option(
            "--ignore",
            multiple=True,
            metavar="CODES",
            callback=codes,
            shell_complete=complete_codes,
            group="Checks",
            help="Ignore these codes or families. In a spec: # cnncalc: ignore[CODE].",
        ),
        option(
            "--pass-without-specs",
            is_flag=True,
            group="Checks",
            help="Accept a folder or glob without a spec; otherwise, the exit status is 2.",
        ),
        option(
            "--verbose",
            is_flag=True,
            group="Output",
            help="List the YAML files that were skipped, and why.",
        ),
    ]
)


class Check(Command):
    """The command; a usage error is also written in the formats for programs."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **rest: Any,
    ) -> click.Context:
        typed = list(args)
        try:
            return super().make_context(info_name, args, parent, **rest)
        except click.UsageError as reason:
            name = value_of(typed, "--format") or os.environ.get("CNNCALC_OUTPUT_FORMAT", "")
            if name in FOR_PROGRAMS:
                run = Run([], [shortened(reason.format_message())])
                emit(render(name, run, View()), value_of(typed, "--output"))
            raise


def value_of(args: Sequence[str], option: str) -> str | None:
    """The last value of an option among arguments that could not be parsed."""
    found = None
    for index, argument in enumerate(args):
        if argument == option:
            found = args[index + 1] if index + 1 < len(args) else None
        elif argument.startswith(f"{option}="):
            found = argument.removeprefix(f"{option}=")
    return found


@click.command("check", cls=Check, examples=EXAMPLES)
@click.argument("nets", nargs=-1, metavar="[NET]...", shell_complete=complete_nets)
@net_options
@batch_options
@gate_options
@output_options(FORMATS, envvar="CNNCALC_OUTPUT_FORMAT", show_envvar=True)
def check_command(
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
    verbose: bool,
    pass_without_specs: bool,
    format: str,
    color: str,
    output: str | None,
) -> int:
    """Validate nets: one diagnostic per root cause, with file, line and column.

    NET is a spec, a folder (its specs, at any depth), a glob, a shipped architecture or - for
    standard input; without one, this folder is checked. The exit status is 0 without errors, 1
    when a net fails, 2 when something cannot be read.
    """
    gate = Gate(select, ignore, strict, fail_on)

    def check(spec: Candidate) -> Checked:
        loaded = load(spec.path, inputs, parameters)
        report = analyze(loaded, batch, dtype, expect)
        found = list(report.diagnostics)
        found = selection.of_near_spec(found, loaded.source) if spec.near else found
        chosen = gate.chosen(found)
        return Checked(report.source, len(report.rows), chosen, len(found) - len(chosen))

    from cnncalc.language.spec_files import find_specs

    nets = nets or (".",)
    for net in nets:
        if os.path.isdir(net):
            say_which(net, folder=True)
    specs, others, empty = find_specs(nets)
    lost = [] if pass_without_specs else [f"no spec found in {net}" for net in empty]
    files, unreadable = check_all(progress(specs) if wants_color(color, output) else specs, check)
    errors = [shortened(reason) for reason in (*lost, *unreadable)]
    run = Run(once(files), errors, [(other.path, other.why) for other in others])
    if files or not errors or format in FOR_PROGRAMS:
        emit(render(format, run, view_of(color, output)), output)
    if verbose:
        for other in others:
            complain(f"skipped {other.path}: {other.why}")
    for reason in errors:
        complain(reason)
    return 2 if errors else int(gate.fails(files))


def check_all(
    specs: Iterable[Candidate], check: Callable[[Candidate], Checked]
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


def once(files: Sequence[Checked]) -> list[Checked]:
    """The files, with the findings of a base reported once."""
    found = selection.reported_once([file.diagnostics for file in files])
    return [file._replace(diagnostics=own) for file, own in zip(files, found, strict=True)]


def progress(specs: Sequence[Candidate]) -> Iterable[Candidate]:
    """The specs, with a bar on a terminal when they are many."""
    import sys

    if len(specs) <= MANY or not is_terminal() or not sys.stderr.isatty():
        return specs
    from cnncalc.render.findings import tracked

    return tracked(specs, "Checking")
