"""Rules about shapes: windows, groups, parts, crops and paddings that do not match the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from cnncalc.diagnostics import Diagnostic, Fix, Related, Span, rule
from cnncalc.layers.shape import AXES, as_written, by

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer
    from cnncalc.layers.window import WindowAxis


class Place(Protocol):
    """Where a layer stands: what a rule needs to point at it and to offer fixes."""

    name: str
    """The row's path, `stage2/conv3`."""
    layer: Layer

    def span(self, field: str = "") -> Span:
        """The field's value as written (or its default, or the argument that set it); without
        one, or where none is written, the step's label.
        """

    def origins(self) -> tuple[Related, ...]:
        """What gave each input its shape: `gives 7×7×512`, at that step's label."""

    def set_field(self, field: str, value: str) -> Fix | None:
        """The fix that writes ``field: value`` into this step; None where it cannot be
        (the value comes from an expression or a block's argument).
        """

    def set_origin_field(self, index: int, field: str, value: str) -> Fix | None:
        """The same, written into the step that gave input ``index`` (from 0) its shape; None
        also where its kind has no such field.
        """


@rule("shapes", input_size="least")
def no_valid_output(
    place: Place,
    field: str,
    *,
    why: str,
    label: str,
    formula: str,
    candidates: Iterable[tuple[str, str]],
) -> Diagnostic:
    """A window does not fit its input: the layer would have no output.

    The output size is (W − F + 2P)/S + 1, and must be at least 1. Make the kernel smaller, the
    padding larger, or the input larger.

    Bad:
        input: 7x7x3
        layers:
          - conv: {filters: 16, kernel: 9}

    Good:
        input: 7x7x3
        layers:
          - conv: {filters: 16, kernel: 7}
    """
    fixes = (place.set_field(name, value) for name, value in candidates)
    return Diagnostic(
        f"{place.name} has no valid output: {why}",
        place.span(field),
        label=label,
        formula=formula,
        related=place.origins(),
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("shapes")
def groups_do_not_divide(
    place: Place,
    field: str,
    *,
    what: str,
    count: int,
    groups: int,
    candidates: Iterable[tuple[str, str]],
) -> Diagnostic:
    """Groups split channels into equal parts, so the channels must be divisible by their number.

    A grouped convolution splits both its input channels and its filters; a group norm and a
    channel shuffle split the input channels.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, groups: 2}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, groups: 1}
    """
    fixes = (place.set_field(name, value) for name, value in candidates)
    return Diagnostic(
        f"{place.name}: its {count} {what} cannot be split into {groups} equal groups",
        place.span(field),
        label=f"{count} is not divisible by {groups}",
        related=place.origins(),
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("shapes", input_size="nearest")
def factor_does_not_divide(
    place: Place,
    field: str,
    *,
    why: str,
    count: int,
    divisor: int,
    candidates: Iterable[tuple[str, str]],
) -> Diagnostic:
    """A layer splits channels or pixels into equal parts, but their number is not divisible.

    `slice` splits the channels into `of` parts; `pixel_shuffle` needs factor² input
    channels per output channel; `space_to_depth` needs height and width divisible by its factor.

    Bad:
        input: 32x32x3
        layers:
          - slice: {part: 1, of: 2}

    Good:
        input: 32x32x4
        layers:
          - slice: {part: 1, of: 2}
    """
    fixes = (place.set_field(name, value) for name, value in candidates)
    return Diagnostic(
        f"{place.name}: {why}",
        place.span(field),
        label=f"{count} is not divisible by {divisor}",
        related=place.origins(),
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("shapes")
def no_such_part(place: Place, field: str, *, part: int, of: int) -> Diagnostic:
    """The part of a slice does not exist; parts count from 1.

    Bad:
        input: 32x32x4
        layers:
          - slice: {part: 3, of: 2}

    Good:
        input: 32x32x4
        layers:
          - slice: {part: 2, of: 2}
    """
    fixes = (place.set_field("part", str(of)), place.set_field("of", str(part)))
    return Diagnostic(
        f"{place.name} has no part {part}: the channels are split into {of} parts",
        place.span(field),
        label=f"must be from 1 to {of}",
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("shapes")
def crop_larger_than_input(
    place: Place, field: str, *, size: tuple[int, ...], fits: tuple[int, ...]
) -> Diagnostic:
    """A crop cuts out the centre of an image, so it cannot be larger than the image.

    Bad:
        input: 32x32x3
        layers:
          - crop: 40

    Good:
        input: 40x40x3
        layers:
          - crop: 32
    """
    image = place.layer.input
    fix = place.set_field("size", as_written(fits))
    return Diagnostic(
        f"{place.name}: a {by(size)} crop is larger than its {by(image.sizes)} input",
        place.span(field),
        label=f"must be at most {by(image.sizes)}",
        related=place.origins(),
        fixes=[fix] if fix else (),
        layer=place.name,
    )


@rule("shapes")
def pool_padding_too_large(place: Place, field: str, *, axis: WindowAxis, fits: str) -> Diagnostic:
    """The padding of a pool is more than half of its window.

    A window at the edge would see mostly padding, and PyTorch rejects it. The limit is half of the
    (dilated) window, rounded down.

    Bad:
        input: 32x32x3
        layers:
          - maxpool: {kernel: 3, padding: 2}

    Good:
        input: 32x32x3
        layers:
          - maxpool: {kernel: 3, padding: 1}
    """
    fix = place.set_field(field, fits)
    return Diagnostic(
        f"{place.name}: padding {axis.before} along the {axis.name} is more than half of the "
        f"window of {axis.extent}",
        place.span(field),
        label=f"must be at most {axis.extent // 2}",
        fixes=[fix] if fix else (),
        layer=place.name,
    )


@rule("shapes")
def output_padding_too_large(
    place: Place, field: str, *, added: int, axis: str, stride: int, dilation: int, fits: str
) -> Diagnostic:
    """The output padding of a transposed convolution must be smaller than its stride or dilation.

    Output padding chooses among the sizes that a convolution with this stride maps to the same
    size; there are fewer of them than the stride. PyTorch rejects more.

    Bad:
        input: 16x16x3
        layers:
          - transposed_conv: {filters: 8, kernel: 3, stride: 2, output_padding: 2}

    Good:
        input: 16x16x3
        layers:
          - transposed_conv: {filters: 8, kernel: 3, stride: 2, output_padding: 1}
    """
    fix = place.set_field(field, fits)
    return Diagnostic(
        f"{place.name}: output padding {added} along the {axis} is not less than stride {stride} "
        f"or dilation {dilation}",
        place.span(field),
        label=f"must be less than {max(stride, dilation)}",
        fixes=[fix] if fix else (),
        layer=place.name,
    )


@rule("form")
def factor_and_target(place: Place, field: str, *, factor: str, to: str) -> Diagnostic:
    """An upsampling has both a factor and a tensor whose size it takes.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - maxpool: 2
          - upsample: {factor: 2, to: conv1}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - maxpool: 2
          - upsample: {to: conv1}
    """
    return Diagnostic(
        f"{place.name} has both a factor ({factor}) and `to: {to}`",
        place.span(field),
        label="remove this or `to`",
        layer=place.name,
    )


@rule("shapes")
def other_axes(place: Place, field: str, *, value: object, axes: Sequence[str]) -> Diagnostic:
    """A list must have one number per axis of the input; this one has more or fewer.

    A signal has a length; an image height and width; a video or scan depth, height and width:
    lists are in that order. One number holds for every axis. The sides of a padding are left and
    right, for an image also top and bottom, for a volume front and back besides.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: [3, 3, 3]}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: [3, 3]}
    """
    sizes = f"[{', '.join(axes)}]" if len(axes) > 1 else axes[0]
    if isinstance(value, Mapping):
        ends = [end for axis in AXES[len(axes)] for end in axis.ends]
        why = f"an input with {' and '.join(axes)} has the sides {', '.join(ends)}"
    else:
        why = (
            f"its input has {len(axes)} axes: {sizes}" if len(axes) > 1 else "its input has 1 axis"
        )
    return Diagnostic(
        f"{place.name}: {field} {written(value)} does not fit: {why}",
        place.span(field),
        label=f"one number, or {sizes}",
        related=place.origins(),
        fixes=[],
        layer=place.name,
    )


def written(value: object) -> str:
    """A list or a mapping as a spec writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {number}" for key, number in value.items()) + "}"
    return str(list(value)) if isinstance(value, tuple) else str(value)
