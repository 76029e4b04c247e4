"""The table of hand-computed numbers: every layer kind, in several cases.

A row is what a reader can check with a pencil: fields and input on one side, the figures on the
other, with the sum written above. Shapes are as the lecture writes them, width×height×depth; a
vector is one number. What autograd keeps is measured in test_kinds_torch.py besides.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from cnncalc.layers import KINDS, Layer
from cnncalc.layers.layer import ONE_PIXEL, ReceptiveWindow, Saved, Storage
from cnncalc.layers.shape import Shape

NEW, IN_PLACE, VIEW = Storage
INPUT, OUTPUT, NOTHING = Saved(inputs=True), Saved(output=True), Saved()


def shape(text: str) -> Shape:
    """`55x55x96` (width, height, channels), `16000x1`, `112x112x16x3`, or a vector's `4096`."""
    return Shape(*map(int, reversed(text.split("x")))) if "x" in text else Shape(int(text), 1, 1)


def build(kind: str, fields: dict[str, Any], *inputs: Shape) -> Layer:
    """The layer in place, its fields converted as those of a spec."""
    layer = KINDS[kind]
    values = {name: layer.fields[name].convert(frozen(value)) for name, value in fields.items()}
    return layer(values, inputs)


def frozen(value: Any) -> Any:
    """Lists as the tuples that expressions give."""
    return tuple(value) if isinstance(value, list) else value


class Case(NamedTuple):
    """A layer and its figures; what is left out is nothing, or what most layers have."""

    kind: str
    fields: dict[str, Any]
    inputs: str
    output: str
    describe: str
    weights: int = 0
    biases: int = 0
    macs: int = 0
    saved: Saved = NOTHING
    in_place: Saved | None = None
    transient: Saved = NOTHING
    elementwise: int = 0
    storage: Storage = NEW
    volume: bool = True
    view: ReceptiveWindow | None = ONE_PIXEL
    notes: tuple[str, str] | None = None

    @property
    def layer(self) -> Layer:
        return build(self.kind, self.fields, *map(shape, self.inputs.split()))


# A row is a line or two, as the formatter would not leave it.
sees = ReceptiveWindow.of

