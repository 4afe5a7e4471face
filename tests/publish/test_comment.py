"""The comment's text: what a member reads, what stays hidden, and what hostile words cannot do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.models import LANGUAGES, Check, Finding, Language, Report
from autograder.publish.comment import (
    LIMIT,
    MARKER,
    State,
    address,
    moment,
    state_of,
    to_comment,
    with_notice,
)
from autograder.publish.page import FAULT, Attempt, Page, Section, Sentence, mood
from autograder.report import build_report, failed_report, invalid_report

AT = datetime(2026, 6, 3, 14, 10, tzinfo=UTC)
COMMIT = "c0ffee" + "0" * 34
RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
ABSENT = Sentence("pull.outcome.unknown_near", {"assignment": "w1d3-jions", "nearest": "w1d3"})


def check(name: str, status: str, points: float = 1.0, message: str = "") -> Check:
    return Check(
        name,
        f"Title of {name}",
        points if status == "pass" else 0.0,
        points,
        status,  # type: ignore[arg-type]
        "public",
        message or "What happened.",
    )


def report(*checks: Check, language: Language = "en", name: str = "w1d3-joins") -> Report:
    most = sum(each.max_points for each in checks)
    return build_report(name, checks, max_score=most, language=language)


HALF = report(check("one", "pass", 3), check("two", "fail", 7))
WHOLE = report(check("one", "pass", 3), check("two", "pass", 7))


def attempts(*scores: float) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(AT + timedelta(hours=n), f"{n:040x}", score, 10.0, current=n == len(scores) - 1)
        for n, score in enumerate(scores)
    )


def section(graded: Report | None = HALF, *scores: float, **more: object) -> Section:
    return Section(
        "w1d3-joins",
        "Joins",
        graded,
        attempts=attempts(*(scores or ([graded.score] if graded else []))),
        path="submissions/haneul-example/w1d3-joins",
        **more,  # type: ignore[arg-type]
    )


def page(*sections: Section, language: Language = "en", **more: object) -> Page:
    values = {"name": "Haneul", "commit": COMMIT, "order": 7, "moment": AT, "zone": "Asia/Seoul"}
    return Page(language=language, sections=sections, **(values | more))  # type: ignore[arg-type]


def shown(text: str) -> str:
    """What a reader sees of some Markdown, without any tag."""
    return re.sub(r"<[^>]*>", "", RENDER.render(text))


# ---------------------------------------------------------------- what it says


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (page(section(WHOLE)), "perfect"),
        (page(section(HALF, 1, 3)), "up"),
        (page(section(HALF)), "first"),
        (page(section(HALF, 5, 3)), "again"),
        (page(section(HALF, 3, 3)), "again"),
        (page(section(invalid_report("w1d3-joins", "x", max_score=10))), "invalid"),
        (page(section(failed_report("w1d3-joins", "x", max_score=10))), "fault"),
        (page(section(None, answer=ABSENT)), "nothing"),
        (page(section(WHOLE), section(None, answer=ABSENT)), "first"),
        (page(refusals=(Sentence(FAULT),)), "fault"),
    ],
)
def test_the_greeting_is_the_best_news_that_is_true(made: Page, expected: str) -> None:
    assert mood(made) == expected
    assert "Haneul" in to_comment(made)


def test_score_and_change_come_first() -> None:
    text = to_comment(page(section(HALF, 1, 3)))
    assert "▲ 2 points" in text
    assert text.index("3 / 10") < text.index("Title of two")
    down = to_comment(page(section(HALF, 10, 3)))
    assert "▼ 7 points" in down
    assert "▲ 1 point**" in to_comment(page(section(HALF, 2, 3)))
    assert "same as last time" in to_comment(page(section(HALF, 3, 3)))
    assert "▲" not in to_comment(page(section(HALF)))


def test_a_single_assignment_has_no_heading_of_its_own_and_two_have() -> None:
    one, two = page(section()), page(section(), section(WHOLE))
    assert not re.search(r"^## ", to_comment(one), re.MULTILINE)
    assert len(re.findall(r"^## \*\*Joins\*\*", to_comment(two), re.MULTILINE)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_is_folded_newest_first_on_the_cohorts_clock(language: Language) -> None:
    tries = (
        Attempt(AT, "a" * 40, 1, 10),
        Attempt(AT, "b" * 40, 2.5, 10, trigger="regrade-9", late=True),
        Attempt(AT + timedelta(days=1), COMMIT, 3, 10, current=True),
    )
    made = page(replace(section(), attempts=tries), language=language)
    table = next(part for part in to_comment(made).split("<details>") if "2026-06-04 23:10" in part)
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert [re.findall(r"`(\w+)`", row)[0] for row in rows] == ["c0ffee0", "bbbbbbb", "aaaaaaa"]
    assert "**3 / 10**" in rows[0]
    assert "0.5" in rows[0]
    assert "2026-06-03 23:10" in rows[2]
    assert {"ko": "다시 채점, 늦음", "en": "graded again, late"}[language] in rows[1]


def test_long_histories_say_how_many_are_left_out() -> None:
    text = to_comment(page(section(HALF, *[float(n % 4) for n in range(50)])))
    assert "Older ones left out: 30." in text
    assert "| 1 |" not in text


def test_work_that_was_not_graded_is_told_in_plain_words() -> None:
    text = shown(to_comment(page(section(None, answer=ABSENT))))
    assert "There is no assignment called w1d3-jions" in text
    assert "w1d3" in text


def test_a_missing_value_or_an_unknown_sentence_breaks_nothing() -> None:
    for key in ("pull.outcome.early", "pull.refused.never_heard_of", "pull.outcome.late"):
        made = page(section(None, answer=Sentence(key)), refusals=(Sentence(key),))
        assert to_comment(made).startswith(MARKER)


def test_a_fault_of_ours_keeps_the_last_score_in_sight() -> None:
    broken = failed_report("w1d3-joins", "disk full", max_score=10, language="en")
    made = section(broken, 1.0, 4.0)
    made = replace(made, attempts=tuple(replace(each, current=False) for each in made.attempts))
    text = to_comment(page(made))
    assert "Your last score of 4 / 10 stays as it is" in text
    assert "**4" not in text


def test_a_score_that_differs_from_the_record_is_said() -> None:
    text = to_comment(page(section(recorded=2.0)))
    assert "already recorded with a score of 2" in text
    assert "already recorded" not in to_comment(page(section()))


def test_strangers_are_welcomed_and_asked_for_nothing() -> None:
    stranger = Sentence("pull.refused.unknown_author", {"author": "moru-example"})
    text = to_comment(page(refusals=(stranger,), stranger=True))
    assert "moru-example" in text
    assert "/hint" not in text
    assert "Graded commit" not in text


def test_refusals_are_named_below_the_score_and_at_most_ten() -> None:
    outside = Sentence(
        "pull.refused.outside", {"count": 1, "names": ["README.md"], "folder": "submissions/h/"}
    )
    text = to_comment(page(section(), refusals=(outside,) * 14))
    assert text.index("3 / 10") < text.index("`README.md`")
    assert text.count("`README.md`") == 10
    assert "(4)" in text


def test_links_are_links_only_if_they_are_addresses() -> None:
    good, bad = "https://example.org/a/1", "javascript:alert(1)"
    text = to_comment(page(section(), run_url=good, notebook_url=good + ")[x](http://evil"))
    assert text.count(f"({good})") == 1
    assert "evil" not in text
    assert address(bad) == address("https://a b") == address("https://x/" + "y" * 600) == ""
    assert address("http://127.0.0.1:8080/a?b=c#d") == "http://127.0.0.1:8080/a?b=c#d"


def test_how_to_run_it_again_is_folded() -> None:
    text = to_comment(page(section()))
    assert "./pioneers check submissions/haneul-example/w1d3-joins" in text
    assert text.index("<details>\n<summary>💻") < text.index("./pioneers check")


def test_a_moment_is_told_on_the_cohorts_clock() -> None:
    assert moment(AT, "Asia/Seoul") == "2026-06-03 23:10"
    assert moment(AT, "UTC") == "2026-06-03 14:10"


# ---------------------------------------------------------------- how long it is


def long_report(name: str, checks: int = 400) -> Report:
    many = [check(f"c{n}", "fail", 1, "A long message. " * 40) for n in range(checks)]
    return report(*many, name=name)


@pytest.mark.parametrize("count", [1, 2, 7, 50])
def test_over_long_reports_are_cut_with_a_pointer_and_never_fail(count: int) -> None:
    link = "https://example.org/run/1"
    long = long_report("w1d3-joins", max(40, 400 // count))
    sections = [replace(section(long), title=f"S{n}") for n in range(count)]
    text = to_comment(page(*sections, run_url=link))
    assert len(text) <= LIMIT
    assert text.count("<details") == text.count("</details>")
    assert f"[See the rest]({link})" in text
    assert text.rstrip().endswith("</sub>")
    assert all(f"**S{n}**" in text for n in range(count))


def test_one_long_section_does_not_eat_a_short_ones_room() -> None:
    text = to_comment(page(section(long_report("w1d3-joins")), section(HALF, 1, 3)))
    assert "./pioneers check" in text
    assert "▲ 2 points" in text
    assert len(text) > LIMIT * 0.8


def test_what_cannot_stand_at_all_is_counted() -> None:
    sections = [section(long_report("w1d3-joins", 40))] * 50
    text = to_comment(page(*sections), limit=20_000)
    assert len(text) <= 20_000
    left = re.search(r"Results of (\d+) more assignments", text)
    assert left
    assert int(left[1]) + text.count("## **Joins**") == 50


# ---------------------------------------------------------------- what is hidden in it


def test_the_state_is_read_back_from_its_own_line_only() -> None:
    text = to_comment(page(section()))
    assert text.startswith(MARKER + "\n")
    assert state_of(text) == State(7, COMMIT, 1)
    assert state_of(text.replace("\n", "\r\n")) == State(7, COMMIT, 1)
    line = str(State(99, COMMIT, 1))
    for other in ("", "hello", f"{line}\n{MARKER}", f"{MARKER}\n\n{line}", f"> {MARKER}\n{line}"):
        assert state_of(other) is None


def test_a_notice_keeps_what_was_there_and_comes_off_again() -> None:
    before = to_comment(page(section(HALF, 1, 3)))
    broken = page(order=8)
    once = with_notice(before, broken)
    assert state_of(once) == State(8, COMMIT, 1)
    assert "broke on our side" in once
    assert "▲ 2 points" in once
    assert with_notice(once, broken) == once
    assert with_notice(once, replace(broken, order=9)).count("broke on our side") == 1
    assert "broke on our side" not in to_comment(page(section()))


def test_a_notice_where_nothing_was_is_a_comment_of_its_own() -> None:
    first = with_notice("", page())
    assert "broke on our side" in first
    assert with_notice(first, page()) == first
    refused = page(refusals=(Sentence("pull.refused.closed_pull"),))
    assert with_notice("", refused) == to_comment(refused)


# ---------------------------------------------------------------- hostile words

PIECES = [
    *"ab`*_[]()<>|#@!~\\$&:/.-+=\n\r\t 1가\u202e\x1b\u200b\ud800",
    *("http://a.b", "www.a.b", "<img src=x>", "@everyone", "</details>", "```", "![x](y)"),
    *("-->", "<!--", MARKER, str(State(99, COMMIT, 1)), "\n\n", "</summary>", "</sub>", "~~~\n"),
    *("<!-- /pioneers:notice -->", "|---|", "\n# x", "\n> ", "&lt;script&gt;", "owner/name#12"),
]
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)

OK = "https://ok.example/"


class Outline(HTMLParser):
    """The structure of a page: its tags in order, its comments, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.comments: list[str] = []
        self.said: list[str] = []
        self.links: set[str] = set()
        self.in_code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}
        self.in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.tags.append("/" + tag)
        self.in_code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not self.in_code:  # where GitHub mentions nobody
            self.said.append(data)


