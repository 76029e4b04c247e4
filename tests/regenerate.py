"""Writes everything that is derived from the code, and says what changed.

    python -m tests.regenerate [WORD …]        only files whose path has one of these words

Derived are the schema, the expected outputs of `bad_specs/`, the golden files, docs/kinds.md, the
table of docs/memory.md, and what the commands in README.md and docs/ print. test_regenerate.py
fails where one of them is out of date. What is measured (`truth/`, docs/performance.md) or
resolved (constraints.txt) is not derived.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import cnncalc
from cnncalc.layers import KINDS
from cnncalc.render import FORMATS, View, render
from cnncalc.render.explain import explain
from cnncalc.render.kinds import render as render_kinds
from cnncalc.report.report import Report
from cnncalc.schema import schema_text
from tests import console, memory_table
from tests.commands import run

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
GOLDEN = TESTS / "golden"
BAD_SPECS = TESTS / "bad_specs"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = "python -m tests.regenerate"


class Derived(NamedTuple):
    """A file, and what makes its text."""

    path: Path
    make: Callable[[], str]

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def committed(self) -> str | None:
        """The text of the file, line ends as they are; None without a file."""
        if not self.path.exists():
            return None
        with self.path.open(encoding="utf-8", newline="") as file:
            return file.read()


def derived() -> Iterator[Derived]:
    """Every file that is derived; documents last, as they print the rest."""
    yield Derived(ROOT / "architectures" / "cnncalc.schema.json", schema_text)
    yield from expected_outputs()
    for name, make in golden_files():
        yield Derived(GOLDEN / name, make)
    for path in DOCUMENTS:
        yield Derived(path, partial(document, path))


# Expected outputs of tests/bad_specs.


def expected_outputs() -> Iterator[Derived]:
    """``NAME.expected``: all that `cnncalc check --strict NAME.yaml` prints."""
    for path in sorted(BAD_SPECS.glob("*.yaml")):
        if not path.name.endswith(".fixed.yaml"):
            yield Derived(path.with_suffix(".expected"), partial(checked, path.name))


def checked(name: str) -> str:
    with contextlib.chdir(BAD_SPECS):
        return run("check", "--strict", name, CNNCALC_OUTPUT_FORMAT="").output


# Golden files: every format of three nets, to the character.

ENDINGS = {"table": "txt", "notes": "notes", "markdown": "md", "latex": "tex", "yaml": "flat.yaml"}
NETS = ("alexnet", "vgg16", "graph")
TERMINALS = (60, 80, 100, 160)
PAGES = (("alexnet", "conv1"), ("alexnet", "dropout6"), ("graph", "unit5/residual1.shortcut"),
         ("graph", "again"), ("graph", "upsample1"), ("graph", "concat1"))  # fmt: skip


def golden_files() -> Iterator[tuple[str, Callable[[], str]]]:
    """Names and texts: in a pipe, on screens of 50 lines, with formulas; the pages of layers and
    of kinds. ``graph.yaml``, which has every construct, is the one that is written by hand.
    """
    for net in NETS:
        for form in FORMATS:
            yield f"{net}.{ENDINGS.get(form, form)}", partial(shown, net, form, View())
        for width in TERMINALS:
            yield f"{net}.{width}.txt", partial(shown, net, "table", View(width=width, height=50))
        yield f"{net}.formulas.txt", partial(shown, net, "table", View(formulas=True))
    for net, layer in PAGES:
        yield f"{net}.{layer.replace('/', '_')}.explain.txt", partial(explained, net, layer)
    for kind in (None, "conv", "maxpool", "concat"):
        name = f"kinds.{kind}.txt" if kind else "kinds.txt"
        yield name, partial(render_kinds, kind, View(width=90))


@cache
def report_of(net: str) -> Report:
    if net == "graph":
        return cnncalc.loads((GOLDEN / "graph.yaml").read_text("utf-8"), path="graph.yaml").report()
    return cnncalc.load(net).report()


def shown(net: str, form: str, view: View) -> str:
    return render(form, report_of(net), view)


def explained(net: str, layer: str) -> str:
    report = report_of(net)
    row = next(row for row in report.rows if row.name == layer)
    return explain(report, row, View(width=80))


# Documents.


def document(path: Path) -> str:
    """The document with its table and what its commands print."""
    text = kinds_page() if path.name == "kinds.md" else path.read_text("utf-8")
    if memory_table.TABLE.search(text):
        text = memory_table.TABLE.sub(
            lambda match: match[1] + memory_table.table() + match[3], text
        )
    with tempfile.TemporaryDirectory() as folder:
        return console.rewritten(text, Path(folder))


def kinds_page() -> str:
    """docs/kinds.md before its commands are run: one command for each kind, by family."""
    page = "# The layer kinds\n\nThe page of every kind, as `cnncalc kinds KIND` prints it.\n\n"
    page += example("cnncalc kinds")
    for family, kinds in groupby(KINDS.values(), key=lambda kind: kind.family):
        page += f"\n## {family.capitalize()}\n"
        page += "".join("\n" + example(f"cnncalc kinds {kind.kind}") for kind in kinds)
    return page


def example(command: str) -> str:
    return f"```console\n$ {command}\n```\n"


# The command.


def left_over() -> list[Path]:
    """Golden files and expected outputs that nothing makes any more."""
    made = {file.path for file in derived()} | {GOLDEN / "graph.yaml"}
    there = [*GOLDEN.iterdir(), *BAD_SPECS.glob("*.expected")]
    return [path for path in there if path not in made]


def main(words: list[str]) -> int:
    os.environ.pop("CNNCALC_OUTPUT_FORMAT", None)
    files = [f for f in derived() if not words or any(word in f.name for word in words)]
    changed = 0
    for file in files:
        before, text = file.committed(), file.make()
        if before != text:
            file.path.write_text(text, "utf-8", newline="")
            print(f"{'made' if before is None else 'changed':8} {file.name}")
            changed += 1
    for path in left_over() if not words else []:
        path.unlink()
        print(f"{'deleted':8} {path.relative_to(ROOT).as_posix()}")
        changed += 1
    what = f"{changed} changed: read `git diff`" if changed else "nothing changed"
    print(f"{len(files)} derived files, {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
