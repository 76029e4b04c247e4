"""What is always true of the layer kinds, whatever the numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cnncalc.layers import Layer
from cnncalc.layers.shape import Shape
from tests.kind_table import build
from tests.test_kinds import computed

sizes = st.integers(1, 40)
windows = st.fixed_dictionaries(
    {
        "kernel": st.tuples(st.integers(1, 7), st.integers(1, 7)),
        "stride": st.tuples(st.integers(1, 4), st.integers(1, 4)),
        "padding": st.integers(0, 5),
        "dilation": st.integers(1, 3),
        "rounding": st.sampled_from(["floor", "ceil"]),
    }
)


def starts(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> int:
    """How many places a window has, counted one by one. Rounded up, the last may reach over the
    end by less than a stride, but not start in the padding there.
    """
    span = dilation * (kernel - 1) + 1
    over = stride - 1 if ceil else 0
    places = range(0, size + 2 * padding - span + over + 1, stride)
    dropped = ceil and len(places) > 0 and places[-1] >= size + padding
    return len(places) - dropped


@given(windows, sizes, sizes)
def test_a_window_has_as_many_outputs_as_places(
    fields: dict[str, Any], height: int, width: int
) -> None:
    ceil = fields["rounding"] == "ceil"
    wanted = tuple(
        starts(size, kernel, stride, fields["padding"], fields["dilation"], ceil)
        for size, kernel, stride in zip(
            (height, width), fields["kernel"], fields["stride"], strict=True
        )
    )
    assume(min(wanted) > 0)
    layer = build("maxpool", fields, Shape(3, height, width))
    assert layer.output == Shape(3, *wanted)
    for formula in layer.formulas():
        assert computed(formula) == formula.result, formula


@given(windows, sizes)
def test_padding_same_gives_the_ceiling(fields: dict[str, Any], size: int) -> None:
    fields = {**fields, "padding": "same"}
    out = build("maxpool", fields, Shape(1, size, size)).output
    assert out[1:] == tuple(-(-size // stride) for stride in fields["stride"])


@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))
def test_groups_divide_the_weights(
    groups: int, in_each: int, out_of_each: int, kernel: int
) -> None:
    """Each of g groups is a convolution of its own; one group is the plain convolution, as many
    as channels the depthwise one.
    """
    image = Shape(groups * in_each, 9, 9)
    fields = {"filters": groups * out_of_each, "kernel": kernel}
    grouped = build("conv", {**fields, "groups": groups}, image)
    part = build("conv", {**fields, "filters": out_of_each}, Shape(in_each, 9, 9))
    for figure in (Layer.weights, Layer.biases, type(part).macs):
        assert figure(grouped) == groups * figure(part)
    if in_each == 1:
        depthwise = build("depthwise_conv", {"kernel": kernel, "multiplier": out_of_each}, image)
        assert depthwise.output == grouped.output
        assert depthwise.macs() == grouped.macs()


@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), sizes)
def test_a_transposed_convolution_inverts_the_shape_of_a_convolution(
    kernel: int, stride: int, padding: int, dilation: int, size: int
) -> None:
    fields = {
        "filters": 2,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
    }
    span = dilation * (kernel - 1) + 1
    assume(size + 2 * padding >= span)
    small = build("conv", fields, Shape(2, size, size)).output
    rest = (size + 2 * padding - span) % stride
    large = build("transposed_conv", {**fields, "output_padding": rest}, small).output
    assert large == Shape(2, size, size)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_adaptive_windows_counted_one_by_one(
    height: int, width: int, rows: int, columns: int
) -> None:
    """PyTorch's windows: from floor(i·H/n) to ceil((i + 1)·H/n)."""
    layer = build("adaptive_avgpool", {"size": [rows, columns]}, Shape(1, height, width))
    down, across = (
        [-(-(i + 1) * size // n) - i * size // n for i in range(n)]
        for size, n in ((height, rows), (width, columns))
    )
    assert layer.elementwise() == sum(down) * sum(across)
    if (rows, columns) != (1, 1):
        view = layer.view()
        assert view is not None
        assert view.kernel == (max(down), max(across))


@given(st.integers(1, 5), sizes, sizes, sizes)
def test_pixel_shuffle_inverts_space_to_depth(
    factor: int, depth: int, rows: int, cols: int
) -> None:
    image = Shape(depth, rows * factor, cols * factor)
    folded = build("space_to_depth", {"factor": factor}, image).output
    assert folded.values == image.values
    assert build("pixel_shuffle", {"factor": factor}, folded).output == image
