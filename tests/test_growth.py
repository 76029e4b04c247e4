"""Twice the text takes at most two and a half times the time, whatever the text is."""

from __future__ import annotations

import time

import pytest

import cnncalc
from cnncalc.diagnostics import Diagnostic, Source, cut
from cnncalc.language.bases import open_base
from cnncalc.language.reader import read_spec
from cnncalc.layers.fields import shown
from cnncalc.network import build
from cnncalc.render import View
from cnncalc.render.findings import FORMATS, Checked, Run, render
from tests.language import mistakes, spec
from tests.shapes import SHAPES, doubling_lists

pytestmark = pytest.mark.slow

LEAST_OF_A_FINDING = {"full": 200, "concise": 0, "github": 200, "json": 1000, "sarif": 1500}
"""Characters that a finding takes however short its words are."""
ATTEMPTS = 4
"""Times that a measurement is repeated on a machine that is busy with something else."""


def seconds(text: str) -> float:
    start = time.process_time()
    report = cnncalc.loads(text, path="spec.yaml").report()
    render("full", Run([Checked("spec.yaml", len(report.rows), report.diagnostics)]), View())
    return time.process_time() - start


@pytest.mark.parametrize("name", SHAPES)
def test_time_grows_as_the_text(name: str) -> None:
    shape, size = SHAPES[name]
    once, twice = shape(size), shape(2 * size)
    seconds(shape(10))  # what is imported late is imported now
    fast, slow = seconds(once), seconds(twice)
    for _ in range(ATTEMPTS):
        if slow <= 2.5 * fast + 0.02:
            break
        fast, slow = min(fast, seconds(once)), min(slow, seconds(twice))
    assert slow <= 2.5 * fast + 0.02, f"{fast:.2f} s, then {slow:.2f} s"


def building(count: int) -> float:
    """The seconds that a net takes of which every step is an error, all on one line."""
    text = spec(f"[{', '.join(['cnv: 1'] * count)}]")
    errors: list[Diagnostic] = []
    read = read_spec(Source("spec.yaml", text), errors, open_base)
    assert read is not None
    assert len(errors) == count
    start = time.process_time()
    build(read, errors)
    return time.process_time() - start


def test_the_cause_of_a_failed_step_is_found_at_once() -> None:
    """However many errors there are: `Net` stops at 500, the stage itself does not."""
    fast = min(building(500) for _ in range(ATTEMPTS))
    assert min(building(4_000) for _ in range(2)) <= 12 * fast + 0.02


@pytest.mark.parametrize("name", SHAPES)
def test_the_output_is_at_most_20_times_the_input(name: str) -> None:
    """Beside what there is without any finding: the rules in SARIF."""
    shape, size = SHAPES[name]
    text = shape(size)
    report = cnncalc.loads(text, path="spec.yaml").report()
    found = Checked("spec.yaml", len(report.rows), report.diagnostics)
    for form in FORMATS:
        least = len(render(form, Run([found._replace(diagnostics=[])]), View()))
        most = 20 * len(text) + least + LEAST_OF_A_FINDING[form] * len(found.diagnostics)
        assert len(render(form, Run([found]), View())) <= most, form


def test_a_rule_lists_100_places_and_says_how_many_more() -> None:
    text = SHAPES["parameters"][0](150)
    found = cnncalc.loads(text, path="spec.yaml").diagnostics
    assert [d.code for d in found] == ["unused-parameter"] * 100
    assert found[-1].notes[-1] == "50 more of [unused-parameter] are not listed"


def test_lists_do_not_nest_by_name() -> None:
    """568 bytes once took 43 s and 700 MB."""
    assert mistakes(doubling_lists(30)) == ["wrong-form: l0"]


def test_a_list_value_has_a_limit() -> None:
    ones = ", ".join("1" * 1000)
    assert mistakes(spec("[relu: {if: sum(l) > 0}]", parameters=f"{{l: [{ones}]}}")) == []
    too_long = spec("[relu: {if: sum(l) > 0}]", parameters=f"{{l: [{ones}, 7]}}")
    assert mistakes(too_long) == ["list-too-long: 7"]


def test_long_values_are_cut_in_the_middle() -> None:
    assert shown(tuple(range(12))) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"
    assert shown(tuple(range(1000))) == "[0, 1, 2, 3, …, 996, 997, 998, 999]"
    assert cut("x" * 100) == "x" * 100
    assert cut(f"no '{'a' * 10**6}{'z' * 50}'") == f"no '{'a' * 49}…{'z' * 19}'"
    assert len(cut("many words " * 10**5)) < 1000
