"""What a layer that cannot be computed says, what it offers, and what stays known of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cnncalc.diagnostics import Diagnostic, Fix, Related, Rule, Source, Span, Unknown
from cnncalc.layers import KINDS, Layer
from cnncalc.layers.layer import LayerProblem
from cnncalc.layers.shape import PartialShape, Shape
from tests.kind_table import build, shape

HERE = Span(Source("net.yaml", ""), 1, 1, 1, 2)


class Step:
    """A layer's place in a spec where every field can be set: its fixes say how, in words."""

    name = "step1"

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def span(self, field: str = "") -> Span:
        assert field == "" or field in self.layer.fields
        return HERE

    def origins(self) -> tuple[Related, ...]:
        return tuple(Related(f"gives {x}", HERE) for x in self.layer.inputs)

    def set_field(self, field: str, value: str) -> Fix | None:
        assert field in self.layer.fields
        return Fix(f"{field}: {value}", ())

    def set_origin_field(self, index: int, field: str, value: str) -> Fix | None:
        return Fix(f"input {index + 1} {field}: {value}", ())


def problem(layer: Layer) -> tuple[str, Diagnostic]:
    """The field at fault and the diagnostic of a layer that cannot be computed."""
    with pytest.raises(LayerProblem) as caught:
        compute(layer)
    found = caught.value
    return found.field, found.rule(Step(layer), found.field, **found.facts)


def compute(layer: Layer) -> Shape:
    layer.check_axes()
    layer.check()
    return layer.output


class Wrong(NamedTuple):
    """A layer that cannot be computed: the code, the message without the name, the fixes."""

    kind: str
    fields: dict[str, Any]
    inputs: str
    code: str
    message: str
    formula: str
    fixes: list[str]


