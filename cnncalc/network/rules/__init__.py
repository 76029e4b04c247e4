"""The rules about what a net is built of: steps that do not fit together, limits, claims.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.network.rules import claims, containers, limits, references

__all__ = ["claims", "containers", "limits", "references"]

__getattr__ = lazy_modules(__name__, __all__)
