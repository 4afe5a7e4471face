"""What the stand-in keeps: plain data, and nothing that happens to it (see rules.py).

People are referred to by their number, never by their login, so that a renamed account is the same
account. The whole state can be copied, which is how stale answers are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from autograder.standin.gitstore import GitStore
from autograder.standin.refusal import not_found

Role = Literal["none", "read", "triage", "write", "maintain", "admin"]
GHOST, BOT = 10137, 41898282
"""GitHub's own numbers of the account that stands for deleted ones, and of Actions' bot."""
APP = 15368
"""The number of GitHub Actions as an app."""


@dataclass
class User:
    """An account."""

    id: int
    login: str
    created_at: datetime
    type: str = "User"
    name: str | None = None


@dataclass
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Milestone:
    """A milestone of a repository."""

    id: int
    number: int
    title: str
    creator: int
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    due_on: datetime | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> str:
        """`open` or `closed`."""
        return "closed" if self.closed_at else "open"


@dataclass
class Reaction:
    """A reaction to a comment or an issue."""

    id: int
    user: int
    content: str
    created_at: datetime


@dataclass
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    number: int
    user: int
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list)


@dataclass
class Pull:
    """What a pull request has beyond an issue.

    Attributes:
        head_repository: None once the fork is deleted.
        head_owner: number of the fork's owner.
        mergeable_told: False until it was asked for once; GitHub works it out in the background.
    """

    head_repository: int | None
    head_owner: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: int | None = None
    merge_sha: str | None = None
    mergeable_told: bool = False


@dataclass
class Issue:
    """An issue; with `pull`, a pull request."""

    id: int
    number: int
    user: int
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by: int | None = None
    state_reason: str | None = None
    locked: bool = False
    labels: list[int] = field(default_factory=list)
    assignees: list[int] = field(default_factory=list)
    milestone: int | None = None
    reactions: list[Reaction] = field(default_factory=list)
    pull: Pull | None = None

    @property
    def state(self) -> str:
        """`open` or `closed`."""
        return "closed" if self.closed_at else "open"


@dataclass
class CheckRun:
    """A check run; `raw` holds what its maker said, as it was said."""

    id: int
    suite: int
    head_sha: str
    name: str
    created_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Setup:
    """A repository's settings, as the REST API shows them.

    Attributes:
        approval: whose first workflow an organiser must let run.
        idle: names of workflow files, without their ending, that were switched off.
    """

    options: dict[str, Any] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    actions: dict[str, Any] = field(
        default_factory=lambda: {"enabled": True, "allowed_actions": "all"}
    )
    workflow: dict[str, Any] = field(
        default_factory=lambda: {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        }
    )
    approval: str = "first_time_contributors"
    idle: set[str] = field(default_factory=set)
    secrets: dict[str, datetime] = field(default_factory=dict)
    variables: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    pages: dict[str, Any] | None = None
    environments: dict[str, datetime] = field(default_factory=dict)
    protections: dict[str, dict[str, Any]] = field(default_factory=dict)
    dispatched: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Repository:
    """A repository; `refs` holds full names (`refs/heads/main`)."""

    id: int
    owner: int
    name: str
    store: GitStore
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    private: bool = False
    default_branch: str = "main"
    fork_of: int | None = None
    refs: dict[str, str] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    collaborators: dict[int, Role] = field(default_factory=dict)
    setup: Setup = field(default_factory=Setup)
    last_number: int = 0

    def issue(self, number: int) -> Issue:
        """An issue or pull request.

        Raises:
            Refused: 404.
        """
        if number not in self.issues:
            raise not_found()
        return self.issues[number]

    def pull(self, number: int) -> tuple[Issue, Pull]:
        """A pull request.

        Raises:
            Refused: 404, for issues as well.
        """
        issue = self.issue(number)
        if issue.pull is None:
            raise not_found()
        return issue, issue.pull

    def label(self, name: str) -> Label | None:
        """The label of that name; case does not matter, as on GitHub."""
        folded = name.casefold()
        return next((one for one in self.labels.values() if one.name.casefold() == folded), None)


@dataclass
class Token:
    """What a bearer may do.

    Attributes:
        permissions: None for a person's own token; else what a job was given, such as
            `{"contents": "read", "issues": "write"}`, in `repository` alone.
    """

    user: int
    permissions: dict[str, str] | None = None
    repository: int | None = None


@dataclass
class State:
    """Everything; `tree_limit` and `files_limit` are GitHub's caps, which tests may lower."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    users: dict[int, User] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    last_id: int = 1_000_000
    tree_limit: int = 100_000
    files_limit: int = 3000

    def now(self) -> datetime:
        """The time in whole seconds, as GitHub tells it."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def next_id(self) -> int:
        """A number that nothing else has."""
        self.last_id += 1
        return self.last_id

    def user(self, number: int) -> User:
        """An account; the ghost stands for deleted ones."""
        return self.users.get(number) or self.users[GHOST]

    def user_named(self, login: str) -> User:
        """The account of that login.

        Raises:
            Refused: 404.
        """
        folded = login.casefold()
        for user in self.users.values():
            if user.login.casefold() == folded:
                return user
        raise not_found()

    def repository(self, owner: str, name: str) -> Repository:
        """The repository of that name.

        Raises:
            Refused: 404.
        """
        number, folded = self.user_named(owner).id, name.casefold()
        for repository in self.repositories.values():
            if repository.owner == number and repository.name.casefold() == folded:
                return repository
        raise not_found()

    def full_name(self, repository: Repository) -> str:
        """`owner/name`, as it is now."""
        return f"{self.user(repository.owner).login}/{repository.name}"
