"""What `check` prints: the code frame to the column, the escapes of each format, what counts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cnncalc
from cnncalc.checks import comments, selection
from cnncalc.diagnostics import Diagnostic, Edit, Fix, Related, Severity, Source, Span
from cnncalc.render import View
from cnncalc.render.findings import FORMATS, Checked, Run, relative, render, summary
from cnncalc.render.findings.full import render_diagnostics
from cnncalc.render.findings.github import annotation
from cnncalc.render.findings.screen import ScreenLine

PLAIN = View()
SARIF = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8"))

NET = """\
name: a net
input: 224x224x3
layers:
  - maxpool4: {kernel: 2, stride: 2}
  - relu
  - conv5: {filters: 512, kernel: 9}
"""


def span(source: Source, line: int, text: str, *, skip: int = 0) -> Span:
    """The place of a text in a line."""
    column = -1
    for _ in range(skip + 1):
        column = source.lines[line - 1].index(text, column + 1)
    return Span(source, line, column + 1, line, column + 1 + len(text))


def diagnostic(
    place: Span, message: str = "wrong", *, severity: Severity = "error", **facts: Any
) -> Diagnostic:
    made = Diagnostic(message, place, **facts)
    return made._replace(code="no-valid-output", severity=severity)


def the_example() -> Diagnostic:
    """The diagnostic that the style guide shows."""
    source = Source("nets/mynet.yaml", NET)
    kernel = span(source, 6, "9")
    made = diagnostic(
        kernel,
        "conv5 has no valid output: its 9×9 kernel does not fit a 7×7 input",
        label="needs an input of at least 9",
        formula="(W − F + 2P)/S + 1 = (7 − 9 + 2·0)/1 + 1 = −1, must be at least 1",
        fixes=[
            Fix("kernel: 7", (Edit(kernel, "7"),), "1×1"),
            Fix("padding: 1", (Edit(kernel._replace(column=35), ", padding: 1"),), "1×1"),
        ],
        help=["or a larger image"],
        related=[Related("gives 7×7×512", span(source, 4, "maxpool4"))],
        layer="conv5",
    )
    trail = ("in stage(depth=3), repetition 2 of 3, input 7×7×512",)
    return made._replace(unchecked=6, trail=trail)


def test_the_frame() -> None:
    assert (
        render_diagnostics([the_example()], PLAIN)
        == """\
error[no-valid-output]: conv5 has no valid output: its 9×9 kernel does not fit a 7×7 input
 --> nets/mynet.yaml:6:35
  |
4 |   - maxpool4: {kernel: 2, stride: 2}
  |     -------- gives 7×7×512
6 |   - conv5: {filters: 512, kernel: 9}
  |                                   ^ needs an input of at least 9
  = in stage(depth=3), repetition 2 of 3, input 7×7×512
  = formula: (W − F + 2P)/S + 1 = (7 − 9 + 2·0)/1 + 1 = −1, must be at least 1
  = help: `kernel: 7` gives 1×1; `padding: 1` gives 1×1
  = help: or a larger image
  = note: 6 layers after conv5 were not checked
