"""Rules about names: unknown, defined twice, read too early, going in circles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnncalc.diagnostics import Diagnostic, Fix, Related, Span, rule
from cnncalc.text.edits import near_name, replacements
from cnncalc.text.missing_kinds import missing_kind, recipe_of
from cnncalc.text.suggestions import WORD_ALIASES


def known_names(names: Sequence[str]) -> tuple[str, ...]:
    """The line that lists what could have been meant."""
    if not names:
        return ()
    shown = sorted(dict.fromkeys(names))
    more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return (f"known here: {', '.join(shown[:12])}{more}",)


@rule("references")
def unknown_name(
    span: Span, name: str, known: Sequence[str], words: Sequence[str] = ()
) -> Diagnostic:
    """An expression reads a name that nothing defines.

    Expressions see the parameters of the file, those of their block, and, where they are bound,
    `in_channels`, `i`, `first` and `last`.

    Bad:
        input: 32x32x3
        parameters: {width: 16}
        layers:
          - conv: [widht, 3]

    Good:
        input: 32x32x3
        parameters: {width: 16}
        layers:
          - conv: [width, 3]
    """
    return Diagnostic(
        f"nothing here is called '{name}'",
        span,
        label="not defined",
        fixes=near_name(span, name, [*known, *words], WORD_ALIASES),
        otherwise=lambda: recipe_of(missing_kind(name)) or known_names(known),
    )


@rule("references")
def outside_a_repeat(span: Span, name: str) -> Diagnostic:
    """`i`, `first` and `last` count the repetitions of a step; elsewhere they mean nothing.

    They are bound in the fields of the step that repeats and in the steps written inside it, not
    inside a block that it calls: pass them as arguments.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16 * (i + 1), 3]

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16 * (i + 1), kernel: 3, repeat: 2}
    """
    return Diagnostic(
        f"'{name}' is only known in a step that repeats",
        span,
        label="no `repeat` here",
        help=("a block called in a repeat does not see it either: pass it as an argument",),
    )


@rule("references")
def in_channels_of_the_image(span: Span) -> Diagnostic:
    """`in_channels` is used where it could only be the image's channels.

    It is the number of channels that enter a block, a body or a branch. Directly under `layers:`,
    in `parameters` and in `defaults` there is no such list of steps.

    Bad:
        input: 32x32x3
        layers:
          - conv: [4 * in_channels, 3]

    Good:
        input: 32x32x3
        blocks:
          widen:
            - conv: [4 * in_channels, 3]
        layers:
          - widen
    """
    return Diagnostic(
        "in_channels is known inside a block, a body or a branch, not here",
        span,
        label="could only be the image",
        help=("write the number, or put the step into a block",),
    )


@rule("references")
def tensor_in_an_expression(span: Span, name: str) -> Diagnostic:
    """A name that stands for a step is used in arithmetic.

    A parameter that a block hands to `from`, `to` or `share` takes a step's name; it has no
    value to compute with.

    Bad:
        input: 32x32x3
        blocks:
          up(skip):
            - concat: {from: [skip, previous]}
            - conv: [skip, 3]
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - up: conv1

    Good:
        input: 32x32x3
        blocks:
          up(skip, width):
            - concat: {from: [skip, previous]}
            - conv: [width, 3]
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - up: [conv1, 8]
    """
    return Diagnostic(
        f"'{name}' is the name of a step, not a value", span, label="a value is needed here"
    )


@rule("references")
def unknown_step(
    span: Span, name: str, known: Sequence[str], fixes: Iterable[Fix] = (), advice: str = ""
) -> Diagnostic:
    """A step reads the output of a step that does not exist.

    Names can be read in the text they are written in: `layers:`, or one block. A block sees no
    names of its caller (pass them as arguments), and automatic names cannot be read: give the
    step a number (`conv1`) or a `name`.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {from: conv3, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {from: conv1, filters: 16, kernel: 3}
    """
    none = ("only a step with a name can be read",)
    return Diagnostic(
        f"no step is named '{name}'",
        span,
        label="unknown",
        fixes=fixes,
        help=(advice,) if advice else (),
        otherwise=lambda: known_names(known) or none,
    )


@rule("references")
def defined_later(span: Span, name: str, later: Span) -> Diagnostic:
    """A step reads the output of one that runs after it.

    Bad:
        input: 32x32x3
        layers:
          - conv1: {from: conv2, filters: 3, kernel: 1}
          - conv2: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv1: [3, 1]
          - conv2: [16, 3]
    """
    return Diagnostic(
        f"'{name}' is not computed yet: its step comes later",
        span,
        label="read here",
        related=[Related("defined here", later)],
        help=("a network runs from top to bottom: move the step up",),
    )


@rule("references")
def duplicate_name(span: Span, name: str, first: Span, fixes: Iterable[Fix] = ()) -> Diagnostic:
    """Two things in one text have the same name.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv1: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: [16, 3]
    """
    return Diagnostic(
        f"the name '{name}' is taken",
        span,
        label="again",
        related=[Related("first used here", first)],
        fixes=fixes,
        help=("without a number the step gets an automatic name",),
    )


@rule("references")
def reserved_name(span: Span, name: str, what: str) -> Diagnostic:
    """A parameter, block or step is named like a word of the language.

    Layer kinds, words (`same`, `relu`, …), functions and `in_channels`, `i`, `first`, `last`,
    `previous`, `residual`, `aux`, `true`, `false`, `and`, `or`, `not`, `if`, `else`, `null` keep
    their one meaning everywhere.

    Bad:
        input: 32x32x3
        parameters: {same: 16}
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        parameters: {width: 16}
        layers:
          - conv: [width, 3]
    """
    return Diagnostic(
        f"'{name}' is a word of the language and cannot name a {what}",
        span,
        label="reserved",
        help=("rename it here and in the steps that call it",) if what == "block" else (),
    )


@rule("references")
def bad_name(span: Span, name: str, what: str) -> Diagnostic:
    """A name has characters that names cannot have.

    Names are letters, digits and underscores, and do not begin with a digit.

    Bad:
        input: 32x32x3
        layers:
          - conv: {name: my-conv, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv: {name: my_conv, filters: 16, kernel: 3}
    """
    import re

    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    legal = plain if plain and not plain[0].isdigit() else None
    return Diagnostic(
        f"'{name}' cannot name a {what}: letters, digits and underscores only",
        span,
        label="not a name",
        fixes=replacements(span, legal),
    )


@rule("references")
def shadowed_parameter(span: Span, name: str, what: str, first: Span | None) -> Diagnostic:
    """A block's parameter has the name of a parameter of the file, or of a step key.

    So no name ever has two meanings, and no order of lookup matters.

    Bad:
        input: 32x32x3
        parameters: {width: 16}
        blocks:
          unit(width):
            - conv: [width, 3]
        layers:
          - unit: width

    Good:
        input: 32x32x3
        parameters: {width: 16}
        blocks:
          unit(filters):
            - conv: [filters, 3]
        layers:
          - unit: width
    """
    return Diagnostic(
        f"the block's parameter '{name}' is also {what}",
        span,
        label="a second meaning",
        related=[Related("first meaning", first)] if first else (),
    )


@rule("references")
def recursive_block(span: Span, name: str, chain: Sequence[str]) -> Diagnostic:
    """A block uses itself, directly or through another block: it would never end.

    Bad:
        input: 32x32x3
        blocks:
          unit:
            - conv: [16, 3]
            - unit
        layers:
          - unit

    Good:
        input: 32x32x3
        blocks:
          unit:
            - conv: [16, 3]
        layers:
          - unit: {repeat: 2}
    """
    return Diagnostic(
        f"the block '{name}' uses itself: {' → '.join(chain)}",
        span,
        label="never ends",
        help=("`repeat: N` runs a block N times",),
    )


@rule("references")
def circular_extends(span: Span, chain: Sequence[str]) -> Diagnostic:
    """A file extends itself, directly or through others.

    Bad:
        extends: ./spec.yaml

    Good:
        extends: lenet5
    """
    return Diagnostic(f"`extends` goes in a circle: {' → '.join(chain)}", span, label="from here")


@rule("references")
def unknown_base(
    span: Span, name: str, why: str, known: Sequence[str] = (), *, refused: bool = False
) -> Diagnostic:
    """The file that `extends` names cannot be read, or is refused.

    It is the name of a shipped architecture (see `cnncalc list`), or a path with a `/` or ending
    in `.yaml`, seen from this file. The file must look like a spec and lie in the repository of
    this file; without a repository, in the current folder or in this file's own, or below.

    Bad:
        extends: lenet6

    Good:
        extends: lenet5
    """
    return Diagnostic(
        f"cannot extend '{name}': {why}",
        span,
        label="refused" if refused else "not found",
        fixes=near_name(span, name, known),
    )


@rule("references")
def skipped_step(span: Span, name: str, skipped: Span) -> Diagnostic:
    """A step reads the output of one that its `if` (or `repeat: 0`) left out.

    Bad:
        input: 32x32x3
        parameters: {deep: false}
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, if: deep}
          - conv3: {from: conv2, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        parameters: {deep: true}
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, if: deep}
          - conv3: {from: conv2, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"'{name}' was skipped, so it has no output to read",
        span,
        label="read here",
        related=[Related("skipped here", skipped)],
    )


@rule("references")
def reads_a_side_head(span: Span, name: str, head: Span) -> Diagnostic:
    """The main path reads a tensor of a side head, which does not exist outside training.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - aux1:
              - conv2: [16, 3]
          - conv3: {from: conv2, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - aux1:
              - conv2: [16, 3]
          - conv3: {from: conv1, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"'{name}' belongs to a side head, which runs in training only",
        span,
        label="read on the main path",
        related=[Related("the side head", head)],
    )


@rule("references")
def not_shareable(span: Span, name: str, why: str) -> Diagnostic:
    """`share` names a step whose weights do not fit this one.

    Both must be of the same kind or block, with the same weight shapes in the same order.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, share: conv1}

    Good:
        input: 32x32x16
        layers:
          - conv1: [16, 3]
          - conv2: {filters: 16, kernel: 3, share: conv1}
    """
    return Diagnostic(f"cannot share the weights of '{name}': {why}", span, label="does not fit")
