"""Splitting into equal parts: groups, slices, factors that must divide what they split."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

from cnncalc.layers.layer import LayerProblem
from cnncalc.rules import shapes

REACH = 1000
"""How far from the number written a divisor is looked for; counts may be as large as 1e15."""


def near_divisors(count: int, wanted: int, *, power: int = 1) -> list[int]:
    """The two numbers nearest to ``wanted`` of which a power divides ``count``."""
    around = (n for d in range(REACH) for n in (wanted - d, wanted + d) if n > 0)
    found: list[int] = []
    for number in around:
        if count % number**power == 0 and number not in found:
            found.append(number)
            if len(found) == 2:
                break
    return found or [gcd(count, wanted) if power == 1 else 1]


def check_groups(groups: int, count: int, what: str, field: str = "groups") -> None:
    """Groups must divide what they split; raises `LayerProblem`. ``field`` is the field that
    sets the count, where there is one: a multiple of the groups is offered for it too.
    """
    if count % groups == 0:
        return
    candidates = [("groups", str(g)) for g in near_divisors(count, groups)]
    if field != "groups":
        more = -(-count // groups) * groups
        candidates += [(field, str(n)) for n in (more, more - groups) if n > 0]
    raise LayerProblem(
        shapes.groups_do_not_divide,
        "groups",
        what=what,
        count=count,
        groups=groups,
        candidates=candidates,
    )


def check_split(
    field: str, why: str, count: int, divisor: int, candidates: Iterable[tuple[str, str]]
) -> None:
    """A factor must divide what it splits; raises `LayerProblem`."""
    if count % divisor:
        raise LayerProblem(
            shapes.factor_does_not_divide,
            field,
            why=why,
            count=count,
            divisor=divisor,
            candidates=list(candidates),
        )
