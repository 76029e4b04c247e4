"""The documents are true: their commands are run and what they print is compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import console

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = [
    pytest.param(document, index, id=f"{document.name}-{index}")
    for document in DOCUMENTS
    for index in range(len(console.examples(document.read_text(encoding="utf-8"))))
]


@pytest.mark.parametrize(("document", "index"), EXAMPLES)
def test_console_examples(document: Path, index: int, tmp_path: Path) -> None:
    """`python -m tests.console README.md docs/*.md` rewrites them."""
    text = document.read_text(encoding="utf-8")
    console.write_files(text, tmp_path)
    for command in console.examples(text)[index]:
        if console.is_ours(command.line):
            printed = console.output_of(command.line, tmp_path)
            if not console.agrees(printed, command.printed):
                assert printed == command.printed


def test_the_readme_runs_something() -> None:
    """The examples of the first screen are among those compared."""
    lines = [
        command.line
        for example in console.examples((ROOT / "README.md").read_text(encoding="utf-8"))
        for command in example
    ]
    assert any(line.startswith("cnncalc check") for line in lines)
    assert any(line == "cnncalc mynet.yaml" for line in lines)


def test_ci_runs_the_readmes_set_up() -> None:
    """`.ci/run` types what the README says to type."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    run, test = re.findall("^python3 -m venv .*$", readme, flags=re.M)
    assert run.endswith(".venv/bin/cnncalc vgg16")
    assert test.endswith(".venv/bin/python -m pytest")
    assert "tests/constraints.txt" in test
    assert "grep '^python3 -m venv' README.md" in script


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Relative links of the documents name files of the repository."""
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_kind_has_its_place_in_the_reference() -> None:
    """docs/kinds.md shows `cnncalc kinds KIND` of every kind."""
    from cnncalc.layers import KINDS

    text = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    shown = {command.line for example in console.examples(text) for command in example}
    assert shown == {"cnncalc kinds", *(f"cnncalc kinds {kind}" for kind in KINDS)}


def test_links_are_found() -> None:
    """The check of links is no empty one."""
    assert "](docs/language.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_nothing_matches_everything() -> None:
    """The comparison itself: `…` stands for lines, not for a difference."""
    assert console.agrees(["a", "b", "c"], ["a", "…", "c"])
    assert console.agrees(["a", "b", "c"], ["a", "…"])
    assert not console.agrees(["a", "b", "c"], ["b", "…"])
    assert not console.agrees(["a", "b", "c"], ["a", "…", "d"])
    assert not console.agrees(["a"], ["a", "b"])
