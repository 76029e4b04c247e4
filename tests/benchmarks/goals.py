"""The goals, each with what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from processes import Measure

    Measures = Mapping[str, Measure]


class Goal(NamedTuple):
    """``measured`` is None when it was not, in this run."""

    what: str
    bound: str
    measured: str | None
    met: bool


def wall_ratio(one: str, other: str) -> Callable[[Measures], float]:
    return lambda measures: measures[one].wall / measures[other].wall


def peak_ratio(one: str, other: str) -> Callable[[Measures], float]:
    return lambda measures: measures[one].peak / measures[other].peak


def wall(key: str) -> Callable[[Measures], float]:
    return lambda measures: measures[key].wall


def megabytes(key: str) -> Callable[[Measures], float]:
    return lambda measures: measures[key].peak / 1e6


BARE = "the bare interpreter"
RATIOS: tuple[tuple[str, str, float, str, Callable[[Measures], float]], ...] = (
    (f"`cnncalc vgg16 --format json` / {BARE}", "≤", 6, "×", wall_ratio("vgg16-json", "bare")),
    (f"`cnncalc vgg16`, piped / {BARE}", "≤", 7, "×", wall_ratio("vgg16-table", "bare")),
    (f"`cnncalc vgg16`, terminal / {BARE}", "≤", 10.5, "×", wall_ratio("vgg16-terminal", "bare")),
    (
        "`cnncalc resnet152 --format json` / ONNX's shape inference of the same graph",
        "≤", 0.6, "×", wall_ratio("resnet152-json", "onnx-resnet152"),
    ),
    (
        "torchinfo / `cnncalc vgg16`, wall time",
        "≥", 50, "×", wall_ratio("torchinfo-vgg16", "vgg16-table"),
    ),
    (
        "torchinfo / `cnncalc vgg16`, peak memory",
        "≥", 20, "×", peak_ratio("torchinfo-vgg16", "vgg16-table"),
    ),
    ("ResNet-152 in process, text to report with memory", "≤", 15, " ms", wall("resnet152-ms")),
    ("10,000 layers written out, JSON: wall time", "≤", 1.2, " s", wall("flat-10000")),
    ("10,000 layers written out, JSON: peak memory", "≤", 120, " MB", megabytes("flat-10000")),
    (
        "100,000 layers / 10,000 layers, wall time",
        "≤", 11, "×", wall_ratio("flat-100000", "flat-10000"),
    ),
    ("`check` of 1,000 specs of VGG-16's size", "≤", 2, " s", wall("check-1000")),
    ("the default tests", "≤", 60, " s", wall("tests")),
)  # fmt: skip
"""What, bound, unit, and how it follows from the measures (`KeyError` when one is missing)."""


def goals(measures: Measures) -> Iterator[Goal]:
    """Every goal, measured or not."""
    for what, sign, bound, unit, value_of in RATIOS:
        limit = f"{sign} {bound:g}{unit}"
        try:
            value = value_of(measures)
        except KeyError:
            yield Goal(what, limit, None, False)
        else:
            met = value <= bound if sign == "≤" else value >= bound
            yield Goal(
                what, limit, f"{value:.3g}{unit}" if value < 100 else f"{value:.0f}{unit}", met
            )
