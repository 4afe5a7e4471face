"""Ranks: the same for any order of the records, shared by equals, decided by points alone."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from autograder.leaderboard import Standing, boards
from autograder.leaderboard.forms import to_json, to_page
from autograder.ledger.record import Origin, Record, event_record, grade_record
from autograder.models import Provenance, Report

LOGINS = ("haneul-example", "bada-example", "Sora-example", "nari-example")
IDS = ("w1d1-hello", "w1d3-joins", "w2d1-dag")
START = datetime(2026, 6, 4, tzinfo=UTC)


def graded(
    login: str, assignment: str, score: float, number: int, *, work: str = "", late: bool = False
) -> Record:
    """A grade whose number is the commit, the run and the minute at once."""
    origin = Origin(
        "cohort-example/study",
        1,
        login,
        f"{number:040x}",
        "push",
        START + timedelta(minutes=number),
        number,
    )
    report = Report(
        assignment, "graded", score, 10.0, provenance=Provenance(submission_sha256=work)
    )
    return grade_record(report, origin, late=late)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Record]:
    """Grades of a few members, with works graded again and equal scores among them."""
    count = draw(st.integers(0, 12))
    return [
        graded(
            draw(st.sampled_from(LOGINS)),
            draw(st.sampled_from(IDS)),
            draw(st.sampled_from([0.0, 0.1, 0.2, 3.5, 7.0, 10.0])),
            number,
            work=draw(st.sampled_from(["", "one", "two"])),
            late=draw(st.booleans()),
        )
        for number in range(count)
    ]


def total(records: list[Record], login: str) -> float:
    found = [each.score for each in boards(records)[0].standings if each.login == login]
    return found[0] if found else 0.0


@given(ledgers(), st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_matter(records: list[Record], chance: random.Random) -> None:
    told = boards(records)
    shuffled = [*records, *chance.sample(records, len(records) // 2)]
    chance.shuffle(shuffled)
    assert boards(shuffled) == told
    assert to_json(boards(shuffled)) == to_json(told)


@given(ledgers(), st.sampled_from(LOGINS), st.sampled_from(IDS), st.floats(0, 10))
def test_a_further_work_never_lowers(
    records: list[Record], login: str, assignment: str, score: float
) -> None:
    more = [*records, graded(login, assignment, score, 99, work="new")]
    assert total(more, login) >= total(records, login)
    for other in set(LOGINS) - {login}:
        assert total(more, other) == total(records, other)


@given(ledgers())
def test_points_alone_decide_ranks(records: list[Record]) -> None:
    for board in boards(records):
        for one in board.standings:
            ahead = sum(other.score > one.score for other in board.standings)
            assert one.rank == 1 + ahead
            assert one.score == round(math.fsum(each.score for each in one.results), 6)
            assert one.late == any(each.late for each in one.results)
        shown = [(standing.rank, standing.login.lower()) for standing in board.standings]
        assert shown == sorted(shown)


@given(ledgers())
def test_every_member_is_on_every_board_they_worked_for(records: list[Record]) -> None:
    first, *others = boards(records)
    assert {each.login for each in first.standings} == {record.login for record in records}
    assert [board.assignment for board in others] == sorted({r.assignment for r in records})
    for board in others:
        expected = {r.login for r in records if r.assignment == board.assignment}
        assert {each.login for each in board.standings} == expected


def test_ties_share_a_rank_and_the_next_is_skipped() -> None:
    records = [
        graded("sora-example", "w1d3-joins", 5.0, 1),
        graded("haneul-example", "w1d3-joins", 9.0, 2),
        graded("bada-example", "w1d3-joins", 9.0, 3),
    ]
    ranks = [(each.rank, each.login) for each in boards(records)[0].standings]
    assert ranks == [(1, "bada-example"), (1, "haneul-example"), (3, "sora-example")]


def test_tenths_that_add_up_to_the_same_are_a_tie() -> None:
    records = [graded("bada-example", id_, 0.1, n) for n, id_ in enumerate(IDS)]
    records.append(graded("haneul-example", IDS[0], 0.3, 9))
    assert [each.rank for each in boards(records)[0].standings] == [1, 1]


def test_a_login_in_another_case_is_the_same_member() -> None:
    records = [graded("Haneul-Example", IDS[0], 3, 1), graded("haneul-example", IDS[1], 4, 2)]
    (standing,) = boards(records)[0].standings
    assert (standing.login, standing.score) == ("haneul-example", 7.0)


def test_hints_and_appeals_are_not_graded() -> None:
    origin = Origin("o/r", 1, "bada-example", "a" * 40, "hint-1", START)
    (board,) = boards([event_record("hint", "w1d3-joins", "total", origin)])
    assert board.standings == ()


def test_the_board_is_written_as_data() -> None:
    made = json.loads(to_json(boards([graded("bada-example", IDS[1], 7, 1, late=True)])))
    assert made["format_version"] == 1
    assert [board["assignment"] for board in made["boards"]] == ["", IDS[1]]
    (line,) = made["boards"][0]["standings"]
    assert line["rank"] == 1
    assert line["results"] == [
        {
            "assignment": "w1d3-joins",
            "score": 7.0,
            "max_score": 10.0,
            "late": True,
            "attempts": 1,
            "received_at": "2026-06-04T00:01:00+00:00",
        }
    ]
    assert set(line) == set(Standing.__dataclass_fields__)


def test_the_page_shows_late_work_and_lets_no_name_out_of_its_cell() -> None:
    records = [
        graded("bada-example", IDS[1], 7, 1, late=True),
        graded("haneul-example", IDS[1], 9, 2),
    ]
    names = {"bada-example": "바다 | <img src=x> @everyone\n# hello"}
    page = to_page(boards(records), "en", names=names, titles={IDS[1]: "Joins *bold* <b>"})
    rows = [line for line in page.splitlines() if line.startswith("| 2 ")]
    assert len(rows) == 2
    for row in rows:
        assert row.replace("\\|", "").count("|") == 5
        assert "7 / 10 (late)" in row
        assert "<img" not in row
        assert "@everyone" not in row
    assert "<b>" not in page
    assert "*bold*" not in page.replace("\\*", "")
    assert [line[:3] for line in page.splitlines() if line.startswith("#")] == ["# L", "## ", "## "]


def test_an_empty_ledger_has_a_page_in_both_languages() -> None:
    assert "Nobody is here yet" in to_page(boards([]), "en")
    assert "아직 아무도 없어요" in to_page(boards([]), "ko")
