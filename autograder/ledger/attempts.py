"""What records say of one member and one assignment: pure rules, no I/O.

A *work* is what was handed in, known by its hash. The same work graded again (a regrade after a
mended test, a retried push) is still one attempt, and its last grade counts, whether that is higher
or lower: this is how a mistake of the grader is put right. Of different works the best counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from autograder.ledger.reading import arrival
from autograder.ledger.record import Record


@dataclass(frozen=True)
class Attempt:
    """One work of a member.

    Attributes:
        grade: its grade that counts: the last one.
        received_at: when the work first arrived.
        late: False if the work arrived in time at least once.
    """

    grade: Record
    received_at: datetime
    late: bool


def grades(records: Iterable[Record]) -> list[Record]:
    """The grades among records, as they arrived; of the same name only one."""
    named = {record.name: record for record in records if record.kind == "grade"}
    return sorted(named.values(), key=arrival)


def attempts(records: Iterable[Record]) -> list[Attempt]:
    """One attempt for each work, as the works first arrived.

    Args:
        records: of one member and one assignment; other kinds than grades are passed over.
    """
    works: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in grades(records):
        works[_work(record)].append(record)
    found = [
        Attempt(
            grade=max(graded, key=lambda record: (record.order, *arrival(record))),
            received_at=graded[0].received_at,
            late=all(record.late for record in graded),
        )
        for graded in works.values()
    ]
    return sorted(found, key=lambda attempt: (attempt.received_at, arrival(attempt.grade)))


def best(records: Iterable[Record]) -> Attempt | None:
    """The attempt that counts: the highest score, in time before late, the first of equals."""
    found = attempts(records)
    # `max` keeps the first of equals.
    return max(found, key=lambda each: (each.grade.score, not each.late), default=None)


def latest(records: Iterable[Record]) -> Record | None:
    """The grade that was made last, whatever its score."""
    return max(grades(records), key=lambda each: (each.order, *arrival(each)), default=None)


def same_work(records: Iterable[Record], submission_sha256: str) -> list[Record]:
    """Every grade of the work with this hash, as they arrived; none for an empty hash."""
    return [
        record
        for record in grades(records)
        if submission_sha256 and record.provenance.submission_sha256 == submission_sha256
    ]


def hints_taken(records: Iterable[Record], check: str) -> int:
    """How many hints for a check were taken; a hint asked for twice by one comment counts once."""
    return len(
        {record.name for record in records if record.kind == "hint" and record.detail == check}
    )


def _work(record: Record) -> tuple[str, ...]:
    told = record.provenance.submission_sha256
    return (told,) if told else (str(record.pull_request), record.commit)
