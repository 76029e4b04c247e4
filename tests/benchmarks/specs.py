"""Generated specs: written out layer by layer, or in blocks, and a folder of many.

python tests/benchmarks/specs.py flat|blocks LAYERS        # prints one
"""

from __future__ import annotations

import sys
from pathlib import Path

FLAT = """\
  - conv{0}: {{filters: 64, kernel: 3, padding: same, bias: false}}
  - batchnorm: {{name: conv{0}_batchnorm}}
  - relu: {{name: conv{0}_relu}}
"""
"""Three layers, as `cnncalc NET --format yaml` writes them."""

BLOCKS = """\
name: Generated, in blocks
input: 32x32x64
defaults:
  conv: {{padding: same, norm: batchnorm, activation: relu}}
blocks:
  unit(width):                                    # 10 rows
    - residual:
        - conv: [width, 3]
        - conv: {{filters: width, kernel: 3, activation: none}}
    - relu
    - conv: [width, 1]
  stage(width, depth):
    - unit: {{width: width, repeat: depth}}
layers:
  - stage: {{width: 64, depth: {depth}, repeat: {stages}}}
"""

VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Filters and how many convolutions, before each pool."""


def flat(layers: int) -> str:
    """A chain of convolution, batch norm and ReLU, each a step with a name of its own."""
    steps = "".join(FLAT.format(number) for number in range(1, layers // 3 + 1))
    rest = "  - relu\n" * (layers % 3)
    return f"name: Generated, flat\ninput: 32x32x64\nlayers:\n{steps}{rest}"


def in_blocks(layers: int) -> str:
    """As many layers, from residual units of 10 rows in stages."""
    units = layers // 10
    stages = 10 if units >= 100 else 1
    return BLOCKS.format(depth=units // stages, stages=stages)


WRITTEN = {"flat": flat, "blocks": in_blocks}


def vgg_like(number: int) -> str:
    """A spec of VGG-16's size, written out; each ``number`` has other filters."""
    lines = [f"name: VGG-like {number}", "input: 224x224x3", "defaults:",
             "  conv: {kernel: 3, padding: same, activation: relu}", "layers:"]  # fmt: skip
    for stage, (filters, depth) in enumerate(VGG16, 1):
        own = filters + number % 7
        lines += [f"  - conv{stage}_{i}: {{filters: {own}}}" for i in range(1, depth + 1)]
        lines.append(f"  - maxpool{stage}: 2")
    for layer in (6, 7):
        lines.append(f"  - fc{layer}: {{units: {4096 - number}, activation: relu}}")
        lines.append(f"  - dropout{layer}: 0.5")
    lines += ["  - fc8: 1000", "expect:", "  output: 1000"]
    return "\n".join(lines) + "\n"


def write_folder(folder: Path, count: int) -> Path:
    """``count`` specs of VGG-16's size."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"net{number:04}.yaml").write_text(vgg_like(number), encoding="utf-8")
    return folder


def write(folder: Path, form: str, layers: int) -> Path:
    """A generated spec as a file."""
    path = folder / f"{form}-{layers}.yaml"
    path.write_text(WRITTEN[form](layers), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(WRITTEN[sys.argv[1]](int(sys.argv[2])))
