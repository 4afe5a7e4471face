"""The command line as a user meets it: help, exit codes, one-line errors, files written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from autograder import __version__
from tests.command import pioneers as call

COMMANDS = (
    "grade",
    "check",
    "validate",
    "release",
    "doctor",
    "demo",
    "test",
    "lab",
    "data build",
    "data verify",
    "pr grade",
    "pr publish",
    "pr command",
    "ledger verify",
    "ledger list",
    "ledger add",
    "leaderboard",
    "grade-all",
    "site build",
    "notify digest",
    "cohort doctor",
    "cohort init",
)
PLAIN = {
    "assignment.toml": """format_version = 1
id = "plain"
kind = "notebook"
title = { ko = "연습", en = "Practice" }
[answers.total]
type = "scalar"
points = 2
visibility = "public"
hint = { ko = "모두 더하세요.", en = "Add them all." }
[answers.table]
type = "frame"
points = 3
keys = ["k"]
""",
    "solution": [
        "total = 6",
        "import pandas as pd",
        "table = pd.DataFrame({'k': [1, 2], 'v': [1.5, 2.5]})",
    ],
}


def notebook(*cells: str) -> str:
    made = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for i, text in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """A repository of its own with one assignment without Spark, and two submissions."""
    folder = tmp_path / "assignments" / "plain"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(str(PLAIN["assignment.toml"]), "utf-8")
    (folder / "notebook.ipynb").write_text(notebook(*PLAIN["solution"]), "utf-8")
    for login, cells in (("haneul-example", PLAIN["solution"]), ("bada-example", ["total = 5"])):
        target = tmp_path / "submissions" / login / "plain"
        target.mkdir(parents=True)
        (target / "notebook.ipynb").write_text(notebook(*cells), "utf-8")
    return tmp_path


def cache_of(root: Path) -> Path:
    """One for all cohorts of a run: reference answers are kept by content."""
    return root.parent / "cache"


def pioneers(*words: str, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PIONEERS_LANGUAGE": "en", "COLUMNS": "200", "NO_COLOR": "1"}
    if root is not None:
        environment |= {"PIONEERS_ROOT": str(root), "PIONEERS_CACHE": str(cache_of(root))}
    return call(*words, environment=environment)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_each_command(command: str) -> None:
    done = pioneers(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage: pioneers" in done.stdout


def test_the_version_is_told() -> None:
    assert pioneers("--version").stdout == f"pioneers {__version__}\n"


@pytest.mark.parametrize("command", ["", "data"])
def test_nothing_asked_is_answered_by_the_help_alone(command: str) -> None:
    done = pioneers(*command.split())
    assert done.returncode == 2
    assert "Usage: pioneers" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("grade", "nothing-here", "x"), "no assignment 'nothing-here'"),
        (("grade", "w1d3-join", "x"), "did you mean w1d3-joins"),
        (("grade", "w1d3-joins", "nobody-example"), "no submission 'nobody-example'"),
        (("grade", "w1d3-joins"), "See pioneers --help"),
        (("grade", "w1d3-joins", "x" * 5000), "no submission"),
        (("grade", "w1d3-joins", "x", "--seed", "many"), "--seed"),
        (("check", "/nowhere/at/all"), "no such file"),
        (("check", "/tmp"), "add --assignment"),
        (("data", "build", "games", "--scale", "-1"), "scale"),
        (("data", "verify", "/nowhere/at/all"), "nowhere"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_errors_are_one_line_with_a_fix(words: tuple[str, ...], says: str) -> None:
    done = pioneers(*words)
    assert done.returncode in (1, 2, 3)
    said = done.stderr + done.stdout
    assert says in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.sandbox
def test_grade_writes_what_it_promises(cohort: Path) -> None:
    out = cohort / "out"
    done = pioneers("grade", "plain", "bada-example", "--out", str(out), "--json", root=cohort)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["status"], report["score"], report["max_score"]) == ("graded", 0.0, 5.0)
    assert json.loads((out / "report.json").read_text("utf-8")) == report
    assert "Add them all." in (out / "report.md").read_text("utf-8")
    assert (out / "bundle" / "bundle.json").is_file()
    assert [check["status"] for check in report["checks"]] == ["fail", "fail"]


@pytest.mark.sandbox
def test_a_right_answer_passes_and_the_reference_is_reused(cohort: Path) -> None:
    first = pioneers("grade", "plain", "haneul-example", "--seed", "5", "--json", root=cohort)
    kept = [path.stat().st_mtime_ns for path in (cache_of(cohort) / "expected").iterdir()]
    again = pioneers("grade", "plain", "haneul-example", "--seed", "5", "--json", root=cohort)
    assert json.loads(first.stdout)["score"] == json.loads(again.stdout)["score"] == 5.0
    assert kept == [path.stat().st_mtime_ns for path in (cache_of(cohort) / "expected").iterdir()]


@pytest.mark.sandbox
def test_check_runs_public_checks_only_and_fails_with_1(cohort: Path) -> None:
    done = pioneers("check", str(cohort / "submissions" / "bada-example" / "plain"), root=cohort)
    assert done.returncode == 1
    assert "total" in done.stdout
    assert "table" not in done.stdout
    good = pioneers("check", str(cohort / "submissions" / "haneul-example" / "plain"), root=cohort)
    assert good.returncode == 0


@pytest.mark.sandbox
def test_a_broken_reference_is_our_fault(cohort: Path) -> None:
    (cohort / "assignments" / "plain" / "notebook.ipynb").write_text(notebook("1/0"), "utf-8")
    done = pioneers("grade", "plain", "haneul-example", "--json", root=cohort)
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert report["status"] == "infra_error"
    for said in ("the reference solution failed", "no table", "ZeroDivisionError"):
        assert said in report["message"]


@pytest.mark.sandbox
def test_an_unreadable_submission_is_invalid_not_an_error(cohort: Path) -> None:
    target = cohort / "submissions" / "bada-example" / "plain" / "notebook.ipynb"
    target.write_text("{", "utf-8")
    done = pioneers("grade", "plain", "bada-example", "--json", root=cohort)
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "invalid"


def test_data_build_and_verify(tmp_path: Path) -> None:
    out = tmp_path / "games"
    assert pioneers("data", "build", "games", "--out", str(out)).returncode == 0
    assert pioneers("data", "verify", str(out)).returncode == 0
    victim = next(iter(sorted((out / "purchases").glob("*.parquet"))))
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    damaged = pioneers("data", "verify", str(out))
    assert damaged.returncode == 1
    assert "purchases" in damaged.stdout


def test_release_writes_a_starter_without_solutions(tmp_path: Path) -> None:
    out = tmp_path / "w1d3-joins"
    done = pioneers("release", "w1d3-joins", "--out", str(out))
    assert done.returncode == 0, done.stderr
    text = (out / "notebook.ipynb").read_text("utf-8")
    assert "YOUR CODE HERE" in text
    assert "SOLUTION" not in text
    assert "tables = pioneers.tables(spark)" in text
    assert "data_dir" not in text
    again = pioneers("release", "w1d3-joins", "--out", str(out))
    assert again.returncode == 2
    assert "--force" in again.stderr


@pytest.mark.sandbox
def test_validate_says_what_is_wrong(cohort: Path) -> None:
    shutil.rmtree(cohort / "submissions")
    (cohort / "assignments" / "plain" / "notebook.ipynb").write_text(notebook("total = 6"), "utf-8")
    done = pioneers("validate", "plain", root=cohort)
    assert done.returncode == 1
    assert "✗ plain: solution" in done.stdout


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("words", "busy"),
    [
        (("grade", "plain", "bada-example"), "submissions/bada-example/plain"),
        # What ran together is otherwise tried again alone, one after the other.
        (("validate", "plain", "--mutants", "2"), "assignments/plain"),
    ],
    ids=["grade", "validate"],
)
def test_ctrl_c_ends_at_once_and_leaves_nothing_running(
    cohort: Path, words: tuple[str, ...], busy: str
) -> None:
    marker = f"loop-{os.getpid()}-{time.monotonic_ns()}"
    target = cohort / busy / "notebook.ipynb"
    sleeper = f"import subprocess; subprocess.run(['sh', '-c', 'sleep 600 # {marker}'])"
    target.write_text(notebook(sleeper), "utf-8")
    environment = {**os.environ, "PIONEERS_ROOT": str(cohort)}
    environment["PIONEERS_CACHE"] = str(cache_of(cohort))
    command = [sys.executable, "-m", "autograder", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: running(marker))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing was lost" in said
    assert "Traceback" not in said
    wait_until(lambda: not running(marker))


def running(marker: str) -> bool:
    every = (each.info["cmdline"] or () for each in psutil.process_iter(["cmdline"]))
    return any(marker in " ".join(words) for words in every)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.sandbox
def test_watch_checks_again_at_every_save(cohort: Path) -> None:
    target = cohort / "submissions" / "bada-example" / "plain" / "notebook.ipynb"
    environment = {**os.environ, "PIONEERS_ROOT": str(cohort), "PIONEERS_LANGUAGE": "en"}
    environment |= {"PIONEERS_CACHE": str(cache_of(cohort)), "NO_COLOR": "1"}
    command = [sys.executable, "-u", "-m", "autograder", "check", str(target.parent), "--watch"]
    seen: list[str] = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        reader = threading.Thread(target=lambda: seen.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            wait_until(lambda: any("watching" in line for line in seen))
            assert any("0 / 2" in line for line in seen)
            target.write_text(notebook("total = 6"), "utf-8")
            wait_until(lambda: any("2 / 2" in line for line in seen))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
            reader.join(timeout=10)
    assert process.returncode == 0, "the last check has passed"
    assert any("Fix it and save" in line for line in seen)
    assert not any("Traceback" in line or "KeyboardInterrupt" in line for line in seen)
