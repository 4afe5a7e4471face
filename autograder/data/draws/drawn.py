"""Drawn rows of one column, and how they become an Arrow array of the declared type.

A column is drawn as whole numbers with, for texts, a vocabulary that the numbers point into: days
since 1970 for a date, seconds since 1970 UTC for a timestamp, units of the last decimal for a
decimal. It knows neither declarations nor streams.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from autograder.data.arrow import Array, array, text
from autograder.data.spec import INTEGERS
from autograder.data.streams import Flags, Ints


@dataclass(frozen=True)
class Drawn:
    """Some rows of one column: numbers, the texts they point into, and which rows are null.

    Attributes:
        edges: for a list column, where each row's numbers begin, and at last where they end.
    """

    values: Ints
    words: Array | None = None
    null: Flags | None = None
    edges: Ints | None = None

    def equals(self, word: str) -> Flags:
        """Tell which rows hold this text."""
        index: int = self.words.index(text(word)).as_py() if self.words is not None else -1
        matches: Flags = self.values == index
        return matches

    @property
    def labels(self) -> list[str]:
        """Return the texts that the numbers point into."""
        assert self.words is not None
        words: list[str] = self.words.to_pylist()
        return words

    def take(self, rows: Ints) -> Drawn:
        """Return some of the rows, in this order; not for lists."""
        return Drawn(self.values[rows], self.words, None if self.null is None else self.null[rows])


def vocabulary(words: Iterable[object]) -> Array:
    """Return texts that numbers can point into."""
    return array([str(word) for word in words])


def one_each(texts: Array) -> Drawn:
    """Return texts that are each used by their own row."""
    return Drawn(np.arange(len(texts), dtype=np.int64), texts)


def to_array(drawn: Drawn, kind: str) -> Array:
    """Return drawn rows as an Arrow array of a declared type."""
    if drawn.edges is not None:
        assert drawn.words is not None
        items = drawn.words.take(array(drawn.values))
        return pa.ListArray.from_arrays(array(drawn.edges.astype(np.int32)), items)
    if drawn.words is not None:
        return drawn.words.take(array(drawn.values, null=drawn.null))
    if kind in INTEGERS:
        return array(drawn.values.astype(kind), null=drawn.null)
    if kind == "date":
        return array(drawn.values.astype(np.int32), null=drawn.null).cast(pa.date32())
    if kind == "timestamp":
        micros = array(drawn.values * 1_000_000, null=drawn.null)
        return micros.cast(pa.timestamp("us", tz="UTC"))
    return decimals(drawn.values, 4 if kind == "decimal(12,4)" else 2)


def decimals(units: Ints, scale: int) -> Array:
    """Return units of the last decimal as decimal(12, scale), by their 128-bit layout."""
    pairs = np.empty((len(units), 2), dtype="<i8")
    pairs[:, 0], pairs[:, 1] = units, units >> 63
    return pa.Array.from_buffers(
        pa.decimal128(12, scale), len(units), [None, pa.py_buffer(pairs.tobytes())]
    )