# fmt: off
CONVOLUTIONS = [
    # AlexNet's first (CS231n): (227 − 11)/4 + 1 = 55; 11·11·3·96 = 34,848; ·55·55 = 105,415,200
    Case(
        "conv", {"filters": 96, "kernel": 11, "stride": 4}, "227x227x3", "55x55x96",
        "96 11×11 filters, stride 4, pad 0", 34_848, 96, 105_415_200, INPUT, elementwise=290_400,
        view=sees((11, 11), (4, 4)), notes=("CONV11-96", "(11*11*3)*96"),
    ),
    # VGG's conv1_2 (CS231n): 3·3·64·64 = 36,864; ·224·224 = 1,849,688,064
    Case(
        "conv", {"filters": 64, "kernel": 3, "padding": 1}, "224x224x64", "224x224x64",
        "64 3×3 filters, stride 1, pad 1", 36_864, 64, 1_849_688_064, INPUT, elementwise=3_211_264,
        view=sees((3, 3)), notes=("CONV3-64", "(3*3*64)*64"),
    ),
    # AlexNet's second, in 2 groups: 5·5·48·256 = 307,200; ·27·27 = 223,948,800
    Case(
        "conv", {"filters": 256, "kernel": 5, "padding": 2, "groups": 2}, "27x27x96", "27x27x256",
        "256 5×5 filters in 2 groups, stride 1, pad 2", 307_200, 256, 223_948_800, INPUT,
        elementwise=186_624, view=sees((5, 5)), notes=("CONV5-256", "(5*5*48)*256"),
    ),
    # kernel of height 1 and width 7 (Inception): 7·1·8·16 = 896; ·12·(12 − 7 + 1 = 6) = 64,512;
    # a norm takes the bias away
    Case(
        "conv", {"filters": 16, "kernel": [1, 7], "norm": "batchnorm"}, "12x12x8", "6x12x16",
        "16 7×1 filters, stride 1, pad 0", 896, 0, 64_512, INPUT, view=sees((1, 7)),
        notes=("CONV7×1-16", "(7*1*8)*16"),
    ),
    # same: ceil(15/2) = 8 by ceil(9/2) = 5; 3·3·8·4 = 288; ·40 = 11,520
    Case(
        "conv", {"filters": 4, "kernel": 3, "stride": 2, "padding": "same", "bias": False},
        "15x9x8", "8x5x4", "4 3×3 filters, stride 2, pad 1", 288, 0, 11_520, INPUT,
        view=sees((3, 3), (2, 2)),
    ),
    # dilation 2: spans 2·(3 − 1) + 1 = 5; 12 − 5 + 1 + 3 = 11 wide (left and right 1 and 2),
    # 12 − 5 + 1 = 8 high
    Case(
        "conv", {"filters": 2, "kernel": 3, "dilation": 2, "padding": {"left": 1, "right": 2}},
        "12x12x8", "11x8x2",
        "2 3×3 filters, stride 1, pad 0/0/1/2 (top/bottom/left/right), dilation 2", 144, 2, 12_672,
        INPUT, elementwise=176, view=sees((5, 5)),
    ),
    # MobileNet: 3·3·32 = 288; ·(112 + 2 − 3 = 111, /2 = 55.5: 56)² = 903,168
    Case(
        "depthwise_conv", {"kernel": 3, "stride": 2, "padding": 1}, "112x112x32", "56x56x32",
        "3×3 filter per channel, stride 2, pad 1", 288, 32, 903_168, INPUT, elementwise=100_352,
        view=sees((3, 3), (2, 2)), notes=("DWCONV3", "(3*3*1)*32"),
    ),
    # two filters per channel: 5·5·8·2 = 400; 12 − 5 + 1 = 8; 400·64 = 25,600
    Case(
        "depthwise_conv", {"kernel": 5, "multiplier": 2, "bias": False}, "12x12x8", "8x8x16",
        "2 5×5 filters per channel, stride 1, pad 0", 400, 0, 25_600, INPUT, view=sees((5, 5)),
    ),
    # U-Net: (28 − 1)·2 + 2 = 56; 2·2·1024·512 = 2,097,152; ·28·28 = 1,644,167,168
    Case(
        "transposed_conv", {"filters": 512, "kernel": 2, "stride": 2}, "28x28x1024", "56x56x512",
        "512 2×2 transposed filters, stride 2, pad 0", 2_097_152, 512, 1_644_167_168, INPUT,
        elementwise=1_605_632, view=sees(growth=(2, 2)), notes=("TCONV2-512", "(2*2*1024)*512"),
    ),
    # (12 − 1)·2 − 2 + 2·(3 − 1) + 1 + 1 = 26 wide and high; 3·3·8/2·4 = 144; ·144 = 20,736; an
    # output pixel is painted by at most ceil(5/2) = 3 inputs
    Case(
        "transposed_conv", {"filters": 4, "kernel": 3, "stride": 2, "padding": 1,
        "output_padding": 1, "dilation": 2, "groups": 2, "bias": False}, "12x12x8", "26x26x4",
        "4 3×3 transposed filters in 2 groups, stride 2, pad 1", 144, 0, 20_736, INPUT,
        view=sees((3, 3), growth=(2, 2)),
    ),
    # same: 5·3 = 15
    Case(
        "transposed_conv", {"filters": 1, "kernel": 4, "stride": 3, "padding": "same",
        "bias": False}, "5x5x1", "15x15x1", "1 4×4 transposed filters, stride 3, pad same", 16, 0,
        400, INPUT, view=sees((Fraction(4, 3), Fraction(4, 3)), growth=(3, 3)),
    ),
    # VGG's fc6 (CS231n): 7·7·512·4096 = 102,760,448
    Case(
        "fc", {"units": 4096}, "7x7x512", "4096", "4096 neurons", 102_760_448, 4096, 102_760_448,
        INPUT, elementwise=4096, view=None, notes=("FC", "7*7*512*4096"),
    ),
    # VGG's fc8: 4096·1000 = 4,096,000
    Case(
        "fc", {"units": 1000, "bias": False}, "4096", "1000", "1000 neurons", 4_096_000, 0,
        4_096_000, INPUT, view=None, notes=("FC", "4096*1000"),
    ),
]