"""
    )


@pytest.mark.parametrize(
    ("line", "marked", "shown"),
    [
        ("a: {b: 12}", "12", ["1 | a: {b: 12}", "  |        ^^ here"]),
        ("a: 12  # 深い網", "12", ["1 | a: 12  # 深い網", "  |    ^^ here"]),
        ("名前: 12", "12", ["1 | 名前: 12", "  |       ^^ here"]),
        ("na\u0301me: 12", "12", ["1 | na\u0301me: 12", "  |       ^^ here"]),
        ("網: 深い", "深い", ["1 | 網: 深い", "  |     ^^^^ here"]),
        ("a:\t12", "12", ["1 | a:  12", "  |     ^^ here"]),
        ("\ta: 12", "12", ["1 |     a: 12", "  |        ^^ here"]),
        ("a: '\x1b[31m' 12", "12", [r"1 | a: '\x1b[31m' 12", "  |               ^^ here"]),
        ("a: \u202e12", "12", [r"1 | a: \u202e12", "  |          ^^ here"]),
        ("a: 12   ", "12", ["1 | a: 12", "  |    ^^ here"]),
    ],
    ids=["plain", "after", "wide", "combining", "wide-value", "tab", "tab-first", "escape", "bidi",
         "trailing"],
)  # fmt: skip
def test_the_caret_stands_under_the_value(line: str, marked: str, shown: list[str]) -> None:
    source = Source("x.yaml", line + "\n")
    text = render_diagnostics([diagnostic(span(source, 1, marked), label="here")], PLAIN)
    assert text.splitlines()[3:5] == shown


def test_a_mark_over_several_lines_ends_with_its_first() -> None:
    source = Source("x.yaml", "a: [1,\n  2]\n")
    text = render_diagnostics([diagnostic(Span(source, 1, 4, 2, 5), label="list")], PLAIN)
    assert text.splitlines()[3:] == ["1 | a: [1,", "  |    ^^^ list"]


def test_a_place_of_no_width_has_a_caret() -> None:
    source = Source("x.yaml", "")
    text = render_diagnostics([diagnostic(Span(source, 1, 1, 1, 1), label="empty")], PLAIN)
    assert text.splitlines()[3:] == ["1 |", "  | ^ empty"]


def test_two_marks_on_one_line_and_lines_left_out() -> None:
    source = Source("x.yaml", "a: {b: 1, c: 2}\n" + "\n" * 18 + "d: 3\n")
    related = [
        Related("first", span(source, 1, "b")),
        Related("second", span(source, 1, "c")),
    ]
    text = render_diagnostics([diagnostic(span(source, 20, "3"), related=related)], PLAIN)
    assert text.splitlines()[2:] == [
        "   |",
        " 1 | a: {b: 1, c: 2}",
        "   |     - first",
        "   |           - second",
        "...",
        "20 | d: 3",
        "   |    ^",
    ]


def test_a_mark_in_another_file() -> None:
    base, source = Source("base.yaml", "conv: 1\n"), Source("x.yaml", "a: 1\n")
    related = [Related("defined here", span(base, 1, "conv"))]
    text = render_diagnostics([diagnostic(span(source, 1, "1"), related=related)], PLAIN)
    assert text.splitlines()[1:] == [
        " --> x.yaml:1:4",
        "  |",
        "1 | a: 1",
        "  |    ^",
        " ::: base.yaml:1:1",
        "  |",
        "1 | conv: 1",
        "  | ---- defined here",
    ]


@pytest.mark.parametrize("before", [0, 100, 2_000, 1_000_000])
@pytest.mark.parametrize("width", [60, 160])
def test_a_long_line_is_cut_around_the_mark(before: int, width: int) -> None:
    line = "x" * before + "MARK" + "y" * 5_000
    shown = ScreenLine(line, before + 1, width)
    assert len(shown.text) <= width
    assert shown.text[shown.at(before + 1) : shown.at(before + 5)] == "MARK"
    assert shown.text.startswith("…") == (before > 0)
    assert shown.text.endswith("…")


def test_no_colour_no_escape() -> None:
    """With colour: the same text, and escapes. Without: no escape byte at all."""
    plain = render_diagnostics([the_example()], PLAIN)
    colored = render_diagnostics([the_example()], View(color=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


NASTY = "evil\x1b]0;x\x07\n::error::\u202e%,:"


@pytest.mark.parametrize("format", FORMATS)
def test_no_text_of_the_user_disturbs_the_screen(format: str) -> None:
    source = Source(NASTY, NASTY)
    place = Span(source, 1, 1, 1, 3)
    nasty = diagnostic(
        place, NASTY, label=NASTY, formula=NASTY, help=[NASTY], notes=[NASTY], layer=NASTY,
        related=[Related(NASTY, place)], fixes=[Fix(NASTY, (Edit(place, NASTY),), NASTY)],
    )  # fmt: skip
    nasty = nasty._replace(trail=(NASTY,))
    text = render(format, Run([Checked(NASTY, 1, [nasty])], [NASTY], [(NASTY, NASTY)]), PLAIN)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not [line for line in text.splitlines()[1:] if line.startswith("::error::")]


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ([(3, [])], "Checked 1 file, 3 layers: no problems"),
        ([(1, ["error"])], "Checked 1 file, 1 layer: 1 error"),
        ([(1, ["error"]), (2, ["error"])], "Checked 2 files, 3 layers: 2 errors"),
        ([(1, ["error", "warning"])], "Checked 1 file, 1 layer: 1 error, 1 warning"),
        ([(1_000, ["warning", "note"])], "Checked 1 file, 1,000 layers: 1 warning"),
        ([(1, ["note"])], "Checked 1 file, 1 layer: no problems"),
    ],
)
def test_the_summary(files: list[tuple[int, list[Severity]]], text: str) -> None:
    place = span(Source("x", "a"), 1, "a")
    checked = [
        Checked("x", layers, [diagnostic(place, severity=s) for s in found])
        for layers, found in files
    ]
    assert summary(Run(checked)) == text


@pytest.mark.parametrize(
    ("run", "end"),
    [
        (Run([Checked("x", 1, [], hidden=2)]), "no problems (2 findings not selected)"),
        (Run([], [], [("a.yml", "why")]), "no problems (1 other YAML file skipped)"),
        (
            Run([Checked("x", 1, [], hidden=1)], [], [("a.yml", ""), ("b.yml", "")]),
            "no problems (1 finding not selected; 2 other YAML files skipped)",
        ),
        (Run([], ["cannot read x"]), "0 layers: 1 could not be checked"),
    ],
)
def test_the_summary_says_what_was_left_out(run: Run, end: str) -> None:
    assert summary(run).endswith(end)


def test_concise() -> None:
    text = render("concise", Run([Checked("nets/mynet.yaml", 3, [the_example()])]), PLAIN)
    assert text.splitlines() == [
        "nets/mynet.yaml:6:35: error[no-valid-output] conv5 has no valid output: its 9×9 kernel "
        "does not fit a 7×7 input",
        "Checked 1 file, 3 layers: 1 error",
    ]


def test_json() -> None:
    document = json.loads(
        render("json", Run([Checked("nets/mynet.yaml", 3, [the_example()])]), PLAIN)
    )
    (file,) = document["files"]
    (found,) = file["diagnostics"]
    assert document["format_version"] == 2
    assert document["summary"] == {"files": 1, "errors": 1, "warnings": 0, "passed_over": 0}
    assert (file["path"], file["layers"]) == ("nets/mynet.yaml", 3)
    assert {k: found[k] for k in ("code", "severity", "layer", "path", "help")} == {
        "code": "no-valid-output",
        "severity": "error",
        "layer": "conv5",
        "path": "nets/mynet.yaml",
        "help": "`kernel: 7` gives 1×1; `padding: 1` gives 1×1; or a larger image",
    }
    assert [found[k] for k in ("line", "column", "end_line", "end_column")] == [6, 35, 6, 36]
    assert found["related"] == [
        {"message": "gives 7×7×512", "path": "nets/mynet.yaml", "line": 4, "column": 5}
    ]
    assert found["fixes"][0]["edits"][0]["text"] == "7"


def test_github() -> None:
    assert annotation(the_example(), "nets/mynet.yaml").split("%0A")[0] == (
        "::error file=nets/mynet.yaml,line=6,endLine=6,col=35,endColumn=35,"
        "title=cnncalc%3A no-valid-output::nets/mynet.yaml:6:35: error[no-valid-output] conv5 has "
        "no valid output: its 9×9 kernel does not fit a 7×7 input"
    )


@pytest.mark.parametrize(
    ("severity", "command"), [("error", "error"), ("warning", "warning"), ("note", "notice")]
)
def test_github_escapes(severity: Severity, command: str) -> None:
    source = Source("a,b:c%.yaml", "x: 1\ny\n")
    line = annotation(diagnostic(Span(source, 1, 1, 2, 2), "100 %\nof", severity=severity), "x")
    assert line == (
        f"::{command} file=a%2Cb%3Ac%25.yaml,line=1,endLine=2,title=cnncalc%3A no-valid-output::"
        f"a,b:c%25.yaml:1:1: {severity}[no-valid-output] 100 %25%0Aof"
    )


def sarif(diagnostics: Iterable[Diagnostic], path: str = "nets/mynet.yaml") -> dict[str, Any]:
    text = render("sarif", Run([Checked(path, 3, list(diagnostics))]), PLAIN)
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft7Validator(
        SARIF, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    ).validate(document)
    return document


def test_sarif() -> None:
    (run,) = sarif([the_example()])["runs"]
    (found,) = run["results"]
    rule = run["tool"]["driver"]["rules"][found["ruleIndex"]]
    assert run["columnKind"] == "unicodeCodePoints"
    assert found["ruleId"] == rule["id"] == "no-valid-output"
    assert "Bad:" in rule["help"]["text"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "nets/mynet.yaml"}
    assert place["region"] == {"startLine": 6, "startColumn": 35, "endLine": 6, "endColumn": 36}
    change = found["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"] == {"text": "7"}


def test_sarif_without_findings() -> None:
    assert sarif([])["runs"][0]["results"] == []


def test_sarif_uris_are_quoted() -> None:
    place = span(Source("my nets/å.yaml", "a"), 1, "a")
    found = sarif([diagnostic(place)], "my nets/å.yaml")["runs"][0]["results"][0]
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20nets/%C3%A5.yaml"


def fingerprints(text: str) -> list[str]:
    """Of a finding at every `kernel` of the text."""
    source = Source("x.yaml", text)
    lines = [n for n, line in enumerate(source.lines, 1) if "kernel" in line]
    found = sarif(diagnostic(span(source, n, "kernel"), layer=f"layer{n % 2}") for n in lines)
    results = found["runs"][0]["results"]
    return [result["partialFingerprints"]["cnncalc/v1"] for result in results]


def test_fingerprints_survive_moved_lines() -> None:
    moved = fingerprints("# two\n# lines\na: {kernel: 9}\n")
    assert fingerprints("a: {kernel: 9}\n") == moved
    assert fingerprints("a: {kernel: 8}\n") != moved
    assert len(set(fingerprints("a: {kernel: 9}\n\n" * 3))) == 3


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("nets/a.yaml", "nets/a.yaml"),
        ("./nets/../a.yaml", "a.yaml"),
        (str(Path.cwd() / "nets" / "a.yaml"), "nets/a.yaml"),
        ("../a.yaml", "../a.yaml"),
    ],
)
def test_paths_are_relative_to_the_repository(path: str, uri: str) -> None:
    assert relative(path) == uri


# Which findings count.


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("- conv: [1, 2]  # cnncalc: ignore[a-b]", {"a-b"}),
        ("- conv: [1, 2]  # cnncalc: ignore[a-b, c]  the reason", {"a-b", "c"}),
        ("- conv: [1, 2]  # the reason # cnncalc: ignore[a]", {"a"}),
        ("# cnncalc: ignore[a]", {"a"}),
        ("#cnncalc:ignore [a]", {"a"}),
        ("note: 'it''s # cnncalc: ignore[a]'", None),
        ('note: "\\" # cnncalc: ignore[a]"', None),
        ('note: "x" # cnncalc: ignore[a]', {"a"}),
        ("note: don't  # cnncalc: ignore[a]", {"a"}),
        ("note: 5 o'clock 'x' # cnncalc: ignore[a]", {"a"}),
        ("note: a# cnncalc: ignore[a]", None),
        ("note: {a: '#', b: 1} # cnncalc: ignore[a]", {"a"}),
        ("- conv: [1, 2]  # cnncalc: ignore", set()),
        ("- conv: [1, 2]  # cnncalc: ignore[]", set()),
        ("- conv: [1, 2]  # cnncalc: ignored[a]", None),
        ("- conv: [1, 2]  # ignore[a]", None),
    ],
)
def test_ignore_comments(line: str, codes: set[str] | None) -> None:
    """The codes of a line's comment; None where there is no such comment."""
    found = list(comments.ignore_comments(Source("x.yaml", f"name: x\n{line}\n")))
    assert [set(c.codes) for c in found] == ([] if codes is None else [codes])
    for comment in found:
        assert comment.span.line == 2
        for code, place in comment.codes.items():
            assert line[place.column - 1 : place.end_column - 1] == code


