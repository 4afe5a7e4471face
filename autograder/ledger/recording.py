"""Reports in a folder become records: how a whole cohort's regrade reaches the ledger.

The folder is what `grade-all` makes: `<login>/<assignment>/report.json`. A report of work that the
ledger knows already keeps that work's pull request, commit and time of arrival, so that nobody
becomes late by being graded again. It must not know how a report was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from autograder.errors import LedgerError, UsageError
from autograder.ledger.attempts import same_work
from autograder.ledger.reading import history
from autograder.ledger.record import Origin, Record, grade_record
from autograder.ledger.store import MAX_BYTES, Store
from autograder.models import Report
from autograder.report import from_json

FILE = "report.json"


@dataclass(frozen=True)
class Recorded:
    """What became of one report.

    Attributes:
        outcome: `new`, `known` (recorded before), `passed` (not graded, so not recorded), `fault`.
        what: for `fault` one line, for `passed` the report's status.
    """

    login: str
    assignment: str
    outcome: Literal["new", "known", "passed", "fault"]
    what: str = ""


def record_folder(
    store: Store,
    folder: Path,
    origin: Origin,
    is_late: Callable[[str, datetime], bool],
    *,
    known: Store | None = None,
) -> Iterator[Recorded]:
    """Record every graded report in a folder; what is wrong with one does not stop the next.

    Args:
        store: the ledger.
        known: a copy of it, such as a checkout of its branch, which is read in its stead: GitHub's
            API allows a job a thousand requests in an hour, and reads take one for each record.
        folder: with one folder for each member.
        origin: of work that the ledger does not know yet; `login` is taken from the folder. An
            `order` of 0 means: after everything that is known of the work.
        is_late: tells from an assignment's id and a time of arrival.

    Raises:
        LedgerError: the folder cannot be read.
    """
    ready: list[Record] = []
    for path in _reports(folder):
        login, assignment = path.parent.parent.name, path.parent.name
        try:
            report = _read(path, assignment)
            if report.status != "graded":
                yield Recorded(login, assignment, "passed", report.status)
                continue
            past = history(known or store, assignment, login)
            ready.append(_record(report, replace(origin, login=login), past, is_late))
        except UsageError as error:
            yield Recorded(login, assignment, "fault", f"{path}: {error}")
    for added in store.add_all(ready):
        record = added.record
        yield Recorded(record.login, record.assignment, "new" if added.new else "known")


def _record(
    report: Report, origin: Origin, past: list[Record], is_late: Callable[[str, datetime], bool]
) -> Record:
    earlier = same_work(past, report.provenance.submission_sha256)
    order = origin.order or 1 + max((each.order for each in earlier), default=0)
    if not earlier:
        late = is_late(report.assignment, origin.received_at)
        return grade_record(report, replace(origin, order=order), late=late)
    first = earlier[0]
    known = replace(
        origin,
        login=first.login,
        pull_request=first.pull_request,
        commit=first.commit,
        received_at=first.received_at,
        order=order,
    )
    return grade_record(report, known, late=all(each.late for each in earlier))


def _reports(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise LedgerError(f"{folder}: no such folder", fix="give the folder that grade-all made")
    return sorted(path for path in folder.glob(f"*/*/{FILE}") if os.path.lexists(path))


def _read(path: Path, assignment: str) -> Report:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise LedgerError(f"no plain file of at most {MAX_BYTES} bytes")
        report = from_json(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"cannot be read: {type(error).__name__}") from error
    if report.assignment != assignment:
        raise LedgerError(f"the report of {report.assignment[:80]!r}", fix="move it there")
    return report
