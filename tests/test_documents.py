"""The documents lead somewhere, and CI runs what they say. test_regenerate.py compares what their
commands print.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnncalc
from cnncalc.layers import KINDS
from tests import console
from tests.regenerate import DOCUMENTS, ROOT


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


def test_every_kind_has_its_row_in_the_language() -> None:
    """Section 12 of docs/language.md is written by hand: the sentences of the formulas."""
    text = (ROOT / "docs" / "language.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z0-9_, ]+) \|", text[text.index("## 12.") :], re.M)
    assert {"kind", *KINDS} == {kind for row in rows for kind in row.split(", ")}


COOKBOOK = console.files((ROOT / "docs" / "cookbook.md").read_text("utf-8"))


@pytest.mark.parametrize("name", COOKBOOK)
def test_a_block_of_the_cookbook_is_short_and_correct(name: str) -> None:
    assert cnncalc.loads(COOKBOOK[name]).diagnostics == []
    assert len(COOKBOOK[name].splitlines()) <= 16


def test_the_cookbook_has_what_people_look_for() -> None:
    """Squeeze and excitation, CSP, FPN, inverted residual, dense block, U-Net, a skipped branch,
    shared weights, several outputs.
    """
    constructs = ("multiply:", "concat:", "upsample:", "shortcut: optional", "- identity\n",
                  "crop: true", "if: ", "share: ", "aux1: ")  # fmt: skip
    text = "".join(COOKBOOK.values())
    assert [word for word in constructs if word not in text] == []


def test_the_second_net_of_the_readme_has_blocks_parameters_and_a_norm() -> None:
    _, second, *_ = console.files((ROOT / "README.md").read_text("utf-8")).values()
    assert cnncalc.loads(second).diagnostics == []
    assert all(word in second for word in ("\nblocks:\n", "\nparameters: ", " norm: batchnorm"))
