"""A bar on the terminal's standard error while many specs are checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def tracked(items: Sequence[str], words: str) -> Iterable[str]:
    """The items, with a bar that grows as they are taken and then goes away."""
    from rich.console import Console
    from rich.progress import track

    return track(items, words, console=Console(stderr=True), transient=True)
