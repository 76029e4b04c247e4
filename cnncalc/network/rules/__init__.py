"""The rules about steps that do not fit together.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.network.rules import branches, claims, residuals

__all__ = ["branches", "claims", "residuals"]

__getattr__ = lazy_modules(__name__, __all__)
