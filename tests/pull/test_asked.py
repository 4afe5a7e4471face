"""What a comment asks for: commands, and which check is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import AnswerSpec, Text
from autograder.pull.asked import Asked, Candidate, meant, parse


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/regrade", Asked("regrade", "")),
        ("/Regrade  \r\n", Asked("regrade", "")),
        ("  /HINT   daily   revenue ", Asked("hint", "daily revenue")),
        ("/ hint x", Asked("hint", "x")),
        ("/appeal 점수가\n이상해요", Asked("appeal", "점수가", "이상해요")),
        ("/lgtm", Asked("lgtm", "")),
        ("/힌트 매출", Asked("힌트", "매출")),
        ("\ufeff/hint", Asked("hint", "")),
        ("", None),
        ("hint", None),
        ("please /hint", None),
        ("hello\n/hint x", None),
        ("\n/hint x", None),
        ("> /hint x", None),
        ("`/hint x`", None),
        ("```\n/hint x\n```", None),
        ("    /hint x", None),
        ("\t/hint x", None),
        ("/usr/bin/java is missing", None),
        ("/", None),
        ("//hint", None),
        ("/1", None),
        ("<!-- -->/hint", None),
    ],
)
def test_parse(body: str, expected: Asked | None) -> None:
    assert parse(body) == expected


def test_an_appeal_may_have_several_lines_and_has_an_end() -> None:
    found = parse("/appeal one\ntwo\n\nthree")
    assert found
    assert found.text == "one\ntwo\n\nthree"
    endless = parse("/appeal " + "x" * 100_000)
    assert endless
    assert len(endless.text) == 3000


@given(st.text(max_size=300))
def test_parse_never_fails(body: str) -> None:
    found = parse(body)
    assert found is None or found.name == found.name.lower()
    found = parse("/hint " + body)
    assert found is None or found.name == "hint"


def spec(name: str, ko: str = "", en: str = "") -> AnswerSpec:
    return AnswerSpec(name, "scalar", 1.0, title=Text(ko, en) if ko else None)


DAILY = Candidate("w1d3-joins", spec("daily_revenue", "하루 매출", "Daily revenue"))
PLOT = Candidate("w1d3-joins", spec("revenue_plot", "하루 매출 그래프", "Plot of daily revenue"))
WEEKLY = Candidate("w1d3-joins", spec("weekly_top", "주간 인기 게임", "Top games of each week"))
COUNT = Candidate("w1d3-joins", spec("row_count"))
OTHER = Candidate("w1d2-dataframe", spec("row_count"))
ALL = [DAILY, PLOT, WEEKLY, COUNT, OTHER]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("daily_revenue", [DAILY]),
        ("Daily Revenue", [DAILY]),
        ("`daily_revenue`", [DAILY]),
        ("하루 매출", [DAILY]),
        ("하루매출", [DAILY]),
        ("주간 인기게임", [WEEKLY]),
        ("weekly-top", [WEEKLY]),
        ("weekly_tpo", [WEEKLY]),
        ("top games", [WEEKLY]),
        ("daily_revenu", [DAILY]),
        ("row_count", [COUNT, OTHER]),
        ("w1d2-dataframe row_count", [OTHER]),
        ("W1D3-joins Row Count", [COUNT]),
        ("something else entirely", []),
        ("", []),
        ("🎉", []),
    ],
)
def test_which_check_is_meant(words: str, expected: list[Candidate]) -> None:
    assert meant(words, ALL) == expected


def test_two_that_are_as_near_are_both_told() -> None:
    pair = [Candidate("a", spec("sales_krw_a")), Candidate("a", spec("sales_krw_b"))]
    assert meant("sales_krw", pair) == pair


@given(st.text(max_size=100))
def test_meant_never_fails(words: str) -> None:
    assert set(meant(words, ALL)) <= set(ALL)
    assert meant(words, []) == []
