"""Proves assignments right before members see them.

The starter must score nothing, the solution everything, on two seeds, and so must a quick one; each
golden case must get its verdict; broken solutions must be noticed. Everything runs by the official
path, where several share a sandbox; a work without its due is graded once more, alone.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from autograder import kinds, paths
from autograder.assignment import Assignment
from autograder.authoring.series import LONGEST, grade_series, split
from autograder.authoring.trials import Result, Trial, broken, plan
from autograder.pipeline import grade

JOBS = 2
ALL = 99
"""Of several assignments each takes one sandbox for a seed: the next keeps the processors busy."""


def validate(
    assignments: Sequence[Assignment],
    *,
    golden: bool = True,
    mutants: int = 0,
    say: Callable[[str, int, int], object] = lambda *_: None,
) -> Iterator[tuple[Assignment, Result]]:
    """Yield a result for each thing to prove as it is known, one assignment after the other.

    Args:
        say: is told whose work was graded, how many are graded, and how many there are.

    Raises:
        AssignmentError: a golden case is not right; nothing has been tried then.
    """
    longest = LONGEST if len(assignments) == 1 else ALL
    graded = itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="pioneers-validate-") as name:
        proofs = []
        for number, each in enumerate(assignments):
            trials = plan(each, Path(name) / str(number), golden=golden, mutants=mutants)
            parts = [(seed, part) for seed in trials for part in split(each, trials[seed], longest)]
            proofs.append(_Proof(each, parts, mutants))
        total = sum(len(trials) for proof in proofs for _, trials in proof.parts)
        with ThreadPoolExecutor(JOBS) as pool:
            for proof in proofs:
                proof.begin(pool, lambda which: say(which, next(graded), total))
            try:
                for proof in proofs:
                    for result in proof.results():
                        yield proof.assignment, result
            finally:  # whoever stops listening wants no more of it
                pool.shutdown(wait=False, cancel_futures=True)


class _Proof:
    """One assignment; once its solution has failed, nothing else of it is tried.

    Args:
        parts: each a seed, and trials that share a sandbox where they can.
        mutants: how many were asked for.
    """

    def __init__(
        self, assignment: Assignment, parts: Sequence[tuple[int, Sequence[Trial]]], mutants: int
    ) -> None:
        self.assignment = assignment
        self.parts = parts
        self._mutants = mutants
        self._failed = Event()
        self._begun: list[Future[list[Result]]] = []

    def begin(self, pool: ThreadPoolExecutor, graded: Callable[[str], object]) -> None:
        """Have everything tried; `graded` is told the assignment's id for each work."""
        self._begun = [pool.submit(self._known)]
        self._begun += [pool.submit(self._try, *part, graded) for part in self.parts]

    def results(self) -> Iterator[Result]:
        """Yield what was found, in the order of the parts."""
        for part in self._begun:
            yield from part.result()
        if self._failed.is_set():
            yield Result(False, "the rest was not tried: first mend the solution")

    def _known(self) -> list[Result]:
        """What no work has to be graded for."""
        kind = kinds.of(self.assignment)
        found = [_points(self.assignment), _lesson(self.assignment)]
        found += [Result(ok, what) for ok, what in kind.proofs(self.assignment)]
        if self._mutants and not broken(self.assignment, 1):
            found.append(Result(True, "mutants: nothing in the solution to break in a small way"))
        return found

    def _try(
        self, seed: int, trials: Sequence[Trial], graded: Callable[[str], object]
    ) -> list[Result]:
        found: list[Result] = []
        if self._failed.is_set():
            return found
        reports = grade_series(self.assignment, [trial.path for trial in trials], seed=seed)
        for trial, report in zip(trials, reports, strict=True):
            result = trial.judge(report)
            if not result.ok and report.status == "graded":
                # It may be a neighbour's doing, or that of a busy machine.
                alone = grade(self.assignment, trial.path, seed=seed, language="en")
                result = trial.judge(alone)
            found.append(result)
            graded(self.assignment.id)
            if trial.solution and not result.ok:
                self._failed.set()
            if self._failed.is_set():
                break
        return found


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
