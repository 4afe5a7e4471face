"""From records to ranks: pure rules, the same for any order of the records.

A member has one result for each assignment: the attempt that counts (`ledger.attempts.best`). Equal
points share a rank and the next rank is skipped (1, 1, 3). Names order members inside a tie for the
eye alone; nothing but points decides a rank.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.ledger.attempts import attempts, best
from autograder.ledger.record import Record

_DIGITS = 6


@dataclass(frozen=True)
class Result:
    """What counts of one member's work on one assignment.

    Attributes:
        attempts: how many different works were graded.
        received_at: when the work that counts arrived.
    """

    assignment: str
    score: float
    max_score: float
    late: bool
    attempts: int
    received_at: datetime


@dataclass(frozen=True)
class Standing:
    """One line of a board.

    Attributes:
        score: the sum of the results' scores.
        late: True if any of the results is.
        results: by assignment.
    """

    rank: int
    login: str
    score: float
    max_score: float
    late: bool
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Board:
    """One ranking: of one assignment, or of all together where `assignment` is empty."""

    assignment: str
    standings: tuple[Standing, ...]


def boards(records: Iterable[Record]) -> tuple[Board, ...]:
    """The board of all assignments, then one for each, by id; at least the first."""
    grouped: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.kind == "grade":
            grouped[record.login.lower(), record.assignment].append(record)
    of_member: dict[str, list[Result]] = defaultdict(list)
    for (member, _), graded in sorted(grouped.items()):
        of_member[member].append(_result(graded))
    spelt = {member: _spelling(graded) for (member, _), graded in sorted(grouped.items())}
    named = {spelt[member]: results for member, results in of_member.items()}
    return (
        Board("", _ranked(named)),
        *(
            Board(assignment, _ranked(_only(named, assignment)))
            for assignment in sorted({assignment for _, assignment in grouped})
        ),
    )


def _result(graded: Sequence[Record]) -> Result:
    counts = best(graded)
    assert counts is not None
    return Result(
        assignment=counts.grade.assignment,
        score=counts.grade.score,
        max_score=counts.grade.max_score,
        late=counts.late,
        attempts=len(attempts(graded)),
        received_at=counts.received_at,
    )


def _spelling(graded: Sequence[Record]) -> str:
    """A login as the last record writes it: rosters change the case of letters at times."""
    return max(graded, key=lambda record: (record.received_at, record.order, record.name)).login


def _only(named: dict[str, list[Result]], assignment: str) -> dict[str, list[Result]]:
    found = {
        login: [result for result in results if result.assignment == assignment]
        for login, results in named.items()
    }
    return {login: results for login, results in found.items() if results}


def _ranked(named: dict[str, list[Result]]) -> tuple[Standing, ...]:
    total = {login: _sum(each.score for each in results) for login, results in named.items()}
    order = sorted(named, key=lambda login: (-total[login], login.lower()))
    return tuple(
        Standing(
            rank=1 + sum(score > total[login] for score in total.values()),
            login=login,
            score=total[login],
            max_score=_sum(each.max_score for each in named[login]),
            late=any(each.late for each in named[login]),
            results=tuple(named[login]),
        )
        for login in order
    )


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), _DIGITS)
