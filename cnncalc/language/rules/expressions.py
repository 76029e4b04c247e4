"""Rules about expressions: how they are written, and what they compute."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Span, plural, rule
from cnncalc.text.edits import replacements, replacing

# How it is written.


@rule("expressions")
def expression_too_long(span: Span, *, length: int, limit: int) -> Diagnostic:
    """An expression is longer than 200 characters.

    Give its parts names: a value under `parameters:` may use those above it.

    Bad:
        input: 32x32x3
        layers:
          - conv:
              filters: 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 +
                1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 +
                1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
              kernel: 3

    Good:
        input: 32x32x3
        parameters: {half: 1 + 1 + 1 + 1}
        layers:
          - conv: [half + half, 3]
    """
    return Diagnostic(
        f"the expression has {length:,} characters, the limit is {limit}",
        span,
        label="too long",
        help=("give its parts names under `parameters:`",),
    )


@rule("expressions")
def expression_too_deep(span: Span, *, limit: int) -> Diagnostic:
    """Brackets, signs, powers or `else` are nested more than 30 levels deep in an expression.

    Bad:
        input: 32x32x3
        layers:
          - conv: [((((((((((((((((((((((((((((((((64)))))))))))))))))))))))))))))))), 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [64, 3]
    """
    return Diagnostic(
        f"the expression is nested more than {limit} levels deep",
        span,
        label=f"level {limit + 1} begins here",
        help=("give its parts names under `parameters:`",),
    )


@rule("expressions")
def malformed_expression(
    span: Span, *, why: str, label: str = "", advice: str = "", instead: str | None = None
) -> Diagnostic:
    """A value is not a valid expression: something is missing, unexpected or unknown.

    A value is a number, a word, a name or an expression of these with
    `+ - * / // % ** == != < <= > >= and or not`, `a if c else b`, `x[i]`, lists, brackets and
    the functions `min max ceil floor round len sum make_divisible`.

    Bad:
        input: 32x32x3
        layers:
          - conv: [64 *, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [64 * 2, 3]
    """
    return Diagnostic(
        why,
        span,
        label=label or "cannot be parsed",
        help=(advice,) if advice else (),
        fixes=() if instead is None else [replacing(span, instead)],
    )


@rule("expressions")
def malformed_number(
    span: Span, *, written: str, why: str, advice: str = "", instead: str = "", as_list: str = ""
) -> Diagnostic:
    """A number is written in a form the language does not have.

    Numbers are decimal: `64`, `1_000`, `0.5`, `5e-4`. No leading zeros (which are octal
    elsewhere), no hexadecimal, no commas between thousands, no suffixes such as `64k` (only the
    quantities under `expect:` and `published:` have them), and `3x3` is a shape.

    Bad:
        input: 32x32x3
        layers:
          - conv: [064, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [64, 3]
    """
    return Diagnostic(
        f"'{written}' is not a valid number: {why}",
        span,
        label=why,
        help=(advice,) if advice else (),
        fixes=replacements(span, instead, as_list),
    )


@rule("expressions")
def foreign_operator(
    span: Span, *, shown: str, ours: str, instead: str | None = None
) -> Diagnostic:
    """An operator comes from another language: `^ && || ! ?: =`.

    Here a power is `**`, the logic is `and`, `or`, `not`, a choice is `a if c else b`, and
    equality is `==`.

    Bad:
        input: 32x32x3
        layers:
          - conv: [2 ^ 6, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [2 ** 6, 3]
    """
    return Diagnostic(
        f"unknown operator '{shown}': write {ours}",
        span,
        label=f"write {ours}",
        fixes=() if instead is None else [replacing(span, instead, instead.strip())],
    )


@rule("expressions")
def foreign_literal(span: Span, *, shown: str, why: str, instead: str = "") -> Diagnostic:
    """A literal comes from another language: `yes`, `off`, `True`, `None`, `.inf`.

    Booleans are `true` and `false`, and only these. There is no null, no infinity and no NaN:
    omit what has no value, or write `none` where a field allows it.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 3, bias: yes}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 3, bias: true}
    """
    return Diagnostic(
        f"'{shown}' is not a valid value: {why}",
        span,
        label=why,
        fixes=replacements(span, instead),
    )


@rule("expressions")
def chained_comparison(span: Span, *, first: str, second: str) -> Diagnostic:
    """Comparisons do not chain: `0 < a < 8` means different things in different languages.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 3, if: 0 < 4 < 8}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 3, if: 0 < 4 and 4 < 8}
    """
    return Diagnostic(
        f"comparisons cannot be chained: '{second}' follows '{first}'",
        span,
        label="a second comparison",
        help=("write two comparisons joined by `and`: `a < b and b < c`",),
    )


@rule("expressions")
def unknown_function(
    span: Span, *, name: str, functions: Sequence[str], nearest: str | None = None, advice: str = ""
) -> Diagnostic:
    """An expression calls a function that does not exist.

    The functions are `min max ceil floor round len sum make_divisible`. A block is called by a
    step of its own, not inside an expression.

    Bad:
        input: 32x32x3
        layers:
          - conv: [ciel(7.5), 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [ceil(7.5), 3]
    """
    return Diagnostic(
        f"unknown function '{name}'",
        span,
        label="not a function",
        help=() if nearest else (advice or f"the functions are {', '.join(functions)}",),
        fixes=replacements(span, nearest),
    )


@rule("expressions")
def wrong_argument_count(span: Span, *, name: str, given: int, wanted: str) -> Diagnostic:
    """A function is given too few or too many arguments.

    Bad:
        input: 32x32x3
        layers:
          - conv:
              filters: ceil(7.5, 2)
              kernel: 3

    Good:
        input: 32x32x3
        layers:
          - conv: [ceil(7.5), 3]
    """
    arguments = f"{given} argument{'' if given == 1 else 's'}"
    return Diagnostic(f"{name} takes {wanted}, but has {arguments}", span, label=f"takes {wanted}")


# What it computes.


@rule("expressions")
def wrong_operand(
    span: Span, *, user: str, wanted: str, shown: str, written: str = "", advice: str = ""
) -> Diagnostic:
    """An operator or function is given a value of a type it does not take.

    Arithmetic and order take numbers; `and`, `or`, `not` and `if` take true or false; an index
    takes a list. A boolean is not a number, and a word is neither.

    Bad:
        input: 32x32x3
        layers:
          - conv: [64 + true, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [64 + 1, 3]
    """
    origin = f" (from '{written}')" if written else ""
    return Diagnostic(
        f"{user} needs {wanted}, not {shown}{origin}",
        span,
        label=f"must be {wanted}",
        help=(advice,) if advice else (),
    )


@rule("expressions")
def incomparable_values(span: Span, *, left: str, right: str) -> Diagnostic:
    """Values of different types are compared, or lists.

    Numbers compare with numbers, words with words (by `==` and `!=`), booleans with booleans. A
    comparison of different types would always be false.

    Bad:
        input: 32x32x3
        parameters: {norm: batchnorm}
        layers:
          - conv: {filters: 64, kernel: 3, bias: norm == 0}

    Good:
        input: 32x32x3
        parameters: {norm: batchnorm}
        layers:
          - conv: {filters: 64, kernel: 3, bias: norm == none}
    """
    return Diagnostic(
        f"{left} cannot be compared with {right}",
        span,
        label="numbers, booleans or words on both sides",
    )


@rule("expressions")
def undefined_arithmetic(span: Span, *, why: str, label: str) -> Diagnostic:
    """An expression has no value: it divides by zero, or takes a root of a negative number.

    Bad:
        input: 32x32x3
        layers:
          - conv: [64 / 0, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [64 / 2, 3]
    """
    return Diagnostic(why, span, label=label)


@rule("expressions")
def index_out_of_range(span: Span, *, index: int, length: int, written: str) -> Diagnostic:
    """The index of a list is out of range. Items count from 0; a negative index is not allowed.

    Bad:
        input: 32x32x3
        parameters: {widths: [16, 32]}
        layers:
          - conv:
              filters: widths[2]
              kernel: 3

    Good:
        input: 32x32x3
        parameters: {widths: [16, 32]}
        layers:
          - conv:
              filters: widths[1]
              kernel: 3
    """
    items = plural(length, "item")
    places = f" (0 to {length - 1})" if length else ""
    origin = f" (from '{written}')" if written != str(index) else ""
    return Diagnostic(
        f"index {index}{origin} is out of range: the list has {items}{places}",
        span,
        label=f"must be from 0 to {length - 1}" if length else "the list is empty",
    )


@rule("expressions")
def number_too_large(span: Span, *, why: str) -> Diagnostic:
    """A number exceeds the limits of the language.

    Results, at every step, are at most 1e15 in size; the base of a power is at most 1e6, its
    exponent at most 64. No network needs more.

    Bad:
        input: 32x32x3
        layers:
          - conv: [10 ** 16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [10 ** 2, 3]
    """
    return Diagnostic(f"number too large: {why}", span, label=why)
