"""What is derived from the code is up to date: schema, expected outputs, golden files, documents.

``python -m tests.regenerate`` writes all of it anew; then read the diff aloud.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import regenerate
from tests.regenerate import COMMAND, DOCUMENTS, Derived, derived, left_over, main

ALL = {file.name: file for file in derived()}


@pytest.mark.parametrize("name", ALL)
def test_it_is_up_to_date(name: str) -> None:
    """To the character, line ends included."""
    assert ALL[name].committed() == ALL[name].make(), f"`{COMMAND}` writes it anew"


def test_nothing_is_left_over() -> None:
    """A golden file that no test reads would rot."""
    assert left_over() == [], f"`{COMMAND}` deletes them"


def test_every_sort_is_there() -> None:
    """The search for derived files is no empty one."""
    assert {
        "architectures/cnncalc.schema.json",
        "tests/golden/graph.json",
        "README.md",
    } <= ALL.keys()
    assert len([name for name in ALL if name.startswith("tests/bad_specs/")]) >= 60
    assert {path.name for path in DOCUMENTS} >= {"kinds.md", "memory.md", "language.md"}


def test_the_command_writes_and_reports_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in {"same.txt": "new\n", "old.txt": "old\n", "rest.txt": "rest\n"}.items():
        (tmp_path / name).write_text(text)
    files = [Derived(tmp_path / f"{n}.txt", lambda: "new\n") for n in ("same", "old", "missing")]
    monkeypatch.setattr(regenerate, "ROOT", tmp_path)
    monkeypatch.setattr(regenerate, "derived", lambda: iter(files))
    monkeypatch.setattr(regenerate, "left_over", lambda: [tmp_path / "rest.txt"])
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "changed  old.txt",
        "made     missing.txt",
        "deleted  rest.txt",
        "3 derived files, 3 changed: read `git diff`",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "missing.txt",
        "old.txt",
        "same.txt",
    ]
    assert main(["old"]) == 0
    assert capsys.readouterr().out == "1 derived files, nothing changed\n"