POOLS = [
    # VGG: (224 − 2)/2 + 1 = 112; 112·112·64 = 802,816 indices; ·4 values of a window
    Case(
        "maxpool", {"kernel": 2}, "224x224x64", "112x112x64", "2×2 max pool, stride 2",
        saved=Saved(inputs=True, indices=802_816), transient=Saved(indices=802_816),
        elementwise=3_211_264, view=sees((2, 2), (2, 2)), notes=("POOL2", ""),
    ),
    # ResNet: floor((112 + 2 − 3)/2) + 1 = 56; 56·56·64 = 200,704; ·9 = 1,806,336
    Case(
        "maxpool", {"kernel": 3, "stride": 2, "padding": 1}, "112x112x64", "56x56x64",
        "3×3 max pool, stride 2, pad 1", saved=Saved(inputs=True, indices=200_704),
        transient=Saved(indices=200_704), elementwise=1_806_336, view=sees((3, 3), (2, 2)),
    ),
    # rounded up: ceil((12 − 3)/2) + 1 = 6; 6·6·8 = 288
    Case(
        "maxpool", {"kernel": 3, "stride": 2, "rounding": "ceil"}, "12x12x8", "6x6x8",
        "3×3 max pool, stride 2, rounded up", saved=Saved(inputs=True, indices=288),
        transient=Saved(indices=288), elementwise=2592, view=sees((3, 3), (2, 2)),
    ),
    # ceil((5 + 2 − 2)/2) + 1 = 4, but the 4th window would start at 6 = 5 + 1, in the padding
    Case(
        "maxpool", {"kernel": 2, "padding": 1, "rounding": "ceil"}, "5x5x1", "3x3x1",
        "2×2 max pool, stride 2, pad 1, rounded up", saved=Saved(inputs=True, indices=9),
        transient=Saved(indices=9), elementwise=36, view=sees((2, 2), (2, 2)),
    ),
    # dilated to 5: 12 + 2 − 5 + 1 = 10; 10·10·8 = 800
    Case(
        "maxpool", {"kernel": 3, "stride": 1, "padding": 1, "dilation": 2}, "12x12x8", "10x10x8",
        "3×3 max pool, stride 1, pad 1, dilation 2", saved=Saved(inputs=True, indices=800),
        transient=Saved(indices=800), elementwise=7200, view=sees((5, 5)),
    ),
    # DenseNet: 56/2 = 28; 28·28·128·4 = 401,408
    Case(
        "avgpool", {"kernel": 2}, "56x56x128", "28x28x128", "2×2 average pool, stride 2",
        saved=INPUT, elementwise=401_408, view=sees((2, 2), (2, 2)), notes=("AVGPOOL2", ""),
    ),
    # 3 high, 2 wide: (12 − 3)/2 + 1 = 5 high, 12 − 2 + 1 = 11 wide; 5·11·8·6 = 2640
    Case(
        "avgpool", {"kernel": [3, 2], "stride": [2, 1]}, "12x12x8", "11x5x8",
        "2×3 average pool, stride 1×2", saved=INPUT, elementwise=2640, view=sees((3, 2), (2, 1)),
    ),
    # ResNet: 7·7·2048 = 100,352
    Case(
        "global_avgpool", {}, "7x7x2048", "2048", "global average pool", elementwise=100_352,
        view=None,
    ),
    Case("global_avgpool", {}, "1x1x5", "5", "global average pool", elementwise=5, view=None),
    # 12·12·8 = 1152
    Case(
        "global_maxpool", {}, "12x12x8", "8", "global max pool", saved=Saved(inputs=True,
        indices=8), transient=Saved(indices=8), elementwise=1152, view=None,
    ),
    Case(
        "global_maxpool", {}, "9x15x3", "3", "global max pool", saved=Saved(inputs=True,
        indices=3), transient=Saved(indices=3), elementwise=405, view=None,
    ),
    # windows of 14 rows: 0–2, 2–4 … = 7 of 2, none shared
    Case(
        "adaptive_avgpool", {"size": 7}, "14x14x512", "7x7x512", "adaptive average pool to 7×7",
        saved=INPUT, elementwise=100_352, view=sees((2, 2), (2, 2)),
    ),
    # windows of 12 rows: 0–3, 2–5, 4–8, 7–10, 9–12: 3 + 3 + 4 + 3 + 3 = 16 rows, the largest 4,
    # 12/5 apart; 16·16·8 = 2048
    Case(
        "adaptive_avgpool", {"size": 5}, "12x12x8", "5x5x8", "adaptive average pool to 5×5",
        saved=INPUT, elementwise=2048, view=sees((4, 4), (12, 12), (5, 5)),
    ),
    Case(
        "adaptive_avgpool", {"size": 1}, "12x12x8", "8", "adaptive average pool to 1×1",
        elementwise=1152, view=None,
    ),
    # one row of three columns: windows 12 high, 4 wide; 3·8 = 24 indices
    Case(
        "adaptive_maxpool", {"size": [1, 3]}, "12x12x8", "3x1x8", "adaptive max pool to 3×1",
        saved=Saved(inputs=True, indices=24), transient=Saved(indices=24), elementwise=1152,
        view=sees((12, 4), (12, 4)),
    ),
    # more windows than pixels: 2 pixels for 3: 0–1, 0–2, 1–2: 1 + 2 + 1 = 4 rows; 4·4 = 16
    Case(
        "adaptive_maxpool", {"size": 3}, "2x2x1", "3x3x1", "adaptive max pool to 3×3",
        saved=Saved(inputs=True, indices=9), transient=Saved(indices=9), elementwise=16,
        view=sees((2, 2), (2, 2), (3, 3)),
    ),
]

