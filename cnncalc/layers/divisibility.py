"""Splitting into equal parts: groups, slices, factors that must divide what they split."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

from cnncalc.layers import rules
from cnncalc.layers.layer import LayerProblem

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


def check_groups(groups: int, channels: int | None, filters: int | None = None) -> None:
    """Groups must divide the channels that enter, and the filters where there are any; None
    where that number is not known. Raises `LayerProblem`.
    """
    if channels is not None and channels % groups:
        what, count = "input channels", channels
    elif filters is not None and filters % groups:
        what, count = "filters", filters
    else:
        return
    candidates = [
        ("groups", str(g)) for g in near_divisors(gcd(channels or 0, filters or 0), groups)
    ]
    if what == "filters":
        more = -(-count // groups) * groups
        candidates += [("filters", str(n)) for n in (more, more - groups) if n > 0]
    raise LayerProblem(
        rules.shapes.groups_do_not_divide,
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
            rules.shapes.factor_does_not_divide,
            field,
            why=why,
            count=count,
            divisor=divisor,
            candidates=list(candidates),
        )
