"""`check` over many files: which are specs, which findings count; and the manual of the rules."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cnncalc import api, selection
from cnncalc.render.manual import read_page
from cnncalc.sources import Unreadable
from cnncalc.spec_files import find_specs
from tests.commands import GOOD, WARNED, run

pytestmark = pytest.mark.usefixtures("nets")


# check over many files.


def specs(*args: str) -> list[str]:
    return [path.replace(os.sep, "/") for path in find_specs(args)]


@pytest.mark.parametrize(
    ("text", "is_spec"),
    [
        ("layers: []", True),
        ("\ufefflayers: []", True),
        ("name: x\r\nlayers :\r\n", True),
        ("layers:\n  - [", True),
        (" layers: []", False),
        ("# layers:\n", False),
        ("a:\n  layers: []", False),
        ("extends: vgg16", True),
        ("extends: vgg16\nname: x\n\nexpect: {a: [", True),
        ("extends: vgg16\nrules: {}", False),
        ("name: x", False),
        ("", False),
    ],
)
def test_which_file_of_a_folder_is_a_spec(nets: Path, text: str, is_spec: bool) -> None:
    folder = nets / "folder" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(text, "utf-8", newline="")
    (folder / "b.txt").write_text("layers: []")
    (folder / ".c.yaml").write_text("layers: []")
    (nets / "folder" / ".hidden").mkdir()
    (nets / "folder" / ".hidden" / "d.yml").write_text("layers: []")
    for argument in ("folder", "folder/**/*", "folder/*/a.yaml"):
        if is_spec:
            assert specs(argument) == ["folder/deep/a.yaml"]
        else:
            with pytest.raises(Unreadable, match="no spec found"):
                find_specs([argument])


def test_a_named_file_is_a_spec() -> None:
    assert specs("no-such-file", "good.yaml", "vgg16", "-") == [
        "no-such-file", "good.yaml", "vgg16", "-",
    ]  # fmt: skip


def test_each_spec_once_in_the_order_of_the_arguments() -> None:
    assert specs("warned.yaml", "./good.yaml", "*o*.yaml", ".") == [
        "warned.yaml", "./good.yaml", "blocks.yaml", "broken.yaml", "parameters.yaml",
        "syntax.yaml",
    ]  # fmt: skip


def test_one_broken_file_hides_no_other() -> None:
    result = run("check", "syntax.yaml", "missing.yaml", "broken.yaml", "--format", "concise")
    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "syntax.yaml", "broken.yaml", "Checked 2 files, 3 layers",
    ]  # fmt: skip
    assert result.stderr.startswith("cnncalc: there is no file missing.yaml")


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
    assert "CNNCALC_OUTPUT_FORMAT" in result.stderr


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
