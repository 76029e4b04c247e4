"""Which files are specs: named, in folders and globs; what nearly is one, what is passed over."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cnncalc.api import none_collected
from cnncalc.language import recognition
from cnncalc.language.recognition import judge
from cnncalc.language.spec_files import find_specs
from cnncalc.language.vocabulary import KEYS
from cnncalc.schema.document import keys
from tests.commands import BROKEN, GOOD, run

pytestmark = pytest.mark.usefixtures("nets")


# What a text is.

SPECS = [
    "layers: []",
    "\ufefflayers: []",
    "name: x\r\nlayers :\r\n",
    "layers:\n  - [",
    "layers:[relu]",
    " layers: []",
    "  input: 8x8x3\n  layers:\n    - relu",
    '"layers": []',
    "'layers': []",
    '{"input": "8x8x3", "layers": [{"conv": [4, 3]}]}',
    '# one line\n{"blocks": {"layers": {}}, "layers": []}',
    "layers:\n- conv: [3,3]\nauthor: me",
    "input: 8x8x3\nversion: 2\nlayers: [stage]",
    "extends: vgg16",
    "extends: vgg61",
    "extends: b.yml  # the base",
    "extends: ./base.yaml\nname: x\n\nexpect: {a: [",
    "<<<<<<< HEAD\ninput: 8x8x3\n=======\ninput: 9x9x3\n>>>>>>> x\nlayers: [relu]",
]
NEAR = [
    "extends: ./base.yaml\nimput: 4x4x1",
    "extends: ./base.yaml\nparams: {n: 3}",
    "extends: ./base.yaml\nparameters: {n: 3}\nauthor: me",
    "extends: vgg16\nrules: {}",
    "extends: [vgg16]",
    "Extends: vgg16\ninput: 8x8x3",
    "extend: ./base.yaml\nparameters: {n: 3}",
    "base: vgg16\ninput: 8x8x3",
    "Layers:\n  - conv1: [3, 3]\nname: x",
    "layer:\n - Conv2d: 16",
    "input: 8x8x3\nlyers: [relu]",
    "imput: 8x8x3\nlyers:\n  - stage: 3\nblocks:\n  stage(n): [conv: [n, 3]]",
    "input: 8x8x3\nmodel:\n  - conv: [3, 3]",
    "input: 8x8x3\nlayers: relu",
    "input: 8x8x3\nname: y",
    '{"input": "8x8x3", "layer": [{"conv": [4, 3]}]}',
]
OTHERS = [
    "",
    "# layers:\n",
    "name: x",
    "- input: 8x8x3",
    "a:\n  layers: []",
    "layers: 3",
    "layers: [64, 128]\nname: mlp",
    "layers:\n  - 64\n  - 128",
    "layers:\n  - id: risk\n    label: Risk\n    color: red",
    "layers:\n- {name: a, url: b}",
    "title: x\nlayers:\n- intelligence\ntags:\n- dropout\n- conv",
    '{"layers": [{"id": "a", "paint": 3}]}',
    "model: resnet50\nlayers: 50\ninput: data/",
    "input: 224x224x3\nmodel: resnet50\noptimizer: sgd",
    "version: 8\nsources: {a: {type: vector}}\nlayers:\n  - id: water\n    type: fill\n",
    "services: {demo: }\nlayers:\n  - name: osm\n    title: OSM\nsources: {}\ncaches: {}",
    "service: x\nprovider: {name: aws}\nlayers:\n  hello:\n    path: layer-dir",
    "extends: eslint:recommended\nrules: {}",
    "extends:\n  - eslint:recommended\nroot: true",
    "extends: ./eslint.yml\nrules: {}",
    "extends: default\nrules:\n  line-length: {max: 100}",
    "extends: default",
    "extends: ['config:base']\npackageRules: []",
    "extends: spectral:oas",
    "extends:\n  template: a.yml\nparameters: {a: b}\ntrigger: none",
    '{"extends": "stylelint-config", "rules": {}}',
    "apiVersion: v1\nkind: Pod",
    "{{- if .Values.x }}\nkind: x",
    "players: [ann]\nname: z",
    "steps:\n  - pad: 3",
]
TEXTS = [(word, text) for word, texts in (("spec", SPECS), ("near", NEAR), ("other", OTHERS))
         for text in texts]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(("verdict", "text"), TEXTS)
def test_what_a_text_is(verdict: str, text: str, encoding: str) -> None:
    found = judge(text.encode(encoding))
    assert found.verdict == verdict
    assert bool(found.why) == (verdict == "other")


@pytest.mark.parametrize("text", NEAR)
def test_what_is_near_is_an_error(nets: Path, text: str) -> None:
    (nets / "near").mkdir()
    (nets / "near" / "a.yaml").write_text(text)
    result = run("check", "near", "--format", "concise")
    assert result.exit_code == 1
    assert "] looks like a spec, but " in result.stdout


def test_a_spec_in_another_encoding_is_an_error(nets: Path) -> None:
    (nets / "folder").mkdir()
    (nets / "folder" / "a.yaml").write_text(GOOD, "utf-16")
    assert "error[not-utf8]" in run("check", "folder").stdout


def test_a_file_that_is_named_does_not_look_like_a_spec_it_is_one(nets: Path) -> None:
    (nets / "near.yaml").write_text(NEAR[0])
    assert "looks like" not in run("check", "near.yaml").stdout


def test_every_shipped_net_and_every_kind_is_recognised() -> None:
    from cnncalc.layers import KINDS
    from cnncalc.text.files import read_shipped, shipped

    for name in shipped():
        assert judge(read_shipped(name).text.encode()).verdict == "spec"
    for kind in KINDS:
        assert recognition.has_steps(f"layers:\n  - {kind}1: 3\n")


def test_the_keys_of_a_spec_stand_once() -> None:
    """What the schema and the recognition know are the reader's; none has a list of its own."""
    assert sorted(keys()) == sorted([*KEYS, "extends"])
    assert vars(recognition)["KEYS"] is KEYS


