"""The stages: which imports which, and what a stage may not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
import cnncalc.report.report
from cnncalc.diagnostics import RULES
from cnncalc.layers import KINDS

PACKAGE = Path(cnncalc.__file__).parent

ORDER = (
    "diagnostics",
    "text",
    "layers",
    "language",
    "network",
    "report",
    "checks",
    "render",
    "schema",
    "api",
    "cli",
    "__main__",
)
"""The order of the stages: each imports from those before it."""

BACKWARDS = {
    ("report", "render"): "a report in a notebook finds its renderer through the object",
}
"""The exceptions, and why."""

USES_RICH = "cnncalc.render"
READS_YAML = {"cnncalc.text.parser"}


class Import(NamedTuple):
    """Module ``name`` imports module ``target``; ``lazily``: inside a function."""

    name: str
    target: str
    lazily: bool

    def __str__(self) -> str:
        return f"{self.name} imports {self.target}"


class Imports(ast.NodeVisitor):
    """The imports of a module, those for type checkers left out."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Import] = []
        self.depth = 0

    def visit_If(self, node: ast.If) -> None:
        for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for child in node.orelse if for_types else ast.iter_child_nodes(node):
            self.visit(child)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.found.append(Import(self.name, alias.name, self.depth > 0))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, f"{self.name}: imports are absolute"
        module = node.module or ""
        for alias in node.names:
            full = f"{module}.{alias.name}"
            if module == "cnncalc" and alias.name in cnncalc.__all__:  # by `__getattr__`
                module = cnncalc.HOMES.get(alias.name, "cnncalc.api")
            target = full if full in modules() else module
            self.found.append(Import(self.name, target, self.depth > 0))


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, parsed."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("cnncalc", *path.relative_to(PACKAGE).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imports() -> tuple[Import, ...]:
    found: list[Import] = []
    for name, tree in modules().items():
        visitor = Imports(name)
        visitor.visit(tree)
        found += visitor.found
    return tuple(found)


def stage_of(module: str) -> str:
    """`cnncalc.layers.fields` is of the stage `layers`; the package itself of none."""
    return module.partition(".")[2].partition(".")[0]


RANKS = {name: rank for rank, name in enumerate(ORDER)}


def test_every_stage_has_its_rank() -> None:
    assert {stage_of(name) for name in modules()} - {""} == set(RANKS)


def between_stages() -> Iterator[tuple[Import, str, str]]:
    for found in imports():
        here, there = stage_of(found.name), stage_of(found.target)
        if found.target.startswith("cnncalc.") and here and here != there:
            yield found, here, there


def test_imports_go_one_way() -> None:
    wrong = [
        str(found)
        for found, here, there in between_stages()
        if RANKS[there] > RANKS[here] and (here, there) not in BACKWARDS
    ]
    assert wrong == []


def test_exceptions_are_needed() -> None:
    assert set(BACKWARDS) <= {(here, there) for _, here, there in between_stages()}


