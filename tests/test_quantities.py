"""Stated figures: which computed ones they stand for; and how computed ones are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.diagnostics import Problem, Source, Span
from cnncalc.language.quantities import (
    Quantity,
    compact,
    exact,
    lecture,
    mebibytes,
    megabytes,
    parse_budget,
    parse_quantity,
)


def stated(text: str, *, is_bytes: bool = False) -> Quantity:
    span = Span(Source("net.yaml", text), 1, 1, 1, len(text) + 1)
    return parse_quantity(text, span, is_bytes=is_bytes)


LIMITS = [
    # a whole number is exact
    ("60_192_808", 60_192_808, 60_192_808),
    ("1000", 1000, 1000),
    ("0", 0, 0),
    # a rounded one stands for all that round to it, up
    ("138M", 137_500_000, 138_499_999),
    ("11.51G", 11_505_000_000, 11_514_999_999),
    ("35K", 34_500, 35_499),
    ("3.50K", 3_495, 3_504),
    ("1T", 500_000_000_000, 1_499_999_999_999),
    ("5e6", 4_500_000, 5_499_999),
    ("5.0e+6", 4_950_000, 5_049_999),
    ("1_000K", 999_500, 1_000_499),
    ("138 M", 137_500_000, 138_499_999),
    (".5M", 450_000, 549_999),
    ("64.", 64, 64),
    ("0M", 0, 499_999),
    # a band
    ("60.2M ±1%", 59_598_000, 60_802_000),
    ("60.2M+-1%", 59_598_000, 60_802_000),
    ("60.2M +/- 0.5 %", 59_899_000, 60_501_000),
    ("1000 ±2.5%", 975, 1025),
    ("3 ±100%", 0, 6),
    # bounds, where a suffix is exact
    ("<=5M", 0, 5_000_000),
    ("<= 5.5M", 0, 5_500_000),
    (">=2", 2, None),
    (">=1.5K", 1500, None),
    (">=0.5", 1, None),
    ("<=2.5", 0, 2),
]


@pytest.mark.parametrize(("text", "low", "high"), LIMITS)
def test_limits(text: str, low: int, high: int | None) -> None:
    quantity = stated(text)
    assert quantity.limits == (low, high)
    assert quantity.accepts(low)
    assert not quantity.accepts(low - 1)
    if high is not None:
        assert quantity.accepts(high)
        assert not quantity.accepts(high + 1)


BYTES = [
    ("553_430_176", 553_430_176, 553_430_176),
    ("553MB", 552_500_000, 553_499_999),
    ("4KB", 3_500, 4_499),
    ("1.0GB", 950_000_000, 1_049_999_999),
    ("2KiB", 1_536, 2_559),
    ("<=8GiB", 0, 8 * 2**30),
    ("1MiB ±50%", 2**19, 2**20 + 2**19),
]


@pytest.mark.parametrize(("text", "low", "high"), BYTES)
def test_bytes(text: str, low: int, high: int) -> None:
    assert stated(text, is_bytes=True).limits == (low, high)


# The lecture's figures (CS231n) and what they stand for: as often cut off as rounded.
PUBLISHED = [
    ("35K", 34_848, True),
    ("884K", 884_736, True),
    ("37M", 37_748_736, True),
    ("16M", 16_777_216, True),
    ("4M", 4_096_000, True),
    ("138M", 138_357_544, True),
    ("138M", 137_500_000, True),
    ("138M", 137_499_999, False),
    ("138M", 138_999_999, True),
    ("138M", 139_000_000, False),
    ("24M", 15_237_608, False),
    ("6.8M", 6_998_552, False),
    ("4096", 4_097, False),
    ("60.2M ±1%", 60_802_001, False),
    ("<=5M", 5_000_001, False),
    (">=5M", 5_000_001, True),
]


@pytest.mark.parametrize(("text", "computed", "agrees"), PUBLISHED)
def test_published(text: str, computed: int, agrees: bool) -> None:
    assert stated(text).agrees_published(computed) is agrees


REFUSALS = [
    ("", "malformed-quantity", ""),
    ("about 450", "malformed-quantity", ""),
    ("-5", "malformed-quantity", ""),
    ("60,192,808", "malformed-quantity", "60_192_808"),
    ("60 192 808", "malformed-quantity", "60_192_808"),
    ("007", "malformed-quantity", ""),
    ("1__0", "malformed-quantity", ""),
    ("5%", "malformed-quantity", ""),
    ("5M ±1M", "malformed-quantity", ""),
    ("5M ±150%", "malformed-quantity", ""),
    ("<=5M ±1%", "malformed-quantity", ""),
    ("1.5", "malformed-quantity", ""),
    ("1e-5", "malformed-quantity", ""),
    ("1e999", "malformed-quantity", ""),
    ("9" * 61, "malformed-quantity", ""),
    ("5M-6M", "malformed-quantity", ""),
    ("١", "malformed-quantity", ""),
    ("5B", "unknown-unit", "5G"),
    ("5k", "unknown-unit", "5K"),
    ("<=5mio", "unknown-unit", "<=5M"),
    ("5.1GMACs", "unknown-unit", "5.1G"),
    ("5MB", "unknown-unit", ""),
    ("5x", "unknown-unit", ""),
    ("<5M", "unknown-comparison", "<=5M"),
    (">5", "unknown-comparison", ">=5"),
    ("≤5M", "unknown-comparison", "<=5M"),
    ("==5M", "unknown-comparison", "5M"),
    ("!=5M", "unknown-comparison", ""),
    ("~5M", "unknown-comparison", ""),
]


@pytest.mark.parametrize(("text", "code", "fixed"), REFUSALS)
def test_refusal(text: str, code: str, fixed: str) -> None:
    """The code, and the fix (which can be read), where there is one."""
    with pytest.raises(Problem) as caught:
        stated(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert [fix.text for fix in diagnostic.fixes] == ([fixed] if fixed else [])
    if fixed:
        stated(fixed)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [("5M", ""), ("5kB", "5KB"), ("5gib", "5GiB"), ("5TB", ""), ("5B", "")],
)
def test_refusal_of_bytes(text: str, fixed: str) -> None:
    """`M` alone does not say whether 1000 or 1024 is meant."""
    with pytest.raises(Problem) as caught:
        stated(text, is_bytes=True)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "unknown-unit"
    assert [fix.text for fix in diagnostic.fixes] == ([fixed] if fixed else [])


def test_fix_keeps_quotes() -> None:
    """`>5` must be quoted in YAML, and so must its fix."""
    source = Source("net.yaml", 'params: ">5"')
    with pytest.raises(Problem) as caught:
        parse_quantity(">5", Span(source, 1, 9, 1, 13))
    (fix,) = caught.value.diagnostic.fixes
    assert fix.text == ">=5"
    assert fix.edits[0].text == '">=5"'


BUDGETS = [
    ("params<=5M", "params", (0, 5_000_000)),
    ("params >= 2M", "params", (2_000_000, None)),
    ("params=138M", "params", (137_500_000, 138_499_999)),
    ("params==1_000", "params", (1000, 1000)),
    ("params=60.2M±1%", "params", (59_598_000, 60_802_000)),
    ("layers.stage2/conv1.relu.params<=5", "layers.stage2/conv1.relu.params", (0, 5)),
    ("peak_activation_bytes<=1MiB", "peak_activation_bytes", (0, 2**20)),
]


@pytest.mark.parametrize(("text", "name", "limits"), BUDGETS)
def test_budget(text: str, name: str, limits: tuple[int, int | None]) -> None:
    found, quantity = parse_budget(text)
    assert (found, quantity.limits) == (name, limits)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("params", "malformed-quantity", 1),
        ("params 5M", "malformed-quantity", 1),
        ("params=", "malformed-quantity", 1),
        ("<=5M", "malformed-quantity", 1),
        ("params<5M", "unknown-comparison", 7),
        ("params = 5B", "unknown-unit", 10),
        ("params=-5", "malformed-quantity", 8),
    ],
)
def test_refused_budget(text: str, code: str, column: int) -> None:
    with pytest.raises(Problem) as caught:
        parse_budget(text)
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.path, diagnostic.column) == (code, "--expect", column)


WORDS = [
    ("<=5M", "at most 5,000,000", 6_000_000, "1,000,000 more (20 %)"),
    (">=5M", "at least 5,000,000", 4_999_999, "1 fewer (under 0.001 %)"),
    ("60.2M ±1%", "60.2M ± 1 %", 61_000_000, "800,000 more (1.3 %)"),
    ("138M", "138M", 137_000_000, "1,000,000 fewer (0.72 %)"),
    ("1_000", "1,000", 3_000, "2,000 more (200 %)"),
    ("0", "0", 3, "3 more"),
    ("7", "7", 7, "equal"),
]


@pytest.mark.parametrize(("text", "words", "computed", "difference"), WORDS)
def test_words(text: str, words: str, computed: int, difference: str) -> None:
    quantity = stated(text)
    assert quantity.text == text
    assert quantity.describe() == words
    assert quantity.difference(computed) == difference


SHOWN = [
    # number, exact, compact, as the lecture's notes
    (0, "0", "0", "0"),
    (999, "999", "999", "999"),
    (1_000, "1,000", "1K", "1000"),
    (4_096, "4,096", "4.1K", "4096"),
    (25_088, "25,088", "25.1K", "25K"),
    (100_352, "100,352", "100K", "100K"),
    (150_528, "150,528", "151K", "150K"),
    (401_408, "401,408", "401K", "400K"),
    (802_816, "802,816", "803K", "800K"),
    (999_499, "999,499", "999K", "1M"),
    (999_500, "999,500", "1M", "1M"),
    (1_605_632, "1,605,632", "1.61M", "1.6M"),
    (3_211_264, "3,211,264", "3.21M", "3.2M"),
    (15_237_608, "15,237,608", "15.2M", "15M"),
    (138_357_544, "138,357,544", "138M", "140M"),
    (15_470_264_320, "15,470,264,320", "15.5G", "15G"),
    (2 * 10**15, "2,000,000,000,000,000", "2000T", "2000T"),
]


@pytest.mark.parametrize(("number", "digits", "short", "note"), SHOWN)
def test_shown(number: int, digits: str, short: str, note: str) -> None:
    """The notes' column is from the VGG-16 listing of CS231n."""
    assert (exact(number), compact(number), lecture(number)) == (digits, short, note)


