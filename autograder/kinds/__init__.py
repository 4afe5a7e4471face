"""The kinds of assignments: what is particular to each, as one handler in one table.

The stages are the same for all. They ask `of(assignment)` for a kind's way to read a submission,
to run it in the sandbox, and to write what its author declared; nothing else branches on a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from autograder import environment
from autograder.assignment import Assignment
from autograder.capture.surroundings import Surroundings
from autograder.errors import AssignmentError
from autograder.kinds import code, dag, notebook
from autograder.kinds.kind import Kind

__all__ = ["Kind", "Surroundings", "fit", "of"]

KINDS: Final[Mapping[str, Kind]] = {"notebook": notebook.KIND, "code": code.KIND, "dag": dag.KIND}


def fit(assignments: Iterable[Assignment]) -> None:
    """See that this environment can run all of these; the command may start anew for it.

    Call it before any work: see `autograder.environment`.
    """
    environment.fit(KINDS[each.kind].needs for each in assignments if each.kind in KINDS)


def of(assignment: Assignment) -> Kind:
    """The handler of an assignment's kind.

    Raises:
        AssignmentError: there is none for it yet.
    """
    try:
        return KINDS[assignment.kind]
    except KeyError:
        raise AssignmentError(
            f"{assignment.id}: kind {assignment.kind!r} cannot be graded",
            fix=f"use one of: {', '.join(KINDS)}",
        ) from None
