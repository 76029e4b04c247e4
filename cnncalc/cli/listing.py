"""``cnncalc list``: the architectures that come with cnncalc."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Command, in_order, option, output_options
from cnncalc.cli.output import emit, view_of

if TYPE_CHECKING:
    from cnncalc.language.spec import Spec

EXAMPLES = """
cnncalc list                    names, years, inputs, parameters, MACs, depth
cnncalc list efficientnet       those with this in their name, title or family
cnncalc list --family ResNet --year 2015
cnncalc list --format json      the same for programs
"""


def which_options(function: Callable[..., int]) -> Callable[..., int]:
    """`--family` and `--year`."""
    return in_order(
        [
            option("--family", metavar="FAMILY", help="Show only one family, such as ResNet."),
            option("--year", type=int, metavar="YEAR", help="Show only one year."),
        ]
    )(function)


@click.command("list", cls=Command, examples=EXAMPLES)
@click.argument("text", required=False, metavar="[TEXT]")
@which_options
@output_options(["table", "json"])
def list_command(
    text: str | None,
    family: str | None,
    year: int | None,
    format: str,
    color: str,
    output: str | None,
) -> int:
    """The architectures that come with cnncalc, with the figures that people compare.

    With TEXT, those whose name, title or family contains it; case, blanks, `_`, `-` and `.` do
    not count.
    """
    from cnncalc import api
    from cnncalc.language.bases import open_base
    from cnncalc.language.reader import read_spec
    from cnncalc.render import listing
    from cnncalc.text import files as sources

    files = {name: sources.read_shipped(name) for name in sources.shipped()}
    read = ((name, read_spec(file, [], open_base)) for name, file in files.items())
    specs = {name: spec for name, spec in read if spec is not None}
    chosen = {name: spec for name, spec in specs.items() if fits(name, spec, text, family, year)}
    if not chosen:
        raise click.UsageError(nothing_fits(specs.values(), text, family, year))
    entries = [
        listing.entry(name, api.read(files[name]).analyze(), family=spec.family, year=spec.year)
        for name, spec in chosen.items()
    ]
    if format == "json":
        emit(listing.render_json(entries), output)
    else:
        emit(listing.render(entries, view_of(color, output)), output)
    return 0


def fits(name: str, spec: Spec, text: str | None, family: str | None, year: int | None) -> bool:
    """Whether a net is what was asked for; None asks for nothing."""
    from cnncalc.text.suggestions import fold

    return (
        (family is None or fold(family) == fold(spec.family))
        and (year is None or year == spec.year)
        and (text is None or any(fold(text) in fold(x) for x in (name, spec.name, spec.family)))
    )


def nothing_fits(
    specs: Iterable[Spec], text: str | None, family: str | None, year: int | None
) -> str:
    from cnncalc.text.suggestions import fold, nearest

    families = sorted({spec.family for spec in specs})
    if family is not None and fold(family) not in map(fold, families):
        meant = nearest(family, families)
        hint = f"did you mean '{meant}'?" if meant else "`cnncalc list` shows them"
        return f"unknown family '{family}'; {hint}"
    asked = {"": text and f"'{text}'", "--family ": family, "--year ": year}
    given = " ".join(f"{option}{value}" for option, value in asked.items() if value is not None)
    return f"no shipped net matches {given}; `cnncalc list` shows all"
