"""Rules about steps with steps inside: residuals whose shapes differ, merges without branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Fix, Related, Span, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.network.network import Tensor


@rule("shapes", input_size="nearest")
def residual_shapes_differ(
    span: Span, name: str, x: Tensor, body: Tensor, fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """A residual adds its input to the output of its body, so both must have the same shape.

    `shortcut: project` puts a 1×1 convolution on the shortcut where the shapes differ;
    `shortcut: optional` omits the shortcut there.

    Bad:
        input: 32x32x3
        layers:
          - residual:
              - conv: {filters: 16, kernel: 3, padding: same}

    Good:
        input: 32x32x3
        layers:
          - residual:
              shortcut: project
              body:
                - conv: {filters: 16, kernel: 3, padding: same}
    """
    return Diagnostic(
        f"{name}: the input {is_or_has(x)}, but the body outputs {words(body)}",
        span,
        label="the shapes must be equal",
        related=origins(x, body, span),
        fixes=fixes,
        help=("a projection is a 1×1 convolution that gives the input the shape of the body",),
        layer=name,
    )


@rule("shapes", input_size="nearest")
def no_stride_explains(
    span: Span, name: str, x: Tensor, body: Tensor, fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """A projected shortcut cannot have the size of the body's output.

    The projection is a 1×1 convolution without padding, of stride ceil(in / out) per axis; it
    outputs ceil(in / stride) rows and columns. A body that loses a border (a 3×3 without padding)
    has an output size that no stride gives.

    Bad:
        input: 32x32x3
        layers:
          - residual:
              shortcut: project
              body:
                - conv: {filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - residual:
              shortcut: project
              body:
                - conv: {filters: 16, kernel: 3, padding: same}
    """
    return Diagnostic(
        f"{name}: no stride of a 1×1 shortcut changes the input {x.output} to the size of the "
        f"body's output {body.output}",
        span,
        label="cannot be projected",
        related=origins(x, body, span),
        fixes=fixes,
        help=("with `padding: same` a layer keeps the size, or divides it by its stride",),
        layer=name,
    )


@rule("shapes")
def no_branch_left(span: Span, word: str) -> Diagnostic:
    """Every branch of a merge is a step that its `if` (or `repeat: 0`) skips.

    A branch written as one step is omitted when it is skipped; a single remaining branch is passed
    on. A branch written as a list is the identity when all of its steps are skipped.

    Bad:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - add:
              - conv: {filters: 16, kernel: 3, if: deep}
              - conv: {filters: 16, kernel: 3, if: deep}

    Good:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - add:
              - conv: {filters: 16, kernel: 3, if: deep}
              - conv: [16, 3]
    """
    return Diagnostic(f"every branch of {word} is skipped", span, label="has no input")


def origins(x: Tensor, body: Tensor, span: Span) -> list[Related]:
    """The steps that the two shapes come from, where they stand elsewhere."""
    pairs = ((x, f"the input, {words(x)}"), (body, f"the body, {words(body)}"))
    return [Related(words, tensor.span) for tensor, words in pairs if tensor.span != span]


def words(tensor: Tensor) -> str:
    """A shape, or what is known of it."""
    shape = tensor.output
    return str(shape) if shape.known_sizes() else f"{shape.known_channels()} channels"


def is_or_has(tensor: Tensor) -> str:
    """`is 8×8×4`, or `has 4 channels`."""
    return f"{'is' if tensor.output.known_sizes() else 'has'} {words(tensor)}"
