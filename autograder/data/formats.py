"""Turns the rows of one part into a file's bytes: Parquet, CSV, or a JSON object a line.

The bytes depend on nothing but the rows and the library's version. It knows neither tables nor
where the bytes go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from autograder.data.arrow import Array, array, joined, pc, text

PARQUET: Final = "parquet"
WRITER: Final = f"pyarrow {pa.__version__}"
"""Who writes: another version may write other bytes for the same rows."""


def parquet(rows: pa.Table) -> pa.Buffer:
    """Return rows as Parquet, in one row group.

    Not compressed: codecs may give other bytes on another CPU, and dictionaries keep it small. No
    Arrow schema, for it carries nothing that Parquet's own types do not say here.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows,
        sink,
        row_group_size=max(rows.num_rows, 1),
        compression="none",
        use_dictionary=True,
        store_schema=False,
        version="2.6",
        data_page_version="1.0",
    )
    return sink.getvalue()


def csv(rows: pa.Table) -> pa.Buffer:
    """Return rows as CSV in UTF-8 with a header; a null is empty, an empty text is `""`."""
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(rows, sink)
    return sink.getvalue()


def json_lines(rows: pa.Table) -> pa.Buffer:
    """Return rows as UTF-8 text, a JSON object a line.

    A null is `null`, a decimal a number with all its digits, a time ISO 8601 with whole seconds
    and a `Z`.
    """
    pieces: list[Array | str] = []
    for index, name in enumerate(rows.column_names):
        pieces += ["," if index else "{", f"{encode_basestring(name)}:", _texts(rows[name])]
    lines = _joined(*pieces, "}\n", count=rows.num_rows)
    _, offsets, body = lines.buffers()
    if body is None:  # no rows at all
        return pa.py_buffer(b"")
    ends = memoryview(offsets).cast("i")[lines.offset : lines.offset + len(lines) + 1]
    return body.slice(ends[0], ends[-1] - ends[0])


ENCODERS: Final[Mapping[str, Callable[[pa.Table], pa.Buffer]]] = {
    PARQUET: parquet,
    "csv": csv,
    "json": json_lines,
}
"""How a part is written in each format."""


def _texts(column: Array) -> Array:
    """Return each value as JSON text; "null" where it is null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.fill_null(_valid(whole), text("null"))


def _valid(column: Array) -> Array:
    """Return each value that is not null as JSON text."""
    kind = column.type
    if pa.types.is_string(kind):
        return _quoted(column)
    if pa.types.is_list(kind):
        inner = pa.ListArray.from_arrays(column.offsets, _texts(column.values))
        listed = _joined("[", pc.binary_join(inner, ","), "]", count=len(column))
        return pc.if_else(pc.is_valid(column), listed, text(None))
    if pa.types.is_timestamp(kind):
        # Without its zone, for the zones of the machine's own database are not asked: it is UTC.
        clock = column.cast(pa.int64()).cast(pa.timestamp(kind.unit)).cast(pa.timestamp("s"))
        day_and_time = pc.replace_substring(clock.cast(pa.string()), " ", "T")
        return _joined('"', day_and_time, 'Z"', count=len(column))
    if pa.types.is_date(kind):
        return _joined('"', column.cast(pa.string()), '"', count=len(column))
    return column.cast(pa.string())  # whole numbers, decimals, true and false


def _quoted(column: Array) -> Array:
    """Return texts as JSON strings. Each different one is quoted once, by the standard library."""
    codes = column.dictionary_encode()
    words = [encode_basestring(word) for word in codes.dictionary.to_pylist()]
    return array(words).take(codes.indices)


def _joined(*pieces: Array | str, count: int) -> Array:
    """Join columns and constants into one column of `count` texts; null where a column is."""
    return joined(*pieces) if count else array([])
