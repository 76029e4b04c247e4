"""Figures: what a stated one (`138M`, `<=5M`, `60.2M ±1%`) accepts, how a computed one is shown.

All arithmetic on stated figures is of whole numbers, so `11.51G` is exactly 11,510,000,000.
"""

from __future__ import annotations

from cnncalc.language.quantities.notation import compact, exact, lecture, mebibytes, megabytes
from cnncalc.language.quantities.parser import parse_budget, parse_quantity
from cnncalc.language.quantities.quantity import Quantity

__all__ = [
    "Quantity",
    "compact",
    "exact",
    "lecture",
    "mebibytes",
    "megabytes",
    "parse_budget",
    "parse_quantity",
]
