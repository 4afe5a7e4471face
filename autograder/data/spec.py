"""What a dataset is declared to be: frozen values, and nothing of how it is stored.

A dataset is a folder `datasets/<id>/` with `dataset.toml` and one file for each table;
`spec_reader` turns it into a `Dataset`. Rates are shares from 0 to 1, weights are whole numbers,
`hundredths` and the like say their unit. Nothing here reads a file. How each kind of column is
declared, checked and drawn stands in one class in `draws`; here is what they have in common.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final

from autograder.data.arrow import Array
from autograder.models import Text

if TYPE_CHECKING:
    from autograder.data.draws import Drawn, Part
    from autograder.data.seasons import Season
    from autograder.data.spec_asks import Rules
    from autograder.data.spec_fields import Fields

INTEGERS: Final = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
FORMATS: Final = ("csv", "json")
"""What a table may be written as beside Parquet; "json" is a JSON object a line."""

PARTITIONS: Final = ("month",)
TYPES: Final = (
    *INTEGERS,
    "string",
    "date",
    "timestamp",
    "decimal(12,2)",
    "decimal(12,4)",
    "list<string>",
)

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
class Each:
    """Some rows for each row of another table: `count` deals out how many, like a pack of cards.

    `{ 1 = 3, 2 = 7 }` is a pack of ten: of any ten rows of the other table in a row, three have
    one row here and seven have two, in shuffled order. So every ten have 17 rows together, and
    whose row the millionth is can be told without counting the others.
    """

    of: Target
    count: Mapping[int, int]


@dataclass(frozen=True)
class When:
    """A condition: another column of the same row has this value."""

    column: str
    value: str

    @classmethod
    def read(cls, at: Fields, key: str) -> When:
        """Read `{ column = "value" }`."""
        pairs = at.mapping(key)
        (column, value), *more = pairs.items()
        if more or not isinstance(value, str):
            at.fail(f"key {key!r} is not one condition", 'Write it as { column = "value" }')
        return cls(column, value)


@dataclass(frozen=True)
class Target:
    """A column of another table."""

    table: str
    column: str

    @classmethod
    def read(cls, at: Fields, key: str) -> Target:
        """Read "table.column"."""
        table, dot, column = at.text(key).partition(".")
        if not (dot and table and column):
            at.fail(f"key {key!r} is not a column", 'Write it as "table.column"')
        return cls(table, column)


@dataclass(frozen=True)
class Via:
    """A column of the same row, or (with `source`) of the row that this column refers to.

    "device" is the row's own device, "user_id.country" the country of the row's user.
    """

    column: str
    source: str = ""

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read it from its text."""
        column, _, source = text.partition(".")
        return cls(column, source)

    def __str__(self) -> str:
        return f"{self.column}.{self.source}" if self.source else self.column


@dataclass(frozen=True)
class Share:
    """How many hits of how many there are, and the declared rate to hold that against."""

    hits: int
    of: int
    rate: float

    def __add__(self, other: Share) -> Share:
        return Share(self.hits + other.hits, self.of + other.of, self.rate)


class Draw(ABC):
    """How a column's rows come about. A kind of draw is one frozen class, listed in `draws.KINDS`.

    Attributes:
        KIND: its name in a declaration.
        TYPES: the column types that it can have.
    """

    KIND: ClassVar[str]
    TYPES: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def read(cls, at: Fields, kind: str) -> Draw:
        """Read the keys of a declaration whose column has type `kind`; DataError if one is off."""

    @abstractmethod
    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the rows of `part`."""

    def check(self, rules: Rules) -> None:
        """Raise DataError if what is declared does not go with other columns and tables."""
        return

    def beside(self) -> Iterable[str]:
        """Return the columns of the same row that it is drawn from."""
        return ()

    def tables(self) -> Iterable[str]:
        """Return the tables that it is drawn from."""
        return ()

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the serial key that it is a foreign key to, if it is one."""
        return None

    def labels(self, table: Table) -> tuple[str, ...] | None:
        """Return all texts that it can have; None if they are not countable."""
        return None

    def in_order(self) -> Season | None:
        """Return the season through whose days the rows go in order, for a time that does so."""
        return None

    def shares(
        self, values: Array, words: Mapping[str, tuple[str, ...]]
    ) -> Iterable[tuple[str, Share]]:
        """Count in built values what was declared as a rate; `words` are the word lists."""
        return ()

    def most(self, others: int) -> int | None:
        """Return how many rows a parent can have where there are `others` parents; None if any."""
        return None


@dataclass(frozen=True)
class Nulls:
    """The share of rows (of those that meet `when`) that are null; or those `like` a column's."""

    rate: float = 0.0
    when: When | None = None
    like: str = ""


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
    """One table: rows from `rows` (grows with the scale), `grid` (fixed), `each` or `dialect`.

    `bytes_per_row` is a rough size on disk; for a dialect, for each row of the table it tells.
    `also` names the formats that it is written in beside Parquet. `words` are lists of its own.
    """

    name: str
    about: Text
    key: tuple[str, ...]
    bytes_per_row: int
    columns: tuple[Column, ...]
    rows: Rows | None = None
    grid: Grid | None = None
    each: Each | None = None
    dialect: Dialect | None = None
    partition: Partition | None = None
    also: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def season(self) -> Season | None:
        """Return the season whose months are the table's partitions; None without partitions."""
        draw = self.column(self.partition.of).draw if self.partition else None
        return draw.in_order() if draw else None

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
