"""Diagnosing times and days: a slipped time zone, a day that begins at another hour.

Each function takes aligned rows and returns a finding or None.
"""

from __future__ import annotations

import numpy as np

from autograder.grade.compare.align import Alignment
from autograder.grade.compare.cells import cell
from autograder.grade.compare.close_columns import Indices
from autograder.grade.compare.columns import shown_names
from autograder.grade.compare.examples import Rows
from autograder.grade.compare.prepare import NULL, Column, row_codes
from autograder.grade.compare.values import tidy
from autograder.models import Finding

HOUR = 3_600_000_000
DAY = 24 * HOUR
SLIPS_H = tuple(half / 2 for half in range(-28, 29) if half)
"""Zones lie at most 14 hours from UTC, most of them at whole or half hours."""
_SLIPS_DAYS = (-1, 1, -2, 2, -7, 7)
_SAMPLE = 5000
_MOST = 0.8
_MIN_ROWS = 3


def time_slip(rows: Rows) -> Finding | None:
    """Finds a time column that, moved by one constant, makes the tables agree."""
    slips = (_slip_of_table(rows, column) for column in _times(rows.aligned))
    return next((slip for slip in slips if slip), None)


def time_of_day(rows: Rows) -> Finding | None:
    """Finds a column of dates that carries times of day."""
    for column in _times(rows.aligned):
        if not column.is_date:
            continue
        odd = np.flatnonzero((column.actual != NULL) & (column.actual % DAY != 0))
        if len(odd):
            first = odd[np.argmin(column.actual[odd])]
            sample = cell(str(np.datetime64(int(column.actual[first]), "us")).replace("T", " "))
            params = {"column": shown_names([column.name])[0], "count": len(odd), "sample": sample}
            return Finding("frame.time_not_date", params)
    return None


def day_boundary(rows: Rows) -> Finding | None:
    """Finds totals by day that move between neighbouring days while their sum stays."""
    aligned = rows.aligned
    day = next((c for c in aligned.identity if c.kind == "time" and _is_daily(c)), None)
    if day is None:
        return None
    for column in aligned.measures:
        if column.kind == "number" and not looks_like_rank(column):
            count = _moved_rows(aligned, column)
            if count:
                params = {"column": shown_names([day.name])[0], "count": count}
                return Finding("frame.day_boundary", {**params, "total": len(aligned.of)})
    return None


def differing_times(rows: Rows, column: Column, places: Indices) -> Finding | None:
    """Diagnoses paired rows whose times differ; all in `places` have both values."""
    aligned = rows.aligned
    steps = column.actual[aligned.at[places]] - column.expected[aligned.of[places]]
    found, counts = np.unique(steps, return_counts=True)
    step, share = int(found[np.argmax(counts)]), counts.max() / len(places)
    if share < _MOST:
        return None
    params = {"column": shown_names([column.name])[0], "count": int(counts.max())}
    if abs(step) <= 14 * HOUR and step % (HOUR // 2) == 0:
        return Finding("frame.time_shift", {**params, "hours": tidy(abs(step) / HOUR)})
    if step % DAY == 0 and abs(step) <= 7 * DAY and _is_daily(column):
        params["total"] = len(aligned.of)
        some = len(places) < len(aligned.of) and abs(step) == DAY
        return Finding("frame.day_boundary" if some else "frame.day_shift", params)
    return None


def looks_like_rank(column: Column) -> bool:
    """Tells whether a column holds ranks: whole numbers from 1, named or spread like a rank."""
    values = column.expected[~column.nulls[1]].astype(np.float64)
    if len(values) == 0 or values.min() != 1 or np.any(values % 1 != 0):
        return False
    named = any(word in column.name.casefold() for word in ("rank", "순위", "row_num", "rn"))
    distinct = np.unique(values)
    return named or bool(len(distinct) > 1 and len(distinct) == distinct.max() >= _MIN_ROWS)


def _times(aligned: Alignment) -> list[Column]:
    return [column for column in aligned.columns if column.kind == "time"]


def _is_daily(column: Column) -> bool:
    known = column.expected[column.expected != NULL]
    return len(known) > 0 and bool(np.all(known % DAY == 0))


def _slip_of_table(rows: Rows, column: Column) -> Finding | None:
    """Tries each zone: does the whole row, moved by it, occur in the expected table?"""
    aligned = rows.aligned
    if len(column.expected) < _MIN_ROWS or len(column.actual) < _MIN_ROWS:
        return None
    others = tuple(other for other in aligned.columns if other is not column)
    ours, theirs = row_codes(others, aligned.rows, aligned.tolerance)
    known = np.flatnonzero(column.actual != NULL)
    sample = known[:: max(1, len(known) // _SAMPLE)]
    wanted = np.unique(_mixed(theirs, column.expected))
    steps = _steps(column)
    unmoved = _share(_mixed(ours[sample], column.actual[sample]), wanted)
    shares = [_share(_mixed(ours[sample], column.actual[sample] - step), wanted) for step in steps]
    best = int(np.argmax(shares))
    if shares[best] < _MOST or shares[best] <= unmoved:
        return None
    params = {"column": shown_names([column.name])[0], "count": len(known)}
    if steps[best] % DAY == 0:
        return Finding("frame.day_shift", {**params, "total": aligned.rows[0]})
    return Finding("frame.time_shift", {**params, "hours": tidy(abs(steps[best]) / HOUR)})


def _steps(column: Column) -> list[int]:
    days = [day * DAY for day in _SLIPS_DAYS]
    hours = [int(hour * HOUR) for hour in sorted(SLIPS_H, key=lambda hour: (abs(hour), hour))]
    only_days = column.is_date and bool(np.all(column.actual[column.actual != NULL] % DAY == 0))
    return days if only_days else hours + days


def _mixed(codes: Indices, micros: Indices) -> Indices:
    """Returns one number a row; two different rows share one about never."""
    scattered = codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((scattered ^ micros.astype(np.uint64)).astype(np.int64))


def _share(rows: Indices, wanted: Indices) -> float:
    """Returns which part of `rows` is in `wanted`, which is sorted."""
    if len(rows) == 0 or len(wanted) == 0:
        return 0.0
    places = np.minimum(np.searchsorted(wanted, rows), len(wanted) - 1)
    return float((wanted[places] == rows).mean())


def _moved_rows(aligned: Alignment, column: Column) -> int:
    """Returns how many rows differ if value moved between rows and the total stayed, else 0."""
    places = aligned.differing(column)
    left = column.actual[aligned.at[places]].astype(np.float64)
    right = column.expected[aligned.of[places]].astype(np.float64)
    missing = column.nulls
    if len(places) < _MIN_ROWS or any(
        side[rows].any()
        for side, rows in zip(missing, (aligned.at[places], aligned.of[places]), strict=True)
    ):
        return 0
    steps = left - right
    totals = [
        float(values[~nulls].astype(np.float64).sum())
        for values, nulls in zip((column.actual, column.expected), missing, strict=True)
    ]
    size = float(np.abs(column.expected[~missing[1]].astype(np.float64)).sum())
    moved = float(np.abs(steps).sum())
    drift = abs(totals[0] - totals[1])
    both_ways = bool(np.any(steps > 0) and np.any(steps < 0))
    # 2 %: a zone moves several hours of sales; the drift left over is what rates or ends change.
    is_it = both_ways and moved >= 0.02 * size and drift <= min(0.02 * size, 0.25 * moved)
    return len(places) if is_it else 0
