"""The workflows' steps with the real command against a stand-in GitHub, where nothing is graded.

What a member's graded pull request looks like is the affair of the end-to-end test; here it is that
the YAML and the commands agree on options, folders, outputs and rights.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from autograder.standin import StandIn
from tests.workflows.runner import Job, Scene, run_workflow

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
NAME = "garam-example/cohort"
# The environment that runs this test stands in for the one that a runner would make.
PIONEERS = f'#!/bin/sh\nexec "{sys.executable}" -P -m autograder "$@"\n'


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with StandIn() as made:
        for login in ("garam-example", "haneul-example", "nobody-knows"):
            made.create_user(login)
        made.create_repository("garam-example", "cohort")
        made.commit(NAME, "main", {"README.md": b"# Cohort\n"}, author="garam-example")
        yield made


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a runner checks out: the cohort's files, and the command."""
    place = tmp_path / "checkout"
    (place / ".ci").mkdir(parents=True)
    shutil.copytree(ROOT / "assignments", place / "assignments")
    (place / "cohort.toml").write_text(
        'language = "en"\nledger = "branch:ledger"\norganisers = ["garam-example"]\n'
        '[[members]]\nlogin = "haneul-example"\n',
        "utf-8",
    )
    for path, body in ((place / "pioneers", PIONEERS), (place / ".ci/sandbox", "#!/bin/sh\n")):
        path.write_text(body, "utf-8")
        path.chmod(0o755)
    return place


def pull(hub: StandIn, login: str, files: Mapping[str, bytes]) -> int:
    fork = hub.fork(NAME, login)
    hub.commit(fork, "work", files, author=login)
    return hub.open_pull(NAME, author=login, head=f"{fork}:work")


def run(name: str, hub: StandIn, checkout: Path, event: str, **payload: object) -> dict[str, Job]:
    scratch = checkout.parent / f"scratch-{name}-{len(list(checkout.parent.iterdir()))}"
    scratch.mkdir()

    def token(permissions: Mapping[str, str]) -> str:
        known = {key.replace("-", "_"): each for key, each in permissions.items()}
        known.pop("id_token", None)
        return hub.job_token(NAME, **known)

    scene = Scene(
        checkout, scratch, event, hub.payload(event, **payload), repository=NAME, api=hub.url,
        token=token,
        environment={"PIONEERS_ROOT": str(checkout), "PIONEERS_RETRY_BASE_S": "0.01"},
    )  # fmt: skip
    return run_workflow(WORKFLOWS / f"{name}.yml", scene)


def said(done: Mapping[str, Job]) -> str:
    return "\n".join(f"{step.name}: {step.said}" for job in done.values() for step in job.steps)


def test_a_stranger_is_answered_once_and_nothing_of_theirs_is_fetched(
    hub: StandIn, checkout: Path
) -> None:
    path = "submissions/nobody-knows/w1d3-joins/notebook.ipynb"
    number = pull(hub, "nobody-knows", {path: b"{}"})
    for _ in range(2):
        done = run("grade", hub, checkout, "pull_request_target", action="opened", number=number)
        assert {job.result for job in done.values()} == {"success"}, said(done)
    (comment,) = hub.comments(number)
    assert "pioneers:report" in comment.body
    assert not [seen for seen in hub.requests if "/git/blobs/" in seen.path]
    assert done["publish"].steps[-1].name == "Answer"
    # The job that grades wrote nothing, and could not have.
    assert done["grade"].step("Grade").code == 0


def test_a_comment_that_is_no_command_starts_nothing(hub: StandIn, checkout: Path) -> None:
    number = pull(hub, "haneul-example", {"submissions/haneul-example/x/notebook.ipynb": b"{}"})
    for body in ("thank you", "see /hint", "> /regrade"):
        told = hub.comment(number, "haneul-example", body)
        for name in ("grade", "commands"):
            event = {"action": "created", "number": number, "comment_id": told}
            done = run(name, hub, checkout, "issue_comment", **event)
            assert {job.result for job in done.values()} == {"skipped"}
    assert [seen for seen in hub.requests if seen.method != "GET"] == []


def test_an_unknown_command_gets_a_reply(hub: StandIn, checkout: Path) -> None:
    number = pull(hub, "haneul-example", {"submissions/haneul-example/x/notebook.ipynb": b"{}"})
    told = hub.comment(number, "haneul-example", "/help me")
    done = run(
        "commands", hub, checkout, "issue_comment", action="created", number=number, comment_id=told
    )
    assert done["command"].result == "success", said(done)
    assert len(hub.comments(number)) == 2


TINY = """
format_version = 1
id = "w1-numbers"
kind = "notebook"
title = { ko = "수", en = "Numbers" }
[answers.total]
type = "scalar"
points = 2
"""


def notebook(source: str) -> bytes:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": []}
    cell["execution_count"] = None
    tree = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return json.dumps(tree).encode()


@pytest.mark.sandbox
def test_a_member_s_work_is_graded_answered_and_recorded(hub: StandIn, checkout: Path) -> None:
    folder = checkout / "assignments" / "w1-numbers"
    folder.mkdir()
    (folder / "assignment.toml").write_text(TINY, "utf-8")
    solution = "### BEGIN SOLUTION\ntotal = 42\n### END SOLUTION"
    (folder / "notebook.ipynb").write_bytes(notebook(solution))
    path = "submissions/haneul-example/w1-numbers/notebook.ipynb"
    number = pull(hub, "haneul-example", {path: notebook("total = 41")})
    done = run("grade", hub, checkout, "pull_request_target", action="opened", number=number)
    assert {job.result for job in done.values()} == {"success"}, said(done)
    (first,) = hub.comments(number)
    assert "0 / 2" in first.body
    assert "/artifacts/2" in first.body
    assert "needs-work" in hub.labels(number)
    fork = "haneul-example/cohort"
    hub.commit(fork, "work", {path: notebook("total = 42")}, author="haneul-example")
    done = run("grade", hub, checkout, "pull_request_target", action="synchronize", number=number)
    assert {job.result for job in done.values()} == {"success"}, said(done)
    (second,) = hub.comments(number)
    assert second.id == first.id
    assert "2 / 2" in second.body
    assert "passed" in hub.labels(number)
    records = [name for name in hub.files(NAME, "ledger") if name.startswith("grade/")]
    assert len(records) == 2