WRONG = [
    Wrong(
        "conv", {"filters": 8, "kernel": [3, 3, 3]}, "7x7x3", "other-axes",
        ": kernel [3, 3, 3] does not fit: its input has 2 axes: [height, width]", "", [],
    ),
    Wrong(
        "pad", {"padding": {"top": 1}}, "100x8", "other-axes",
        ": padding {top: 1} does not fit: an input with length has the sides left, right", "", [],
    ),
    Wrong(
        "conv", {"filters": 8, "kernel": 9}, "7x7x3", "no-valid-output",
        " has no valid output: its 9×9 kernel does not fit the 7×7 input",
        "(W − F + 2·P)/S + 1 = (7 − 9 + 2·0)/1 + 1 = −1, must be at least 1",
        ["kernel: 7", "padding: 1", "padding: same"],
    ),
    Wrong(
        "conv", {"filters": 8, "kernel": [3, 9], "stride": 4}, "6x7x3", "no-valid-output",
        " has no valid output: its 9×3 kernel does not fit the 6×7 input",
        "(W − F + 2·P)/S + 1 = (6 − 9 + 2·0)/4 + 1 = 0.25, must be at least 1",
        ["kernel: [3, 6]", "padding: 2", "padding: same"],
    ),
    Wrong(
        "maxpool", {"kernel": 3, "dilation": 4}, "8x8x3", "no-valid-output",
        " has no valid output: its 3×3 kernel (dilated to 9) does not fit the 8×8 input",
        "(W − (D·(F − 1) + 1) + 2·P)/S + 1 = (8 − (4·(3 − 1) + 1) + 2·0)/3 + 1 = 0.6667, "
        "must be at least 1",
        ["kernel: 2", "padding: 1", "dilation: 3", "padding: same"],
    ),
    Wrong(
        "transposed_conv", {"filters": 8, "kernel": 2, "padding": 3}, "4x4x3", "no-valid-output",
        " has no valid output: its padding of 6 cuts off all of its 5 rows",
        "(H − 1)·S − 2·P + F = (4 − 1)·1 − 2·3 + 2 = −1, must be at least 1",
        ["padding: 2", "padding: same"],
    ),
    Wrong(
        "conv", {"filters": 10, "kernel": 1, "groups": 4}, "4x4x8", "groups-do-not-divide",
        ": its 10 filters cannot be split into 4 equal groups", "",
        ["groups: 2", "groups: 1", "filters: 12", "filters: 8"],
    ),
    Wrong(
        "transposed_conv", {"filters": 8, "kernel": 1, "groups": 4}, "4x4x6",
        "groups-do-not-divide", ": its 6 input channels cannot be split into 4 equal groups", "",
        ["groups: 2", "groups: 1"],
    ),
    Wrong(
        "groupnorm", {}, "4x4x48", "groups-do-not-divide",
        ": its 48 input channels cannot be split into 32 equal groups", "",
        ["groups: 24", "groups: 16"],
    ),
    Wrong(
        "channel_shuffle", {"groups": 3}, "4x4x58", "groups-do-not-divide",
        ": its 58 input channels cannot be split into 3 equal groups", "",
        ["groups: 2", "groups: 1"],
    ),
    Wrong(
        "slice", {"part": 1, "of": 2}, "4x4x9", "factor-does-not-divide",
        ": its 9 input channels cannot be split into 2 equal parts", "", ["of: 1", "of: 3"],
    ),
    Wrong(
        "slice", {"part": 3, "of": 2}, "4x4x6", "no-such-part",
        " has no part 3: the channels are split into 2 parts", "", ["part: 2", "of: 3"],
    ),
    Wrong(
        "crop", {"size": [8, 4]}, "6x6x3", "crop-larger-than-input",
        ": a 4×8 crop is larger than its 6×6 input", "", ["size: [6, 4]"],
    ),
    Wrong(
        "maxpool", {"kernel": 3, "padding": 2}, "8x8x3", "pool-padding-too-large",
        ": padding 2 along the width is more than half of the window of 3", "",
        ["padding: 1"],
    ),
    Wrong(
        "avgpool", {"kernel": [2, 5], "stride": 1, "padding": 2}, "8x8x3", "pool-padding-too-large",
        ": padding 2 along the height is more than half of the window of 2", "",
        ["padding: [1, 2]"],
    ),
    Wrong(
        "maxpool", {"kernel": 2, "dilation": 3, "padding": 3}, "8x8x3", "pool-padding-too-large",
        ": padding 3 along the width is more than half of the window of 4", "",
        ["padding: 2"],
    ),
    Wrong(
        "transposed_conv",
        {"filters": 8, "kernel": 3, "stride": [3, 2], "output_padding": 2, "dilation": 2}, "4x4x3",
        "output-padding-too-large",
        ": output padding 2 along the width is not less than stride 2 or dilation 2",
        "", ["output_padding: [2, 1]"],
    ),
    Wrong(
        "space_to_depth", {"factor": 4}, "12x10x3", "factor-does-not-divide",
        ": its 12×10 input cannot be split into 4×4 squares: its height is 10", "", ["factor: 2"],
    ),
    Wrong(
        "pixel_shuffle", {"factor": 4}, "6x6x36", "factor-does-not-divide",
        ": its 36 input channels cannot be split into squares of 4×4", "",
        ["factor: 3", "factor: 2"],
    ),
]  # fmt: skip
every_wrong = pytest.mark.parametrize(
    "wrong", WRONG, ids=[f"{w.kind}-{w.fields}-{w.inputs}" for w in WRONG]
)


@every_wrong
def test_a_layer_that_cannot_be_computed(wrong: Wrong) -> None:
    layer = build(wrong.kind, wrong.fields, *map(shape, wrong.inputs.split()))
    _, found = problem(layer)
    assert (found.code, found.message) == (wrong.code, f"step1{wrong.message}")
    assert found.formula == wrong.formula
    assert [fix.text for fix in found.fixes] == wrong.fixes


@every_wrong
def test_every_fix_fixes(wrong: Wrong) -> None:
    """Each offer alone is enough."""
    inputs = [shape(text) for text in wrong.inputs.split()]
    _, found = problem(build(wrong.kind, wrong.fields, *inputs))
    for fix in found.fixes:
        name, _, text = fix.text.partition(": ")
        compute(build(wrong.kind, {**wrong.fields, name: literal(text)}, *inputs))


