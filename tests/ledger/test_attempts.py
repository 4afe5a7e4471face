"""Which grade counts: the last of the same work, the best of different ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.ledger.attempts import attempts, best, grades, hints_taken, latest, same_work
from autograder.ledger.reading import arrival
from autograder.ledger.record import Record

Make = Callable[..., Record]


@pytest.fixture
def works(grade: Make) -> list[Record]:
    """Three works: 6 points, 9 points, 4 points late."""
    return [
        grade(6, commit="1" * 40, minutes=1, order=1, work="one"),
        grade(9, commit="2" * 40, minutes=2, order=2, work="two"),
        grade(4, commit="3" * 40, minutes=3, order=3, work="three", late=True),
    ]


def test_the_best_work_counts_and_the_latest_is_known(works: list[Record]) -> None:
    counts = best(works)
    assert counts
    assert counts.grade == works[1]
    assert latest(works) == works[2]
    assert [attempt.grade for attempt in attempts(works)] == works


def test_nothing_graded_is_nothing(hint: Make) -> None:
    assert best([hint(1)]) is None
    assert latest([hint(1)]) is None
    assert attempts([hint(1)]) == grades([hint(1)]) == []


@pytest.mark.parametrize("score", [2.0, 10.0])
def test_a_regrade_replaces_the_grade_of_the_same_work(
    works: list[Record], grade: Make, score: float
) -> None:
    again = grade(
        score, commit="2" * 40, minutes=2, order=7, work="two", trigger="regrade-7", late=False
    )
    counts = best([again, *works])
    assert counts
    assert counts.grade.score == max(6.0, score)
    assert len(attempts([again, *works])) == 3
    assert latest([again, *works]) == again


def test_a_later_grade_in_a_second_pull_request_is_the_same_work(grade: Make) -> None:
    first = grade(6, commit="1" * 40, minutes=1, order=1, work="one")
    moved = grade(7, commit="2" * 40, minutes=9, order=2, work="one", pull_request=6, late=True)
    (attempt,) = attempts([moved, first])
    assert attempt.grade == moved
    assert not attempt.late
    assert attempt.received_at == first.received_at


def test_without_a_hash_the_commit_tells_works_apart(grade: Make) -> None:
    first, again = grade(6, order=1), grade(5, order=2, trigger="regrade-2")
    other = grade(3, order=3, commit="b" * 40)
    assert [attempt.grade for attempt in attempts([other, first, again])] == [again, other]


def test_of_equal_scores_the_one_in_time_counts_then_the_first(grade: Make) -> None:
    late = grade(8, commit="1" * 40, minutes=0, work="one", late=True)
    timely = grade(8, commit="2" * 40, minutes=5, work="two")
    after = grade(8, commit="3" * 40, minutes=6, work="three")
    counts = best([after, late, timely])
    assert counts
    assert counts.grade == timely


def test_the_order_of_records_and_repeats_change_nothing(works: list[Record], grade: Make) -> None:
    records = [*works, grade(2, commit="2" * 40, order=2, work="two", trigger="regrade-1")]
    told = attempts(records), best(records), latest(records)
    shuffled = [*records, *records]
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert (attempts(shuffled), best(shuffled), latest(shuffled)) == told
        assert grades(shuffled) == grades(records)


def test_hints_are_counted_for_each_check_once_for_each_comment(hint: Make, grade: Make) -> None:
    records = [hint(1), hint(2), hint(2), hint(3, "top_games"), grade()]
    assert hints_taken(records, "daily_revenue") == 2
    assert hints_taken(records, "top_games") == 1
    assert hints_taken(records, "nothing") == 0


def test_the_same_work_is_found_by_its_hash_alone(works: list[Record]) -> None:
    assert same_work(works, "two") == [works[1]]
    assert same_work(works, "") == []


def test_of_two_comments_in_one_second_the_greater_number_is_the_later(hint: Make) -> None:
    asked = [
        replace(hint(number), received_at=hint(1).received_at) for number in (2, 9, 10, 11, 100)
    ]
    assert sorted(asked, key=arrival) == asked
