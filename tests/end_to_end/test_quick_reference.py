"""A quick reference passes work and never fails it; whoever differs is graded by the solution."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import assignment as assignments
from autograder.assignment import Assignment
from autograder.authoring.validate import validate
from autograder.batch import grade_officially
from autograder.models import Report, Timing
from autograder.pipeline import PUBLIC_SEED, grade
from autograder.submission import Cell, render_notebook

pytestmark = pytest.mark.sandbox

TOML = """
format_version = 1
id = "tiny-one"
kind = "notebook"
title = { ko = "작은 과제", en = "A tiny one" }

[answers.total]
type = "scalar"
points = 1

[answers.items]
type = "list"
points = 1
"""
SOLUTION = """### BEGIN SOLUTION
total = sum(range(seed % 1000 + 1))
items = [seed, seed + 1]
### END SOLUTION"""
QUICK = "size = seed % 1000\ntotal, items = size * (size + 1) // 2, [seed, seed + 1]"
HALF = "total, items = -1, [seed, seed + 1]"
ANSWERS = {
    "grade_id": "answers",
    "schema_version": 3,
    "solution": True,
    "grade": False,
    "locked": False,
    "task": False,
}
Make = Callable[[str], Assignment]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the tiny assignment with a quick reference, and an empty cache."""
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "tiny-one"
    home.mkdir()
    (home / "assignment.toml").write_text(TOML, "utf-8")
    tree = json.loads(render_notebook([Cell("code", SOLUTION)]))
    tree["cells"][0]["metadata"] = {"nbgrader": ANSWERS}
    (home / "notebook.ipynb").write_text(json.dumps(tree), "utf-8")

    def made(quick: str) -> Assignment:
        text = quick if quick.startswith("{") else render_notebook([Cell("code", quick)])
        (home / "quick.ipynb").write_text(text, "utf-8")
        return assignments.load(home)

    return made


def submit(folder: Path, source: str) -> Path:
    path = folder / "mine.ipynb"
    path.write_text(render_notebook([Cell("code", source)]), "utf-8")
    return path


def solutions_run(folder: Path) -> int:
    """How many seeds the solution has answered."""
    return len(list((folder / "cache" / "expected").glob("*")))


def lasting(report: Report) -> Report:
    return replace(report, timing=Timing())


def test_who_agrees_with_it_need_not_wait_for_the_solution(make: Make, tmp_path: Path) -> None:
    report = grade(make(QUICK), submit(tmp_path, SOLUTION), quick=True)
    assert (report.status, report.score) == ("graded", 2)
    assert solutions_run(tmp_path) == 0


def test_who_differs_is_graded_by_the_solution(make: Make, tmp_path: Path) -> None:
    target, mine, said = make(QUICK), submit(tmp_path, HALF), []
    report = grade(target, mine, quick=True, say=said.append)
    assert (report.status, report.score) == ("graded", 1)
    assert said[-2:] == ["running the reference", "checking the answers"]
    assert solutions_run(tmp_path) == 1
    seed = int(report.provenance.data.rpartition("#")[2])
    assert lasting(grade(target, mine, seed=seed)) == lasting(report)


@pytest.mark.parametrize(
    "quick",
    [
        "total, items = 0, []",
        "total, items = 0, [seed, seed + 1]",
        "raise RuntimeError('broken')",
        "import os; os._exit(3)",
        "{not a notebook",
    ],
    ids=["wrong", "half-wrong", "raises", "dies", "no-notebook"],
)
def test_a_wrong_or_broken_one_costs_nobody_a_point(make: Make, tmp_path: Path, quick: str) -> None:
    target = make(quick)
    right = grade(target, submit(tmp_path, SOLUTION), quick=True)
    assert (right.status, right.score) == ("graded", 2)
    assert solutions_run(tmp_path) == 1


def test_only_who_asks_for_it_is_graded_by_it(make: Make, tmp_path: Path) -> None:
    target, mine = make(QUICK), submit(tmp_path, SOLUTION)
    assert grade_officially(target, mine).score == 2
    assert solutions_run(tmp_path) == 0
    assert grade(target, mine).score == 2
    assert solutions_run(tmp_path) == 1


@pytest.mark.parametrize("seed", [PUBLIC_SEED, 7])
def test_a_seed_that_was_asked_for_is_the_solutions(make: Make, tmp_path: Path, seed: int) -> None:
    target = make("total, items = 0, []")
    report = grade(target, submit(tmp_path, SOLUTION), seed=seed, quick=True)
    assert report.score == 2
    assert solutions_run(tmp_path) == 1


def test_validate_tells_its_author(make: Make) -> None:
    right = [each.what for each in validate(make(QUICK)) if "quick" in each.what]
    assert right == [f"quick.ipynb, seed {seed}: 2 of 2" for seed in (42, 7)]
    wrong = [each for each in validate(make("total, items = 0, []")) if not each.ok]
    assert [each.what.partition(":")[0] for each in wrong] == [
        "quick.ipynb, seed 42",
        "quick.ipynb, seed 7",
    ]
