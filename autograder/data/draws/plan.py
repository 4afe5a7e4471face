"""A dataset at one scale and seed: how many rows each table has, and any of them.

It knows rows and streams; how a column comes about is its draw's own business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from autograder.data.draws import packs
from autograder.data.draws.drawn import Drawn, to_array
from autograder.data.draws.packs import Family
from autograder.data.draws.plain import Serial
from autograder.data.seasons import month_starts
from autograder.data.spec import Column, Dataset, Table, Target, Via, When
from autograder.data.streams import Flags, Ints, Stream
from autograder.models import dataset_id


@dataclass(frozen=True)
class Plan:
    """A dataset at one scale and seed. Columns that others are drawn from are kept, once drawn."""

    dataset: Dataset
    scale: float
    seed: int
    _whole: dict[Target, Drawn] = field(default_factory=dict, repr=False)
    _counts: dict[str, Ints] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Return the name of this data, such as "games@0.01#42"."""
        return dataset_id(self.dataset.id, self.scale, self.seed)

    def rows(self, table: Table) -> int:
        """Return the number of rows that are drawn for a table (0 for a dialect)."""
        if table.rows:
            return table.rows.at(self.scale)
        if table.each:
            return packs.total(*self.pack(table))
        return table.grid.rows if table.grid else 0

    def part(self, name: str, start: int, stop: int) -> Part:
        """Return rows `start` to `stop` (not included) of a table, nothing drawn yet."""
        return Part(self, self.dataset.table(name), start, stop)

    def stream(self, *name: str) -> Stream:
        """Return the stream of this name under the plan's seed."""
        return Stream(self.seed, name)

    def column(self, target: Target) -> Drawn:
        """Return all the rows of a column, kept once they are drawn."""
        if target not in self._whole:
            rows = self.rows(self.dataset.table(target.table))
            self._whole[target] = self.part(target.table, 0, rows).column(target.column)
        return self._whole[target]

    def whole(self, target: Target) -> Ints:
        """Return all the numbers of a column, kept once they are drawn."""
        return self.column(target).values

    def first(self, key: Target) -> int:
        """Return the first number of a serial key."""
        draw = self.dataset.table(key.table).column(key.column).draw
        assert isinstance(draw, Serial), key
        return draw.start

    def months(self, table: Table) -> list[tuple[str, int]]:
        """Return each month of a partitioned table, as "2026-01", and the row where it begins.

        The months of a `sale_time` are those of its own zone's business days, those of a
        `local_time` are in UTC.
        """
        assert table.partition is not None, table.name
        assert table.season is not None, table.name
        stream = self.stream(table.name, table.partition.of)
        return month_starts(table.season, stream, self.rows(table))

    def children(self, table: Table) -> Ints:
        """Return how many rows of an `each` table each of its parents has; kept."""
        if table.name not in self._counts:
            self._counts[table.name] = packs.counts(*self.pack(table))
        return self._counts[table.name]

    def family(self, table: Table, start: int, stop: int) -> Family:
        """Return whose rows `start` to `stop` of an `each` table are."""
        return packs.family(*self.pack(table), start, stop)

    def pack(self, table: Table) -> tuple[Ints, Stream, int]:
        """Return the pack that an `each` table's counts are dealt from, its stream, the parents."""
        assert table.each is not None, table.name
        others = self.rows(self.dataset.table(table.each.of.table))
        draws = [column.draw for column in table.columns if column.draw]
        cards = packs.cards(table.each.count, [draw.most(others) for draw in draws])
        return cards, self.stream(table.name, "each"), others


@dataclass(frozen=True)
class Part:
    """Some rows of a table; each column is drawn when it is asked for, once."""

    plan: Plan
    table: Table
    start: int
    stop: int
    _drawn: dict[str, Drawn] = field(default_factory=dict, repr=False)

    def column(self, name: str) -> Drawn:
        """Return a column's rows."""
        if name not in self._drawn:
            column = self.table.column(name)
            assert column.draw is not None, name
            drawn = column.draw.draw(self, column)
            null = self._nulls(column)
            self._drawn[name] = Drawn(drawn.values, drawn.words, null, drawn.edges)
        return self._drawn[name]

    def via(self, via: Via) -> Drawn:
        """Return a column's rows, or those of the rows that it refers to."""
        if not via.source:
            return self.column(via.column)
        return self.referred(via.column, via.source)

    def referred(self, name: str, source: str) -> Drawn:
        """Return column `source` of the rows that column `name` refers to."""
        to = self.target(name)
        return self.plan.column(Target(to.table, source)).take(self.places(name))

    def places(self, name: str) -> Ints:
        """Return the positions, from 0, of the rows that a foreign key refers to."""
        return self.column(name).values - self.plan.first(self.target(name))

    def target(self, name: str) -> Target:
        """Return the key that a column refers to."""
        draw = self.table.column(name).draw
        to = draw.refers(self.plan.dataset, self.table) if draw else None
        assert to is not None, name
        return to

    @cached_property
    def family(self) -> Family:
        """Return whose rows these are, in a table with rows for `each` of another."""
        return self.plan.family(self.table, self.start, self.stop)

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Return the word lists: the dataset's and the table's own."""
        return {**self.plan.dataset.words, **self.table.words}

    def where(self, when: When) -> Flags:
        """Tell which rows meet a condition."""
        return self.column(when.column).equals(when.value)

    def stream(self, *name: str) -> Stream:
        """Return the stream of this name below the table's."""
        return self.plan.stream(self.table.name, *name)

    def _nulls(self, column: Column) -> Flags | None:
        if column.nulls is None:
            return None
        if column.nulls.like:
            return self.column(column.nulls.like).null
        missing = self.stream(column.name, "null").chance(self.start, self.stop, column.nulls.rate)
        return missing & self.where(column.nulls.when) if column.nulls.when else missing

    def to_arrow(self) -> pa.Table:
        """Return the rows as an Arrow table in the declared types."""
        labels = [column.name for column in self.table.columns]
        arrays = [to_array(self.column(column.name), column.type) for column in self.table.columns]
        return pa.Table.from_arrays(arrays, names=labels)
