"""Section 9 of the language: a file that extends another."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

import cnncalc
from tests.language import size, written

BASE = """
    name: Base
    description: of the base
    input: 8x8x4
    parameters: {n: 3, m: 2 * n, wide: false}
    defaults: {conv: {padding: same}}
    blocks: {u(a): [conv: [a, 3]]}
    layers: [u: n, conv1: {filters: m, kernel: 1, expect: 8x8x6}, tanh: {if: wide}]
    expect: {params: 153}
    published: [{source: a paper, params: 1}]
    training: {batch: 7}
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return path


def extended(folder: Path, text: str) -> cnncalc.Net:
    """The net of a file beside the base, which it extends."""
    write(folder, "base.yaml", BASE)
    return cnncalc.load(write(folder, "net.yaml", f"extends: ./base.yaml\n{dedent(text)}"))


def errors(net: cnncalc.Net) -> list[str]:
    return [f"{d.code}: {written(d)}" for d in net.diagnostics if d.severity == "error"]


def shapes(net: cnncalc.Net) -> str:
    return " ".join(f"{row.name}:{size(row.output_shape)}" for row in net.report().rows)


CHANGES = [
    ("nothing", "", "u1/conv1:8x8x3 conv1:8x8x6"),
    ("a parameter; what is computed from it follows", "parameters: {n: 5}",
     "u1/conv1:8x8x5 conv1:8x8x10"),
    ("another", "parameters: {m: 4, wide: true}", "u1/conv1:8x8x3 conv1:8x8x4 tanh1:8x8x4"),
    ("one of those above it", "parameters: {m: n + 1}", "u1/conv1:8x8x3 conv1:8x8x4"),
    ("the input", "input: 4x4x1", "u1/conv1:4x4x3 conv1:4x4x6"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_layers_blocks_and_defaults_come_from_the_base(
    tmp_path: Path, text: str, expected: str
) -> None:
    net = extended(tmp_path, text)
    assert errors(net) == []
    assert shapes(net) == expected


WRONG = [
    ("layers", "layers: [relu]", ["not-with-extends: layers"]),
    ("blocks", "blocks: {v: [relu]}", ["not-with-extends: blocks"]),
    ("defaults", "defaults: {conv: {bias: false}}", ["not-with-extends: defaults"]),
    ("outputs", "outputs: [conv1]", ["not-with-extends: outputs"]),
    ("an unknown key", "parameter: {n: 3}", ["unknown-key: parameter"]),
    ("a new parameter", "parameters: {k: 3}", ["unknown-key: k"]),
    ("another type", "parameters: {n: same}", ["wrong-type: same"]),
    ("another type, of a boolean", "parameters: {wide: 1}", ["wrong-type: 1"]),
    ("another input", "inputs: {image: 8x8x4}", ["unknown-step: 8x8x4"]),
    ("a wrong expectation", "expect: {params: 1}", ["unexpected-figure: 1"]),
]


@pytest.mark.parametrize(("text", "expected"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert errors(extended(tmp_path, text)) == expected


def test_expect_and_published_are_not_inherited(tmp_path: Path) -> None:
    base = cnncalc.load(write(tmp_path, "base.yaml", BASE.replace("params: 153", "params: 9")))
    assert errors(base) == ["unexpected-figure: 9"]
    assert len(base.report().published) == 1
    net = extended(tmp_path, "name: Mine")
    assert net.spec is not None
    assert (net.spec.expect, net.spec.published) == ((), ())
    assert not net.report().notices


def test_own_input_or_parameters_switch_off_what_steps_expect(tmp_path: Path) -> None:
    """And the report says so; the file's own expectations hold."""
    for own in ("input: 4x4x4", "parameters: {n: 5}"):
        net = extended(tmp_path, f"{own}\nexpect: {{params: 9}}")
        assert errors(net) == ["unexpected-figure: 9"]
        (notice,) = net.report().notices
        assert f"net.yaml has its own {own.partition(':')[0]}: shape of conv1" in notice


def test_without_them_what_steps_expect_holds(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE.replace("8x8x6", "8x8x7"))
    net = cnncalc.load(write(tmp_path, "net.yaml", "extends: ./base.yaml\nname: Mine"))
    assert errors(net) == ["unexpected-shape: 8x8x7"]


def test_switched_off_by_a_file_in_between(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    write(tmp_path, "middle.yaml", "extends: ./base.yaml\nparameters: {n: 5}")
    net = cnncalc.load(write(tmp_path, "net.yaml", "extends: ./middle.yaml"))
    assert errors(net) == []
    (notice,) = net.report().notices
    assert "middle.yaml has its own parameters: shape of conv1" in notice


def test_name_description_and_training(tmp_path: Path) -> None:
    own = extended(tmp_path, "name: Mine\ndescription: of mine\ntraining: {batch: 9}")
    assert own.spec is not None
    assert (own.report().name, own.spec.description) == ("Mine", "of mine")
    assert own.report().training == {"batch": 9}


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    write(tmp_path, "middle.yaml", "extends: ./base.yaml\ninput: 4x4x4\nparameters: {n: 5, m: 7}")
    net = cnncalc.load(
        write(tmp_path, "net.yaml", "extends: ./middle.yaml\nparameters: {n: 9}"),
        parameters=["wide=true"],
    )
    assert shapes(net) == "u1/conv1:4x4x9 conv1:4x4x7 tanh1:4x4x7"


def test_set_over_extends(tmp_path: Path) -> None:
    """The type is that of the base."""
    write(tmp_path, "base.yaml", BASE)
    path = write(tmp_path, "net.yaml", "extends: ./base.yaml\nparameters: {n: 5}")
    assert shapes(cnncalc.load(path, parameters={"n": 6})) == "u1/conv1:8x8x6 conv1:8x8x12"
    assert errors(cnncalc.load(path, parameters={"n": True})) == ["wrong-type: true"]


PATHS = [
    ("from this file", "sub/net.yaml", "./base.yaml", "sub/base.yaml"),
    ("up", "sub/net.yaml", "../base.yaml", "base.yaml"),
    ("down", "net.yaml", "sub/base.yaml", "sub/base.yaml"),
    ("without a slash", "sub/net.yaml", "base.yaml", "sub/base.yaml"),
    ("not from the base's base", "net.yaml", "sub/middle.yaml", "sub/base.yaml"),
]


@pytest.mark.parametrize(
    ("file", "name", "base"), [p[1:] for p in PATHS], ids=[p[0] for p in PATHS]
)
def test_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, name: str, base: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, base, BASE)
    write(tmp_path, "sub/middle.yaml", "extends: ./base.yaml")
    net = cnncalc.load(write(tmp_path, file, f"extends: {name}"))
    assert errors(net) == []
    assert shapes(net) == "u1/conv1:8x8x3 conv1:8x8x6"


def test_a_shipped_name() -> None:
    text = """
        extends: resnet152
        name: ResNeXt-50 32x4d
        parameters: {depths: [3, 4, 6, 3], groups: 32, base: 128}
        expect: {params: 25_028_904}
    """
    net = cnncalc.loads(dedent(text))
    assert errors(net) == []
    assert net.report().totals.params == 25_028_904


NO_BASE = [
    ("resnet51", ["unknown-base: resnet51"]),
    ("./missing.yaml", ["unknown-base: ./missing.yaml"]),
    ("[a]", ["wrong-form: [a]"]),
    (".", ["unknown-base: ."]),
]


@pytest.mark.parametrize(("name", "expected"), NO_BASE)
def test_no_base(tmp_path: Path, name: str, expected: list[str]) -> None:
    path = write(tmp_path, "net.yaml", f"extends: {name}")
    assert errors(cnncalc.load(path)) == expected


def test_the_bases_errors_are_told_in_the_base(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE.replace("filters: m", "filter: m"))
    net = cnncalc.load(write(tmp_path, "net.yaml", "extends: ./base.yaml"))
    assert errors(net) == ["unknown-key: filter"]
    assert net.diagnostics[0].path.endswith("base.yaml")


# What may be a base.


def refused(net: cnncalc.Net) -> str:
    """Why the base is none; its text is nowhere in what is printed."""
    (found,) = net.diagnostics
    assert (found.code, found.label) == ("unknown-base", "not allowed")
    assert found.path == net.source.path
    assert [related for related in found.related if related.span.source is not net.source] == []
    return found.message.partition(": ")[2]


SECRETS = ["token: 0123\n", "root:x:0:0::/root:/bin/sh\n", "", "A=1\0B=2\0", "\xff\xfe\x7f",
           "extends: eslint:recommended\nrules: {}\n"]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS, ids=ascii)
def test_a_base_that_does_not_look_like_a_spec(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret.yaml").write_text(text, "latin-1")
    net = cnncalc.load(write(tmp_path, "net.yaml", "extends: ./secret.yaml"))
    assert refused(net) == "it does not look like a spec"


@pytest.mark.parametrize("repository", [True, False])
def test_a_base_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: bool) -> None:
    """Also behind a link. Whether there is such a file, nobody learns."""
    (tmp_path / "in" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "in" / "here")
    if repository:
        (tmp_path / "in" / ".git").write_text("gitdir: elsewhere")
    write(tmp_path, "out.yaml", BASE)
    (tmp_path / "in" / "link.yaml").symlink_to(tmp_path / "out.yaml")
    where = "the repository" if repository else "the folder of this file and the current folder"
    for name in ("../out.yaml", "./link.yaml", "../missing.yaml", "/etc/shadow",
                 "/proc/self/environ", str(tmp_path / "out.yaml")):  # fmt: skip
        net = cnncalc.load(write(tmp_path, "in/net.yaml", f"extends: {name}"))
        assert refused(net).startswith(f"it is outside {where}")


def test_a_base_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is enough where there is no repository; else the repository is."""
    write(tmp_path, "base.yaml", BASE)
    up = write(tmp_path, "deep/er/net.yaml", "extends: ../../base.yaml")
    monkeypatch.chdir(tmp_path)
    assert errors(cnncalc.load(up)) == []
    monkeypatch.chdir(tmp_path / "deep")
    assert refused(cnncalc.load(up)).startswith("it is outside")
    (tmp_path / ".git").mkdir()
    assert errors(cnncalc.load(up)) == []
    (tmp_path / "deep" / "er" / ".git").mkdir()
    assert refused(cnncalc.load(up)).startswith("it is outside the repository")


def test_a_shipped_name_is_no_file_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "lenet5", BASE)
    net = cnncalc.load(write(tmp_path, "net.yaml", "extends: lenet5"))
    assert net.spec is not None
    assert net.spec.layers_source.path == "architectures/lenet5.yaml"


def chain(folder: Path, length: int) -> cnncalc.Net:
    """The first of so many files, each of which extends the next."""
    write(folder, f"net{length}.yaml", BASE)
    for number in range(length - 1, 0, -1):
        write(folder, f"net{number}.yaml", f"extends: ./net{number + 1}.yaml")
    return cnncalc.load(folder / "net1.yaml")


def test_chains_of_up_to_8_files(tmp_path: Path) -> None:
    assert errors(chain(tmp_path / "8", 8)) == []
    assert errors(chain(tmp_path / "9", 9)) == ["extends-too-deep: ./net9.yaml"]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle(tmp_path: Path, length: int) -> None:
    for number in range(length):
        other = (number + 1) % length
        write(tmp_path, f"net{number}.yaml", f"extends: ./net{other}.yaml")
    assert errors(cnncalc.load(tmp_path / "net0.yaml")) == ["circular-extends: ./net0.yaml"]


def test_a_circle_by_another_way_of_writing_the_path(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "extends: ./sub/../b.yaml")
    write(tmp_path, "b.yaml", "extends: ././a.yaml")
    assert errors(cnncalc.load(tmp_path / "a.yaml")) == ["circular-extends: ././a.yaml"]
