"""Checks what a caller asks for before anything is drawn: scale, seed, tables, and the disk.

It raises UsageError with the fix, and neither draws nor writes.
"""

from __future__ import annotations

import math
import operator
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from autograder.data.draws import Plan
from autograder.data.spec import Dataset
from autograder.data.spec_fields import closest
from autograder.errors import UsageError

MAX_SCALE: Final = 1e6


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


def check_tables(dataset: Dataset, tables: Sequence[str] | None) -> list[str]:
    """Return the names of the tables asked for, all of them for None; UsageError if unknown."""
    known = [table.name for table in dataset.tables]
    if tables is None:
        return known
    if isinstance(tables, str) or not tables:
        raise UsageError("no tables are named", fix=f"Give a list of: {', '.join(known)}")
    for name in tables:
        if name not in known:
            raise UsageError(f"{dataset.id} has no table {name!r}", fix=closest(name, known))
    return list(tables)


def check_disk(plan: Plan, names: Collection[str], out: Path) -> None:
    """Raise UsageError, with a rough size, if the tables do not fit on the disk of `out`."""
    need = 0
    for table in plan.dataset.tables:
        if table.name in names:
            rows = plan.rows(plan.dataset.table(table.dialect.of) if table.dialect else table)
            need += rows * table.bytes_per_row
    nearest = next(path for path in (out, *out.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(nearest).free
    if need > free:
        what = (
            f"scale {plan.scale:g} needs about {_size(need)}, and {nearest} has {_size(free)} free"
        )
        raise UsageError(what, fix="Use a smaller scale or fewer tables, or another disk")


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{math.ceil(count):,} PB"
