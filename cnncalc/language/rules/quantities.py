"""Rules about the figures under `expect:`, `published:` and `--expect`: how they are written."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Fix, Span, rule
from cnncalc.text.edits import replacing


def in_its_quotes(span: Span, text: str) -> tuple[Fix, ...]:
    """The fix that writes a text over the span, in the quotes that stand there; none for none."""
    lines = span.source.lines
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    first = line[span.column - 1 : span.column]
    quote = first if first in ("'", '"') else ""
    return (replacing(span, f"{quote}{text}{quote}", text),) if text else ()


@rule("quantities")
def malformed_quantity(
    span: Span, *, written: str, why: str, advice: str = "", instead: str = ""
) -> Diagnostic:
    """A figure is not a valid quantity.

    A whole number (`60_192_808`) is exact. A number with a point, an exponent or a suffix `K M G
    T` (`138M`, `11.5G`) means every value that rounds to it, `60.2M ±1%` for a band around
    it. `<=5M` and `>=2M` are bounds.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: about 450}

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: 450 ±1%}
    """
    return Diagnostic(
        f"'{written}' is not a valid quantity: {why}",
        span,
        label=why,
        help=(advice,) if advice else (),
        fixes=in_its_quotes(span, instead),
    )


@rule("quantities")
def unknown_unit(
    span: Span, *, written: str, unit: str, units: Sequence[str], why: str = "", instead: str = ""
) -> Diagnostic:
    """A figure has a suffix that its quantity does not have.

    Counts take `K M G T`, powers of 1000; `B` could be billions or bytes, so it is neither.
    Quantities whose name ends in `_bytes` take `KB MB GB` (powers of 1000) or `KiB MiB GiB`
    (powers of 1024).

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: 0.45k}

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: 0.45K}
    """
    return Diagnostic(
        f"unknown suffix '{unit}' in '{written}': expected one of {', '.join(units)}",
        span,
        label=why or "unknown suffix",
        fixes=in_its_quotes(span, instead),
    )


@rule("quantities")
def unknown_comparison(
    span: Span, *, written: str, sign: str, why: str, instead: str = ""
) -> Diagnostic:
    """A figure has an unknown comparison sign.

    Bounds are `<=` and `>=`, and include their number; a figure without a sign is the value
    itself.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: <500}

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: <=500}
    """
    return Diagnostic(
        f"unknown comparison '{sign}' in '{written}'",
        span,
        label=why,
        fixes=in_its_quotes(span, instead),
    )
