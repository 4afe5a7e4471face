"""When a commit arrived, as far as anybody can tell: grading again never makes work late.

Dates in commits are the member's to choose, so they are never asked. Trusted are the events of
GitHub, the ledger, and the check runs that the publisher made on the commit. What cannot be read
with this job's rights is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from github.Repository import Repository

from autograder import hub, ledger
from autograder.errors import PioneersError

CHECK_RUNS = "pioneers / "
_READABLE = ("folder:", "branch:")
"""Ledgers that need no secret: the job that grades has none."""


def earliest(
    told: datetime,
    *,
    commit: str,
    login: str,
    assignments: Iterable[str],
    address: str,
    repository: Repository,
) -> datetime:
    """The earliest moment at which a commit is known to have been here.

    Args:
        told: the event's own moment.
        login: the member, as the roster writes it.
        assignments: ids whose records may speak of the commit.
        address: the cohort's ledger.
    """
    moments = [told]
    for each in (
        _recorded(address, repository, commit, login, assignments),
        _checked(repository, commit),
    ):
        try:
            moments += each
        except PioneersError:
            continue
    return min(moments)


def _recorded(
    address: str, repository: Repository, commit: str, login: str, assignments: Iterable[str]
) -> Iterator[datetime]:
    if not address.startswith(_READABLE):
        return
    store = ledger.open_store(address, repository=repository)
    for assignment in assignments:
        for record in ledger.history(store, assignment, login):
            if record.commit == commit:
                yield record.received_at


def _checked(repository: Repository, commit: str) -> Iterator[datetime]:
    with hub.faults("reading the check runs"):
        for run in repository.get_commit(commit).get_check_runs():
            if run.name.startswith(CHECK_RUNS) and run.started_at is not None:
                yield run.started_at
