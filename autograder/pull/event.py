"""What GitHub says has happened: the payload of one event, read as hostile input.

Only the two events that the loop answers are understood: `pull_request_target` (work arrived) and
`issue_comment` on a pull request (somebody calls a command). Titles, branch names and bodies of
pull requests are never read. It must not know cohorts, assignments or how to ask GitHub.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from autograder.errors import EventError
from autograder.text import escape

MAX_BYTES = 26 * 2**20
"""GitHub's own cap on a payload is 25 MB."""
MAX_COMMENT = 65_536
Kind = Literal["push", "comment"]

_READ = ConfigDict(extra="ignore", frozen=True, strict=True)
_Id = Annotated[int, Field(gt=0, lt=2**63)]
_Number = Annotated[int, Field(ge=1, lt=2**31)]
_Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
_Word = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
# People, organisations' managed accounts (name_company) and bots (name[bot]).
_Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}(\[bot\])?$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$")]


@dataclass(frozen=True)
class Account:
    """A GitHub account: the login, which may change, and the number, which stays."""

    __pydantic_config__ = _READ

    login: _Login
    id: _Id


GHOST = Account("ghost", 10137)
"""Whom GitHub shows where an account was deleted."""


@dataclass(frozen=True)
class Event:
    """One event on one pull request.

    Attributes:
        action: as GitHub names it: `opened`, `synchronize`, `reopened`, `created`, …
        repository: `owner/name` of the repository that the workflow runs in.
        head: the commit that was pushed; empty for a comment.
        state: `open` or `closed`, when the event was sent.
        author: whose pull request it is.
        received_at: when the work, or the comment, arrived at GitHub.
        comment_id, comment_body, commenter: of a comment; 0, empty and None for a push.
    """

    kind: Kind
    action: str
    repository: str
    pull_request: int
    head: str
    draft: bool
    state: str
    author: Account
    received_at: AwareDatetime
    comment_id: int = 0
    comment_body: str = ""
    commenter: Account | None = None


@dataclass(frozen=True)
class _Repository:
    __pydantic_config__ = _READ

    full_name: _Name


@dataclass(frozen=True)
class _Head:
    __pydantic_config__ = _READ

    sha: _Sha


@dataclass(frozen=True)
class _Base:
    __pydantic_config__ = _READ

    repo: _Repository


@dataclass(frozen=True)
class _PullRequest:
    __pydantic_config__ = _READ

    number: _Number
    state: Literal["open", "closed"]
    head: _Head
    base: _Base
    updated_at: AwareDatetime
    user: Account | None = None
    draft: bool | None = None


@dataclass(frozen=True)
class _Push:
    __pydantic_config__ = _READ

    action: _Word
    repository: _Repository
    pull_request: _PullRequest


@dataclass(frozen=True)
class _Issue:
    __pydantic_config__ = _READ

    number: _Number
    state: Literal["open", "closed"]
    user: Account | None = None
    draft: bool | None = None
    pull_request: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Comment:
    __pydantic_config__ = _READ

    id: _Id
    created_at: AwareDatetime
    user: Account | None = None
    body: str | None = None


@dataclass(frozen=True)
class _Commented:
    __pydantic_config__ = _READ

    action: _Word
    repository: _Repository
    issue: _Issue
    comment: _Comment


_PUSH, _COMMENTED = TypeAdapter(_Push), TypeAdapter(_Commented)


def from_environment(path: Path | None = None) -> Event:
    """The event that this job was started for, as GitHub Actions hands it over.

    Args:
        path: another file with the payload than `GITHUB_EVENT_PATH`.

    Raises:
        EventError: as `read`, or this is no job of GitHub Actions.
    """
    where = str(path) if path else os.environ.get("GITHUB_EVENT_PATH", "")
    name = os.environ.get("GITHUB_EVENT_NAME", "")
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    for variable, value in (
        ("GITHUB_EVENT_PATH", where),
        ("GITHUB_EVENT_NAME", name),
        ("GITHUB_REPOSITORY", repository),
    ):
        if not value:
            raise EventError(f"{variable} is not set", fix="run this in a workflow, or set it")
    return read(Path(where), name, repository)


def read(path: Path, name: str, repository: str) -> Event:
    """The event in a payload's file.

    Args:
        name: the event's name, from `GITHUB_EVENT_NAME`.
        repository: `owner/name`, from `GITHUB_REPOSITORY`; the payload has to agree with it.

    Raises:
        EventError: no such file, too large, not what GitHub sends, or about something else.
    """
    if name == "pull_request_target":
        return _pushed(_parsed(_PUSH, path), repository)
    if name == "issue_comment":
        return _commented(_parsed(_COMMENTED, path), repository)
    shown = escape.clean(name, limit=60)
    raise EventError(
        f"nothing to do for the event {shown!r}", fix="use pull_request_target or issue_comment"
    )


def _parsed(adapter: TypeAdapter[Any], path: Path) -> Any:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or "no such path"
        raise EventError(f"{escape.clean(str(path))}: {why}", fix="check --event") from error
    if len(body) > MAX_BYTES:
        raise EventError(f"{path.name}: larger than {MAX_BYTES} bytes", fix="it is not GitHub's")
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or "payload"
        said = escape.clean(f"{path.name}: {key}: {first['msg']}", limit=300)
        raise EventError(said, fix="hand over the payload as GitHub sent it") from error


def _pushed(payload: _Push, repository: str) -> Event:
    pull = payload.pull_request
    _same(repository, payload.repository.full_name, pull.base.repo.full_name)
    return Event(
        kind="push",
        action=payload.action,
        repository=repository,
        pull_request=pull.number,
        head=pull.head.sha,
        draft=bool(pull.draft),
        state=pull.state,
        author=pull.user or GHOST,
        received_at=pull.updated_at,
    )


def _commented(payload: _Commented, repository: str) -> Event:
    issue, comment = payload.issue, payload.comment
    _same(repository, payload.repository.full_name)
    if issue.pull_request is None:
        raise EventError(
            f"#{issue.number} is an issue, not a pull request", fix="comment on a pull request"
        )
    return Event(
        kind="comment",
        action=payload.action,
        repository=repository,
        pull_request=issue.number,
        head="",
        draft=bool(issue.draft),
        state=issue.state,
        author=issue.user or GHOST,
        received_at=comment.created_at,
        comment_id=comment.id,
        comment_body=(comment.body or "")[:MAX_COMMENT],
        commenter=comment.user or GHOST,
    )


def _same(repository: str, *told: str) -> None:
    """The payload speaks of the repository that the job runs in."""
    for name in told:
        if name.lower() != repository.lower():
            shown = escape.clean(repository, limit=150)
            raise EventError(f"the event is of {name}, not of {shown}", fix="check --event")
