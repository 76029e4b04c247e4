"""Writes tests/constraints.txt, the newest version of everything that development needs, and
tests/constraints-docs.txt, of what builds the documents.

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
DOCS = ROOT / "tests" / "constraints-docs.txt"
HEAD = "# Made by `python -m tests.constraints`: what development installs, the build included.\n"
DOCS_HEAD = "# Made by `python -m tests.constraints`: what builds the documents as a site.\n"
BESIDES = ["editables", "colorama"]
"""What the build back end asks for at an editable install, and what click needs on Windows."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def wanted() -> list[str]:
    """The requirements of development as pyproject.toml states them."""
    required, stated = project()["build-system"]["requires"], project()["project"]
    return [*required, *stated["dependencies"], *stated["optional-dependencies"]["dev"]]


def wanted_by_docs() -> list[str]:
    """The requirements of the documents' site."""
    requirements: list[str] = project()["project"]["optional-dependencies"]["docs"]
    return requirements


def newest(requirements: list[str]) -> list[str]:
    """`name==version` of these and of all that they need, as pip would install them now."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    resolve = ["--dry-run", "--ignore-installed", "--report", "-", *requirements]
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
    for file, head, requirements in (
        (FILE, HEAD, [*wanted(), *BESIDES]),
        (DOCS, DOCS_HEAD, wanted_by_docs()),
    ):
        file.write_text(head + "".join(f"{line}\n" for line in newest(requirements)), "utf-8")


if __name__ == "__main__":
    main()
