"""Whatever types a table has, comparing it ends in findings, never in an exception."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grade.compare import arrived, compare_frames
from autograder.models import LANGUAGES
from autograder.text.catalogue import describe

INTS = [-(2**63), -1, 0, 1, 7, 2**31, 2**63 - 1]
FLOATS = [0.0, -0.0, 1.5, 1e308, -1e308, float("inf"), float("-inf"), float("nan"), 5e-324]
TEXTS = ["", "a", "A", " a ", "가", "가", "₩12,000", "x" * 300, "\x00", "`|<b>"]
POOL: list[tuple[pa.DataType, list[Any]]] = [
    *[(kind, [0, 1, 7]) for kind in (pa.int8(), pa.uint8(), pa.int32(), pa.uint32())],
    (pa.int64(), INTS),
    (pa.uint64(), [0, 1, 2**64 - 1]),
    (pa.float16(), [0.0, 1.5, float("inf")]),
    (pa.float32(), [0.0, 1.5, float("nan")]),
    (pa.float64(), FLOATS),
    (pa.decimal128(12, 2), [Decimal("1.50"), Decimal("-0.01")]),
    (pa.decimal256(60, 20), [Decimal("1.5"), Decimal(10) ** 39]),
    *[(kind, TEXTS) for kind in (pa.string(), pa.large_string(), pa.string_view())],
    (pa.dictionary(pa.int8(), pa.string()), TEXTS),
    (pa.dictionary(pa.int32(), pa.int64()), [1, 2]),
    (pa.bool_(), [True, False]),
    (pa.date32(), [dt.date(1, 1, 1), dt.date(2026, 1, 5), dt.date(9999, 12, 31)]),
    (pa.date64(), [dt.date(2026, 1, 5)]),
    (pa.timestamp("s"), [INTS[0], 0, 2**62]),
    (pa.timestamp("ms", "Asia/Seoul"), [-1, 0, 2**62]),
    (pa.timestamp("us", "UTC"), [-1, 0, 10**15, 2**62]),
    (pa.timestamp("ns"), [-1, 0, 10**18 + 1]),
    (pa.timestamp("us", "Nowhere/Nothing"), [0, 1]),
    (pa.time32("s"), [dt.time(1)]),
    (pa.time64("ns"), [1, 2]),
    (pa.duration("ns"), [1, 10**12]),
    (pa.duration("s"), [dt.timedelta(1)]),
    (pa.binary(), [b"", b"\xff"]),
    (pa.binary(2), [b"ab", b"cd"]),
    (pa.list_(pa.float64()), [[], [1.0, None], [float("nan")]]),
    (pa.list_(pa.int64(), 2), [[1, 2], [2, 1]]),
    (pa.large_list(pa.string()), [["a"], []]),
    (
        pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))]),
        [{"a": 1, "b": ["x"]}, {"a": None, "b": None}],
    ),
    (pa.map_(pa.string(), pa.int64()), [[("k", 1)], []]),
    (pa.null(), [None]),
]


@st.composite
def columns(draw: st.DrawFn) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    kind, values = draw(st.sampled_from(POOL))
    return kind, st.none() | st.sampled_from(values)


@st.composite
def tables(draw: st.DrawFn) -> tuple[pa.Table, pa.Table]:
    """Two tables of the same names; each column has one type in both, or two types."""
    sizes = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    made: list[dict[str, pa.Array]] = [{}, {}]
    for name in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        first = draw(columns())
        second = first if draw(st.booleans()) else draw(columns())
        for side, (kind, values) in enumerate((first, second)):
            cells = draw(st.lists(values, min_size=sizes[side], max_size=sizes[side]))
            made[side][name] = pa.array(cells, kind)
    return pa.table(made[0]), pa.table(made[1])


KEYS = st.sampled_from([(), ("a",), ("b",), ("a", "b"), ("z",)])


@settings(max_examples=400)
@given(tables(), KEYS, st.sampled_from(["any", "strict"]), st.sampled_from([0.0, 1e-9, 1e-3, 1.0]))
def test_no_table_breaks_a_comparison(
    pair: tuple[pa.Table, pa.Table], keys: tuple[str, ...], order: Any, tolerance: float
) -> None:
    left, right = pair
    how = {"order": order, "keys": keys, "tolerance": tolerance}
    there, back = compare_frames(left, right, **how), compare_frames(right, left, **how)
    assert bool(there) is bool(back)
    for table in pair:
        assert compare_frames(table, table, **how) == []
    for language in LANGUAGES:
        for visibility in ("public", "hidden"):
            message, step = describe([*there, arrived(left)], visibility, language)
            assert bool(message) is bool(step) is bool(there)
            assert "–" not in message
