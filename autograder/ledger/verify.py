"""Proves a ledger: every record is read again, and its schema, its hash and its name are checked.

One damaged record does not hide the next. What was deleted cannot be seen from the records alone;
a branch's history and a bucket's versions can show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

from autograder.errors import LedgerError
from autograder.ledger.reading import read
from autograder.ledger.record import Kind
from autograder.ledger.store import Store


@dataclass(frozen=True)
class Finding:
    """What was found under one name.

    Attributes:
        name: as it lies in the ledger; of a stray it may hold any character.
        fault: one line, empty where the record is sound. It may quote what the record holds.
        foreign: True for a file beside the records, such as a branch's README.md.
    """

    name: str
    fault: str = ""
    foreign: bool = False


def verify(store: Store, say: Callable[[str], None] = lambda _step: None) -> Iterator[Finding]:
    """Look at everything in a ledger: strays first, then each record.

    Args:
        store: the ledger.
        say: is told which record of how many is being read.

    Raises:
        RemoteError: the ledger cannot be read at all.
    """
    for name in store.strays():
        among_records = name.split("/")[0] in get_args(Kind) and "/" in name
        fault = f"{name}: no record has such a name. Move it away." if among_records else ""
        yield Finding(name, fault, foreign=not fault)
    names = list(store.names())
    for number, name in enumerate(names, start=1):
        say(f"record {number} of {len(names)}")
        try:
            read(store, name)
        except LedgerError as error:
            yield Finding(name, str(error))
        else:
            yield Finding(name)
