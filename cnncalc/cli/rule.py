"""``cnncalc rule``: what a diagnostic means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cnncalc.checks import selection
from cnncalc.cli.options import Command, complete_codes, output_options
from cnncalc.cli.output import emit, view_of

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic

EXAMPLES = """
cnncalc rule                     every code, by family
cnncalc rule no-valid-output     what it means, a bad spec, the fix
"""


@click.command("rule", cls=Command, examples=EXAMPLES)
@click.argument("code", required=False, metavar="[CODE]", shell_complete=complete_codes)
@output_options()
def command(code: str | None, color: str, output: str | None) -> int:
    """What a diagnostic means, an example, and how to fix it.

    Without CODE: the list of all codes.
    """
    from cnncalc.render.rule_page import render_list, render_page

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
