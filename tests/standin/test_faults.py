"""What can be told to go wrong goes wrong as GitHub's own faults do, and PyGithub meets them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from autograder import hub as client
from autograder.errors import RemoteError
from autograder.standin import StandIn
from autograder.standin.faults import Fault
from tests.standin.conftest import HOME, Ask, Open, refused

COMMENTS = "/issues/1/comments$"


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [
        ("rate_limit", -1),
        ("secondary_limit", 0),
        ("server_error", 0),
        ("bad_gateway", 0),
        ("drop", 0),
    ],
)
def test_faults_that_are_worth_another_try(
    hub: StandIn, repository: Repository, fault: Fault, wait_s: int
) -> None:
    hub.fail("POST", COMMENTS, fault, 2, wait_s=wait_s)
    repository.get_pull(1).create_issue_comment("x")
    assert [one.body for one in hub.comments(1)] == ["x"]
    assert [one.fault for one in hub.requests if one.method == "POST"] == [fault, fault, ""]
    assert hub.faults.pending() == []


@pytest.mark.parametrize(
    ("fault", "status", "header"),
    [
        ("rate_limit", 403, "X-RateLimit-Reset"),
        ("secondary_limit", 403, "Retry-After"),
        ("conflict", 409, ""),
        ("unprocessable", 422, ""),
        ("server_error", 500, ""),
        ("bad_gateway", 502, ""),
    ],
)
def test_what_each_answers(hub: StandIn, ask: Ask, fault: Fault, status: int, header: str) -> None:
    hub.fail("*", "/pulls/1", fault, wait_s=3)
    answer = ask("GET", "/pulls/1")
    assert answer.status_code == status
    assert not header or header in answer.headers
    if fault == "rate_limit":
        assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert ask("GET", "/pulls/1").status_code == 200


@pytest.mark.parametrize("fault", ["conflict", "unprocessable"])
def test_faults_that_are_final(hub: StandIn, repository: Repository, fault: Fault) -> None:
    hub.fail("POST", COMMENTS, fault)
    with refused(409 if fault == "conflict" else 422):
        repository.get_pull(1).create_issue_comment("x")
    assert hub.comments(1) == []


def test_a_lasting_limit_ends_in_our_own_error(hub: StandIn, repository: Repository) -> None:
    hub.fail("POST", COMMENTS, "rate_limit", 99, wait_s=3600)
    with pytest.raises(RemoteError, match="403"), client.faults("writing the comment"):
        repository.get_pull(1).create_issue_comment("x")
    assert [one.method for one in hub.requests].count("POST") == 1, "it is not worth waiting for"


@pytest.mark.parametrize("fault", ["drop", "bad_gateway"])
def test_the_write_is_done_and_its_answer_lost(
    hub: StandIn, repository: Repository, fault: Fault
) -> None:
    hub.fail("POST", COMMENTS, fault, after=True)
    repository.get_pull(1).create_issue_comment("x")
    assert [one.body for one in hub.comments(1)] == ["x", "x"], "what the client wrote twice"


def test_a_held_connection(
    hub: StandIn, opened: Open, impatient: Callable[[StandIn], None]
) -> None:
    impatient(hub)
    hub.fail("POST", COMMENTS, "timeout", 1)
    opened(issues="write").get_pull(1).create_issue_comment("x")
    assert [one.body for one in hub.comments(1)] == ["x"]


def test_a_held_connection_can_be_let_go(hub: StandIn, ask: Ask) -> None:
    hub.fail("GET", "/pulls/1", "timeout")
    done: list[str] = []

    def wait() -> None:
        try:
            ask("GET", "/pulls/1")
        except requests.RequestException as error:
            done.append(type(error).__name__)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while hub.faults.pending():
        pass
    hub.release()
    waiting.join(20)
    assert done == ["ConnectionError"]


def test_stale_lists_lag_behind(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    hub.fail("GET", COMMENTS, "stale", 2, writes=2)

    def bodies() -> list[str]:
        return [one.body for one in pull.get_issue_comments()]

    for number in range(3):
        pull.create_issue_comment(str(number))
    assert bodies() == ["0"]
    hub.comments(1)[0].body = "changed"
    assert bodies() == ["0"], "older words, too"
    assert bodies() == ["changed", "1", "2"]


def test_stale_reads_never_go_behind_what_was_before_the_fault(
    hub: StandIn, repository: Repository
) -> None:
    pull = repository.get_pull(1)
    pull.create_issue_comment("before")
    hub.fail("GET", COMMENTS, "stale", writes=9)
    pull.create_issue_comment("after")
    assert [one.body for one in pull.get_issue_comments()] == ["before"]
    hub.fail("GET", COMMENTS, "stale", writes=9)
    pull.create_issue_comment("later")
    assert [one.body for one in pull.get_issue_comments()] == ["before", "after"]


def test_skip_lets_some_pass(hub: StandIn, repository: Repository) -> None:
    hub.fail("PUT", "/contents/", "conflict", skip=1)
    repository.create_file("a", "m", b"", branch="main")
    with refused(409):
        repository.create_file("b", "m", b"", branch="main")
    repository.create_file("c", "m", b"", branch="main")
    assert sorted(hub.files(HOME)) == ["README.md", "a", "c"]


def test_a_fault_must_have_a_name_that_is_known(hub: StandIn) -> None:
    with pytest.raises(ValueError, match="no fault"):
        hub.fail("GET", "/", "explosion")  # type: ignore[arg-type]


def test_many_threads_use_a_fault_up_once(hub: StandIn, opened: Open) -> None:
    hub.fail("POST", COMMENTS, "unprocessable", 3)
    begin, failed = threading.Barrier(8), []

    def write() -> None:
        pull = opened(issues="write").get_pull(1)
        begin.wait()
        try:
            pull.create_issue_comment("x")
        except GithubException:
            failed.append(1)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(failed), len(hub.comments(1))) == (3, 5)


def test_nothing_listens_afterwards() -> None:
    before = threading.active_count()
    with StandIn() as hub:
        assert requests.get(f"{hub.url}/rate_limit", timeout=20).ok
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{hub.url}/rate_limit", timeout=20)
    assert threading.active_count() <= before
