"""``cnncalc schema``: the JSON Schema of a spec."""

from __future__ import annotations

import click

from cnncalc.cli.options import COLOR_AND_FILE, Command, in_order
from cnncalc.cli.output import emit

EXAMPLES = """
cnncalc schema > cnncalc.schema.json
# then, as the first line of a spec, for editors:
#   yaml-language-server: $schema=cnncalc.schema.json
"""


@click.command("schema", cls=Command, examples=EXAMPLES)
@in_order(COLOR_AND_FILE)
def command(color: str, output: str | None) -> int:
    """The JSON Schema (draft-07) of a spec, for completion and checks in an editor.

    It is generated from the layer classes.
    """
    from cnncalc.schema import schema_text

    emit(schema_text(), output)
    return 0
