"""What a dataset is declared to be: frozen values, and nothing of how it is drawn or stored.

A dataset is a folder `datasets/<id>/` with `dataset.toml` and one file for each table;
`spec_reader` turns it into a `Dataset`. Rates are shares from 0 to 1, weights are whole numbers,
`hundredths` and the like say their unit. Nothing here reads a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from autograder.models import Text

INTEGERS: Final = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
FORMATS: Final = ("csv", "json")
"""What a table may be written as beside Parquet; "json" is a JSON object a line."""

PARTITIONS: Final = ("month",)
TYPES: Final = (*INTEGERS, "string", "date", "timestamp", "decimal(12,2)", "decimal(12,4)")

Value = str | int


@dataclass(frozen=True)
class Rows:
    """How many rows a table has: `base + per_scale * s + per_sqrt_scale * sqrt(s)`, rounded."""

    base: int = 0
    per_scale: int = 0
    per_sqrt_scale: int = 0
    min: int = 1

    def at(self, scale: float) -> int:
        """Return the number of rows at a scale factor."""
        wanted = self.base + self.per_scale * scale + self.per_sqrt_scale * math.sqrt(scale)
        return max(self.min, round(wanted))


@dataclass(frozen=True)
class Grid:
    """One row for each day from `first` to `last` and each value; the scale does not matter."""

    first: date
    last: date
    each: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return ((self.last - self.first).days + 1) * len(self.each)


@dataclass(frozen=True)
class When:
    """A condition: another column of the same row has this value."""

    column: str
    value: str


@dataclass(frozen=True)
class Target:
    """A column of another table."""

    table: str
    column: str


@dataclass(frozen=True)
class Serial:
    """Whole numbers in row order."""

    start: int


@dataclass(frozen=True)
class Choice:
    """One of some values, by weight."""

    values: tuple[Value, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Between:
    """A whole number from `low` to `high`, both included, all alike."""

    low: int
    high: int


@dataclass(frozen=True)
class Dates:
    """A day from `first` to `last`, both included, all alike."""

    first: date
    last: date


@dataclass(frozen=True)
class Titles:
    """Unique texts composed from word lists; a tier is used up before the next one begins."""

    tiers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Words:
    """Texts composed from word lists, by weighted patterns; the same text may come twice."""

    patterns: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Reference:
    """A foreign key. Skew: `even`, `square` (mild) or `zipf` (a few rows get most of it)."""

    to: Target
    skew: str


@dataclass(frozen=True)
class Lookup:
    """A value mapped from a column of the row that another column refers to."""

    through: str
    source: Target
    map: Mapping[str, str]
    unless: When | None
    otherwise: str


@dataclass(frozen=True)
class Paid:
    """Total paid in hundredths of `currency`: price x quantity, less a discount, in steps."""

    price: Target
    game: str
    quantity: str
    currency: str
    discounts: Choice
    won_per_unit: Mapping[str, int]
    step: Mapping[str, int]


@dataclass(frozen=True)
class SaleTime:
    """A second of a business day. Rows go through the days in order, by weekday and season."""

    first: date
    last: date
    utc_offset_h: int
    weekday: tuple[int, ...]
    day_noise_percent: int
    special_percent: Mapping[date, int]
    by: str
    hours: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class GridDay:
    """The day of a grid table."""


@dataclass(frozen=True)
class GridValue:
    """The value of a grid table."""


@dataclass(frozen=True)
class Walk:
    """A random walk down the days of a grid table, one for each of its values.

    `start` is in units of the column's last decimal; a day moves by at most `step_ppm` millionths.
    """

    start: Mapping[str, int]
    step_ppm: int


Draw = (
    Serial
    | Choice
    | Between
    | Dates
    | Titles
    | Words
    | Reference
    | Lookup
    | Paid
    | SaleTime
    | GridDay
    | GridValue
    | Walk
)


@dataclass(frozen=True)
class Nulls:
    """The share of rows (of those that meet `when`) that are null."""

    rate: float
    when: When | None = None


@dataclass(frozen=True)
class Column:
    """One column. `draw` is None in a dialect table, whose columns the dialect writes."""

    name: str
    type: str
    about: Text
    draw: Draw | None = None
    nulls: Nulls | None = None


@dataclass(frozen=True)
class Dialect:
    """A table that tells another table's rows again, in a channel's own words and with dirt."""

    name: str
    of: str
    where: When
    dirt: Mapping[str, float]


@dataclass(frozen=True)
class Partition:
    """How a table's files are laid out in folders such as "month=2026-01": by a time's month."""

    by: str
    of: str


@dataclass(frozen=True)
class Table:
    """One table: rows from `rows` (grows with the scale), `grid` (fixed) or `dialect`.

    `bytes_per_row` is a rough size on disk; for a dialect, for each row of the table it tells.
    `also` names the formats that it is written in beside Parquet.
    """

    name: str
    about: Text
    key: tuple[str, ...]
    bytes_per_row: int
    columns: tuple[Column, ...]
    rows: Rows | None = None
    grid: Grid | None = None
    dialect: Dialect | None = None
    partition: Partition | None = None
    also: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Dataset:
    """A whole dataset. `sha256` is that of its files, so that a changed spec is noticed."""

    id: str
    title: Text
    about: Text
    licence: str
    words: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    sha256: str = field(repr=False)

    def table(self, name: str) -> Table:
        """Return a table by name; KeyError if there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
