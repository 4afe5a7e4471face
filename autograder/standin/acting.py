"""What people do on the site, for tests and the demo, and what became of it.

Like setting.py, which this continues: no tokens, no faults, under the server's lock.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.standin import rules, talk
from autograder.standin.setting import Setting
from autograder.standin.state import CheckRun, Comment, Issue, Pull, Setup


class Acting(Setting):
    """Pull requests, issues, comments; repositories are named as in `Setting`."""

    # ---------------------------------------------------------------- pull requests, issues

    def open_pull(
        self,
        repository: str | None = None,
        *,
        author: str,
        head: str = "",
        base: str = "main",
        title: str = "My submission",
        body: str | None = None,
        draft: bool = False,
    ) -> int:
        """A new pull request; its number.

        Args:
            head: a branch here, or `owner/name:branch` of a fork; else main of the author's fork.
        """
        with self.lock:
            home, user = self.repository(repository), self.state.user_named(author)
            fork, _, branch = head.rpartition(":")
            if fork:
                origin = self.repository(fork)
            elif head:
                origin = home
            else:
                origin, branch = self.repository(f"{author}/{home.name}"), "main"
            issue = rules.open_pull(
                self.state,
                home,
                user,
                title=title,
                body=body,
                head=(origin, branch),
                base_ref=base,
                draft=draft,
            )
            return issue.number

    def close_pull(self, number: int, repository: str | None = None) -> None:
        """Its author closes a pull request (or an issue)."""
        with self.lock:
            issue = self.repository(repository).issue(number)
            rules.close(self.state, issue, issue.user)

    def reopen_pull(self, number: int, repository: str | None = None) -> None:
        """Its author opens a pull request (or an issue) again."""
        with self.lock:
            home = self.repository(repository)
            rules.reopen(self.state, home, home.issue(number))

    def set_draft(self, number: int, draft: bool, repository: str | None = None) -> None:
        """Make a draft of a pull request, or say that it is ready."""
        with self.lock:
            issue, pull = self.repository(repository).pull(number)
            pull.draft, issue.updated_at = draft, self.state.now()

    def merge_pull(self, number: int, login: str, repository: str | None = None) -> str:
        """Merge a pull request; the merge commit's name."""
        with self.lock:
            home, user = self.repository(repository), self.state.user_named(login)
            return rules.merge(self.state, home, home.issue(number), user, "")

    def open_issue(
        self, login: str, title: str, body: str = "", repository: str | None = None
    ) -> int:
        """A new issue; its number."""
        with self.lock:
            home, user = self.repository(repository), self.state.user_named(login)
            return talk.open_issue(self.state, home, user, title, body).number

    def comment(self, number: int, login: str, body: str, repository: str | None = None) -> int:
        """A new comment; its number."""
        with self.lock:
            home, user = self.repository(repository), self.state.user_named(login)
            return talk.comment(self.state, home, number, user, body).id

    def add_labels(self, number: int, names: Iterable[str], repository: str | None = None) -> None:
        """Put labels on an issue or a pull request."""
        with self.lock:
            home = self.repository(repository)
            talk.put_labels(self.state, home, home.issue(number), list(names))

    # ---------------------------------------------------------------- what became of it

    def pull(self, number: int, repository: str | None = None) -> tuple[Issue, Pull]:
        """A pull request: as an issue, and what it has beyond that."""
        with self.lock:
            return self.repository(repository).pull(number)

    def issues(self, repository: str | None = None) -> list[Issue]:
        """The issues that are no pull requests."""
        with self.lock:
            return [one for one in self.repository(repository).issues.values() if not one.pull]

    def comments(self, number: int, repository: str | None = None) -> list[Comment]:
        """The comments of an issue or a pull request, oldest first."""
        with self.lock:
            known = self.repository(repository).comments
            return [one for _, one in sorted(known.items()) if one.number == number]

    def labels(self, number: int, repository: str | None = None) -> list[str]:
        """The names of the labels of an issue or a pull request, sorted."""
        with self.lock:
            home = self.repository(repository)
            return sorted(home.labels[one].name for one in home.issue(number).labels)

    def check_runs(self, sha: str, repository: str | None = None) -> list[CheckRun]:
        """The check runs of a commit, oldest first."""
        with self.lock:
            known = self.repository(repository).checks
            return [one for _, one in sorted(known.items()) if one.head_sha == sha]

    def setup(self, repository: str | None = None) -> Setup:
        """A repository's settings, to be read and changed (`.secrets`, `.pages`, `.workflow`)."""
        return self.repository(repository).setup
