"""One PyTorch layer for every kind of cnncalc's spec language and its variants.

A `Case` pairs a step as a spec writes it with the PyTorch code it stands for. Where
PyTorch has no such parameter (uneven padding), the layer is what a model would write:
the input is padded first. make_kinds.py measures the cases.
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from . import tvshim  # noqa: F401  (before torchvision)

from torchvision.ops import StochasticDepth  # isort: skip

Shape = list[int]
Layer = Callable[..., Tensor]
Maker = Callable[[list[Shape]], Layer]
Parameters = dict[str, Any]

IMAGES: list[list[Shape]] = [[[8, 12, 12]], [[8, 15, 9]]]
VECTORS: list[list[Shape]] = [[[40]], [[75]]]


@dataclass(frozen=True)
class Case:
    """A step, its PyTorch code, the layer for given input shapes, and these shapes.

    `view` makes the layer's input from a tensor of the shape given; `after` is the
    step it stands for.
    """

    kind: str
    parameters: Parameters
    code: str
    make: Maker
    inputs: list[list[Shape]]
    after: Parameters | None = None
    view: Layer | None = None


def plain(layer: Layer) -> Maker:
    """A maker for a layer that does not depend on its input's shape."""
    return lambda _: layer


class Padded(nn.Module):
    """Pads (left, right, top, bottom) with a constant, then runs a layer."""

    def __init__(self, layer: nn.Module, padding: list[int], value: float = 0.0) -> None:
        super().__init__()
        self.layer, self.padding, self.value = layer, padding, value

    def forward(self, x: Tensor) -> Tensor:
        """Pad and run."""
        y: Tensor = self.layer(functional.pad(x, self.padding, value=self.value))
        return y


