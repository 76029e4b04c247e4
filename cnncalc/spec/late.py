"""What only a spec with mistakes needs, imported when first asked for: ``late.mends.…``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from cnncalc import suggestions
    from cnncalc.spec import mends

HOMES = {"mends": "cnncalc.spec.mends", "suggestions": "cnncalc.suggestions"}

__all__ = ["mends", "suggestions"]


def __getattr__(name: str) -> ModuleType:
    if name not in HOMES:
        raise AttributeError(f"nothing called {name!r} comes late")
    from importlib import import_module

    return import_module(HOMES[name])
