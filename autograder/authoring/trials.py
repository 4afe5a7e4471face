"""What is tried to prove an assignment: works to grade on a seed, and what each report must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder import kinds
from autograder.assignment import Assignment
from autograder.authoring.golden import Case, differences, load_cases, silent, write_submission
from autograder.authoring.mutants import Mutant, mutate
from autograder.models import Report
from autograder.reference import PUBLIC_SEED

OTHER_SEED = 7
STARTER = "starter"


@dataclass(frozen=True)
class Result:
    """One thing proven or not."""

    ok: bool
    what: str


@dataclass(frozen=True)
class Trial:
    """One work to grade.

    Attributes:
        judge: what its report proves.
        solution: it is the solution, without which no other verdict could be believed.
    """

    path: Path
    judge: Callable[[Report], Result]
    solution: bool = False


def plan(
    assignment: Assignment, folder: Path, *, golden: bool, mutants: int
) -> dict[int, list[Trial]]:
    """The trials by seed, the solution first; what has to be written for them goes to `folder`.

    Raises:
        AssignmentError: a golden case is not right.
    """
    kind = kinds.of(assignment)
    starter = kind.write_starter(assignment, folder / STARTER)
    others = [Trial(starter, partial(_judge_work, STARTER, 0))]
    if golden:
        for case in load_cases(assignment):
            path = write_submission(case, assignment, folder)
            others.append(Trial(path, partial(_judge_case, case)))
    for number, mutant in enumerate(broken(assignment, mutants)):
        home = folder / f"mutant-{number}"
        path = kind.write_variant(assignment, {mutant.part: mutant.source}, home)
        others.append(Trial(path, partial(_judge_mutant, mutant)))
    return {
        PUBLIC_SEED: _right(assignment, PUBLIC_SEED),
        OTHER_SEED: _right(assignment, OTHER_SEED) + others,
    }


def broken(assignment: Assignment, count: int) -> list[Mutant]:
    """Up to `count` solutions with one mistake each."""
    kind = kinds.of(assignment)
    return mutate(kind.parts(assignment), count, rules=kind.breaks, seed=OTHER_SEED)


def _right(assignment: Assignment, seed: int) -> list[Trial]:
    """The author's own works that must be given every point."""
    kind, due = kinds.of(assignment), assignment.max_points
    found = [
        Trial(
            kind.solution(assignment),
            partial(_judge_work, f"solution, seed {seed}", due),
            solution=True,
        )
    ]
    if quick := kind.quick(assignment):
        found.append(Trial(quick, partial(_judge_work, f"{quick.name}, seed {seed}", due)))
    return found


def _judge_work(what: str, due: float, report: Report) -> Result:
    return Result(report.status == "graded" and report.score == due, f"{what}: {_told(report)}")


def _judge_case(case: Case, report: Report) -> Result:
    wrong = differences(case, report) + silent(report)
    return Result(not wrong, f"golden {case.name}" + (f": {'; '.join(wrong)}" if wrong else ""))


def _judge_mutant(mutant: Mutant, report: Report) -> Result:
    if report.status == "infra_error":
        return Result(False, f"mutant not graded: {mutant.part}, {mutant.change}: {_told(report)}")
    # A change that cannot even be graded is noticed, too.
    killed = report.score < report.max_score
    said = "noticed" if killed else "SURVIVED"
    return Result(killed, f"mutant {said}: {mutant.part}, {mutant.change}")


def _told(report: Report) -> str:
    if report.status != "graded":
        return f"{report.status}: {report.message}"
    failed = [f"{check.id} ({check.message})" for check in report.checks if check.status != "pass"]
    return f"{report.score:g} of {report.max_score:g}" + (
        f"; {'; '.join(failed[:3])}" if failed else ""
    )
