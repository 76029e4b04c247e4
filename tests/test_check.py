"""`check` over many files: which are specs, which findings count; and the manual of the rules."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cnncalc import api
from cnncalc.checks import selection
from cnncalc.render.manual import read_page
from tests.commands import APART, GOOD, WARNED, run

pytestmark = pytest.mark.usefixtures("nets")


# check over many files.


def test_one_broken_file_hides_no_other() -> None:
    result = run("check", "syntax.yaml", "missing.yaml", "broken.yaml", "--format", "concise")
    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "syntax.yaml", "broken.yaml", "Checked 2 files, 3 layers",
    ]  # fmt: skip
    assert result.stderr.startswith("cnncalc: no such file: missing.yaml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(nets: Path) -> None:
    (nets / "good.yaml").chmod(0)
    result = run("check", ".", "--format", "concise")
    assert result.exit_code == 2
    assert "cannot read good.yaml: Permission denied" in result.stderr


def test_many_files(nets: Path) -> None:
    for number in range(300):
        (nets / f"net{number}.yaml").write_text(GOOD)
    result = run("check", "net*.yaml")
    assert result.stdout == "Checked 300 files, 600 layers: no problems\n"


def test_the_format_from_the_environment() -> None:
    env = {"CNNCALC_OUTPUT_FORMAT": "json"}
    assert json.loads(run("check", "broken.yaml", **env).stdout)["summary"]["errors"] == 1
    assert run("check", "broken.yaml", "--format", "concise", **env).stdout[0] == "b"
    assert "batch 1 · float32" in run("broken.yaml", **env).stdout
    result = run("check", "broken.yaml", CNNCALC_OUTPUT_FORMAT="xml")
    assert result.exit_code == 2
    assert "xml" in result.stderr
    assert "CNNCALC_OUTPUT_FORMAT" in result.stderr or APART  # click names it from 8.2 on


def test_hidden_findings_are_counted_apart() -> None:
    shown = run("check", "broken.yaml", "--ignore", "shapes").stdout
    assert shown == "Checked 1 file, 3 layers: no problems (1 finding not selected)\n"


def test_strict_turns_warnings_into_errors() -> None:
    shown = run("check", "warned.yaml", "--strict").stdout
    assert shown.startswith("error[pixels-never-seen]")
    assert shown.endswith("Checked 1 file, 1 layer: 1 error\n")


@pytest.mark.parametrize("args", [["warned.yaml"], ["check", "warned.yaml", "--strict"]])
def test_ignore_comments_hold_everywhere(nets: Path, args: list[str]) -> None:
    text = WARNED.replace("2]", "2]  # cnncalc: ignore[pixels-never-seen]")
    (nets / "warned.yaml").write_text(text)
    result = run(*args)
    assert result.exit_code == 0
    assert "pixels-never-seen" not in result.stdout
    assert api.check("warned.yaml") == []


# The manual of the rules.


NEEDS_FILES = {"circular-extends"}
"""Rules whose example only goes wrong when it is a file."""


@pytest.mark.parametrize("code", selection.rules())
def test_the_page_of_a_rule_shows_its_output(code: str) -> None:
    rule = selection.rules()[code]
    text = run("rule", code).stdout
    assert text.startswith(f"{rule.severity}[{code}]")
    page = read_page(rule)
    assert page.title in text
    if code not in NEEDS_FILES and any(word == "Bad" for word, _ in page.examples):
        assert f"    {rule.severity}[{code}]: " in text


def test_every_rule_is_listed() -> None:
    text = run("rule").stdout
    assert [code for code in selection.rules() if f"  {code} " not in text] == []
