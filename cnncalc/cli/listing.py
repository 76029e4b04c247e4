"""``cnncalc list``: the architectures that come with cnncalc."""

from __future__ import annotations

import click

from cnncalc.cli.options import Command, output_options
from cnncalc.cli.output import emit, view_of

EXAMPLES = """
cnncalc list                    names, years, inputs, parameters, MACs, depth
cnncalc list --format json      the same for programs
"""


@click.command("list", cls=Command, examples=EXAMPLES)
@output_options(["table", "json"])
def command(format: str, color: str, output: str | None) -> int:
    """The architectures that come with cnncalc, with the figures that people compare."""
    from cnncalc import api, sources
    from cnncalc.render import listing

    entries = []
    for name in sources.shipped():
        net = api.read(sources.read_shipped(name))
        if net.spec is not None:
            year, family = net.spec.year, net.spec.family
            entries.append(listing.entry(name, net.analyze(), family=family, year=year))
    if format == "json":
        emit(listing.render_json(entries), output)
    else:
        emit(listing.render(entries, view_of(color, output)), output)
    return 0
