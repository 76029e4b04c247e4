"""What a text with errors is taken for: what must not be mistaken, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

import cnncalc

TEXT = "input: 32x32x3\nlayers:\n  - conv: [16, 3]\n"

UNTOUCHED = [
    # free texts, comments and quoted texts may have any character
    ("name: A – B\n# “quoted” – ok\n" + TEXT + "  - rellu\n", ["unknown-kind"]),
    ("description: |\n  ```\n  <<<<<<< x\n  –\n" + TEXT + "  - rellu\n", ["unknown-kind"]),
    ("description: from {{ where }}\n" + TEXT + "  - rellu\n", ["unknown-kind"]),
    (TEXT + "  - rellu  # {{ x }} – // y\n", ["unknown-kind"]),
    # the × of a shape is a legal one
    ("input: 32×32×3\nlayers:\n  - rellu\n", ["unknown-kind"]),
    # a division, a comparison, a default, and a list over several lines are what they are
    (TEXT + "  - conv: {filters: 16 // tow, kernel: 3}\n", ["unknown-name"]),
    (TEXT + "  - conv: {filters: 16, kernel: 3, if: 1 = 1}\n", ["foreign-operator"]),
    (
        "input: 8x8x3\nblocks:\n  unit(a, b=1):\n    - conv: [a, c]\nlayers: [unit: 1]\n",
        ["unknown-name"],
    ),
    (TEXT + "  - conv: {filters: 16,\n      kernal: 3,\n      stride: 1}\n", ["unknown-key"]),
    # `+` begins an expression, `-` a number
    (TEXT + "  - conv: {filters: +x, kernel: 3}\n", ["unknown-name"]),
    # a spec that has a key of another tool is a spec
    (TEXT + "backbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n", ["unknown-key"]),
]


@pytest.mark.parametrize(("text", "codes"), UNTOUCHED)
def test_what_is_right_is_not_taken_for_something_else(text: str, codes: list[str]) -> None:
    assert [d.code for d in cnncalc.loads(text).diagnostics] == codes


def test_a_correct_text_is_not_looked_at_twice() -> None:
    """Free texts with braces, dashes and fences harm nothing where there is no error."""
    text = "name: “{{ x }}” – y\ndescription: |\n  ```\n  @@ -1 +1 @@\n" + TEXT
    assert cnncalc.loads(text).diagnostics == []


GROWING: dict[str, Callable[[int], str]] = {
    "blanks": lambda n: "a: " + " " * n + "]",
    "holes": lambda n: "a: {{" + " " * n,
    "many holes": lambda n: "a: " + "{{ x " * n,
    "quotes": lambda n: "a: " + "\"x'y " * n,
    "indices": lambda n: "l: [" + "a[" * n,
    "variables": lambda n: "l: [" + "${" * n,
    "commas": lambda n: "- a " + ", " * n + "x",
    "slashes": lambda n: "- a " + "// " * n,
    "equals signs": lambda n: "- {" + "a=" * n,
    "free texts": lambda n: "l: {" + "name: " * n,
    "empty lines": lambda n: "\n" * n + "]",
    "dashes": lambda n: "layers:\n" + "–x: 1\n" * n,
    "a long number": lambda n: "e: {a: 1" + ",222" * n + "}",
}


@pytest.mark.parametrize("name", GROWING)
def test_a_text_of_double_size_takes_double_the_time(name: str) -> None:
    def seconds(size: int) -> float:
        text, start = GROWING[name](size), process_time()
        assert cnncalc.loads(text).problems
        return process_time() - start

    least = min(seconds(10_000) for _ in range(2))
    assert min(seconds(20_000) for _ in range(2)) <= 2.5 * least + 0.2
