"""The rules about what cannot be read as a spec's text.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.text.rules import foreign, syntax, text

__all__ = ["foreign", "syntax", "text"]

__getattr__ = lazy_modules(__name__, __all__)
