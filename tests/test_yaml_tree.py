"""Text to tree: the places of the nodes, every trap of YAML, the limits, with both parsers."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc.text.rules.syntax  # noqa: F401 - registers rules that only a broken file imports
from cnncalc.diagnostics import Diagnostic, Problem, Source
from cnncalc.text.parser import Broken, Mapping, Node, Scalar, Sequence, decode, new_parser, parse

ARCHITECTURES = sorted((Path(__file__).parents[1] / "architectures").glob("*.yaml"))
PARSERS = ["libyaml", "python"]


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    else:
        pytest.importorskip("yaml._yaml")
    return {"libyaml": "yaml._yaml", "python": "yaml.loader"}[request.param]


def test_parser(parser: str) -> None:
    """The fixture does force the parser that it names."""
    assert type(new_parser("")).__module__ == parser


def read(text: str) -> tuple[Node | None, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    return parse(Source("spec.yaml", text), problems), problems


def told(problems: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(d.code, d.line, d.column) for d in problems]


def plain(node: Node | None) -> object:
    """The tree as lists and dicts of texts; `...` for what is broken."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            entries = {key: plain(entry.value) for key, entry in node.entries.items()}
            return entries | dict.fromkeys(sorted(node.broken), ...)
        case _:
            return ...


def nodes(node: Node | None) -> Iterator[Node]:
    if node is None:
        return
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from nodes(item)
    elif isinstance(node, Mapping):
        for key, value in node.entries.values():
            yield key
            yield from nodes(value)


def piece(node: Node) -> str:
    """The text between a node's places."""
    lines = node.source.lines[node.line - 1 : node.end_line]
    lines[-1] = lines[-1][: node.end_column - 1]
    lines[0] = lines[0][node.column - 1 :]
    return "\n".join(lines)


