"""Rules about a whole network that is legal but probably wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Related, Span, rule

if TYPE_CHECKING:
    from cnncalc.layers.rules.shapes import Place
    from cnncalc.layers.shape import Shape


@rule("advice", "warning")
def unused_output(span: Span, name: str) -> Diagnostic:
    """A layer's output is read by nobody, and the network does not return it.

    `outputs: [a, b]` lists what the network returns; without it, the last step.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {from: input, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {from: conv1, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"nobody reads the output of {name}",
        span,
        label="unused",
        help=("if the network returns it, name it in `outputs:`",),
        layer=name,
    )


@rule("advice", "warning")
def unused_parameter(span: Span, name: str, block: str) -> Diagnostic:
    """A parameter is never read.

    Bad:
        input: 32x32x3
        parameters: {width: 16}
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        parameters: {width: 16}
        layers:
          - conv: [width, 3]
    """
    where = f" of block {block}" if block else ""
    return Diagnostic(f"the parameter '{name}'{where} is never used", span, label="unused")


@rule("advice", "warning")
def unused_block(span: Span, name: str) -> Diagnostic:
    """A block is never called from `layers:`, directly or through other blocks.

    Bad:
        input: 32x32x3
        blocks:
          unit:
            - conv: [16, 3]
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        blocks:
          unit:
            - conv: [16, 3]
        layers:
          - unit
    """
    return Diagnostic(f"the block '{name}' is never used", span, label="unused")


@rule("advice", "warning")
def bias_before_norm(place: Place, *, norm: str) -> Diagnostic:
    """A convolution adds a bias that the batch norm right behind it subtracts again.

    Batch norm subtracts the mean of each channel, the bias with it; its own shift takes the
    bias's place. The bias only costs parameters (Ioffe & Szegedy 2015, §3.2).

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
          - batchnorm

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, bias: false}
          - batchnorm
    """
    fix = place.set_field("bias", "false")
    return Diagnostic(
        f"{place.name} adds a bias that {norm} right behind it subtracts again",
        place.span("bias"),
        label="without effect",
        fixes=[fix] if fix else (),
        layer=place.name,
    )


@rule("advice", "warning")
def overwrites_kept_volume(place: Place, *, keeper: str, kept: Span) -> Diagnostic:
    """With `inplace: true` a layer overwrites a volume that autograd keeps.

    PyTorch raises "one of the variables needed for gradient computation has been modified by an
    inplace operation" when such a net is trained; inference works. Without `inplace`, a layer
    overwrites its input only where training allows it.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, activation: relu}
          - silu: {inplace: true}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, activation: relu}
          - silu: {inplace: false}
    """
    fix = place.set_field("inplace", "false")
    return Diagnostic(
        f"{place.name} overwrites its input, which {keeper} needs for its backward pass: "
        f"PyTorch refuses to train this",
        place.span("inplace"),
        label="overwrites the input",
        related=(Related(f"{keeper} keeps it", kept),),
        fixes=[fix] if fix else (),
        help=() if fix else ("`inplace: false` gives a net that trains",),
        layer=place.name,
    )


@rule("advice", "warning")
def softmax_twice(span: Span, name: str, first: Span) -> Diagnostic:
    """A softmax of a softmax: probabilities are made into nearly equal probabilities.

    Bad:
        input: 10
        layers:
          - fc: {units: 5, activation: softmax}
          - softmax

    Good:
        input: 10
        layers:
          - fc: 5
          - softmax
    """
    related = [Related("the first softmax", first)] if first != span else ()
    return Diagnostic(
        f"{name} is the softmax of a softmax", span, label="the second", related=related, layer=name
    )


@rule("advice", "note")
def receptive_field_exceeds_input(
    span: Span, name: str, *, field: tuple[int, ...], shape: Shape, after: int
) -> Diagnostic:
    """The receptive field is larger than the input for more than half of the layers with weights.

    From there on, every value sees the whole image and a good deal of padding. Common in deep
    nets on small images; a note, which fails nothing.

    Bad:
        input: 8x8x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 1, repeat: 20}

    Good:
        input: 64x64x3
        layers:
          - conv: {filters: 8, kernel: 3, padding: 1, repeat: 20}
    """
    return Diagnostic(
        f"from {name} on, the receptive field ({field[1]}×{field[0]}) is larger than the "
        f"{shape.width}×{shape.height} input",
        span,
        label=f"{after} layers with weights follow",
        layer=name,
    )
