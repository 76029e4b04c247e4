"""The rules about figures that differ from what is stated.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.report.rules import published

__all__ = ["published"]

__getattr__ = lazy_modules(__name__, __all__)
