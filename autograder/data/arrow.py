"""Arrow's compute functions and arrays, typed so that strict checking is useful.

The stubs of pyarrow refuse plain Python values where the library takes them, and tell arrays of
texts from arrays of texts; a hundred casts would hide more than they show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
from numpy.typing import NDArray

pc: Any = _compute
"""`pyarrow.compute`."""

Array = Any
"""An Arrow array, or a chunked one: a column of a `pyarrow.Table`."""


def array(
    values: NDArray[Any] | Sequence[str | None], null: NDArray[np.bool_] | None = None
) -> Array:
    """What `pyarrow.array` makes of numbers, of flags, or of texts.

    That one imports pandas at its first call, to see whether it was given a series: as long as
    drawing all tables of a grade takes, in a process that has no other use for it.

    Args:
        null: which numbers are null.
    """
    if not isinstance(values, np.ndarray):
        return _texts(values)
    flags = values.dtype == np.bool_
    kind = pa.bool_() if flags else pa.from_numpy_dtype(values.dtype)
    body = _bits(values) if flags else pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None if null is None else _bits(~null), body])


def text(word: str | None) -> Any:
    """A text as a scalar; `pyarrow.scalar` looks for pandas, too."""
    return array([word])[0]


def joined(*pieces: Array | str) -> Array:
    """Texts put together row by row, of arrays and of words that every row gets."""
    parts = [text(each) if isinstance(each, str) else each for each in pieces]
    return pc.binary_join_element_wise(*parts, text(""))


def numbers(column: Array) -> NDArray[np.int64]:
    """Whole numbers or flags without nulls as numpy has them; `numpy.asarray` asks pandas, too."""
    whole = column.cast(pa.int64())
    found: NDArray[np.int64] = np.frombuffer(
        whole.buffers()[1], np.int64, len(whole), 8 * whole.offset
    )
    return found


def _texts(words: Sequence[str | None]) -> Array:
    encoded = [b"" if word is None else word.encode() for word in words]
    ends = np.zeros(len(words) + 1, dtype=np.int32)
    np.cumsum([len(word) for word in encoded], out=ends[1:])
    there = None if None not in words else _bits(np.array([word is not None for word in words]))
    buffers = [there, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(words), buffers)


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