NORMS = [
    # 2 statistics for each of 64 channels, per batch; 112·112·64·2 = 1,605,632
    Case(
        "batchnorm", {}, "112x112x64", "112x112x64", "batch norm", 64, 64, saved=Saved(inputs=True,
        batch_statistics=128), transient=Saved(batch_statistics=128), elementwise=1_605_632,
        notes=("BATCHNORM", "64"),
    ),
    Case(
        "batchnorm", {"affine": False}, "40", "40", "batch norm", saved=Saved(inputs=True,
        batch_statistics=80), transient=Saved(batch_statistics=80), elementwise=80,
    ),
    # 2 statistics for each of 12·12 = 144 positions; 1152·5 = 5760
    Case(
        "layernorm", {}, "12x12x8", "12x12x8", "layer norm", 8, 8, saved=Saved(inputs=True,
        statistics=288), transient=Saved(statistics=288), elementwise=5760,
    ),
    Case(
        "layernorm", {"affine": False}, "40", "40", "layer norm", saved=Saved(inputs=True,
        statistics=2), transient=Saved(statistics=2), elementwise=160,
    ),
    Case(
        "groupnorm", {}, "12x12x64", "12x12x64", "group norm in 32 groups", 64, 64,
        saved=Saved(inputs=True, statistics=64), transient=Saved(statistics=64),
        elementwise=46_080,
    ),
    Case(
        "groupnorm", {"groups": 4, "affine": False}, "12x12x8", "12x12x8",
        "group norm in 4 groups", saved=Saved(inputs=True, statistics=8),
        transient=Saved(statistics=8), elementwise=4608,
    ),
    # AlexNet: 55·55·96 = 290,400; twice that and (96 + 4)·55·55 = 302,500; 290,400·(5 + 5)
    Case(
        "lrn", {}, "55x55x96", "55x55x96", "local response norm over 5 channels",
        saved=Saved(inputs=True, values=883_300), transient=Saved(values=580_800),
        elementwise=2_904_000,
    ),
    # wider than the channels: (2 + 8)·4 = 40 padded squares, more than 2·8
    Case(
        "lrn", {"size": 9}, "2x2x2", "2x2x2", "local response norm over 9 channels",
        saved=Saved(inputs=True, values=56), transient=Saved(values=40), elementwise=112,
    ),
    Case(
        "scale", {}, "56x56x96", "56x56x96", "scale per channel", 96, saved=INPUT,
        elementwise=301_056, notes=("SCALE", "96"),
    ),
    Case("scale", {}, "7", "7", "scale per channel", 7, saved=INPUT, elementwise=7),
]


