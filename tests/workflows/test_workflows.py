"""What every workflow must keep to, read from the YAML; and what the audits say of all of them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.runner import load

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
TREES = {name: load(path) for name, path in WORKFLOWS.items()}

# The most that each job may do. A right that is asked for in a workflow and not here is a decision
# that somebody has to take here, too.
RIGHTS = {
    "caches.fill": {"contents": "read"},
    "ci.checks": {"contents": "read"},
    "commands.command": {
        "contents": "write",
        "pull-requests": "write",
        "issues": "write",
        "id-token": "write",
    },
    "digest.digest": {"contents": "read", "id-token": "write"},
    "grade.grade": {"contents": "read", "pull-requests": "read", "checks": "read"},
    "grade.publish": {
        "contents": "write",
        "pull-requests": "write",
        "issues": "write",
        "checks": "write",
        "id-token": "write",
    },
    "regrade.grade": {"contents": "read"},
    "regrade.record": {"contents": "write", "id-token": "write"},
    "site.build": {"contents": "read", "pages": "read", "id-token": "write"},
    "site.deploy": {"pages": "write", "id-token": "write"},
    "weekly.site": {"contents": "read", "pages": "write", "id-token": "write"},
}
RUN_ALLOWED = ("./pioneers ", ".ci/run", ".ci/sandbox")
# Jobs in which members' work runs: no secret, no right to write, nothing saved for later runs.
RUNS_MEMBERS_WORK = ("grade.grade", "regrade.grade")
ACTIONS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/cache/restore": "27d5ce7f107fe9357f9df03efb73ab90386fccae",
    "actions/cache/save": "27d5ce7f107fe9357f9df03efb73ab90386fccae",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
    "actions/configure-pages": "983d7736d9b0ae728b81ab479565c72886d7745b",
    "actions/upload-pages-artifact": "fc324d3547104276b827a68afc52ff2a11cc49c9",
    "actions/deploy-pages": "cd2ce8fcbc39b97be8ca5fce6e763baed58fa128",
    "aws-actions/configure-aws-credentials": "e6de054238d6b7531b4efff3b6587d9aade6a06c",
}
JOBS = {f"{name}.{job}": body for name, tree in TREES.items() for job, body in tree["jobs"].items()}


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return list(job.get("steps", []))


def texts(value: Any) -> Iterator[str]:
    """Every text below a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def test_these_are_the_workflows() -> None:
    assert set(WORKFLOWS) == {
        *("caches", "ci", "commands", "digest", "grade", "regrade", "site", "weekly")
    }
    assert set(JOBS) == set(RIGHTS)


@pytest.mark.parametrize("name", JOBS)
def test_rights_are_explicit_and_the_least(name: str) -> None:
    tree, job = TREES[name.partition(".")[0]], JOBS[name]
    top = tree["permissions"]
    assert top == {} or (name == "ci.checks" and top == {"contents": "read"})
    assert job.get("permissions", top) == RIGHTS[name]


@pytest.mark.parametrize("name", JOBS)
def test_every_action_is_pinned_to_the_commit_it_was_read_at(name: str) -> None:
    for step in steps(JOBS[name]):
        if "uses" in step:
            action, _, commit = step["uses"].partition("@")
            assert ACTIONS[action] == commit
    for line in WORKFLOWS[name.partition(".")[0]].read_text("utf-8").splitlines():
        if re.search(r"uses: [^.]", line):
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("name", JOBS)
def test_no_checkout_leaves_a_token_or_takes_another_s_code(name: str) -> None:
    for step in steps(JOBS[name]):
        if step.get("uses", "").startswith("actions/checkout@"):
            given = step["with"]
            assert given["persist-credentials"] is False
            assert set(given) <= {"persist-credentials", "ref", "path"}
            if "ref" in given:  # data, beside the code and never over it
                assert given["ref"] == "${{ vars.LEDGER_BRANCH || 'ledger' }}"
                assert given["path"] == "ledger"


@pytest.mark.parametrize("name", JOBS)
def test_what_is_run_is_one_short_command_without_expressions(name: str) -> None:
    for step in steps(JOBS[name]):
        if "run" in step:
            assert "${{" not in step["run"]
            assert (step["run"] + " ").startswith(RUN_ALLOWED), step["run"]
            words = shlex.split(step["run"])
            assert not {";", "&&", "||", "|", "&", ">", "<"} & set(words)
            assert "$(" not in step["run"]
            assert "`" not in step["run"]
            assert len(step["run"].strip().splitlines()) == 1


@pytest.mark.parametrize("name", JOBS)
def test_every_job_ends_by_itself_on_a_known_machine(name: str) -> None:
    job = JOBS[name]
    if "uses" in job:
        assert job["uses"] == "./.github/workflows/site.yml"
        return
    assert job["runs-on"] == "ubuntu-24.04"
    assert 0 < job["timeout-minutes"] <= 350
    for step in steps(job):
        assert step.get("timeout-minutes", 1) <= job["timeout-minutes"]


