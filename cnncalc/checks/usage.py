"""What is written and never used: outputs, parameters, blocks. Each finder, and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Span, rule
from cnncalc.language.blocks import calls
from cnncalc.network.layer_context import trail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.language.spec import Spec
    from cnncalc.report.report import Report


def unused_outputs(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """Layers whose output is never used, of a net that is otherwise complete."""
    network = report.network
    if not report.complete:
        return
    read = {id(tensor) for node in network.nodes for tensor in node.inputs}
    read.update(id(tensor) for tensor in (*network.outputs, *network.auxiliary_outputs))
    for node in network.nodes:
        if id(node) not in read:
            yield unused_output(node.span, node.name)._replace(trail=trail(node.group))
    for tensor in network.inputs:
        if id(tensor) not in read:
            yield unused_output(tensor.span, tensor.name)


@rule("advice", "warning", withheld=True)
def unused_output(span: Span, name: str) -> Diagnostic:
    """The output of a layer is never used, and the network does not return it.

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
        f"the output of {name} is never used",
        span,
        label="unused",
        help=("if the network returns it, list it in `outputs:`",),
        layer=name,
    )


def unused_parameters(_: Report, spec: Spec) -> Iterator[Diagnostic]:
    """Parameters of the file and of blocks that no expression reads. A file that extends
    another has none of its own.
    """
    if spec.base is not None:
        return
    read = {(None, read.name) for read in spec.reads}
    inside = {(id(read.block), read.name) for read in spec.reads if read.block}
    for parameter in spec.parameters.values():
        if (None, parameter.name) not in read:
            yield unused_parameter(parameter.span, parameter.name, "")
    for block in spec.blocks.values():
        for parameter in block.parameters.values():
            known = parameter.name in block.tensors or (id(block), parameter.name) in inside
            if not known:
                yield unused_parameter(parameter.span, parameter.name, block.name)


@rule("advice", "warning", withheld=True)
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


def unused_blocks(_: Report, spec: Spec) -> Iterator[Diagnostic]:
    """Blocks that `layers` never calls, directly or not."""
    if spec.base is not None:
        return
    called: set[str] = set()
    todo = [call.word for call in calls(spec.layers)]
    while todo:
        word = todo.pop()
        if word not in called:
            called.add(word)
            todo.extend(call.word for call in calls(spec.blocks[word].steps))
    for block in spec.blocks.values():
        if block.name not in called:
            yield unused_block(block.span, block.name)


@rule("advice", "warning", withheld=True)
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
