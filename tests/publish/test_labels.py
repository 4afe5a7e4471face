"""Labels: which ones, and that those of people stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.publish.labels import Change, Result, diff, week

DONE = Result("w1d3-joins", "week1/day3", "passed")
HALF = Result("w2d1-dags", "week2/day1", "needs-work", late=True)
BROKEN = Result("w1d3-joins", "week1/day3")


@pytest.mark.parametrize(
    ("name", "lesson", "expected"),
    [
        ("w1d3-joins", "week1/day3", "week-1"),
        ("w1d3-joins", "", "week-1"),
        ("joins", "week12/day1", "week-12"),
        ("w07-challenge", "", "week-7"),
        ("warm-up", "", ""),
        ("joins", "weekend/day1", ""),
        ("", "", ""),
    ],
)
def test_week(name: str, lesson: str, expected: str) -> None:
    assert week(name, lesson) == expected


def test_a_first_try_then_a_pass() -> None:
    first = diff([], [HALF])
    assert first == Change(("late", "needs-work", "week-2"), ())
    later = Result("w2d1-dags", "week2/day1", "passed")
    assert diff(first.add, [later]) == Change(("passed",), ("late", "needs-work"))


def test_all_have_to_pass() -> None:
    assert diff([], [DONE, HALF]).add == ("late", "needs-work", "week-1", "week-2")


def test_a_fault_of_ours_leaves_the_verdict() -> None:
    assert diff(["passed", "week-1"], [BROKEN]) == Change()
    assert diff(["passed", "week-2", "late"], [BROKEN]) == Change(("week-1",), ("week-2",))
    assert diff(["passed", "week-1"], []) == Change()


NAMES = st.lists(
    st.sampled_from(["week-1", "week-2", "passed", "needs-work", "late", "mine", "week-one"]),
    unique=True,
)
RESULTS = st.lists(st.sampled_from([DONE, HALF, BROKEN]), max_size=3)


@given(NAMES, RESULTS)
def test_done_once_there_is_nothing_more_to_do(have: list[str], results: list[Result]) -> None:
    change = diff(have, results)
    after = (set(have) - set(change.remove)) | set(change.add)
    assert diff(after, results) == Change()
    assert {"mine", "week-one"} & set(have) == {"mine", "week-one"} & after
    assert not {"passed", "needs-work"} <= after or not any(each.verdict for each in results)