# What ends the file: one diagnostic, no tree.
SYNTAX = [
    # tabs
    ("layers:\n\t- conv: 1\n", "tab-indentation", 2, 1),
    ("layers:\n  - conv:\n\t\tfilters: 3\n", "tab-indentation", 3, 1),
    ("a: 1\n\tb: 2\n", "tab-indentation", 2, 1),
    ("-\tconv: 3\n", "tab-indentation", 1, 2),
    # dashes, colons, columns
    ("layers:\n  - conv: 1\n  relu\n  - x\n", "missing-dash", 3, 3),
    ("layers:\n  - conv: 1\n  relu: 2\n", "missing-dash", 3, 3),
    ("- a\nb: 1\n", "missing-dash", 2, 1),
    ("layers\n  - conv: 1\n", "missing-colon", 1, 1),
    ("layers:\n  - conv\n      filters: 3\n", "missing-colon", 2, 5),
    ("a: 1\nkey with words\nb: 2\n", "missing-colon", 2, 1),
    ("a: 1\nkey:value\nb: 2\n", "missing-space", 2, 1),
    ("a: 1\nkey:value", "missing-space", 2, 1),
    ("layers:\n   - a: 1\n  - b: 1\n", "bad-indentation", 3, 3),
    ("layers:\n  - a: 1\n   - b: 1\n  - c: 1\n", "bad-indentation", 3, 4),
    ("a: 1\n b: 2\n", "bad-indentation", 2, 2),
    ("  a: 1\nb: 2\n", "bad-indentation", 2, 1),
    ("a:\n    b: 1\n  c: 2\n", "bad-indentation", 3, 3),
    ("a: 1\n- b\n", "bad-indentation", 2, 1),
    ("name: LeNet: the first\n", "colon-in-value", 1, 12),
    ("- conv: filters: 3\n", "colon-in-value", 1, 16),
    ("a: - b\n", "bad-syntax", 1, 4),
    (": x\n", "bad-syntax", 1, 1),
    # first characters
    ("name: @home\n", "reserved-character", 1, 7),
    ("name: `x`\n", "reserved-character", 1, 7),
    ("- % 2\n", "reserved-character", 1, 3),
    ("a: * 2\n", "reserved-character", 1, 4),
    ("a: & 2\n", "reserved-character", 1, 4),
    ("{a: |}\n", "reserved-character", 1, 5),
    ("a: !foo!bar 2\n", "reserved-character", 1, 4),
    ("a: | x\n  y\n", "bad-syntax", 1, 6),
    ("a: 1\n%x: 3\n", "directive", 2, 1),
    # brackets
    ("l:\n  - conv: [16, 3\n  - relu\n", "unclosed-bracket", 2, 11),
    ("l:\n  - conv: {filters: 16\n  - relu: 2\n", "unclosed-bracket", 2, 11),
    ("l: [1, 2", "unclosed-bracket", 1, 4),
    ("l: [1, 2\n\nb: 3\n", "unclosed-bracket", 1, 4),
    ("l: [1,\n  b: {", "unclosed-bracket", 2, 6),
    ("l: [1, 2}\n", "unclosed-bracket", 1, 4),
    ("l: {a: 1]\n", "unclosed-bracket", 1, 4),
    ("l: [1, 2]]\n", "stray-bracket", 1, 10),
    ("a: x\n}\n", "stray-bracket", 2, 1),
    ("l: [a, , b]\n", "bad-syntax", 1, 8),
    ("l: {a: 1 b: 2}\n", "bad-syntax", 1, 10),
    ("l: {a: 1,\n    b: 2\n    c: 3}\n", "bad-syntax", 3, 5),
    ("l: [a: b: c]\n", "bad-syntax", 1, 8),
    ('l: ["a" "b"]\n', "bad-syntax", 1, 9),
    ("a: [1] b\n", "bad-syntax", 1, 8),
    ("l: [max(8, x[0]), 3]\n", "unquoted-expression", 1, 5),
    # quotes
    ('name: "abc\nlayers: 3\n', "unclosed-quote", 1, 7),
    ('name: "abc\nlayers:\n  - "x"\n', "unclosed-quote", 1, 7),
    ("name: 'abc\n---\nb: 1\n", "unclosed-quote", 1, 7),
    ("name: 'it's'\n", "bad-syntax", 1, 11),
    ('name: "C:\\data"\n', "bad-escape", 1, 10),
    ('name: "\\x1"\n', "bad-escape", 1, 8),
    ('name: "\\UFFFFFFFF"\n', "bad-escape", 1, 8),
    # more than one document, as YAML sees it
    ("a: 1\n...\nb: 1\n", "several-documents", 3, 1),
    # limits
    ("[" * 41 + "]" * 41, "nested-too-deeply", 1, 41),
    ("- " * 41, "nested-too-deeply", 1, 81),
    # beyond libyaml's own limit of 1,000, which it finds ahead of the 41st
    ("[" * 2000, "nested-too-deeply", 1, 41),
    ("a: 1\nb: [[], [" + "[" * 2000, "nested-too-deeply", 2, 47),
    ("[" + "{a: [" * 2000, "nested-too-deeply", 1, 101),
    # no document
    ("", "empty-document", 1, 1),
    ("# only a comment\n", "empty-document", 1, 1),
    ("---\n", "empty-document", 1, 1),
    ("null\n", "empty-document", 1, 1),
]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "code", "line", "column"), SYNTAX)
def test_ends_the_file(text: str, code: str, line: int, column: int) -> None:
    root, problems = read(text)
    assert told(problems) == [(code, line, column)]
    assert root is None
    if code != "empty-document":
        assert "was not read" in problems[0].message + " ".join(problems[0].notes)


