"""``cnncalc kinds``, ``cnncalc rule`` and ``cnncalc schema``: what is generated from the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import (
    COLOR_AND_FILE,
    Command,
    complete_codes,
    in_order,
    output_options,
)
from cnncalc.cli.output import emit, view_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from cnncalc.diagnostics import Diagnostic

KINDS_EXAMPLES = """
cnncalc kinds          every kind at a glance
cnncalc kinds conv     its parameters, forms and formulas
"""


def complete_kinds(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from cnncalc.cli.completion import kinds

    return kinds(incomplete)


@click.command("kinds", cls=Command, examples=KINDS_EXAMPLES)
@click.argument("kind", required=False, metavar="[KIND]", shell_complete=complete_kinds)
@output_options()
def kinds_command(kind: str | None, color: str, output: str | None) -> int:
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
    from cnncalc.language.vocabulary import kind_aliases
    from cnncalc.layers import KINDS
    from cnncalc.text.missing_kinds import missing_kind
    from cnncalc.text.suggestions import nearest

    if missing := missing_kind(word, KINDS):
        why = f"unknown layer kind '{word}': {missing.why}"
        return f"{why}; {missing.recipe}" if missing.recipe else why
    meant = nearest(word, KINDS, kind_aliases())
    hint = f"did you mean '{meant}'?" if meant else "`cnncalc kinds` lists the layer kinds"
    return f"unknown layer kind '{word}'; {hint}"


RULE_EXAMPLES = """
cnncalc rule                     every code, by family
cnncalc rule no-valid-output     what it means, a bad spec, the fix
"""


@click.command("rule", cls=Command, examples=RULE_EXAMPLES)
@click.argument("code", required=False, metavar="[CODE]", shell_complete=complete_codes)
@output_options()
def rule_command(code: str | None, color: str, output: str | None) -> int:
    """What a diagnostic means, an example, and how to fix it.

    Without CODE: the list of all codes.
    """
    from cnncalc.checks import selection
    from cnncalc.render.manual import render_list, render_page

    rules, view = selection.rules(), view_of(color, output)
    if code is None:
        emit(render_list(rules.values(), view), output)
        return 0
    bare = code.rpartition("[")[2].rstrip("]")  # `error[no-valid-output]` as it is printed
    if bare not in rules:
        raise click.UsageError(selection.unknown(bare))
    emit(render_page(rules[bare], findings, view), output)
    return 0


def findings(spec: str) -> Sequence[Diagnostic]:
    """What `check` finds in the text of a spec."""
    from cnncalc.api import loads

    return loads(spec, path="net.yaml").report().diagnostics


SCHEMA_EXAMPLES = """
cnncalc schema > cnncalc.schema.json
# then, as the first line of a spec, for editors:
#   yaml-language-server: $schema=cnncalc.schema.json
"""


@click.command("schema", cls=Command, examples=SCHEMA_EXAMPLES)
@in_order(COLOR_AND_FILE)
def schema_command(color: str, output: str | None) -> int:
    """The JSON Schema (draft-07) of a spec, for completion and checks in an editor.

    It is generated from the layer classes.
    """
    from cnncalc.schema import schema_text

    emit(schema_text(), output)
    return 0
