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
    """An expression uses a name that is not defined.

    An expression may use the parameters of the file, those of its block, and, where they are
    defined, `in_channels`, `i`, `first` and `last`.

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
        f"unknown name '{name}'",
        span,
        label="not defined",
        fixes=near_name(span, name, [*known, *words], WORD_ALIASES),
        otherwise=lambda: recipe_of(missing_kind(name)) or known_names(known),
    )


@rule("references")
def outside_a_repeat(span: Span, name: str) -> Diagnostic:
    """`i`, `first` and `last` are used in a step that does not repeat.

    They are defined in the fields of a step with `repeat` and in the steps written inside it, but
    not in a block that it calls: pass them as arguments.

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
        f"'{name}' is defined only in a step with `repeat`",
        span,
        label="no `repeat` here",
        help=("pass it as an argument to a block that the step calls",),
    )


@rule("references")
def in_channels_of_the_image(span: Span) -> Diagnostic:
    """`in_channels` is used outside a block, a body or a branch.

    It is the number of input channels of a block, a body or a branch, and is not defined directly
    under `layers:`, in `parameters` and in `defaults`.

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
        "in_channels is defined only inside a block, a body or a branch",
        span,
        label="not defined here",
        help=("write the number, or move the step into a block",),
    )


@rule("references")
def tensor_in_an_expression(span: Span, name: str) -> Diagnostic:
    """The name of a step is used as a value.

    A parameter of a block that is used in `from`, `to` or `share` is the name of a step; an
    expression cannot use it.

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

    A name is known where it is written: under `layers:`, or in one block. A block
    cannot see the names of its caller (pass them as arguments). Automatic names cannot be used:
    give the step a number (`conv1`) or a `name`.

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
    none = ("no step has a name; only the output of a named step can be read",)
    return Diagnostic(
        f"unknown step '{name}'",
        span,
        label="unknown",
        fixes=fixes,
        help=(advice,) if advice else (),
        otherwise=lambda: known_names(known) or none,
    )


@rule("references")
def defined_later(span: Span, name: str, later: Span) -> Diagnostic:
    """A step reads the output of a later step.

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
        f"'{name}' is read before it is computed",
        span,
        label="read here",
        related=[Related("defined here", later)],
        help=("steps run from top to bottom: move the step up",),
    )


@rule("references")
def duplicate_name(span: Span, name: str, first: Span, fixes: Iterable[Fix] = ()) -> Diagnostic:
    """Two steps, blocks or parameters have the same name.

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
        f"duplicate name '{name}'",
        span,
        label="used again",
        related=[Related("first used here", first)],
        fixes=fixes,
        help=("a label without a number gets an automatic name",),
    )


@rule("references")
def reserved_name(span: Span, name: str, what: str) -> Diagnostic:
    """A parameter, block or step has a reserved word as its name.

    Layer kinds, words (`same`, `relu`, …), functions and `in_channels`, `i`, `first`, `last`,
    `previous`, `residual`, `aux`, `true`, `false`, `and`, `or`, `not`, `if`, `else`, `null` are
    reserved.

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
        f"'{name}' is a reserved word and cannot be the name of a {what}",
        span,
        label="reserved",
        help=("rename it here and where it is called",) if what == "block" else (),
    )


@rule("references")
def bad_name(span: Span, name: str, what: str) -> Diagnostic:
    """A name contains characters that are not allowed.

    Names consist of letters, digits and underscores, and do not begin with a digit.

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
        f"'{name}' is not a valid name for a {what}: use only letters, digits and underscores",
        span,
        label="not a name",
        fixes=replacements(span, legal),
    )


@rule("references")
def shadowed_parameter(span: Span, name: str, what: str, first: Span | None) -> Diagnostic:
    """A parameter of a block has the same name as a parameter of the file or a step key.

    Each name has only one meaning.

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
        f"the parameter '{name}' of the block is also {what}",
        span,
        label="defined again",
        related=[Related("first defined here", first)] if first else (),
    )


@rule("references")
def recursive_block(span: Span, name: str, chain: Sequence[str]) -> Diagnostic:
    """A block calls itself, directly or through another block, and would never end.

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
        f"the block '{name}' calls itself: {' → '.join(chain)}",
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
    return Diagnostic(f"`extends` is circular: {' → '.join(chain)}", span, label="begins here")


@rule("references")
def unknown_base(
    span: Span, name: str, why: str, known: Sequence[str] = (), *, refused: bool = False
) -> Diagnostic:
    """The file in `extends` cannot be read, or is not allowed.

    It is the name of a shipped architecture (see `cnncalc list`), or a path (with a `/` or
    ending in `.yaml`) relative to this file. The file must look like a spec and be in the same
    repository; without a repository, in or below the current folder or the folder of this file.

    Bad:
        extends: lenet6

    Good:
        extends: lenet5
    """
    return Diagnostic(
        f"cannot extend '{name}': {why}",
        span,
        label="not allowed" if refused else "not found",
        fixes=near_name(span, name, known),
    )
