"""Assignments whose work is an Airflow DAG: `solution/dag.py` and `starter/dag.py`.

`statement.ko.md` and `statement.en.md` say what members are asked to do.
The parts that a golden case may replace are the functions and the named values at the top level of
the solution; `file` stands for the whole of it.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from autograder.assignment import Assignment
from autograder.authoring import breaks
from autograder.capture import dag
from autograder.capture.captured import Captured
from autograder.capture.dag import ENTRY
from autograder.capture.surroundings import Surroundings
from autograder.errors import AssignmentError
from autograder.kinds.kind import Kind
from autograder.kinds.statement import write_statements
from autograder.submission import Submission, pick_program, stage_program

WHOLE: Final = "file"


def _pick(_: Assignment, path: Path, files: Mapping[str, Path]) -> str:
    return pick_program(path, files, ENTRY)


def _stage(_: Assignment, path: Path, folder: Path) -> Submission:
    return stage_program(path, folder, ENTRY)


def _capture(submission: Submission, assignment: Assignment, around: Surroundings) -> Captured:
    return _capture_series([submission], assignment, around)[0]


def _capture_series(
    submissions: Sequence[Submission], assignment: Assignment, around: Surroundings
) -> list[Captured]:
    return dag.capture(submissions, assignment, around)


def _solution(assignment: Assignment) -> Path:
    return assignment.folder / "solution" / ENTRY


def _write_starter(assignment: Assignment, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / ENTRY
    shutil.copyfile(assignment.folder / "starter" / ENTRY, target)
    write_statements(assignment, folder)
    return target


def _parts(assignment: Assignment) -> dict[str, str]:
    lines, places = _places(_solution(assignment))
    return {name: "\n".join(lines[a:b]) for name, (a, b) in places.items()}


def _places(path: Path) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """The lines of a file, and the first line and the end of each part in it."""
    text = path.read_text("utf-8")
    places: dict[str, tuple[int, int]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            places[node.name] = (first - 1, node.end_lineno or first)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            places[node.targets[0].id] = (node.lineno - 1, node.end_lineno or node.lineno)
    return text.splitlines(), places


def _write_variant(assignment: Assignment, replaced: Mapping[str, str], folder: Path) -> Path:
    lines, places = _places(_solution(assignment))
    if unknown := sorted(set(replaced) - set(places) - {WHOLE}):
        raise AssignmentError(
            f"{assignment.id}: the solution has no part {unknown[0]!r}",
            fix=f"use one of: {', '.join([WHOLE, *places])}",
        )
    for name in sorted(set(replaced) - {WHOLE}, key=lambda name: places[name], reverse=True):
        first, end = places[name]
        lines[first:end] = replaced[name].strip("\n").splitlines()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / ENTRY
    target.write_text(replaced.get(WHOLE, "\n".join(lines) + "\n"), "utf-8")
    return target


KIND: Final = Kind(
    pick=_pick,
    stage=_stage,
    capture=_capture,
    solution=_solution,
    write_starter=_write_starter,
    parts=_parts,
    write_variant=_write_variant,
    breaks=breaks.TASKS,
    needs="airflow",
    capture_series=_capture_series,
)
