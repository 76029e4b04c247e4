"""Rules about the form of a spec: keys, kinds, labels, and what may stand where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cnncalc.diagnostics import Diagnostic, Fix, Related, Span, rule
from cnncalc.language.rules.references import known_names
from cnncalc.text.edits import near_name, replacements
from cnncalc.text.missing_kinds import missing_kind
from cnncalc.text.suggestions import FIELD_ALIASES


@rule("form")
def unknown_key(
    span: Span,
    key: str,
    where: str,
    known: Sequence[str],
    fixes: Iterable[Fix] | None = None,
    what: str = "key",
) -> Diagnostic:
    """A key is none of those that may stand here.

    Each layer kind has its parameters (`cnncalc kinds KIND`), every step also `name`, `from`,
    `repeat`, `if`, `expect` and `share`; a file its own keys.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, pad: 1}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3, padding: 1}
    """
    near = near_name(span, key, known, FIELD_ALIASES)
    return Diagnostic(
        f"unknown {what} '{key}' in {where}",
        span,
        label=f"unknown {what}",
        fixes=near if fixes is None else fixes,
        otherwise=lambda: known_names(known),
    )


@rule("form")
def unknown_kind(
    span: Span,
    label: str,
    known: Collection[str] = (),
    fixes: Iterable[Fix] = (),
    advice: Iterable[str] = (),
) -> Diagnostic:
    """The label of a step is not a layer kind or a block.

    A label is a kind or a block, optionally followed by a number: `conv`, `conv1`, `conv1_1`,
    `inception3a`. Any other name is given by the key `name`. `cnncalc kinds` lists the kinds.

    Bad:
        input: 32x32x3
        layers:
          - conv2d: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    missing = missing_kind(label, known)
    if missing is not None and not (fixes := tuple(fixes)):
        return Diagnostic(
            f"unknown layer kind '{label}': {missing.why}",
            span,
            label="not a layer kind",
            help=(missing.recipe,) if missing.recipe else (),
        )
    return Diagnostic(
        f"unknown layer kind or block '{label}'",
        span,
        label="unknown",
        fixes=fixes,
        help=advice,
        otherwise=lambda: ("`cnncalc kinds` lists the layer kinds",),
    )


@rule("form")
def missing_key(span: Span, key: str, where: str, example: str = "") -> Diagnostic:
    """A required key is missing: `layers`, `input`, a parameter of a layer.

    Bad:
        input: 32x32x3
        layers:
          - conv: {filters: 16}

    Good:
        input: 32x32x3
        layers:
          - conv: {filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"missing {key} in {where}",
        span,
        label=f"needs {key}",
        help=(f"for example `{example}`",) if example else (),
    )


@rule("form")
def wrong_form(
    span: Span,
    subject: str,
    *,
    wanted: str,
    found: str,
    help: str = "",
    fixes: Iterable[Fix] = (),
) -> Diagnostic:
    """A list, a mapping or a single value is given where another form is needed.

    Bad:
        input: 32x32x3
        layers:
          conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        f"{subject} must be {wanted}, not {found}",
        span,
        label=f"must be {wanted}",
        fixes=fixes,
        help=(help,) if help else (),
    )


@rule("form")
def several_keys_in_a_step(
    span: Span, label: str, extra: str, fixes: Iterable[Fix] = (), *, record: bool = False
) -> Diagnostic:
    """A step has more than one key; often its parameters are not indented below its label.

    Bad:
        input: 32x32x3
        layers:
          - conv:
            filters: 16
            kernel: 3

    Good:
        input: 32x32x3
        layers:
          - conv:
              filters: 16
              kernel: 3
    """
    below = f"indent its parameters below it, or write them in braces: `{label}: {{…}}`"
    return Diagnostic(
        f"a step must have only one key, its label: found '{extra}' beside '{label}'",
        span,
        label="the kind is the label" if record else "indent it below the label",
        fixes=fixes,
        help=("a step is `kind: {parameters}`" if record else below,),
    )


