"""`pr command` against a stand-in GitHub: who is heard, what is taken, and each answered once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autograder.pull import commands
from autograder.pull.publisher import publisher

from .conftest import ASSIGNMENT, BOT, FORK, Cohort, Make, graded

HALF = graded(total=True)
FAULTS = ("conflict", "server_error", "bad_gateway", "drop")


@pytest.fixture
def pulled(cohort: Cohort) -> Cohort:
    """A pull request whose work has been graded and published."""
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    cohort.hub.repository().comments.clear()
    return cohort


def appeals(cohort: Cohort) -> list[Any]:
    """The open issues that ask organisers to look."""
    return [issue for issue in cohort.hub.issues() if issue.state == "open"]


# ---------------------------------------------------------------- hints


def test_one_more_hint_at_a_time(pulled: Cohort) -> None:
    (first,) = pulled.command("/hint total")
    assert "First hint" in first
    assert "hint 1 of 2" in first
    assert "Second hint" not in first
    assert "Second hint" in pulled.command("/hint Total revenue")[-1]
    (*_, last) = pulled.command("/HINT  전체매출")
    assert "every hint" in last
    assert "(https://study.example/en/week1/day3/)" in last
    assert len(pulled.answers()) == 3
    hints = pulled.records("hint")
    assert [(record.detail, record.login) for record in hints] == [("total", "haneul-example")] * 2


def test_who_saw_the_first_hint_in_the_report_begins_with_the_second(cohort: Cohort) -> None:
    early = cohort.push()
    (first,) = cohort.command("/hint total")  # before anything was graded
    assert "hint 1 of 2" in first
    cohort.hand_over(early, graded(plot=True))
    cohort.publish(early)
    assert "hint 2 of 2" in cohort.command("/hint total")[-1]
    assert len(cohort.records("hint")) == 2


def test_the_report_s_own_hint_is_not_told_again(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, graded(plot=True))
    cohort.publish(about)
    cohort.command("/hint total")
    second = cohort.answers()[-1]
    assert "Second hint" in second
    assert "hint 2 of 2" in second
    assert "every hint" in cohort.command("/hint total")[-1]
    assert len(cohort.records("hint")) == 1


def test_the_same_comment_twice_takes_one_hint(pulled: Cohort) -> None:
    about = pulled.comment("/hint total")
    for _ in range(3):
        commands.run(publisher(about))
    pulled.push("two")  # which moves the head, and with it the record's name
    commands.run(publisher(about))
    (answer,) = pulled.answers()
    assert "hint 1 of 2" in answer
    assert len(pulled.records("hint")) == 1


def test_a_check_without_hints(pulled: Cohort) -> None:
    (answer,) = pulled.command("/hint plot")
    assert "no extra hints" in answer
    assert pulled.records("hint") == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [("/hint", "Which check"), ("/hint qqqqqq", "No check is close"), ("/hint `@everyone`", "No")],
)
def test_it_asks_back_and_names_the_checks(pulled: Cohort, asked: str, told: str) -> None:
    (answer,) = pulled.command(asked)
    assert told in answer
    assert "Total revenue: `/hint total`" in answer
    assert "@everyone" not in answer
    assert pulled.records("hint") == []


def test_the_assignment_that_has_the_check(pulled: Cohort) -> None:
    pulled.assignment("w2d1-more")
    pulled.push("x", "w2d1-more")
    (answer,) = pulled.command("/hint total")
    assert "close to" in answer
    assert "`/hint w2d1-more total`" in answer
    assert "First hint" in pulled.command("/hint w2d1-more total")[-1]
    assert [record.detail for record in pulled.records("hint", "w2d1-more")] == ["total"]
    assert pulled.records("hint") == []


def test_no_hint_before_an_assignment_opens(pulled: Cohort) -> None:
    path = pulled.root / "assignments" / ASSIGNMENT / "assignment.toml"
    path.write_text(
        path.read_text("utf-8").replace("due =", "opens = 2099-01-01\ndue =", 1), "utf-8"
    )
    (answer,) = pulled.command("/hint total")
    assert "not opened yet" in answer
    assert "First hint" not in answer


def test_a_pull_request_without_assignment(cohort: Cohort) -> None:
    cohort.push("x", "not-one")
    (answer,) = cohort.command("/hint total")
    assert "no assignment folder" in answer


# ---------------------------------------------------------------- who is heard


@pytest.mark.parametrize("body", ["/hint total", "/appeal unfair", "/regrade"])
def test_others_get_one_polite_answer_and_no_effect(pulled: Cohort, body: str) -> None:
    for login in ("bada-example", "moru-example", "bada-example"):
        pulled.command(body, login)
    (answer,) = pulled.answers()
    assert "Only the author" in answer
    assert pulled.records("hint") == pulled.records("appeal") == []
    assert appeals(pulled) == []
    assert all(not one.reactions for one in pulled.hub.comments(pulled.number))


def test_organisers_are_heard_in_any_case_of_their_login(pulled: Cohort) -> None:
    pulled.hub.rename_user("garam-example", "Garam-Example")
    assert "First hint" in pulled.command("/hint total", "Garam-Example")[-1]
    assert pulled.records("hint")[0].login == "haneul-example"


def test_an_author_renamed_since_is_the_author(pulled: Cohort) -> None:
    pulled.hub.rename_user("haneul-example", "sora-example")
    assert "First hint" in pulled.command("/hint total", "sora-example")[-1]


@pytest.mark.parametrize("body", ["/hint total", "/nonsense"])
def test_bots_are_not_heard(pulled: Cohort, body: str) -> None:
    assert pulled.command(body, BOT) == [body]


@pytest.mark.parametrize(
    "body",
    ["thanks!", "> /hint total", "```\n/hint total\n```", "see\n/hint total", "/usr/bin/env"],
)
def test_what_is_no_command_gets_no_answer_and_asks_nothing(pulled: Cohort, body: str) -> None:
    pulled.hub.requests.clear()
    assert pulled.command(body) == []
    assert pulled.hub.requests == []


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_only_a_new_comment_is_a_command(pulled: Cohort, action: str) -> None:
    number = pulled.hub.comment(pulled.number, "haneul-example", "/hint total")
    about = pulled.event("issue_comment", "created", comment_id=number)
    commands.run(publisher(replace(about, action=action)))
    assert pulled.answers() == []


def test_an_unknown_command_is_told_which_there_are(pulled: Cohort) -> None:
    (answer,) = pulled.command("/lgtm")
    assert "`/lgtm`" in answer
    assert all(f"`/{name}" in answer for name in ("hint", "regrade", "appeal"))
    assert pulled.command("/lgtm", "bada-example") == [answer]


def test_an_author_who_is_no_member(cohort: Cohort) -> None:
    cohort.hub.fork("cohort-example/study", "moru-example")
    files = {f"submissions/moru-example/{ASSIGNMENT}/notebook.ipynb": b"x"}
    cohort.hub.commit("moru-example/study", "main", files, author="moru-example")
    cohort.number = cohort.hub.open_pull(author="moru-example")
    (answer,) = cohort.command("/hint total", "moru-example")
    assert "not on this cohort's roster" in answer


def test_regrade_gets_a_sign_and_no_words(pulled: Cohort) -> None:
    about = pulled.comment("/regrade")
    commands.run(publisher(about))
    commands.run(publisher(about))
    assert pulled.answers() == []
    (read,) = pulled.hub.comments(pulled.number)
    assert [reaction.content for reaction in read.reactions] == ["eyes"]


# ---------------------------------------------------------------- appeals

WORDS = "/appeal My answer is **right** @garam-example\nsee <!-- x --> [this](http://evil.example)"


def test_an_appeal_reaches_a_person(pulled: Cohort) -> None:
    (answer,) = pulled.command(WORDS)
    (issue,) = appeals(pulled)
    assert f"#{issue.number}" in answer
    assert issue.title == f"Score appeal: haneul-example (pull request #{pulled.number})"
    (grade,) = pulled.records()
    assert grade.name in issue.body
    assert "4 / 10" in issue.body
    assert f"#{pulled.number}" in issue.body
    assert pulled.hub.labels(issue.number) == ["appeal"]
    (record,) = pulled.records("appeal")
    assert record.detail.startswith("My answer is **right**")


def test_the_words_of_an_appeal_are_only_words(pulled: Cohort) -> None:
    pulled.command(WORDS)
    (issue,) = appeals(pulled)
    assert "@garam" not in issue.body
    assert r"\*\*right\*\*" in issue.body
    assert issue.body.count("<!--") == 1
    assert "](http://evil" not in issue.body


def test_the_same_appeal_twice_opens_one_issue(pulled: Cohort) -> None:
    about = pulled.comment(WORDS)
    commands.run(publisher(about))
    commands.run(publisher(about))
    assert len(appeals(pulled)) == len(pulled.answers()) == len(pulled.records("appeal")) == 1
    pulled.command("/appeal once more")
    assert len(appeals(pulled)) == 2


def test_an_appeal_without_words_is_asked_for_some(pulled: Cohort) -> None:
    (answer,) = pulled.command("/appeal  \n \u200b ")
    assert "a sentence or two" in answer
    assert appeals(pulled) == []


def test_an_appeal_before_any_grade(cohort: Cohort) -> None:
    cohort.push()
    cohort.command("/appeal It cannot be read, and it opens fine here")
    (issue,) = appeals(cohort)
    assert "nothing recorded yet" in issue.body


def test_an_issue_of_somebody_elses_with_our_marker_is_not_ours(pulled: Cohort) -> None:
    about = pulled.comment(WORDS)
    body = f"<!-- pioneers:appeal:{about.comment_id} -->\nmine"
    forged = pulled.hub.open_issue("moru-example", "x", body)
    pulled.hub.add_labels(forged, ["appeal"])
    commands.run(publisher(about))
    assert len(appeals(pulled)) == 2


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize("after", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("body", "path"), [("/hint total", r"/comments$"), (WORDS, r"/issues$")])
def test_answers_get_lost_and_are_given_once(
    pulled: Cohort, body: str, path: str, fault: Any, after: bool
) -> None:
    pulled.hub.fail("POST", path, fault, after=after)
    about = pulled.comment(body)
    commands.run(publisher(about))
    commands.run(publisher(about))
    assert len(pulled.answers()) == 1
    assert len(appeals(pulled)) == (body == WORDS)
    assert len(pulled.records("hint")) == (body != WORDS)


def test_lists_of_issues_that_lag_leave_one_open(pulled: Cohort) -> None:
    pulled.hub.fail("POST", r"/issues$", "drop", after=True)
    pulled.hub.fail("GET", r"/issues$", "stale", times=1, skip=1, writes=1)
    pulled.command(WORDS)
    assert len(appeals(pulled)) == 1


def test_a_ledger_that_is_away_gives_no_hint_away(make_cohort: Make) -> None:
    with make_cohort(ledger="branch:ledger") as cohort:
        cohort.push()
        cohort.hub.fail("*", r"/git/|/contents|/branches", "bad_gateway", times=1000)
        about = cohort.comment("/hint total")
        with pytest.raises(Exception, match="GitHub"):
            commands.run(publisher(about))
        assert cohort.answers() == []
        cohort.hub.faults.planned.clear()
        commands.run(publisher(about))
        assert "hint 1 of 2" in cohort.answers()[0]
        assert cohort.hub.head(FORK) == cohort.records("hint")[0].commit
