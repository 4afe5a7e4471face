"""A cohort whose work has been graded: a stand-in GitHub, a pull request, a hand-over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder import hub as hubs
from autograder import ledger
from autograder.ledger.record import Record
from autograder.models import Check, Report
from autograder.publish import comment
from autograder.pull import commands, event, handover, publishing
from autograder.pull.handover import Handover, Item, Refusal
from autograder.pull.publisher import publisher
from autograder.report import build_report

if TYPE_CHECKING:
    from autograder.standin import StandIn

HOME = "cohort-example/study"
FORK = "haneul-example/study"
BOT = "github-actions[bot]"
TOML = """format_version = 1
id = "{name}"
kind = "notebook"
title = {{ ko = "조인", en = "Joins" }}
lesson = "week1/day3"
due = 2100-01-01T00:00:00+09:00
{more}
[answers.total]
type = "scalar"
points = 4
title = {{ ko = "전체 매출", en = "Total revenue" }}
hint = {{ ko = "첫째 힌트", en = "First hint" }}
more_hints = [{{ ko = "둘째 힌트", en = "Second hint" }}]
[answers.plot]
type = "figure"
points = 6
title = {{ ko = "그래프", en = "Plot" }}
"""
COHORT = """language = "en"
ledger = "{ledger}"
site = "https://study.example"
organisers = ["garam-example"]
[[members]]
login = "haneul-example"
id = 1101
name = "Haneul"
[[members]]
login = "bada-example"
"""
ASSIGNMENT = "w1d3-joins"
OWN = f"submissions/haneul-example/{ASSIGNMENT}"


def graded(*, total: bool = False, plot: bool = False, name: str = ASSIGNMENT) -> Report:
    """A report of the two checks."""
    checks = [
        Check(
            which,
            which.title(),
            points if good else 0.0,
            points,
            "pass" if good else "fail",
            "public",
            "" if good else f"The {which} is off.",
            cell=cell,
        )
        for which, points, good, cell in (("total", 4.0, total, 1), ("plot", 6.0, plot, 2))
    ]
    return build_report(name, checks, max_score=10.0, language="en")


@dataclass
class Cohort:
    """A pull request on a stand-in, and what a workflow's jobs would do with it."""

    hub: StandIn
    root: Path
    patch: pytest.MonkeyPatch
    number: int = 0
    run_id: int = 100
    said: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The hand-over's folder."""
        return self.root / "handover"

    @property
    def head(self) -> str:
        """The pull request's newest commit."""
        return self.hub.head(FORK)

    def assignment(self, name: str = ASSIGNMENT, more: str = "") -> None:
        """Put an assignment on the base branch."""
        folder = self.root / "assignments" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(TOML.format(name=name, more=more), "utf-8")

    def push(self, text: str = "one", name: str = ASSIGNMENT) -> event.Event:
        """Push to the fork; the event of it."""
        files = {f"submissions/haneul-example/{name}/notebook.ipynb": text.encode()}
        self.hub.commit(FORK, "main", files, author="haneul-example")
        self.number = self.number or self.hub.open_pull(HOME, author="haneul-example")
        return self.event("pull_request_target", "synchronize")

    def comment(self, body: str, login: str = "haneul-example") -> event.Event:
        """Comment on the pull request; the event of it."""
        number = self.hub.comment(self.number, login, body)
        return self.event("issue_comment", "created", comment_id=number)

    def event(self, name: str, action: str, **told: Any) -> event.Event:
        """An event, through its file."""
        path = self.root / "event.json"
        path.write_text(json.dumps(self.hub.payload(name, action, self.number, **told)), "utf-8")
        return event.read(path, name, HOME)

    def hand_over(
        self, about: event.Event, *reports: Report, extra: tuple[Item, ...] = (), **more: Any
    ) -> Handover:
        """Write what `pr grade` would have written, with `extra` items or other values."""
        self.clear()
        self.folder.mkdir()
        for report in reports:
            handover.write_report(self.folder, report)
        found = tuple(
            Item(
                report.assignment,
                report.status,
                path=f"submissions/haneul-example/{report.assignment}/notebook.ipynb",
                cell_lines=(3, 9),
            )
            for report in reports
        )
        values = {
            "repository": HOME,
            "pull_request": self.number,
            "commit": about.head or self.head,
            "trigger": f"regrade-{about.comment_id}" if about.kind == "comment" else "push",
            "received_at": about.received_at,
            "author": "haneul-example",
            "login": "haneul-example",
            "items": (*found, *extra),
        }
        made = Handover(**(values | more))  # type: ignore[arg-type]
        handover.write(self.folder, made)
        return made

    def clear(self) -> None:
        """As if the job that grades had handed over nothing."""
        if self.folder.exists():
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()

    def publish(self, about: event.Event, run_id: int = 0, **told: str) -> tuple[str, ...]:
        """`pr publish` in a run of its own, or in that of `run_id` again."""
        self.run_id += 1
        self.patch.setenv("GITHUB_RUN_ID", str(run_id or self.run_id))
        return publishing.run(publisher(about, **told), self.folder, say=self.said.append)

    def command(self, body: str, login: str = "haneul-example") -> list[str]:
        """A comment and `pr command`; the bodies of the bot's comments after it."""
        commands.run(publisher(self.comment(body, login)), say=self.said.append)
        return self.answers()

    def refuse(self, *codes: str) -> tuple[Refusal, ...]:
        """Refusals of these codes."""
        return tuple(Refusal(code, {"author": "moru-example"}) for code in codes)

    # ------------------------------------------------------------ what became of it

    def answers(self) -> list[str]:
        """The bot's comments."""
        with self.hub.lock:
            users = self.hub.state.users
            return [
                each.body
                for each in self.hub.comments(self.number)
                if users[each.user].login == BOT
            ]

    def sticky(self) -> str:
        """The one comment with the result."""
        (found,) = [body for body in self.answers() if body.startswith(comment.MARKER)]
        return found

    def records(self, kind: str = "grade", name: str = ASSIGNMENT) -> list[Record]:
        """What the ledger holds."""
        from autograder import cohort

        store = ledger.open_store(cohort.load().ledger, repository=hubs.repository(HOME))
        found = ledger.history(store, name, "haneul-example")
        return [record for record in found if record.kind == kind]

    def checks(self, commit: str = "") -> list[Any]:
        """The check runs of a commit."""
        return self.hub.check_runs(commit or self.head)

    def labels(self) -> list[str]:
        """The pull request's labels."""
        return self.hub.labels(self.number)

    def writes(self) -> list[tuple[str, str]]:
        """What was asked that was no question."""
        return [(each.method, each.path) for each in self.hub.requests if each.method != "GET"]


