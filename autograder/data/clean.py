"""Cleans the three dialects by the rules that learners are told, to check that they lead home.

It works on files' rows alone and shares no code with `dialects`: an agreement of the two is proof.
All results have the columns and order of `CLEAN`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CLEAN: Final = pa.schema(
    [
        ("user_id", pa.int32()),
        ("game_id", pa.int32()),
        ("channel", pa.string()),
        ("quantity", pa.int8()),
        ("cents", pa.int64()),
        ("currency", pa.string()),
        ("purchased_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""What a clean purchase is, but for its number. `cents` is `amount` in hundredths."""

Cleaner = Callable[[pa.Table, pa.Table], pa.Table]


def pos(rows: pa.Table, _: pa.Table) -> pa.Table:
    """Drop copies and test receipts; read sku, won, member and Korean wall clock."""
    rows = _distinct(rows)
    sku = pc.utf8_upper(pc.utf8_trim_whitespace(rows["sku"]))
    sale = pc.not_equal(sku, "TEST")
    rows, sku = rows.filter(sale), sku.filter(sale)
    member = rows["member_no"]
    member = pc.if_else(pc.equal(member, ""), pa.scalar(None, pa.string()), member)
    won = pc.replace_substring_regex(rows["amount"], "[^0-9]", "").cast(pa.int64())
    return _clean(
        user_id=pc.utf8_slice_codeunits(member, 1).cast(pa.int32()),
        game_id=pc.utf8_slice_codeunits(sku, 2).cast(pa.int32()),
        channel=_constant("pos", rows),
        quantity=rows["quantity"],
        cents=pc.multiply(won, 100),
        currency=_constant("KRW", rows),
        purchased_at=_utc(_clock(rows["sold_at"], "%Y-%m-%d %H:%M:%S"), 9 * 3600),
    )


def online(rows: pa.Table, _: pa.Table) -> pa.Table:
    """Keep each order's row that was loaded last, if it is paid."""
    rows = rows.sort_by([("order_id", "ascending"), ("loaded_at", "ascending")])
    orders = np.asarray(rows["order_id"])
    last = np.append(orders[1:] != orders[:-1], [True] if len(orders) else [])
    rows = rows.filter(pa.array(last.astype(bool)))
    rows = rows.filter(pc.equal(rows["status"], "paid"))
    return _clean(
        user_id=rows["user_id"],
        game_id=rows["game_id"],
        channel=_constant("online", rows),
        quantity=rows["quantity"],
        cents=hundredths(rows["amount"]),
        currency=rows["currency"],
        purchased_at=rows["ordered_at"],
    )


def partner(rows: pa.Table, games: pa.Table) -> pa.Table:
    """Drop copies and refunds; find games by title, read the time with its offset."""
    rows = _distinct(rows)
    rows = rows.filter(pc.greater(rows["gross_cents"], 0))
    titles = games["title"].combine_chunks()
    at = pc.index_in(_folded(rows["game_title"]), value_set=_folded(titles))
    text = rows["sold_on"]
    east = pc.equal(pc.utf8_slice_codeunits(text, 19, 20), "+")
    hours = pc.utf8_slice_codeunits(text, 20, 22).cast(pa.int64())
    minutes = pc.utf8_slice_codeunits(text, 23, 25).cast(pa.int64())
    offset = pc.add(pc.multiply(hours, 3600), pc.multiply(minutes, 60))
    offset = pc.if_else(east, offset, pc.negate(offset))
    return _clean(
        user_id=rows["buyer"].cast(pa.int32()),
        game_id=games["game_id"].take(at),
        channel=_constant("partner", rows),
        quantity=rows["quantity"],
        cents=rows["gross_cents"],
        currency=pc.utf8_upper(rows["ccy"]),
        purchased_at=_utc(
            _clock(pc.utf8_slice_codeunits(text, 0, 19), "%Y-%m-%dT%H:%M:%S"), offset
        ),
    )


def purchases(rows: pa.Table) -> pa.Table:
    """Return the clean truth in the columns of `CLEAN`."""
    columns = {name: rows[name] for name in CLEAN.names if name != "cents"}
    return _clean(cents=hundredths(rows["amount"]), **columns)


CLEANERS: Final[dict[str, Cleaner]] = {"pos": pos, "online": online, "partner": partner}
"""How each dialect is cleaned, given its rows and the catalogue."""


def in_order(rows: pa.Table) -> pa.Table:
    """Return clean rows sorted by all their columns, to compare two tables as multisets."""
    return rows.sort_by([(name, "ascending") for name in CLEAN.names]).combine_chunks()


def hundredths(amounts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return decimal(12,2) amounts as whole hundredths."""
    wide = amounts.cast(pa.decimal128(16, 2))
    return pc.multiply(wide, pa.scalar(100, pa.decimal128(3, 0))).cast(pa.int64())


def _distinct(rows: pa.Table) -> pa.Table:
    return rows.group_by(rows.column_names, use_threads=False).aggregate([])


def _folded(titles: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(titles))


def _constant(text: str, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows.num_rows)


def _clock(texts: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.strptime(texts, format=pattern, unit="s").cast(pa.int64())


def _utc(local_s: pa.ChunkedArray, offset_s: pa.ChunkedArray | int) -> pa.ChunkedArray:
    micros = pc.multiply(pc.subtract(local_s, offset_s), 1_000_000)
    return micros.cast(pa.timestamp("us", tz="UTC"))


def _clean(**columns: pa.Array | pa.ChunkedArray) -> pa.Table:
    return pa.table([columns[name].cast(CLEAN.field(name).type) for name in CLEAN.names], CLEAN)
