"""A bar on the terminal's standard error while many specs are checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def tracked(items: Sequence[Item], words: str) -> Iterable[Item]:
    """The items, with a bar that grows as they are taken and then goes away."""
    from rich.console import Console
    from rich.progress import track

    return track(items, words, console=Console(stderr=True), transient=True)
