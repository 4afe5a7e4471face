"""What the ledger's tests share: records of made-up members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from autograder.ledger.record import Origin, Record, event_record, grade_record
from autograder.models import Check, Provenance, Report

START = datetime(2026, 6, 4, 12, 0, tzinfo=UTC)
Make = Callable[..., Record]


def graded(
    score: float = 7.0,
    *,
    login: str = "haneul-example",
    assignment: str = "w1d3-joins",
    pull_request: int = 5,
    commit: str = "a" * 40,
    trigger: str = "push",
    minutes: float = 0,
    order: int = 1,
    late: bool = False,
    work: str = "",
    checks: int = 1,
) -> Record:
    """A grade: `work` is the hash of what was handed in, `minutes` when it arrived."""
    lines = tuple(
        Check(f"하루 매출 {i}", "", score if i == 0 else 0.0, 10.0, "pass", "hidden")
        for i in range(checks)
    )
    report = Report(
        assignment, "graded", score, 10.0, lines, provenance=Provenance(submission_sha256=work)
    )
    origin = Origin(
        "cohort-example/study",
        pull_request,
        login,
        commit,
        trigger,
        START + timedelta(minutes=minutes),
        order,
    )
    return grade_record(report, origin, late=late)


def hinted(number: int, check: str = "daily_revenue", **where: Any) -> Record:
    """A hint taken by the comment with this number."""
    origin = Origin(
        "cohort-example/study",
        5,
        where.get("login", "haneul-example"),
        "a" * 40,
        f"hint-{number}",
        START + timedelta(minutes=number),
    )
    return event_record("hint", "w1d3-joins", check, origin)


@pytest.fixture
def grade() -> Make:
    """Makes a grade."""
    return graded


@pytest.fixture
def hint() -> Make:
    """Makes a hint."""
    return hinted
