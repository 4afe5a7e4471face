"""Who may do what: jobs' tokens by permission, accounts by role, nobody at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from github.Repository import Repository

from autograder.standin import StandIn
from tests.standin.conftest import FORK, HOME, Ask, Open, refused

WRITES: dict[str, Callable[[Repository], object]] = {
    "contents": lambda it: it.create_file("x", "m", b"x", branch="main"),
    "issues": lambda it: it.create_issue("T"),
    "pull_requests": lambda it: it.get_pull(1).create_issue_comment("x"),
    "checks": lambda it: it.create_check_run("grade", "main"),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("level", ["", "read"])
def test_a_job_may_only_what_it_was_given(
    hub: StandIn, opened: Open, name: str, level: str
) -> None:
    others = {other: "write" for other in WRITES if other != name}
    if name == "pull_requests":
        del others["issues"]  # either lets comment on a pull request
    given = others | ({name: level} if level else {})
    with refused(403, "Resource not accessible by integration"):
        WRITES[name](opened(**given))


def test_reading_what_is_public_needs_no_permission(hub: StandIn, opened: Open) -> None:
    bare = opened()
    assert bare.get_pull(1).title == "Week 1"
    assert bare.get_contents("README.md").decoded_content == b"# cohort\n"
    hub.repository(HOME).private = True
    for read in (lambda: bare.get_pull(1).title, lambda: bare.get_contents("README.md")):
        with refused(403):
            read()
    assert opened(contents="read", pull_requests="read").get_pull(1).title == "Week 1"


def test_a_job_has_no_rights_elsewhere(hub: StandIn, opened: Open) -> None:
    there = opened(name=FORK, contents="write")
    with refused(403):
        there.create_file("x", "m", b"x", branch="main")


@pytest.mark.parametrize(("token", "status"), [("", 401), ("ghs_wrong", 401)])
def test_nobody_writes(ask: Ask, token: str, status: int) -> None:
    answer = ask("POST", "/issues/1/comments", token, json={"body": "x"})
    assert answer.status_code == status


def test_nobody_reads_what_is_public_and_not_what_is_private(hub: StandIn, ask: Ask) -> None:
    assert ask("GET", "/pulls/1", "").status_code == 200
    hub.repository(HOME).private = True
    assert ask("GET", "/pulls/1", "").status_code == 404
    assert ask("GET", "/pulls/1", hub.user_token("bada-example")).status_code == 404


def test_accounts_by_role(hub: StandIn, opened: Open) -> None:
    stranger = opened("bada-example")
    mine = stranger.get_pull(1).create_issue_comment("hello")
    mine.edit("hello again")
    with refused(404):
        stranger.get_pull(1).add_to_labels("passed")
    with refused(404):
        stranger.create_file("x", "m", b"x", branch="main")
    with refused(403):
        stranger.get_pull(1).edit(state="closed")
    bots = hub.comment(1, "github-actions[bot]", "score")
    with refused(403):
        stranger.get_pull(1).get_issue_comment(bots).edit("ten of ten")
    issue = stranger.create_issue("T", labels=["passed"])
    assert list(issue.labels) == [], "labels of those without rights are dropped"
    hub.add_collaborator(HOME, "bada-example", "write")
    stranger.get_pull(1).add_to_labels("passed")
    stranger.create_file("x", "m", b"x", branch="main")
    with refused(403, "admin rights"):
        stranger.edit(description="mine")


def test_what_an_account_may_do_is_told(hub: StandIn, opened: Open) -> None:
    hub.add_collaborator(HOME, "bada-example", "maintain")
    repository = opened(contents="read")
    told = {
        login: repository.get_collaborator_permission(login)
        for login in ("organiser-example", "bada-example", "haneul-example")
    }
    assert told == {
        "organiser-example": "admin", "bada-example": "write", "haneul-example": "read",
    }  # fmt: skip
    assert repository.has_in_collaborators("bada-example")
    assert not repository.has_in_collaborators("haneul-example")


def test_accounts(hub: StandIn, ask: Ask) -> None:
    assert ask("GET", f"{hub.url}/users/HANEUL-example").json()["id"] == 12
    hub.rename_user("haneul-example", "haneul-new-example")
    assert ask("GET", f"{hub.url}/users/haneul-example").status_code == 404
    assert ask("GET", f"{hub.url}/user/12").json()["login"] == "haneul-new-example"
    assert ask("GET", f"{hub.url}/user").status_code == 403, "a job's token is no person"
    mine = ask("GET", f"{hub.url}/user", hub.user_token("bada-example"))
    assert mine.json()["login"] == "bada-example"
    assert ask("GET", f"{hub.url}/rate_limit").json()["rate"]["limit"] == 5000