@pytest.mark.parametrize("name", RUNS_MEMBERS_WORK)
def test_members_work_runs_where_there_is_nothing_to_take(name: str) -> None:
    job = JOBS[name]
    assert set(job["permissions"].values()) == {"read"}
    assert not any("secrets." in text or "id-token" in text for text in texts(job))
    used = [step["uses"].partition("@")[0] for step in steps(job) if "uses" in step]
    assert set(used) <= {
        *("actions/checkout", "actions/setup-python"),
        *("actions/cache/restore", "actions/upload-artifact"),
    }
    # A member's text reaches no environment, no file name and no condition of a step.
    for step in steps(job):
        assert not any("github.event" in text or "head" in text for text in texts(step))


def test_caches_are_written_by_one_workflow_that_no_pull_request_starts() -> None:
    savers = {
        name
        for name, job in JOBS.items()
        for step in steps(job)
        if re.match(r"actions/cache(/save)?@", step.get("uses", ""))
    }
    assert savers == {"caches.fill"}
    assert set(TREES["caches"]["on"]) == {"push", "schedule", "workflow_dispatch"}
    assert TREES["caches"]["on"]["push"]["branches"] == ["main"]


def test_restored_caches_have_the_keys_that_are_saved() -> None:
    rows = TREES["caches"]["jobs"]["fill"]["strategy"]["matrix"]["include"]
    (template,) = (
        step["with"]["key"]
        for step in steps(JOBS["caches.fill"])
        if step.get("uses", "").startswith("actions/cache/restore")
    )
    saved = {(template.replace("${{ matrix.set }}", row["set"]), row["path"]) for row in rows}
    asked = {
        (step["with"]["key"], step["with"]["path"])
        for name, job in JOBS.items()
        for step in steps(job)
        if name != "caches.fill" and step.get("uses", "").startswith("actions/cache/restore")
    }
    assert asked == saved


def test_a_requirement_set_is_one_that_the_first_start_knows() -> None:
    names = {path.stem for path in (ROOT / "requirements").glob("*.txt")}
    for name, job in JOBS.items():
        chosen = job.get("env", {}).get("PIONEERS_REQUIREMENTS", "grader")
        assert chosen in {*names, "${{ matrix.set }}"}, name


def test_only_grade_uses_the_trigger_with_a_token_for_strangers() -> None:
    users = [name for name, tree in TREES.items() if "pull_request_target" in tree["on"]]
    assert users == ["grade"]
    trigger = TREES["grade"]["on"]["pull_request_target"]
    assert trigger == {
        "types": ["opened", "synchronize", "reopened", "ready_for_review"],
        "paths": ["submissions/**"],
    }
    assert not any("workflow_run" in tree["on"] for tree in TREES.values())


def test_no_answer_is_dropped_and_a_newer_push_supersedes() -> None:
    grade, publish = JOBS["grade.grade"]["concurrency"], JOBS["grade.publish"]["concurrency"]
    assert grade["cancel-in-progress"] is True
    for group in (publish, JOBS["commands.command"]["concurrency"]):
        assert group["cancel-in-progress"] is False
        assert group["queue"] == "max"


def test_the_scripts_can_be_executed() -> None:
    for name in (".ci/run", ".ci/sandbox", "pioneers"):
        assert os.access(ROOT / name, os.X_OK), name


def test_zizmor_finds_nothing_that_is_not_written_down() -> None:
    command = [Path(sys.executable).parent / "zizmor", "--offline", "--quiet"]
    done = subprocess.run(
        [*command, "--persona", "auditor", ".github"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exception_says_why_and_is_needed(tmp_path: Path) -> None:
    """A rule is an exception only with a comment; without the file zizmor finds just those."""
    lines = (ROOT / ".github" / "zizmor.yml").read_text("utf-8").splitlines()
    rules = [line.strip().rstrip(":") for line in lines if re.fullmatch(r"  [a-z-]+:", line)]
    assert rules
    for number, line in enumerate(lines):
        if line.strip() == "ignore:":
            assert lines[number + 1].strip().startswith("# "), lines[number - 1]
    empty = tmp_path / "zizmor.yml"
    empty.write_text("rules: {}\n", "utf-8")
    command = [Path(sys.executable).parent / "zizmor", "--offline", "--quiet", "--format=json"]
    done = subprocess.run(
        [*command, "--persona", "auditor", "--config", empty, ".github"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    found = set(re.findall(r'"ident":\s*"([a-z-]+)"', done.stdout))
    assert found == set(rules)


@pytest.mark.network
def test_actionlint_sees_what_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / ".ci" / "actionlint.py")]
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n",
        "utf-8",
    )
    done = subprocess.run([*command, bad], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "potentially untrusted" in done.stdout