def same(shape: Shape, kernel: int, stride: int, dilation: int = 1) -> list[int]:
    """The padding `same`, as F.pad takes it: left, right, top, bottom."""
    sides = []
    for size in (shape[2], shape[1]):
        out = -(-size // stride)
        total = max(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - size)
        sides += [total // 2, total - total // 2]
    return sides


def convolutions() -> Iterator[Case]:
    """conv, depthwise_conv, transposed_conv, fc."""
    parameters: Parameters
    for parameters in (
        {"filters": 16, "kernel": 3},
        {"filters": 16, "kernel": 3, "padding": 1, "bias": False},
        {"filters": 16, "kernel": 1},
        {"filters": 16, "kernel": 3, "stride": 2, "padding": 1},
        {"filters": 16, "kernel": [3, 5], "stride": [2, 1], "padding": [1, 2]},
        {"filters": 16, "kernel": 3, "padding": 2, "dilation": 2},
        {"filters": 16, "kernel": 3, "padding": 1, "groups": 4},
        {"filters": 8, "kernel": 3, "padding": 1, "groups": 8, "bias": False},
    ):
        yield Case("conv", parameters, "nn.Conv2d", conv(parameters), IMAGES)
    for kernel in (3, 4):
        code = "nn.Conv2d(padding='same')"
        parameters = {"filters": 16, "kernel": kernel, "padding": "same"}
        yield Case("conv", parameters, code, conv(parameters), IMAGES)
    code = "nn.Conv2d; F.pad before it where the padding is uneven"
    yield Case(
        "conv",
        {"filters": 16, "kernel": 3, "stride": 2, "padding": "same"},
        code,
        lambda shapes: same_conv(shapes[0], 16, 3, 2),
        IMAGES,
    )
    yield Case(
        "conv",
        {"filters": 16, "kernel": 3, "padding": {"top": 1, "left": 2}},
        "F.pad, nn.Conv2d",
        lambda shapes: Padded(nn.Conv2d(shapes[0][0], 16, 3), [2, 0, 1, 0]),
        IMAGES,
    )
    yield Case(
        "depthwise_conv",
        {"kernel": 3, "stride": 2, "padding": 1},
        "nn.Conv2d(groups=C)",
        lambda shapes: nn.Conv2d(shapes[0][0], shapes[0][0], 3, 2, 1, groups=8),
        IMAGES,
    )
    yield Case(
        "depthwise_conv",
        {"kernel": 5, "padding": 2, "multiplier": 2, "bias": False},
        "nn.Conv2d(groups=C)",
        lambda _: nn.Conv2d(8, 16, 5, padding=2, groups=8, bias=False),
        IMAGES,
    )
    for parameters in (
        {"filters": 4, "kernel": 2, "stride": 2},
        {"filters": 4, "kernel": 4, "stride": 2, "padding": 1, "bias": False},
        {"filters": 4, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"filters": 4, "kernel": 3, "dilation": 2, "groups": 2},
    ):
        code = "nn.ConvTranspose2d"
        yield Case(
            "transposed_conv",
            parameters,
            code,
            transposed_conv(parameters),
            IMAGES,
        )
    for bias in (True, False):
        for inputs in (VECTORS, IMAGES):
            yield Case(
                "fc",
                {"units": 10} if bias else {"units": 10, "bias": False},
                "nn.Linear" if inputs is VECTORS else "torch.flatten, nn.Linear",
                linear(bias),
                inputs,
            )


def rest(parameters: Parameters) -> Parameters:
    """The parameters but the two that PyTorch takes by position."""
    return {k: v for k, v in parameters.items() if k not in ("filters", "kernel")}


def conv(parameters: Parameters) -> Maker:
    """A maker of nn.Conv2d with the parameters of a `conv` step."""
    return lambda shapes: nn.Conv2d(
        shapes[0][0], parameters["filters"], parameters["kernel"], **rest(parameters)
    )


def transposed_conv(parameters: Parameters) -> Maker:
    """A maker of nn.ConvTranspose2d with the parameters of a `transposed_conv` step."""
    return lambda shapes: nn.ConvTranspose2d(
        shapes[0][0], parameters["filters"], parameters["kernel"], **rest(parameters)
    )


def linear(bias: bool) -> Maker:
    """A maker of nn.Linear with 10 units, which flattens its input first."""
    return lambda shapes: nn.Sequential(nn.Flatten(), nn.Linear(prod(shapes[0]), 10, bias))


def same_conv(shape: Shape, filters: int, kernel: int, stride: int) -> nn.Module:
    """A strided convolution with padding `same`: one F.pad more if it is uneven."""
    left, right, top, bottom = pads = same(shape, kernel, stride)
    if left == right and top == bottom:
        return nn.Conv2d(shape[0], filters, kernel, stride, (top, left))
    return Padded(nn.Conv2d(shape[0], filters, kernel, stride), pads)


def pools() -> Iterator[Case]:
    """Every kind of pooling."""
    for parameters in (
        {"kernel": 2},
        {"kernel": 3, "stride": 2},
        {"kernel": 3, "stride": 2, "rounding": "ceil"},
        {"kernel": 3, "stride": 2, "padding": 1},
        {"kernel": 2, "stride": 2, "padding": 1, "rounding": "ceil"},
        {"kernel": [3, 2], "stride": [2, 1]},
        {"kernel": 3, "stride": 1, "padding": 1, "dilation": 2},
    ):
        yield pool("maxpool", "nn.MaxPool2d", nn.MaxPool2d, parameters)
        if "dilation" not in parameters:
            yield pool("avgpool", "nn.AvgPool2d", nn.AvgPool2d, parameters)
    parameters = {"kernel": 3, "stride": 2, "padding": {"bottom": 1, "right": 1}}
    code = "F.pad(value=-inf), nn.MaxPool2d"
    layer = Padded(nn.MaxPool2d(3, 2), [0, 1, 0, 1], float("-inf"))
    yield Case("maxpool", parameters, code, plain(layer), IMAGES)
    layer = Padded(nn.AvgPool2d(3, 2), [0, 1, 0, 1])
    yield Case("avgpool", parameters, "F.pad, nn.AvgPool2d", plain(layer), IMAGES)
    for kind, code, make in (
        ("global_avgpool", "nn.AdaptiveAvgPool2d(1)", nn.AdaptiveAvgPool2d(1)),
        ("global_avgpool", "x.mean([2, 3])", lambda x: x.mean([2, 3])),
        ("global_maxpool", "nn.AdaptiveMaxPool2d(1)", nn.AdaptiveMaxPool2d(1)),
        ("global_maxpool", "x.amax([2, 3], True)", lambda x: x.amax([2, 3], True)),
    ):
        yield Case(kind, {}, code, plain(make), IMAGES)
    for kind, adaptive in (
        ("adaptive_avgpool", nn.AdaptiveAvgPool2d),
        ("adaptive_maxpool", nn.AdaptiveMaxPool2d),
    ):
        size: Any
        for size in (1, 5, [1, 3], 20):
            code = f"nn.{adaptive.__name__}"
            yield Case(kind, {"size": size}, code, plain(adaptive(size)), IMAGES)


def pool(kind: str, code: str, layer: Callable[..., nn.Module], parameters: Parameters) -> Case:
    """A pooling with a window."""
    options = {k: v for k, v in parameters.items() if k not in ("kernel", "rounding")}
    options["ceil_mode"] = parameters.get("rounding") == "ceil"
    make = plain(layer(parameters["kernel"], **options))
    return Case(kind, parameters, code, make, IMAGES)


class LayerNorm2d(nn.LayerNorm):
    """ConvNeXt's: normalises the channels of every position of an N x C x H x W."""

    def forward(self, input: Tensor) -> Tensor:
        """Permute, normalise, permute back."""
        x = input.permute(0, 2, 3, 1)
        x = functional.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


def norms() -> Iterator[Case]:
    """batchnorm, layernorm, groupnorm, lrn, scale."""
    wide: list[list[Shape]] = [[[64, 12, 12]], [[64, 15, 9]]]
    options: list[tuple[Parameters, bool]] = [({}, True), ({"affine": False}, False)]
    for parameters, affine in options:
        for kind, code, make, inputs in (
            ("batchnorm", "nn.BatchNorm2d", batchnorm(nn.BatchNorm2d, affine), IMAGES),
            ("batchnorm", "nn.BatchNorm1d", batchnorm(nn.BatchNorm1d, affine), VECTORS),
            ("layernorm", "F.layer_norm on N x H x W x C", layernorm(LayerNorm2d, affine), IMAGES),
            ("layernorm", "nn.LayerNorm", layernorm(nn.LayerNorm, affine), VECTORS),
            ("groupnorm", "nn.GroupNorm", groupnorm(32, affine), wide),
        ):
            yield Case(kind, parameters, code, make, inputs)
        for groups in (4, 1):
            named = {"groups": groups, **parameters}
            make = groupnorm(groups, affine)
            yield Case("groupnorm", named, "nn.GroupNorm", make, IMAGES)
    for size in (5, 3):
        code = "nn.LocalResponseNorm"
        layer = nn.LocalResponseNorm(size)
        yield Case("lrn", {"size": size}, code, plain(layer), IMAGES)
    code = "x * nn.Parameter(torch.ones(C, 1, 1))"
    yield Case("scale", {}, code, lambda shapes: Scale(shapes[0][0]), IMAGES)


def batchnorm(layer: type[nn.Module], affine: bool) -> Maker:
    """A maker of a batch norm."""
    return lambda shapes: layer(shapes[0][0], affine=affine)


def layernorm(layer: type[nn.Module], affine: bool) -> Maker:
    """A maker of a layer norm over the channels."""
    return lambda shapes: layer(shapes[0][0], elementwise_affine=affine)


def groupnorm(groups: int, affine: bool) -> Maker:
    """A maker of a group norm."""
    return lambda shapes: nn.GroupNorm(groups, shapes[0][0], affine=affine)


class Scale(nn.Module):
    """ConvNeXt's layer scale: one factor per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layer_scale = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply."""
        return self.layer_scale * x


def activations() -> Iterator[Case]:
    """Every activation, in place too where PyTorch can."""
    for kind, code, layer in (
        ("relu", "nn.ReLU", nn.ReLU),
        ("relu6", "nn.ReLU6", nn.ReLU6),
        ("leaky_relu", "nn.LeakyReLU", nn.LeakyReLU),
        ("elu", "nn.ELU", nn.ELU),
        ("silu", "nn.SiLU", nn.SiLU),
        ("mish", "nn.Mish", nn.Mish),
        ("hardswish", "nn.Hardswish", nn.Hardswish),
        ("hardsigmoid", "nn.Hardsigmoid", nn.Hardsigmoid),
    ):
        for inplace in (True, False):
            make = plain(layer(inplace=inplace))
            full = f"{code}(inplace={inplace})"
            yield Case(kind, {"inplace": inplace}, full, make, IMAGES)
    for kind, inplace, code, function in (
        ("sigmoid", False, "torch.sigmoid", torch.sigmoid),
        ("sigmoid", True, "torch.sigmoid_", torch.sigmoid_),
        ("tanh", False, "torch.tanh", torch.tanh),
        ("tanh", True, "torch.tanh_", torch.tanh_),
    ):
        yield Case(kind, {"inplace": inplace}, code, plain(function), IMAGES)
    for inputs in (IMAGES, VECTORS):
        yield Case("softmax", {}, "nn.Softmax(dim=1)", plain(nn.Softmax(1)), inputs)
    for approximate in ("none", "tanh"):
        code = f"nn.GELU(approximate='{approximate}')"
        yield Case("gelu", {}, code, plain(nn.GELU(approximate)), IMAGES)
    one, many = {"per_channel": False}, {"per_channel": True}
    yield Case("prelu", one, "nn.PReLU()", lambda _: nn.PReLU(), IMAGES)
    yield Case("prelu", many, "nn.PReLU(C)", lambda shapes: nn.PReLU(shapes[0][0]), IMAGES)
    for probability in (0.5, 0, 1):
        for inplace in (False, True):
            yield Case(
                "dropout",
                {"probability": probability, "inplace": inplace},
                f"nn.Dropout(inplace={inplace})",
                plain(nn.Dropout(probability, inplace)),
                IMAGES,
            )
    for probability in (0.2, 0):
        layer_ = StochasticDepth(probability, "row")
        yield Case(
            "stochastic_depth",
            {"probability": probability},
            "torchvision.ops.StochasticDepth(mode='row')",
            plain(layer_),
            IMAGES,
        )


def shuffle(x: Tensor, groups: int) -> Tensor:
    """ShuffleNet's channel shuffle, as torchvision writes it."""
    n, c, h, w = x.shape
    x = x.view(n, groups, c // groups, h, w).transpose(1, 2).contiguous()
    return x.view(n, c, h, w)


def centre(x: Tensor, height: int, width: int) -> Tensor:
    """The middle height x width of the image."""
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]


def rearrangements() -> Iterator[Case]:
    """Views, padding, shuffles and changes of resolution."""
    image: list[tuple[str, Parameters, str, Layer]] = [
        ("flatten", {}, "nn.Flatten()", nn.Flatten()),
        ("identity", {}, "nn.Identity()", nn.Identity()),
        ("slice", {"part": 1, "of": 2}, "x.chunk(2, 1)[0]", lambda x: x.chunk(2, 1)[0]),
        ("slice", {"part": 3, "of": 4}, "x.chunk(4, 1)[2]", lambda x: x.chunk(4, 1)[2]),
        ("crop", {"size": 8}, "x[:, :, a:b, c:d]", lambda x: centre(x, 8, 8)),
        ("crop", {"size": [9, 6]}, "x[:, :, a:b, c:d]", lambda x: centre(x, 9, 6)),
        ("pad", {"padding": 2}, "F.pad", lambda x: functional.pad(x, [2, 2, 2, 2])),
        ("pad", {"padding": [1, 3]}, "F.pad", lambda x: functional.pad(x, [3, 3, 1, 1])),
        (
            "pad",
            {"padding": {"bottom": 1, "right": 2}},
            "F.pad",
            lambda x: functional.pad(x, [0, 2, 0, 1]),
        ),
        ("pad", {"padding": 0}, "F.pad", lambda x: functional.pad(x, [0, 0, 0, 0])),
        (
            "channel_shuffle",
            {"groups": 2},
            "view, transpose, contiguous, view",
            lambda x: shuffle(x, 2),
        ),
        (
            "channel_shuffle",
            {"groups": 4},
            "nn.ChannelShuffle",
            nn.ChannelShuffle(4),
        ),
        ("upsample", {"factor": 2}, "nn.Upsample", nn.Upsample(scale_factor=2)),
        ("upsample", {"factor": 3}, "nn.Upsample", nn.Upsample(scale_factor=3)),
        (
            "upsample",
            {"factor": 2, "mode": "bilinear"},
            "nn.Upsample",
            nn.Upsample(scale_factor=2, mode="bilinear"),
        ),
        ("space_to_depth", {"factor": 3}, "F.pixel_unshuffle", nn.PixelUnshuffle(3)),
        ("pixel_shuffle", {"factor": 2}, "F.pixel_shuffle", nn.PixelShuffle(2)),
    ]
    for kind, parameters, code, layer in image:
        yield Case(kind, parameters, code, plain(layer), IMAGES)
    for mode in ("nearest", "bilinear"):
        yield Case(
            "upsample",
            {"to": "second", "mode": mode},
            "F.interpolate(x, second.shape[2:])",
            plain(lambda x, y, mode=mode: functional.interpolate(x, y.shape[2:], mode=mode)),
            [[[8, 12, 12], [4, 25, 19]], [[8, 15, 9], [4, 15, 9]]],
        )


def after_views() -> Iterator[Case]:
    """Layers whose input lies apart in its storage: a slice, a crop, a layernorm."""
    layers: list[tuple[str, Parameters, str, Maker]] = [
        ("flatten", {}, "nn.Flatten()", plain(nn.Flatten())),
        ("relu", {"inplace": True}, "nn.ReLU(inplace=True)", plain(nn.ReLU(True))),
        (
            "conv",
            {"filters": 16, "kernel": 3},
            "nn.Conv2d",
            lambda shapes: nn.Conv2d(shapes[0][0], 16, 3),
        ),
        ("maxpool", {"kernel": 2}, "nn.MaxPool2d", plain(nn.MaxPool2d(2))),
        ("batchnorm", {}, "nn.BatchNorm2d", lambda shapes: nn.BatchNorm2d(shapes[0][0])),
        ("groupnorm", {"groups": 2}, "nn.GroupNorm", lambda shapes: nn.GroupNorm(2, shapes[0][0])),
        (
            "channel_shuffle",
            {"groups": 2},
            "view, transpose, contiguous, view",
            plain(lambda x: shuffle(x, 2)),
        ),
    ]
    views: list[tuple[Parameters, Layer]] = [
        ({"slice": {"part": 2, "of": 2}}, lambda x: x[:, 4:]),
        ({"crop": {"size": 8}}, lambda x: centre(x, 8, 8)),
        ({"layernorm": {"affine": False}}, LayerNorm2d(8, elementwise_affine=False)),
    ]
    for after, view in views:
        for kind, parameters, code, make in layers:
            yield Case(kind, parameters, code, make, IMAGES, after, view)


def merges() -> Iterator[Case]:
    """add, concat, multiply."""
    equal: list[list[Shape]] = [[[8, 12, 12]] * 2, [[8, 15, 9]] * 2]
    three = [[*shapes, shapes[0]] for shapes in equal]
    names = {"from": ["first", "second"]}
    all_names = {"from": ["first", "second", "third"]}

    def add_to(x: Tensor, *others: Tensor) -> Tensor:
        for y in others:
            x += y
        return x

    yield Case("add", {**names, "inplace": True}, "x += y", plain(add_to), equal)
    yield Case("add", {**names, "inplace": False}, "x + y", plain(lambda x, y: x + y), equal)
    code = "x += y; x += z"
    yield Case("add", {**all_names, "inplace": True}, code, plain(add_to), three)
    yield Case(
        "add",
        {**all_names, "inplace": False},
        "x + y + z",
        plain(lambda x, y, z: x + y + z),
        three,
    )
    different: list[list[Shape]] = [
        [[8, 12, 12], [3, 12, 12]],
        [[8, 15, 9], [16, 15, 9]],
    ]
    code = "torch.cat([x, y], 1)"
    yield Case("concat", names, code, plain(lambda x, y: torch.cat([x, y], 1)), different)
    cropped: list[list[Shape]] = [
        [[8, 12, 12], [3, 8, 8]],
        [[8, 15, 9], [16, 10, 5]],
    ]
    yield Case(
        "concat",
        {**names, "crop": True},
        "torch.cat([x[:, :, a:b, c:d], y], 1)",
        plain(lambda x, y: torch.cat([centre(x, *y.shape[2:]), y], 1)),
        cropped,
    )
    factors: list[list[list[Shape]]] = [
        equal,
        [[[8, 12, 12], [8, 1, 1]], [[8, 15, 9], [8, 1, 1]]],
        [[[8, 12, 12], [1, 12, 12]], [[8, 15, 9], [1, 15, 9]]],
    ]
    for inputs in factors:
        yield Case("multiply", names, "x * y", plain(lambda x, y: x * y), inputs)
    code = "x * y * z"
    yield Case("multiply", all_names, code, plain(lambda x, y, z: x * y * z), three)


def cases() -> Iterator[Case]:
    """Every case, in the order of the spec language's table of kinds."""
    yield from convolutions()
    yield from pools()
    yield from norms()
    yield from activations()
    yield from rearrangements()
    yield from merges()
    yield from after_views()
