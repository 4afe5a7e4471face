"""A member's evening, end to end: the workflows' own YAML, real Spark, a GitHub on loopback.

Fork, push, pull request, comment; a hint; a fix, the same comment gets better; the record and the
board follow. The events are what GitHub delivers, and every step is the one in the YAML.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from autograder import assignment, paths
from autograder.authoring.golden import load_cases, write_submission
from autograder.site import assets
from autograder.standin import StandIn
from tests.workflows.runner import Job, Scene, run_workflow

pytestmark = [pytest.mark.sandbox, pytest.mark.spark]
ROOT = Path(__file__).resolve().parents[2]
NAME = "garam-example/cohort"
WORK = "w1d3-joins"
PATH = f"submissions/haneul-example/{WORK}/notebook.ipynb"
COHORT = """
language = "en"
ledger = "branch:ledger"
organisers = ["garam-example"]
[[members]]
login = "haneul-example"
name = "Haneul"
[[members]]
login = "bada-example"
"""


class Cohort:
    """A cohort's repository on the stand-in, and a machine that runs its workflows."""

    def __init__(self, hub: StandIn, place: Path) -> None:
        self.hub, self.place = hub, place
        self.checkout = place / "checkout"
        for folder in ("assignments", "datasets", "curriculum", "site"):
            shutil.copytree(ROOT / folder, self.checkout / folder)
        shutil.copy(ROOT / "mkdocs.yml", self.checkout)
        (self.checkout / "cohort.toml").write_text(COHORT, "utf-8")
        (self.checkout / ".ci").mkdir()
        # The environment that runs this test stands in for the one that a runner would make.
        self._program("pioneers", f'exec "{sys.executable}" -P -m autograder "$@"')
        self._program(".ci/sandbox", "exit 0")
        # The steps do not get the variables that may tell npm of a registry and its certificate.
        assets.fetch(ROOT / "site", paths.cache())
        for login in ("garam-example", "haneul-example"):
            hub.create_user(login)
        hub.create_repository("garam-example", "cohort")
        hub.commit(NAME, "main", {"README.md": b"# Cohort\n"}, author="garam-example")
        self.runs = 0

    def _program(self, name: str, line: str) -> None:
        path = self.checkout / name
        path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        path.chmod(0o755)

    def token(self, permissions: Mapping[str, str]) -> str:
        """A job's token, with the rights that its YAML asks for."""
        known = {key.replace("-", "_"): each for key, each in permissions.items()}
        for right in ("id_token", "pages"):
            known.pop(right, None)
        return self.hub.job_token(NAME, **known)

    def run(self, workflow: str, event: str, **payload: object) -> dict[str, Job]:
        """Run a workflow for an event; every job that is not skipped must succeed."""
        self.runs += 1
        scratch = self.place / f"run-{self.runs}"
        scratch.mkdir()
        scene = Scene(
            self.checkout,
            scratch,
            event,
            self.hub.payload(event, **payload),
            repository=NAME,
            api=self.hub.url,
            run_id=4000 + self.runs,
            token=self.token,
            environment={
                "PIONEERS_ROOT": str(self.checkout),
                "PIONEERS_CACHE": str(paths.cache()),
                "PIONEERS_RETRY_BASE_S": "0.01",
            },
            branches={"ledger": self.ledger()},
        )
        done = run_workflow(ROOT / ".github" / "workflows" / f"{workflow}.yml", scene)
        told = [f"{step.name}: {step.said}" for job in done.values() for step in job.steps]
        assert {job.result for job in done.values()} == {"success"}, "\n".join(told)
        self.scratch = scratch
        return done

    def ledger(self) -> Path:
        """The ledger's branch, checked out."""
        folder = self.place / "ledger"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if "refs/heads/ledger" not in self.hub.repository(NAME).refs:
            return folder  # no record yet
        for name, body in self.hub.files(NAME, "ledger").items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)
        return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Iterator[Cohort]:
    with StandIn() as hub:
        yield Cohort(hub, tmp_path)


def notebook(case: str, folder: Path) -> bytes:
    """The notebook of one of the assignment's golden cases."""
    target = assignment.load(WORK)
    chosen = next(each for each in load_cases(target) if each.name == case)
    return Path(write_submission(chosen, target, folder / case)).read_bytes()


@pytest.mark.timeout(900)
def test_a_member_s_evening(cohort: Cohort, tmp_path: Path) -> None:
    hub = cohort.hub
    fork = hub.fork(NAME, "haneul-example")
    pushed = {PATH: notebook("inner-join", tmp_path)}
    sha = hub.commit(fork, "work", pushed, author="haneul-example")
    number = hub.open_pull(NAME, author="haneul-example", head=f"{fork}:work")

    cohort.run("grade", "pull_request_target", action="opened", number=number)
    (first,) = hub.comments(number)
    assert "Haneul" in first.body
    assert "**4 / 10 points**" in first.body
    assert "Use a left join" in first.body
    # The course's own dates have passed.
    assert {"week-1", "needs-work", "late"} <= set(hub.labels(number))
    (run,) = hub.check_runs(sha, NAME)
    assert any(each["path"] == PATH for each in run.annotations)

    told = hub.comment(number, "haneul-example", "/hint sales_krw")
    cohort.run("commands", "issue_comment", action="created", number=number, comment_id=told)
    reply = hub.comments(number)[-1].body
    assert "hint 2 of 3" in reply  # the first is in the report
    assert "(2) left-join on" in reply

    hub.commit(fork, "work", {PATH: notebook("perfect-sql", tmp_path)}, author="haneul-example")
    cohort.run("grade", "pull_request_target", action="synchronize", number=number)
    better = hub.comments(number)[0]
    assert better.id == first.id
    assert "**10 / 10 points**" in better.body
    assert "▲ 6" in better.body
    assert {"passed"} <= set(hub.labels(number))
    assert "needs-work" not in hub.labels(number)
    assert len([each for each in hub.comments(number) if "pioneers:report" in each.body]) == 1

    ledger = cohort.ledger()
    kinds = sorted(path.parts[0] for path in map(Path, hub.files(NAME, "ledger")))
    assert [kind for kind in kinds if kind in ("grade", "hint")] == ["grade", "grade", "hint"]
    command = [sys.executable, "-P", "-m", "autograder", "ledger", "verify"]
    done = subprocess.run(
        [*command, "--ledger", f"folder:{ledger}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

    cohort.run("site", "workflow_dispatch")
    (board,) = cohort.scratch.rglob("boards.json")
    standings = json.loads(board.read_text("utf-8"))
    assert "haneul-example" in json.dumps(standings)
