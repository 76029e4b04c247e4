"""Checks over the whole network: what is legal but probably wrong. Each is one function that
yields the diagnostics of one rule; `checks` names them all. The wording is in
`cnncalc.layers.rules.advice` and `cnncalc.checks.rules.usage`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.checks import rules
from cnncalc.diagnostics import RULES
from cnncalc.language.blocks import calls
from cnncalc.language.spec import LayerStep, Step
from cnncalc.network.network import Node
from cnncalc.network.place import StepPlace, trail
from cnncalc.report.receptive_field import sees_beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec import Argument, Spec
    from cnncalc.report.report import Report

    Check = Callable[["Report", "Spec"], Iterator[Diagnostic]]


def lint(report: Report, spec: Spec, problems: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Everything that the checks find, each once per place in the text."""
    told = set()
    for check in checks(problems):
        for diagnostic in check(report, spec):
            key = (diagnostic.code, diagnostic.span)
            if key not in told:
                told.add(key)
                yield diagnostic


def checks(problems: Sequence[Diagnostic]) -> Iterator[Check]:
    """The checks that make sense beside the ``problems`` of reading and building: what seems
    unused may be what a misspelt name means, and its reader may be the step that failed.
    """
    yield from CHECKS
    if not problems:
        yield unused_outputs
    if all(RULES[problem.code].family in HARMLESS for problem in problems):
        yield unused_parameters
        yield unused_blocks


def layer_advice(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """What the layers' own classes find, for the layers that steps write."""
    seen = set()
    for row in report.rows:
        node = row.node
        step = node.step
        key = (id(node.layer), id(step))
        if key in seen or not node.complete or not isinstance(step, LayerStep):
            continue
        seen.add(key)
        if step.kind is not type(node.layer):
            continue
        for advice in node.layer.advice():
            place = place_of(node, spec)
            diagnostic = advice.rule(place, advice.field, **advice.facts)
            diagnostic.trail = trail(node.group)
            yield diagnostic


def place_of(node: Node, spec: Spec) -> StepPlace:
    """The place of a finished node."""
    layer, step = node.layer, node.step
    assert isinstance(step, Step)
    defaults: dict[str, Argument] = {}
    for word in (*layer.inherits_defaults, layer.kind):
        defaults |= spec.defaults.get(word, {})
    return StepPlace(node.name, layer, step, node.inputs, defaults, node.group)


def unused_outputs(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """Layers whose output nobody reads, of a net that is otherwise whole."""
    network = report.network
    if not report.complete:
        return
    read = {id(tensor) for node in network.nodes for tensor in node.inputs}
    read.update(id(tensor) for tensor in (*network.outputs, *network.side_outputs))
    for node in network.nodes:
        if id(node) not in read:
            diagnostic = rules.usage.unused_output(node.span, node.name)
            diagnostic.trail = trail(node.group)
            yield diagnostic
    for tensor in network.inputs:
        if id(tensor) not in read:
            yield rules.usage.unused_output(tensor.span, tensor.name)


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
            yield rules.usage.unused_parameter(parameter.span, parameter.name, "")
    for block in spec.blocks.values():
        for parameter in block.parameters.values():
            known = parameter.name in block.tensors or (id(block), parameter.name) in inside
            if not known:
                yield rules.usage.unused_parameter(parameter.span, parameter.name, block.name)


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
            yield rules.usage.unused_block(block.span, block.name)


def bias_before_norm(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """A convolution's bias that the batch norm behind it subtracts again."""
    for row in report.rows:
        if not row.layer.subtracts_channel_means or not row.node.complete:
            continue
        before = row.node.inputs[0]
        if not isinstance(before, Node) or not before.complete:
            continue
        if before.layer.family == "convolution" and before.layer.bias_shape():
            yield rules.usage.bias_before_norm(place_of(before, spec), norm=row.name)


def overwritten(report: Report, spec: Spec) -> Iterator[Diagnostic]:
    """Volumes that a layer overwrites as the spec says, but which autograd keeps."""
    nodes = report.network.nodes
    if not report.complete or not any(node.layer.insists_on_place() for node in nodes):
        return
    from cnncalc.report.training import refused

    for node, keeper in refused(report.network):
        place = place_of(node, spec)
        yield rules.usage.overwrites_kept_volume(place, keeper=keeper.name, kept=keeper.span)


def repeated_softmax(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """A softmax of a softmax."""
    for row in report.rows:
        before = row.node.inputs[0] if row.layer.gives_probabilities else None
        if isinstance(before, Node) and before.layer.gives_probabilities:
            yield rules.usage.softmax_twice(row.node.span, row.name, before.span)


def wide_receptive_field(report: Report, _: Spec) -> Iterator[Diagnostic]:
    """A receptive field that outgrows the input long before the end of the net."""
    network = report.network
    if len(network.inputs) != 1 or not report.complete:
        return
    image = network.inputs[0].output
    windows = [
        (row, row.receptive_field)
        for row in report.rows
        if row.receptive_field and row.weights and not row.training_only
    ]
    wide = [(row, field) for row, field in windows if sees_beyond(field, image)]
    if len(wide) > len(windows) // 2:
        row, field = wide[0]
        yield rules.usage.receptive_field_exceeds_input(
            row.node.span, row.name, field=field, shape=image, after=len(wide) - 1
        )


HARMLESS = ("shapes", "expectations", "limits", "options")
"""Families of mistakes that leave no doubt about which parameters and blocks are used."""

CHECKS: tuple[Check, ...] = (
    layer_advice,
    bias_before_norm,
    overwritten,
    repeated_softmax,
    wide_receptive_field,
)
