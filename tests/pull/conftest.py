"""A cohort on a stand-in GitHub: a repository, a member's fork, and three small assignments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.pull import event as events
from autograder.pull import grading, handover
from autograder.pull.handover import Handover, Item
from autograder.submission import Cell, render_notebook

if TYPE_CHECKING:
    from autograder.standin import StandIn

SOLUTION = ("import pandas as pd", "total = 6", "table = pd.DataFrame({'k': [1, 2], 'v': [1, 2]})")
TOML = """format_version = 1
id = "{name}"
kind = "notebook"
title = {{ ko = "연습", en = "Practice" }}
{when}
[answers.total]
type = "scalar"
points = 2
visibility = "public"
[answers.table]
type = "frame"
points = 3
keys = ["k"]
"""
COHORT = """language = "en"
zone = "Asia/Seoul"
ledger = "folder:{ledger}"
organisers = ["garam-example"]
[[members]]
login = "haneul-example"
id = 1101
[[members]]
login = "bada-example"
"""
HOME = "cohort-example/study"
FORK = "haneul-example/study"
OWN = "submissions/haneul-example"


def notebook(*sources: str) -> bytes:
    """A notebook of code cells, written with indents as Jupyter does."""
    tree = json.loads(render_notebook(Cell("code", source) for source in sources))
    return json.dumps(tree, indent=1).encode()


@dataclass
class World:
    """A stand-in, the cohort's folder, and what a workflow would do with them."""

    hub: StandIn
    root: Path
    said: list[str] = field(default_factory=list)

    def assignment(self, name: str, when: str = "") -> None:
        """Put an assignment on the base branch."""
        folder = self.root / "assignments" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(TOML.format(name=name, when=when), "utf-8")
        (folder / "notebook.ipynb").write_bytes(notebook(*SOLUTION))

    def push(self, files: dict[str, Any], at: str = "", **told: Any) -> str:
        """Commit to the member's fork, at a moment of GitHub's clock."""
        if at:
            self.at(at)
        return self.hub.commit(FORK, "main", files, author="haneul-example", **told)

    def at(self, moment: str) -> None:
        """Set GitHub's clock."""
        found = datetime.fromisoformat(moment).astimezone(UTC)
        self.hub.state.clock = lambda: found

    def event(self, number: int, name: str = "pull_request_target", **told: Any) -> events.Event:
        """The event of now, through its file."""
        action = told.pop("action", "created" if name == "issue_comment" else "synchronize")
        payload = self.hub.payload(name, action, number, **told)
        path = self.root / "event.json"
        path.write_text(json.dumps(payload), "utf-8")
        return events.read(path, name, HOME)

    def grade(self, event: events.Event) -> Handover:
        """`pr grade`, read back as the publisher does."""
        out = self.root / "handover"
        done = grading.run(event, out, say=self.said.append)
        read = handover.read(out)
        assert read == done
        for item in read.items:
            if item.has_report:
                handover.read_report(out, item)
        return read

    def pulled(self, files: dict[str, Any], at: str = "", **told: Any) -> Handover:
        """Push, open a pull request, grade it."""
        self.push(files, at)
        return self.grade(self.event(self.hub.open_pull(HOME, author="haneul-example", **told)))

    def report(self, item: Item) -> Any:
        """An item's report."""
        return handover.read_report(self.root / "handover", item)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What GitHub was asked: methods and paths."""
        return [(each.method, each.path) for each in self.hub.requests]


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference answers, made once for all these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def world(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A cohort with a member's fork on a stand-in GitHub; the token can only read."""
    from autograder.standin import StandIn

    for name in ("GITHUB_STEP_SUMMARY", "PIONEERS_LANGUAGE", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cohort.toml").write_text(COHORT.format(ledger=tmp_path / "ledger"), "utf-8")
    with StandIn() as hub:
        for login, number in (
            ("cohort-example", 1100),
            ("haneul-example", 1101),
            ("bada-example", 1102),
            ("garam-example", 1103),
        ):
            hub.create_user(login, number=number)
        hub.create_repository("cohort-example", "study")
        hub.fork(HOME, "haneul-example")
        monkeypatch.setenv("GITHUB_API_URL", hub.url)
        monkeypatch.setenv(
            "GITHUB_TOKEN", hub.job_token(HOME, contents="read", pull_requests="read")
        )
        monkeypatch.setenv("PIONEERS_RETRY_BASE_S", "0")
        monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
        monkeypatch.setenv("PIONEERS_CACHE", str(shared_cache))
        made = World(hub, tmp_path)
        made.assignment("plain")
        yield made
        assert {method for method, _ in made.asked} <= {"GET"}
