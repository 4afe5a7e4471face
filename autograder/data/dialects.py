"""Tells clean purchases again as each channel would send them: its own types, names and dirt.

Every choice comes from the purchase's own row of a stream, so an exact copy is exact and a part of
a table can be written by itself: copies and corrections stay in the part of their purchase.
It knows neither files nor how to clean its own mess; `clean` does that, on purpose from the rules
alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from autograder.data.arrow import array, joined, numbers, text
from autograder.data.draws import Part, Plan, decimals, to_array
from autograder.data.seasons import HOUR_S
from autograder.data.spec import Dialect, Table, Target
from autograder.data.streams import Flags, Ints, Stream, Words64

KST_S: Final = 9 * HOUR_S
"""The till's wall clock runs this many seconds before UTC."""

PARTNERS: Final = (("pixelport", "-08:00", -8 * HOUR_S), ("hangang-keys", "+09:00", KST_S))
"""Name, offset as written, offset in seconds."""

FIRST_ORDER: Final = 100_000


@dataclass(frozen=True)
class Told:
    """The purchases that one dialect tells, of one part.

    Receipts, orders and transactions get numbers with gaps, so that test receipts, cancelled
    orders and refunds can hide in the gaps.

    Attributes:
        rows: positions in the part, to draw a stream at these rows only.
    """

    part: Part
    table: Table
    dialect: Dialect
    rows: Ints

    @property
    def number(self) -> Ints:
        """Return the purchases' numbers, from 0."""
        return self.rows + self.part.start

    def stream(self, name: str) -> Stream:
        """Return the dialect's stream of this name."""
        return self.part.plan.stream(self.table.name, name)

    def raw(self, name: str) -> Words64:
        """Return one random word for each purchase told."""
        return self.stream(name).raw(self.part.start, self.part.stop)[self.rows]

    def below(self, name: str, limit: int) -> Ints:
        """Return one number from 0 to `limit` - 1 for each purchase told."""
        return self.stream(name).below(self.part.start, self.part.stop, limit)[self.rows]

    def dirty(self, name: str) -> Flags:
        """Tell which purchases a kind of dirt befalls, at its declared rate."""
        rate = self.dialect.dirt[name]
        return self.stream(name).chance(self.part.start, self.part.stop, rate)[self.rows]

    def values(self, column: str) -> Ints:
        """Return the clean numbers of a column."""
        return self.part.column(column).values[self.rows]

    def words(self, column: str) -> pa.StringArray:
        """Return the clean texts of a column."""
        words = self.part.column(column).words
        assert words is not None, column
        return words.take(array(self.values(column)))

    def anonymous(self) -> Flags:
        """Tell which purchases have no member."""
        null = self.part.column("user_id").null
        return np.zeros(len(self.rows), dtype=bool) if null is None else null[self.rows]

    def games(self) -> Target:
        """Return the catalogue's key, which the purchases refer to."""
        return self.part.target("game_id")


def write(plan: Plan, table: Table, start: int, stop: int) -> pa.Table:
    """Return what a dialect says of purchases `start` to `stop` (not included)."""
    dialect = table.dialect
    assert dialect is not None, table.name
    part = plan.part(dialect.of, start, stop)
    rows = np.flatnonzero(part.where(dialect.where))
    return _WRITERS[dialect.name](Told(part, table, dialect, rows))


def _table(columns: dict[str, pa.Array], picked: Ints, order: Ints) -> pa.Table:
    """Return columns at the picked rows, sorted by `order` (one number for each picked row)."""
    chosen = array(picked[np.argsort(order, kind="stable")])
    return pa.table(columns).take(chosen)


def _padded(prefix: str, numbers: Ints, width: int) -> pa.StringArray:
    digits = pc.utf8_lpad(array(numbers).cast(pa.string()), width, "0")
    return joined(prefix, digits)


def _clock(local_s: Ints, pattern: str) -> pa.StringArray:
    return pc.strftime(array(local_s).cast(pa.timestamp("s")), pattern)


def _stacked(*columns: Ints) -> Ints:
    return np.concatenate(columns)


