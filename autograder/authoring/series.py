"""Grades an author's own variants of one assignment, which may share a sandbox and its JVM.

What starting Spark or Airflow takes is spent once for several of them. They are the author's own
and have no reason to spoil each other; a member's submission is always alone. Who is not run to
the end here is graded alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from autograder import kinds, reference
from autograder.assignment import Assignment
from autograder.capture import java
from autograder.errors import InfrastructureError, SubmissionInvalid
from autograder.kinds import Surroundings
from autograder.models import Report
from autograder.pipeline import Ran, grade
from autograder.submission import Submission

T = TypeVar("T")
LONGEST = 6
"""A JVM that has served so many has become no slower, and two processors share the rest well."""


def split(
    assignment: Assignment, items: Sequence[T], longest: int = LONGEST
) -> Iterator[Sequence[T]]:
    """Yield the items in runs of nearly one length, each to be graded as one series."""
    if kinds.of(assignment).capture_series is None:
        longest = 1
    parts = -(-len(items) // longest)
    for part in range(parts):
        yield items[len(items) * part // parts : len(items) * (part + 1) // parts]


def grade_series(assignment: Assignment, paths: Sequence[Path], *, seed: int) -> Iterator[Report]:
    """Yield the official report of each path, in English, on the data of one seed.

    The solution runs before them in the same sandbox, unless its answers are known.
    """
    with tempfile.TemporaryDirectory(prefix="pioneers-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        try:
            ran = _run(assignment, paths, seed, scratch)
        except (InfrastructureError, SubmissionInvalid):
            ran = {}
        for path in paths:
            yield grade(assignment, path, seed=seed, language="en", ran=ran.get(path))


def _run(
    assignment: Assignment, paths: Sequence[Path], seed: int, scratch: Path
) -> dict[Path, Ran]:
    """Those that can be read, and that have run to the end, together."""
    kind = kinds.of(assignment)
    if kind.capture_series is None:
        return {}
    staged: dict[Path, Submission] = {}
    for number, path in enumerate(paths):
        try:
            staged[path] = kind.stage(assignment, path, scratch / f"submission-{number}")
        except SubmissionInvalid:
            continue
    works = list(staged.values())
    expected = reference.kept_answers(assignment, seed)
    if works and expected is None:
        works.insert(0, kind.stage(assignment, kind.solution(assignment), scratch / "reference"))
    if len(works) < 2:
        return {}
    if any(each.mentions("pyspark") for each in works):
        java.prepare()
    data = reference.draw_data(assignment, seed, scratch)
    captured = kind.capture_series(works, assignment, Surroundings(data, seed))
    if expected is None:
        expected = reference.keep_answers(assignment, seed, captured.pop(0))
    return {
        path: Ran(each, data, expected)
        for path, each in zip(staged, captured, strict=True)
        if not each.run.stopped
    }