# What does not: the tree that is left, and all diagnostics.
TRAPS = [
    # an index is read as if it stood in quotes, so that the rest of the file can be judged
    (
        "l: {filters: x[0], k: 3}\nm: [y[i] + z[x[0]], *a]\n",
        {"l": {"filters": "x[0]", "k": "3"}, "m": ["y[i] + z[x[0]]", ...]},
        [("unquoted-expression", 1, 14), ("unquoted-expression", 2, 5), ("alias", 2, 21)],
    ),
    ("l: {filters: ${x}, k: 3}\n", {"l": {"filters": "${x}", "k": "3"}}, []),
    # a number with commas within braces is put together again
    (
        "e: {params: 14,401,448, macs: 30,720 ±1%, a: 0,5}\n",
        {"e": {"params": "14,401,448", "macs": "30,720 ±1%", "a": "0,5"}},
        [],
    ),
    (
        "e: {a: 1, 2, b: x,3}\n",
        {"e": {"a": "1", "2": ..., "b": "x", "3": ...}},
        [("empty-value", 1, 11), ("empty-value", 1, 19)],
    ),
    ("a: &x 1\nb: 2\n", {"a": "1", "b": "2"}, [("anchor", 1, 4)]),
    ("a: &x [1]\n", {"a": ["1"]}, [("anchor", 1, 4)]),
    ("a: [*x, 2]\n", {"a": [..., "2"]}, [("alias", 1, 5)]),
    ("a: *x\nb: *y\n", {"a": ..., "b": ...}, [("alias", 1, 4), ("alias", 2, 4)]),
    ("a: 1\n<<: *x\n", {"a": "1", "?": ...}, [("merge-key", 2, 1)]),
    ("- {<<: [*x, *y]}\n", [...], [("merge-key", 1, 4)]),
    ("a: !!int 3\n", {"a": "3"}, [("tag", 1, 4)]),
    ("a: !t {b: 1}\n", {"a": {"b": "1"}}, [("tag", 1, 4)]),
    ("%YAML 1.1\n---\na: 1\n", {"a": "1"}, [("directive", 1, 1)]),
    ("# x\n%FOO\n%TAG ! x\n---\na: 1\n", {"a": "1"}, [("directive", 2, 1)]),
    ("a: 1\n---\nb: 1\n", {"a": "1"}, [("several-documents", 2, 1)]),
    ("a: 1\n---\n", {"a": "1"}, [("several-documents", 2, 1)]),
    ("a: 1\n... # x\n%TAG\n---\n", {"a": "1"}, [("several-documents", 3, 1)]),
    ("a: 1\na: 2\nb: 3\n", {"a": "1", "b": "3"}, [("duplicate-key", 2, 1)]),
    ("{a: 1, 'a': 2}", {"a": "1"}, [("duplicate-key", 1, 8)]),
    ("a: 1\na: {b: *x}\n", {"a": "1"}, [("duplicate-key", 2, 1), ("alias", 2, 8)]),
    ("a:\nb: 1\n", {"a": ..., "b": "1"}, [("empty-value", 1, 1)]),
    ("a: null\nb: ~\n", {"a": ..., "b": ...}, [("empty-value", 1, 4), ("empty-value", 2, 4)]),
    ("a: ''\nb: |\n", {"a": ..., "b": ...}, [("empty-value", 1, 4), ("empty-value", 2, 4)]),
    ("- \n- 1\n- null\n", [..., "1", ...], [("empty-value", 1, 1), ("empty-value", 3, 3)]),
    ("a: {b, c: 1}\n", {"a": {"b": ..., "c": "1"}}, [("empty-value", 1, 5)]),
    ("null: 3\nb: 1\n", {"b": "1", "?": ...}, [("empty-value", 1, 1)]),
    ("~: [~, *x]\nb: 1\n", {"b": "1", "?": ...}, [("empty-value", 1, 1)]),
    ("? [a]\n: 3\nb: 1\n", {"b": "1", "?": ...}, [("key-not-scalar", 1, 3)]),
    ("a: {f: {{w}}, k: 3}\n", {"a": {"f": ..., "k": "3"}}, [("key-not-scalar", 1, 9)]),
    ("l: {kernel:3, f: 1}\n", {"l": {"kernel": ..., "f": "1"}}, [("missing-space", 1, 5)]),
    ("- conv:3\n- relu\n", [..., "relu"], [("missing-space", 1, 3)]),
    ("l: [max(8, 64 * w), 3]\n", {"l": [..., "3"]}, [("unquoted-expression", 1, 5)]),
    ("l: {f: max(8, w), k: 3}\n", {"l": {"f": ..., "k": "3"}}, [("unquoted-expression", 1, 8)]),
    ("l: [f(a, b: c), 3]\n", {"l": [..., "3"]}, [("unquoted-expression", 1, 5)]),
    ('a: "\\e[31m"\nb: 1\n', {"a": ..., "b": "1"}, [("unprintable-character", 1, 4)]),
    ('a: "x\\u202Ey"\n', {"a": ...}, [("unprintable-character", 1, 4)]),
    ('"\\0": 1\nb: 1\n', {"b": "1", "?": ...}, [("unprintable-character", 1, 1)]),
    ("a: x\x1b[31m\nb: 1\n", {"a": ..., "b": "1"}, [("unprintable-character", 1, 5)]),
    ("a: 1 # \u202e\u202e\nb: 1\n", {"a": "1", "b": "1"}, [("unprintable-character", 1, 8)]),
    (
        "a: 1\x85b: \x07\n",
        {"a": "1", "b": ...},
        [("unprintable-character", n, 5 - n // 2) for n in (1, 2)],
    ),
    ("\ufeffa: 1\n", ..., [("unprintable-character", 1, 1)]),
]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "tree", "expected"), TRAPS)
def test_reading_goes_on(text: str, tree: object, expected: list[tuple[str, int, int]]) -> None:
    root, problems = read(text)
    assert told(problems) == expected
    assert plain(root) == tree


