"""The few rows that a finding shows, always the same ones: first by key.

Knows alignments and how a cell is written; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from autograder.grade.compare.align import Alignment
from autograder.grade.compare.cells import cell
from autograder.grade.compare.close_columns import Indices
from autograder.grade.compare.columns import shown_names
from autograder.grade.compare.prepare import Column

MAX_EXAMPLES = 5
_MAX_KEY_COLUMNS = 4
_MAX_ROW_COLUMNS = 6


@dataclass(frozen=True)
class Rows:
    """Two aligned tables with their own values, for reading cells."""

    actual: pa.Table
    expected: pa.Table
    aligned: Alignment

    def pairs(self, column: Column, places: Indices) -> dict[str, Any]:
        """Returns the parameters that show differing pairs: key, got, expected.

        Args:
            column: the column whose values differ.
            places: which pairs differ.
        """
        aligned = self.aligned
        keys = self._key_names(column)
        by_key = np.argsort(aligned.codes[1][aligned.of[places]], kind="stable")
        first = places[by_key][:MAX_EXAMPLES]
        at, of = aligned.at[first], aligned.of[first]
        return {
            "column": shown_names([column.name])[0],
            "count": len(places),
            "total": len(aligned.of),
            "key_columns": shown_names(keys),
            "examples": [
                {"key": self._cells(self.actual, row, keys), "got": self._got(row, column)}
                for row in at.tolist()
            ],
            "expected": [_cell_at(self.expected, column.name, row) for row in of.tolist()],
        }

    def ours(self, rows: Indices) -> dict[str, Any]:
        """Returns the parameters that show rows of the member's own table."""
        names = self._row_names()
        first = rows[np.argsort(self.aligned.codes[0][rows], kind="stable")][:MAX_EXAMPLES]
        cells = [{"key": self._cells(self.actual, row, names)} for row in first.tolist()]
        return {"key_columns": shown_names(names), "examples": cells}

    def theirs(self, rows: Indices) -> dict[str, Any]:
        """Returns the parameters that show rows of the expected table."""
        names = self._row_names()
        first = rows[np.argsort(self.aligned.codes[1][rows], kind="stable")][:MAX_EXAMPLES]
        cells = [self._cells(self.expected, row, names) for row in first.tolist()]
        return {"expected_columns": shown_names(names), "expected": cells}

    def _got(self, row: int, column: Column) -> str:
        return _cell_at(self.actual, column.name, row)

    def _key_names(self, column: Column) -> list[str]:
        chosen = [c.name for c in self.aligned.identity if c.name != column.name]
        chosen = chosen or [c.name for c in self.aligned.columns if c.name != column.name]
        return chosen[:_MAX_KEY_COLUMNS]

    def _row_names(self) -> list[str]:
        identity = [column.name for column in self.aligned.identity]
        rest = [c.name for c in self.aligned.columns if c.name not in identity]
        return (identity + rest)[:_MAX_ROW_COLUMNS]

    @staticmethod
    def _cells(table: pa.Table, row: int, names: Sequence[str]) -> list[str]:
        return [_cell_at(table, name, row) for name in names]


def _cell_at(table: pa.Table, name: str, row: int) -> str:
    scalar = table.column(name)[row]
    try:
        return cell(scalar.as_py())
    except (ValueError, LookupError, OverflowError, pa.ArrowException):
        # A time beyond Python's years, or a zone this machine does not know.
        return f"({cell(str(scalar.type))})"
