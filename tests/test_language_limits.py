"""Section 11 of the language: every limit has its own error, and what is just within passes."""

from __future__ import annotations

import pytest

from tests.language import mistakes, net, spec


def nested(levels: int) -> str:
    """A value as many lists deep as the file is then levels deep."""
    depth = levels - 4
    return spec(f"[conv: {{filters: 4, kernel: {'[' * depth}1{']' * depth}}}]")


def calls(deep: int) -> str:
    """A chain of so many calls, each inside the one before."""
    blocks = ", ".join(f"u_{n}: [u_{n + 1}]" for n in range(1, deep))
    return spec("[u_1]", blocks=f"{{{blocks}{', ' if blocks else ''}u_{deep}: [relu]}}")


def within(condition: str) -> str:
    """A net with this condition, which holds or not."""
    return spec(f"[relu: {{if: '{condition}'}}]", parameters="{n: 2}")


LIMITS = [
    ("expression: 200 characters", within("n" + " + 1" * 48 + " > 10_0"), None),
    ("expression: more", within("n" + " + 1" * 48 + " > 10_00"), "expression-too-long"),
    ("expression: 30 levels", within("(" * 29 + "n" + ")" * 29 + " > 0"), None),
    ("expression: more levels", within("(" * 31 + "n" + ")" * 31 + " > 0"), "expression-too-deep"),
    ("result: up to 1e15", within("n * 5 * 10 ** 14 > 0"), None),
    ("result: more", within("n * 5 * 10 ** 14 + 1 > 0"), "number-too-large"),
    ("exponent: 64", within("1 ** 64 > 0"), None),
    ("exponent: more", within("1 ** 65 > 0"), "number-too-large"),
    ("base: 1e6", within("1000000 ** n > 0"), None),
    ("base: more", within("1000001 ** n > 0"), "number-too-large"),
    ("repeat: 10 000", spec("[identity: {repeat: 10_000}]"), None),
    ("repeat: more", spec("[identity: {repeat: 10_001}]"), "too-many-repeats"),
    ("block calls: 32 deep", calls(32), None),
    ("block calls: more", calls(33), "calls-too-deep"),
    ("nesting: 40", nested(40), "wrong-type"),
    ("nesting: more", nested(41), "nested-too-deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [c[1:] for c in LIMITS], ids=[c[0] for c in LIMITS])
def test_limits(text: str, code: str | None) -> None:
    found = [mistake.partition(":")[0] for mistake in mistakes(text)]
    assert found == ([code] if code else [])


def rows_of(count: int) -> str:
    whole, rest = divmod(count, 10_000)
    return spec(
        f"[u: {{repeat: {whole}}}, relu: {{repeat: {rest}}}]",
        blocks="{u: [relu: {repeat: 10_000}]}",
    )


def test_200_000_rows() -> None:
    large = net(rows_of(200_000))
    assert large.problems == []
    assert len(large.network.nodes) == 200_000


def test_more_rows() -> None:
    """What is written so is not begun."""
    large = net(rows_of(200_001))
    assert [d.code for d in large.problems] == ["too-many-rows"]
    assert large.network.truncated
    assert large.network.nodes == []


def test_more_rows_than_the_text_tells() -> None:
    """The number of repetitions is known only where the block is called."""
    blocks = "{'u(n)': [relu: {repeat: n}], 'v(n)': [u: {n: n, repeat: 11}]}"
    large = net(spec("[v: {n: 10_000}, v: {n: 10_000}]", blocks=blocks))
    assert [d.code for d in large.problems] == ["too-many-rows"]
    assert large.network.truncated
    assert len(large.network.nodes) == 200_000


def test_1_000_000_steps() -> None:
    """Each call counts as a step, and so does each step that is skipped."""
    text = spec("[u: {repeat: 101}]", blocks="{u: [relu: {repeat: 10_000, if: false}]}")
    large = net(text)
    assert [d.code for d in large.problems] == ["too-many-steps"]
    assert large.network.truncated


def test_16_mib() -> None:
    text = spec("[relu]")
    text += "#" * (16 * 2**20 - len(text))
    assert net(text).problems == []
