"""Rules about what the command line says of a net: `--input`, `--set`."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Span, rule
from cnncalc.language.rules.references import known_names
from cnncalc.text.suggestions import nearest


@rule("options")
def unknown_input(span: Span, name: str, known: Sequence[str]) -> Diagnostic:
    """`--input` names an input that the net does not have, or none where there are several.

    `--input 256x256x3` for a net with one input, `--input image=512x512x3` otherwise.
    """
    near = nearest(name, known) if name else None
    return Diagnostic(
        f"the net has no input '{name}'" if name else "the net has several inputs: name one",
        span,
        label="which input?",
        help=(f"did you mean `{near}`?",) if near else known_names(known),
    )


@rule("options")
def bad_setting(span: Span, text: str) -> Diagnostic:
    """`--set` is not of the form `NAME=VALUE`."""
    return Diagnostic(f"--set takes NAME=VALUE, not '{text}'", span, label="no NAME=VALUE")


@rule("options")
def unknown_setting(span: Span, name: str, known: Sequence[str]) -> Diagnostic:
    """`--set` names a parameter that the spec does not have.

    Parameters are those under `parameters:` in the spec, or in the one that it extends.
    """
    near = nearest(name, known)
    if not known:
        advice: tuple[str, ...] = ("this spec has no parameters",)
    else:
        advice = (f"did you mean `{near}`?",) if near else known_names(known)
    return Diagnostic(f"the spec has no parameter '{name}'", span, label="unknown", help=advice)