CLEAN = [
    ("a: b\n", {"a": "b"}),
    ("a: [1, [2, 3], {b: c}]\n", {"a": ["1", ["2", "3"], {"b": "c"}]}),
    ("- conv: [n, 1]\n  k: 2\n-\n  - x\n", [{"conv": ["n", "1"], "k": "2"}, ["x"]]),
    ("a: [conv: 3, relu]\n", {"a": [{"conv": "3"}, "relu"]}),
    ("a: yes\nb: 1:30\nc: 1e-2\nd: 0x1F\n", {"a": "yes", "b": "1:30", "c": "1e-2", "d": "0x1F"}),
    ("a: {u: http://x.org/y}\n", {"a": {"u": "http://x.org/y"}}),
    ("a: one\n  two\nb: |\n  x\n  y\n", {"a": "one two", "b": "x\ny\n"}),
    ('f(a, b=1): ["max(8, x[0])"]\n', {"f(a, b=1)": ["max(8, x[0])"]}),
    ("---\na: 1\n...\n", {"a": "1"}),
    ("a: {}\nb: []\n", {"a": {}, "b": []}),
    ("a: 2 * (3 + 4)\n", {"a": "2 * (3 + 4)"}),
    ("a: [f(x), 'f(x', y]\n", {"a": ["f(x)", "f(x", "y"]}),
    ("a: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}),
    ("just a scalar", "just a scalar"),
    ("[" * 40 + "]" * 40, None),
]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "tree"), CLEAN)
def test_clean(text: str, tree: object) -> None:
    root, problems = read(text)
    assert problems == []
    assert tree is None or plain(root) == tree


# The text between the places of the node that has this plain form.
PLACES = [
    ("a: 'x y'  # c\n", "x y", "'x y'"),
    ("a: [1, {b: 2} ]  \n", ["1", {"b": "2"}], "[1, {b: 2} ]"),
    ("l: [conv: 3 , relu]\n", {"conv": "3"}, "conv: 3"),
    ("l:\n  - a: 1\n  - b: 2  # c\n\n# d\nm: 3\n", [{"a": "1"}, {"b": "2"}], "- a: 1\n  - b: 2"),
    ("l:\n- a\n- b \nm: 3\n", ["a", "b"], "- a\n- b"),
    ("a:\n  b: one\n    two \nc: 3\n", {"b": "one two"}, "b: one\n    two"),
    ("a: |\n  x\n\n  y\n\n\n# c\nb: 1\n", "x\n\ny\n", "|\n  x\n\n  y"),
    ("a: >-\n  x\n  y", "x y", ">-\n  x\n  y"),
    ("é: {😀: ü}\n", "ü", "ü"),
    ("a: {😀😀: 𝔘, b: c}\n", "c", "c"),
    ("x: 1\r\n\r\na: [1,\r\n  ß]\r\n", ["1", "ß"], "[1,\n  ß]"),
    ("x: 1\ra: b\r", "b", "b"),
]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "wanted", "expected"), PLACES)
def test_places(text: str, wanted: object, expected: str) -> None:
    root, _ = read(text)
    found = [node for node in nodes(root) if plain(node) == wanted]
    assert [piece(node) for node in found] == [expected]


