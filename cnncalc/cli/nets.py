"""From a NET as typed to a net, or to an error that says what was meant."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cnncalc.cli.errors import complain
from cnncalc.diagnostics import Diagnostic, Problem
from cnncalc.text import files as sources

if TYPE_CHECKING:
    from cnncalc.api import Net
    from cnncalc.report.report import Report


class Unusable(click.ClickException):
    """A net that cannot be read: exit status 2."""

    exit_code = 2


def load(net: str, inputs: Sequence[str] = (), parameters: Sequence[str] = ()) -> Net:
    """The net of that name or path, errors and all. Raises `Unusable`."""
    from cnncalc import api

    try:
        loaded = api.load(net, inputs=inputs, parameters=parameters)
    except sources.Unreadable as reason:
        raise Unusable(unreadable(net, reason)) from None
    say_which(net)
    for problem in loaded.problems:
        if problem.path.startswith("--"):  # not the spec is wrong, but an option
            raise Unusable(f"{problem.path}: {said(problem)}")
    return loaded


def say_which(net: str, *, folder: bool = False) -> None:
    """Says what a NET is that names both a shipped architecture and a file or a folder here;
    ``folder``: the folder was taken.
    """
    if not sources.is_shipped(net) or not os.path.lexists(net):
        return
    if not os.path.isdir(net):
        complain(f"{net} is the file here, not the shipped architecture")
    elif folder:
        complain(f"{net} is the folder here, not the shipped architecture")
    else:
        complain(f"{net} is the shipped architecture, not the folder here")


def said(problem: Diagnostic) -> str:
    """A diagnostic of an option in one line, with what to do."""
    fixes = [f"did you mean `{fix.text}`?" for fix in problem.fixes]
    return "; ".join([problem.message, *fixes, *problem.help])


def analyze(loaded: Net, batch: int, dtype: str, expect: Sequence[str] = ()) -> Report:
    """The report. Raises `Unusable` for a budget that cannot be read."""
    try:
        return loaded.report(batch, dtype, expect=expect)
    except Problem as problem:
        raise Unusable(f"--expect: {said(problem.diagnostic)}") from None


def unreadable(net: str, reason: Exception) -> str:
    """What to say of a NET that cannot be read."""
    if os.path.isdir(net):
        return f"{net} is a folder; `cnncalc check {net}` checks the specs in it"
    return f"cannot read {net}: {reason}" if exists(net) else missing(net)


def exists(net: str) -> bool:
    return net == "-" or net in sources.shipped() or os.path.lexists(net)


def missing(net: str) -> str:
    """What to say of a NET that is neither a command, a shipped net nor a file."""
    if not net:
        return "NET is empty; give a shipped architecture, a path, or - for standard input"
    from cnncalc.cli import COMMANDS
    from cnncalc.text.suggestions import nearest

    path_like = "/" in net or os.sep in net or net.endswith((".yaml", ".yml"))
    known = files_beside(net) if path_like else [*COMMANDS, *sources.shipped(), *files_beside(net)]
    what = f"no such file: {net}" if path_like else f"unknown command, net or file '{net}'"
    meant = nearest(net, known)
    return f"{what}; did you mean '{meant}'?" if meant else f"{what}; `cnncalc list` shows the nets"


def files_beside(net: str) -> list[str]:
    """YAML files in the folder that NET names, written as NET is."""
    folder = os.path.dirname(net)
    try:
        with os.scandir(folder or ".") as entries:
            names = [e.name for e in entries if e.name.endswith((".yaml", ".yml"))]
    except (OSError, ValueError):
        return []
    return sorted(os.path.join(folder, name) for name in names)