def activation(
    kind: str, describe: str, operations: int, saved: Saved, in_place: Saved, *, inplace: bool
) -> list[Case]:
    """An activation that can overwrite its input, of 12·12·8 = 1152 values: by default, and the
    other way.
    """
    cases = []
    for fields in ({}, {"inplace": not inplace}):
        overwrites = fields.get("inplace", inplace)
        cases.append(
            Case(
                kind,
                fields,
                "12x12x8",
                "12x12x8",
                describe,
                saved=saved,
                in_place=in_place,
                elementwise=1152 * operations,
                storage=IN_PLACE if overwrites else NEW,
                volume=False,
            )
        )
    return cases


COPY = Saved(values=1152)
ACTIVATIONS = [
    *activation("relu", "ReLU", 1, OUTPUT, OUTPUT, inplace=True),
    *activation("relu6", "ReLU6", 2, INPUT, COPY, inplace=True),
    *activation("leaky_relu", "leaky ReLU 0.01", 2, INPUT, OUTPUT, inplace=True),
    *activation("elu", "ELU 1", 4, INPUT, OUTPUT, inplace=True),
    *activation("sigmoid", "sigmoid", 4, OUTPUT, OUTPUT, inplace=False),
    *activation("tanh", "tanh", 1, OUTPUT, OUTPUT, inplace=False),
    *activation("silu", "SiLU", 4, INPUT, COPY, inplace=True),
    *activation("mish", "Mish", 5, INPUT, COPY, inplace=True),
    *activation("hardswish", "hard swish", 5, INPUT, COPY, inplace=True),
    *activation("hardsigmoid", "hard sigmoid", 4, INPUT, COPY, inplace=True),
    Case(
        "leaky_relu", {"slope": 0.2}, "4", "4", "leaky ReLU 0.2", saved=INPUT, in_place=OUTPUT,
        elementwise=8, storage=IN_PLACE, volume=False,
    ),
    Case(
        "softmax", {}, "1000", "1000", "softmax over the channels", saved=OUTPUT, elementwise=3000,
        volume=False,
    ),
    Case(
        "softmax", {}, "4x4x21", "4x4x21", "softmax over the channels", saved=OUTPUT,
        elementwise=1008, volume=False,
    ),
    Case("gelu", {}, "12x12x8", "12x12x8", "GELU", saved=INPUT, elementwise=5760, volume=False),
    Case("gelu", {}, "768", "768", "GELU", saved=INPUT, elementwise=3840, volume=False),
    Case(
        "prelu", {}, "12x12x8", "12x12x8", "PReLU", 1, saved=INPUT, elementwise=2304, volume=False,
    ),
    Case(
        "prelu", {"per_channel": True}, "12x12x8", "12x12x8", "PReLU per channel", 8, saved=INPUT,
        elementwise=2304, volume=False,
    ),
    # a mask of 12·12·8 = 1152 values
    Case("dropout", {}, "12x12x8", "12x12x8", "dropout 0.5", saved=COPY, volume=False),
    Case(
        "dropout", {"probability": 0.2, "inplace": True}, "4096", "4096", "dropout 0.2",
        saved=Saved(values=4096), storage=IN_PLACE, volume=False,
    ),
    Case("dropout", {"probability": 0}, "4096", "4096", "dropout 0", storage=VIEW, volume=False),
    Case(
        "stochastic_depth", {"probability": 0.2}, "12x12x8", "12x12x8", "stochastic depth 0.2",
        saved=Saved(values=1), volume=False,
    ),
    Case(
        "stochastic_depth", {"probability": 0}, "12x12x8", "12x12x8", "stochastic depth 0",
        storage=VIEW, volume=False,
    ),
]

