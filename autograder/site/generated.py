"""A page that is made, not written; the word that generators and the stage share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.cohort import Cohort


@dataclass(frozen=True)
class Generated:
    """One file of the site that no one wrote by hand.

    Attributes:
        path: where it lies in the docs folder, such as `ko/assignments/w1d3-joins.md`.
        content: Markdown as text, or any other file as bytes.
        source: what it was made from, relative to the repository, such as
            `assignments/w1d3-joins/assignment.toml`; errors and the edit button name it.
    """

    path: str
    content: str | bytes
    source: str = ""


@dataclass(frozen=True)
class Sources:
    """What pages are made from.

    Attributes:
        root: the cohort's repository.
        cache: a folder for what is dear to make, kept between builds.
        cohort: the cohort's own file.
        boards: what `pioneers leaderboard --out` wrote, if anything.
        repository: `https://github.com/owner/name` without a slash at the end, empty if unknown.
    """

    root: Path
    cache: Path
    cohort: Cohort = field(default_factory=Cohort)
    boards: Path | None = None
    repository: str = ""