def commented(comment: str, severity: Severity) -> list[Diagnostic]:
    source = Source("x.yaml", f"a: 1  {comment}\n")
    return comments.without_ignored([diagnostic(span(source, 1, "1"), severity=severity)])


def test_a_comment_takes_away_warnings_and_notes_of_its_code() -> None:
    mine, other = "# cnncalc: ignore[no-valid-output]", "# cnncalc: ignore[wrong-type]"
    assert commented(mine, "warning") == commented(mine, "note") == []
    assert len(commented(other, "warning")) == 1
    (error,) = commented(mine, "error")
    assert error.notes == ("an error cannot be ignored in the spec",)


def test_a_comment_stands_on_the_line_it_means() -> None:
    source = Source("x.yaml", "a: 1\nb: 2  # cnncalc: ignore[no-valid-output]\n")
    made = [diagnostic(span(source, n, str(n)), severity="warning") for n in (1, 2)]
    assert [d.line for d in comments.without_ignored(made)] == [1]


@pytest.mark.parametrize(
    ("words", "some", "not_those"),
    [
        (["no-valid-output"], {"no-valid-output"}, {"wrong-type"}),
        (["values"], {"wrong-type", "out-of-range"}, {"no-valid-output"}),
        (["values, no-valid-output", "advice"], {"wrong-type", "no-valid-output"}, set()),
    ],
)
def test_codes_and_families(words: list[str], some: set[str], not_those: set[str]) -> None:
    codes = selection.codes_of(words)
    assert some <= codes
    assert not not_those & codes