Make = Callable[..., Any]


@pytest.fixture
def make_cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a cohort of its own, as often as asked: `with make_cohort(ledger="…") as cohort:`."""

    @contextmanager
    def make(ledger: str = "") -> Iterator[Cohort]:
        from autograder.standin import StandIn

        root = tmp_path / f"cohort-{len(list(tmp_path.iterdir()))}"
        root.mkdir()
        for name in ("GITHUB_STEP_SUMMARY", "PIONEERS_LANGUAGE", "GH_TOKEN", "PIONEERS_BOT"):
            monkeypatch.delenv(name, raising=False)
        told = COHORT.format(ledger=ledger or f"folder:{root / 'ledger'}")
        (root / "cohort.toml").write_text(told, "utf-8")
        with StandIn() as hub:
            for number, login in enumerate(
                (
                    "cohort-example",
                    "haneul-example",
                    "bada-example",
                    "garam-example",
                    "moru-example",
                ),
                start=1100,
            ):
                hub.create_user(login, number=number)
            hub.create_repository("cohort-example", "study")
            hub.fork(HOME, "haneul-example")
            rights = dict.fromkeys(("checks", "contents", "issues", "pull_requests"), "write")
            monkeypatch.setenv("GITHUB_TOKEN", hub.job_token(HOME, **rights))
            monkeypatch.setenv("GITHUB_API_URL", hub.url)
            monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
            monkeypatch.setenv("GITHUB_REPOSITORY", HOME)
            monkeypatch.setenv("PIONEERS_RETRY_BASE_S", "0")
            monkeypatch.setenv("PIONEERS_ROOT", str(root))
            made = Cohort(hub, root, monkeypatch)
            made.assignment()
            yield made

    return make


@pytest.fixture
def cohort(make_cohort: Make) -> Iterator[Cohort]:
    """A cohort with a ledger in a folder."""
    with make_cohort() as made:
        yield made