@pytest.mark.parametrize("line", ["k%d: 1\n", "layers%d: [x]\n", "- a%d\n", "[a%d,", "{a%d: ",
                                  "layers: - - %d"])  # fmt: skip
def test_judging_takes_time_in_proportion(line: str) -> None:
    def seconds(count: int) -> float:
        data = "".join(line.replace("%d", str(n)) for n in range(count)).encode()
        times = []
        for _ in range(3):
            with none_collected():  # the tests' own objects are not what is measured
                start = time.process_time()
                judge(data)
                times.append(time.process_time() - start)
        return min(times)

    assert seconds(80_000) <= 2.5**3 * max(seconds(10_000), 0.01)  # doubled three times


# Folders, globs, links.


def specs(*args: str) -> list[str]:
    return [spec.path.replace(os.sep, "/") for spec in find_specs(args).specs]


def test_a_folder_at_any_depth(nets: Path) -> None:
    folder = nets / "folder"
    for name in ("a.yaml", "deep/b.YAML", "deep/c.yml", "d.txt", ".e.yaml", ".hidden/f.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GOOD)
    for argument in ("folder", "folder/**/*", "fol*"):
        assert specs(argument) == ["folder/a.yaml", "folder/deep/b.YAML", "folder/deep/c.yml"]
    assert specs("folder/*/c.yml") == ["folder/deep/c.yml"]


@pytest.mark.parametrize("name", ["venv", ".venv", "node_modules", "site-packages"])
def test_what_others_wrote_is_not_walked(nets: Path, name: str) -> None:
    inside = nets / "folder" / name / "lib"
    inside.mkdir(parents=True)
    (inside / "a.yaml").write_text(GOOD)
    for argument in ("folder", "folder/**/*.yaml", "folder/*/lib", "folder/*"):
        found = find_specs([argument])
        assert (found.specs, found.passed_over, found.empty) == ([], [], [argument])
    assert specs(f"folder/{name}") == [f"folder/{name}/lib/a.yaml"]
    assert specs(f"folder/{name}/**/*.yaml") == [f"folder/{name}/lib/a.yaml"]


def test_no_link_out_of_the_folder_is_followed(nets: Path) -> None:
    (nets / "folder" / "deep").mkdir(parents=True)
    (nets / "folder" / "deep" / "a.yaml").write_text(GOOD)
    (nets / "folder" / "in.yaml").symlink_to("deep/a.yaml")
    (nets / "folder" / "out.yaml").symlink_to("../good.yaml")
    for link in ("all", "again", "loop"):
        (nets / "folder" / link).symlink_to("..")
    for argument in ("folder", "folder/**/*.yaml", "folder/*"):
        found = find_specs([argument])
        assert len(found.specs) == 1
        assert {(other.path, other.why) for other in found.passed_over} >= {
            ("folder/out.yaml", "a link out of the folder")
        }
    assert specs("folder/out.yaml") == ["folder/out.yaml"]
    (nets / "link").symlink_to("folder")
    assert specs("link") == ["link/in.yaml"]


def test_a_glob_of_many_wildcards(nets: Path) -> None:
    deep = nets.joinpath("folder", *"abcdefghijkl")
    deep.mkdir(parents=True)
    (deep / "a.yaml").write_text(GOOD)
    assert len(specs("folder/" + "**/" * 50 + "*.yaml")) == 1


def test_a_named_file_is_a_spec() -> None:
    named = ["no-such-file", "good.yaml", "vgg16", "-"]
    assert specs(*named) == named


def test_each_spec_once_in_the_order_of_the_arguments() -> None:
    assert specs("warned.yaml", "./good.yaml", "*o*.yaml", ".") == [
        "warned.yaml", "./good.yaml", "blocks.yaml", "broken.yaml", "parameters.yaml",
        "syntax.yaml",
    ]  # fmt: skip


def test_what_is_passed_over_is_counted_and_named(nets: Path) -> None:
    (nets / "folder").mkdir()
    (nets / "folder" / "a.yaml").write_text(GOOD)
    (nets / "folder" / "mkdocs.yml").write_text("site_name: x")
    (nets / "folder" / "style.yaml").write_text("version: 8\nlayers: [{id: a}]")
    assert run("check", "folder").output == (
        "Checked 1 file, 2 layers: no problems (2 other YAML files skipped)\n"
    )
    result = run("check", "folder", "--verbose", "--format", "json")
    assert result.stderr.splitlines() == [
        "cnncalc: skipped folder/mkdocs.yml: it has no `layers:` and no `extends:`",
        "cnncalc: skipped folder/style.yaml: it has `layers:` with `version` and no layer kind",
    ]
    document = json.loads(result.stdout)
    assert document["summary"]["passed_over"] == 2
    assert [other["path"] for other in document["passed_over"]] == [
        "folder/mkdocs.yml", "folder/style.yaml",
    ]  # fmt: skip


def test_without_a_net_the_folder_is_checked() -> None:
    assert run("check").output == run("check", ".").output
    assert run("check", "--strict").exit_code == 1


# Files and shipped names.

COMMANDS = [[], ["show"], ["check"], ["memory"], ["explain"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words) or "-")
def test_a_file_wins_over_a_shipped_name(nets: Path, command: list[str]) -> None:
    (nets / "lenet5").write_text(GOOD)
    layer = ["conv1"] if command == ["explain"] else []
    named, alone = run(*command, "lenet5", *layer), run(*command, "./lenet5", *layer)
    assert named.stdout.replace("./lenet5", "lenet5") == alone.stdout.replace("./lenet5", "lenet5")
    assert alone.stderr == ""
    assert named.stderr == ("cnncalc: lenet5 is the file here, not the shipped architecture\n")


def test_a_folder_wins_in_check_alone(nets: Path) -> None:
    (nets / "lenet5").mkdir()
    (nets / "lenet5" / "a.yaml").write_text(BROKEN)
    result = run("check", "lenet5")
    assert (result.exit_code, result.stderr) == (
        1, "cnncalc: lenet5 is the folder here, not the shipped architecture\n",
    )  # fmt: skip
    result = run("lenet5")
    assert (result.exit_code, result.stderr) == (
        0, "cnncalc: lenet5 is the shipped architecture, not the folder here\n",
    )  # fmt: skip


def test_the_list_shows_the_shipped_nets(nets: Path) -> None:
    before = run("list").output
    (nets / "lenet5").write_text(GOOD)
    assert run("list").output == before


def test_a_file_that_is_called_like_an_option(nets: Path) -> None:
    (nets / "--b.yaml").write_text(BROKEN)
    for args in (["."], ["--", "--b.yaml"]):
        result = run("check", "--format", "github", *args)
        assert result.exit_code == 1
        assert "::error file=--b.yaml,line=4," in result.stdout


# What is wrong in a base.


def test_an_error_in_a_base_is_reported_once(nets: Path) -> None:
    folder = nets / "folder"
    folder.mkdir()
    (folder / "z.yaml").write_text(BROKEN)
    for name in "ab":
        (folder / f"{name}.yaml").write_text("extends: ./z.yaml\nname: x")
    (folder / "c.yaml").write_text("name: deeper\nextends: ./b.yaml")
    for args, home in ((["folder"], "folder/z.yaml"), (["folder/[abc].yaml"], "folder/a.yaml")):
        result = run("check", *args, "--format", "json")
        document = json.loads(result.stdout)
        (file,) = (file for file in document["files"] if file["diagnostics"])
        (found,) = file["diagnostics"]
        assert file["path"] == home
        assert (found["path"], found["line"]) == ("folder/z.yaml", 4)
        assert {(r["path"], r["line"]) for r in found["related"] if "extended" in r["message"]} == {
            ("folder/a.yaml", 1), ("folder/b.yaml", 1), ("folder/c.yaml", 2),
        }  # fmt: skip
        assert document["summary"]["errors"] == 1
    for name in ("full", "github"):
        assert run("check", "folder", "--format", name).stdout.count("extended here") == 3


def test_what_only_a_child_brings_out_is_its_own(nets: Path) -> None:
    (nets / "base.yaml").write_text(GOOD)
    (nets / "child.yaml").write_text("extends: ./base.yaml\ninput: 2x2x3")
    document = json.loads(run("check", "base.yaml", "child.yaml", "--format", "json").stdout)
    assert [len(file["diagnostics"]) for file in document["files"]] == [0, 1]


# Exit status 2 in every format.

UNREADABLE = [
    (["nothing/", "good.yaml"], "no such file: nothing/"),
    (["*.nothing"], "no spec found in *.nothing"),
    (["good.yaml", "--expect", "parms<=1"], "--expect: "),
    (["good.yaml", "--fail-on", "x"], "Invalid value for '--fail-on'"),
    (["--nonsense"], "No such option"),
]


@pytest.mark.parametrize(("args", "start"), UNREADABLE)
def test_what_cannot_be_checked_is_in_every_format(args: list[str], start: str) -> None:
    printed = {}
    for name in ("json", "sarif", "github"):
        result = run("check", *args, "--format", name)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"cnncalc: {start}")
        printed[name] = result.stdout
    assert json.loads(printed["json"])["errors"][0].startswith(start)
    (invocation,) = json.loads(printed["sarif"])["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"][: len(start)]) == ("error", start)
    assert f"::error title=cnncalc::{start}" in printed["github"]


def test_a_usage_error_reaches_the_file_of_the_output(nets: Path) -> None:
    result = run("check", "--nonsense", "--output=out", CNNCALC_OUTPUT_FORMAT="json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(json.loads((nets / "out").read_text())["errors"]) == 1


def test_a_run_that_worked_says_so() -> None:
    sarif = json.loads(run("check", "good.yaml", "--format", "sarif").stdout)
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is True
    assert json.loads(run("check", "good.yaml", "--format", "json").stdout)["errors"] == []
