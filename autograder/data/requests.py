"""Checks what a caller asks for before anything is drawn: scale, seed, tables, and the disk.

It raises UsageError with the fix, says what a build would need, and neither draws nor writes.
"""

from __future__ import annotations

import math
import operator
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.data import layout
from autograder.data.draws import Plan
from autograder.data.draws.plain import Serial
from autograder.data.draws.texts import Titles
from autograder.data.formats import PARQUET
from autograder.data.spec import Dataset, Table
from autograder.data.spec_fields import closest
from autograder.errors import UsageError

MAX_SCALE: Final = 1e6
MAX_FILES: Final = 60_000
"""More would not fit in a manifest that is read with care."""

ROWS_PER_S: Final = 500_000
"""Rows that one worker draws and writes in a second, all tables and formats taken together."""

_TIMES_PARQUET: Final = {PARQUET: 1, "csv": 1.4, "json": 4}
"""How much larger than Parquet a format is, roughly."""


@dataclass(frozen=True)
class Need:
    """What one folder of a build needs: files of so many bytes, made from so many rows.

    Attributes:
        name: the table's, or such as "users_csv".
        rows: those that it is made from; a dialect has more or fewer of its own.
        bytes: roughly, on disk.
    """

    name: str
    rows: int
    files: int
    bytes: int


def plan(dataset: Dataset, scale: float, seed: int) -> Plan:
    """Return a dataset at a scale and seed; UsageError if they cannot be."""
    return Plan(dataset, check_scale(scale), check_seed(seed))


def check_scale(scale: float) -> float:
    """Return a scale factor that can be built; UsageError for 0, negatives, NaN and the like."""
    if isinstance(scale, bool) or not 0 < scale <= MAX_SCALE:
        fix = f"Give a number above 0 and up to {MAX_SCALE:g}, such as 0.01"
        raise UsageError(f"scale {scale!r} cannot be built", fix=fix)
    return float(scale)


def check_seed(seed: int) -> int:
    """Return a seed that can be used; UsageError if it is no whole number from 0 to 2**63 - 1."""
    try:
        number = -1 if isinstance(seed, bool) else operator.index(seed)
    except TypeError:
        number = -1
    if not 0 <= number < 2**63:
        fix = "Give a whole number from 0 to 9223372036854775807"
        raise UsageError(f"seed {seed!r} cannot be used", fix=fix)
    return number


def check_tables(dataset: Dataset, tables: Sequence[str] | None) -> list[Table]:
    """Return the tables asked for, all of them for None; UsageError if one is unknown."""
    known = [table.name for table in dataset.tables]
    if tables is None:
        return list(dataset.tables)
    if isinstance(tables, str) or not tables:
        raise UsageError("no tables are named", fix=f"Give a list of: {', '.join(known)}")
    for name in tables:
        if name not in known:
            raise UsageError(f"{dataset.id} has no table {name!r}", fix=closest(name, known))
    return [dataset.table(name) for name in dict.fromkeys(tables)]


def needs(plan: Plan, tables: Sequence[Table], *, formats: bool) -> list[Need]:
    """Return what each folder of these tables would need; nothing is cut or drawn."""
    found = []
    for name, (table, kind) in layout.entries(tables, formats=formats).items():
        rows = plan.rows(layout.source(plan, table))
        size = round(rows * table.bytes_per_row * _TIMES_PARQUET[kind])
        found.append(Need(name, rows, layout.most_files(rows, table), size))
    return found


def check_room(wanted: Sequence[Need], plan: Plan, out: Path, *, there: int) -> None:
    """Raise UsageError, saying what would be needed, if a manifest or the disk has no room for it.

    Args:
        there: bytes that a stopped build has written already.
    """
    files, size = sum(need.files for need in wanted), sum(need.bytes for need in wanted) - there
    what = f"scale {plan.scale:g} needs about {told(wanted)}"
    if size > (room := free(out)):
        what = f"{what}, and {out} has {bytes_told(room)} free"
        raise UsageError(what, fix="Use a smaller scale or fewer tables, or another disk")
    if files > MAX_FILES:
        what = f"{what}, in {files:,} files, and a dataset has at most {MAX_FILES:,}"
        raise UsageError(what, fix="Use a smaller scale or fewer tables")


def check_numbers(plan: Plan, tables: Sequence[Table]) -> None:
    """Raise UsageError if a scale has more rows than a key's type can number, or than titles."""
    for table in tables:
        rows = plan.rows(table)
        last = plan.part(table.name, max(rows - 1, 0), rows)
        for column in table.columns:
            if isinstance(column.draw, Serial | Titles):
                last.column(column.name)


def free(out: Path) -> int:
    """Return the bytes that are free for a folder that need not be there yet."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.is_dir())
    return shutil.disk_usage(nearest).free


def told(wanted: Sequence[Need]) -> str:
    """Return the sum of needs in words: "5.1 GB for 64,000,000 rows (7 minutes on one core)"."""
    rows, size = sum(need.rows for need in wanted), sum(need.bytes for need in wanted)
    return f"{bytes_told(size)} for {rows:,} rows ({time_told(rows / ROWS_PER_S)} on one core)"


def bytes_told(count: float) -> str:
    """Return a number of bytes as a person says it: "1.2 GB"."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{math.ceil(count):,} PB"


def time_told(seconds: float) -> str:
    """Return a time as a person says it: "7 minutes"."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds" if seconds >= 2 else "a second or two"
