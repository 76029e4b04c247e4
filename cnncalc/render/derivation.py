"""A derivation on a page: formula, numbers, result, and what every symbol means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cnncalc.language.quantities import exact
from cnncalc.render.page import Piece

if TYPE_CHECKING:
    from cnncalc.layers.formula import Formula
    from cnncalc.render.page import Page

INDENT = 4


def section(page: Page, title: str) -> None:
    page.gap()
    page.line(Piece(title, "bold"))


def say(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        page.paragraph(sentence, indent=INDENT)


def derivation(page: Page, formula: Formula, *, unit: str = "") -> None:
    """Formula, numbers, result, one under the other; then what the symbols mean."""
    result = counted(formula.result, unit or formula.unit)
    steps = [formula.text]
    if formula.with_numbers != formula.text:
        steps.append(formula.with_numbers)
    if formula.with_numbers != str(formula.result):
        steps.append(result)
    else:
        steps[-1] = result
    lines(page, steps)
    where(page, {name: (symbol.value, symbol.meaning) for name, symbol in formula.symbols.items()})


def counted(number: int, unit: str) -> str:
    """`55 pixels`, `1 pixel`, `1,728`."""
    one = unit[:-1] if number == 1 and unit.endswith("s") else unit
    return f"{exact(number)} {one}".strip()


def lines(page: Page, steps: Iterable[str]) -> None:
    """`  formula`, `= with numbers`, `= result`."""
    for number, text in enumerate(steps):
        page.paragraph(text, label="= " if number else "  ", indent=INDENT)


def where(page: Page, symbols: Mapping[str, tuple[object, str]]) -> None:
    width = max((len(f"{name} = {value}") for name, (value, _) in symbols.items()), default=0)
    for name, (value, meaning) in symbols.items():
        page.paragraph(meaning, label=f"{f'{name} = {value}':<{width}}  ", indent=INDENT + 4)
