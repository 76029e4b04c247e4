"""Rules about what the command line says of a net: `--input`, `--set`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Span, rule
from cnncalc.language.rules.references import known_names
from cnncalc.text.suggestions import nearest

if TYPE_CHECKING:
    from cnncalc.layers.shape import Shape


@rule("options")
def unknown_input(span: Span, name: str, known: Sequence[str]) -> Diagnostic:
    """`--input` names an unknown input, or no input of a net that has several.

    `--input 256x256x3` for a net with one input, `--input image=512x512x3` otherwise.
    """
    near = nearest(name, known) if name else None
    return Diagnostic(
        f"unknown input '{name}'" if name else "the net has several inputs: name one of them",
        span,
        label="which input?",
        help=(f"did you mean `{near}`?",) if near else known_names(known),
    )


@rule("options")
def unfitting_input(span: Span, text: str, own: Shape) -> Diagnostic:
    """`--input` gives a shape that does not match the input of the spec.

    For an image: one side (`384`, its channels stay), `384x384x3` or `C=3,H=480,W=640`; for a
    vector, its length. Of a signal the letters are C and L, of a volume C, D, H and W.
    """
    numbers = re.findall("[0-9]{1,12}", text)
    side = int(numbers[0]) if numbers and int(numbers[0]) else own.height
    form = str(own)
    if own.area == 1:
        form, advice = f"a vector of {own.channels}", "write its length, such as `784`"
    elif own.rank != 2:
        advice = f"write `{own.sizes[0]}`, or every size by its letter: `{letters(own)}`"
    elif len(numbers) == 3 and numbers[1] == numbers[2]:
        advice = f"write `{numbers[2]}x{numbers[1]}x{numbers[0]}`"
    elif len(numbers) in (2, 3) and numbers[0] != numbers[1]:
        channels = numbers[2] if len(numbers) == 3 else own.channels
        advice = f"write `C={channels},H={numbers[1]},W={numbers[0]}`"
    else:
        advice = f"write `{side}` or `{side}x{side}x{own.channels}`"
    return Diagnostic(
        f"'{text}' does not match the input of the spec, {form}",
        span,
        label="does not match",
        help=(advice,),
    )


def letters(shape: Shape) -> str:
    """A shape as the command line writes it: `C=3,D=16,H=112,W=112`."""
    sizes = zip(shape.axes, shape.sizes, strict=True)
    return ",".join([f"C={shape.channels}", *(f"{a.name[0].upper()}={n}" for a, n in sizes)])


@rule("options")
def bad_setting(span: Span, text: str) -> Diagnostic:
    """`--set` does not have the form `NAME=VALUE`."""
    return Diagnostic(f"--set takes NAME=VALUE, not '{text}'", span, label="not NAME=VALUE")


@rule("options")
def unknown_setting(span: Span, name: str, known: Sequence[str]) -> Diagnostic:
    """`--set` names a parameter that the spec does not have.

    Parameters are those under `parameters:` in the spec, or in the one that it extends.
    """
    near = nearest(name, known)
    if not known:
        advice: tuple[str, ...] = ("the spec has no parameters",)
    else:
        advice = (f"did you mean `{near}`?",) if near else known_names(known)
    return Diagnostic(f"unknown parameter '{name}'", span, label="unknown", help=advice)
