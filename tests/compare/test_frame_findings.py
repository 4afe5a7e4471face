"""Each typical mistake in a table gets the message made for it, first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from autograder.grade.compare import compare_frames
from autograder.models import Finding

RANDOM = np.random.default_rng(20260105)
START = dt.date(2026, 1, 1)
COUNT = 400
HOURS = RANDOM.integers(0, 60 * 24, COUNT * 10)
WON = RANDOM.integers(5, 90, COUNT * 10) * 1000
SALES = pa.table(
    {
        "purchase_id": np.arange(1, COUNT + 1),
        "currency": [["KRW", "USD", "JPY", "EUR"][k % 4] for k in range(COUNT)],
        "amount": RANDOM.random(COUNT).round(4) * 90 + 10,
        "purchased_at": pa.array(
            [
                dt.datetime(2026, 1, 1) + dt.timedelta(minutes=int(m))
                for m in RANDOM.integers(0, 90000, COUNT)
            ],
            pa.timestamp("us", "UTC"),
        ),
        "title": [f"Game {k % 40}" for k in range(COUNT)],
    }
)


def daily(shift_h: int = 0, won: np.ndarray = WON) -> pa.Table:
    days = (HOURS + shift_h) // 24
    found = np.unique(days)
    return pa.table(
        {
            "day": [START + dt.timedelta(int(day)) for day in found],
            "revenue": [int(won[days == day].sum()) for day in found],
        }
    )


RANKS = pa.table(
    {
        "week": [1] * 5 + [2] * 5,
        "title": list("abcde") * 2,
        "rank": [1, 2, 2, 4, 5, 1, 2, 3, 3, 5],
        "sold": [9, 7, 7, 5, 1, 8, 6, 4, 4, 2],
    }
)


def put(table: pa.Table, name: str, values: object) -> pa.Table:
    return table.set_column(
        table.column_names.index(name),
        name,
        pa.array(values) if isinstance(values, list) else values,
    )


def find(actual: pa.Table, expected: pa.Table, **how: object) -> list[Finding]:
    return compare_frames(actual, expected, **how)


def shifted(hours: float) -> pa.Array:
    micros = SALES["purchased_at"].cast(pa.int64()).to_numpy() + int(hours * 3_600_000_000)
    return pa.array(micros, pa.timestamp("us", "UTC"))


MISTAKES: dict[str, tuple[str, Callable[[], pa.Table], pa.Table, tuple[str, ...]]] = {
    "other case": (
        "frame.near_column",
        lambda: SALES.rename_columns(["Purchase_ID", *SALES.column_names[1:]]),
        SALES,
        (),
    ),
    "space for underscore": (
        "frame.near_column",
        lambda: SALES.rename_columns([*SALES.column_names[:3], "purchased at", "title"]),
        SALES,
        (),
    ),
    "plural": (
        "frame.near_column",
        lambda: SALES.rename_columns([*SALES.column_names[:4], "titles"]),
        SALES,
        (),
    ),
    "typing slip": (
        "frame.near_column",
        lambda: SALES.rename_columns(["purchase_id", "curency", *SALES.column_names[2:]]),
        SALES,
        (),
    ),
    "missing column": ("frame.missing_column", lambda: SALES.drop_columns(["amount"]), SALES, ()),
    "extra column": (
        "frame.extra_columns",
        lambda: SALES.append_column("zzz", SALES["title"]),
        SALES,
        (),
    ),
    "twice the same name": (
        "frame.duplicate_columns",
        lambda: SALES.append_column("title", SALES["title"]),
        SALES,
        (),
    ),
    "string amount": (
        "frame.text_not_number",
        lambda: put(SALES, "amount", [f"₩{v:,.0f}" for v in SALES["amount"].to_pylist()]),
        SALES,
        (),
    ),
    "string date": (
        "frame.text_not_date",
        lambda: put(daily(), "day", [str(v) for v in daily()["day"].to_pylist()]),
        daily(),
        ("day",),
    ),
    "bool for number": (
        "frame.column_type",
        lambda: put(SALES, "amount", [True] * COUNT),
        SALES,
        (),
    ),
    "empty": ("frame.empty", lambda: SALES.slice(0, 0), SALES, ()),
    "limit": ("frame.only_first_rows", lambda: SALES.slice(0, 20), SALES, ("purchase_id",)),
    "duplicates kept": (
        "frame.duplicate_rows",
        lambda: pa.concat_tables([SALES, SALES.slice(0, 9)]),
        SALES,
        ("purchase_id",),
    ),
    "duplicates kept, no keys": (
        "frame.duplicate_rows",
        lambda: pa.concat_tables([SALES, SALES.slice(0, 9)]),
        SALES,
        (),
    ),
    "fan-out": (
        "frame.fan_out",
        lambda: pa.concat_tables([SALES, put(SALES, "amount", shuffle(SALES["amount"]))]),
        SALES,
        ("purchase_id",),
    ),
    "inner join loses won": (
        "frame.inner_join",
        lambda: SALES.filter(pc.not_equal(SALES["currency"], "KRW")),
        SALES,
        ("purchase_id",),
    ),
    "inner join, no keys": (
        "frame.inner_join",
        lambda: SALES.filter(pc.not_equal(SALES["currency"], "KRW")),
        SALES,
        (),
    ),
    "left join asked": (
        "frame.inner_join",
        lambda: pa.table({"g": ["a", "b"], "n": [1, 2]}),
        pa.table({"g": list("abcd"), "n": [1, 2, None, None]}),
        ("g",),
    ),
    "outer for inner": (
        "frame.outer_join",
        lambda: pa.table({"g": list("abcd"), "n": [1, 2, None, None]}),
        pa.table({"g": ["a", "b"], "n": [1, 2]}),
        ("g",),
    ),
    "some rows lost": ("frame.missing_rows", lambda: SALES.slice(7), SALES, ("purchase_id",)),
    "some rows too many": ("frame.extra_rows", lambda: SALES, SALES.slice(7), ("purchase_id",)),
    "other rows": (
        "frame.different_rows",
        lambda: SALES.slice(0, 390),
        SALES.slice(10),
        ("purchase_id",),
    ),
    "nine hours": (
        "frame.time_shift",
        lambda: put(SALES, "purchased_at", shifted(9)),
        SALES,
        ("purchase_id",),
    ),
    "nine hours, no keys": (
        "frame.time_shift",
        lambda: put(SALES, "purchased_at", shifted(-9)),
        SALES,
        (),
    ),
    "nine hours in the key": (
        "frame.time_shift",
        lambda: put(SALES, "purchased_at", shifted(9)),
        SALES,
        ("purchased_at", "purchase_id"),
    ),
    "half a zone": (
        "frame.time_shift",
        lambda: put(SALES, "purchased_at", shifted(5.5)),
        SALES,
        (),
    ),
    "day in UTC": ("frame.day_boundary", lambda: daily(-9), daily(), ("day",)),
    "day in UTC, no keys": ("frame.day_boundary", lambda: daily(-9), daily(), ()),
    "a day late": (
        "frame.day_shift",
        lambda: put(daily(), "day", [v + dt.timedelta(1) for v in daily()["day"].to_pylist()]),
        daily(),
        ("day",),
    ),
    "time in date": (
        "frame.time_not_date",
        lambda: put(
            daily(),
            "day",
            [
                dt.datetime.combine(v, dt.time(k % 24))
                for k, v in enumerate(daily()["day"].to_pylist())
            ],
        ),
        daily(),
        ("day",),
    ),
    "rows lost before adding": (
        "frame.all_lower",
        lambda: daily(won=np.where(np.arange(len(WON)) % 7 == 0, 0, WON)),
        daily(),
        ("day",),
    ),
    "rows added twice": (
        "frame.all_higher",
        lambda: daily(won=np.where(np.arange(len(WON)) % 7 == 0, 2, 1) * WON),
        daily(),
        ("day",),
    ),
    "all rows added twice": ("frame.all_higher", lambda: daily(won=2 * WON), daily(), ("day",)),
    "cents": (
        "frame.factor",
        lambda: put(SALES, "amount", pc.multiply(SALES["amount"], 100)),
        SALES,
        ("purchase_id",),
    ),
    "sign": (
        "frame.sign",
        lambda: put(SALES, "amount", pc.negate(SALES["amount"])),
        SALES,
        ("purchase_id",),
    ),
    "rounded": (
        "frame.rounded",
        lambda: put(SALES, "amount", pc.round(SALES["amount"], 1)),
        SALES,
        ("purchase_id",),
    ),
    "cut to int": (
        "frame.rounded",
        lambda: put(SALES, "amount", pc.floor(SALES["amount"]).cast(pa.int64())),
        SALES,
        ("purchase_id",),
    ),
    "not rounded": (
        "frame.not_rounded",
        lambda: SALES,
        put(SALES, "amount", pc.round(SALES["amount"], 2)),
        ("purchase_id",),
    ),
    "rounded early": (
        "frame.nearly",
        lambda: put(
            daily(),
            "revenue",
            [v + (k % 3 - 1) * v // 5000 for k, v in enumerate(daily()["revenue"].to_pylist())],
        ),
        daily(),
        ("day",),
    ),
    "rank from 0": (
        "frame.off_by_one",
        lambda: put(RANKS, "rank", pc.subtract(RANKS["rank"], 1)),
        RANKS,
        ("week", "title"),
    ),
    "rank from 0, no keys": (
        "frame.off_by_one",
        lambda: put(RANKS, "rank", pc.subtract(RANKS["rank"], 1)),
        RANKS,
        (),
    ),
    "row_number for rank": (
        "frame.rank_ties",
        lambda: put(RANKS, "rank", [1, 2, 3, 4, 5] * 2),
        RANKS,
        ("week", "title"),
    ),
    "dense_rank for rank": (
        "frame.rank_ties",
        lambda: put(RANKS, "rank", [1, 2, 2, 3, 4, 1, 2, 3, 3, 4]),
        RANKS,
        ("week", "title"),
    ),
    "null after a join": (
        "frame.unexpected_nulls",
        lambda: put(
            SALES,
            "title",
            [None if k % 9 == 0 else v for k, v in enumerate(SALES["title"].to_pylist())],
        ),
        SALES,
        ("purchase_id",),
    ),
    "null filled": (
        "frame.missing_nulls",
        lambda: pa.table({"k": [1, 2], "v": [0, 5]}),
        pa.table({"k": [1, 2], "v": [None, 5]}),
        ("k",),
    ),
    "lower case": (
        "frame.text_case",
        lambda: put(SALES, "currency", pc.utf8_lower(SALES["currency"])),
        SALES,
        ("purchase_id",),
    ),
    "lower case in a key": (
        "frame.text_case",
        lambda: put(RANKS, "title", pc.utf8_upper(RANKS["title"])),
        RANKS,
        ("week", "title"),
    ),
    "spaces": (
        "frame.text_space",
        lambda: put(SALES, "title", [f" {v} " for v in SALES["title"].to_pylist()]),
        SALES,
        ("purchase_id",),
    ),
    "spaces in a key": (
        "frame.text_space",
        lambda: put(RANKS, "title", [f"{v} " for v in RANKS["title"].to_pylist()]),
        RANKS,
        ("title", "week"),
    ),
    "one wrong value": (
        "frame.values_differ",
        lambda: put(RANKS, "sold", [9, 7, 7, 5, 1, 8, 60, 4, 4, 2]),
        RANKS,
        ("week", "title"),
    ),
    "one wrong value, no keys": (
        "frame.values_differ",
        lambda: put(RANKS, "sold", [9, 7, 7, 5, 1, 8, 60, 4, 4, 2]),
        RANKS,
        (),
    ),
}


def shuffle(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.take(pa.array(np.arange(len(column))[::-1]))


@pytest.mark.parametrize("name", MISTAKES)
def test_first_finding(name: str) -> None:
    code, make, expected, keys = MISTAKES[name]
    findings = find(make(), expected, keys=keys)
    assert [finding.code for finding in findings][:1] == [code]


ABOUT_ROWS = [
    # A head of the table is about its order; a table with a name twice cannot be taken from.
    name
    for name, (code, *_) in MISTAKES.items()
    if code not in {"frame.only_first_rows", "frame.duplicate_columns"}
]


@pytest.mark.parametrize("name", ABOUT_ROWS)
def test_findings_do_not_depend_on_the_order_of_rows(name: str) -> None:
    _, make, expected, keys = MISTAKES[name]
    actual = make()
    turned = actual.take(pa.array(np.arange(actual.num_rows)[::-1]))
    assert find(turned, expected, keys=keys) == find(actual, expected, keys=keys)


def test_wrong_name_does_not_cascade() -> None:
    renamed = SALES.rename_columns(["purchase_id", "currency", "Amount", "purchased_at", "title"])
    (finding,) = find(put(renamed, "title", ["x"] * COUNT), SALES)
    assert finding.params == {"column": "amount", "got": "Amount"}


def test_inner_join_names_the_lost_value_for_public_checks_only() -> None:
    (finding,) = find(
        SALES.filter(pc.not_equal(SALES["currency"], "KRW")), SALES, keys=("purchase_id",)
    )
    assert finding.reveals
    assert finding.params["column"] == "currency"
    assert finding.params["expected_values"] == ["KRW"]
    assert finding.params["missing"] == 100


def test_examples_are_first_by_key_with_got_and_expected() -> None:
    wrong = [v + 1.5 if k % 3 == 0 else v for k, v in enumerate(RANKS["sold"].to_pylist())]
    finding = find(
        put(RANKS, "sold", wrong).take([9, 3, 1, 0, 2, 8, 5, 4, 6, 7]),
        RANKS,
        keys=("week", "title"),
    )[0]
    assert finding.params["key_columns"] == ["week", "title"]
    assert [row["key"] for row in finding.params["examples"]] == [
        ["1", "a"],
        ["1", "d"],
        ["2", "b"],
        ["2", "e"],
    ]
    assert [row["got"] for row in finding.params["examples"]] == ["10.5", "6.5", "7.5", "3.5"]
    assert finding.params["expected"] == ["9", "5", "6", "2"]


def test_strict_order() -> None:
    assert find(RANKS, RANKS, order="strict") == []
    assert [
        f.code for f in find(RANKS.take([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]), RANKS, order="strict")
    ] == ["frame.reversed"]
    (finding,) = find(
        RANKS.take([0, 1, 2, 4, 3, 5, 6, 7, 8, 9]), RANKS, order="strict", keys=("week", "title")
    )
    assert (finding.code, finding.params["position"]) == ("frame.wrong_order", 4)
    assert find(RANKS.take([0, 1, 2, 4, 3, 5, 6, 7, 8, 9]), RANKS, order="any") == []


def test_fan_out_counts_keys_and_times() -> None:
    doubled = pa.concat_tables(
        [RANKS, put(RANKS, "sold", [0] * 10), put(RANKS.slice(0, 1), "sold", [1])]
    )
    finding = find(doubled, RANKS, keys=("week", "title"))[0]
    assert finding.code == "frame.fan_out"
    assert (finding.params["keys"], finding.params["count"], finding.params["times"]) == (
        ["week", "title"],
        10,
        3,
    )


def test_hostile_names_are_cut() -> None:
    table = pa.table({"x" * 50_000: [1], **{f"c{k}": [1] for k in range(300)}})
    findings = find(table, RANKS)
    assert sum(len(str(finding.params)) for finding in findings) < 10_000


def test_one_currency_left_unconverted() -> None:
    amounts = [
        amount * 1300 + k if currency == "USD" else amount
        for k, (amount, currency) in enumerate(
            zip(SALES["amount"].to_pylist(), SALES["currency"].to_pylist(), strict=True)
        )
    ]
    (finding,) = find(SALES, put(SALES, "amount", amounts), keys=("purchase_id",))
    assert finding.code == "frame.only_where"
    assert (finding.params["where"], finding.params["values"]) == ("currency", ["USD"])
    assert finding.params["count"] == 100
