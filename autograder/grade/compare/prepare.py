"""Columns as NumPy arrays in one common form, and rows as codes that can be counted.

Numbers become int64 or float64, texts and everything nested become codes of a shared dictionary,
times become microseconds UTC, truth values 0 and 1. A missing value is `NULL` (NaN in a float
column, so pandas' NaN and Spark's null are one). It must not know findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from autograder.grade.compare import closeness
from autograder.grade.compare.cells import cell
from autograder.grade.compare.close_columns import Bools, Indices, Values, close_arrays, clusters
from autograder.grade.compare.columns import Kind, kind_of

Arrow = Any
"""An array, chunked array or scalar of Arrow: the stubs do not follow their casts."""
pc: Any = pyarrow.compute

NULL = np.iinfo(np.int64).min
"""Stands for a missing value in integer columns; a real value equal to it counts as missing."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of both tables in comparable form.

    Attributes:
        name: its name in the expected table.
        kind: as of the expected side (of the other one if that is all null).
        actual, expected: int64 or float64 arrays of shape `(rows,)`.
        is_date: True if the expected side has dates without a time of day.
        texts: of a text column, the dictionary its codes point into.
    """

    name: str
    kind: Kind
    actual: Values
    expected: Values
    is_date: bool = False
    texts: Arrow = None

    @property
    def is_float(self) -> bool:
        """True where tolerance applies."""
        return self.actual.dtype.kind == "f"

    @property
    def nulls(self) -> tuple[Bools, Bools]:
        """Where the actual and the expected values are missing."""
        return _nulls(self.actual), _nulls(self.expected)


def _nulls(values: Values) -> Bools:
    missing = np.isnan(values) if values.dtype.kind == "f" else values == NULL
    return np.asarray(missing, dtype=np.bool_)


def prepare(name: str, actual: Arrow, expected: Arrow, tolerance: float) -> Column:
    """Returns one column in comparable form; both sides must be of one kind, or all null."""
    left, right = _plain(actual), _plain(expected)
    kind = kind_of(expected.type if expected.null_count < len(expected) else actual.type)
    if kind == "number":
        return Column(name, kind, *_numbers(left, right, tolerance))
    if kind == "time":
        is_date = pa.types.is_date(right.type)
        return Column(name, kind, _micros(left), _micros(right), is_date)
    if kind == "bool":
        return Column(name, kind, _integers(left, pa.bool_()), _integers(right, pa.bool_()))
    ours, theirs, texts = _codes(left, right, kind)
    return Column(name, kind, ours, theirs, texts=texts if kind == "text" else None)


def _plain(column: Arrow) -> Arrow:
    """Returns the column as one array, dictionaries decoded and texts of one type."""
    array = column.combine_chunks()
    if not isinstance(array, pa.Array):  # of no chunks, or too large for one
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.large_string()) if kind_of(array.type) == "text" else array


def _numbers(left: Arrow, right: Arrow, tolerance: float) -> tuple[Values, Values]:
    if closeness.integers_are_exact(tolerance) and _is_whole(left) and _is_whole(right):
        try:
            return _integers(left, pa.int64()), _integers(right, pa.int64())
        except pa.ArrowInvalid:  # uint64 beyond int64
            pass
    return _floats(left), _floats(right)


def _is_whole(array: Arrow) -> bool:
    return bool(pa.types.is_integer(array.type) or array.null_count == len(array))


def _integers(array: Arrow, kind: pa.DataType) -> Values:
    if array.null_count == len(array):
        return np.full(len(array), NULL, dtype=np.int64)
    whole = array.cast(kind).cast(pa.int64())
    return np.asarray(pc.fill_null(whole, NULL).to_numpy(zero_copy_only=False), dtype=np.int64)


def _floats(array: Arrow) -> Values:
    if array.null_count == len(array):
        return np.full(len(array), np.nan)
    floats = array.cast(pa.float64(), safe=False)
    values = np.asarray(pc.fill_null(floats, float("nan")).to_numpy(zero_copy_only=False))
    return values + 0.0  # -0.0 becomes 0.0


def _micros(array: Arrow) -> Values:
    """Returns microseconds since 1970 UTC; a time without zone counts as UTC."""
    if array.null_count == len(array):
        return np.full(len(array), NULL, dtype=np.int64)
    if pa.types.is_date(array.type):
        days = array.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
        micros = pc.multiply(days, 86_400_000_000)
    else:
        micros = _timestamp_micros(array)
    return np.asarray(pc.fill_null(micros, NULL).to_numpy(zero_copy_only=False), dtype=np.int64)


def _timestamp_micros(array: Arrow) -> Arrow:
    number = array.cast(pa.int64())
    unit = array.type.unit
    if unit == "ns":
        # Floor division: times before 1970 must not round towards it.
        values = number.fill_null(0).to_numpy(zero_copy_only=False) // 1000
        return pc.if_else(number.is_valid(), pa.array(values), pa.scalar(None, pa.int64()))
    factor = {"s": 1_000_000, "ms": 1000, "us": 1}[unit]
    try:
        return pc.multiply_checked(number, factor)
    except pa.ArrowInvalid:
        # Beyond the year 294,000 either way: as good as the greatest time there is.
        limit = np.iinfo(np.int64).max // factor
        return pc.multiply(pc.min_element_wise(pc.max_element_wise(number, -limit), limit), factor)


def _codes(left: Arrow, right: Arrow, kind: Kind) -> tuple[Values, Values, Arrow]:
    """Returns codes in a dictionary shared by both sides, in sorted order of the values."""
    if kind == "text":
        texts = [pc.utf8_normalize(_as_text(side), form="NFC") for side in (left, right)]
    else:
        texts = [_as_text(side) for side in (left, right)]
    encoded = pa.concat_arrays(texts).dictionary_encode()
    ranks = np.empty(len(encoded.dictionary), dtype=np.int64)
    order = pc.sort_indices(encoded.dictionary).to_numpy(zero_copy_only=False)
    ranks[order] = np.arange(len(order))
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    codes = np.where(places < 0, NULL, ranks[places] if len(ranks) else NULL)
    codes = codes.astype(np.int64)
    return codes[: len(left)], codes[len(left) :], encoded.dictionary.take(order)


def _as_text(array: Arrow) -> Arrow:
    """Returns texts as they are and nested or rare values as text that tells them apart."""
    if pa.types.is_large_string(array.type):
        return array
    if pa.types.is_duration(array.type):
        array = array.cast(pa.duration("us"), safe=False)
    if pa.types.is_time(array.type):
        array = array.cast(pa.time64("us"), safe=False)
    shown = [None if value is None else _told_apart(value) for value in array.to_pylist()]
    return pa.array(shown, type=pa.large_string())


def _told_apart(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{_told_apart(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_told_apart(item) for item in value) + "]"
    return repr(value) if isinstance(value, str | bytes) else cell(value, limit=1000)


def same_values(column: Column, at: Indices, of: Indices, tolerance: float) -> Bools:
    """Returns for each pair (row `at[k]` of actual, row `of[k]` of expected) if values are same."""
    left, right = column.actual[at], column.expected[of]
    if column.is_float:
        return close_arrays(left, right, tolerance)
    return np.asarray(left == right, dtype=np.bool_)


def row_codes(
    columns: Sequence[Column], rows: tuple[int, int], tolerance: float
) -> tuple[Indices, Indices]:
    """Returns a code for each row of both tables, equal where rows are the same in `columns`.

    Codes grow with the values, first column first. Floats within the tolerance get one code, by
    `clusters`, whose caveat holds here too.
    """
    count = rows[0] + rows[1]
    codes = np.zeros(count, dtype=np.int64)
    for column in columns:
        both = np.concatenate([column.actual, column.expected])
        part = clusters(both, tolerance) if column.is_float else both
        _, part = np.unique(part, return_inverse=True)
        # Below 2**62 for any table that fits: both factors are at most the number of rows.
        _, codes = np.unique(codes * (count + 1) + part, return_inverse=True)
    return codes[: rows[0]].astype(np.int64), codes[rows[0] :].astype(np.int64)


def folded_codes(texts: Arrow, *, case: bool, space: bool) -> Indices:
    """Returns for each text of a dictionary a code, equal where texts differ only in form.

    Args:
        texts: the `texts` of a column.
        case: True if upper and lower case are to count as one.
        space: True if white space is not to count.
    """
    folded = pc.utf8_lower(texts) if case else texts
    if space:
        folded = pc.replace_substring_regex(folded, r"[\s\p{Z}]+", "")
    codes = folded.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int64)
