"""What a machine installs: the pinned versions, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from tests import constraints

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
    """The build back end too; `python -m tests.constraints` renews the file."""
    asked = {normal(requirement) for requirement in constraints.wanted()}
    assert {"hatchling", "pytest", "click"} <= asked
    assert asked <= pinned().keys()


def test_what_the_pinned_ask_for_is_pinned() -> None:
    """Of those that are installed here as pinned: no requirement of theirs moves on its own."""
    from importlib.metadata import PackageNotFoundError, distribution

    for name, version in pinned().items():
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        if installed.version == version:
            plain = {normal(line) for line in installed.requires or [] if ";" not in line}
            assert plain <= pinned().keys(), name


def test_torch_runs_apart() -> None:
    """Tests that need PyTorch are marked so, and `.ci/run` runs those in `.ci/torch`."""
    assert '.ci/torch "$work/torch"' in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "pytest -m torch" in (ROOT / ".ci" / "torch").read_text("utf-8")
    for module in (ROOT / "tests").glob("test_*.py"):
        text = module.read_text("utf-8")
        if 'importorskip("torch' in text and module != Path(__file__):
            assert "pytest.mark.torch" in text, module.name


def test_the_lowest_versions_are_those_of_pyproject() -> None:
    """Everything that cnncalc itself needs has a lower bound, which `.ci/run` tests."""
    lowest = dict(line.split("==") for line in constraints.lowest())
    assert lowest["click"] == "8.1"
    assert {"click", "rich", "PyYAML", "pytest", "hypothesis"} <= lowest.keys()
    assert "tests.constraints --lowest" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_newest_are_tried_on_a_schedule() -> None:
    """Not with every change: what others release must not stop it."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert workflow[True]["schedule"]  # YAML 1.1 reads `on` so
    newest = workflow["jobs"]["newest"]
    assert "schedule" in newest["if"]
    (install,) = (step["run"] for step in newest["steps"] if "pip install" in step.get("run", ""))
    assert "--upgrade-strategy eager" in install
    assert "constraints" not in install


def test_the_sdist_has_all_that_the_tests_read() -> None:
    """`.ci/run` runs the tests where the sdist is unpacked; this finds a file earlier."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    has_always = {"pyproject.toml"}
    assert top_level() - has_always - {name.strip("/") for name in included} == set()


def top_level() -> set[str]:
    """The names in the repository's folder, without what is made there."""
    made = {".git", "dist", "build", "PKG-INFO"}
    there = {path.name for path in ROOT.iterdir()} - made
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    return {n for n in there if not any(Path(n).match(line.strip("/")) for line in ignored)}


TOP_LEVEL = {
    *("pyproject.toml", "README.md", "cnncalc", "architectures", "tests", "docs"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    ".ci",  # what CI runs, callable by hand
    ".github",
    ".gitignore",
    "action.yml",  # GitHub
    ".pre-commit-hooks.yaml",  # pre-commit
    "mkdocs.yml",  # MkDocs: not inside docs/
}


def test_the_top_level_holds_what_a_newcomer_looks_for() -> None:
    """And the files that tools demand there."""
    assert top_level() <= TOP_LEVEL


def release_notes(root: Path, tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / ".ci" / "release_notes"), tag]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_changelogs_section_is_the_text_of_a_release(tmp_path: Path) -> None:
    """And a tag that is not the package's version, or without a section, releases nothing."""
    for name in (".ci/release_notes", "cnncalc/__init__.py"):
        (tmp_path / name).parent.mkdir()
        text = (ROOT / name).read_text("utf-8")
        text = re.sub("^__version__ = .*$", '__version__ = "2.10"', text, flags=re.M)
        (tmp_path / name).write_text(text, "utf-8")
    changes = tmp_path / "CHANGELOG.md"
    text = "# Changelog\n\n## [Unreleased]\n\n- New\n\n## [2.1]\n\n- Old\n"
    changes.write_text(text, "utf-8")
    assert "no section `## [2.10]`" in release_notes(tmp_path, "v2.10").stderr
    changes.write_text(text.replace("[Unreleased]", "[2.10] - 2026-12-01"), "utf-8")
    done = release_notes(tmp_path, "v2.10")
    assert (done.returncode, done.stdout) == (0, "- New\n")
    done = release_notes(tmp_path, "v2.1")
    assert done.returncode == 1
    assert done.stderr == "the tag says 2.1, cnncalc/__init__.py says 2.10\n"


def test_a_release_is_what_was_tested() -> None:
    """The files that `.ci/run` has tried are those that are published, and no token is needed."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
    build, publish, release = (workflow["jobs"][name] for name in ("build", "publish", "release"))
    runs = [step.get("run", "") for step in build["steps"]]
    assert any(".ci/release_notes" in run for run in runs)
    assert '.ci/run "$MADE/dist"' in runs
    assert 'cp -r "$given" "$work/dist"' in (ROOT / ".ci" / "run").read_text("utf-8")
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"id-token": "write"}
    assert release["needs"] == "publish"
    assert "--notes-file made/notes.md" in release["steps"][-1]["run"]


def test_every_document_has_its_place_in_the_site() -> None:
    """`.ci/run` builds the site strictly; this finds a page that is left out earlier."""
    assert '.ci/docs "$work/docs"' in (ROOT / ".ci" / "run").read_text("utf-8")
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = set(re.findall(r": ([a-z]+\.md)$", text, re.M))
    above = {"index.md", "changes.md", "contributing.md"}
    assert pages == {path.name for path in (ROOT / "docs").glob("*.md")} | above


def test_all_that_the_site_asks_for_is_pinned() -> None:
    lines = constraints.DOCS.read_text("utf-8").splitlines()
    asked = {normal(requirement) for requirement in constraints.wanted_by_docs()}
    assert {"mkdocs-material", "mkdocstrings"} <= asked
    assert asked <= {normal(line) for line in lines if not line.startswith("#")}
