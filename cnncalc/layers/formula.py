"""A formula as the lecture writes it, with its symbols: the text that is printed is the text
that is computed (a test evaluates every one of them against the layer's numbers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Symbol(NamedTuple):
    """A letter of a formula: its number, and what it means."""

    value: int | float
    meaning: str


class Formula(NamedTuple):
    """``quantity = text``, e.g. ``width = floor((W − F + 2·P)/S) + 1``.

    The text uses + − · / // ^ ( ) floor ceil min max, numbers, and the names in ``symbols``
    (F, D1, P_left: a letter, then letters, digits, underscores). ``unit`` follows the result.
    """

    quantity: str
    text: str
    symbols: Mapping[str, Symbol]
    result: int
    unit: str = ""

    @classmethod
    def of(
        cls,
        quantity: str,
        text: str,
        symbols: Mapping[str, Symbol],
        result: int,
        unit: str = "",
    ) -> Formula:
        """A formula that keeps only the symbols its text has."""
        names = set(re.findall(NAME, text))
        used = {name: symbol for name, symbol in symbols.items() if name in names}
        return cls(quantity, text, used, result, unit)

    @property
    def with_numbers(self) -> str:
        """The text with every symbol replaced by its number."""
        return re.sub(NAME, self._number, self.text)

    def worked(self, result: float) -> str:
        """`text = with_numbers = result`, for a result that need not be whole or legal."""
        shown = f"{result:.4g}" if isinstance(result, float) else str(result)
        return f"{self.text} = {self.with_numbers} = {shown.replace('-', '−')}"

    def _number(self, match: re.Match[str]) -> str:
        symbol = self.symbols.get(match[0])
        return match[0] if symbol is None else str(symbol.value)


NAME = r"[A-Za-z][A-Za-z0-9_]*"