def literal(text: str) -> Any:
    """`3`, `[6, 4]` or a word."""
    if text.startswith("["):
        return [int(part) for part in text.strip("[]").split(",")]
    return int(text) if text.isdigit() else text


@pytest.mark.parametrize(
    ("channels", "fixes"),
    [(10**15, ["groups: 50000"]), (999_999_999_989, ["groups: 1"])],
)
def test_a_huge_count_is_searched_no_further_than_it_must(channels: int, fixes: list[str]) -> None:
    _, found = problem(build("channel_shuffle", {"groups": 49_999}, Shape(channels, 1, 1)))
    assert [fix.text for fix in found.fixes] == fixes


def test_an_upsampling_has_one_size() -> None:
    layer = build("upsample", {"factor": 2, "to": "stem"}, Shape(3, 4, 4), Shape(3, 9, 9))
    field, found = problem(layer)
    assert (field, found.code) == ("factor", "factor-and-target")


class Apart(NamedTuple):
    """Inputs of a merge that do not fit: the first two that disagree, and what is offered."""

    kind: str
    inputs: str
    code: str
    message: str
    fixes: list[str]
    help: str


APART = [
    Apart(
        "add", "8x8x3 64x3", "axes-differ",
        "input 1 is 8×8×3, input 2 is 64×3: the axes must be the same", [], "",
    ),
    Apart(
        "add", "56x56x64 56x56x64 56x56x256", "add-shapes-differ",
        "input 1 is 56×56×64, input 3 is 56×56×256: the shapes must be equal",
        ["input 3 filters: 64", "input 1 filters: 256"],
        "a step `conv: [64, 1]` changes input 3 to 64 channels",
    ),
    Apart(
        "add", "28x28x64 56x56x64", "add-shapes-differ",
        "input 1 is 28×28×64, input 2 is 56×56×64: the shapes must be equal",
        ["input 2 padding: same", "input 1 padding: same", "input 1 stride: 1",
         "input 2 stride: 2", "`padding: same` in the steps of inputs 1 and 2"],
        "a step `upsample: 2` changes input 1 to the size of input 2",
    ),
    Apart(
        "add", "1x1x1 1x1x8", "add-shapes-differ",
        "input 1 is 1×1×1, input 2 is 1×1×8: the shapes must be equal",
        ["input 2 filters: 1", "input 1 filters: 8"],
        "a step `conv: [1, 1]` changes input 2 to 1 channel",
    ),
    Apart(
        "concat", "30x30x16 30x28x8", "concat-sizes-differ",
        "input 1 is 30×30×16, input 2 is 30×28×8: the sizes must be equal, only channels may "
        "differ",
        ["crop: true", "input 2 padding: same", "input 1 padding: same", "input 2 stride: 1",
         "input 1 stride: 2", "`padding: same` in the steps of inputs 1 and 2"],
        "",
    ),
    Apart(
        "multiply", "12x12x8 1x1x4", "factors-differ",
        "input 1 is 12×12×8, input 2 is 1×1×4: the shapes must be equal, or have height and "
        "width 1, or 1 channel",
        ["input 2 filters: 8", "input 1 filters: 4"],
        "a step `conv: [8, 1]` changes input 2 to 8 channels",
    ),
    Apart(
        "multiply", "1x1x8 12x12x8 12x6x1", "factors-differ",
        "input 2 is 12×12×8, input 3 is 12×6×1: the shapes must be equal, or have height and "
        "width 1, or 1 channel",
        ["input 3 padding: same", "input 2 padding: same", "input 3 stride: 1",
         "input 2 stride: 2", "`padding: same` in the steps of inputs 2 and 3"],
        "a step `upsample: 2` changes input 3 to the size of input 2",
    ),
]  # fmt: skip