@pytest.mark.usefixtures("parser")
def test_lines_are_those_of_yaml() -> None:
    """YAML 1.1 breaks lines at NEL, LS and PS too; the frames must show the same lines."""
    root, problems = read("a: 1\x85b: 2\u2028c: 3\u2029d: é\n")
    assert isinstance(root, Mapping)
    assert [(e.key.line, e.key.column) for e in root.entries.values()] == [
        (1, 1), (2, 1), (3, 1), (4, 1),
    ]  # fmt: skip
    assert [piece(e.value) for e in root.entries.values()] == ["1", "2", "3", "é"]
    assert len(problems) == 3


def test_duplicate_key_tells_the_first() -> None:
    _, [problem] = read("a: 1\nb: 2\na: 3\n")
    assert [(r.span.line, r.span.column) for r in problem.related] == [(1, 1)]


def test_fixes_apply() -> None:
    """What a fix's edits write is read without a problem."""
    for bad in (
        "l:\n  - a: 1\n  relu\n",
        "l\n  - a: 1\n",
        "a: 1\nkey:value\n",
        "l: {kernel:3}\n",
        "- conv:3\n",
        "a: b: c\n",
        "l: [max(8, 64 * w), 3]\n",
        "l: [x[0], 3]\n",
        "l: [1]]\n",
    ):
        _, [problem] = read(bad)
        lines = bad.splitlines()
        for edit in reversed(problem.fixes[0].edits):
            line = lines[edit.span.line - 1]
            before, after = line[: edit.span.column - 1], line[edit.span.end_column - 1 :]
            lines[edit.span.line - 1] = before + edit.text + after
        assert read("\n".join(lines))[1] == [], lines


DECODING = [
    (b"a: 1\n", "a: 1\n"),
    (b"\xef\xbb\xbfa: \xc3\xa9\n", "a: é\n"),
    (b"a: 1\n\xc3\xa9\xe9b\n", ("not-utf8", 2, 2)),
    (b"\xff\xfea\0:\0", ("not-utf8", 1, 1)),
    (b"\xfe\xff\0a\0:", ("not-utf8", 1, 1)),
    (b"\xff\xfe\0\0a\0\0\0", ("not-utf8", 1, 1)),
    (b"a\0:\0 \0", ("not-utf8", 1, 1)),
    (b"a: 1\nb\0", ("binary-file", 2, 2)),
    (b"\x89PNG\r\n\x1a\n\0\0", ("not-utf8", 1, 1)),
    (b"a: 1\0\n\xff", ("binary-file", 1, 5)),
    (b"#" * (16 << 20), "#" * (16 << 20)),
    (b"#" * ((16 << 20) + 1), ("file-too-large", 1, 1)),
]


@pytest.mark.parametrize(("data", "expected"), DECODING, ids=range(len(DECODING)))
def test_decode(data: bytes, expected: str | tuple[str, int, int]) -> None:
    if isinstance(expected, str):
        assert decode("spec.yaml", data).text == expected
    else:
        with pytest.raises(Problem) as caught:
            decode("spec.yaml", data)
        assert told([caught.value.diagnostic]) == [expected]


def test_text_too_large() -> None:
    """A text that never was a file has the same limit."""
    root, problems = read("#" * ((16 << 20) + 1))
    assert root is None
    assert told(problems) == [("file-too-large", 1, 1)]