MEMORY = [
    (0, "0 bytes", "0 bytes"),
    (1, "1 byte", "1 byte"),
    (512, "512 bytes", "512 bytes"),
    (1_000, "1.0 KB", "1000 bytes"),
    (3_136, "3.1 KB", "3.1 KiB"),
    (12_845_056, "12.8 MB", "12.2 MiB"),
    (60_950_432, "61.0 MB", "58.1 MiB"),
    (999_949_999, "999.9 MB", "953.6 MiB"),
    (999_950_000, "1.00 GB", "953.6 MiB"),
    (2_220_000_000, "2.22 GB", "2.07 GiB"),
    (1_500_000_000_000, "1,500.00 GB", "1,396.98 GiB"),
]


@pytest.mark.parametrize(("number", "decimal", "binary"), MEMORY)
def test_memory(number: int, decimal: str, binary: str) -> None:
    assert (megabytes(number), mebibytes(number)) == (decimal, binary)


@given(st.text() | st.text("0123456789._KMGTiBe+-±%<=> ", max_size=12), st.booleans())
def test_any_text(text: str, is_bytes: bool) -> None:
    """Any text is a quantity that accepts something, or a problem."""
    try:
        quantity = stated(text, is_bytes=is_bytes)
    except Problem:
        return
    low, high = quantity.limits
    assert quantity.accepts(low)
    assert quantity.agrees_published(low)
    assert high is None or low <= high
    assert quantity.describe()
    assert quantity.difference(low + 1)


@given(st.text() | st.text("params.=<>!0123456789M ", max_size=12))
def test_any_budget(text: str) -> None:
    try:
        name, _ = parse_budget(text)
    except Problem:
        return
    assert name


@given(st.integers(0, 10**15))
def test_what_is_shown_is_accepted(number: int) -> None:
    """A computed figure, shown and stated again, is the same figure."""
    assert stated(compact(number)).accepts(number)
    assert stated(f"{number:_}").limits == (number, number)
