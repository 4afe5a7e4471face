"""Makes the sample feedback of an assignment: the official grade of one golden case, kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autograder.assignment import Assignment
from autograder.authoring.golden import (
    differences,
    sample_case,
    write_sample,
    write_submission,
)
from autograder.authoring.trials import OTHER_SEED
from autograder.errors import AssignmentError
from autograder.pipeline import grade


def keep_sample(
    assignment: Assignment, *, say: Callable[[str], None] = lambda _: None
) -> Path | None:
    """Grade the case that is the assignment's sample and keep its report; None without one.

    Raises:
        AssignmentError: the case cannot be graded.
    """
    case = sample_case(assignment)
    if case is None:
        return None
    say("sample feedback")
    with tempfile.TemporaryDirectory(prefix="pioneers-sample-") as name:
        work = write_submission(case, assignment, Path(name))
        report = grade(assignment, work, seed=OTHER_SEED, language="en")
    if wrong := differences(replace(case, sample=False), report):
        raise AssignmentError(
            f"{case.folder}: not the verdict it must get: {wrong[0]}",
            fix="mend the case or the assignment",
        )
    return write_sample(case, report)
