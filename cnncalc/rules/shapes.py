"""Rules about shapes: what does not fit, does not divide, does not agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from cnncalc.diagnostics import Diagnostic, Mend, Related, Span, rule

if TYPE_CHECKING:
    from cnncalc.layers.layer import Layer


class Place(Protocol):
    """Where a layer stands: what a rule needs to point at it and to offer mends."""

    name: str
    """The row's path, `stage2/conv3`."""
    layer: Layer

    def span(self, field: str = "") -> Span:
        """The field's value as written (or its default, or the argument that set it); without
        one, or where none is written, the step's label.
        """

    def origins(self) -> tuple[Related, ...]:
        """What gave each input its shape: `gives 7×7×512`, at that step's label."""

    def set_field(self, field: str, value: str) -> Mend | None:
        """The mend that writes ``field: value`` into this step; None where it cannot be
        (the value comes from an expression or a block's argument).
        """


@rule("shapes")
def no_valid_output(
    place: Place,
    field: str,
    *,
    why: str,
    label: str,
    formula: str,
    candidates: Iterable[tuple[str, str]],
) -> Diagnostic:
    """A window does not fit its input: the layer would have no output.

    The output size is (W − F + 2P)/S + 1, and must be at least 1. Make the kernel smaller, the
    padding larger, or feed it a larger image.

    Bad:
        input: 7x7x3
        layers:
          - conv: {filters: 16, kernel: 9}

    Good:
        input: 7x7x3
        layers:
          - conv: {filters: 16, kernel: 7}
    """
    mends = (place.set_field(name, value) for name, value in candidates)
    return Diagnostic(
        f"{place.name} has no valid output: {why}",
        place.span(field),
        label=label,
        formula=formula,
        related=place.origins(),
        mends=[m for m in mends if m],
        layer=place.name,
    )


@rule("shapes")
def groups_do_not_divide(
    place: Place,
    field: str,
    *,
    what: str,
    count: int,
    groups: int,
    candidates: Iterable[tuple[str, str]],
) -> Diagnostic:
    """Groups split channels into equal parts, so their number must divide the channels.

    A grouped convolution splits both its input channels and its filters; a group norm and a
    channel shuffle split the input channels.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, groups: 2}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, groups: 1}
    """
    mends = (place.set_field(name, value) for name, value in candidates)
    return Diagnostic(
        f"{place.name}: {groups} groups do not divide its {count} {what}",
        place.span(field),
        label=f"{count} / {groups} is not whole",
        related=place.origins(),
        mends=[m for m in mends if m],
        layer=place.name,
    )
