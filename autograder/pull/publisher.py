"""Who answers on a pull request and with what: the surroundings of `pr publish` and `pr command`.

Everything comes from the environment of the job that publishes, nothing from what it was handed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from github.Repository import Repository

from autograder import cohort as cohorts
from autograder import hub
from autograder.assignment import Assignment
from autograder.cohort import Cohort, Member
from autograder.errors import ConfigError
from autograder.ledger import Store, open_store
from autograder.models import Language
from autograder.pull import scope
from autograder.pull.event import GHOST, Account, Event

BOT = "github-actions[bot]"
"""The login behind the token that GitHub Actions gives to a job."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Publisher:
    """What an answering job works with.

    Attributes:
        repository: whose client never repeats a POST whose answer was lost.
        order: GitHub's run id; 0 outside of GitHub Actions.
        bot: login behind the token.
        server: address of GitHub's pages, without a slash at its end.
        run_url: the page of this job.
        notebook_url: where the executed notebooks are read.
        pause_s: the first pause between tries.
    """

    event: Event
    cohort: Cohort
    language: Language
    repository: Repository
    order: int
    bot: str
    server: str
    run_url: str
    notebook_url: str
    pause_s: float

    def ledger(self) -> Store:
        """The cohort's ledger."""
        return open_store(self.cohort.ledger, repository=self.repository)

    def lesson(self, assignment: Assignment) -> str:
        """The address of an assignment's lesson, whole: a comment knows no relative ones."""
        where = self.cohort.lesson_address(assignment.lesson, self.language)
        if not where or where.startswith(("https://", "http://")):
            return where
        return f"{self.server}/{self.event.repository}/blob/HEAD/{where}"

    def author(self) -> Account:
        """The pull request's author as GitHub calls them now.

        Raises:
            RemoteError: GitHub did not say.
        """
        with hub.faults("reading the pull request"):
            # Nobody, where the account was deleted, which the client's types do not say.
            user = cast("Any", self.repository.get_pull(self.event.pull_request).user)
            return Account(user.login, user.id) if user else GHOST

    def head(self) -> str:
        """The newest commit of the pull request.

        Raises:
            RemoteError: GitHub did not say.
        """
        if self.event.head:
            return self.event.head
        with hub.faults("reading the pull request"):
            return str(self.repository.get_pull(self.event.pull_request).head.sha)

    def member(self) -> Member | None:
        """The member whose pull request it is; asks GitHub only where the event does not tell."""
        found = scope.find_member(self.cohort, self.event.author)
        if not isinstance(found, Member):
            found = scope.find_member(self.cohort, self.author())
        return found if isinstance(found, Member) else None


def publisher(event: Event, *, notebook_url: str = "", run_url: str = "") -> Publisher:
    """The surroundings as the environment has them.

    Raises:
        ConfigError: cohort.toml or a variable cannot be used.
    """
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    run_id = _run_id()
    client = hub.connect(repeat_posts=False)
    page = f"{server}/{event.repository}/actions/runs/{run_id}" if run_id else ""
    return Publisher(
        event=event,
        cohort=cohorts.load(),
        language=cohorts.language(),
        repository=hub.repository(event.repository, client),
        order=run_id,
        bot=os.environ.get("PIONEERS_BOT") or BOT,
        server=server,
        run_url=run_url or page,
        notebook_url=notebook_url,
        pause_s=hub.pause_s(),
    )


def _run_id() -> int:
    word = os.environ.get("GITHUB_RUN_ID", "0")
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise ConfigError(f"GITHUB_RUN_ID is {word[:40]!r}", fix="leave it to GitHub Actions")
    return int(word)
