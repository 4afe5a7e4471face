"""The demo's stage: a cohort's repository on a stand-in GitHub, and a runner for its jobs.

A job is a process of its own with the event and a token, as GitHub Actions starts one. It knows
how a job is run, not the story that is told.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from autograder import assignment, paths
from autograder.authoring.golden import CASE, load_cases, write_submission
from autograder.errors import InfrastructureError
from autograder.models import Language
from autograder.pull.handover import notebook_path
from autograder.standin import StandIn

OWNER: Final = "garam-example"
NAME: Final = f"{OWNER}/cohort"
SITE: Final = "https://site.example"
"""Where the demo's comments say that lessons are; the page leads to the site that was built."""

_COPIED = ("assignments", "datasets", "curriculum", "site")
_READS = {"contents": "read", "pull_requests": "read", "checks": "read"}
_WRITES = {"contents": "write", "pull_requests": "write", "checks": "write", "issues": "write"}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Remark:
    """One comment on a pull request; `earlier` is what it said before it was changed in place."""

    login: str
    body: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """What is read on one pull request."""

    number: int
    login: str
    assignment: str
    labels: tuple[str, ...]
    remarks: tuple[Remark, ...]


class Place:
    """A cohort whose pull requests live on `hub`.

    Args:
        hub: the stand-in GitHub, empty.
        root: an empty folder for the cohort's repository.
        out: an empty folder for what is kept: the ledger, and what the jobs hand over.
        language: of all feedback.
        names: what the members are called, by login.
    """

    def __init__(
        self, hub: StandIn, root: Path, out: Path, language: Language, names: Mapping[str, str]
    ) -> None:
        self._hub, self._root, self._out = hub, root, out
        self._pulls: dict[tuple[str, str], int] = {}
        self._said: dict[int, list[str]] = {}
        self._runs = 0
        for folder in _COPIED:
            shutil.copytree(paths.root() / folder, root / folder)
        shutil.copy(paths.root() / "mkdocs.yml", root)
        _due_tomorrow(root / "assignments")
        members = "".join(
            f'[[members]]\nlogin = "{login}"\nname = "{name}"\n' for login, name in names.items()
        )
        (root / "cohort.toml").write_text(
            f'language = "{language}"\nsite = "{SITE}"\nledger = "folder:{out / "ledger"}"\n'
            f'organisers = ["{OWNER}"]\n{members}',
            "utf-8",
        )
        for login in (OWNER, *names):
            hub.create_user(login)
        hub.create_repository(OWNER, "cohort")
        hub.commit(NAME, "main", {"README.md": b"# Cohort\n"}, author=OWNER)
        self._forks = {login: hub.fork(NAME, login) for login in names}

    def push(self, login: str, which: str, case: str, *, say: Say) -> Path:
        """Push a golden case; a pull request is opened for the first one.

        Returns:
            The folder that the grading job handed over.
        """
        target = assignment.load(which)
        chosen = next(each for each in load_cases(target) if each.name == case)
        work = write_submission(chosen, target, self._root / "work" / str(self._runs))
        files = sorted(work.rglob("*")) if work.is_dir() else [work]
        names = {each: each.relative_to(work if work.is_dir() else work.parent) for each in files}
        body = {
            f"submissions/{login}/{which}/{name.as_posix()}": each.read_bytes()
            for each, name in names.items()
            if each.is_file() and name.name != CASE
        }
        self._hub.commit(self._forks[login], which, body, author=login)
        action = "synchronize"
        if (login, which) not in self._pulls:
            action, head = "opened", f"{self._forks[login]}:{which}"
            self._pulls[login, which] = self._hub.open_pull(NAME, author=login, head=head)
        number = self._pulls[login, which]
        payload = self._hub.payload("pull_request_target", action=action, number=number)
        job = self._job("pull_request_target", payload)
        handover = self._out / "jobs" / f"{self._runs}-{login}-{which}"
        self.command("pr", "grade", "--out", str(handover), say=say, job=job | self._token(_READS))
        page = notebook_path(handover, which)
        told = ["--handover", str(handover)]
        told += ["--notebook-url", f"{SITE}/{page}"] if page.exists() else []
        self.command("pr", "publish", *told, say=say, job=job | self._token(_WRITES))
        self._read(number)
        return handover

    def ask(self, login: str, which: str, comment: str, *, say: Say) -> None:
        """Write a comment on a member's pull request, and let it be answered."""
        number = self._pulls[login, which]
        told = self._hub.comment(number, login, comment)
        payload = self._hub.payload(
            "issue_comment", action="created", number=number, comment_id=told
        )
        job = self._job("issue_comment", payload)
        self.command("pr", "command", say=say, job=job | self._token(_WRITES))
        self._read(number)

    def conversations(self) -> list[Conversation]:
        """Every pull request, oldest first."""
        return [
            Conversation(
                number, login, which, tuple(self._hub.labels(number)), self._remarks(number)
            )
            for (login, which), number in self._pulls.items()
        ]

    def _read(self, number: int) -> None:
        """Remember what the comments of a pull request say now."""
        for comment in self._hub.comments(number):
            said = self._said.setdefault(comment.id, [])
            if comment.body not in said:
                said.append(comment.body)

    def _remarks(self, number: int) -> tuple[Remark, ...]:
        return tuple(
            Remark(self._hub.state.user(each.user).login, last, tuple(earlier))
            for each in self._hub.comments(number)
            for *earlier, last in [self._said[each.id]]
        )

    def command(self, *arguments: str, say: Say, job: Mapping[str, str] | None = None) -> None:
        """Run one command of `pioneers` in the cohort's repository, its lines told as they come.

        Raises:
            InfrastructureError: it failed; the message holds its last line.
        """
        known = {"PIONEERS_ROOT": str(self._root), "PIONEERS_CACHE": str(paths.cache())}
        last = ""
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "autograder", *arguments],
            env={**os.environ, **known, **(job or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                last = line.strip() or last
                say(last)
        if process.returncode:
            raise InfrastructureError(f"pioneers {' '.join(arguments[:2])} failed: {last[:300]}")

    def _job(self, event: str, payload: object) -> dict[str, str]:
        """What GitHub Actions puts into the environment of a job for an event."""
        self._runs += 1
        path = self._root / f"event-{self._runs}.json"
        path.write_text(json.dumps(payload), "utf-8")
        return {
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_API_URL": self._hub.url,
            "GITHUB_RUN_ID": str(self._runs),
            "GITHUB_RUN_ATTEMPT": "1",
        }

    def _token(self, rights: Mapping[str, str]) -> dict[str, str]:
        return {"GITHUB_TOKEN": self._hub.job_token(NAME, **rights)}


def _due_tomorrow(assignments: Path) -> None:
    """Open everything today: the course's own dates may have passed long ago."""
    today = datetime.now(UTC).date()
    dates = f"opens = {today - timedelta(days=2)}\ndue = {today + timedelta(days=2)}T23:59:00Z\n"
    for path in assignments.glob(f"*/{assignment.FILE}"):
        undated = re.sub(r"(?m)^(opens|due|closes) = .*\n", "", path.read_text("utf-8"))
        path.write_text(undated.replace("\nkind = ", f"\n{dates}kind = ", 1), "utf-8")
