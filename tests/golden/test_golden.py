"""Golden cases by the official path: their verdicts, and that a seed makes the same report again.

`pioneers validate` grades all of them; here are a few, for what the grades of one seed share.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import kinds
from autograder.assignment import load_all
from autograder.authoring.golden import differences, load_cases, silent, write_submission
from autograder.authoring.trials import OTHER_SEED
from autograder.models import Check, Report, Timing
from autograder.pipeline import grade
from autograder.reference import PUBLIC_SEED
from autograder.report import to_json, to_markdown

pytestmark = [pytest.mark.spark, pytest.mark.sandbox]
JOBS = 2


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("which", "name", "times"),
    # `benchmarks/stability.py --seed` does it ten times with every case of every assignment.
    [("w1d3-joins", "inner-join", 2), ("c03-checkout-counters", "in-turn", 10)],
)
def test_the_same_seed_gives_the_same_report(
    which: str, name: str, times: int, tmp_path: Path
) -> None:
    assignment = next(each for each in load_all() if each.id == which)
    case = next(each for each in load_cases(assignment) if each.name == name)
    path = write_submission(case, assignment, tmp_path)
    with ThreadPoolExecutor(JOBS) as pool:
        seeds = [OTHER_SEED] * times
        reports = list(
            pool.map(lambda seed: grade(assignment, path, seed=seed, language="en"), seeds)
        )
    assert differences(case, reports[0]) + silent(reports[0]) == []
    assert "Next step" in to_markdown(reports[0])
    assert len({to_json(replace(report, timing=Timing())) for report in reports}) == 1


def test_a_fresh_seed_is_recorded_and_differs_each_time() -> None:
    assignment = next(each for each in load_all() if each.id == "c01-duplicate-orders")
    solution = kinds.of(assignment).solution(assignment)
    reports = [grade(assignment, solution, language="en") for _ in range(2)]
    assert "Next step" not in "".join(map(to_markdown, reports))
    assert [report.score for report in reports] == [assignment.max_points] * 2
    seeds = {int(report.provenance.data.rpartition("#")[2]) for report in reports}
    assert len(seeds) == 2
    assert not seeds & {OTHER_SEED, PUBLIC_SEED}


def test_differences_notices_a_wrong_verdict() -> None:
    assignment = next(each for each in load_all() if each.id == "w1d3-joins")
    case = next(case for case in load_cases(assignment) if case.name == "inner-join")
    report = Report("x", "graded", 10.0, 10.0)
    assert any("score" in line for line in differences(case, report))
    assert any("no such check" in line for line in differences(case, report))
    assert differences(case, replace(report, status="infra_error", message="disk"))[0].endswith(
        "disk"
    )
    mute = Report("x", "graded", 0.0, 1.0, checks=(Check("won", "Won", 0, 1, "fail", "public"),))
    assert "won: fail, and it does not say what to do next" in silent(mute)
