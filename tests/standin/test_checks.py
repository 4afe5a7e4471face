"""Check runs: what an app may do, and their limits."""

from __future__ import annotations

from typing import Any

from github.Repository import Repository

from autograder.standin import StandIn
from tests.standin.conftest import FORK, Ask, Open, refused


def note(line: int) -> dict[str, Any]:
    return {
        "path": "a.ipynb", "start_line": line, "end_line": line,
        "annotation_level": "warning", "message": f"m{line}",
    }  # fmt: skip


def test_made_and_completed(hub: StandIn, repository: Repository) -> None:
    sha = hub.head(FORK)
    run = repository.create_check_run("grade", sha, status="in_progress", external_id="x-1")
    run.edit(
        status="completed",
        conclusion="success",
        output={"title": "7/10", "summary": "s", "annotations": [note(1)]},
    )
    run.edit(output={"title": "8/10", "summary": "s", "annotations": [note(2)]})
    assert [one.message for one in run.get_annotations()] == ["m1", "m2"], "they add up"
    (found,) = repository.get_commit(sha).get_check_runs()
    assert (found.conclusion, found.output.title, found.external_id) == ("success", "8/10", "x-1")
    assert found.app.slug == "github-actions"
    assert found.completed_at is not None


def test_of_each_name_the_latest(hub: StandIn, repository: Repository) -> None:
    sha = hub.head(FORK)
    first, second = (repository.create_check_run("grade", sha) for _ in range(2))
    repository.create_check_run("other", sha)
    commit = repository.get_commit(sha)
    assert [one.id for one in commit.get_check_runs(check_name="grade")] == [second.id]
    every = commit.get_check_runs(check_name="grade", filter="all")
    assert [one.id for one in every] == [second.id, first.id]


def test_limits(hub: StandIn, ask: Ask) -> None:
    sha = hub.head(FORK)

    def status(**told: Any) -> int:
        body = {"name": "grade", "head_sha": sha, **told}
        return ask("POST", "/check-runs", json=body).status_code

    def output(**told: Any) -> dict[str, Any]:
        return {"output": {"title": "t", "summary": "s", **told}}

    assert status(**output(annotations=[note(1)] * 50)) == 201
    assert status(**output(text="x" * 65_535)) == 201
    assert hub.violations == []
    assert status(**output(text="x" * 65_536)) == 422
    assert status(status="completed") == 422
    assert status(**output(annotations=[note(1)] * 51)) == 422
    assert status(**output(annotations=[{**note(1), "annotation_level": "bad"}])) == 422
    assert len(hub.violations) == 4, "the schema itself forbids these"
    hub.violations.clear()
    assert ask("POST", "/check-runs", json={"name": "x", "head_sha": "0" * 40}).status_code == 422
    assert len(hub.check_runs(sha)) == 2


def test_only_an_app_makes_them(hub: StandIn, opened: Open) -> None:
    with refused(403, "GitHub App"):
        opened("organiser-example").create_check_run("grade", hub.head(FORK))
