"""What a month will cost, and the one day on which to warn."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cloud.forecast import (
    LEVELS,
    first_needed,
    level,
    outlook,
    settled_on,
    warning,
)

NOVEMBER = date(2026, 11, 1)


def days(first: date, *amounts: str | int) -> dict[date, Decimal]:
    return {first + timedelta(days=n): Decimal(amount) for n, amount in enumerate(amounts)}


def test_a_quiet_month_goes_on_as_it_is() -> None:
    seen = outlook(days(NOVEMBER, *["0.50"] * 10), date(2026, 11, 10))
    assert (seen.spent, seen.rate, seen.left) == (Decimal("5.00"), Decimal("0.50"), 20)
    assert seen.forecast == 15


def test_one_odd_day_is_counted_once_and_not_continued() -> None:
    seen = outlook(days(NOVEMBER, 1, 1, 1, 1, 90, 1, 1), date(2026, 11, 7))
    assert (seen.spent, seen.rate, seen.forecast) == (96, 1, 96 + 23)


def test_what_was_left_running_is_seen_on_its_second_day() -> None:
    spending = days(NOVEMBER, 1, 1, 1, 1, 1, 50, 50)
    assert outlook(spending, date(2026, 11, 6)).rate == 1
    assert outlook(spending, date(2026, 11, 7)).rate == 50


def test_the_last_month_tells_the_rate_of_the_first_days() -> None:
    seen = outlook(days(date(2026, 10, 20), *[2] * 13), NOVEMBER)
    assert (seen.spent, seen.forecast) == (2, 60)


def test_money_given_back_makes_no_forecast_of_more() -> None:
    seen = outlook(days(NOVEMBER, *["-3"] * 10), date(2026, 11, 10))
    assert (seen.spent, seen.rate, seen.forecast) == (-30, 0, -30)


@pytest.mark.parametrize(("month", "left"), [(date(2028, 2, 1), 28), (date(2026, 12, 31), 0)])
def test_months_have_their_own_length(month: date, left: int) -> None:
    assert outlook({}, month).left == left


def test_the_last_days_are_not_settled() -> None:
    assert settled_on(date(2026, 11, 1)) == date(2026, 10, 30)
    assert first_needed(date(2026, 11, 20)) == date(2026, 10, 26)


@pytest.mark.parametrize(
    ("amount", "reached"), [("0.1", "none"), ("0.79", "none"), ("0.8", "near"), ("1", "over")]
)
def test_levels(amount: str, reached: str) -> None:
    seen = outlook(days(NOVEMBER, *[amount] * 10), date(2026, 11, 10))
    assert level(seen, Decimal(30)) == reached
    assert level(seen, Decimal(amount) * 10) == "spent"


def warned(spending: dict[date, Decimal], budget: int) -> list[str]:
    """What is warned of on each day of November."""
    return [
        warning(spending, NOVEMBER + timedelta(days=number), Decimal(budget))
        for number in range(30)
    ]


def test_each_level_is_told_once_although_the_forecast_wavers() -> None:
    amounts = [
        1,
        1,
        1,
        3,
        3,
        3,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        3,
        3,
        3,
        0,
        0,
        0,
        0,
        0,
        0,
        5,
        5,
        5,
        5,
        5,
        5,
        5,
        5,
    ]
    told = [each for each in warned(days(NOVEMBER, *amounts), 50) if each != "none"]
    assert told == ["over", "spent"]


def test_a_quiet_month_is_never_told() -> None:
    assert set(warned(days(NOVEMBER, *[1] * 30), 100)) == {"none"}


AMOUNTS = st.decimals(min_value=-5, max_value=20, places=2)


@given(st.lists(AMOUNTS, min_size=37, max_size=37), st.integers(1, 400))
def test_warnings_only_ever_rise_and_none_is_missed(amounts: list[Decimal], budget: int) -> None:
    spending = {
        NOVEMBER + timedelta(days=number - 7): amount for number, amount in enumerate(amounts)
    }
    told = [LEVELS.index(each) for each in warned(spending, budget) if each != "none"]
    assert all(before < after for before, after in pairwise(told))
    reached = [
        LEVELS.index(level(outlook(spending, NOVEMBER + timedelta(days=n)), Decimal(budget)))
        for n in range(30)
    ]
    assert max(reached) == max(told, default=0)


@given(st.lists(AMOUNTS, min_size=30, max_size=30))
def test_at_its_end_a_month_costs_what_it_cost(amounts: list[Decimal]) -> None:
    seen = outlook(days(NOVEMBER, *map(str, amounts)), date(2026, 11, 30))
    assert seen.forecast == seen.spent == sum(amounts)