@pytest.mark.parametrize("apart", APART, ids=[f"{a.kind}-{a.inputs}" for a in APART])
def test_inputs_that_do_not_fit(apart: Apart) -> None:
    layer = build(apart.kind, {}, *map(shape, apart.inputs.split()))
    field, found = problem(layer)
    assert field == ""
    assert (found.code, found.message) == (apart.code, f"step1: {apart.message}")
    assert [fix.text for fix in found.fixes] == apart.fixes
    assert "".join(found.help) == apart.help
    assert len(found.related) == len(layer.inputs)


def told(layer: Layer) -> list[str]:
    """The codes that a layer's channels, size and further checks give, each asked alone."""
    codes = []
    for part in (layer.output_channels, layer.output_size, layer.check):
        try:
            part()
        except LayerProblem as found:
            codes.append(found.rule.code)
        except Unknown:
            pass
    return codes


@pytest.mark.parametrize(
    ("kind", "inputs", "codes"),
    [
        ("add", "8x8x3 4x4x6", ["add-shapes-differ"]),
        ("add", "8x8x1 4x4x6", ["add-shapes-differ"]),
        ("add", "8x8x3 4x6x3", ["add-shapes-differ"]),
        ("multiply", "8x8x3 4x4x6", ["factors-differ"]),
        ("multiply", "8x8x1 4x4x6", ["factors-differ"]),
        ("concat", "8x8x3 4x6x6", ["concat-sizes-differ"]),
        ("concat", "8x8x3 8x8x6", []),
    ],
)
def test_one_mistake_is_told_once(kind: str, inputs: str, codes: list[str]) -> None:
    assert told(build(kind, {}, *map(shape, inputs.split()))) == codes


# What a mistake upstream leaves unknown.


def known(part: Any) -> Any:
    """What a part gives, or None where it cannot be known."""
    try:
        return part()
    except Unknown:
        return None