@pytest.mark.parametrize("word", ["no-valid-outptu", "", "valuse", "x" * 1000])
def test_an_unknown_code_is_told(word: str) -> None:
    with pytest.raises(selection.UnknownCode, match=r"unknown code"):
        selection.codes_of([word])


def test_select_ignore_and_strict() -> None:
    place = span(Source("x.yaml", "a"), 1, "a")
    severities: list[Severity] = ["error", "warning", "note"]
    found = [diagnostic(place, severity=severity) for severity in severities]
    code = frozenset({"no-valid-output"})
    other = frozenset({"wrong-type"})
    nothing: frozenset[str] = frozenset()
    assert selection.chosen(found, nothing, nothing) == found
    assert selection.chosen(found, code, nothing) == found
    assert selection.chosen(found, other, nothing) == []
    assert selection.chosen(found, nothing, code) == []
    assert selection.chosen(found, nothing, other) == found
    assert [d.severity for d in selection.strictly(found)] == ["error", "error", "note"]
    assert [d.severity for d in found] == severities


def test_a_diagnostic_does_not_change() -> None:
    first = the_example()
    with pytest.raises(AttributeError, match="use _replace"):
        first.severity = "note"
    second = first._replace(severity="note", fixes=first.fixes[:1])
    assert (first.severity, len(first.fixes)) == ("error", 2)
    assert (second.severity, len(second.fixes)) == ("note", 1)
    assert (second.message, second.help) == (first.message, first.help)


@pytest.mark.parametrize("name", ["diagnostics", "notices", "training", "published", "rows"])
def test_a_report_does_not_change(name: str) -> None:
    """It is complete when it is handed on."""
    report = cnncalc.load("vgg16").analyze()
    assert getattr(report, name) or name in ("diagnostics", "notices")
    for part, attribute in ((report, name), (report.totals, "params"), (report.rows[0], "macs")):
        with pytest.raises(AttributeError):
            setattr(part, attribute, None)


def test_a_second_report_says_the_same() -> None:
    net = cnncalc.loads("input: 8x8x3\nlayers:\n  - conv: [16, 9]\n  - conv: [4, 3, 3]\n")
    first, second = net.report(), net.report(batch=2)
    assert [(d.message, d.fixes, d.help) for d in first.diagnostics]
    assert [(d.message, d.fixes, d.help) for d in first.diagnostics] == [
        (d.message, d.fixes, d.help) for d in second.diagnostics
    ]
