"""Proves an assignment right before members see it.

The starter must score nothing, the solution everything, on two seeds, and so must a quick one; each
golden case must get its verdict; broken solutions must be noticed. Everything runs by the official
path, where several share a sandbox; a work or a case without its due is graded once more, alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from autograder import kinds, paths
from autograder.assignment import Assignment
from autograder.authoring.golden import Case, differences, load_cases, write_submission
from autograder.authoring.mutants import Mutant, mutate
from autograder.authoring.series import grade_series, split
from autograder.models import Report
from autograder.pipeline import grade
from autograder.reference import PUBLIC_SEED

OTHER_SEED = 7
STARTER = "starter"
JOBS = 2


@dataclass(frozen=True)
class Result:
    """One thing proven or not."""

    ok: bool
    what: str


def validate(
    assignment: Assignment,
    *,
    golden: bool = True,
    mutants: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Result]:
    """Yield a result for each thing to prove, as it is known."""
    yield _points(assignment)
    yield _lesson(assignment)
    kind = kinds.of(assignment)
    for ok, what in kind.proofs(assignment):
        yield Result(ok, what)
    with (
        tempfile.TemporaryDirectory(prefix="pioneers-validate-") as name,
        ThreadPoolExecutor(JOBS) as pool,
    ):
        folder = Path(name)
        say("solution and starter")
        works = {"solution": kind.solution(assignment)}
        if quick := kind.quick(assignment):
            works[quick.name] = quick
        starter = {STARTER: kind.write_starter(assignment, folder / STARTER)}
        proofs = ((PUBLIC_SEED, works), (OTHER_SEED, works | starter))
        solved = True
        for found in pool.map(lambda proof: _prove(assignment, *proof), proofs):
            yield from found
            solved = solved and found[0].ok
        if not solved:
            if golden or mutants:
                yield Result(False, "the rest was not tried: first mend the solution")
            return
        if golden:
            say("golden cases")
            parts = split(assignment, load_cases(assignment))
            for found in pool.map(lambda part: check_cases(part, assignment, folder), parts):
                yield from found
        if mutants:
            say("mutants")
            broken = _mutants(assignment, mutants)
            if not broken:
                yield Result(True, "mutants: nothing in the solution to break in a small way")
            numbered = split(assignment, list(enumerate(broken)))
            for found in pool.map(lambda part: _check_mutants(part, assignment, folder), numbered):
                yield from found


def check_cases(cases: Sequence[Case], assignment: Assignment, folder: Path) -> list[Result]:
    """Grade golden cases on a seed that no member knows and compare their verdicts."""
    works = [write_submission(case, assignment, folder) for case in cases]
    reports = grade_series(assignment, works, seed=OTHER_SEED)
    return [
        _verdict(case, assignment, work, report)
        for case, work, report in zip(cases, works, reports, strict=True)
    ]


def _verdict(case: Case, assignment: Assignment, work: Path, report: Report) -> Result:
    wrong = differences(case, report)
    if wrong:  # which may be a neighbour's doing
        wrong = differences(case, grade(assignment, work, seed=OTHER_SEED, language="en"))
    return Result(not wrong, f"golden {case.name}" + (f": {'; '.join(wrong)}" if wrong else ""))


def _points(assignment: Assignment) -> Result:
    return Result(
        assignment.max_points > 0,
        f"{len(assignment.answers)} answers, {assignment.max_points:g} points",
    )


def _lesson(assignment: Assignment) -> Result:
    pages = [
        paths.root() / "curriculum" / tongue / f"{assignment.lesson}.md" for tongue in ("ko", "en")
    ]
    missing = [
        str(page.relative_to(paths.root()))
        for page in pages
        if assignment.lesson and not page.is_file()
    ]
    return Result(
        not missing,
        f"lesson page missing: {', '.join(missing)}" if missing else "lesson pages are there",
    )


def _prove(assignment: Assignment, seed: int, works: Mapping[str, Path]) -> list[Result]:
    """Whether each work is given every point, and the starter none."""
    reports = grade_series(assignment, list(works.values()), seed=seed)
    return [
        _proven(assignment, seed, what, path, report)
        for (what, path), report in zip(works.items(), reports, strict=True)
    ]


def _proven(assignment: Assignment, seed: int, what: str, path: Path, report: Report) -> Result:
    due = 0 if what == STARTER else assignment.max_points
    if report.status == "graded" and report.score != due:  # which may be a neighbour's doing
        report = grade(assignment, path, seed=seed, language="en")
    told = what if what == STARTER else f"{what}, seed {seed}"
    given = report.status == "graded" and report.score == due
    return Result(given, f"{told}: {_told(report)}")


def _mutants(assignment: Assignment, count: int) -> list[Mutant]:
    kind = kinds.of(assignment)
    return mutate(kind.parts(assignment), count, rules=kind.breaks, seed=OTHER_SEED)


def _check_mutants(
    mutants: Sequence[tuple[int, Mutant]], assignment: Assignment, folder: Path
) -> list[Result]:
    write = kinds.of(assignment).write_variant
    works = [
        write(assignment, {mutant.part: mutant.source}, folder / f"mutant-{number}")
        for number, mutant in mutants
    ]
    reports = grade_series(assignment, works, seed=OTHER_SEED)
    return [_noticed(mutant, report) for (_, mutant), report in zip(mutants, reports, strict=True)]


def _noticed(mutant: Mutant, report: Report) -> Result:
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
