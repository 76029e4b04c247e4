"""``cnncalc kinds``: the reference of the layer kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import Command, output_options
from cnncalc.cli.output import emit, view_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXAMPLES = """
cnncalc kinds          every kind at a glance
cnncalc kinds conv     its parameters, forms and formulas
"""


def complete_kinds(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from cnncalc.cli.completion import kinds

    return kinds(incomplete)


@click.command("kinds", cls=Command, examples=EXAMPLES)
@click.argument("kind", required=False, metavar="[KIND]", shell_complete=complete_kinds)
@output_options()
def command(kind: str | None, color: str, output: str | None) -> int:
    """The reference of the layer kinds, generated from the layer classes.

    Without KIND: all of them at a glance.
    """
    from cnncalc.layers import KINDS
    from cnncalc.render import kinds

    if kind is not None and kind not in KINDS:
        raise click.UsageError(no_kind(kind))
    emit(kinds.render(kind, view_of(color, output)), output)
    return 0


def no_kind(word: str) -> str:
    from cnncalc.layers import KINDS
    from cnncalc.text.missing_kinds import missing_kind
    from cnncalc.text.suggestions import KIND_ALIASES, nearest

    if missing := missing_kind(word, KINDS):
        why = f"unknown layer kind '{word}': {missing.why}"
        return f"{why}; {missing.recipe}" if missing.recipe else why
    meant = nearest(word, KINDS, KIND_ALIASES)
    hint = f"did you mean '{meant}'?" if meant else "`cnncalc kinds` lists the layer kinds"
    return f"unknown layer kind '{word}'; {hint}"
