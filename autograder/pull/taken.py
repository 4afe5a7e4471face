"""Which of a check's hints a member has had, told from the ledger alone; takes one more.

It knows numbers of hints, not their words.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.ledger import Store, history
from autograder.ledger.record import Origin, Record, event_record
from autograder.pull.asked import Candidate


def take(store: Store, origin: Origin, check: Candidate, total: int) -> int | None:
    """Record one more hint and tell its number from 1; None where all were taken.

    A comment that was answered before takes none: its record is found again by its trigger.
    """
    taken = _numbered(history(store, check.assignment, origin.login), check)
    if origin.trigger not in taken:
        if max(taken.values()) >= total:
            return None
        store.add(event_record("hint", check.assignment, check.spec.name, origin))
        taken = _numbered(history(store, check.assignment, origin.login), check)
    return number if (number := taken[origin.trigger]) <= total else None


def _numbered(records: Sequence[Record], check: Candidate) -> dict[str, int]:
    """The number of each hint of a check by the comment that took it, as it was taken.

    The report of a failed check shows its first hint: who has seen it begins with the second. The
    entry without a name is what was known before any comment.
    """
    name = check.spec.name
    asked = [i for i, each in enumerate(records) if (each.kind, each.detail) == ("hint", name)]
    first = asked[0] if asked else len(records)
    seen = check.spec.hint is not None and any(
        line.id == name and line.status in ("fail", "error")
        for record in records[:first]
        for line in record.checks
    )
    return {"": int(seen)} | {
        records[i].trigger: number for number, i in enumerate(asked, start=1 + seen)
    }
