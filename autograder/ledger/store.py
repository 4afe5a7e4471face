"""What every ledger backend can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from autograder.ledger.record import Record


@dataclass(frozen=True)
class Added:
    """The record that the ledger now holds under a name, and whether it is this writer's."""

    record: Record
    new: bool


class Store(Protocol):
    """One ledger. All methods raise `RemoteError` where a service does not do its part."""

    def add(self, record: Record) -> Added:
        """Write the record unless its name is taken; whoever was first stays."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """The names of records below `prefix` (`grade/`, `grade/w1d3-joins/login/`), sorted."""
        ...

    def read(self, name: str) -> bytes:
        """The body of one record.

        Raises:
            LedgerError: there is no such record.
        """
        ...
