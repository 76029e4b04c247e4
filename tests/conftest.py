"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import NETS


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a net of each sort, to stand in; and no settings from outside."""
    for name, text in NETS.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR", "CNNCALC_OUTPUT_FORMAT", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path
