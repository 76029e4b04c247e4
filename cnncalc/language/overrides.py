"""What the command line changes of a spec: `--input` and `--set`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Source, Span
from cnncalc.language import expressions, rules
from cnncalc.language.shapes import LETTERS, SIZES, VECTOR, checked, shape_of_sizes, shape_of_text
from cnncalc.language.spec import InputTensor, Parameter
from cnncalc.language.vocabulary import NAME, language_words
from cnncalc.layers.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncalc.language.spec import Spec

BY_LETTER = re.compile("C=N,(?:L=N|(?:D=N,)?H=N,W=N)".replace("N", "[0-9]{1,12}"), re.IGNORECASE)
NAMED = re.compile(rf"({NAME.pattern})=(.*)", re.DOTALL)


def whole_span(source: Source) -> Span:
    return Span(source, 1, 1, 1, len(source.text) + 1)


def override(
    spec: Spec, inputs: Iterable[str], parameters: Iterable[str], problems: list[Diagnostic]
) -> None:
    """Applies what was typed after `--input` and `--set`; its errors are reported. The file's
    expectations do not hold any more.
    """
    changed = []
    for text in inputs:
        changed.append(f"--input {text}")
        override_input(spec, text, problems)
    for text in parameters:
        changed.append(f"--set {text}")
        override_parameter(spec, text, problems)
    if changed:
        spec.switched_off = spec.steps_switched_off = " and ".join(changed)


def override_input(spec: Spec, text: str, problems: list[Diagnostic]) -> None:
    """`256x256x3`, `C=3,H=480,W=640`, or `NAME=` before either."""
    source = Source("--input", text)
    span = whole_span(source)
    names = [tensor.name for tensor in spec.inputs]
    match = NAMED.fullmatch(text) if not BY_LETTER.fullmatch(text) else None
    if match is not None:
        name, shape_text = match.groups()
    elif len(names) == 1:
        name, shape_text = names[0], text
    else:
        problems.append(rules.options.unknown_input(span, "", names))
        return
    if name not in names:
        problems.append(rules.options.unknown_input(span, name, names))
        return
    own = next(tensor.shape for tensor in spec.inputs if tensor.name == name)
    try:
        shape = read_input(shape_text, own, span)
    except Problem as problem:
        problems.append(problem.diagnostic)
        return
    spec.inputs = tuple(
        InputTensor(name, shape, span) if old.name == name else old for old in spec.inputs
    )


def read_input(text: str, own: Shape, span: Span) -> Shape:
    """A shape as the command line writes it, in the form of the spec's ``own`` input: with its
    axes, or a vector. One number is every size of the input, whose channels stay. Raises
    `Problem`.
    """
    is_vector = own.area == 1
    if BY_LETTER.fullmatch(text):
        pairs = (pair.split("=") for pair in text.upper().split(","))
        shape = shape_of_sizes({LETTERS[letter]: int(size) for letter, size in pairs}, span)
    elif VECTOR.fullmatch(text):
        number = int(text)
        sizes = (number,) * own.rank
        shape = Shape(number, *own.sizes) if is_vector else Shape(own.channels, *sizes)
    elif SIZES.fullmatch(text) and fits_short_form(text, own.rank):
        shape = shape_of_text(text, span)
    else:
        raise Problem(rules.options.unfitting_input(span, text, own))
    if shape.rank != own.rank or (is_vector and shape.area > 1):
        raise Problem(rules.options.unfitting_input(span, text, own))
    return checked(shape, span)


def fits_short_form(text: str, rank: int) -> bool:
    """Whether `384x384x3` has as many sizes as the input has axes, all equal."""
    *sizes, _ = re.findall("[0-9]+", text)
    return len(sizes) == rank and len(set(sizes)) == 1


def override_parameter(spec: Spec, text: str, problems: list[Diagnostic]) -> None:
    """`NAME=VALUE`: a value of the same type for a parameter that exists."""
    source = Source("--set", text)
    match = NAMED.fullmatch(text)
    if match is None:
        problems.append(rules.options.bad_setting(whole_span(source), text))
        return
    name, value = match.groups()
    if name not in spec.parameters:
        problems.append(
            rules.options.unknown_setting(whole_span(source), name, list(spec.parameters))
        )
        return
    try:
        column = match.start(2) + 1
        operand = expressions.parse_text(value, source, language_words(), column=column)
    except Problem as problem:
        problems.append(problem.diagnostic)
        return
    old = spec.parameters[name]
    spec.overridden = {**spec.overridden, name: (*spec.overridden.get(name, ()), old)}
    spec.parameters = {**spec.parameters, name: Parameter(name, whole_span(source), operand)}
