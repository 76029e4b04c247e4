"""What a file is that is no spec: judged on its text, and only where it has errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.diagnostics import Edit, Fix, Span
from cnncalc.text import rules
from cnncalc.text.foreign_lines import structure
from cnncalc.text.rules.text import excerpt

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Source


class Format(NamedTuple):
    """Another tool's file: the line that gives it away, and a second one that must be there."""

    name: str
    line: re.Pattern[str]
    other: re.Pattern[str] | None = None


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


FORMATS: Final = (
    Format("a Darknet configuration", pattern(r"^\[(?:net|network|convolutional|maxpool)\] *$")),
    Format(
        "an Ultralytics (YOLO) model", pattern(r"^(?:backbone|head)\s*:"),
        pattern(r"^ *- \[[^\[\]\n]*\[[^\[\]\n]*\] *\]"),
    ),
    Format(
        "a saved Keras model", pattern(r"^class_name *:|\"class_name\" *:"),
        pattern(r"^config *:|\"config\" *:"),
    ),
    Format(
        "a Caffe prototxt", pattern(r"^ *layers? *\{ *$"),
        pattern(r"^ *(?:type|name|bottom|top) *: *\S"),
    ),
    Format("a printed PyTorch module", pattern(r"^\w+\( *$"), pattern(r"^ +\(\w+\): \w+\(")),
    Format("a Python program", pattern(r"^(?:import [\w.]+|from [\w.]+ import )")),
)  # fmt: skip
LAYERS: Final = pattern(r"^layers *:")
UNRESOLVED: Final = re.compile(r"<{7}(?: |$)")
MARKERS: Final = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
DROPPED: Final[dict[str, tuple[str, ...]]] = {
    "": (), "<<<<<<<": (">>>>>>>",), "=======": ("<<<<<<<",), "|||||||": ("<<<<<<<", ">>>>>>>"),
}  # fmt: skip
"""Behind each marker: the sides that do without the lines."""
HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|diff --git |\+ *(?:- |\w+:)")
FENCE: Final = re.compile(r"\s*(?:```|~~~)")
HOLE: Final = re.compile(r"([\"']?)\{\{([^{}]*)\}\}\1")
STATEMENT: Final = re.compile(r"\{%|<%|\{#")


def what_it_is(source: Source) -> Diagnostic | None:
    """The one diagnostic for a text that is no spec, or not a spec alone; None for what may be
    one.
    """
    return conflict(source) or pasted(source) or another_tool(source) or template(source)


def whole_line(source: Source, number: int) -> Span:
    line = source.lines[number - 1]
    start = len(line) - len(line.lstrip())
    return Span(source, number, start + 1, number, max(start + 2, len(line.rstrip()) + 1))


def place(source: Source, index: int, written: str) -> Span:
    """The place of a piece of one line."""
    line = source.text.count("\n", 0, index) + 1
    column = index - source.text.rfind("\n", 0, index)
    return Span(source, line, column, line, column + len(written))


def first_line(source: Source, wanted: re.Pattern[str]) -> int | None:
    """The number of the first line that begins so."""
    return next((n for n, line in structure(source, quoted=True) if wanted.match(line)), None)


def without_lines(source: Source, numbers: list[int]) -> tuple[Edit, ...]:
    """The edits that take lines away."""
    last = len(source.lines)
    return tuple(
        Edit(Span(source, n, 1, n + 1, 1), "")
        if n < last
        else Edit(Span(source, n, 1, n, len(source.lines[n - 1]) + 1), "")
        for n in numbers
    )


# Something around a spec.


def conflict(source: Source) -> Diagnostic | None:
    """A merge conflict, with the two ways out."""
    first = first_line(source, UNRESOLVED)
    if first is None:
        return None
    gone: dict[str, list[int]] = {"<<<<<<<": [], ">>>>>>>": []}
    names = {"<<<<<<<": "the first side", ">>>>>>>": "the second side"}
    state = ""
    for number, line in enumerate(source.lines, 1):
        marker = line[:7]
        if marker in MARKERS and line[7:8] in ("", " "):
            state = "" if marker == ">>>>>>>" else marker
            names[marker] = line[8:] or names.get(marker, "")
            dropped = tuple(gone)
        else:
            dropped = DROPPED[state]
        for side in dropped:
            gone[side].append(number)
    fixes = [
        Fix(f"keep the lines of `{excerpt(names[side])}`", without_lines(source, numbers))
        for side, numbers in gone.items()
    ]
    return rules.foreign.not_a_spec(
        whole_line(source, first),
        "the file has an unresolved merge conflict",
        label="the conflict begins here",
        fixes=fixes,
    )


def pasted(source: Source) -> Diagnostic | None:
    """A diff, or a text with Markdown's fences."""
    hunk = first_line(source, HUNK)
    if hunk is not None:
        return rules.foreign.not_a_spec(
            whole_line(source, hunk),
            "the file is a diff, or contains a part of one",
            label="a line of a diff",
            advice="apply it with `git apply` or `patch` and check the result",
        )
    fence = first_line(source, FENCE)
    if fence is None:
        return None
    last = len(source.lines)
    after = (n for n in range(fence + 1, last + 1) if FENCE.match(source.lines[n - 1]))
    end = next(after, last + 1)
    outside = [*range(1, fence + 1), *range(end, last + 1)]
    return rules.foreign.not_a_spec(
        whole_line(source, fence),
        "the file is Markdown with a spec in a code block",
        label="the code block begins here",
        fixes=[Fix(f"keep lines `{fence + 1}` to `{end - 1}`", without_lines(source, outside))],
    )


# Another tool's file.


def another_tool(source: Source) -> Diagnostic | None:
    if LAYERS.search(source.text):
        return None
    for name, line, other in FORMATS:
        match = line.search(source.text)
        if match is None or (other and not other.search(source.text)):
            continue
        written = match[0].strip()
        return rules.foreign.not_a_spec(
            place(source, match.end() - len(match[0].lstrip()), written),
            f"the file is {name}, which cnncalc does not read",
            label="not a spec",
            advice="write the net as a spec; `cnncalc list` shows the specs that come with cnncalc",
        )
    return None


def template(source: Source) -> Diagnostic | None:
    """A text that a template engine fills in; where it only inserts values, the names alone."""
    edits: list[Edit] = []
    statement: int | None = None
    for number, line in structure(source, quoted=True):
        if STATEMENT.search(line):
            statement = statement or number
        edits += holes(source, number, line)
    if statement is None and not edits:
        return None
    number = statement or edits[0].span.line
    span = whole_line(source, number) if statement else edits[0].span
    names = " and ".join(f"`{excerpt(edit.text)}`" for edit in edits[:2])
    more = f", in all {len(edits)} places" if len(edits) > 2 else ""
    fix = Fix(f"write {names} without braces{more}", tuple(edits))
    return rules.foreign.not_a_spec(
        span,
        "the file is a template with placeholders; a spec needs none, its values are expressions",
        label="a placeholder",
        advice="check the output of the template engine, or use `parameters`, `repeat` and `if`",
        fixes=() if statement else (fix,),
    )


def holes(source: Source, number: int, line: str) -> Iterator[Edit]:
    for match in HOLE.finditer(line):
        first, last = match.span()
        yield Edit(Span(source, number, first + 1, number, last + 1), match[2].strip("- "))
