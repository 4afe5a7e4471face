"""Which row of one table answers which row of the other.

With keys, rows meet by key. Without, equal rows meet first, as in a multiset; what is left meets
by the columns that look like an identity, so that examples can say got and expected side by side.
It must not know findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.grade.compare.close_columns import Bools, Indices
from autograder.grade.compare.prepare import Column, row_codes, same_values
from autograder.models import Order

_GREEDY_LIMIT = 300


@dataclass(frozen=True, eq=False)
class Alignment:
    """Rows of both tables, paired.

    Attributes:
        columns: all compared columns.
        identity: those by which rows met, or could be told apart in an example.
        at, of: paired rows, `at[k]` of actual with `of[k]` of expected; their values may differ.
        missing: rows of expected without a partner, ascending.
        extra: rows of actual without a partner that repeat no row, ascending.
        repeated: rows of actual that repeat a paired row (its key, or all of it), ascending.
        codes: sort codes of the rows of (actual, expected), by identity.
        tolerance: as asked.
    """

    columns: tuple[Column, ...]
    identity: tuple[Column, ...]
    at: Indices
    of: Indices
    missing: Indices
    extra: Indices
    repeated: Indices
    codes: tuple[Indices, Indices]
    tolerance: float

    @property
    def rows(self) -> tuple[int, int]:
        """Number of rows of (actual, expected)."""
        return len(self.codes[0]), len(self.codes[1])

    @property
    def measures(self) -> tuple[Column, ...]:
        """The columns that are not identity."""
        return tuple(column for column in self.columns if column not in self.identity)

    def differing(self, column: Column) -> Indices:
        """Returns the pairs (places in `at` and `of`) whose values in `column` differ."""
        return np.flatnonzero(~same_values(column, self.at, self.of, self.tolerance))

    def is_equal(self) -> bool:
        """Tells whether both tables hold the same rows, in whatever order."""
        alone = len(self.missing) + len(self.extra) + len(self.repeated)
        return alone == 0 and all(len(self.differing(column)) == 0 for column in self.columns)


def align(
    columns: Sequence[Column],
    keys: Sequence[str],
    rows: tuple[int, int],
    order: Order,
    tolerance: float,
) -> Alignment:
    """Pairs the rows of both tables.

    Args:
        columns: all compared columns.
        keys: names of the columns that identify a row; left aside where expected repeats a key.
        rows: number of rows of (actual, expected).
        order: with `strict`, rows that meet no other way meet by position.
        tolerance: for floats.
    """
    everything = tuple(columns)
    identity = tuple(column for column in everything if column.name in keys)
    if identity:
        codes = row_codes(identity, rows, tolerance)
        if len(np.unique(codes[1])) == rows[1]:
            return _by_key(everything, identity, codes, tolerance)
    return _by_value(everything, identity, rows, order, tolerance)


def _by_key(
    columns: tuple[Column, ...],
    identity: tuple[Column, ...],
    codes: tuple[Indices, Indices],
    tolerance: float,
) -> Alignment:
    ours, theirs = codes
    by_code = np.argsort(theirs, kind="stable")
    found, partner = _look_up(ours, theirs[by_code])
    known = np.flatnonzero(found)
    of = by_code[partner[known]]
    right = np.ones(len(known), dtype=np.bool_)
    for column in columns:
        right &= same_values(column, known, of, tolerance)
    # Of rows with one key, the right one stands for all; else the first.
    best = np.lexsort((known, ~right, of))
    first = np.ones(len(best), dtype=np.bool_)
    first[1:] = of[best][1:] != of[best][:-1]
    chosen = best[first]
    missing = np.setdiff1d(np.arange(len(theirs)), of[chosen])
    return Alignment(
        columns,
        identity,
        known[chosen],
        of[chosen],
        missing,
        np.flatnonzero(~found),
        np.sort(known[best[~first]]),
        codes,
        tolerance,
    )


def _look_up(values: Indices, ranked: Indices) -> tuple[Bools, Indices]:
    """Returns for each value whether it is in the sorted `ranked`, and where."""
    if len(ranked) == 0:
        return np.zeros(len(values), dtype=np.bool_), np.zeros(len(values), dtype=np.int64)
    places = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
    return np.asarray(ranked[places] == values, dtype=np.bool_), places.astype(np.int64)


def _by_value(
    columns: tuple[Column, ...],
    identity: tuple[Column, ...],
    rows: tuple[int, int],
    order: Order,
    tolerance: float,
) -> Alignment:
    codes = row_codes(columns, rows, tolerance)
    at, of = _meet(columns, codes)
    close = np.ones(len(at), dtype=np.bool_)
    for column in columns:
        close &= same_values(column, at, of, tolerance)
    at, of = at[close], of[close]
    left = np.setdiff1d(np.arange(rows[0]), at)
    wanted = np.setdiff1d(np.arange(rows[1]), of)
    more_at, more_of = _pair_off(columns, left, wanted, tolerance)
    at, of = np.concatenate([at, more_at]), np.concatenate([of, more_of])
    left, wanted = np.setdiff1d(left, more_at), np.setdiff1d(wanted, more_of)
    # A surplus row is a repeat if its twin was paired.
    exact = row_codes(columns, rows, 0.0)[0] if len(left) else codes[0]
    is_repeat = np.isin(exact[left], exact[at])
    repeated, left = left[is_repeat], left[~is_repeat]
    identity, more_at, more_of = _by_identity(
        columns, identity, left, wanted, rows, order, tolerance
    )
    shown = row_codes(identity, rows, tolerance) if identity else codes
    return Alignment(
        columns,
        identity,
        np.concatenate([at, more_at]),
        np.concatenate([of, more_of]),
        np.setdiff1d(wanted, more_of),
        np.setdiff1d(left, more_at),
        repeated,
        shown,
        tolerance,
    )


def _meet(columns: tuple[Column, ...], codes: tuple[Indices, Indices]) -> tuple[Indices, Indices]:
    """Pairs rows of equal code: the k-th of one table with the k-th of the other."""
    floats = [column for column in columns if column.is_float]
    tickets = []
    orders = []
    for side, values in enumerate(codes):
        ranks = [(column.actual, column.expected)[side] for column in reversed(floats)]
        order = np.lexsort((*ranks, values))
        ranked = values[order]
        starts = np.searchsorted(ranked, ranked, side="left")
        orders.append(order)
        tickets.append(
            ranked * (len(codes[0]) + len(codes[1]) + 1) + np.arange(len(order)) - starts
        )
    _, here, there = np.intersect1d(tickets[0], tickets[1], assume_unique=True, return_indices=True)
    return orders[0][here], orders[1][there]


def _pair_off(
    columns: tuple[Column, ...], left: Indices, wanted: Indices, tolerance: float
) -> tuple[Indices, Indices]:
    """Pairs equal rows that codes kept apart, as where noise in one float swapped two rows."""
    at: list[int] = []
    of: list[int] = []
    if len(left) <= _GREEDY_LIMIT and len(wanted) <= _GREEDY_LIMIT:
        free = wanted
        for row in left:
            same = np.ones(len(free), dtype=np.bool_)
            for column in columns:
                same &= same_values(column, np.full(len(free), row), free, tolerance)
            hits = np.flatnonzero(same)
            if len(hits):
                at.append(int(row))
                of.append(int(free[hits[0]]))
                free = np.delete(free, hits[0])
    return np.array(at, dtype=np.int64), np.array(of, dtype=np.int64)


def _by_identity(
    columns: tuple[Column, ...],
    keys: tuple[Column, ...],
    left: Indices,
    wanted: Indices,
    rows: tuple[int, int],
    order: Order,
    tolerance: float,
) -> tuple[tuple[Column, ...], Indices, Indices]:
    """Pairs unequal rows by the first set of columns that tells all of them apart."""
    none = np.array([], dtype=np.int64)
    exact = tuple(column for column in columns if not column.is_float)
    candidates = [
        keys,
        tuple(column for column in columns if column.kind != "number"),
        exact,
        # One whole number may be what is measured: a count, a rank.
        *(tuple(c for c in exact if c is not one) for one in exact[::-1] if one.kind == "number"),
    ]
    shown = next((identity for identity in candidates if identity), ())
    if len(left) == 0 or len(wanted) == 0:
        return shown, none, none
    for identity in candidates:
        if not identity or len(identity) == len(columns):
            continue
        ours, theirs = row_codes(identity, rows, tolerance)
        ours, theirs = ours[left], theirs[wanted]
        if len(np.unique(ours)) < len(ours) or len(np.unique(theirs)) < len(theirs):
            continue
        _, here, there = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
        if len(here):
            return identity, left[here], wanted[there]
    by_position = order == "strict" and rows[0] == rows[1]
    only_floats = all(column.is_float for column in columns)
    if len(left) == len(wanted) and (by_position or only_floats or len(left) == 1):
        codes = row_codes(columns, rows, tolerance)
        if by_position:
            places = np.intersect1d(left, wanted)
            return (), places, places
        here, there = np.argsort(codes[0][left]), np.argsort(codes[1][wanted])
        return (), left[here], wanted[there]
    return shown, none, none
