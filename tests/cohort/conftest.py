"""A cohort's repository on a stand-in GitHub, and the command run against it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.standin import StandIn
from tests.command import pioneers

NAME = "garam-example/cohort"
COHORT = """
name = "Spark at night"
language = "en"
ledger = "branch:ledger"
organisers = ["garam-example"]
site = "{site}"
[[members]]
login = "haneul-kim"
name = "하늘"
"""
ASSIGNMENT = """
format_version = 1
id = "{id}"
kind = "notebook"
title = {{ ko = "과제", en = "Work" }}
lesson = "{lesson}"
due = {due}
[answers.x]
type = "scalar"
points = 1
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with StandIn() as made:
        made.create_user("garam-example")
        made.create_user("haneul-kim")
        made.create_repository("garam-example", "cohort")
        names = ("grade", "commands", "regrade", "site", "weekly", "digest", "caches")
        files = {f".github/workflows/{name}.yml": b"on: push\n" for name in names}
        made.commit(NAME, "main", files, author="garam-example")
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A cohort's checkout: cohort.toml, three assignments of two weeks, the forms."""
    (tmp_path / "cohort.toml").write_text(COHORT.format(site=""), "utf-8")
    for name, lesson, due in (
        ("w1d2-frames", "week1/day2", "2026-06-03T23:59:00+09:00"),
        ("w1d3-joins", "week1/day3", "2026-06-05T00:30:00+09:00"),
        ("w2d1-dags", "week2/day1", "2026-06-10T23:59:00+09:00"),
    ):
        folder = tmp_path / "assignments" / name
        folder.mkdir(parents=True)
        text = ASSIGNMENT.format(id=name, lesson=lesson, due=due)
        (folder / "assignment.toml").write_text(text, "utf-8")
    forms = tmp_path / ".github" / "ISSUE_TEMPLATE"
    forms.mkdir(parents=True)
    for path in (forms / "bug.yml", forms / "score.yml"):
        path.write_text("name: x\n", "utf-8")
    (forms.parent / "PULL_REQUEST_TEMPLATE.md").write_text("x\n", "utf-8")
    return tmp_path


@pytest.fixture
def cohort(hub: StandIn, home: Path) -> Run:
    """`pioneers cohort …` as somebody, by default the owner."""

    def run(
        *words: str, login: str = "garam-example", token: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "PIONEERS_ROOT": str(home),
            "PIONEERS_RETRY_BASE_S": "0.01",
            "GITHUB_API_URL": hub.url,
            "GITHUB_TOKEN": hub.user_token(login) if token is None else token,
            "GITHUB_REPOSITORY": NAME,
        }
        return pioneers("cohort", *words, environment=environment)

    return run
