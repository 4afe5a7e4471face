"""A quick reference passes work and never fails it; whoever differs is graded by the solution."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from autograder.authoring.validate import validate
from autograder.pipeline import PUBLIC_SEED, grade
from tests.end_to_end.conftest import SOLUTION, Make, lasting, submit

pytestmark = pytest.mark.sandbox

QUICK = "size = seed % 1000\ntotal, items = size * (size + 1) // 2, [seed, seed + 1]"
HALF = "total, items = -1, [seed, seed + 1]"
SLOW = SOLUTION.replace("total", "import time; time.sleep(50)\ntotal", 1)


def solutions_run(folder: Path) -> int:
    """How many seeds the solution has answered."""
    return len(list((folder / "cache" / "expected").glob("*")))


@pytest.mark.parametrize("thrifty", [True, False])
def test_who_agrees_with_it_need_not_wait_for_the_solution(
    make: Make, tmp_path: Path, thrifty: bool
) -> None:
    report = grade(make(QUICK, SLOW), submit(tmp_path, QUICK), thrifty=thrifty)
    assert (report.status, report.score) == ("graded", 2)
    assert solutions_run(tmp_path) == 0
    ours = psutil.Process().children(recursive=True)
    assert not [each for each in ours if each.name() == "bwrap"]


@pytest.mark.parametrize("thrifty", [True, False])
def test_who_differs_is_graded_by_the_solution(make: Make, tmp_path: Path, thrifty: bool) -> None:
    target, mine, said = make(QUICK), submit(tmp_path, HALF), []
    report = grade(target, mine, thrifty=thrifty, say=said.append)
    assert (report.status, report.score) == ("graded", 1)
    assert said[-2:] == ["running the reference", "checking the answers"]
    assert solutions_run(tmp_path) == 1
    seed = int(report.provenance.data.rpartition("#")[2])
    assert lasting(grade(target, mine, seed=seed)) == lasting(report)


def test_a_solution_that_came_too_short_beside_it_runs_again_alone(
    make: Make, tmp_path: Path
) -> None:
    alone = SOLUTION.replace("total", "import os\nassert os.nice(0) == 0\ntotal", 1)
    report = grade(make("total, items = 0, []", alone), submit(tmp_path, QUICK))
    assert (report.status, report.score) == ("graded", 2)


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
