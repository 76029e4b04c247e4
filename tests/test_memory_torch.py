"""Small nets whose memory PyTorch 2.13.0 was asked for: the figures are measured, on the CPU, with
gradients added in place as the engine does when nothing watches the storages.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

import cnncalc

C = "conv: {filters: 4, kernel: 3, padding: 1}"


class Measured(NamedTuple):
    """A net, and what PyTorch says of it: inference peak, kept bytes, peak of a training step."""

    layers: list[str]
    inference: int
    kept: int
    training: int
    head: str = "input: 8x8x4"
    batch: int = 1

    def text(self) -> str:
        return "\n".join([self.head, "layers:", *(f"  - {layer}" for layer in self.layers)])


STAGE = """input: 8x8x4
blocks:
  stage:
    - conv: [32, 1]
    - conv: [8, 1]
    - aux1: [global_avgpool, fc: 3]"""

MEASURED = {
    "an aux head does not keep a volume alive in inference": Measured(
        ["stage", "stage", "stage"], 13_312, 29_792, 54_036, STAGE
    ),
    "the gradient of shared weights waits for the second one": Measured(
        ["conv1: {filters: 4, kernel: 3, padding: 1}",
         "conv2: {filters: 4, kernel: 3, padding: 1, share: conv1}"],
        432, 288, 2656, "input: 3x3x4",
    ),
    "lrn": Measured([C, "lrn", C], 5120, 7168, 14_224),
    "lrn wider than its channels, at the end": Measured(
        ["conv: [1, 1]", "lrn: 9"], 6144, 6656, 11_280, "input: 8x8x1", batch=2
    ),
    "lrn wider than its channels, behind a concatenation": Measured(
        ["concat: [[conv: [1, 1], lrn: 9], [conv: [1, 1]]]", "conv: [1, 1]"],
        6144, 7680, 11_340, "input: 8x8x1", batch=2,
    ),
    "prelu's slope": Measured(
        ["conv: {filters: 16, kernel: 3, activation: prelu}", "global_avgpool", "fc: 4"],
        5632, 3392, 15_804,
    ),
    "prelu's slopes": Measured([C, "prelu: {per_channel: true}", C], 3072, 3072, 8128),
    "scale": Measured([C, "scale", C], 3072, 3072, 8128),
    "a factor is kept only for the others' gradients": Measured(
        [C, "multiply: {from: [previous, input]}", C], 3072, 2048, 6032
    ),
    "a mask is made without a gradient": Measured(
        ["channel_shuffle: 2", "dropout: 0.5", "conv: [1, 8]"], 2052, 1024, 6152
    ),
    "dropout of everything": Measured([C, "dropout: 1", "fc: 3"], 2060, 2052, 13_512),
    "an add does not overwrite what relu keeps": Measured(
        [C, "residual: [conv: {filters: 4, kernel: 3, padding: 1, activation: relu}]", C],
        4096, 4096, 9856,
    ),
    "silu does not overwrite what relu keeps": Measured([C, "relu", "silu", C], 3072, 3072, 7056),
    "an add does not overwrite what sigmoid keeps": Measured(
        [C, "residual: [conv: [4, 1], sigmoid]", C], 4096, 4096, 8320,
    ),
    "relu does not overwrite what a convolution keeps": Measured(
        [C, "concat: [[conv: [4, 1]], [relu, conv: [4, 1]]]", C], 5120, 5120, 12_256
    ),
    "the gradient of a cropped input is a new volume": Measured(
        ["conv1: [4, 3]", "conv2: [4, 3]", "concat: {from: [conv1, previous], crop: true}", C],
        2368, 2112, 9728,
    ),
    "in place on the view that layer norm gives": Measured(
        ["conv: {filters: 4, kernel: 3, norm: layernorm, activation: relu}", C], 2464, 2464, 7760
    ),
    "in place on a flattened volume": Measured([C, "flatten", "relu", "fc: 4"], 2064, 2048, 19_664),
    "in place on a slice": Measured(
        [C, "slice: {part: 1, of: 2}", "relu", C], 3072, 2048, 7216
    ),
    "in place on a crop": Measured([C, "crop: 4", "relu", C], 2304, 2048, 7568),
    "flattening a crop copies": Measured([C, "crop: 4", "fc: 10"], 2344, 1280, 11_624),
    "group norm copies a slice of two images": Measured(
        [C, "slice: {part: 1, of: 2}", "groupnorm: 2", C], 6176, 4128, 8000, batch=2
    ),
    "but not of one": Measured([C, "slice: {part: 1, of: 2}", "groupnorm: 2", C], 2576, 2576, 5424),
    "group norm copies a gradient that is one number": Measured(
        [C, "groupnorm: 2"], 3088, 2064, 5392
    ),
    "group norm copies a part of a concatenation's gradient": Measured(
        [f"concat: [[{C}, groupnorm: 2], [{C}]]", C], 10_240, 8224, 18_880, batch=2
    ),
    "prelu frees a gradient that its input does not need": Measured(
        ["global_maxpool", "prelu"], 1072, 16, 1080
    ),
    "flattening what layer norm gives copies": Measured(
        [C, "layernorm", "relu", "flatten", "fc: 4"], 3584, 4608, 21_264
    ),
    "an add into layer norm's output": Measured(
        [C, "residual: [conv: [4, 1], layernorm]", C], 4608, 4608, 9872
    ),
    "weights' gradients are reordered behind layer norm": Measured(
        [C, "layernorm", "conv: [64, 5]", "global_avgpool", "fc: 2"], 6144, 3840, 109_560
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEASURED)
def test_to_the_byte(name: str) -> None:
    measured = MEASURED[name]
    net = cnncalc.loads(measured.text())
    assert not [d for d in net.problems if d.severity == "error"]
    totals = net.analyze(measured.batch).totals
    found = (
        totals.peak_activation_bytes,
        totals.saved_activation_bytes,
        totals.training_peak_bytes,
    )
    assert found == (measured.inference, measured.kept, measured.training)


WRITTEN = "input: 8x8x4\nlayers:\n  - conv: [4, 1]\n  - relu\n  - silu: {inplace: true}\n"


def test_overwriting_what_is_kept_is_a_warning_where_it_is_written() -> None:
    (found,) = cnncalc.loads(WRITTEN).diagnostics
    assert (found.code, found.severity) == ("overwrites-kept-volume", "warning")
    assert [fix.text for fix in found.fixes] == ["inplace: false"]
    assert not cnncalc.loads(WRITTEN.replace(": {inplace: true}", "")).diagnostics


def test_what_is_written_is_computed() -> None:
    """In place as the spec says: an inference needs no volume more."""
    written, left = (cnncalc.loads(text).analyze().totals for text in (
        WRITTEN, WRITTEN.replace(": {inplace: true}", "")
    ))  # fmt: skip
    assert (written.peak_activation_bytes, left.peak_activation_bytes) == (2048, 3072)
