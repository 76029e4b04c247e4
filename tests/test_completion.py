"""What the shell completes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from cnncalc.cli import main
from tests.commands import words

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.usefixtures("nets")


def completions(
    words: Sequence[str], incomplete: str, shell: type[ShellComplete] = BashComplete
) -> list[str]:
    complete = shell(main, {}, "cnncalc", "_CNNCALC_COMPLETE")
    return [item.value for item in complete.get_completions(list(words), incomplete)]


@pytest.mark.parametrize(
    ("words", "incomplete", "some"),
    [
        ([], "", {"show", "check", "vgg16", "resnet152"}),
        ([], "vgg16", {"vgg16", "vgg16_bn"}),
        ([], "ch", {"check"}),
        ([], "--for", {"--format", "--formulas"}),
        (["--format"], "", {"table", "json"}),
        (["vgg16"], "--ba", {"--batch"}),
        (["vgg16", "--format"], "no", {"notes"}),
        (["vgg16", "--dtype"], "float", {"float32", "float64"}),
        (["vgg16", "--columns"], "name,par", {"name,params"}),
        (["check"], "vgg1", {"vgg11", "vgg19"}),
        (["check", "vgg16"], "--exp", {"--expect"}),
        (["check", "x", "--ignore"], "pix", {"pixels-never-seen"}),
        (["check", "x", "--ignore"], "wrong-type,pix", {"wrong-type,pixels-never-seen"}),
        (["explain"], "vgg", {"vgg16"}),
        (["explain", "vgg16"], "conv1", {"conv1_1", "conv1_2"}),
        (["explain", "blocks.yaml"], "a/", {"a/conv1", "a/conv2"}),
        (["explain", "missing.yaml"], "", set()),
        (["explain", "syntax.yaml"], "", set()),
        (["kinds"], "con", {"conv", "concat"}),
        (["rule"], "no-v", {"no-valid-output"}),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else words(value),
)
def test_completion(words: list[str], incomplete: str, some: set[str]) -> None:
    found = completions(words, incomplete)
    assert some <= set(found)
    assert bool(found) == bool(some)
    assert [value for value in found if not value.startswith(incomplete)] == []


@pytest.mark.parametrize("shell", [BashComplete, ZshComplete, FishComplete])
def test_completion_in_each_shell(
    shell: type[ShellComplete], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the environment, as the shell asks."""
    monkeypatch.setenv("COMP_WORDS", "cnncalc explain vgg16 conv1_")
    monkeypatch.setenv("COMP_CWORD", "conv1_" if shell is FishComplete else "3")
    assert "conv1_2" in shell(main, {}, "cnncalc", "_CNNCALC_COMPLETE").complete()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documented_completion_scripts(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"_CNNCALC_COMPLETE={shell}_source cnncalc" in (ROOT / "docs/completion.md").read_text()
    monkeypatch.setattr(BashComplete, "_check_version", lambda _: None)
    monkeypatch.setenv("_CNNCALC_COMPLETE", f"{shell}_source")
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 0
    assert "_CNNCALC_COMPLETE" in capsys.readouterr().out
