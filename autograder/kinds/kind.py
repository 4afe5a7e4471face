"""What a kind of assignment must know to do: the shape of a handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.authoring.breaks import Rule
from autograder.capture.captured import Captured
from autograder.capture.surroundings import Surroundings
from autograder.submission import Submission

Series = Callable[[Sequence[Submission], Assignment, Surroundings], list[Captured]]


@dataclass(frozen=True)
class Kind:
    """One kind's handler.

    Attributes:
        pick: the name of the file that is graded, of those in a submission's folder;
            SubmissionInvalid if there is none.
        stage: copies the submission at a path into a new folder and makes sense of it.
        capture: runs what was staged, in a sandbox of its own, and collects the declared answers.
        solution: the reference solution, as a submission's path.
        quick: a second solution that runs in less time, or None; see `reference.quick_answers`.
        write_starter: writes what members begin with into a folder; its path.
        parts: the named sources of the solution that a variant of it may replace.
        write_variant: writes the solution with some parts replaced into a folder; its path.
        breaks: the small ways in which a solution of this kind is broken for its author to see
            whether the checks notice.
        draws: what is drawn anew for each grade besides data, one word; empty for nothing.
        needs: a module, and the requirement set that has it, without which nothing of this kind
            runs; empty where every environment will do.
        capture_series: runs several in one sandbox, one after the other, for an author's own work;
            None where that saves nothing.
        proofs: what an author has to prove of this kind besides; each thing, and whether it holds.
    """

    pick: Callable[[Assignment, Path, Mapping[str, Path]], str]
    stage: Callable[[Assignment, Path, Path], Submission]
    capture: Callable[[Submission, Assignment, Surroundings], Captured]
    solution: Callable[[Assignment], Path]
    write_starter: Callable[[Assignment, Path], Path]
    parts: Callable[[Assignment], dict[str, str]]
    write_variant: Callable[[Assignment, Mapping[str, str], Path], Path]
    breaks: tuple[Rule, ...]
    draws: str = ""
    needs: str = ""
    proofs: Callable[[Assignment], Iterator[tuple[bool, str]]] = lambda _: iter(())
    quick: Callable[[Assignment], Path | None] = lambda _: None
    capture_series: Series | None = None