MIB = 1 << 20
HOSTILE = {
    "deep brackets": "[" * 30_000,
    "16 MiB of brackets": "[" * (16 * MIB),
    "16 MiB of dashes": "- " * (8 * MIB),
    "empty lists": "[" + "[]," * (MIB // 12) + "]",
    "aliases": "a: &a [x]\n" + "b: [" + "*a," * (MIB // 3) + "]\n",
    "empty values": "a:\n" * (MIB // 3),
    "nulls in a key": "? [" + "~," * (MIB // 8) + "]\n: 1\n",
    "open parentheses": "[" + "f(," * (MIB // 12) + "]",
    "quotes": '"' * MIB,
    "control characters": "\x1b" * MIB,
    "directives": "%TAG !a! b\n" * (MIB // 11),
    "directives behind": "a: 1\n...\n" + "%TAG !a! b\n" * (MIB // 11),
    "line breaks": "\n" * MIB,
    "blank tails": "- |\n  x\n\n\n" * (MIB // 44),
    "one word": "x" * MIB,
    "comments": "# \n" * (MIB // 3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    """Each takes well under a second; what is quadratic takes minutes."""
    pytest.importorskip("yaml._yaml")
    began = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - began < 15


def test_too_many_errors_end_the_file() -> None:
    root, problems = read("- *x\n" * 10_000)
    assert root is None
    assert len(problems) == 501
    assert problems[-1].code == "too-many-errors"


YAML_PIECES = st.sampled_from(
    ["\n", "\r\n", "\x85", " ", "  ", "\t", "- ", "-", ": ", ":", "? ", "[", "]", "{", "}", ",",
     "#", " # ", "&a ", "*a", "!t ", "!", "|", ">", "'", '"', "\\", "%", "@", "`", "---\n", "...\n",
     "<<", "null", "~", "a", "conv", "max(", ")", "x[0]", "é", "😀", "\x1b", "\u202e", "\ufeff",
     "\0", "\ud800", "\\U", "\\e", "%YAML 1.1\n", "layers:\n", "  - conv: [64, 3]\n", "\uffff"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(YAML_PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_gives_a_tree_or_diagnostics(text: str) -> None:
    loaded = sys.modules.get("yaml._yaml")
    for name in PARSERS:
        with pytest.MonkeyPatch.context() as patch:
            if name == "python":
                patch.setitem(sys.modules, "yaml._yaml", None)
            elif loaded:
                patch.setitem(sys.modules, "yaml._yaml", loaded)
            root, problems = read(text)
        assert root is not None or problems
        assert not isinstance(root, Broken)
        lines = Source("", text).lines
        for span in [d.span for d in problems] + [node.span for node in nodes(root)]:
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            assert (span.line, span.column) <= (span.end_line, span.end_column)
        for node in nodes(root):
            if isinstance(node, Scalar) and not problems and single_plain(node):
                assert piece(node) == node.text


def single_plain(node: Scalar) -> bool:
    first = node.source.lines[node.line - 1][node.column - 1 : node.column]
    return node.line == node.end_line and not node.quoted and first not in ("|", ">")


WORDS = (
    st.text("abcxyz019_ é😀ß𝔘*/()", min_size=1)
    .map(str.strip)
    .filter(lambda word: word and word[0] not in "*" and word.count("(") <= word.count(")"))
)


@given(
    st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3)), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_places_round_trip(steps: list[tuple[str, list[str]]], line_break: str) -> None:
    text = "".join(f"  - {label}: [{', '.join(values)}]{line_break}" for label, values in steps)
    root, problems = read("layers:" + line_break + text)
    assert problems == []
    assert plain(root) == {"layers": [{label: values} for label, values in steps]}
    assert all(piece(n) == n.text for n in nodes(root) if isinstance(n, Scalar))


@pytest.mark.parametrize("path", ARCHITECTURES, ids=lambda path: path.stem)
def test_both_parsers_agree_on_the_shipped_nets(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = decode(path.name, path.read_bytes())
    trees = []
    for name in PARSERS:
        if name == "python":
            monkeypatch.setitem(sys.modules, "yaml._yaml", None)
        problems: list[Diagnostic] = []
        root = parse(source, problems)
        assert problems == []
        trees.append([(type(n), n.span[1:], getattr(n, "text", "")) for n in nodes(root)])
    assert trees[0] == trees[1]


@pytest.mark.usefixtures("parser")
def test_a_word_changed_in_a_net_never_raises() -> None:
    """Typing goes through many broken states: cut and mutated nets give diagnostics."""
    text = (
        "name: x\ninput: 8x8x3\nlayers:\n  - conv: {filters: 8, kernel: [3, 3]}\n"
        "  - add:\n      - relu\n      - [conv: 3]\n"
    )
    chance = random.Random(1)
    for _ in range(400):
        i = chance.randrange(len(text))
        mutated = (
            text[:i]
            + chance.choice(["", " ", "\t", ":", "[", "}", '"', "- ", "\n"])
            + text[i + chance.randrange(2) :]
        )
        root, problems = read(mutated)
        assert root is not None or problems
