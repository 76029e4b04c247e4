"""Every rule: the examples of its manual page do what they say, and each can be raised.

The examples of most rules are specs that stand in the docstring. The few that hang on bytes, on
files or on the command line are raised here by hand, each with the reason why.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import cnncalc
from cnncalc.checks.selection import rule_modules, rules
from cnncalc.diagnostics import FAMILIES, Diagnostic, Rule
from cnncalc.render.manual import read_page

SPEC = "input: 32x32x3\nlayers:\n  - conv: [16, 3]\n"


def of_bytes(content: bytes) -> Callable[[Path], list[Diagnostic]]:
    def check(folder: Path) -> list[Diagnostic]:
        path = folder / "spec.yaml"
        path.write_bytes(content)
        return cnncalc.check(path)

    return check


def of_text(text: str, **options: list[str]) -> Callable[[Path], list[Diagnostic]]:
    return lambda _: cnncalc.loads(text, **options).diagnostics  # type: ignore[arg-type]


def chain(count: int, step: str) -> str:
    """Blocks that call each other, ``count`` deep; ``step`` wraps each call."""
    calls = "".join(f"  b{n}:\n    - {step.format(f'b{n + 1}')}\n" for n in range(1, count))
    return f"input: 8x8x3\nblocks:\n{calls}  b{count}:\n    - relu\nlayers:\n  - b1\n"


def tower(folder: Path) -> list[Diagnostic]:
    for number in range(1, 11):
        (folder / f"{number}.yaml").write_text(f"extends: ./{number + 1}.yaml\n")
    (folder / "11.yaml").write_text(SPEC)
    return cnncalc.check(folder / "1.yaml")


def circle(folder: Path) -> list[Diagnostic]:
    (folder / "a.yaml").write_text("extends: ./b.yaml\n")
    (folder / "b.yaml").write_text("extends: ./a.yaml\n")
    return cnncalc.check(folder / "a.yaml")


def judged(budget: str) -> Callable[[Path], list[Diagnostic]]:
    """The findings about a net at int8 that has a budget."""
    return lambda _: list(cnncalc.loads(SPEC).report(dtype="int8", expect=[budget]).diagnostics)


BY_HAND: dict[str, tuple[str, Callable[[Path], list[Diagnostic]]]] = {
    "not-utf8": ("a docstring is Unicode", of_bytes(b"name: LeN\xe9t\n" + SPEC.encode())),
    "binary-file": ("a docstring is text", of_bytes(b"PK\x03\x04\x00\x00")),
    "file-too-large": ("16 MiB of docstring", of_bytes(b"#" * (16 * 2**20 + 1))),
    "too-many-errors": ("500 mistakes", of_text("layers:\n" + "  - &a relu\n" * 501)),
    "tab-indentation": ("no tabs in Python files", of_text("input: 8x8x3\nlayers:\n\t- relu\n")),
    "list-too-long": (
        "1,001 items",
        of_text(f"parameters: {{l: [{'1, ' * 1000}1]}}\n{SPEC}"),
    ),
    "calls-too-deep": ("33 blocks", of_text(chain(33, "{}"))),
    "containers-too-deep": (
        "hundreds of brackets",
        of_text(chain(30, "residual: [residual: [residual: [{}]]]")),
    ),
    "circular-extends": ("two files", circle),
    "extends-too-deep": ("ten files", tower),
    "unknown-input": ("an option", of_text(SPEC, inputs=["image=8x8x3"])),
    "bad-setting": ("an option", of_text(SPEC, parameters=["width"])),
    "unfitting-input": ("an option", of_text(SPEC, inputs=["9x9"])),
    "unknown-budget": ("an option", judged("conv9.params<=5")),
    "unjudged-budget": ("an option", judged("training_peak_bytes<=5KB")),
    "expectations-not-judged": (
        "an option",
        of_text(SPEC + "expect: {params: 448}\n", inputs=["9x9x3"]),
    ),
    "unknown-setting": ("an option", of_text(SPEC, parameters=["width=3"])),
}


@pytest.mark.parametrize("rule", rules().values(), ids=rules().keys())
def test_the_examples_of_a_rule_do_what_its_page_says(rule: Rule[...]) -> None:
    examples = dict(read_page(rule).examples)
    if rule.code in BY_HAND:
        return
    assert set(examples) == {"Bad", "Good"}
    assert [d.code for d in found_in(examples["Bad"])] == [rule.code]
    assert [str(d) for d in found_in(examples["Good"])] == []


def found_in(spec: str) -> list[Diagnostic]:
    return cnncalc.loads(spec, path="spec.yaml").diagnostics


@pytest.mark.parametrize("code", BY_HAND)
def test_a_rule_whose_example_cannot_stand_in_a_docstring(code: str, tmp_path: Path) -> None:
    why, found = BY_HAND[code]
    assert why
    assert code in [d.code for d in found(tmp_path)]


@pytest.mark.parametrize("rule", rules().values(), ids=rules().keys())
def test_a_rule_has_a_family_a_severity_and_a_manual_page(rule: Rule[...]) -> None:
    page = read_page(rule)
    assert rule.family in FAMILIES
    assert rule.severity in ("error", "warning", "note")
    assert (rule.severity == "error") == (rule.family != "advice") or rule.severity == "note"
    assert page.title.endswith((".", "| >")), page.title


def test_codes_are_told_apart_across_the_modules_of_rules() -> None:
    """Two functions of one name would hide each other."""
    written = [
        value.code
        for module in rule_modules()
        for value in vars(module).values()
        if isinstance(value, Rule) and value.function.__module__ == module.__name__
    ]
    assert sorted(written) == sorted(rules())
