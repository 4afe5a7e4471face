"""Whose work is graded, what is refused, and what the calendar says: pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cohort import Cohort, Member
from autograder.models import LANGUAGES
from autograder.pull import handover, scope
from autograder.pull.event import Account
from autograder.pull.handover import Refusal
from autograder.pull.scope import Place, Times
from autograder.text.catalogue import catalogue

SEOUL = ZoneInfo("Asia/Seoul")
HANEUL, BADA, SORA = (
    Member("haneul-example", id=11),
    Member("Bada-Example"),
    Member("sora-example", id=13),
)
COHORT = Cohort(members=(HANEUL, BADA, SORA), organisers=("Garam-Example",))
OWN = ("haneul-example",)


def codes(refusals: tuple[Refusal, ...]) -> list[str]:
    return [refusal.code for refusal in refusals]


@pytest.mark.parametrize(
    ("login", "number", "who"),
    [
        ("haneul-example", 11, HANEUL),
        ("HANEUL-Example", 11, HANEUL),
        ("haneul-renamed", 11, HANEUL),
        ("bada-example", 99, BADA),
        ("sora-example", 11, HANEUL),  # the number counts, whatever the login
    ],
)
def test_a_member_is_known_by_number_then_by_login(login: str, number: int, who: Member) -> None:
    assert scope.find_member(COHORT, Account(login, number)) == who


@pytest.mark.parametrize(
    ("login", "code"), [("haneul-example", "other_account"), ("nobody-example", "unknown_author")]
)
def test_a_login_that_was_given_up_opens_no_door(login: str, code: str) -> None:
    found = scope.find_member(COHORT, Account(login, 666))
    assert isinstance(found, Refusal)
    assert (found.code, found.params) == (code, {"author": login})


def test_who_may_ask_for_another_grade() -> None:
    author = Account("haneul-example", 11)
    assert scope.may_regrade(COHORT, author, Account("renamed-example", 11))
    assert scope.may_regrade(COHORT, author, Account("garam-EXAMPLE", 50))
    assert not scope.may_regrade(COHORT, author, Account("bada-example", 12))


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("/regrade", True),
        ("  /Regrade please\r\nmore", True),
        ("/regraded", False),
        ("please /regrade", False),
        ("> /regrade", False),
        ("hello\n/regrade", False),
        ("", False),
        ("\n/regrade", False),
    ],
)
def test_the_command(body: str, answer: bool) -> None:
    assert scope.is_regrade(body) is answer


def test_own_folders_are_those_of_both_logins_but_of_no_other_member() -> None:
    assert scope.own_names(COHORT, HANEUL, Account("haneul-new", 11))[1:] == ("haneul-new",)
    assert scope.own_names(COHORT, HANEUL, Account("BADA-example", 11)) == ("haneul-example",)


def test_own_work_is_found_in_any_case_and_spelling() -> None:
    touched = scope.sort_paths(
        [
            "submissions/haneul-example/w1d3-joins/notebook.ipynb",
            "submissions/Haneul-Example/W1D3-joins/notebook.ipynb",
            "submissions/haneul-example/w1d2-dataframe/deep/er/helper.py",
        ],
        OWN,
    )
    assert touched.refusals == ()
    assert dict(touched.places) == {
        "w1d3-joins": (
            Place("haneul-example", "w1d3-joins"),
            Place("Haneul-Example", "W1D3-joins"),
        ),
        "w1d2-dataframe": (Place("haneul-example", "w1d2-dataframe"),),
    }
    best = scope.prefer(reversed(touched.places["w1d3-joins"]), OWN, "w1d3-joins")
    assert best[0] == Place("haneul-example", "w1d3-joins")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("README.md", "outside"),
        ("submissions/README.md", "outside"),
        ("Submissions/haneul-example/w1/notebook.ipynb", "outside"),
        ("a/submissions/haneul-example/w1/notebook.ipynb", "outside"),
        ("submissions/bada-example/w1/notebook.ipynb", "other_member"),
        ("submissions/haneul-example-2/w1/notebook.ipynb", "other_member"),
        ("submissions/../haneul-example/w1", "other_member"),
        ("submissions//haneul-example/w1/x", "other_member"),
        ("submissions/haneul-example/notebook.ipynb", "loose"),
        (".github/workflows/grade.yml", "workflow"),
        ("assignments/w1d3-joins/assignment.toml", "assignment"),
        ("", "outside"),
        ("/etc/passwd", "outside"),
    ],
)
def test_strays_are_refused_by_name_and_own_work_is_kept(path: str, code: str) -> None:
    own = "submissions/haneul-example/w1/notebook.ipynb"
    touched = scope.sort_paths([path, own], OWN)
    assert list(touched.places) == ["w1"]
    (refusal,) = touched.refusals
    assert (refusal.code, refusal.params["count"]) == (code, 1)
    assert refusal.params["names"] == (path or "?",)
    if code in ("outside", "other_member", "loose"):
        assert refusal.params["folder"] == "submissions/haneul-example/"


def test_three_thousand_strays_are_few_words() -> None:
    paths = [f".venv/lib/{n}\n::error::@everyone/{'가' * 400}" for n in range(3000)]
    (refusal,) = scope.sort_paths(paths, OWN).refusals
    names = refusal.params["names"]
    assert isinstance(names, tuple)
    assert (refusal.params["count"], len(names), names[-1]) == (3000, 6, "…")
    assert all(len(name) <= 100 and name.isprintable() for name in names)


def test_too_many_assignments_are_cut_and_named() -> None:
    paths = [f"submissions/haneul-example/w{n:02}/notebook.ipynb" for n in range(23)]
    touched = scope.sort_paths(paths, OWN)
    assert len(touched.places) == scope.MAX_ASSIGNMENTS == 20
    assert touched.refusals == (
        Refusal("too_many_assignments", {"limit": 20, "names": ("w20", "w21", "w22")}),
    )


@given(st.lists(st.text(alphabet="abc/.é\x00\n submissionhaul-xp", max_size=40), max_size=30))
def test_whatever_the_names_every_file_is_kept_or_refused(paths: list[str]) -> None:
    touched = scope.sort_paths(paths, OWN)
    refused = sum(int(str(refusal.params["count"])) for refusal in touched.refusals)
    kept = {path for path in paths if len(path.split("/")) > 3 and path.startswith("submissions/")}
    assert refused <= len(set(paths))
    assert refused + len(kept) >= len(set(paths))
    assert all(place.login.lower() in OWN for each in touched.places.values() for place in each)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("w1d3-jions", "w1d3-joins"),
        ("W1D3_Joins", "w1d3-joins"),
        ("joins", "w1d3-joins"),
        ("totally different", ""),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_the_assignment_that_was_meant(name: str, meant: str) -> None:
    assert scope.nearest(name, ["w1d2-dataframe", "w1d3-joins"]) == meant
    assert scope.nearest(name, []) == ""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def times(
    received: str, *, asked: str = "", opens: str = "", due: str = "", closes: str = ""
) -> Times:
    return scope.judge_times(
        opens=date.fromisoformat(opens) if opens else None,
        due=at(due) if due else None,
        closes=at(closes) if closes else None,
        asked_at=at(asked or received),
        received_at=at(received),
        zone=SEOUL,
    )


def test_the_first_day_begins_at_midnight_in_the_cohort_s_zone() -> None:
    early = Times("early", params={"opens": "2026-06-03"})
    assert times("2026-06-02T14:59:59Z", opens="2026-06-03") == early
    assert times("2026-06-02T15:00:00Z", opens="2026-06-03") == Times()


def test_exactly_at_due_is_in_time_and_a_second_later_is_late() -> None:
    due = "2026-06-03T23:59:00+09:00"
    assert times("2026-06-03T14:59:00Z", due=due) == Times()
    late = Times(late=True, params={"due": "2026-06-03 23:59"})
    assert times("2026-06-03T14:59:01Z", due=due) == late


def test_what_comes_after_it_closed_is_not_graded() -> None:
    known = {"due": "2026-06-03T23:59:00+09:00", "closes": "2026-06-05T15:00:00Z"}
    assert times("2026-06-06T00:00:00+09:00", **known).late
    closed = Times("closed", params={"closes": "2026-06-06 00:00"})
    assert times("2026-06-05T15:00:01Z", **known) == closed


def test_grading_again_later_changes_nothing_but_that_it_has_opened() -> None:
    known = {"opens": "2026-06-03", "due": "2026-06-03T23:59:00+09:00"}
    pushed = "2026-06-01T00:00:00Z"
    assert times(pushed, **known).outcome == "early"
    assert times(pushed, asked="2026-06-10T00:00:00Z", **known) == Times()


MOMENTS = st.datetimes(
    datetime(2026, 1, 1),
    datetime(2027, 1, 1),
    timezones=st.just(UTC),
)


@given(MOMENTS, MOMENTS, st.timedeltas(timedelta(), timedelta(30)), MOMENTS)
def test_earlier_work_is_never_judged_worse(
    received: datetime, due: datetime, more: timedelta, other: datetime
) -> None:
    asked = max(received, other)

    def rank(moment: datetime) -> int:
        found = scope.judge_times(
            opens=None,
            due=due,
            closes=due + more,
            asked_at=asked,
            received_at=moment,
            zone=SEOUL,
        )
        return 2 if found.outcome else int(found.late)

    first, last = sorted((received, other))
    assert rank(first) <= rank(last)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_refused_has_its_words(language: str) -> None:
    words = catalogue("ko" if language == "ko" else "en")
    told = [
        *scope.sort_paths(
            [
                "README.md",
                "assignments/x/y",
                ".github/x",
                "submissions/bada-example/a/b",
                "submissions/haneul-example/b",
                *(f"submissions/haneul-example/w{n}/x" for n in range(21)),
            ],
            OWN,
        ).refusals,
        scope.two_spellings(Place("a", "b"), [Place("A", "b")]),
        *(
            found
            for found in (
                scope.find_member(COHORT, Account("haneul-example", 666)),
                scope.find_member(COHORT, Account("x", 666)),
            )
            if isinstance(found, Refusal)
        ),
    ]
    assert len(set(codes(tuple(told)))) == 9
    for refusal in told:
        for end in ("", ".next"):
            said = words.say(f"pull.refused.{refusal.code}{end}", **refusal.params)
            assert said
            assert "{" not in said


def test_a_hand_over_takes_whatever_the_rules_make() -> None:
    refusals = scope.sort_paths(["x" * 5000 + "\n", "submissions/b/" + "가" * 999], OWN).refusals
    done = handover.Handover(
        repository="c/s",
        pull_request=1,
        commit="a" * 40,
        trigger="push",
        received_at=at("2026-06-03T00:00:00Z"),
        author="x",
        refusals=refusals,
    )
    assert done.refusals
