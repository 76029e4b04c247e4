"""The options that commands share, and a help page that groups them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cnncalc.diagnostics import docstring
from cnncalc.report.report import DTYPE_BYTES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])

LARGEST_BATCH = 1_000_000
DEEPEST = 1_000


def help_option(option: click.Option | None) -> click.Option | None:
    """The option `--help`, its page printed as all else is: the output may be a full disk."""
    if option is not None:
        option.callback = _print_help
    return option


def _print_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    from cnncalc.cli.output import emit

    if wanted and not ctx.resilient_parsing:
        emit(f"{ctx.get_help()}\n")
        ctx.exit()


class Option(click.Option):
    """An option that stands under a heading of the help."""

    def __init__(self, *args: Any, group: str = "Options", **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> Any:
        """The default and the environment variable; a range would only disturb."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class Command(click.Command):
    """A command whose help has examples, and its options under headings."""

    def __init__(self, *args: Any, examples: str = "", **rest: Any) -> None:
        rest["help"] = rest.get("help") or docstring(rest["callback"])
        super().__init__(*args, **rest)
        self.examples = examples

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return help_option(super().get_help_option(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record and isinstance(param, click.Option):
                groups.setdefault(getattr(param, "group", "Output"), []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip("\n").splitlines():
                    formatter.write(f"  {line}\n")


def option(*names: str, group: str = "Options", **rest: Any) -> Callable[[Function], Function]:
    return click.option(*names, cls=Option, group=group, **rest)


def in_order(
    decorators: Sequence[Callable[[Function], Function]],
) -> Callable[[Function], Function]:
    """Applies decorators so that the help has them in the order written."""

    def apply(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


def net_argument(function: Function) -> Function:
    return click.argument("net", metavar="NET", shell_complete=complete_nets)(function)


def net_options(function: Function) -> Function:
    """What changes the net: `--input`, `--set`."""
    return in_order(
        [
            option(
                "--input",
                "inputs",
                metavar="SHAPE",
                multiple=True,
                group="The net",
                help="Change the input: 256x256x3 (width x height x channels), C=3,H=480,W=640, "
                "or image=512x512x3 for one of several.",
            ),
            option(
                "--set",
                "parameters",
                metavar="NAME=VALUE",
                multiple=True,
                group="The net",
                help="Change a parameter of the spec. Repeatable.",
            ),
        ]
    )(function)


def batch_options(function: Function) -> Function:
    """`--batch` and `--dtype`, which the ``*_bytes`` figures depend on."""
    return in_order(
        [
            option(
                "--batch",
                type=click.IntRange(1, LARGEST_BATCH),
                default=1,
                metavar="N",
                show_default=True,
                group="The net",
                help="Images per batch, for the memory figures.",
            ),
            option(
                "--dtype",
                type=click.Choice(list(DTYPE_BYTES)),
                default="float32",
                metavar="DTYPE",
                show_default=True,
                group="The net",
                help=f"Type of weights and activations: {', '.join(DTYPE_BYTES)}.",
            ),
        ]
    )(function)


def output_options(
    formats: Iterable[str] = (), **format_rest: Any
) -> Callable[[Function], Function]:
    """`--format` (the first is the default), `--color`, `--output`."""
    names = list(formats)
    format_option = option(
        "--format",
        "format",
        type=click.Choice(names),
        default=names[0] if names else None,
        show_default=True,
        group="Output",
        help=f"{', '.join(names)}.",
        metavar="FORMAT",
        **format_rest,
    )
    return in_order([format_option, *COLOR_AND_FILE] if names else COLOR_AND_FILE)


def convention_option(function: Function) -> Function:
    return option(
        "--convention",
        type=click.Choice(["torchinfo", "fvcore"]),
        group="Output",
        help="What that tool would print for the net, and why it differs.",
    )(function)


COLOR_AND_FILE: list[Callable[[Any], Any]] = [
    option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        group="Output",
        help="When to use colours. Overrides NO_COLOR and FORCE_COLOR.",
    ),
    option(
        "--output",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        group="Output",
        help="Write to this file instead of standard output.",
    ),
]


def complete_nets(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from cnncalc.cli.completion import nets

    return nets(incomplete)


def complete_codes(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from cnncalc.cli.completion import codes

    return codes(incomplete)
