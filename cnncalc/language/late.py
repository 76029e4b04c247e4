"""What only a spec with mistakes needs, imported when first asked for: ``late.fixes.…``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from cnncalc.language import fixes
    from cnncalc.text import second_look, suggestions

HOMES = {
    "fixes": "cnncalc.language.fixes",
    "second_look": "cnncalc.text.second_look",
    "suggestions": "cnncalc.text.suggestions",
}

__all__ = ["fixes", "second_look", "suggestions"]


def __getattr__(name: str) -> ModuleType:
    if name not in HOMES:
        raise AttributeError(f"nothing called {name!r} comes late")
    from importlib import import_module

    return import_module(HOMES[name])
