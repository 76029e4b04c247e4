"""The receptive field behind layers that enlarge: fractions, exact until they are shown.

The figures are counted by hand: which input pixels reach an output, over all outputs.
"""

from __future__ import annotations

import pytest

import cnncalc

FIELDS = [
    # pixels 0 0 1 1 2 2: two neighbours are of two pixels at most, and so are three
    (["upsample: 2", "conv: [4, 2]"], 2),
    (["upsample: 2", "conv: [4, 2]", "conv: [4, 2]"], 2),
    (["upsample: 2", "conv: [4, 2]", "conv: [4, 2]", "conv: [4, 2]"], 3),
    # of the kernel's pixels 0, 2 and 4 no two are a multiple of 3 apart
    (["transposed_conv: {filters: 4, kernel: 3, stride: 3, dilation: 2}"], 1),
    # pixels 0 and 2 of the kernel meet neighbours, pixel 1 one pixel alone
    (["transposed_conv: [4, 3, 2]"], 2),
    (["transposed_conv: [4, 1, 2]"], 1),
    # a pool's two values see the same two values of the first layer, 3 apart, each of 2 pixels
    (["conv: [4, 2, 3]", "transposed_conv: [4, 3, 2]", "avgpool: 2"], 5),
]


@pytest.mark.parametrize(("layers", "field"), FIELDS)
def test_what_an_output_sees_at_most(layers: list[str], field: int) -> None:
    lines = "\n".join(f"  - {layer}" for layer in layers)
    report = cnncalc.loads(f"input: 20x20x4\nlayers:\n{lines}\n").analyze()
    assert report.rows[-1].receptive_field == (field, field)
