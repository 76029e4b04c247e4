"""Rules about what a spec claims: `expect`, `--expect`, and `published`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Edit, Fix, Related, Span, rule
from cnncalc.language.quantities import exact
from cnncalc.language.rules.references import known_names
from cnncalc.text.edits import near_name
from cnncalc.text.suggestions import nearest, other_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncalc.language.quantities import Quantity
    from cnncalc.layers.shape import Shape


@rule("expectations")
def unexpected_shape(
    span: Span,
    name: str,
    *,
    expected: Shape,
    computed: Shape,
    origin: Span | None = None,
    fixes: Iterable[Fix] = (),
) -> Diagnostic:
    """The shape of a layer, block or output differs from `expect`.

    Bad:
        input: 32x32x3
        layers:
          - conv1: {filters: 16, kernel: 3, expect: 32x32x16}

    Good:
        input: 32x32x3
        layers:
          - conv1: {filters: 16, kernel: 3, padding: 1, expect: 32x32x16}
    """
    return Diagnostic(
        f"{name} outputs {computed}, expected {expected}",
        span,
        label=f"computed: {computed}",
        related=[Related(f"gives {computed}", origin)] if origin and origin != span else (),
        fixes=[*fixes, correction(span, computed.written())],
        layer=name,
    )


@rule("expectations")
def unexpected_figure(
    span: Span,
    name: str,
    quantity: str,
    *,
    stated: Quantity,
    computed: int,
    at: str = "",
    holders: Sequence[str] = (),
    budget: str = "",
) -> Diagnostic:
    """A figure differs from `expect`, or exceeds a budget.

    A whole number is exact; `138M` means every value that rounds to it; `60.2M ±1%` is a
    band; `<=5M` and `>=2` are bounds. Byte figures hold at batch 1 and float32, those of `--expect`
    at the batch and dtype asked for.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: <=400}

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
        expect: {params: <=450}
    """
    what = f"{quantity} of {name}" if name else quantity
    what += f" at {at}" if at else ""
    notes = [f"largest: {', '.join(holders)}"] if holders else []
    notes += [f"required by `--expect '{budget}'`"] if budget else []
    fixed = "at" in stated.kind or budget  # a bound is not raised
    return Diagnostic(
        f"{what}: computed {exact(computed)}, expected {stated.describe()}",
        span,
        label=stated.difference(computed),
        fixes=() if fixed else [correction(span, str(computed))],
        notes=notes,
        layer=name or None,
    )


@rule("expectations")
def unknown_path(span: Span, path: str, known: Sequence[str]) -> Diagnostic:
    """`expect` or `published` names a row, step, block or input that the net does not have.

    Names are the paths that the table shows: `conv1`, `stage2/bottleneck3/conv2`.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
        expect: {layers: {conv2: 30x30x16}}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
        expect: {layers: {conv1: 30x30x16}}
    """
    near = near_name(span, path, known)
    return Diagnostic(
        f"unknown path '{path}'",
        span,
        label="unknown path",
        fixes=(fix for fix in near if not other_number(path, fix.text)),
        otherwise=lambda: known_names(known),
    )


@rule("expectations")
def unknown_budget(span: Span, path: str, known: Sequence[str], *, budget: str) -> Diagnostic:
    """`--expect` names a row, step, block or input that the net does not have.

    Names are the paths that the table shows: `conv1`, `stage2/bottleneck3/conv2`.
    """
    near = nearest(path, known)
    near = None if near and other_number(path, near) else near
    return Diagnostic(
        f"unknown path '{path}' in `--expect '{budget}'`",
        span,
        label="unknown path",
        help=(f"did you mean `{near}`?",) if near else known_names(known),
    )


@rule("expectations")
def unjudged_budget(span: Span, budgets: Sequence[str], *, why: str) -> Diagnostic:
    """A figure of `--expect` is unknown and cannot be checked.

    Errors left the net incomplete, or there is no such figure: nothing is trained at int8.
    """
    shown = ", ".join(f"'{budget}'" for budget in budgets)
    return Diagnostic(f"`--expect` {shown} cannot be checked: {why}", span, label="not checked")


@rule("expectations")
def which_output(span: Span, outputs: Sequence[str]) -> Diagnostic:
    """`expect` gives one shape for a net with several outputs.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: [16, 3]
        outputs: [conv1, conv2]
        expect: {output: 30x30x16}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: [16, 3]
        outputs: [conv1, conv2]
        expect: {output: {conv1: 30x30x16, conv2: 28x28x16}}
    """
    return Diagnostic(
        f"the net has {len(outputs)} outputs, but `expect` has only one shape",
        span,
        label="needs a mapping",
        help=(f"`output: {{{', '.join(f'{name}: …' for name in outputs)}}}`",),
    )


def correction(span: Span, text: str) -> Fix:
    """The fix that states the computed figure."""
    return Fix(f"expect `{text}`, if the net is right", (Edit(span, text),))
