"""What the shell offers after <TAB>: commands, nets, options, layers, codes, kinds.

Completion never fails and says nothing: where a net cannot be read, there is nothing to offer.
"""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from cnncalc.checks import selection
from cnncalc.text import files as sources

BASH = r"""
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        if [[ $type == plain ]]; then
            COMPREPLY+=("$value")
        else
            compopt -o filenames -o default
            while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$value")
        fi
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \
        %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


@add_completion_class
class Bash(BashComplete):
    """Files beside the words: click's script forgets all words where a file is offered."""

    name = "bash"
    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """For bash, `--format=no` is three words."""
        args, incomplete = super().get_completion_args()
        if incomplete == "=":
            return args, ""
        return (args[:-1] if args[-1:] == ["="] else args), incomplete


class OneWord(ShellComplete):
    """Of `--format=no` zsh and fish replace the whole word: what is offered begins with it."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        name, equals, value = incomplete.partition("=")
        if not name.startswith("--") or not equals:
            return super().get_completions(args, incomplete)
        items = super().get_completions([*args, name], value)
        for item in items:
            item.value = f"{name}={item.value}"
        return items


@add_completion_class
class Zsh(OneWord, ZshComplete):
    """`--format=<TAB>` works."""

    name = "zsh"


@add_completion_class
class Fish(OneWord, FishComplete):
    """`--format=<TAB>` works."""

    name = "fish"


def first_words(group: click.Group, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """After `cnncalc `: the commands and the nets; after a dash, the options of `show`."""
    if incomplete.startswith("-"):
        own = click.Command.shell_complete(group, ctx, incomplete)
        show = group.get_command(ctx, "show")
        assert show is not None
        return own + show.shell_complete(click.Context(show, parent=ctx), incomplete)
    from cnncalc.cli import COMMANDS

    commands = [CompletionItem(n, help=h) for n, h in COMMANDS.items() if n.startswith(incomplete)]
    return commands + nets(incomplete)


def nets(incomplete: str) -> list[CompletionItem]:
    """The shipped nets; files as the shell completes them."""
    return [*starting(sources.shipped(), incomplete), CompletionItem(incomplete, type="file")]


def layers(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The rows, steps and blocks of the net that is typed already."""
    try:
        from cnncalc import load

        report = load(
            ctx.params["net"],
            inputs=ctx.params.get("inputs") or (),
            parameters=ctx.params.get("parameters") or (),
        ).report()
    except Exception:  # a net that cannot be read has no layers to offer
        return []
    described = {row.name: row.description for row in report.rows}
    names = dict.fromkeys([*report.network.steps, *described])
    return [
        CompletionItem(name, help=described.get(name))
        for name in names
        if name.startswith(incomplete)
    ]


def codes(incomplete: str) -> list[CompletionItem]:
    """The codes of the rules; of a comma list, the last."""
    from cnncalc.render.manual import read_page

    done, comma, start = incomplete.rpartition(",")
    return [
        CompletionItem(f"{done}{comma}{code}", help=read_page(rule).title)
        for code, rule in selection.rules().items()
        if code.startswith(start)
    ]


def kinds(incomplete: str) -> list[CompletionItem]:
    from cnncalc.layers import KINDS

    return starting(KINDS, incomplete)


def starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
