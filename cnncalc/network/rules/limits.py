"""Rules about the limits of the language (its section 11) on what is built: each keeps a hostile or
mistaken spec from running for hours.
"""

from __future__ import annotations

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
        f"the step repeats {count:,} times, the limit is {limit:,}", span, label="too many"
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
    return Diagnostic(f"the net has more than {limit:,} layers", span, label="limit exceeded here")


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
    return Diagnostic(f"the net runs more than {limit:,} steps", span, label="limit exceeded here")


@rule("limits")
def calls_too_deep(span: Span, limit: int) -> Diagnostic:
    """Blocks call blocks more than 32 levels deep.

    A file with so many blocks, each calling the next, is probably written by a program; let it
    write the steps instead.
    """
    return Diagnostic(
        f"block calls are nested more than {limit} levels deep", span, label="limit exceeded here"
    )


@rule("limits")
def containers_too_deep(span: Span, limit: int) -> Diagnostic:
    """Blocks, residuals and branches are nested more than 100 levels deep.

    Within one file, the limit is 40 levels of YAML; this one limits the calls of blocks.
    """
    return Diagnostic(
        f"containers are nested more than {limit} levels deep after blocks are expanded",
        span,
        label="limit exceeded here",
    )