def _pos(told: Told) -> pa.Table:
    """The till: duplicates are exact and come hours later; test receipts have sku TEST."""
    count = len(told.rows)
    ones = np.ones(count, np.int64)
    gap = told.below("receipt", 2)
    sold = told.values("purchased_at") + KST_S
    test_sold = sold + told.below("test_delay", 600) - 300
    tested = np.flatnonzero(told.dirty("test_receipt"))
    # Rows 0 … count-1 are sales; rows count … 2*count-1 are the test receipts that could be.
    number = _stacked(2 * told.number + gap, 2 * told.number + 1 - gap)
    member = _padded("M", told.values("user_id"), 6)
    unknown = array(["", None]).take(array((~told.dirty("anonymous_blank")).astype(np.int8)))
    members = pc.if_else(array(told.anonymous()), unknown, member)
    columns = {
        "receipt_no": _padded("P-", number, 6),
        "sold_at": _clock(_stacked(sold, test_sold), "%Y-%m-%d %H:%M:%S"),
        "sku": pa.concat_arrays([_skus(told), pa.repeat(text("TEST"), count)]),
        "quantity": array(_stacked(told.values("quantity"), ones).astype(np.int8)),
        "amount": pa.concat_arrays([_tickets(told), pa.repeat(text("₩100"), count)]),
        "member_no": pa.concat_arrays([members, pa.nulls(count, pa.string())]),
    }
    again = np.flatnonzero(told.dirty("duplicate"))
    delay = HOUR_S + told.below("delay", 48 * HOUR_S)
    picked = _stacked(np.arange(count), again, tested + count)
    order = _stacked(sold, sold[again] + delay[again], test_sold[tested])
    return _table(columns, picked, order)


def _skus(told: Told) -> pa.StringArray:
    """Write game 12 as G-00012, or with spaces or in lower case where it is messy."""
    clean = _padded("G-", told.values("game_id"), 5)
    style = np.where(told.dirty("messy_sku"), 1 + told.below("sku_style", 4), 0)
    return _styled(clean, style, [_same, _front, _back, pc.utf8_lower, _lower_front])


def _styled(
    texts: pa.StringArray, style: Ints, ways: list[Callable[[pa.StringArray], pa.StringArray]]
) -> pa.StringArray:
    """Return each text written in its own way; only the texts of a way are rewritten."""
    made, rows = [], []
    for index, way in enumerate(ways):
        mine = np.flatnonzero(style == index)
        made.append(way(texts.take(array(mine))))
        rows.append(mine)
    return pa.concat_arrays(made).take(array(np.argsort(np.concatenate(rows), kind="stable")))


def _same(texts: pa.StringArray) -> pa.StringArray:
    return texts


def _front(texts: pa.StringArray) -> pa.StringArray:
    return joined(" ", texts)


def _back(texts: pa.StringArray) -> pa.StringArray:
    return joined(texts, "  ")


def _lower_front(texts: pa.StringArray) -> pa.StringArray:
    return _front(pc.utf8_lower(texts))


