"""What a machine installs: the pinned versions, and what pyproject.toml asks for."""

from __future__ import annotations

import re
from pathlib import Path

from scripts import constraints

ROOT = Path(__file__).parents[1]


def pinned() -> dict[str, str]:
    """Name (normalized) and version of each line of the file."""
    lines = constraints.FILE.read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {normal(name): version for name, version in pairs}


def normal(requirement: str) -> str:
    """The name of a requirement as the package index compares it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_all_that_is_asked_for_is_pinned() -> None:
    """The build back end too; `python -m scripts.constraints` renews the file."""
    asked = {normal(requirement) for requirement in constraints.wanted()}
    assert {"hatchling", "pytest", "click"} <= asked
    assert asked <= pinned().keys()


def test_what_the_pinned_ask_for_is_pinned() -> None:
    """Of those that are installed here: none has a requirement that moves on its own."""
    from importlib.metadata import PackageNotFoundError, requires

    for name in pinned():
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        plain = {normal(line) for line in needed if ";" not in line}
        assert plain <= pinned().keys(), name


def test_torch_runs_apart() -> None:
    """Tests that need PyTorch are marked so, and `.ci/run` runs those in `.ci/torch`."""
    assert '.ci/torch "$work/torch"' in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "pytest -m torch" in (ROOT / ".ci" / "torch").read_text("utf-8")
    for module in (ROOT / "tests").glob("test_*.py"):
        text = module.read_text("utf-8")
        if 'importorskip("torch' in text and module != Path(__file__):
            assert "pytest.mark.torch" in text, module.name
