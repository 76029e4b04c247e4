"""Errors that people make: each a spec beside all that `cnncalc check` prints of it, and a fix
that works.

``bad_specs/NAME.yaml`` is the bad spec, its first comment says where the error comes from;
``NAME.expected`` is the output. The fix is the first one that is offered, applied again and again
until nothing is wrong; where only an author can know it, ``NAME.fixed.yaml`` is the good spec.

`python -m tests.regenerate` writes the outputs anew, and test_regenerate.py compares them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import cnncalc
from cnncalc.api import Net
from cnncalc.checks.trials import fixed_texts
from cnncalc.diagnostics import RULES, Diagnostic
from cnncalc.text.files import read_shipped, shipped
from tests.commands import run

FOLDER = Path(__file__).parent / "bad_specs"
NAMES = sorted(p.stem for p in FOLDER.glob("*.yaml") if not p.name.endswith(".fixed.yaml"))
BY_HAND = sorted(p.name.removesuffix(".fixed.yaml") for p in FOLDER.glob("*.fixed.yaml"))
MOST_ERRORS = 10


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.delenv("CNNCALC_OUTPUT_FORMAT", raising=False)


def wrong(net: Net) -> list[Diagnostic]:
    """What `--strict` would fail on."""
    return [d for d in net.diagnostics if d.severity != "note"]


def test_there_are_many() -> None:
    assert len(NAMES) >= 60
    assert set(BY_HAND) <= set(NAMES)


def test_every_family_is_there() -> None:
    """Errors of every sort."""
    codes = {d.code for name in NAMES for d in cnncalc.load(f"{name}.yaml").diagnostics}
    families = Counter(RULES[code].family for code in codes)
    assert families >= Counter(
        text=10, form=10, shapes=8, advice=6, references=6, expressions=3, values=2, expectations=2
    )


@pytest.mark.parametrize("name", NAMES)
def test_check_fails(name: str) -> None:
    assert run("check", "--strict", f"{name}.yaml").exit_code == 1


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(BY_HAND)))
def test_the_first_fix_offered_works(name: str) -> None:
    """Applied for one error after the other, until the spec passes."""
    net = cnncalc.load(f"{name}.yaml")
    texts: dict[str, str] = {}
    for _ in range(MOST_ERRORS):
        found = wrong(net)
        if not found:
            break
        fix = next(d.fixes[0] for d in found if d.fixes)
        texts |= fixed_texts(fix)
        net = net.changed(texts)
    assert wrong(net) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_fix_offered_takes_its_mistake_away(name: str) -> None:
    net = cnncalc.load(f"{name}.yaml")
    before = Counter(d.code for d in wrong(net))
    for diagnostic in wrong(net):
        for fix in diagnostic.fixes:
            after = Counter(d.code for d in wrong(net.changed(fixed_texts(fix))))
            assert after[diagnostic.code] < before[diagnostic.code], fix.text


def test_a_new_warning_does_not_withdraw_a_fix_of_an_error() -> None:
    """The second layer's warning is seen only once the first has an output."""
    (found,) = cnncalc.load("warning_behind_an_error.yaml").diagnostics
    fixed = cnncalc.load("warning_behind_an_error.yaml").changed(fixed_texts(found.fixes[0]))
    assert found.severity == "error"
    assert [d.severity for d in fixed.diagnostics] == ["warning"]


def test_no_shipped_net_needs_to_silence_the_stride_of_a_shortcut() -> None:
    texts = [read_shipped(name).text for name in shipped()]
    assert len(texts) > 70
    assert not [text for text in texts if "ignore[stride-larger-than-kernel]" in text]


@pytest.mark.parametrize("name", BY_HAND)
def test_the_fix_by_hand_works(name: str) -> None:
    assert wrong(cnncalc.load(f"{name}.fixed.yaml")) == []


@pytest.mark.parametrize("name", NAMES)
def test_places_are_in_the_file(name: str) -> None:
    for diagnostic in cnncalc.load(f"{name}.yaml").diagnostics:
        lines = diagnostic.span.source.lines
        assert 1 <= diagnostic.line <= len(lines)
        assert 1 <= diagnostic.column <= len(lines[diagnostic.line - 1]) + 1