def hostile_page(word: str) -> Page:
    broken = Check("c", word or "c", 0, 2, "fail", "public", word, word)
    shown_values = Finding(
        "frame.values_differ",
        {
            "column": word,
            "count": 1,
            "total": 2,
            "key_columns": [word],
            "examples": [{"key": [word], "got": word}],
        },
    )
    broken = replace(broken, findings=(shown_values,))
    graded = build_report("w1d3-joins", [broken], max_score=2, language="en", message=word)
    own = Section(word, word, graded, path=word, lesson=OK, answer=ABSENT, late=True)
    named = Sentence("pull.refused.outside", {"count": 1, "names": [word], "folder": word})
    strange = Section(word, answer=Sentence("pull.outcome.unknown", {"assignment": word}))
    return page(own, strange, name=word, refusals=(named,), run_url=OK)


def outline(text: str) -> Outline:
    return Outline(RENDER.render(text))


@settings(max_examples=300)
@given(HOSTILE)
def test_members_words_change_nothing_but_words(word: str) -> None:
    text = to_comment(hostile_page(word))
    plain = outline(to_comment(hostile_page("plain")))
    seen = outline(text)
    # The lesson and titles may come as code or not; everything that builds the page stays.
    building = [
        "details",
        "summary",
        "table",
        "tr",
        "th",
        "td",
        "h2",
        "h3",
        "h4",
        "hr",
        "blockquote",
    ]
    keep = {*building, *("/" + tag for tag in building)}
    assert [t for t in seen.tags if t in keep] == [t for t in plain.tags if t in keep]
    assert set(seen.tags) - set(plain.tags) <= {"code", "/code"}
    assert len(seen.comments) == 2
    assert state_of(text) == State(7, COMMIT, 2)
    assert not re.search(r"@\w", "".join(seen.said))
    # In a summary, which is HTML, GitHub makes no links of bare addresses.
    prose = re.sub(r"<summary>.*?</summary>", "", RENDER.render(text))
    assert not re.search(r"://|www\.\w", "".join(Outline(prose).said))
    assert seen.links <= {OK}
    assert "\ud800" not in text


@settings(max_examples=150)
@given(HOSTILE)
def test_a_notice_over_hostile_words_takes_off_only_itself(word: str) -> None:
    before = to_comment(hostile_page(word))
    once = with_notice(before, page(order=8))
    rest = before.split("\n", 2)[2].strip()
    assert once.rstrip().endswith(rest)
    assert with_notice(once, page(order=8)) == once
