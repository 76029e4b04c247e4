"""Rules about the limits of the language (its section 11): each keeps a hostile or mistaken spec
from running for hours.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("limits")
def too_many_repeats(span: Span, count: int, limit: int) -> Diagnostic:
    """A step repeats more than 10,000 times.

    Bad:
        input: 32x32x3
        layers:
          - relu: {repeat: 10001}

    Good:
        input: 32x32x3
        layers:
          - relu: {repeat: 3}
    """
    return Diagnostic(
        f"{count:,} repetitions are more than the {limit:,} allowed", span, label="too many"
    )


@rule("limits")
def too_many_rows(span: Span, limit: int) -> Diagnostic:
    """The net has more than 200,000 layers once its blocks and repeats are expanded.

    Bad:
        input: 8x8x3
        blocks:
          many:
            - conv: {filters: 8, kernel: 1, repeat: 10000}
        layers:
          - many: {repeat: 21}

    Good:
        input: 8x8x3
        blocks:
          many:
            - conv: {filters: 8, kernel: 1, repeat: 10}
        layers:
          - many: {repeat: 21}
    """
    return Diagnostic(f"the net has more than {limit:,} layers", span, label="the first too many")


@rule("limits")
def too_many_steps(span: Span, limit: int) -> Diagnostic:
    """More than 1,000,000 steps are run, counting those that an `if` skips.

    Bad:
        input: 8x8x3
        blocks:
          nothing:
            - relu: {if: false, repeat: 10000}
        layers:
          - nothing: {repeat: 101}

    Good:
        input: 8x8x3
        blocks:
          nothing:
            - relu: {if: false, repeat: 100}
        layers:
          - nothing: {repeat: 10}
          - relu
    """
    return Diagnostic(f"the net takes more than {limit:,} steps", span, label="the first too many")


@rule("limits")
def list_too_long(span: Span, count: int, limit: int) -> Diagnostic:
    """A list value has more than 1,000 items. A list of steps may be longer.

    No net has so many stages; a list that long is most likely data that is no part of a spec.
    """
    return Diagnostic(
        f"a list of {count:,} items is longer than the {limit:,} allowed",
        span,
        label="the first too many",
    )


@rule("limits")
def calls_too_deep(span: Span, limit: int) -> Diagnostic:
    """Blocks call blocks more than 32 deep.

    A file of so many blocks, each calling the next, is most likely made by a program; let it
    write the steps out instead.
    """
    return Diagnostic(f"block calls are more than {limit} deep", span, label="the first too deep")


@rule("limits")
def containers_too_deep(span: Span, limit: int) -> Diagnostic:
    """Blocks, residuals and branches are nested more than 100 levels deep once expanded.

    The nesting within one text is bounded by YAML's 40 levels; this bounds what calls of blocks
    make of it.
    """
    return Diagnostic(
        f"containers are nested more than {limit} deep once blocks are expanded",
        span,
        label="the first too deep",
    )


@rule("limits")
def extends_too_deep(span: Span, chain: Sequence[str], limit: int) -> Diagnostic:
    """Each of more than 8 files extends the next. Let the first extend one further down."""
    return Diagnostic(
        f"`extends` leads through more than {limit} files: {' → '.join(chain)}",
        span,
        label="one file too many",
    )
