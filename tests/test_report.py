"""The report: points that cannot be forged, JSON both ways, and words a member can act on."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from autograder.errors import GraderFailed, UsageError
from autograder.models import LANGUAGES, Check, Finding, Language, Provenance, Report, Timing
from autograder.report import (
    build_report,
    failed_report,
    from_json,
    invalid_report,
    to_json,
    to_markdown,
    to_terminal,
)
from autograder.text.catalogue import describe
from autograder.text.html import report_html

GOLDEN = Path(__file__).parent / "golden_reports"
TITLES = {
    "daily_revenue": ("날짜별 매출(원)", "Revenue by day (won)"),
    "top_games": ("주별 상위 게임", "Top games by week"),
    "parse_won": ("금액 글자를 숫자로", "Text of money to a number"),
    "total": ("전체 매출", "Total revenue"),
    "best_day": ("매출이 가장 높은 날", "The best day"),
    "plot": ("매출 그래프", "A chart of revenue"),
}
HINTS = {
    "daily_revenue": (
        "원화에는 환율이 없어요. 조인 방법을 다시 볼까요?",
        "Won has no exchange rate. Look at the kind of join again.",
    ),
    "top_games": (
        "주마다 순위를 매기려면 `Window.partitionBy` 를 써 보세요.",
        "To rank within each week, try `Window.partitionBy`.",
    ),
}
SCHEMA = ["day: date", "revenue: int"]


def check(
    name: str, language: Language, status: str, points: float, *findings: Finding, **more: Any
) -> Check:
    place = 0 if language == "ko" else 1
    visibility = more.pop("visibility", "hidden")
    message, _ = describe(findings, visibility, language)
    hint = HINTS.get(name, ("", ""))[place] if status != "pass" else ""
    earned = points if status == "pass" else 0.0
    return Check(
        name,
        TITLES[name][place],
        earned,
        points,
        status,
        visibility,
        message,
        hint,
        findings=findings,
        **more,
    )


def rich_report(language: Language) -> Report:
    examples = [{"key": ["2026-01-05"], "got": "1200000"}, {"key": ["2026-01-06"], "got": "980000"}]
    lower = {
        "column": "revenue",
        "count": 88,
        "total": 90,
        "key_columns": ["day"],
        "examples": examples,
    }
    checks = [
        check(
            "daily_revenue",
            language,
            "fail",
            3.0,
            Finding("frame.all_lower", {**lower, "expected": ["1520000", "1310000"]}, reveals=True),
            Finding(
                "info.asked", {"type": "frame", "columns": SCHEMA, "keys": ["day"], "order": "any"}
            ),
            Finding("info.arrived", {"type": "frame", "columns": SCHEMA, "rows": 90}),
            cell=6,
        ),
        check(
            "top_games",
            language,
            "fail",
            2.0,
            Finding("frame.near_column", {"column": "title", "got": "Title | @everyone <b>"}),
            Finding(
                "info.arrived",
                {"type": "frame", "columns": ["Title | @everyone <b>: string"], "rows": 9},
            ),
            visibility="public",
            cell=8,
        ),
        check(
            "parse_won",
            language,
            "fail",
            1.0,
            Finding(
                "calls.differs",
                {
                    "call": "(' 12000원 ')",
                    "got": "12",
                    "expected": "12000",
                    "failed": 1,
                    "total": 6,
                },
                reveals=True,
            ),
            visibility="public",
            cell=3,
        ),
        check("total", language, "pass", 2.0, visibility="public", cell=4),
        check(
            "best_day",
            language,
            "error",
            1.0,
            Finding(
                "answer.cell_failed",
                {
                    "name": "best_day",
                    "cell": 9,
                    "error_type": "NameError",
                    "error": "name 'dally' is not defined",
                },
            ),
            cell=9,
        ),
        check(
            "plot",
            language,
            "skipped",
            1.0,
            Finding("answer.skipped_because", {"name": "best_day"}),
        ),
    ]
    return build_report(
        "w1d3-joins",
        checks,
        max_score=10.0,
        language=language,
        timing=Timing(6.12, 0.41, 0.0),
        provenance=Provenance("ab" * 32, "cd" * 32, "games@0.01#4711", "0.1.0", "bwrap"),
    )


def graded(*checks: Check, max_score: float = 10.0) -> Report:
    return build_report("a", checks, max_score=max_score)


def simple(name: str, status: Any = "pass", points: float = 1.0, max_points: float = 1.0) -> Check:
    return Check(name, name, points, max_points, status, "public")


def test_only_passed_checks_give_points() -> None:
    statuses = ("pass", "fail", "error", "skipped")
    report = graded(*(simple(status, status) for status in statuses))
    assert report.score == 1.0
    assert [one.points for one in report.checks] == [1.0, 0.0, 0.0, 0.0]


def test_partial_points_of_a_passed_check() -> None:
    assert graded(simple("a", points=0.5)).score == 0.5


def test_thirds_add_up() -> None:
    assert (
        graded(
            *(simple(str(k), points=1 / 3, max_points=1 / 3) for k in range(3)), max_score=1.0
        ).score
        == 1.0
    )


def test_score_never_exceeds_the_maximum_of_the_assignment() -> None:
    assert (
        graded(simple("a", points=9, max_points=9), simple("b", points=9, max_points=9)).score
        == 10.0
    )


@pytest.mark.parametrize("points", [math.nan, math.inf, -1.0, 1.5])
def test_points_that_no_grader_gives(points: float) -> None:
    with pytest.raises(GraderFailed):
        graded(simple("a", points=points))


def test_two_checks_of_one_id() -> None:
    with pytest.raises(GraderFailed):
        graded(simple("a"), simple("a"))


def test_json_is_the_contract() -> None:
    text = to_json(rich_report("ko"))
    raw = json.loads(text)
    assert text.endswith("}\n")
    assert list(raw)[:6] == [
        "format_version",
        "assignment",
        "status",
        "score",
        "max_score",
        "checks",
    ]
    assert list(raw["checks"][0])[:9] == [
        "id",
        "title",
        "points",
        "max_points",
        "status",
        "visibility",
        "message",
        "hint",
        "cell",
    ]
    assert raw["timing"] == {"capture_s": 6.12, "grade_s": 0.41, "queue_s": 0.0}
    assert raw["provenance"]["data"] == "games@0.01#4711"
    assert (raw["score"], raw["max_score"]) == (2.0, 10.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_json_round_trip(language: Language) -> None:
    report = rich_report(language)
    assert from_json(to_json(report)) == report
    assert to_json(from_json(to_json(report))) == to_json(report)


def test_json_of_half_a_surrogate_pair_can_be_written() -> None:
    broken = replace(simple("a", "fail"), message="\ud800")
    assert (
        from_json(to_json(graded(broken)).encode("utf-8").decode("utf-8")).checks[0].message == "?"
    )


def test_hidden_findings_lose_the_answer_on_every_way_out() -> None:
    bare = rich_report("ko")
    secret = Finding("scalar.differs", {"got": "1", "expected": "S3CRET"}, reveals=True)
    leaky = replace(bare, checks=(replace(bare.checks[0], findings=(secret,)),))
    for said in (to_json(leaky), to_markdown(leaky), to_terminal(leaky).plain):
        assert "S3CRET" not in said
    assert "1520000" not in to_json(bare) + to_markdown(bare)
    public = replace(leaky, checks=(replace(leaky.checks[0], visibility="public", message=""),))
    assert "S3CRET" in to_json(public)
    assert "S3CRET" in to_markdown(public)


def mutations() -> dict[str, str]:
    raw = json.loads(to_json(rich_report("ko")))

    def put(path: list[Any], value: Any) -> str:
        copy = json.loads(json.dumps(raw))
        place = copy
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return json.dumps(copy)

    return {
        "empty": "",
        "not JSON": "{",
        "a list": "[]",
        "deep": "[" * 100_000,
        "huge number": '{"format_version": ' + "9" * 10_000 + "}",
        "NaN": put(["score"], math.nan),
        "infinite": '{"format_version": 1, "score": 1e999}',
        "other version": put(["format_version"], 2),
        "true for a version": put(["format_version"], True),
        "status": put(["status"], "perfect"),
        "status of a list": put(["status"], ["graded"]),
        "negative score": put(["score"], -1),
        "text for a score": put(["score"], "10"),
        "true for a score": put(["score"], True),
        "checks no list": put(["checks"], {}),
        "check no object": put(["checks", 0], 1),
        "cell": put(["checks", 0, "cell"], -1),
        "message": put(["checks", 0, "message"], None),
        "visibility": put(["checks", 0, "visibility"], "secret"),
        "findings": put(["checks", 0, "findings"], {}),
        "finding": put(["checks", 0, "findings", 0], "x"),
        "params": put(["checks", 0, "findings", 0, "params"], []),
        "timing": put(["timing"], []),
        "timing value": put(["timing", "grade_s"], "x"),
        "provenance": put(["provenance", "data"], 4),
        "language": put(["language"], "fr"),
    }


@pytest.mark.parametrize("name", mutations())
def test_a_bad_report_is_one_clear_line(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_json(mutations()[name])
    assert "report.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_markdown(language: Language) -> None:
    said = to_markdown(
        rich_report(language),
        path="submissions/haneul-example/w1d3-joins",
        lesson="https://example.org/week1/day3/",
    )
    assert said == (GOLDEN / f"rich.{language}.md").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_terminal(language: Language) -> None:
    said = to_terminal(rich_report(language), path="submissions/haneul-example/w1d3-joins").plain
    assert said == (GOLDEN / f"rich.{language}.txt").read_text("utf-8")


def test_told_in_the_other_language() -> None:
    said = to_markdown(rich_report("ko"), language="en")
    assert "A column name is slightly off" in said
    assert "Start here" in said
    assert "먼저 이것부터" not in said


def test_first_thing_to_fix_is_worth_most() -> None:
    checks = [
        simple("skipped", "skipped", 0, 9),
        simple("small", "fail", 0, 1),
        simple("large", "error", 0, 5),
        simple("equal", "fail", 0, 5),
    ]
    said = to_markdown(graded(*checks, max_score=20), language="en")
    assert said.index("**large**") < said.index("### Points")
    assert said.count("<details open>") == 1
    assert said.index("<b>large</b>") < said.index("<b>small</b>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_perfect_score_is_celebrated(language: Language) -> None:
    report = build_report("a", [simple("a")], max_score=1.0, language=language)
    assert "🎉" in to_markdown(report)
    assert "🎉" in to_terminal(report).plain
    assert "<details" not in to_markdown(report)
    assert "🎉" not in to_markdown(replace(report, checks=(simple("a", "fail", 0),)))


def test_a_members_own_check_never_says_that_everything_is_right() -> None:
    public = replace(simple("a"), visibility="public")
    report = build_report("a", [public], max_score=1.0, language="en")
    for said in (to_markdown(report, official=False), report_html(report)):
        assert "All public checks pass" in said
        assert "Everything is right" not in said
    assert "Everything is right" in to_markdown(report)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_statuses_in_plain_words(language: Language) -> None:
    said, _ = describe(
        [Finding("invalid.truncated", {"name": "notebook.ipynb"})], "public", language
    )
    invalid = invalid_report("a", said, max_score=10, language=language)
    broken = failed_report("a", "disk full", max_score=10, language=language)
    assert (invalid.status, invalid.score, broken.status, broken.score) == (
        "invalid",
        0.0,
        "infra_error",
        0.0,
    )
    for report in (invalid, broken):
        assert from_json(to_json(report)) == report
        for words in (to_markdown(report), to_terminal(report).plain):
            assert "/ 10" not in words
            assert report.message.split("`")[0] in words


def test_reports_stay_within_a_comment() -> None:
    many = [
        replace(simple(f"c{k}", "fail", 0), title="긴 제목 " * 50, message="x" * 5000)
        for k in range(500)
    ]
    report = graded(*many, max_score=500)
    said = to_markdown(report)
    assert len(said) <= 65_000
    assert "report.json" in said
    assert said.count("<details") == said.count("</details>")
    assert "./pioneers check" in said
    assert len(to_markdown(report, limit=2_000)) <= 2_000


RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        "@everyone",
        "</details>",
        "```\n# x",
        "| a |",
        "<img src=x onerror=y>",
        "[x](javascript:y)",
        "a\n\n# b",
        "#1",
        "$(rm)",
        "';ls",
    ]
)
ODD = st.recursive(
    HOSTILE | st.none() | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "got"]), inner, max_size=2)
    ),
    max_leaves=6,
)
PARAMS = [
    "column",
    "columns",
    "examples",
    "expected",
    "expected_columns",
    "key_columns",
    "count",
    "total",
    "type",
    "rows",
    "value",
    "got",
]
CODES = [
    "frame.values_differ",
    "frame.missing_rows",
    "info.arrived",
    "info.asked",
    "answer.cell_failed",
    "no.such",
]
FINDINGS = st.builds(
    Finding,
    st.sampled_from(CODES),
    st.dictionaries(st.sampled_from(PARAMS), ODD, max_size=8),
    st.booleans(),
)


@given(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    st.lists(FINDINGS, max_size=3),
    st.sampled_from(["public", "hidden"]),
    HOSTILE,
)
def test_hostile_words_neither_break_nor_escape(
    title: str, message: str, hint: str, findings: list[Finding], visibility: Any, path: str
) -> None:
    one = Check("a", title, 0.0, 1.0, "fail", visibility, message, hint, 3, tuple(findings))
    report = graded(one, max_score=1)
    said = to_markdown(report, path=path, lesson=path, language="en")
    page = RENDER.render(said)
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert page.count("<details open>") == page.count("</details>") == page.count("<pre>") == 1
    assert page.count("<h1") == 0
    # Nobody is mentioned inside a code block, so its paths can stay as they are.
    assert "@everyone" not in re.sub(r"(?s)<pre>.*</pre>", "", page)
    shown = to_terminal(report, path=path).plain
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert from_json(to_json(report)).checks[0].id == "a"


def test_terminal_has_no_colour_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Console().print(to_terminal(rich_report("en")))
    assert "\x1b[" not in capsys.readouterr().out