RESHAPES = [
    # 7·7·512 = 25,088
    Case("flatten", {}, "7x7x512", "25088", "flatten", storage=VIEW, volume=False, view=None),
    Case("flatten", {}, "9", "9", "flatten", storage=VIEW, volume=False),
    Case("identity", {}, "9", "9", "identity", storage=VIEW, volume=False),
    Case("identity", {}, "7x5x3", "7x5x3", "identity", storage=VIEW, volume=False),
    Case(
        "slice", {"part": 2, "of": 2}, "28x28x116", "28x28x58", "channels, part 2 of 2",
        storage=VIEW, volume=False,
    ),
    Case(
        "slice", {"part": 1, "of": 3}, "9", "3", "channels, part 1 of 3", storage=VIEW,
        volume=False,
    ),
    Case(
        "crop", {"size": 56}, "64x64x512", "56x56x512", "crop to 56×56", storage=VIEW, volume=False,
    ),
    Case("crop", {"size": [9, 6]}, "12x12x8", "6x9x8", "crop to 6×9", storage=VIEW, volume=False),
    # 12 + 2·2
    Case("pad", {"padding": 2}, "12x12x8", "16x16x8", "pad 2"),
    # 12 + 2·3 wide, 12 + 2·1 high
    Case("pad", {"padding": [1, 3]}, "12x12x8", "18x14x8", "pad 3×1"),
    Case(
        "pad", {"padding": {"bottom": 1, "right": 2}}, "12x12x8", "14x13x8",
        "pad 0/1/0/2 (top/bottom/left/right)",
    ),
    Case("channel_shuffle", {"groups": 3}, "28x28x240", "28x28x240", "channel shuffle of 3 groups"),
    Case("channel_shuffle", {"groups": 1}, "6", "6", "channel shuffle of 1 groups"),
    Case("upsample", {}, "12x10x8", "24x20x8", "upsample ×2, nearest", view=sees(growth=(2, 2))),
    # 3 high, 1 wide; 12·30·8·7 = 20,160
    Case(
        "upsample", {"factor": [3, 1], "mode": "bilinear"}, "12x10x8", "12x30x8",
        "upsample ×1×3, bilinear", elementwise=20_160, view=sees((2, 2), growth=(3, 1)),
    ),
    # 12 to 20 pixels wide: 12/20 = 3/5 apart; 10 to 25 high: 2/5
    Case(
        "upsample", {"to": "stem"}, "12x10x8 20x25x3", "20x25x8", "upsample to stem, nearest",
        view=sees((1, 1), (2, 3), (5, 5)),
    ),
    Case(
        "space_to_depth", {"factor": 2}, "26x26x64", "13x13x256", "space to depth, factor 2",
        view=sees((2, 2), (2, 2)),
    ),
    Case(
        "space_to_depth", {"factor": 3}, "12x9x1", "4x3x9", "space to depth, factor 3",
        view=sees((3, 3), (3, 3)),
    ),
    Case(
        "pixel_shuffle", {"factor": 2}, "12x12x8", "24x24x2", "pixel shuffle, factor 2",
        view=sees(growth=(2, 2)),
    ),
    Case(
        "pixel_shuffle", {"factor": 3}, "4x3x9", "12x9x1", "pixel shuffle, factor 3",
        view=sees(growth=(3, 3)),
    ),
]

MERGES = [
    # 56·56·256 = 802,816 additions
    Case(
        "add", {}, "56x56x256 56x56x256", "56x56x256", "add 2 inputs", elementwise=802_816,
        storage=IN_PLACE,
    ),
    # of three, 2 · 1152 additions; the first sum is a step of its own (tests/test_memory_walk.py)
    Case(
        "add", {"inplace": False}, "12x12x8 12x12x8 12x12x8", "12x12x8", "add 3 inputs",
        elementwise=2304,
    ),
    # GoogLeNet's inception3a: 64 + 128 + 32 + 32 = 256
    Case("concat", {}, "28x28x64 28x28x128 28x28x32 28x28x32", "28x28x256", "concat 4 inputs"),
    Case("concat", {"crop": True}, "64x64x512 56x58x512", "56x58x1024", "concat 2 inputs"),
    # squeeze-and-excitation
    Case(
        "multiply", {}, "12x12x8 1x1x8", "12x12x8", "multiply 2 inputs", saved=INPUT,
        elementwise=1152,
    ),
    # an attention map first
    Case(
        "multiply", {}, "12x12x1 12x12x8", "12x12x8", "multiply 2 inputs", saved=INPUT,
        elementwise=1152,
    ),
    # of three, the product of the first two is a step of its own
    Case(
        "multiply", {}, "12x12x8 12x12x1 1x1x8", "12x12x8", "multiply 3 inputs", saved=INPUT,
        elementwise=2304,
    ),
]

