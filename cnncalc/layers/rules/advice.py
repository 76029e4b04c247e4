"""Rules about what is legal but probably wrong: warnings, and notes that fail nothing.

Those about one layer are found by the layer's class (`Layer.advice`) and worded here; those
about the whole network are in `cnncalc.rules.network`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, noun, rule
from cnncalc.layers.shape import as_written, by
from cnncalc.text.edits import replacing, source_text

if TYPE_CHECKING:
    from cnncalc.layers.rules.shapes import Place
    from cnncalc.layers.window import WindowAxis


@rule("advice", "warning", same_shape=True)
def stride_larger_than_kernel(place: Place, field: str, *, axis: WindowAxis) -> Diagnostic:
    """The stride is larger than the kernel, so some rows or columns are never seen.

    A 1×1 kernel with a stride is not reported: it picks every n-th pixel on purpose, as the
    shortcut of a residual does.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 2, stride: 4}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 4, stride: 4}
    """
    skipped = axis.stride - axis.extent
    fixes = (
        place.set_field("kernel", str(axis.stride)),
        place.set_field("stride", str(axis.extent)),
    )
    return Diagnostic(
        f"{place.name}: stride {axis.stride} is larger than kernel {axis.extent}: "
        f"{skipped} of every {axis.stride} {axis.axis.line}s are never seen",
        place.span(field),
        label="larger than the kernel",
        related=place.origins(),
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("advice", "warning", same_shape=True)
def padding_covers_kernel(place: Place, field: str, *, axis: WindowAxis) -> Diagnostic:
    """The padding is at least as large as the kernel: the outermost windows see only zeros.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: 3}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: 1}
    """
    padding = max(axis.before, axis.after)
    fixes = (
        place.set_field("padding", str((axis.extent - 1) // 2)),
        place.set_field("kernel", str(2 * padding + 1)),
    )
    return Diagnostic(
        f"{place.name}: padding {padding} is not smaller than kernel {axis.extent}: "
        "windows at the border see only zeros",
        place.span(field),
        label=f"use at most {axis.extent - 1}",
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


@rule("advice", "warning", input_size="nearest", same_shape=True)
def pixels_never_seen(place: Place, field: str, *, axes: Sequence[WindowAxis]) -> Diagnostic:
    """The division in the output size is not exact, and pixels at the border are never seen.

    (W − F + 2P)/S is rounded down, so no window covers the last rows or columns of the image.
    Padding that is left over is not reported. Often the input size is wrong.

    Bad:
        input: 224x224x3
        layers:
          - conv: [96, 11, 4]

    Good:
        input: 227x227x3
        layers:
          - conv: [96, 11, 4]
    """
    axis = axes[-1]
    formula = axis.formula(rounded=False).worked(axis.free / axis.stride + 1)
    missed = " and ".join(f"{a.unseen} {noun(a.unseen, a.axis.line)}" for a in axes)
    fit = axis.free % axis.stride
    candidates = (
        ("padding", seeing_padding(axis)),
        ("rounding", "ceil"),
        ("kernel", str(axis.kernel + fit) if axis.dilation == 1 else ""),
        ("kernel", str(axis.kernel - (axis.stride - fit)) if axis.dilation == 1 else ""),
    )
    fixes = (
        place.set_field(name, text)
        for name, text in candidates
        if text and (not text.lstrip("-").isdigit() or int(text) > 0)
    )
    return Diagnostic(
        f"{place.name}: {missed} of its {by(place.layer.input.sizes)} input are never seen",
        place.span(field),
        label="the division is not exact",
        formula=f"{formula}, rounded down to {axis.output}",
        related=place.origins(),
        fixes=[m for m in fixes if m],
        layer=place.name,
    )


def seeing_padding(axis: WindowAxis) -> str:
    """The least padding with which windows reach the last pixel; empty when none does."""
    for padding in range(axis.before + 1, axis.extent):
        if not axis._replace(before=padding, after=padding).unseen:
            return str(padding)
    return ""


@rule("advice", "warning")
def pool_enlarges(place: Place, field: str, *, size: tuple[int, ...]) -> Diagnostic:
    """The output of an adaptive pool is larger than its input, so it repeats pixels.

    Bad:
        input: 4x4x3
        layers:
          - adaptive_avgpool: 7

    Good:
        input: 14x14x3
        layers:
          - adaptive_avgpool: 7
    """
    image = place.layer.input
    fits = tuple(map(min, size, image.sizes))
    fix = place.set_field("size", as_written(fits))
    return Diagnostic(
        f"{place.name}: its {by(size)} output is larger than its {by(image.sizes)} input: "
        f"{image.axes[-1].unit} are repeated",
        place.span(field),
        label="larger than the input",
        related=place.origins(),
        fixes=[fix] if fix else (),
        layer=place.name,
    )


@rule("advice", "warning")
def norm_of_one_value(place: Place, field: str) -> Diagnostic:
    """A norm takes its mean over a single value, so its output is always the same constant.

    So does a layernorm of one channel, and a groupnorm of a vector with as many groups as
    channels.

    Bad:
        input: 32x32x1
        layers:
          - layernorm

    Good:
        input: 32x32x3
        layers:
          - layernorm
    """
    return Diagnostic(
        f"{place.name}: each mean is taken over one value, so every output is the same constant",
        place.span(field),
        label="normalizes single values",
        related=place.origins(),
        layer=place.name,
    )


@rule("advice", "warning")
def softmax_of_one_channel(place: Place, field: str) -> Diagnostic:
    """A softmax over one channel is always 1; use a sigmoid for a binary output.

    Bad:
        input: 32x32x3
        layers:
          - conv: [1, 3]
          - softmax

    Good:
        input: 32x32x3
        layers:
          - conv: [1, 3]
          - sigmoid
    """
    span = place.span(field)
    return Diagnostic(
        f"{place.name}: a softmax over a single channel is always 1",
        place.span(field),
        label="always 1",
        related=place.origins(),
        fixes=[replacing(span, "sigmoid")] if source_text(span) == place.layer.kind else (),
        help=("`sigmoid` gives one probability per position",),
        layer=place.name,
    )


@rule("advice", "warning")
def drops_everything(place: Place, field: str) -> Diagnostic:
    """A dropout with probability 1 sets all values to zero in training: no weights can learn.

    Bad:
        input: 32x32x3
        layers:
          - dropout: 1

    Good:
        input: 32x32x3
        layers:
          - dropout: 0.5
    """
    return Diagnostic(
        f"{place.name}: probability 1 drops every value in training",
        place.span(field),
        label="the share of values to drop",
        layer=place.name,
    )
