"""Records read from a store, proven and in order.

The order is that of arrival: `received_at`, then GitHub's run id, then the number of the comment
that asked, then the name. Knows no backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

from autograder.errors import LedgerError
from autograder.ledger.record import Kind, Record, load
from autograder.ledger.store import Store


def arrival(record: Record) -> tuple[datetime, int, int, str]:
    """The key that sorts records as their work arrived.

    GitHub's times are whole seconds: of two comments in one, the greater number is the later.
    """
    _, _, comment = record.trigger.partition("-")
    return record.received_at, record.order, int(comment or 0), record.name


def read(store: Store, name: str) -> Record:
    """One record.

    Raises:
        LedgerError: there is none, or it is not sound.
    """
    return load(store.read(name), name)


def records(store: Store, prefix: str = "") -> Iterator[Record]:
    """Every record below a prefix, by name.

    Raises:
        LedgerError: at the first that is not sound.
    """
    return (read(store, name) for name in store.names(prefix))


def history(store: Store, assignment: str, login: str) -> list[Record]:
    """All that is known of one member and one assignment, of every kind, as it arrived.

    Raises:
        LedgerError: a record is not sound, or the assignment or login cannot be one.
    """
    if "/" in assignment or "/" in login:
        raise LedgerError(f"no records of {login[:60]!r} for {assignment[:60]!r}")
    found = [
        record
        for kind in get_args(Kind)
        for record in records(store, f"{kind}/{assignment}/{login.lower()}/")
    ]
    return sorted(found, key=arrival)
