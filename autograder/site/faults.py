"""A fault of the course's pages, and the course that the linter's rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autograder.site.reading import Reading
from autograder.site.widgets import glossary

ROOT = "curriculum"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong; as text, one line to act on.

    Attributes:
        path: the file, from the repository's root.
        line: from 1.
        what: what is wrong.
        fix: what to do about it.
    """

    path: str
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; {self.fix}"


@dataclass(frozen=True)
class Course:
    """Everything the rules look at.

    Attributes:
        pages: the written pages by their path in curriculum/, such as `ko/week1/day2.md`.
        files: the paths of all other files in curriculum/ and of all made files.
        made: the Markdown of the made pages by their path.
        lessons: the lesson that each assignment names, by the assignment's id; may be empty.
        assignments: where the assignments lie.
        terms: the words of the glossary.
        notebooks: the notebooks in curriculum/ by their path.
    """

    pages: Mapping[str, Reading]
    files: frozenset[str] = frozenset()
    made: Mapping[str, str] = field(default_factory=dict)
    lessons: Mapping[str, str] = field(default_factory=dict)
    assignments: Path = Path("assignments")
    terms: tuple[glossary.Term, ...] = ()
    notebooks: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def targets(self) -> Mapping[str, Reading]:
        """Every page that a link can lead to."""
        return {**{path: Reading(text) for path, text in self.made.items()}, **self.pages}


def fault(inner: str, line: int, what: str, fix: str) -> Fault:
    """A fault of a file in curriculum/, by its path there."""
    return Fault(f"{ROOT}/{inner}", line, what, fix)
