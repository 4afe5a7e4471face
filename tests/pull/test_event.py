"""Payloads: GitHub's own are understood, whatever else comes is refused in one clear line."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import EventError
from autograder.pull import event
from autograder.pull.event import GHOST, Account

SHA = "0123456789abcdef0123456789abcdef01234567"
PUSH: dict[str, Any] = {
    "action": "synchronize",
    "number": 7,
    "before": "f" * 40,
    "repository": {"id": 1, "full_name": "Cohort-Example/study.course", "private": False},
    "sender": {"login": "haneul-example", "id": 11},
    "pull_request": {
        "number": 7,
        "state": "open",
        "draft": True,
        "title": "::error::1\n일차 과제",
        "head": {"sha": SHA, "ref": "../../main", "repo": {"full_name": "haneul-example/x"}},
        "base": {"sha": "a" * 40, "repo": {"full_name": "cohort-example/study.course"}},
        "updated_at": "2026-06-03T14:59:00Z",
        "user": {"login": "haneul-example", "id": 11},
    },
}
COMMENT: dict[str, Any] = {
    "action": "created",
    "repository": PUSH["repository"],
    "issue": {
        "number": 7,
        "state": "open",
        "user": {"login": "haneul-example", "id": 11},
        "pull_request": {"url": "https://api.github.com/repos/c/s/pulls/7"},
    },
    "comment": {
        "id": 99,
        "body": "/regrade 부탁해요",
        "created_at": "2026-06-04T09:00:00+09:00",
        "user": {"login": "garam-example", "id": 12},
    },
}
HERE = "cohort-example/study.course"
MISSING = object()


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def read(path: Path, tree: Any, name: str = "pull_request_target") -> event.Event:
    path.write_bytes(tree if isinstance(tree, bytes) else json.dumps(tree).encode())
    return event.read(path, name, HERE)


def changed(tree: dict[str, Any], where: str, value: object) -> dict[str, Any]:
    """A payload with one value replaced, or gone."""
    made = copy.deepcopy(tree)
    *above, last = where.split(".")
    inner = made
    for key in above:
        inner = inner[key]
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return made


def test_a_push(payload: Path) -> None:
    assert read(payload, PUSH) == event.Event(
        kind="push",
        action="synchronize",
        repository=HERE,
        pull_request=7,
        head=SHA,
        draft=True,
        state="open",
        author=Account("haneul-example", 11),
        received_at=datetime(2026, 6, 3, 14, 59, tzinfo=UTC),
    )


def test_a_comment(payload: Path) -> None:
    found = read(payload, COMMENT, "issue_comment")
    assert (found.kind, found.head, found.pull_request) == ("comment", "", 7)
    assert (found.comment_id, found.comment_body) == (99, "/regrade 부탁해요")
    assert (found.author.id, found.commenter) == (11, Account("garam-example", 12))
    assert found.received_at == datetime(2026, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tree", "name", "where", "value"),
    [
        (PUSH, "pull_request_target", "pull_request.head.repo", None),
        (PUSH, "pull_request_target", "pull_request.head.repo", MISSING),
        (PUSH, "pull_request_target", "pull_request.draft", MISSING),
        (PUSH, "pull_request_target", "pull_request.title", {"not": ["text"]}),
        (PUSH, "pull_request_target", "sender", MISSING),
        (COMMENT, "issue_comment", "issue.draft", True),
    ],
)
def test_what_is_not_needed_may_be_odd(
    payload: Path, tree: dict[str, Any], name: str, where: str, value: object
) -> None:
    assert read(payload, changed(tree, where, value), name).pull_request == 7


def test_a_deleted_account_is_a_ghost(payload: Path) -> None:
    assert read(payload, changed(PUSH, "pull_request.user", None)).author == GHOST
    gone = changed(changed(COMMENT, "comment.user", None), "comment.body", None)
    found = read(payload, gone, "issue_comment")
    assert (found.commenter, found.comment_body) == (GHOST, "")


def test_a_long_comment_is_cut(payload: Path) -> None:
    found = read(payload, changed(COMMENT, "comment.body", "x" * 100_000), "issue_comment")
    assert len(found.comment_body) == event.MAX_COMMENT


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("pull_request", MISSING, "pull_request"),
        ("pull_request", [], "pull_request"),
        ("pull_request.number", "7", "pull_request.number"),
        ("pull_request.number", True, "pull_request.number"),
        ("pull_request.number", 0, "pull_request.number"),
        ("pull_request.number", 10**40, "pull_request.number"),
        ("pull_request.number", 7.5, "pull_request.number"),
        ("pull_request.head.sha", SHA.upper(), "pull_request.head.sha"),
        ("pull_request.head.sha", SHA + "\n", "pull_request.head.sha"),
        ("pull_request.head.sha", "../../etc/passwd", "pull_request.head.sha"),
        ("pull_request.head", None, "pull_request.head"),
        ("pull_request.state", "merged?", "pull_request.state"),
        ("pull_request.user.login", "a/../b", "pull_request.user.login"),
        ("pull_request.user.login", "x\n::error::y", "pull_request.user.login"),
        ("pull_request.user.id", -1, "pull_request.user.id"),
        ("pull_request.user.id", MISSING, "pull_request.user.id"),
        ("pull_request.updated_at", "yesterday", "pull_request.updated_at"),
        ("pull_request.updated_at", "2026-06-03T14:59:00", "pull_request.updated_at"),
        ("pull_request.updated_at", "99999-06-03T14:59:00Z", "pull_request.updated_at"),
        ("pull_request.base.repo.full_name", "other-example/fork", "other-example/fork"),
        ("repository.full_name", "other-example/fork", "other-example/fork"),
        ("repository.full_name", "cohort-example/../x", "repository.full_name"),
        ("repository", MISSING, "repository"),
        ("action", 3, "action"),
        ("action", "x" * 10_000, "action"),
    ],
)
def test_what_is_needed_must_be_right(payload: Path, where: str, value: object, says: str) -> None:
    with pytest.raises(EventError) as caught:
        read(payload, changed(PUSH, where, value))
    line = str(caught.value)
    assert says in line
    assert len(line.splitlines()) == 1
    assert len(line) < 400


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("issue.pull_request", MISSING, "is an issue"),
        ("issue.pull_request", None, "is an issue"),
        ("comment.id", 2**70, "comment.id"),
        ("comment.body", ["x"], "comment.body"),
        ("comment.created_at", None, "comment.created_at"),
        ("repository.full_name", "other-example/fork", "other-example/fork"),
    ],
)
def test_comments_too(payload: Path, where: str, value: object, says: str) -> None:
    with pytest.raises(EventError, match=says):
        read(payload, changed(COMMENT, where, value), "issue_comment")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"\xff\xfe{}",
        b"\x00" * 10,
        b"[" * 200_000,
        b'{"a":' * 200_000,
        json.dumps({**PUSH, "deep": 1}).encode()[:-2] + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"action": "\\ud800"}',
        b'{"action": ' + b"9" * 100_000 + b"}",
        b" " * (event.MAX_BYTES + 1),
    ],
)
def test_bytes_that_are_no_payload(payload: Path, body: bytes) -> None:
    with pytest.raises(EventError) as caught:
        read(payload, body)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["push", "pull_request", "", "issues", "x\n::error::"])
def test_other_events(payload: Path, name: str) -> None:
    with pytest.raises(EventError, match="nothing to do") as caught:
        read(payload, PUSH, name)
    assert len(str(caught.value).splitlines()) == 1


def test_no_file_and_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "none.json", tmp_path / "a\0b"):
        with pytest.raises(EventError):
            event.read(path, "pull_request_target", HERE)
    for name in ("GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EventError, match="GITHUB_EVENT_PATH is not set"):
        event.from_environment()
    (tmp_path / "e.json").write_text(json.dumps(PUSH), "utf-8")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request_target")
    monkeypatch.setenv("GITHUB_REPOSITORY", HERE)
    assert event.from_environment(tmp_path / "e.json").pull_request == 7


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats()
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["action", "pull_request", "number", "user", "login", "id", "head", "sha"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, name=st.sampled_from(["pull_request_target", "issue_comment"]))
def test_no_tree_raises_anything_else(payload: Path, tree: Any, name: str) -> None:
    with pytest.raises(EventError):
        read(payload, tree, name)
