"""The PyTorch code of every kind, for `torch_reference`. To add a kind, add its function."""

# ruff: noqa: ARG001, ARG005  (every operation has the same arguments)
# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor as T  # noqa: N817  (a Tensor is a row's output in cnncalc)
from torch import nn
from torch.nn import functional

OPERATIONS: dict[str, Callable[[Run, Any, list[T]], T]] = {}


def operation(*kinds: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        OPERATIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


class Run:
    """What an operation may ask for: its module, made at its first run; whether it trains; and
    whether it may overwrite its input.
    """

    def __init__(self, *, training: bool, in_place: bool, module: Callable[[Any], Any]) -> None:
        self.training = training
        self.in_place = in_place
        self.module = module


def image(x: T) -> T:
    """A vector as an image of one pixel."""
    return x if x.dim() == 4 else x.view(*x.shape, 1, 1)


def sides(f: dict[str, Any], x: T, strides: list[int]) -> list[int]:
    """Top, bottom, left, right of the field `padding`."""
    padding = f.get("padding", 0)
    if isinstance(padding, dict):
        return [padding.get(side, 0) for side in ("top", "bottom", "left", "right")]
    if padding != "same":
        down, across = pair(padding)
        return [down, down, across, across]
    found = []
    for axis in (0, 1):
        size, stride = x.shape[2 + axis], strides[axis]
        span = pair(f.get("dilation", 1))[axis] * (pair(f["kernel"])[axis] - 1) + 1
        total = max(0, (-(-size // stride) - 1) * stride + span - size)
        found += [total // 2, total - total // 2]
    return found


def pair(value: Any) -> list[int]:
    return list(value) if isinstance(value, (list, tuple)) else [value, value]


def padded(f: dict[str, Any], x: T, strides: list[int], value: float = 0.0) -> tuple[T, list[int]]:
    """The input, and the padding that the operator can add; uneven borders are made before."""
    top, bottom, left, right = sides(f, x, strides)
    if top == bottom and left == right:
        return x, [top, left]
    return functional.pad(x, [left, right, top, bottom], value=value), [0, 0]


@operation("conv", "depthwise_conv")
def conv(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x, strides = image(inputs[0]), pair(f.get("stride", 1))
    channels = x.shape[1]
    filters = f["filters"] if "filters" in f else channels * f.get("multiplier", 1)
    groups = f.get("groups", 1) if "filters" in f else channels
    x, padding = padded(f, x, strides)
    module = run.module(
        lambda: nn.Conv2d(
            channels,
            filters,
            pair(f["kernel"]),
            strides,
            padding,
            pair(f.get("dilation", 1)),
            groups,
            f["bias"],
        )
    )
    y: T = module(x)
    return y


@operation("transposed_conv")
def transposed_conv(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x, strides, dilation = image(inputs[0]), pair(f.get("stride", 1)), pair(f.get("dilation", 1))
    padding, added = [0, 0], pair(f.get("output_padding", 0))
    cut: list[int] = []
    if f.get("padding") == "same":
        for axis in (0, 1):
            span = dilation[axis] * (pair(f["kernel"])[axis] - 1) + 1
            excess = span - strides[axis]
            padding[axis] = max(0, -(-excess // 2))
            added[axis] = max(0, 2 * padding[axis] - excess)
            if added[axis] >= max(strides[axis], dilation[axis]):
                padding, added, cut = [0, 0], [0, 0], [0, 0, 0, 0]
                break
    else:
        top, bottom, left, right = sides(f, x, strides)
        padding = [top, left]
        if (top, left) != (bottom, right):
            padding, cut = [0, 0], [top, bottom, left, right]
    module = run.module(
        lambda: nn.ConvTranspose2d(
            x.shape[1],
            f["filters"],
            pair(f["kernel"]),
            strides,
            padding,
            added,
            f.get("groups", 1),
            f["bias"],
            dilation,
        )
    )
    y: T = module(x)
    if cut and f.get("padding") == "same":
        return y[:, :, : x.shape[2] * strides[0], : x.shape[3] * strides[1]]
    if cut:
        top, bottom, left, right = cut
        return y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]
    return y


@operation("fc")
def fc(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x = inputs[0].flatten(1)
    y: T = run.module(lambda: nn.Linear(x.shape[1], f["units"], f["bias"]))(x)
    return y


@operation("maxpool", "avgpool")
def pool(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    strides, ceil = pair(f["stride"]), f.get("rounding") == "ceil"
    if "dilation" in f:
        x, padding = padded(f, image(inputs[0]), strides, float("-inf"))
        return functional.max_pool2d(x, pair(f["kernel"]), strides, padding, f["dilation"], ceil)
    x, padding = padded(f, image(inputs[0]), strides)
    return functional.avg_pool2d(x, pair(f["kernel"]), strides, padding, ceil)


for word, function in (
    ("avg", functional.adaptive_avg_pool2d),
    ("max", functional.adaptive_max_pool2d),
):
    operation(f"global_{word}pool", f"adaptive_{word}pool")(
        lambda run, f, inputs, function=function: function(image(inputs[0]), f.get("size", 1))
    )


@operation("batchnorm")
def batchnorm(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,) = inputs
    kind = nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d
    module = run.module(lambda: kind(x.shape[1], affine=f["affine"]))
    y: T = module.train(run.training)(x)
    return y


@operation("layernorm")
def layernorm(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,) = inputs
    module = run.module(lambda: nn.LayerNorm(x.shape[1], elementwise_affine=f["affine"]))
    if x.dim() == 2:
        vector: T = module(x)
        return vector
    y: T = module(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return y


@operation("groupnorm")
def groupnorm(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,) = inputs
    module = run.module(lambda: nn.GroupNorm(f["groups"], x.shape[1], affine=f["affine"]))
    y: T = module(x)
    return y


@operation("lrn")
def lrn(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    return functional.local_response_norm(image(inputs[0]), f["size"])


class Factors(nn.Module):
    """ConvNeXt's layer scale."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layer_scale = nn.Parameter(torch.ones(channels))


@operation("scale")
def scale(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,) = inputs
    factors: T = run.module(lambda: Factors(x.shape[1])).layer_scale
    return factors.view(-1, *(1,) * (x.dim() - 2)) * x


@operation("prelu")
def prelu(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,) = inputs
    y: T = run.module(lambda: nn.PReLU(x.shape[1] if f["per_channel"] else 1))(x)
    return y


def activation(kind: str, function: Callable[..., T], *fields: str) -> None:
    """An activation with the argument ``inplace``."""
    operation(kind)(
        lambda run, f, inputs: function(inputs[0], *(f[n] for n in fields), inplace=run.in_place)
    )


activation("relu", functional.relu)
activation("relu6", functional.relu6)
activation("leaky_relu", functional.leaky_relu, "slope")
activation("elu", functional.elu, "alpha")
activation("silu", functional.silu)
activation("mish", functional.mish)
activation("hardswish", functional.hardswish)
activation("hardsigmoid", functional.hardsigmoid)
activation("sigmoid", lambda x, inplace: x.sigmoid_() if inplace else x.sigmoid())
activation("tanh", lambda x, inplace: x.tanh_() if inplace else x.tanh())
operation("gelu")(lambda run, f, inputs: functional.gelu(inputs[0]))
operation("softmax")(lambda run, f, inputs: inputs[0].softmax(1))


@operation("dropout")
def dropout(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    probability = f["probability"]
    if not run.training or not probability:
        return inputs[0]
    return functional.dropout(inputs[0], probability, inplace=run.in_place)


@operation("stochastic_depth")
def stochastic_depth(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    (x,), probability = inputs, f["probability"]
    if not run.training or not probability:
        return x
    noise = torch.empty([x.shape[0], *(1,) * (x.dim() - 1)], device=x.device)
    noise.bernoulli_(1 - probability)
    if probability < 1:
        noise.div_(1 - probability)
    return x * noise


def centre(x: T, height: int, width: int) -> T:
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]


@operation("channel_shuffle")
def channel_shuffle(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x = image(inputs[0])
    n, c, h, w = x.shape
    y = x.view(n, f["groups"], c // f["groups"], h, w).transpose(1, 2).contiguous()
    return y.view(n, c, h, w)


@operation("upsample")
def upsample(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x = image(inputs[0])
    size = list(image(inputs[1]).shape[2:]) if len(inputs) > 1 else None
    if size is None:
        size = [n * times for n, times in zip(x.shape[2:], pair(f["factor"]), strict=True)]
    return functional.interpolate(x, size, mode=f["mode"])


@operation("slice")
def part(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    count = inputs[0].shape[1] // f["of"]
    return inputs[0].narrow(1, (f["part"] - 1) * count, count)


@operation("pad")
def pad(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    x = image(inputs[0])
    top, bottom, left, right = sides(f, x, [1, 1])
    return functional.pad(x, [left, right, top, bottom])


operation("flatten")(lambda run, f, inputs: inputs[0].flatten(1))
operation("crop")(lambda run, f, inputs: centre(image(inputs[0]), *pair(f["size"])))
operation("space_to_depth")(
    lambda run, f, inputs: functional.pixel_unshuffle(image(inputs[0]), f["factor"])
)
operation("pixel_shuffle")(
    lambda run, f, inputs: functional.pixel_shuffle(image(inputs[0]), f["factor"])
)


def alike(inputs: list[T]) -> list[T]:
    """Vectors as images where one is an image."""
    return [image(x) for x in inputs] if any(x.dim() == 4 for x in inputs) else inputs


@operation("add")
def add(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    total, *others = inputs
    others = [image(x) if total.dim() == 4 else x.flatten(1) for x in others]
    in_place = run.in_place
    for x in others:
        if in_place:
            total += x
        else:
            total = total + x
            in_place = f["inplace"]  # into the new sum, which nothing else reads
    return total


@operation("multiply")
def multiply(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    product, *others = alike(inputs)
    for x in others:
        product = product * x
    return product


@operation("concat")
def concat(run: Run, f: dict[str, Any], inputs: list[T]) -> T:
    parts = alike(inputs)
    if f["crop"]:
        parts = [image(x) for x in inputs]
        height, width = (min(x.shape[axis] for x in parts) for axis in (2, 3))
        parts = [x if x.shape[2:] == (height, width) else centre(x, height, width) for x in parts]
    return torch.cat(parts, 1)
