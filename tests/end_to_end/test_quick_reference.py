"""A quick reference passes work and never fails it; whoever differs is graded by the solution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder import reference
from autograder.assignment import Assignment
from autograder.authoring.validate import validate
from autograder.capture.patience import Patience
from autograder.pipeline import PUBLIC_SEED, grade
from tests.end_to_end.conftest import SOLUTION, Make, lasting, submit

pytestmark = pytest.mark.sandbox

QUICK = "size = seed % 1000\ntotal, items = size * (size + 1) // 2, [seed, seed + 1]"
HALF = "total, items = -1, [seed, seed + 1]"
SLOW = SOLUTION.replace("total", "import time; time.sleep(50)\ntotal", 1)


Machine = Callable[[int], list[str]]


def solutions_run(folder: Path) -> int:
    """How many seeds the solution has answered."""
    return len(list((folder / "cache" / "expected").glob("*")))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Let the machine have so many processors; a list that grows with each start of a solution."""

    def of(processors: int) -> list[str]:
        monkeypatch.setattr("os.cpu_count", lambda: processors)
        started: list[str] = []
        answer = reference.expected_answers

        def noted(assignment: Assignment, *told: Any) -> Any:
            started.append(assignment.id)
            return answer(assignment, *told)

        monkeypatch.setattr(reference, "expected_answers", noted)
        return started

    return of


MACHINES = {"two": (2, False, 0), "four": (4, False, 1), "four-thrifty": (4, True, 0)}


@pytest.mark.parametrize(
    ("processors", "thrifty", "beside"), MACHINES.values(), ids=MACHINES.keys()
)
def test_who_agrees_with_it_need_not_wait_for_the_solution(
    make: Make, tmp_path: Path, machine: Machine, processors: int, thrifty: bool, beside: int
) -> None:
    started = machine(processors)
    report = grade(make(QUICK, SLOW), submit(tmp_path, QUICK), thrifty=thrifty)
    assert (report.status, report.score) == ("graded", 2)
    assert (len(started), solutions_run(tmp_path)) == (beside, 0)
    ours = psutil.Process().children(recursive=True)
    assert not [each for each in ours if each.name() == "bwrap"]


@pytest.mark.parametrize(("processors", "thrifty"), [(2, False), (4, False), (4, True)])
def test_who_differs_is_graded_by_the_solution(
    make: Make, tmp_path: Path, machine: Machine, processors: int, thrifty: bool
) -> None:
    machine(processors)
    said: list[str] = []
    target, mine = make(QUICK), submit(tmp_path, HALF)
    report = grade(target, mine, thrifty=thrifty, say=said.append)
    assert (report.status, report.score) == ("graded", 1)
    assert said[-2:] == ["running the reference", "checking the answers"]
    assert solutions_run(tmp_path) == 1
    seed = int(report.provenance.data.rpartition("#")[2])
    assert lasting(grade(target, mine, seed=seed)) == lasting(report)


def test_a_solution_that_came_too_short_beside_it_runs_again_alone(
    make: Make, tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = machine(4)
    # As where the grader may not give it its share back.
    monkeypatch.setattr(Patience, "want", lambda _self: None)
    alone = SOLUTION.replace("total", "import os\nassert os.nice(0) == 0\ntotal", 1)
    report = grade(make("total, items = 0, []", alone), submit(tmp_path, QUICK))
    assert (report.status, report.score) == ("graded", 2)
    assert len(started) == 2


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
    right = grade(target, submit(tmp_path, SOLUTION))
    assert (right.status, right.score) == ("graded", 2)
    assert solutions_run(tmp_path) == 1


@pytest.mark.parametrize("seed", [PUBLIC_SEED, 7])
def test_a_seed_that_was_asked_for_is_the_solutions(make: Make, tmp_path: Path, seed: int) -> None:
    target = make("total, items = 0, []")
    report = grade(target, submit(tmp_path, SOLUTION), seed=seed)
    assert report.score == 2
    assert solutions_run(tmp_path) == 1


def test_validate_tells_its_author(make: Make) -> None:
    right = [each.what for _, each in validate([make(QUICK)]) if "quick" in each.what]
    assert right == [f"quick.ipynb, seed {seed}: 2 of 2" for seed in (42, 7)]
    wrong = [each for _, each in validate([make("total, items = 0, []")]) if not each.ok]
    assert [each.what.partition(":")[0] for each in wrong] == [
        "quick.ipynb, seed 42",
        "quick.ipynb, seed 7",
    ]
