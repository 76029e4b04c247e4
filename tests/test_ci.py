"""Start-up, and the files that go with the command line: hook, action, workflow."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cnncalc.cli import COMMANDS, main
from tests.commands import run, words

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.usefixtures("nets")


@pytest.mark.parametrize("args", [["good.yaml"], ["vgg16", "--format", "json"], ["check", "vgg16"]])
def test_a_command_imports_only_what_it_needs(args: list[str]) -> None:
    unneeded = ["rich", "pkgutil", "difflib", "dataclasses", "fractions", "decimal", "pathlib",
                "shutil", "cnncalc.schema", "cnncalc.cli.completion",
                "cnncalc.text.suggestions"]  # fmt: skip
    code = (
        f"import sys; from cnncalc.cli import main; main({args}, standalone_mode=False);"
        f"sys.exit(', '.join(sorted({set(unneeded)} & sys.modules.keys())))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert result.stderr.decode() == "\n" or result.stderr == b""


def read_yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def test_the_hook_calls_a_command_that_exists() -> None:
    (hook,) = read_yaml(".pre-commit-hooks.yaml")
    program, *args = hook["entry"].split()
    assert (program, args[0]) == ("cnncalc", "check")
    assert run(*args, *hook.get("args", ())).exit_code == 1
    assert run(*args, "--strict").stdout.startswith("error")
    assert (hook["always_run"], hook["pass_filenames"]) == (True, False)
    assert f"id: {hook['id']}" in (ROOT / "docs/ci.md").read_text("utf-8")


def test_the_hook_passes_a_repository_without_specs(nets: Path) -> None:
    (hook,) = read_yaml(".pre-commit-hooks.yaml")
    args = hook["entry"].split()[1:]
    for spec in nets.glob("*.yaml"):
        spec.unlink()
    assert run(*args, "--strict").output == "Checked 0 files, 0 layers: no problems\n"
    assert run(*args, "nets/").exit_code == 2


def test_the_action() -> None:
    """Its inputs are used and documented, and its command is one."""
    action = read_yaml("action.yml")
    text = (ROOT / "action.yml").read_text("utf-8")
    documented = (ROOT / "docs/ci.md").read_text("utf-8")
    for name in action["inputs"]:
        assert f"inputs.{name} }}" in text
        assert f"`{name}`" in documented or f"{name}:" in documented
    assert set(selection_of_steps(action["runs"]["steps"], "uses")) == {"actions/setup-python@v5"}
    assert 'cnncalc" check' in text


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell is needed")
@pytest.mark.parametrize(
    ("inputs", "status", "start"),
    [
        ({}, 1, b"::error file=broken.yaml,line=4"),
        ({"PATHS": "good.yaml blocks.yaml"}, 0, b"Checked 2 files"),
        ({"PATHS": "goo*.yaml", "ARGS": "--strict\n--expect=params<=111"}, 1, b"::error file=good"),
        ({"PATHS": "good.yaml", "OUTPUT": "out.txt"}, 0, b""),
        ({"PATHS": "--nonsense"}, 2, b"::error title=cnncalc::"),
        ({"PATHS": "--b.yaml"}, 1, b"::error file=--b.yaml,line=4"),
    ],
    ids=words,
)
def test_the_script_of_the_action(
    nets: Path, inputs: dict[str, str], status: int, start: bytes
) -> None:
    script = read_yaml("action.yml")["runs"]["steps"][-1]["run"]
    (nets / "venv" / "bin").mkdir(parents=True)
    program = nets / "venv" / "bin" / "cnncalc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnncalc "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "PATHS": ".", "ARGS": "", "OUTPUT": "", "VENV": str(nets / "venv"),
           "CNNCALC_OUTPUT_FORMAT": "github", **inputs}  # fmt: skip
    (nets / "syntax.yaml").unlink()
    if inputs.get("PATHS") == "--b.yaml":
        (nets / "broken.yaml").rename(nets / "--b.yaml")
    result = subprocess.run(["bash", "-e", "-c", script], env=env, capture_output=True, check=False)
    assert result.returncode == status, result.stderr
    assert result.stdout.startswith(start)


def selection_of_steps(steps: Iterable[dict[str, Any]], key: str) -> list[str]:
    return [step[key] for step in steps if key in step]


def test_the_workflow_runs_the_gate() -> None:
    jobs = read_yaml(".github/workflows/ci.yml")["jobs"]
    uses = [name for job in jobs.values() for name in selection_of_steps(job["steps"], "uses")]
    runs = [line for job in jobs.values() for line in selection_of_steps(job["steps"], "run")]
    assert "./" in uses
    assert {name.partition("@")[0] for name in uses} <= {
        "./", "actions/checkout", "actions/setup-python", "actions/upload-artifact",
    }  # fmt: skip
    assert ".ci/run" in runs
    assert jobs["all"]["strategy"]["matrix"]["python"][0] == "3.11"


def test_commands_are_click_commands() -> None:
    get: Callable[[str], click.Command | None] = lambda name: main.get_command(  # noqa: E731
        click.Context(main), name
    )
    assert [name for name in COMMANDS if not isinstance(get(name), click.Command)] == []
