"""What a process may find around it: closed streams, a full disk, no folder, an archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipapp
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.commands import GOOD, process

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FULL = Path("/dev/full")
NEEDED = ("click", "rich", "yaml", "markdown_it", "mdurl", "pygments")


def shell(script: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """A script in which `cnncalc` is a command."""
    command = f"cnncalc() {{ '{sys.executable}' {' '.join(flags)} -m cnncalc \"$@\"; }}\n{script}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, check=False,
        text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
@pytest.mark.parametrize("command", ["cnncalc -", "cnncalc check -", "cnncalc memory -"])
def test_closed_standard_input(command: str, tmp_path: Path) -> None:
    done = shell(f"{command} <&-", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "cnncalc: cannot read -: standard input is closed\n"


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "check --help",
        "--version",
        "vgg16",
        "list",
        "rule alias",
        "schema",
        "check vgg16",
        "memory vgg16",
    ],
)
def test_full_disk(command: str, tmp_path: Path) -> None:
    done = shell(f"cnncalc {command} > {FULL}", tmp_path)
    assert done.returncode == 2
    assert done.stderr == "cnncalc: cannot write the output: No space left on device\n"


@pytest.mark.skipif(os.name == "nt", reason="no folder is deleted there that is in use")
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("vgg16", 0), ("check vgg16", 0), ("check vgg16 --format sarif", 0), ("list", 0),
        ("check .", 2), ("check x.yaml", 2), ("x.yaml", 2), ("check 'nets/*.yaml'", 2),
        ("check vgg16 --output x.json", 2), ("check {net}", 0), ("check {net} --format github", 0),
        ("check {child}", 0),
    ],
)  # fmt: skip
def test_deleted_working_directory(command: str, status: int, tmp_path: Path) -> None:
    net, child = tmp_path / "net.yaml", tmp_path / "child.yaml"
    net.write_text(GOOD)
    child.write_text("extends: net.yaml\n")
    command = command.format(net=net, child=child)
    done = shell(f"mkdir gone; cd gone; rmdir ../gone; cnncalc {command}", tmp_path)
    assert done.returncode == status, done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("command", ["rule alias", "check --help", "--help", "kinds conv", "kinds",
                                     "list lenet", "explain alexnet conv1", "schema"])  # fmt: skip
def test_without_docstrings(command: str, tmp_path: Path) -> None:
    """`python -OO` drops docstrings; the manual pages are read from the source then."""
    lean = shell(f"cnncalc {command}", tmp_path, "-OO")
    assert (lean.stdout, lean.stderr) == (shell(f"cnncalc {command}", tmp_path).stdout, "")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cnncalc and all that it needs in one file."""
    folder = tmp_path_factory.mktemp("zipapp")
    content, ignored = folder / "content", shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "cnncalc", content / "cnncalc", ignore=ignored)
    if not (content / "cnncalc/architectures").exists():
        shutil.copytree(ROOT / "architectures", content / "cnncalc/architectures")
    for name in NEEDED:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue  # an old rich parses Markdown with another library
        shutil.copytree(Path(spec.origin).parent, content / name, ignore=ignored)
    zipapp.create_archive(content, folder / "cnncalc.pyz", main="cnncalc.__main__:run")
    return folder / "cnncalc.pyz"


@pytest.mark.parametrize(
    "command",
    [
        "vgg16",
        "check vgg16 resnet50",
        "list lenet",
        "rule alias",
        "kinds conv",
        "check no_such_net",
        "check {child}",
    ],
)
def test_zipapp(command: str, archive: Path, tmp_path: Path) -> None:
    """`python -m zipapp`: nothing is beside the package but the archive."""
    child = tmp_path / "child.yaml"
    child.write_text("extends: lenet5\nname: Mine\n")
    args = command.format(child=child).split()
    done = subprocess.run(
        [sys.executable, "-I", "-S", archive, *args],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    here = process(*args, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout) == (here.returncode, here.stdout)
    assert done.stderr == here.stderr
