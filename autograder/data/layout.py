"""Cuts a dataset into the files that it is written as: folders, partitions, parts, formats.

Where a table is cut is a matter of its rows alone, so any part can be made by any worker. It draws
nothing, but for where the months of a partitioned table begin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from autograder.data.draws import Plan
from autograder.data.formats import PARQUET
from autograder.data.manifest import ENDINGS
from autograder.data.spec import Table

PART_ROWS: Final = 1 << 18
"""Rows of a part; for a dialect, of the purchases that it tells."""


@dataclass(frozen=True)
class Job:
    """One part of one table: rows `start` to `stop` (not included) of what it is made from.

    Attributes:
        index: counts the parts of a partition, or of the table where it has none.
        partition: the folder of its partition, such as "month=2026-01".
        formats: those that it is to be written in.
    """

    table: Table
    index: int
    start: int
    stop: int
    partition: str = ""
    formats: tuple[str, ...] = (PARQUET,)

    @property
    def rows(self) -> int:
        """Return the number of rows that it is made from."""
        return self.stop - self.start

    @property
    def paths(self) -> dict[str, str]:
        """Return the path of each format's file below the dataset's folder."""
        between = f"{self.partition}/" if self.partition else ""
        return {
            kind: f"{entry(self.table.name, kind)}/{between}part-{self.index:05d}.{ENDINGS[kind]}"
            for kind in self.formats
        }


def entry(table: str, kind: str) -> str:
    """Return the folder of a table in one format: "users", or "users_csv"."""
    return table if kind == PARQUET else f"{table}_{kind}"


def entries(tables: Sequence[Table], *, formats: bool) -> dict[str, tuple[Table, str]]:
    """Return each folder's table and format: Parquet alone, or all formats that are declared."""
    return {
        entry(table.name, kind): (table, kind)
        for table in tables
        for kind in (PARQUET, *(table.also if formats else ()))
    }


def source(plan: Plan, table: Table) -> Table:
    """Return the table whose rows are counted: a dialect's is the one that it tells."""
    return plan.dataset.table(table.dialect.of) if table.dialect else table


def parts(plan: Plan, table: Table, formats: Collection[str] = (PARQUET,)) -> list[Job]:
    """Return the parts of a table in row order; one empty part where it has no rows."""
    kinds = tuple(kind for kind in ENDINGS if kind in formats)
    return [
        Job(table, index, at, min(at + PART_ROWS, stop), partition, kinds)
        for partition, start, stop in _spans(plan, table)
        for index, at in enumerate(range(start, max(stop, start + 1), PART_ROWS))
    ]


def most_files(rows: int, table: Table) -> int:
    """Return how many files these rows are cut into, at most; nothing is drawn."""
    partitions = len({(day.year, day.month) for day in table.season.days}) if table.season else 0
    return rows // PART_ROWS + 1 + partitions


def _spans(plan: Plan, table: Table) -> Iterator[tuple[str, int, int]]:
    """Yield each partition's folder and the rows that belong there; no partition without rows."""
    rows = plan.rows(source(plan, table))
    if table.partition is None or rows == 0:
        yield "", 0, rows
        return
    starts = [*plan.months(table), ("", rows)]
    for (month, start), (_, stop) in pairwise(starts):
        if stop > start:
            yield f"{table.partition.by}={month}", start, stop
