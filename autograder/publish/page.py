"""What the comment on a pull request is made from: frozen values, no I/O, no GitHub.

A *page* has a section for each assignment. What was not graded comes as a key of the catalogues
with its values; what was comes as a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

from autograder.models import Language, Report

FAULT = "publish.fault"
"""The sentence for a run of ours that broke before there was any result."""

Mood = Literal["perfect", "up", "first", "again", "invalid", "nothing", "fault"]


@dataclass(frozen=True)
class Attempt:
    """One graded commit in the ledger.

    Attributes:
        moment: when the work arrived.
        trigger: why it was graded: `push`, `regrade-<comment id>`.
        current: True for the one that this page is about.
    """

    moment: datetime
    commit: str
    score: float
    max_score: float
    trigger: str = "push"
    late: bool = False
    current: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence that the catalogues hold, and what it is filled with."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One assignment.

    Attributes:
        title: as its author wrote it; empty where there is no such assignment.
        answer: what to say instead of a report, or beside it (work that came late).
        path: the submission's folder as the member types it.
        lesson: address of the lesson.
        attempts: every graded one, as they arrived, this one among them if it was graded.
        recorded: the score in the ledger where it differs from the report's: the commit had been
            graded before, and who was first stays.
    """

    assignment: str
    title: str = ""
    report: Report | None = None
    late: bool = False
    answer: Sentence | None = None
    path: str = ""
    lesson: str = ""
    attempts: tuple[Attempt, ...] = ()
    recorded: float | None = None

    @property
    def change(self) -> float | None:
        """Points more than at the attempt before; None for a first one or an ungraded one."""
        place = next((i for i, each in enumerate(self.attempts) if each.current), 0)
        if place == 0:
            return None
        return round(self.attempts[place].score - self.attempts[place - 1].score, 6)

    @property
    def full(self) -> bool:
        """True if every check passed and every point was earned."""
        report = self.report
        return (
            report is not None
            and report.status == "graded"
            and report.score >= report.max_score
            and all(check.status == "pass" for check in report.checks)
        )


@dataclass(frozen=True)
class Page:
    """All that one comment says.

    Attributes:
        name: what to call the member.
        order: GitHub's run id; a page of a greater one is never overwritten by a smaller one's.
        zone: the cohort's time zone, an IANA name.
        stranger: True if nothing may be graded for this author.
        notebook_url: where the executed notebooks are read; empty if nowhere.
        run_url: the job's page, with everything that did not fit.
        ledger_read: False if earlier attempts could not be read, which the page then says.
    """

    language: Language
    name: str
    commit: str
    order: int
    moment: datetime
    zone: str
    sections: tuple[Section, ...] = ()
    refusals: tuple[Sentence, ...] = ()
    stranger: bool = False
    notebook_url: str = ""
    run_url: str = ""
    ledger_read: bool = True


def mood(page: Page) -> Mood:
    """In which words the page greets: the best news that is true of it."""
    statuses = {section.report.status for section in page.sections if section.report}
    if "graded" not in statuses:
        broke = any(each.key == FAULT for each in page.refusals)
        if broke or "infra_error" in statuses:
            return "fault"
        return "invalid" if "invalid" in statuses else "nothing"
    graded = [s for s in page.sections if s.report and s.report.status == "graded"]
    if all(section.full for section in page.sections):
        return "perfect"
    if any((section.change or 0) > 0 for section in graded):
        return "up"
    return "first" if all(len(section.attempts) < 2 for section in graded) else "again"


def differences(attempts: Sequence[Attempt]) -> list[float | None]:
    """Points more than at the attempt before, for each; None for the first."""
    scores = [each.score for each in attempts]
    later = [round(b - a, 6) for a, b in pairwise(scores)]
    return [None, *later][: len(scores)]
