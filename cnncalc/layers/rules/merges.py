"""Rules about merges: inputs whose shapes do not match.

Each names the first two inputs that differ, counted from 1, with both shapes and where they come
from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Fix, noun, rule

if TYPE_CHECKING:
    from cnncalc.layers.rules.shapes import Place


@rule("shapes", input_size="nearest")
def add_shapes_differ(place: Place, field: str, *, pair: tuple[int, int], axis: int) -> Diagnostic:
    """An addition adds value by value, so all its inputs must have the same shape.

    Bad:
        input: 32x32x3
        layers:
          - add:
              - conv: [16, 3]
              - conv: [16, 5]

    Good:
        input: 32x32x3
        layers:
          - add:
              - conv: {filters: 16, kernel: 3, padding: 1}
              - conv: {filters: 16, kernel: 5, padding: 2}
    """
    return mismatch(place, field, pair, axis, "the shapes must be equal")


@rule("shapes", input_size="nearest")
def concat_sizes_differ(
    place: Place, field: str, *, pair: tuple[int, int], axis: int
) -> Diagnostic:
    """Channels are joined position by position, so all inputs must have the same height and width.

    `crop: true` first crops all to the smallest, centred, as U-Net does.

    Bad:
        input: 32x32x3
        layers:
          - concat:
              - conv: [16, 3]
              - conv: [16, 5]

    Good:
        input: 32x32x3
        layers:
          - concat:
              - conv: {filters: 16, kernel: 3, padding: 1}
              - conv: {filters: 16, kernel: 5, padding: 2}
    """
    needs = "the sizes must be equal, only channels may differ"
    return mismatch(place, field, pair, axis, needs, [place.set_field("crop", "true")])


@rule("shapes")
def factors_differ(place: Place, field: str, *, pair: tuple[int, int], axis: int) -> Diagnostic:
    """A product multiplies value by value; height and width 1, or 1 channel, match every shape.

    Bad:
        input: 32x32x3
        layers:
          - multiply:
              - identity
              - conv: {filters: 8, kernel: 1}

    Good:
        input: 32x32x3
        layers:
          - multiply:
              - identity
              - conv: {filters: 1, kernel: 1}
    """
    needs = "the shapes must be equal, or have height and width 1, or 1 channel"
    return mismatch(place, field, pair, axis, needs)


@rule("shapes")
def axes_differ(place: Place, field: str, *, pair: tuple[int, int]) -> Diagnostic:
    """Inputs of a merge have the same axes: signals, images, or volumes, not one with another.

    Bad:
        inputs: {image: 8x8x3, signal: 64x3}
        layers:
          - add: {from: [image, signal]}

    Good:
        inputs: {image: 8x8x3, other: 8x8x3}
        layers:
          - add: {from: [image, other]}
    """
    shapes = [place.layer.inputs[index] for index in pair]
    axes = [" and ".join(axis.name for axis in shape.axes) for shape in shapes]
    return Diagnostic(
        f"{place.name}: input {pair[0] + 1} is {shapes[0]}, input {pair[1] + 1} is {shapes[1]}: "
        "the axes must be the same",
        place.span(field),
        label=f"{axes[0]} here, {axes[1]} there",
        related=place.origins(),
        layer=place.name,
    )


def mismatch(
    place: Place,
    field: str,
    pair: tuple[int, int],
    axis: int,
    needs: str,
    fixes: Iterable[Fix | None] = (),
) -> Diagnostic:
    """Two inputs (indices from 0) that differ along an axis: 0 the channels, then the sizes."""
    first, second = pair
    shapes = place.layer.inputs
    sizes = [shape.known()[axis] for shape in shapes]
    what = "channels" if axis == 0 else f"{shapes[0].axes[axis - 1].name}s"
    return Diagnostic(
        f"{place.name}: input {first + 1} is {shapes[first]}, input {second + 1} is "
        f"{shapes[second]}: {needs}",
        place.span(field),
        label=f"{what} {sizes[first]} and {sizes[second]} differ",
        related=place.origins(),
        fixes=[m for m in (*fixes, *origin_fixes(place, pair, axis)) if m],
        help=steps_to_add(place, pair, axis),
        layer=place.name,
    )


def origin_fixes(place: Place, pair: tuple[int, int], axis: int) -> list[Fix | None]:
    """Changes of the two steps before the merge that could make them agree."""
    first, second = pair
    a, b = (place.layer.inputs[i][axis] for i in pair)
    if axis == 0:
        tries = [(second, "filters", str(a)), (first, "filters", str(b))]
    else:
        larger, smaller = (first, second) if a > b else (second, first)
        ratio = -(-max(a, b) // min(a, b))
        tries = [
            *((i, "padding", "same") for i in (second, first)),
            (smaller, "stride", "1"),
            *([(larger, "stride", str(ratio))] if ratio > 1 else []),
        ]
    return [*(place.set_origin_field(*attempt) for attempt in tries), both(place, pair, axis)]


def both(place: Place, pair: tuple[int, int], axis: int) -> Fix | None:
    """`padding: same` in the two steps before the merge at once."""
    if axis == 0:
        return None
    changes = [place.set_origin_field(index, "padding", "same") for index in pair]
    if None in changes or changes[0] == changes[1]:
        return None
    edits = tuple(edit for fix in changes if fix for edit in fix.edits)
    return Fix(f"`padding: same` in the steps of inputs {pair[0] + 1} and {pair[1] + 1}", edits)


def steps_to_add(place: Place, pair: tuple[int, int], axis: int) -> list[str]:
    """A further step in a branch that would make the two inputs agree."""
    first, second = pair
    a, b = (place.layer.inputs[i][axis] for i in pair)
    if axis == 0:
        return [f"a step `conv: [{a}, 1]` changes input {second + 1} to {a} {noun(a, 'channel')}"]
    small, large = sorted(((a, first), (b, second)))
    if large[0] % small[0]:
        return []
    step = f"upsample: {large[0] // small[0]}"
    return [f"a step `{step}` changes input {small[1] + 1} to the size of input {large[1] + 1}"]
