"""Comparing two tables: equal, or the few findings that tell a beginner why not.

The order of work is the order of usefulness: names, kinds of columns, rows, values. A fault of
the schema ends it there, so that one wrong name does not cascade. Column order never matters.
It must not know submissions, assignments or words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from autograder.grade.compare import rows as row_faults
from autograder.grade.compare import times
from autograder.grade.compare.align import align
from autograder.grade.compare.closeness import DEFAULT_TOLERANCE
from autograder.grade.compare.columns import compare_kinds, compare_names
from autograder.grade.compare.examples import Rows
from autograder.grade.compare.measures import diagnose_column
from autograder.grade.compare.prepare import Column, prepare, same_values
from autograder.models import Finding, Order

CAUSES = frozenset({"frame.rank_ties"})
EFFECTS = frozenset({"frame.missing_rows", "frame.extra_rows", "frame.different_rows"})
MAX_FINDINGS = 6
_BLOCKING = frozenset({"frame.near_column", "frame.missing_column", "frame.duplicate_columns"})


def compare_frames(
    actual: pa.Table,
    expected: pa.Table,
    *,
    order: Order = "any",
    keys: Sequence[str] = (),
    tolerance: float = DEFAULT_TOLERANCE,
) -> list[Finding]:
    """Compares two tables; returns no finding where they are equal, else the most useful first.

    Rows meet by `keys`, or without them as a multiset. Missing values are one kind: null and NaN
    are the same. int, float and decimal columns are compared by value, times by instant in
    microseconds (without a zone: UTC), a date as the midnight that begins it, texts in NFC.

    Args:
        actual: the member's table; any columns, rows and types that Arrow has.
        expected: the reference's.
        order: `strict` if the order of rows counts.
        keys: columns that identify a row; those that `expected` lacks are left aside.
        tolerance: greatest absolute or relative difference of equal numbers; integers are exact
            unless it is greater than the default.
    """
    names = compare_names(actual, expected)
    if any(finding.code in _BLOCKING for finding in names):
        return names[:MAX_FINDINGS]
    kinds = compare_kinds(actual, expected)
    if kinds:
        return [*kinds, *names][:MAX_FINDINGS]
    if actual.num_rows == 0 and expected.num_rows > 0:
        return [Finding("frame.empty"), *names]
    # Sums of infinities and the like are a member's data, not a warning of ours.
    with np.errstate(all="ignore"):
        columns = [
            prepare(name, actual.column(name), expected.column(name), tolerance)
            for name in expected.column_names
        ]
        found = _compare_rows(actual, expected, columns, order, keys, tolerance)
    return [*names, *found][:MAX_FINDINGS]


def _compare_rows(
    actual: pa.Table,
    expected: pa.Table,
    columns: list[Column],
    order: Order,
    keys: Sequence[str],
    tolerance: float,
) -> list[Finding]:
    counts = (actual.num_rows, expected.num_rows)
    if not columns or _same_by_position(columns, counts, tolerance):
        return []
    aligned = align(columns, keys, counts, order, tolerance)
    rows = Rows(actual, expected, aligned)
    if aligned.is_equal():
        misplaced = row_faults.wrong_order(rows) if order == "strict" else None
        return [misplaced] if misplaced else []
    whole = times.time_slip(rows) or times.time_of_day(rows) or times.day_boundary(rows)
    if whole:
        return [whole]
    repeated = row_faults.repeated_rows(rows)
    values = [finding for column in aligned.columns for finding in diagnose_column(rows, column)]
    found = [*([repeated] if repeated else []), *row_faults.unmatched_rows(rows), *values]
    # A rank that ignores the rule for ties also lets rows in and out: the cause comes before
    # rows that are merely missing or extra, not before a finding that says why they are.
    return sorted(found, key=_stage) if found[:1] and found[0].code in EFFECTS else found


def _stage(finding: Finding) -> bool:
    return finding.code not in CAUSES


def _same_by_position(columns: list[Column], counts: tuple[int, int], tolerance: float) -> bool:
    """Tells whether the tables are equal row by row: the common case, and a cheap one."""
    if counts[0] != counts[1]:
        return False
    straight = np.arange(counts[0])
    return all(bool(np.all(same_values(c, straight, straight, tolerance))) for c in columns)
