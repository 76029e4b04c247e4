"""Section 1 of the language: the keys of a spec, and YAML without its surprises."""

from __future__ import annotations

import pytest

import cnncalc
from tests.language import field, mistakes, net, output, report, rows, spec

EVERY_KEY = """
    training: {batch: 128}
    published: [{source: a paper, params: 20}]
    expect: {params: 20}
    outputs: [conv1]
    layers: [conv1: [width, 1]]
    blocks: {unused(a): [conv: [a, 1]]}
    defaults: {conv: {padding: same}}
    parameters: {width: 4}
    input: 8x8x4
    description: every key there is
    name: A net
"""


def test_every_key_in_any_order() -> None:
    shown = report(EVERY_KEY)
    assert shown.name == "A net"
    assert shown.totals.params == 20
    assert shown.training == {"batch": 128}


KEYS = [
    ("input: 8x8x4\nlayers: [relu]\nlayer: [relu]", ["unknown-key: layer"]),
    ("input: 8x8x4\nlayers: [relu]\nNAME: x", ["unknown-key: NAME"]),
    ("input: 8x8x4\nlayers: [relu]\nparameter: {a: 1}", ["unknown-key: parameter"]),
    ("input: 8x8x4", ["missing-key: "]),
    ("layers: [relu]", ["missing-key: "]),
    ("input: 8x8x4\nlayers: []", ["missing-key: []"]),
    ("input: 8x8x4\nlayers: relu", ["wrong-form: relu"]),
    ("input: 8x8x4\nlayers: {conv1: [4, 1]}", ["wrong-form: {conv1: [4, 1]}"]),
    ("input: 8x8x4\ninputs: {a: 8x8x4}\nlayers: [relu: {from: input}]",
     ["input-given-twice: inputs"]),
    ("- relu", ["wrong-form: - relu"]),
    ("just a text", ["wrong-form: just a text"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KEYS)
def test_keys(text: str, expected: list[str]) -> None:
    assert mistakes(text) == expected


@pytest.mark.parametrize("text", ["on", "y", "1:30", "0x", "off", "2024-01-01", "1e3"])
def test_what_yaml_would_convert_is_a_text(text: str) -> None:
    """A free text may be any of them."""
    assert report(spec("[relu]", name=text)).name == text


@pytest.mark.parametrize("text", ["null", "~", "'null'", '""'])
def test_nothing_is_no_value_anywhere(text: str) -> None:
    """Quotes never change a value's meaning."""
    assert mistakes(spec("[relu]", name=text)) == [f"empty-value: {text}"]


NUMBERS = [
    ("1e-2", 0.01),
    ("1E-2", 0.01),
    (".5", 0.5),
    ("0.50", 0.5),
    ("1", 1),
    ("0", 0),
    ("'0.5'", 0.5),
    ('"0.5"', 0.5),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers(text: str, value: float) -> None:
    """Quotes never change a value's meaning."""
    assert field(spec(f"[dropout: {text}]"), "probability") == value


def test_whole_numbers_with_underscores() -> None:
    assert output(spec("[global_avgpool, fc: 60_192_808]")) == "60192808"


BOOLEANS = [
    ("true", []),
    ("false", []),
    ("'true'", []),
    ("yes", ["foreign-literal: yes"]),
    ("no", ["foreign-literal: no"]),
    ("on", ["foreign-literal: on"]),
    ("off", ["foreign-literal: off"]),
    ("True", ["foreign-literal: True"]),
    ("FALSE", ["foreign-literal: FALSE"]),
    ("1", ["wrong-type: 1"]),
]


@pytest.mark.parametrize(("text", "expected"), BOOLEANS)
def test_booleans_are_true_and_false_only(text: str, expected: list[str]) -> None:
    assert mistakes(spec(f"[conv: {{filters: 4, kernel: 1, bias: {text}}}]")) == expected


TRAPS = [
    ("empty value", "input: 8x8x4\nname:\nlayers: [relu]", ["empty-value"]),
    ("null", "input: 8x8x4\nlayers: [conv: {filters: null, kernel: 1}]", ["empty-value"]),
    ("parameters beside a label", "input: 8x8x4\nlayers:\n  - relu:\n    inplace: true",
     ["several-keys-in-a-step"]),
    ("and no end", "input: 8x8x4\nlayers:\n  - relu:\n    inplace: true\n  - conv: [16",
     ["empty-value", "unclosed-bracket"]),
    ("a step without value", "input: 8x8x4\nlayers: [relu: ]", ["empty-value"]),
    ("key twice", "input: 8x8x4\nlayers: [conv: {filters: 4, filters: 4, kernel: 1}]",
     ["duplicate-key"]),
    ("file key twice", "input: 8x8x4\ninput: 8x8x4\nlayers: [relu]", ["duplicate-key"]),
    ("anchor", "input: 8x8x4\nlayers: [conv: &a [4, 1]]", ["anchor"]),
    ("alias", "input: 8x8x4\nlayers: [conv: *a]", ["alias"]),
    ("merge key", "input: 8x8x4\nlayers: [conv: {<<: {filters: 4}, kernel: 1}]", ["merge-key"]),
    ("tag", "input: 8x8x4\nlayers: [conv: !!seq [4, 1]]", ["tag"]),
    ("two documents", "input: 8x8x4\nlayers: [relu]\n---\nlayers: [relu]", ["several-documents"]),
    ("nothing", "", ["empty-document"]),
    ("a comment only", "# nothing", ["empty-document"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), [t[1:] for t in TRAPS], ids=[t[0] for t in TRAPS])
def test_yaml_traps_are_errors(text: str, codes: list[str]) -> None:
    assert [d.code for d in net(text).diagnostics] == codes


def test_only_utf8(tmp_path: object) -> None:
    import pathlib

    assert isinstance(tmp_path, pathlib.Path)
    path = tmp_path / "latin1.yaml"
    path.write_bytes("name: caf\xe9\ninput: 8x8x4\nlayers: [relu]\n".encode("latin-1"))
    assert [d.code for d in cnncalc.check(path)] == ["not-utf8"]


def test_an_expression_with_a_comma_is_quoted_or_on_lines_of_its_own() -> None:
    quoted = spec('[conv: ["max(8, 2 * w)", 3]]', parameters="{w: 3}")
    lines = """
        input: 8x8x4
        parameters: {w: 3}
        layers:
          - conv:
              filters: max(8, 2 * w)
              kernel: 3
    """
    assert rows(quoted) == rows(lines) == "conv1 6x6x8 296"


def test_an_expression_that_yaml_splits_is_one_clear_error() -> None:
    text = spec("[conv: [max(8, 2 * w), 3]]", parameters="{w: 3}")
    assert [d.code for d in net(text).diagnostics if d.severity == "error"] == [
        "unquoted-expression"
    ]
