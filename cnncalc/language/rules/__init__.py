"""The rules about what a spec may not say, and the fixes of form errors.

One function per diagnostic, its docstring the manual page. A family is imported when its first
rule fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import lazy_modules

if TYPE_CHECKING:
    from cnncalc.language.rules import (
        expressions,
        fixes,
        form,
        limits,
        options,
        quantities,
        references,
    )

__all__ = ["expressions", "fixes", "form", "limits", "options", "quantities", "references"]

__getattr__ = lazy_modules(__name__, __all__)
