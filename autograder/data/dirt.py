"""Counts the dirt in a dialect's rows, to hold it against the declared rates. Sees rows alone.

Each counter returns, for each rate of its dialect, how many it hit and of how many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa

from autograder.data.arrow import Array, pc

Shares = Mapping[str, tuple[int, int]]
Counter = Callable[[pa.Table, pa.Table], Shares]


def pos(rows: pa.Table, _: pa.Table) -> Shares:
    """Count copies, test receipts, messy skus and empty member numbers of the till."""
    test = pc.equal(rows["sku"], "TEST")
    sales = _distinct(rows.filter(pc.invert(test)))
    count = sales.num_rows
    guests = _true(pc.or_kleene(pc.is_null(sales["member_no"]), pc.equal(sales["member_no"], "")))
    return {
        "duplicate": (rows.num_rows - _true(test) - count, count),
        "test_receipt": (_true(test), count),
        "messy_sku": (count - _true(pc.match_substring_regex(sales["sku"], r"^G-\d+$")), count),
        "anonymous_blank": (_true(pc.equal(sales["member_no"], "")), guests),
    }


def online(rows: pa.Table, _: pa.Table) -> Shares:
    """Count corrected and cancelled orders, and those that were paid before."""
    orders = rows.sort_by([("order_id", "ascending"), ("loaded_at", "ascending")])
    grouped = orders.group_by("order_id", use_threads=False)
    last = grouped.aggregate([("status", "last"), ("status", "count")])
    paid = pc.equal(last["status_last"], "paid")
    again = pc.greater(last["status_count"], 1)
    sales, cancelled = _true(paid), _true(pc.invert(paid))
    return {
        "corrected": (_true(pc.and_(paid, again)), sales),
        "cancelled": (cancelled, sales),
        "cancelled_late": (_true(pc.and_(pc.invert(paid), again)), cancelled),
    }


def partner(rows: pa.Table, games: pa.Table) -> Shares:
    """Count copies, refunds and titles that are not written as in the catalogue."""
    sold = rows.filter(pc.greater(rows["gross_cents"], 0))
    sales = _distinct(sold)
    count = sales.num_rows
    exact = _true(pc.is_in(sales["game_title"], value_set=games["title"].combine_chunks()))
    return {
        "duplicate": (sold.num_rows - count, count),
        "refund": (rows.num_rows - sold.num_rows, count),
        "messy_title": (count - exact, count),
    }


COUNTERS: Final[Mapping[str, Counter]] = {"pos": pos, "online": online, "partner": partner}
"""The counter of each dialect, given its rows and the catalogue."""


def _distinct(rows: pa.Table) -> pa.Table:
    return rows.group_by(rows.column_names, use_threads=False).aggregate([])


def _true(flags: Array) -> int:
    return pc.sum(flags).as_py() or 0
