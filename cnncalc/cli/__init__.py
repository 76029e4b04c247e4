"""The command line, the last stage: parse options, call the API, render, choose the exit status.

``cnncalc NET`` is ``cnncalc show NET``. The module of a command is imported when the command is
called, so that each run pays only for what it does; it has a click command ``NAME_command``, which
returns the exit status.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

COMMANDS = {
    "show": "The per-layer table of a net, with totals (the default).",
    "check": "Validate nets: one diagnostic per root cause.",
    "explain": "The arithmetic of one layer, step by step.",
    "memory": "Weights, activations, inference and training memory.",
    "list": "The architectures that come with cnncalc.",
    "kinds": "The reference of the layer kinds.",
    "rule": "What a diagnostic means, and how to fix it.",
    "schema": "The JSON Schema of a spec, for editors.",
}
"""Each command with its line in the help; in this order."""

MODULES = {"list": "listing", "kinds": "reference", "rule": "reference", "schema": "reference"}
"""Commands whose module has another name."""

FLAGS = {
    "--source",
    "--formulas",
    "--fuse",
    "--strict",
    "--verbose",
    "--pass-without-specs",
    "--help",
    "-h",
    "--version",
}
"""The options without a value, as far as they may stand before the command or NET."""

INTERRUPTED, INTERNAL_ERROR = 130, 70

EXAMPLES = """\
\b
Examples:
  cnncalc vgg16                         the per-layer table
  cnncalc vgg16 --source > mynet.yaml   start your own net from it
  cnncalc mynet.yaml --input 256x256x3  the same net on another image
  cnncalc check mynet.yaml nets/        every error, with its place and a fix
  cnncalc explain alexnet conv1         one layer's arithmetic
  cnncalc memory resnet50 --batch 32    does it fit?
"""


class Commands(click.Group):
    """The commands, imported when called; anything else is a NET to show."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"cnncalc.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            args = ["--help"]
        return super().parse_args(ctx, command_first(args))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        from cnncalc.cli.options import help_option

        return help_option(super().get_help_option(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from cnncalc.cli.completion import first_words

        return first_words(self, ctx, incomplete)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command; ends the process with its status unless ``standalone_mode`` is off."""
        status = self._status(args, prog_name or "cnncalc", complete_var, **extra)
        if standalone_mode:
            sys.exit(status)
        return status

    def _status(self, args: Sequence[str] | None, name: str, var: str | None, **extra: Any) -> int:
        if "_CNNCALC_COMPLETE" in os.environ:
            import_module("cnncalc.cli.completion")  # which has a script of its own for bash
        try:
            return super().main(args, name, var, standalone_mode=False, **extra) or 0
        except click.ClickException as error:
            from cnncalc.cli.errors import report_error

            return report_error(error)
        except (click.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except Exception as bug:  # the last resort: a bug of ours is no reason for a traceback
            from cnncalc.cli.errors import report_bug

            report_bug(bug)
            return INTERNAL_ERROR


def command_first(args: list[str]) -> list[str]:
    """The arguments with the command in front, `show` if there is none. Options may stand
    before it.
    """
    index = 0
    while index < len(args) and args[index].startswith("-") and args[index] not in ("-", "--"):
        if args[index] in ("--help", "-h", "--version"):
            return args
        index += 1 if args[index] in FLAGS or "=" in args[index] else 2
    if index < len(args) and args[index] in COMMANDS:
        return [args[index], *args[:index], *args[index + 1 :]]
    return ["show", *args] if args else args


def version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Prints the version; `--version` of every installation, without reading its metadata."""
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        from cnncalc.cli.output import emit

        try:
            number = installed("cnncalc")
        except PackageNotFoundError:  # run from a checkout that was never installed
            number = "unknown (not installed)"
        emit(f"cnncalc {number}\n")
        ctx.exit(0)


main = Commands(
    "cnncalc",
    help="Shapes, parameters, MACs, receptive fields and memory of convolutional networks, from "
    "a YAML spec, with checks for CI.\n\nNET is the name of a shipped architecture (see "
    "`cnncalc list`), a path to a YAML file, or - for standard input.\n\n" + EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="[COMMAND] NET [OPTIONS]",
    options_metavar="",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=version,
            help="Print the version.",
        )
    ],
)