NO_CHANNELS, NO_SIZE = PartialShape(None, 9, 9), PartialShape(8, None, None)
NOTHING = PartialShape(None, None, None)
NAMED: dict[str, dict[str, Any]] = {
    "upsample": {"factor": 2},
    "space_to_depth": {"factor": 3},
    "pixel_shuffle": {"factor": 2},
    "slice": {"part": 1, "of": 2},
    "groupnorm": {"groups": 4},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("image", [NO_CHANNELS, NO_SIZE, NOTHING], ids=str)
def test_an_unknown_input_raises_nothing_else(kind: str, image: Shape) -> None:
    """Every figure of every kind is known, or `Unknown`; nothing is guessed."""
    fields = NAMED.get(kind, {})
    for name, field in KINDS[kind].fields.items():
        if field.required:
            fields = {name: 1, **fields}
    layer = build(kind, fields, *[image] * (2 if KINDS[kind].takes_branches else 1))
    whole = build(kind, fields, *[Shape(8, 9, 9)] * len(layer.inputs))
    for figure in ("output_channels", "output_size", "check", "weights", "biases", "macs"):
        assert known(getattr(layer, figure)) in (None, getattr(whole, figure)())


@pytest.mark.parametrize(
    ("kind", "fields", "image", "channels", "size"),
    [
        ("conv", {"filters": 5, "kernel": 3}, NO_SIZE, 5, None),
        ("conv", {"filters": 5, "kernel": 3}, NO_CHANNELS, 5, (7, 7)),
        ("depthwise_conv", {"kernel": 3}, NO_SIZE, 8, None),
        ("fc", {"units": 10}, NOTHING, 10, (1, 1)),
        ("maxpool", {"kernel": 3}, NO_CHANNELS, None, (3, 3)),
        ("global_avgpool", {}, NO_SIZE, 8, (1, 1)),
        ("adaptive_maxpool", {"size": 4}, NOTHING, None, (4, 4)),
        ("flatten", {}, NO_SIZE, None, (1, 1)),
        ("crop", {"size": 4}, NO_SIZE, 8, (4, 4)),
        ("slice", {"part": 1, "of": 2}, NO_SIZE, 4, None),
        ("space_to_depth", {"factor": 3}, NO_CHANNELS, None, (3, 3)),
        ("pixel_shuffle", {"factor": 2}, NO_SIZE, 2, None),
        ("relu", {}, NO_SIZE, 8, None),
    ],
)
def test_what_stays_known(
    kind: str, fields: dict[str, Any], image: Shape, channels: int | None, size: Any
) -> None:
    layer = build(kind, fields, image)
    assert known(layer.output_channels) == channels
    assert known(layer.output_size) == size


@pytest.mark.parametrize(
    ("kind", "channels", "size"),
    [("add", 8, (9, 9)), ("multiply", 8, (9, 9)), ("concat", None, (9, 9))],
)
def test_the_inputs_of_a_merge_fill_each_other_in(
    kind: str, channels: int | None, size: Any
) -> None:
    layer = build(kind, {}, NO_SIZE, NO_CHANNELS)
    assert known(layer.output_channels) == channels
    assert known(layer.output_size) == size


# What is legal, but probably wrong.


@pytest.mark.parametrize(
    ("kind", "fields", "image", "code", "fixes"),
    [
        ("conv", {"filters": 4, "kernel": 2, "stride": 4}, "32x32x3",
         "stride-larger-than-kernel", ["kernel: 4", "stride: 2"]),
        ("conv", {"filters": 4, "kernel": 3, "padding": 3}, "32x32x3",
         "padding-covers-kernel", ["padding: 1", "kernel: 7"]),
        ("avgpool", {"kernel": 2}, "7x7x3", "pixels-never-seen",
         ["padding: 1", "rounding: ceil", "kernel: 3", "kernel: 1"]),
        ("adaptive_avgpool", {"size": 7}, "4x9x3", "pool-enlarges", ["size: [7, 4]"]),
        ("layernorm", {}, "4x4x1", "norm-of-one-value", []),
        ("groupnorm", {"groups": 4}, "4", "norm-of-one-value", []),
        ("softmax", {}, "4x4x1", "softmax-of-one-channel", []),
        ("dropout", {"probability": 1}, "4", "drops-everything", []),
        ("stochastic_depth", {"probability": 1}, "4", "drops-everything", []),
    ],
)  # fmt: skip
def test_advice(kind: str, fields: dict[str, Any], image: str, code: str, fixes: list[str]) -> None:
    layer = build(kind, fields, shape(image))
    (advice,) = layer.advice()
    found = advice.rule(Step(layer), advice.field, **advice.facts)
    assert (found.code, found.severity) == (code, "warning")
    assert [fix.text for fix in found.fixes] == fixes


@pytest.mark.parametrize(
    ("kind", "fields", "image"),
    [
        ("maxpool", {"kernel": 3, "stride": 2, "rounding": "ceil"}, "13x14x3"),
        ("conv", {"filters": 4, "kernel": 3, "stride": 2, "padding": "same"}, "13x14x3"),
        ("conv", {"filters": 4, "kernel": 7, "stride": 2, "padding": 3}, "224x224x3"),
        ("conv", {"filters": 4, "kernel": 1, "stride": 2}, "56x56x3"),  # a shortcut's projection
        ("conv", {"filters": 4, "kernel": 1, "stride": 3}, "7x7x3"),
        ("maxpool", {"kernel": 1, "stride": 2}, "14x14x3"),  # FPN's P6
        ("adaptive_avgpool", {"size": 7}, "7x7x3"),
        ("groupnorm", {"groups": 4}, "2x2x4"),
        ("batchnorm", {}, "1x1x1"),
        ("dropout", {"probability": 0.99}, "4"),
    ],
)
def test_no_advice(kind: str, fields: dict[str, Any], image: str) -> None:
    assert list(build(kind, fields, shape(image)).advice()) == []


def test_every_rule_about_shapes_is_raised_above() -> None:
    from cnncalc.diagnostics import RULES  # filled by the layers' imports
    from cnncalc.layers.rules import merges, shapes

    mine = {r.code for m in (merges, shapes) for r in vars(m).values() if isinstance(r, Rule)}
    assert mine <= set(RULES)
    assert mine == {w.code for w in WRONG} | {a.code for a in APART} | {"factor-and-target"}
