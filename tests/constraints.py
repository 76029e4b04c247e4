"""Writes tests/constraints.txt: the newest version of everything that development needs.

python -m tests.constraints             (with the lowest Python that pyproject.toml allows)
python -m tests.constraints --lowest    prints the lowest versions that it allows
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = ROOT / "tests" / "constraints.txt"
HEAD = "# Made by `python -m tests.constraints`: what development installs, the build included.\n"
BESIDES = ["editables", "colorama"]
"""What the build back end asks for at an editable install, and what click needs on Windows."""


def wanted() -> list[str]:
    """The requirements of development as pyproject.toml states them."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    of_project = project["project"]
    development = of_project["optional-dependencies"]["dev"]
    return [*project["build-system"]["requires"], *of_project["dependencies"], *development]


def newest() -> list[str]:
    """`name==version` of these and of all that they need, as pip would install them now."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    resolve = ["--dry-run", "--ignore-installed", "--report", "-", *wanted(), *BESIDES]
    done = subprocess.run([*pip, *resolve], stdout=subprocess.PIPE, check=True)
    found = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    return sorted((f"{item['name']}=={item['version']}" for item in found), key=str.lower)


def lowest() -> list[str]:
    """The lower bounds, as requirements: `click>=8.1` is `click==8.1`."""
    return [line.replace(">=", "==") for line in wanted() if ">=" in line]


def main() -> None:
    if "--lowest" in sys.argv[1:]:
        sys.stdout.write("".join(f"{line}\n" for line in lowest()))
        return
    FILE.write_text(HEAD + "".join(f"{line}\n" for line in newest()), encoding="utf-8")


if __name__ == "__main__":
    main()
