"""The digest: everybody once, nobody mentioned, never longer than a message may be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import Language
from autograder.publish.digest import Entry, write

SINCE = datetime(2026, 6, 3, 21, 0, tzinfo=UTC)


def entry(name: str, score: float = 10, title: str = "Joins", **more: int) -> Entry:
    return Entry(name, title, score, 10, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_quiet_day_is_told_kindly(language: Language) -> None:
    told = write([], since=SINCE, language=language)
    assert "2026-06-03 21:00" in told
    assert len(told.splitlines()) == 1


def test_solved_ones_first_then_by_name_and_no_ranks() -> None:
    told = write(
        [entry("Sora", 4), entry("Bada", 2, late=1, attempts=3), entry("Haneul"), entry("Aram")],
        since=SINCE, language="en",
    )  # fmt: skip
    assert told.splitlines() == [
        "📮 Since 2026-06-03 21:00: members who handed in: 4, solved completely: 2",
        "",
        "**Joins**",
        "✅ Aram 10/10",
        "✅ Haneul 10/10",
        "📝 Bada 2/10 · attempt 3 · late",
        "📝 Sora 4/10",
    ]


NAMES = st.text(
    st.sampled_from("@everyone<#12>`*_[](http://a.b)~|\n\\한글:"), min_size=1, max_size=40
)


@given(NAMES, NAMES)
def test_names_are_only_names(name: str, title: str) -> None:
    told = write([entry(name, title=title)], since=SINCE, language="en")
    for line in told.splitlines()[1:]:
        body = line.removeprefix("✅ ").removeprefix("📝 ")
        inner = re.sub(r"^\*\*|\*\*$", "", body)
        assert not re.search(r"[@#](?!\u200b)", inner)
        assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|<>\[\]]", inner)
        assert "://" not in inner


@given(st.integers(0, 400), st.integers(200, 2000))
def test_it_fits_and_says_how_many_are_left_out(count: int, limit: int) -> None:
    entries = [entry(f"member-{number}") for number in range(count)]
    told = write(entries, since=SINCE + timedelta(days=1), language="ko", limit=limit)
    assert len(told) <= limit
    shown = told.count("✅ ")
    rest = re.search(r"그리고 ([\d,]+)개 더", told)
    assert shown + (int(rest[1].replace(",", "")) if rest else 0) == count