def _tickets(told: Told) -> pa.StringArray:
    """Write won as a till does, in one of three ways."""
    won, where = np.unique(told.values("amount") // 100, return_inverse=True)
    styles = ("₩{:,}", " {}원 ", "{:,}")
    words = array([style.format(value) for style in styles for value in won.tolist()])
    weights = told.stream("amount_style").pick(told.part.start, told.part.stop, (55, 20, 25))
    return words.take(array(weights[told.rows] * len(won) + where))


def _online(told: Told) -> pa.Table:
    """The shop: the row loaded last is right; cancelled orders may have been paid before."""
    count = len(told.rows)
    first = 60 + told.below("load", 30 * 60)
    later = HOUR_S + told.below("reload", 5 * 24 * HOUR_S)
    corrected, cancelled = told.dirty("corrected"), told.dirty("cancelled")
    paid_first = cancelled & told.dirty("cancelled_late")
    wrong_status = told.below("wrong", 10) < 3
    ordered = told.values("purchased_at")
    retried = ordered - 30 - told.below("retry", 1800)  # the cancelled try came before the sale
    gap = told.below("order", 3)
    cents = told.values("amount")
    wrong_cents = np.where(wrong_status, cents, 2 * cents)  # charged twice, say
    paid, gone = np.zeros(count, np.int64), np.ones(count, np.int64)
    number = FIRST_ORDER + 3 * told.number
    # Five rows that each purchase could have: right, wrong before it, cancelled, paid before that.
    status = _stacked(paid, np.where(wrong_status, gone, paid), gone, paid)
    loaded = _stacked(
        ordered + first + np.where(corrected, later, 0),
        ordered + first,
        retried + first + np.where(paid_first, later, 0),
        retried + first,
    )
    columns = {
        "order_id": array(_stacked(*[number + gap] * 2, *[number + (gap + 1) % 3] * 2)),
        "user_id": array(np.tile(told.values("user_id"), 4).astype(np.int32)),
        "game_id": array(np.tile(told.values("game_id"), 4).astype(np.int32)),
        "quantity": array(np.tile(told.values("quantity"), 4).astype(np.int8)),
        "amount": decimals(_stacked(cents, wrong_cents, cents, cents), 2),
        "currency": pa.concat_arrays([told.words("currency")] * 4),
        "ordered_at": _timestamps(_stacked(ordered, ordered, retried, retried)),
        "status": array(["paid", "cancelled"]).take(array(status)),
        "loaded_at": _timestamps(loaded),
    }
    kept = (np.ones(count, dtype=bool), corrected, cancelled, paid_first)
    picked = np.flatnonzero(np.concatenate(kept))
    # Shuffled: the place of a row must not tell which load was the last.
    order = np.concatenate([told.raw(f"place{copy}") >> np.uint64(1) for copy in range(4)])
    return _table(columns, picked, order.astype(np.int64)[picked])


def _timestamps(seconds: Ints) -> pa.Array:
    return array(seconds * 1_000_000).cast(pa.timestamp("us", tz="UTC"))


def _partner(told: Told) -> pa.Table:
    """The partners: exact copies, refunds as negative rows, local times with an offset."""
    count = len(told.rows)
    gap = told.below("txn", 2)
    which = (told.below("partner", 100) >= 60).astype(np.int64)
    sold = told.values("purchased_at")
    refunded = sold + (1 + told.below("refund_day", 20)) * 24 * HOUR_S
    offset = np.asarray([seconds for _, _, seconds in PARTNERS])[which]
    local = _clock(_stacked(sold + offset, refunded + offset), "%Y-%m-%dT%H:%M:%S")
    offsets = array([text for _, text, _ in PARTNERS]).take(array(np.tile(which, 2)))
    cents = told.values("amount")
    titles, ccy = _titles(told), pc.utf8_lower(told.words("currency"))
    buyer = _padded("", told.values("user_id"), 7)
    columns = {
        "partner": array([name for name, _, _ in PARTNERS]).take(array(np.tile(which, 2))),
        "txn": _padded("PT-", _stacked(2 * told.number + gap, 2 * told.number + 1 - gap), 6),
        "game_title": pa.concat_arrays([titles, titles]),
        "buyer": pa.concat_arrays([buyer, buyer]),
        "quantity": array(np.tile(told.values("quantity"), 2).astype(np.int8)),
        "sold_on": joined(local, offsets),
        "gross_cents": array(_stacked(cents, -cents)),
        "ccy": pa.concat_arrays([ccy, ccy]),
    }
    again, refund = np.flatnonzero(told.dirty("duplicate")), np.flatnonzero(told.dirty("refund"))
    delay = HOUR_S + told.below("delay", 48 * HOUR_S)
    picked = _stacked(np.arange(count), again, refund + count)
    order = _stacked(sold, sold[again] + delay[again], refunded[refund])
    return _table(columns, picked, order)


def _titles(told: Told) -> pa.StringArray:
    """Write titles as they are, or in another case, or with spaces; Hangul has no other case."""
    games = told.games()
    plan = told.part.plan
    catalogue = plan.part(games.table, 0, plan.rows(plan.dataset.table(games.table)))
    titles = to_array(catalogue.column("title"), "string")
    clean = titles.take(array(told.values("game_id") - plan.whole(games)[0]))
    style = np.where(told.dirty("messy_title"), 1 + told.below("title_style", 5), 0)
    cased = numbers(pc.not_equal(pc.utf8_upper(clean), clean)).astype(bool)
    style = np.where(~cased & (style >= 4), style - 3, style)
    return _styled(clean, style, [_same, _front, _back, _lower_front, pc.utf8_lower, pc.utf8_upper])


_WRITERS: Final[dict[str, Callable[[Told], pa.Table]]] = {
    "pos": _pos,
    "online": _online,
    "partner": _partner,
}
