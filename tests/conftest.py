"""Fixtures that several test modules share; and no settings from outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.commands import NETS

OUTSIDE = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES", "PYTHONIOENCODING",
           "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE")  # fmt: skip
"""Variables that change what cnncalc, or a Python that a test starts, prints or does."""

for variable in [*OUTSIDE, *(name for name in os.environ if name.startswith("CNNCALC_"))]:
    os.environ.pop(variable, None)

# Without it, every worker and each of some hundred processes would compile all modules anew.
sys.dont_write_bytecode = False


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a net of each sort, to stand in."""
    for name, text in NETS.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