def test_names_of_classes_stand_once() -> None:
    """Of those in the last stages of the computation, and of the findings."""
    classes = [
        (node.name, name)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    counts = Counter(name for name, _ in classes)
    mine = ("diagnostics", "report", "checks", "api")
    assert [
        f"{at}.{name}" for name, at in classes if counts[name] > 1 and stage_of(at) in mine
    ] == []


def test_a_layers_attributes_are_its_own() -> None:
    """No other stage looks into the dictionary of a layer, where a part may be missing."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if stage_of(name) not in ("layers", "network")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "vars"
    ]
    assert found == []


def test_diagnostics_imports_nothing_of_the_project() -> None:
    found = [i.target for i in imports() if i.name == "cnncalc.diagnostics"]
    assert [name for name in found if name.startswith("cnncalc")] == []


def test_no_circle_of_modules() -> None:
    """Lazy imports aside, the modules can be imported in some order."""
    waits = {name: set[str]() for name in modules()}
    for found in imports():
        if not found.lazily and found.target in waits and found.target != found.name:
            waits[found.name].add(found.target)
    while ready := {name for name, others in waits.items() if not others}:
        waits = {name: others - ready for name, others in waits.items() if name not in ready}
    assert waits == {}


def test_yaml_is_read_in_one_place() -> None:
    found = {i.name for i in imports() if i.target.split(".")[0] == "yaml"}
    assert found == READS_YAML


def test_rich_is_used_by_renderers_only_and_lazily() -> None:
    found = [i for i in imports() if i.target.split(".")[0] == "rich"]
    assert found
    assert [str(i) for i in found if not i.lazily or not i.name.startswith(USES_RICH)] == []


def test_click_is_for_the_command_line() -> None:
    found = {stage_of(i.name) for i in imports() if i.target.split(".")[0] == "click"}
    assert found == {"cli"}


@pytest.mark.parametrize("module", ["dataclasses", "attr", "pydantic", "numpy", "torch"])
def test_never_imported(module: str) -> None:
    """Importing dataclasses costs more than reading a net; see docs of the start-up."""
    assert [str(i) for i in imports() if i.target.split(".")[0] == module] == []


NOT_AT_START = (
    *("rich", "yaml", "dataclasses", "fractions", "decimal", "difflib", "textwrap", "json"),
    *("hypothesis", "cnncalc.render.table", "cnncalc.text.suggestions", "cnncalc.schema"),
)


def test_the_command_line_starts_light() -> None:
    """What the happy path may need later is imported then. (click itself imports inspect.)"""
    script = "import sys, click; before = set(sys.modules); import cnncalc.cli;"
    script += "print(*sorted(set(sys.modules) - before))"
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = shown.stdout.split()
    assert "cnncalc.cli" in loaded
    assert [name for name in NOT_AT_START if name in loaded] == []


def comparisons_with_a_kind(tree: ast.Module) -> Iterator[int]:
    """Lines that compare something with a kind's word: `== "conv"`, `in ("relu", "tanh")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            texts = [inner for side in (node.left, *node.comparators) for inner in ast.walk(side)]
        elif isinstance(node, ast.MatchValue):
            texts = [node.value]
        else:
            continue
        words = {text.value for text in texts if isinstance(text, ast.Constant)}
        if words & (KINDS.keys() - ALSO_WORDS):
            yield node.lineno


ALSO_WORDS = {"identity"}
"""Kinds that are also a residual's `shortcut`."""


def test_no_branch_on_a_layers_kind() -> None:
    """What a kind does is in its class, and nowhere else."""
    found = [
        f"{name}:{line}"
        for name, tree in modules().items()
        if stage_of(name) != "layers"
        for line in comparisons_with_a_kind(tree)
    ]
    assert found == []


def test_the_search_for_branches_finds_them() -> None:
    lines = [
        "if layer.kind == 'conv': pass",
        "if word in ('same', 'relu'): pass",
        "if 'relu' == word or word == 'same': pass",
        "if word == layer.kind: pass",
    ]
    assert list(comparisons_with_a_kind(ast.parse("\n".join(lines)))) == [1, 2, 3]


@pytest.mark.parametrize("name", modules())
def test_every_module_has_a_docstring(name: str) -> None:
    tree = modules()[name]
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}.{node.name} has no docstring"


def public_objects() -> Iterator[tuple[str, object]]:
    for name in cnncalc.__all__:
        thing = getattr(cnncalc, name)
        yield name, thing
        if isinstance(thing, type):
            for inner, value in vars(thing).items():
                if callable(value) and not inner.startswith("_"):
                    yield f"{name}.{inner}", value


@pytest.mark.parametrize(
    ("name", "thing"), list(public_objects()), ids=[n for n, _ in public_objects()]
)
def test_the_public_interface_is_documented(name: str, thing: object) -> None:
    assert thing.__doc__, name


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_its_page(code: str) -> None:
    assert RULES[code].page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_page(kind: str) -> None:
    assert KINDS[kind].__doc__


LONGEST_MODULE = 850
LONGEST_FUNCTION = 60


def test_no_module_and_no_function_is_too_long() -> None:
    """A file of some 250 lines, a function of some 25; the longest have their reasons."""
    long = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{name}.{node.name}: {length}")
        if tree.body and (tree.body[-1].end_lineno or 0) > LONGEST_MODULE:
            long.append(name)
    assert long == []
