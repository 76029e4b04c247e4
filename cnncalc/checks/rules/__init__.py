"""The rules about what is legal but probably wrong.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.checks.rules import comments, usage

__all__ = ["comments", "usage"]

__getattr__ = lazy_modules(__name__, __all__)
