"""Rules about `# cnncalc: ignore[CODE]` comments."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("advice", "warning")
def unknown_code(span: Span, word: str, *, hint: str) -> Diagnostic:
    """A comment ignores a code that no rule has, so it ignores nothing.

    `# cnncalc: ignore[CODE]` on the line of a warning or note takes it away; `cnncalc rule`
    lists the codes.

    Bad:
        input: 227x227x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixel-never-seen]

    Good:
        input: 224x224x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixels-never-seen]
    """
    return Diagnostic(f"this comment ignores nothing: no rule has the code '{word}'", span,
                      label="not a code", help=(hint.partition("; ")[2],))  # fmt: skip


@rule("advice", "warning")
def ignore_without_code(span: Span) -> Diagnostic:
    """A comment says `cnncalc: ignore` without a code, so it ignores nothing.

    A comment ignores what it names and nothing else, so that it never hides a new mistake.

    Bad:
        input: 32x32x3
        layers:
          - conv: [16, 3]  # cnncalc: ignore

    Good:
        input: 224x224x3
        layers:
          - conv: [96, 11, 4]  # cnncalc: ignore[pixels-never-seen]
    """
    return Diagnostic(
        "this comment ignores nothing: it names no code",
        span,
        label="write `ignore[CODE]`",
        help=("the code stands in brackets after the severity: `warning[CODE]`",),
    )
