"""How the tests of the language write specs and read what comes out: one line each way."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import cnncalc
from cnncalc.diagnostics import Diagnostic
from cnncalc.layers.shape import Shape
from cnncalc.report.report import Report


def spec(layers: str, **sections: str) -> str:
    """A spec with these steps, written in YAML's flow style, and an 8x8x4 input unless another
    is given.
    """
    if "inputs" not in sections:
        sections = {"input": "8x8x4", **sections}
    lines = [f"{key}: {value}" for key, value in sections.items()]
    return "\n".join([*lines, f"layers: {layers}"]) + "\n"


def net(text: str, **options: Any) -> cnncalc.Net:
    return cnncalc.loads(dedent(text), **options)


def report(text: str, **options: Any) -> Report:
    """The report of a spec that has no errors."""
    result = net(text, **options).report()
    assert not [d for d in result.diagnostics if d.severity == "error"]
    return result


def size(shape: Shape) -> str:
    """As a spec writes it: `8x8x4`, `10`, and CxHxW as `4@8x6` where the image is not square."""
    channels, height, width = shape
    if height == width:
        return str(channels) if height == 1 else f"{width}x{height}x{channels}"
    return f"{channels}@{height}x{width}"


def rows(text: str, **options: Any) -> str:
    """`conv1 8x8x16 592, relu1 8x8x16 0`: every row with its output and its parameters."""
    found = report(text, **options).rows
    return ", ".join(f"{row.name} {size(row.output_shape)} {row.params}" for row in found)


def names(text: str, **options: Any) -> str:
    """The names of the rows."""
    return " ".join(row.name for row in report(text, **options).rows)


def output(text: str, **options: Any) -> str:
    """The shape that leaves the net."""
    (tensor,) = report(text, **options).network.outputs
    return size(tensor.output)


def wiring(text: str, **options: Any) -> dict[str, str]:
    """Every row and what it reads."""
    return {row.name: " ".join(row.inputs) for row in report(text, **options).rows}


def field(text: str, name: str, **options: Any) -> Any:
    """The value that a field of the last row has."""
    return report(text, **options).rows[-1].parameters[name]


def written(diagnostic: Diagnostic) -> str:
    """The text that a diagnostic points at."""
    span = diagnostic.span
    lines = span.source.lines
    if span.line != span.end_line:
        return "…"
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


def mistakes(text: str, *, severity: str = "error", **options: Any) -> list[str]:
    """`unknown-kind: conv2d`: the code of every error, and the text that it points at."""
    found = net(text, **options).report().diagnostics
    return [f"{d.code}: {written(d)}" for d in found if d.severity == severity]
