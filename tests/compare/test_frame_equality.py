"""Tables that are equal however they are written, and tables that are not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.compare import compare_frames

UTC = dt.UTC
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=UTC)
MIDNIGHT = dt.datetime(2026, 1, 5)


def one(values: list[object], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"x": pa.array(values, kind)})


EQUAL = {
    "int widths": (one([1, 2], pa.int8()), one([1, 2], pa.int64())),
    "unsigned": (one([1, 2], pa.uint64()), one([1, 2], pa.int32())),
    "huge unsigned": (one([2**64 - 1], pa.uint64()), one([2**64 - 1], pa.uint64())),
    "int and float": (one([1, 2]), one([1.0, 2.0])),
    "decimal and float": (one([Decimal("1.50")]), one([1.5])),
    "decimal scales": (one([Decimal("1.50")]), one([Decimal("1.50000")])),
    "decimal and int": (one([Decimal("12000.00")]), one([12000])),
    "float noise": (one([0.1 + 0.2, 1e9]), one([0.3, 1e9 + 1e-7])),
    "negative zero": (one([-0.0]), one([0.0])),
    "nan and null": (one([float("nan"), 1.0]), one([None, 1.0])),
    "infinities": (one([float("inf"), float("-inf")]), one([float("inf"), float("-inf")])),
    "all null of any type": (one([None, None], pa.null()), one([None, None], pa.float64())),
    "strings": (one(["가", "b"], pa.large_string()), one(["가", "b"], pa.string())),
    "string views": (one(["가", "b"], pa.string_view()), one(["가", "b"])),
    "dictionary": (
        one(["a", "b", "a"]).cast(pa.schema([("x", pa.dictionary(pa.int32(), pa.string()))])),
        one(["a", "b", "a"]),
    ),
    "NFD and NFC": (one(["가"]), one(["가"])),
    "timestamp units": (
        one([NOON], pa.timestamp("ns", "UTC")),
        one([NOON], pa.timestamp("s", "UTC")),
    ),
    "same instant in another zone": (
        one([NOON], pa.timestamp("us", "Asia/Seoul")),
        one([NOON], pa.timestamp("us", "UTC")),
    ),
    "naive counts as UTC": (
        one([NOON.replace(tzinfo=None)]),
        one([NOON], pa.timestamp("us", "UTC")),
    ),
    "before 1970 in ns": (one([-1], pa.timestamp("ns")), one([-1], pa.timestamp("us"))),
    "date and midnight": (one([MIDNIGHT], pa.timestamp("us")), one([MIDNIGHT.date()])),
    "date64 and date32": (one([MIDNIGHT.date()], pa.date64()), one([MIDNIGHT.date()], pa.date32())),
    "lists": (
        one([[1, 2], None], pa.list_(pa.int64())),
        one([[1, 2], None], pa.large_list(pa.int64())),
    ),
    "structs": (one([{"a": 1, "b": "x"}]), one([{"a": 1, "b": "x"}])),
    "binary": (one([b"a"], pa.large_binary()), one([b"a"])),
    "times of day": (one([dt.time(1, 2)], pa.time32("s")), one([dt.time(1, 2)], pa.time64("us"))),
    "durations": (
        one([dt.timedelta(seconds=3)], pa.duration("s")),
        one([dt.timedelta(seconds=3)], pa.duration("s")),
    ),
    "booleans": (one([True, None]), one([True, None])),
    "no rows": (one([], pa.int64()), one([], pa.float64())),
    "no columns": (pa.table({}), pa.table({})),
    "chunks": (pa.chunked_array([[1], [2, 3]]), None),
}
EQUAL["chunks"] = (pa.table({"x": pa.chunked_array([[1], [2, 3]])}), one([1, 2, 3]))


@pytest.mark.parametrize("name", EQUAL)
def test_equal_however_written(name: str) -> None:
    left, right = EQUAL[name]
    assert compare_frames(left, right) == []
    assert compare_frames(right, left, order="strict") == []


UNEQUAL = {
    "bool is no number": (one([True, False]), one([1, 0])),
    "neighbouring ids": (one([1_234_567_890_123]), one([1_234_567_890_124])),
    "sign of infinity": (one([float("inf")]), one([float("-inf")])),
    "infinity is no number": (one([float("inf")]), one([1e300])),
    "null is not zero": (one([None, 1]), one([0, 1])),
    "empty text is not null": (one(["", "a"]), one([None, "a"])),
    "case": (one(["krw"]), one(["KRW"])),
    "beyond the tolerance": (one([1.0 + 1e-8]), one([1.0])),
    "one row twice": (one([1, 1, 2]), one([1, 2, 2])),
    "a later microsecond": (one([NOON + dt.timedelta(microseconds=1)]), one([NOON])),
    "struct fields": (one([{"a": 1}]), one([{"a": 2}])),
    "number where a list is asked": (one([1]), one([[1]])),
}


@pytest.mark.parametrize("name", UNEQUAL)
def test_unequal(name: str) -> None:
    left, right = UNEQUAL[name]
    assert compare_frames(left, right)
    assert compare_frames(right, left)


def test_tolerance_of_the_author_reaches_whole_numbers_too() -> None:
    assert compare_frames(one([1_000_001]), one([1_000_000]), tolerance=1e-5) == []
    assert compare_frames(one([1_000_001]), one([1_000_000]))


def test_close_floats_chained_together_are_not_all_equal() -> None:
    steps = [1.0 + 0.009 * k for k in range(50)]
    other = [1.0] * 50
    assert compare_frames(one(other), one(steps), tolerance=0.01)


def test_noise_in_one_column_may_not_swap_rows() -> None:
    left = pa.table({"a": [1.0, 1.0 + 1e-13, 1.0], "b": [3.0, 2.0, 1.0]})
    right = pa.table({"a": [1.0 + 1e-13, 1.0, 1.0 + 1e-13], "b": [1.0, 3.0, 2.0]})
    assert compare_frames(left, right) == []


def test_times_beyond_the_years_of_python_and_unknown_zones() -> None:
    far = pa.table({"x": pa.array([2**62], pa.timestamp("s")), "k": [1]})
    lost = pa.table({"x": pa.array([2**61], pa.timestamp("us", "Nowhere/Nothing")), "k": [1]})
    assert compare_frames(far, far) == []
    assert [f.code for f in compare_frames(far, lost, keys=("k",))] == ["frame.values_differ"]
    assert [f.code for f in compare_frames(lost, far, keys=("k",))] == ["frame.values_differ"]


def test_keys_unknown_to_the_reference_are_left_aside() -> None:
    assert compare_frames(one([2, 1]), one([1, 2]), keys=("nothing",)) == []


def test_expected_keys_that_repeat_are_compared_as_a_multiset() -> None:
    right = pa.table({"k": [1, 1, 2], "v": ["a", "b", "c"]})
    assert compare_frames(right.take([2, 1, 0]), right, keys=("k",)) == []
    assert compare_frames(right.take([2, 0, 0]), right, keys=("k",))


cells = st.one_of(st.none(), st.integers(-3, 3))
rows = st.lists(
    st.tuples(cells, st.sampled_from(["a", "b", None]), st.sampled_from([0.5, 1.5, None])),
    max_size=12,
)


def table(values: list[tuple[object, object, object]]) -> pa.Table:
    columns = list(zip(*values, strict=True)) or [(), (), ()]
    kinds = (pa.int64(), pa.string(), pa.float64())
    return pa.table(
        {n: pa.array(list(c), k) for n, c, k in zip("ist", columns, kinds, strict=True)}
    )


@given(rows, st.randoms(use_true_random=False))
def test_rows_and_columns_in_any_order_are_equal(
    values: list[tuple[object, object, object]], random: object
) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    assert compare_frames(table(shuffled).select(["t", "i", "s"]), table(values)) == []


@given(rows, rows)
def test_equal_exactly_when_the_multisets_are(left: list[object], right: list[object]) -> None:
    # An all-null column fits every type, so the plain multiset is the whole truth here.
    same = sorted(map(repr, left)) == sorted(map(repr, right))
    assert (compare_frames(table(left), table(right)) == []) is same
    by_key = compare_frames(table(left), table(right), keys=("i", "s"))
    assert (by_key == []) is same
    strict = compare_frames(table(left), table(right), order="strict")
    assert (strict == []) is (left == right)


def test_large_tables() -> None:
    random = np.random.default_rng(7)
    count = 200_000
    big = pa.table(
        {
            "id": np.arange(count),
            "v": random.random(count),
            "c": random.integers(0, 9, count).astype(str),
        }
    )
    mixed = big.take(random.permutation(count))
    assert compare_frames(mixed, big, keys=("id",)) == []
    assert compare_frames(mixed, big) == []
    values = big["v"].to_numpy().copy()
    values[1234] += 1
    finding = compare_frames(big.set_column(1, "v", pa.array(values)), big, keys=("id",))[0]
    assert finding.code == "frame.values_differ"
    assert finding.params["count"] == 1
    assert finding.params["examples"][0]["key"] == ["1234"]
