"""The rules about layers that cannot be computed.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.layers.rules import advice, merges, shapes, values

__all__ = ["advice", "merges", "shapes", "values"]

__getattr__ = lazy_modules(__name__, __all__)
