"""Assignments whose work is a notebook: starter and solution are one nbgrader source notebook.

An author may add `quick.ipynb`, which gives the same answers without Spark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from autograder.assignment import Assignment
from autograder.authoring import breaks, source
from autograder.capture import notebook
from autograder.capture.captured import Captured
from autograder.capture.surroundings import Surroundings
from autograder.kinds.kind import Kind
from autograder.submission import NOTEBOOK, Submission, pick_notebook, stage

QUICK = "quick.ipynb"


def _pick(_: Assignment, path: Path, files: Mapping[str, Path]) -> str:
    return pick_notebook(path, files)


def _stage(_: Assignment, path: Path, folder: Path) -> Submission:
    return stage(path, folder)


def _capture(submission: Submission, assignment: Assignment, around: Surroundings) -> Captured:
    return _capture_series([submission], assignment, around)[0]


def _capture_series(
    submissions: Sequence[Submission], assignment: Assignment, around: Surroundings
) -> list[Captured]:
    return notebook.capture(submissions, assignment.answers, assignment.limits, around)


def _solution(assignment: Assignment) -> Path:
    return assignment.notebook


def _quick(assignment: Assignment) -> Path | None:
    path = assignment.folder / QUICK
    return path if path.is_file() else None


def _write_starter(assignment: Assignment, folder: Path) -> Path:
    target = folder / NOTEBOOK
    source.write(source.starter(assignment.notebook), target)
    return target


def _parts(assignment: Assignment) -> dict[str, str]:
    cells = source.solution_cells(source.read(assignment.notebook))
    return {name: str(cell.source) for name, cell in cells.items()}


def _write_variant(assignment: Assignment, replaced: Mapping[str, str], folder: Path) -> Path:
    target = folder / NOTEBOOK
    source.write(source.with_cells(assignment.notebook, replaced), target)
    return target


KIND: Final = Kind(
    pick=_pick,
    stage=_stage,
    capture=_capture,
    solution=_solution,
    write_starter=_write_starter,
    parts=_parts,
    write_variant=_write_variant,
    breaks=breaks.TABLES,
    draws="seed",
    quick=_quick,
    capture_series=_capture_series,
)