@rule("form")
def no_list_form(
    span: Span, word: str, *, first: str, count: int, fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """A kind that does not take a list is given one, or a list has too many items.

    Only `conv` and `transposed_conv` (filters, kernel, stride) and blocks take their parameters
    as a list: `maxpool: [3, 2]` could be a 3×2 window.

    Bad:
        input: 33x33x3
        layers:
          - maxpool: [3, 2]

    Good:
        input: 33x33x3
        layers:
          - maxpool: {kernel: 3, stride: 2}
    """
    fixes = tuple(fixes)
    takes = f"takes at most {count} values in a list" if count else "does not take a list"
    return Diagnostic(
        f"{word} {takes}",
        span,
        label="write the parameters by name",
        fixes=fixes,
        help=(f"for example `{{{first}: …}}`",) if first and not fixes else (),
    )


@rule("form")
def no_bare_value(
    span: Span, word: str, keys: Sequence[str], fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """A single value is given to a step that has no first parameter.

    Bad:
        input: 32x32x3
        layers:
          - relu: 1

    Good:
        input: 32x32x3
        layers:
          - relu
    """
    fixes = tuple(fixes)
    return Diagnostic(
        f"{word} does not take a single value",
        span,
        label="which parameter?",
        fixes=fixes,
        help=(f"its keys: {', '.join(keys)}",) if keys and not fixes else (),
    )


@rule("form")
def bad_shape(span: Span, why: str, *, hint: str = "", hints: Sequence[str] = ()) -> Diagnostic:
    """A value is not a valid shape.

    `224x224x3` is width x height x channels, as in lecture notes, and only for equal width and
    height. Otherwise write `{channels: 3, height: 480, width: 640}`. One number is a vector.

    Bad:
        input: 3x32x32
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    hints = [hint] if hint else hints
    return Diagnostic(
        why,
        span,
        label="not a shape",
        fixes=replacements(span, *hints),
        help=() if hint else ("`224x224x3`, `4096`, or `{channels: 3, height: 480, width: 640}`",),
    )


@rule("form")
def name_given_twice(span: Span, label: str, name: str, fixes: Iterable[Fix] = ()) -> Diagnostic:
    """A step has one name in its label and another in the key `name`.

    Bad:
        input: 32x32x3
        layers:
          - conv1: {name: stem, filters: 16, kernel: 3}

    Good:
        input: 32x32x3
        layers:
          - conv: {name: stem, filters: 16, kernel: 3}
    """
    return Diagnostic(
        f"the step has two names: '{label}' (its label) and '{name}'",
        span,
        label="the second name",
        fixes=fixes,
        help=("a label that ends in a number is a name",),
    )


@rule("form")
def branches_and_from(span: Span, word: str, *, both: bool) -> Diagnostic:
    """A merge needs two or more branches, or existing tensors (`from: [a, b]`), but not both.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - concat

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - concat: {from: [conv1, conv2]}
    """
    why = "has both branches and `from: […]`" if both else "has neither branches nor `from: […]`"
    return Diagnostic(
        f"{word} {why}",
        span,
        label="needs one of the two",
        help=(f"`{word}: [step, step]` or `{word}: {{from: [name, name]}}`",),
    )


@rule("form")
def names_as_branches(span: Span, word: str, fixes: Iterable[Fix] = ()) -> Diagnostic:
    """A merge has step names in the place of branches.

    A list holds the branches themselves, steps that start at the merge's input. Existing
    tensors are read by `from`.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - concat: [conv1, conv2]

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - concat: {from: [conv1, conv2]}
    """
    return Diagnostic(
        f"{word} has step names in the place of branches",
        span,
        label="use `from` to read existing outputs",
        fixes=fixes,
    )


@rule("form")
def too_few_branches(span: Span, word: str, count: int) -> Diagnostic:
    """A merge of fewer than two tensors merges nothing.

    Bad:
        input: 32x32x3
        layers:
          - concat:
              - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - concat:
              - conv: [16, 1]
              - identity
    """
    return Diagnostic(f"{word} needs at least 2 inputs, not {count}", span, label="too few inputs")


@rule("form")
def not_with_repeat(span: Span, word: str, fixes: Iterable[Fix] = ()) -> Diagnostic:
    """`repeat` chains a step with itself; a merge that reads `from: [a, b]` cannot be chained.

    Bad:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - add: {from: [conv1, conv2], repeat: 2}

    Good:
        input: 32x32x3
        layers:
          - conv1: [16, 1]
          - conv2: [16, 1]
          - add: {from: [conv1, conv2]}
    """
    return Diagnostic(
        f"{word} cannot have both `from: […]` and `repeat`",
        span,
        label="cannot repeat",
        fixes=fixes,
    )


@rule("form")
def wrong_arguments(span: Span, block: str, why: str, signature: str, defined: Span) -> Diagnostic:
    """A block is called with too many or too few arguments, or with the same argument twice.

    Bad:
        input: 32x32x3
        blocks:
          unit(filters, kernel):
            - conv: [filters, kernel]
        layers:
          - unit: [16]

    Good:
        input: 32x32x3
        blocks:
          unit(filters, kernel):
            - conv: [filters, kernel]
        layers:
          - unit: [16, 3]
    """
    return Diagnostic(
        f"the call of {block} {why}",
        span,
        label=f"the signature is {signature}",
        related=[Related("defined here", defined)],
    )


@rule("form")
def bad_signature(span: Span, text: str, why: str) -> Diagnostic:
    """A block's definition does not have the form `name` or `name(a, b, c=1)`.

    Bad:
        input: 32x32x3
        blocks:
          unit(stride=1, filters):
            - conv: [filters, 3, stride]
        layers:
          - unit: {filters: 16}

    Good:
        input: 32x32x3
        blocks:
          unit(filters, stride=1):
            - conv: [filters, 3, stride]
        layers:
          - unit: {filters: 16}
    """
    return Diagnostic(
        f"'{text}' is not a block definition: {why}",
        span,
        label="not a block definition",
        help=("a definition looks like a call: `stage(width, depth, stride=1):`",),
    )


@rule("form")
def not_with_extends(span: Span, key: str, allowed: Iterable[str]) -> Diagnostic:
    """A file that extends another may set input, parameters and expectations, but not layers.

    Bad:
        extends: lenet5
        layers:
          - conv: [16, 3]

    Good:
        extends: lenet5
        name: My LeNet
    """
    return Diagnostic(
        f"'{key}' is not allowed with `extends`: it comes from the base",
        span,
        label="not allowed here",
        help=(f"allowed keys: {', '.join(allowed)}",),
    )


@rule("form")
def input_given_twice(span: Span, first: Span) -> Diagnostic:
    """A spec has both `input` and `inputs`.

    Bad:
        input: 32x32x3
        inputs: {image: 32x32x3}
        layers:
          - conv: [16, 3]

    Good:
        input: 32x32x3
        layers:
          - conv: [16, 3]
    """
    return Diagnostic(
        "the spec has both `input` and `inputs`",
        span,
        label="remove one of the two",
        related=[Related("first value", first)],
    )


@rule("form")
def first_step_needs_from(
    span: Span, names: Sequence[str], fixes: Iterable[Fix] = ()
) -> Diagnostic:
    """With `inputs`, the first step must name the input that it reads.

    Bad:
        inputs: {image: 32x32x3, depth: 32x32x1}
        layers:
          - conv: [16, 3]
          - concat: {from: [image, depth]}

    Good:
        inputs: {image: 32x32x3, depth: 32x32x1}
        layers:
          - concat: {from: [image, depth]}
          - conv: [16, 3]
    """
    return Diagnostic(
        f"the first step does not name its input; the net has {', '.join(names)}",
        span,
        label="needs `from`",
        fixes=fixes,
        help=(f"`from: {names[0]}`",),
    )
