"""Checks over the whole network: what is legal but probably wrong. Each is one function that
yields the diagnostics of one rule and stands beside its page, in `usage` and `combinations`; what
a layer's own class finds is worded in `cnncalc.layers.rules.advice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.checks.combinations import (
    biases_before_norm,
    overwritten,
    place_of,
    repeated_softmax,
    wide_receptive_field,
)
from cnncalc.checks.usage import unused_blocks, unused_outputs, unused_parameters
from cnncalc.diagnostics import RULES
from cnncalc.language.spec import LayerStep
from cnncalc.network.layer_context import trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.spec import Spec
    from cnncalc.report.report import Report

    Check = Callable[["Report", "Spec"], Iterator[Diagnostic]]


def lint(report: Report, spec: Spec, problems: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Everything that the checks find, each once per place in the text."""
    found_before = set()
    for check in checks(problems):
        for diagnostic in check(report, spec):
            key = (diagnostic.code, diagnostic.span)
            if key not in found_before:
                found_before.add(key)
                yield diagnostic


def checks(problems: Sequence[Diagnostic]) -> Iterator[Check]:
    """The checks that make sense beside the ``problems`` of reading and building: what seems
    unused may be what a misspelt name means, and its reader may be the step that failed.
    """
    yield from CHECKS
    if not problems:
        yield unused_outputs
    if not any(RULES[problem.code].of_family.hides for problem in problems):
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
            yield diagnostic._replace(trail=trail(node.group))


CHECKS: tuple[Check, ...] = (
    layer_advice,
    biases_before_norm,
    overwritten,
    repeated_softmax,
    wide_receptive_field,
)