# Signals and volumes: the same kinds, one axis less or one more.
DIMENSIONS = [
    # M5 (Dai et al. 2017): (16000 − 80)/4 + 1 = 3981; 80·128 = 10,240; ·3981 = 40,765,440
    Case(
        "conv", {"filters": 128, "kernel": 80, "stride": 4}, "16000x1", "3981x128",
        "128 length-80 filters, stride 4, pad 0", 10_240, 128, 40_765_440, INPUT,
        elementwise=509_568, view=sees((80,), (4,)), notes=("CONV80-128", "(80*1)*128"),
    ),
    # C3D (Tran et al. 2015): 3·3·3·3·64 = 5,184; ·16·112·112 = 1,040,449,536
    Case(
        "conv", {"filters": 64, "kernel": 3, "padding": 1}, "112x112x16x3", "112x112x16x64",
        "64 3×3×3 filters, stride 1, pad 1", 5_184, 64, 1_040_449_536, INPUT,
        elementwise=12_845_056, view=sees((3, 3, 3)), notes=("CONV3-64", "(3*3*3*3)*64"),
    ),
    # R3D-18: 3 frames deep, 7×7: (112 − 7 + 6)/2 = 55.5, 56; 3·7·7·3·64 = 28,224; ·16·56·56
    Case(
        "conv", {"filters": 64, "kernel": [3, 7, 7], "stride": [1, 2, 2], "padding": [1, 3, 3],
                 "bias": False}, "112x112x16x3", "56x56x16x64",
        "64 7×7×3 filters, stride 2×2×1, pad 3×3×1", 28_224, 0, 1_416_167_424, INPUT,
        view=sees((3, 7, 7), (1, 2, 2)),
    ),
    # 3·8 = 24; ·100
    Case(
        "depthwise_conv", {"kernel": 3, "padding": "same", "bias": False}, "100x8", "100x8",
        "length-3 filter per channel, stride 1, pad 1", 24, 0, 2400, INPUT, view=sees((3,)),
    ),
    # (10 − 1)·2 + 4 = 22; 4·8·16 = 512; ·10
    Case(
        "transposed_conv", {"filters": 16, "kernel": 4, "stride": 2}, "10x8", "22x16",
        "16 length-4 transposed filters, stride 2, pad 0", 512, 16, 5120, INPUT,
        elementwise=352, view=sees((2,), growth=(2,)),
    ),
    # C3D's first pool keeps the frames: 16·56·56·64 = 3,211,264 indices, 4 values each
    Case(
        "maxpool", {"kernel": [1, 2, 2]}, "112x112x16x64", "56x56x16x64",
        "2×2×1 max pool, stride 2×2×1", saved=Saved(inputs=True, indices=3_211_264),
        transient=Saved(indices=3_211_264), elementwise=12_845_056,
        view=sees((1, 2, 2), (1, 2, 2)),
    ),
    Case(
        "avgpool", {"kernel": 4}, "100x8", "25x8", "length-4 average pool, stride 4", saved=INPUT,
        elementwise=800, view=sees((4,), (4,)),
    ),
    Case("global_avgpool", {}, "7x7x1x512", "1x1x1x512", "global average pool",
         elementwise=25_088, view=None),
    Case("fc", {"units": 10}, "7x64", "1x10", "10 neurons", 4480, 10, 4480, INPUT, elementwise=10,
         view=None, notes=("FC", "7*64*10")),
    Case("batchnorm", {}, "100x8", "100x8", "batch norm", 8, 8, saved=Saved(
        inputs=True, batch_statistics=16), transient=Saved(batch_statistics=16), elementwise=1600),
    # trilinear: 8 products and 7 sums of each of 8·8·8·4 values
    Case(
        "upsample", {"mode": "bilinear"}, "4x4x4x4", "8x8x8x4", "upsample ×2, bilinear",
        elementwise=30_720, view=sees((2, 2, 2), growth=(2, 2, 2)),
    ),
    Case("pad", {"padding": {"front": 1, "left": 2}}, "4x5x6x2", "6x5x7x2",
         "pad 1/0/0/0/2/0 (front/back/top/bottom/left/right)"),
    Case("pixel_shuffle", {"factor": 2}, "4x4x4x16", "8x8x8x2", "pixel shuffle, factor 2",
         view=sees(growth=(2, 2, 2))),
]

# fmt: on

CASES = CONVOLUTIONS + POOLS + NORMS + ACTIVATIONS + RESHAPES + MERGES + DIMENSIONS
