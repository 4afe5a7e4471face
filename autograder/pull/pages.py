"""From a hand-over, reports and ledger records to the page that one comment is made from.

Pure but for reading the assignments of this repository, which is the base branch's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder import assignment as assignments
from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.ledger import attempts
from autograder.ledger.record import Record
from autograder.models import Language, Report
from autograder.publish.labels import Result
from autograder.publish.page import Attempt, Page, Section, Sentence
from autograder.pull.handover import Handover, Item, Refusal
from autograder.pull.publisher import Publisher


@dataclass(frozen=True)
class Work:
    """One assignment of a hand-over, with all that is known of it.

    Attributes:
        assignment: None where there is none of that name, or it cannot be read now.
        report: proven to be this item's; None for outcomes without one.
        record: what the ledger should hold of it; None where nothing was graded.
    """

    item: Item
    assignment: Assignment | None = None
    report: Report | None = None
    record: Record | None = None


@dataclass(frozen=True)
class Past:
    """What the ledger holds of one work.

    Attributes:
        records: of this member and assignment; None if they could not be read.
        kept: the record under this work's name, which may be of an earlier run.
    """

    records: Sequence[Record] | None = None
    kept: Record | None = None


def find(item: Item) -> Assignment | None:
    """The assignment of an item; None where there is none."""
    if item.outcome == "unknown":
        return None
    with contextlib.suppress(AssignmentError):
        return assignments.load(item.assignment)
    return None


def page(
    desk: Publisher, done: Handover, works: Sequence[Work], pasts: Mapping[str, Past], name: str
) -> Page:
    """The page of a hand-over.

    Args:
        desk: the surroundings.
        done: the hand-over, cross-checked with the event.
        works: one for each of its items.
        pasts: by assignment; absent where the ledger was not asked.
        name: what to call the author.
    """
    return Page(
        language=desk.language,
        name=name,
        commit=done.commit,
        order=desk.order,
        moment=done.received_at,
        zone=desk.cohort.zone,
        sections=tuple(
            _section(desk, done, work, pasts.get(work.item.assignment, Past())) for work in works
        ),
        refusals=tuple(_refusal(each) for each in done.refusals),
        stranger=done.login is None,
        notebook_url=desk.notebook_url,
        run_url=desk.run_url,
        ledger_read=all(past.records is not None for past in pasts.values()),
    )


def label_result(work: Work) -> Result:
    """What one work says for the labels: a fault of ours says nothing."""
    report = work.report
    lesson = work.assignment.lesson if work.assignment else ""
    name = work.item.assignment if work.assignment else ""
    if report is None or report.status == "infra_error":
        return Result(name, lesson)
    whole = Section(name, report=report).full
    return Result(name, lesson, "passed" if whole else "needs-work", work.item.late)


def folder(done: Handover, item: Item) -> str:
    """The submission's folder as it is in the repository."""
    parts = item.path.split("/")
    if len(parts) > 3 and parts[0] == "submissions":
        return "/".join(parts[:3])
    return f"submissions/{done.login}/{item.assignment}" if done.login else ""


def _section(desk: Publisher, done: Handover, work: Work, past: Past) -> Section:
    item, found = work.item, work.assignment
    recorded = None
    if past.kept is not None and work.report is not None and past.kept.score != work.report.score:
        recorded = past.kept.score
    return Section(
        assignment=item.assignment,
        title=_title(found, desk.language),
        report=work.report,
        late=item.late,
        answer=_answer(item),
        path=folder(done, item),
        lesson=desk.lesson(found) if found else "",
        attempts=_attempts(work, past),
        recorded=recorded,
    )


def _title(found: Assignment | None, language: Language) -> str:
    return found.title[language] if found else ""


def _attempts(work: Work, past: Past) -> tuple[Attempt, ...]:
    """Every graded attempt; this one also where the ledger could not be asked."""
    own = past.kept or work.record
    records = list(past.records or ())
    if own is not None:
        records.append(own)
    return tuple(
        Attempt(
            moment=record.received_at,
            commit=record.commit,
            score=record.score,
            max_score=record.max_score,
            trigger=record.trigger,
            late=record.late,
            current=own is not None and record.name == own.name,
        )
        for record in attempts.grades(records)
    )


def _answer(item: Item) -> Sentence | None:
    """The sentence for what was not graded, or for what came late."""
    params = dict(item.params)
    if item.has_report:
        return Sentence("pull.outcome.late", params) if item.late else None
    key = "unknown_near" if item.outcome == "unknown" and params.get("nearest") else item.outcome
    return Sentence(f"pull.outcome.{key}", {"assignment": item.assignment} | params)


def _refusal(refusal: Refusal) -> Sentence:
    return Sentence(f"pull.refused.{refusal.code}", dict(refusal.params))
