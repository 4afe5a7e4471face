"""Draws any rows of any declared column as numbers; knows distributions, not files or dialects.

A column is drawn as whole numbers with, for texts, a vocabulary that the numbers point into:
days since 1970 for a date, seconds since 1970 UTC for a timestamp, units of the last decimal for a
decimal. `to_array` turns that into the column's type.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from autograder.data import names, seasons
from autograder.data.arrow import Array
from autograder.data.spec import (
    INTEGERS,
    Between,
    Choice,
    Column,
    Dataset,
    Dates,
    Draw,
    GridDay,
    GridValue,
    Lookup,
    Paid,
    Reference,
    SaleTime,
    Serial,
    Table,
    Target,
    Titles,
    Walk,
    When,
    Words,
)
from autograder.data.streams import Flags, Ints, Stream, below, scatter
from autograder.errors import UsageError
from autograder.models import dataset_id


@dataclass(frozen=True)
class Drawn:
    """Some rows of one column: numbers, the texts they point into, and which rows are null."""

    values: Ints
    words: Array | None = None
    null: Flags | None = None

    def equals(self, text: str) -> Flags:
        """Tell which rows hold this text."""
        index: int = self.words.index(text).as_py() if self.words is not None else -1
        matches: Flags = self.values == index
        return matches


@dataclass(frozen=True)
class Plan:
    """A dataset at one scale and seed: how many rows each table has, and any of them."""

    dataset: Dataset
    scale: float
    seed: int
    _whole: dict[Target, Ints] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Return the name of this data, such as "games@0.01#42"."""
        return dataset_id(self.dataset.id, self.scale, self.seed)

    def rows(self, table: Table) -> int:
        """Return the number of rows that are drawn for a table (0 for a dialect)."""
        if table.rows:
            return table.rows.at(self.scale)
        return table.grid.rows if table.grid else 0

    def part(self, name: str, start: int, stop: int) -> Part:
        """Return rows `start` to `stop` (not included) of a table, nothing drawn yet."""
        return Part(self, self.dataset.table(name), start, stop)

    def stream(self, *name: str) -> Stream:
        """Return the stream of this name under the plan's seed."""
        return Stream(self.seed, name)

    def whole(self, target: Target) -> Ints:
        """Return all the numbers of another table's column, kept once they are drawn."""
        if target not in self._whole:
            table = self.dataset.table(target.table)
            part = self.part(target.table, 0, self.rows(table))
            self._whole[target] = part.column(target.column).values
        return self._whole[target]


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
            drawn = _draw(self, column, column.draw)
            self._drawn[name] = Drawn(drawn.values, drawn.words, self._nulls(column))
        return self._drawn[name]

    def where(self, when: When) -> Flags:
        """Tell which rows meet a condition."""
        return self.column(when.column).equals(when.value)

    def stream(self, *name: str) -> Stream:
        """Return the stream of this name below the table's."""
        return self.plan.stream(self.table.name, *name)

    def _nulls(self, column: Column) -> Flags | None:
        if column.nulls is None:
            return None
        missing = self.stream(column.name, "null").chance(self.start, self.stop, column.nulls.rate)
        return missing & self.where(column.nulls.when) if column.nulls.when else missing

    def to_arrow(self) -> pa.Table:
        """Return the rows as an Arrow table in the declared types."""
        labels = [column.name for column in self.table.columns]
        arrays = [to_array(self.column(column.name), column.type) for column in self.table.columns]
        return pa.Table.from_arrays(arrays, names=labels)


def _draw(part: Part, column: Column, draw: Draw) -> Drawn:
    start, stop, stream = part.start, part.stop, part.stream(column.name)
    match draw:
        case Serial():
            _fits(part, column, draw.start + stop)
            return Drawn(np.arange(draw.start + start, draw.start + stop, dtype=np.int64))
        case Choice():
            return _choice(draw, stream.pick(start, stop, draw.weights))
        case Between():
            return Drawn(draw.low + stream.below(start, stop, draw.high - draw.low + 1))
        case Dates():
            low = seasons.day_number(draw.first)
            span = seasons.day_number(draw.last) - low + 1
            return Drawn(low + stream.below(start, stop, span))
        case Titles():
            return _one_each(_titles(part, draw, stream))
        case Words():
            return _one_each(names.nicknames(draw, part.plan.dataset.words, stream, start, stop))
        case Reference():
            return _reference(part, draw, stream)
        case Lookup():
            return _lookup(part, draw)
        case Paid():
            return _paid(part, draw, stream)
        case SaleTime():
            return _sale_time(part, draw, stream)
        case GridDay() | GridValue() | Walk():
            return _on_grid(part, draw, stream)


def _one_each(texts: Array) -> Drawn:
    """Return texts that are each used by their own row."""
    return Drawn(np.arange(len(texts), dtype=np.int64), texts)


def _sale_time(part: Part, draw: SaleTime, stream: Stream) -> Drawn:
    by = part.column(draw.by)
    rows = seasons.Span(part.start, part.stop, part.plan.rows(part.table))
    return Drawn(seasons.sale_time(draw, by.values, _list(by), stream, rows))


def _list(drawn: Drawn) -> list[str]:
    assert drawn.words is not None
    words: list[str] = drawn.words.to_pylist()
    return words


def _vocabulary(words: tuple[str, ...]) -> Array:
    return pa.array(words, pa.string())


def _fits(part: Part, column: Column, last: int) -> None:
    if last > 2 ** (INTEGERS[column.type] - 1):
        what = f"scale {part.plan.scale:g} has more {part.table.name} than {column.type} can number"
        raise UsageError(what, fix="Use a smaller scale")


def _choice(draw: Choice, picked: Ints) -> Drawn:
    if isinstance(draw.values[0], int):
        return Drawn(np.asarray(draw.values, dtype=np.int64)[picked])
    return Drawn(picked, _vocabulary(tuple(str(value) for value in draw.values)))


def _titles(part: Part, draw: Titles, stream: Stream) -> Array:
    lists = part.plan.dataset.words
    most = sum(map(sum, names.title_space(draw, lists)))
    if part.stop > most:
        what = f"scale {part.plan.scale:g} has more {part.table.name} than the {most} names"
        raise UsageError(f"{what} that the word lists make", fix="Use a smaller scale")
    return names.titles(draw, lists, stream, part.start, part.stop)


def _on_grid(part: Part, draw: GridDay | GridValue | Walk, stream: Stream) -> Drawn:
    grid = part.table.grid
    assert grid is not None, part.table.name
    if isinstance(draw, Walk):
        return Drawn(seasons.walk(draw, grid, stream)[part.start : part.stop])
    rows = np.arange(part.start, part.stop, dtype=np.int64)
    if isinstance(draw, GridDay):
        return Drawn(seasons.day_number(grid.first) + rows // len(grid.each))
    return Drawn(rows % len(grid.each), _vocabulary(grid.each))


def _reference(part: Part, draw: Reference, stream: Stream) -> Drawn:
    target = part.plan.dataset.table(draw.to.table)
    count = part.plan.rows(target)
    serial = target.column(draw.to.column).draw
    assert isinstance(serial, Serial)
    raw = stream.raw(part.start, part.stop)
    if draw.skew == "zipf":
        # The row of rank r is drawn as often as 1 / (r + 2): a few get most, none gets all.
        weights = (np.int64(2**26) // (np.arange(count, dtype=np.int64) + 2)).cumsum()
        ranks = np.searchsorted(weights, below(raw, int(weights[-1])), side="right")
        chosen = stream.sub("rank").permutation(count)[ranks]
    elif draw.skew == "square":
        # A square pulls half-way to the front: the busiest come seven times as often as the idlest.
        half = np.uint64(32)
        u = raw >> half
        u = (3 * ((u * u) >> half) + u) >> np.uint64(2)
        chosen = ((u * np.uint64(count)) >> half).astype(np.int64)
        chosen = scatter(chosen, count, stream.sub("rank"))
    else:
        chosen = stream.below(part.start, part.stop, count)
    return Drawn(serial.start + chosen)


def _referred(part: Part, through: str, source: Target) -> Ints:
    """Return the source's numbers at the rows that the column `through` points to."""
    draw = part.table.column(through).draw
    assert isinstance(draw, Reference)
    serial = part.plan.dataset.table(draw.to.table).column(draw.to.column).draw
    assert isinstance(serial, Serial)
    return part.plan.whole(source)[part.column(through).values - serial.start]


def _lookup(part: Part, draw: Lookup) -> Drawn:
    source = part.plan.dataset.table(draw.source.table).column(draw.source.column).draw
    assert isinstance(source, Choice)
    targets = tuple(dict.fromkeys((*draw.map.values(), *([draw.otherwise] if draw.unless else []))))
    codes = np.asarray([targets.index(draw.map[str(value)]) for value in source.values])
    values = codes[_referred(part, draw.through, draw.source)]
    if draw.unless:
        values = np.where(part.where(draw.unless), targets.index(draw.otherwise), values)
    return Drawn(values, _vocabulary(targets))


def _paid(part: Part, draw: Paid, stream: Stream) -> Drawn:
    currency = part.column(draw.currency)
    labels = _list(currency)
    rate = np.asarray([draw.won_per_unit[name] for name in labels], dtype=np.int64)
    step = np.asarray([draw.step[name] for name in labels], dtype=np.int64)
    percent = _choice(draw.discounts, stream.pick(part.start, part.stop, draw.discounts.weights))
    price = _referred(part, draw.game, draw.price) * (100 - percent.values)  # hundredths of a won
    units = price // rate[currency.values]
    steps = np.maximum(units // step[currency.values], 1)
    return Drawn(steps * step[currency.values] * part.column(draw.quantity).values)


def to_array(drawn: Drawn, kind: str) -> Array:
    """Return drawn rows as an Arrow array of a declared type."""
    if drawn.words is not None:
        return drawn.words.take(pa.array(drawn.values, mask=drawn.null))
    if kind in INTEGERS:
        return pa.array(drawn.values.astype(kind), mask=drawn.null)
    if kind == "date":
        return pa.array(drawn.values.astype(np.int32), mask=drawn.null).cast(pa.date32())
    if kind == "timestamp":
        micros = pa.array(drawn.values * 1_000_000, mask=drawn.null)
        return micros.cast(pa.timestamp("us", tz="UTC"))
    return decimals(drawn.values, 4 if kind == "decimal(12,4)" else 2)


def decimals(units: Ints, scale: int) -> Array:
    """Return units of the last decimal as decimal(12, scale), by their 128-bit layout."""
    pairs = np.empty((len(units), 2), dtype="<i8")
    pairs[:, 0], pairs[:, 1] = units, units >> 63
    return pa.Array.from_buffers(
        pa.decimal128(12, scale), len(units), [None, pa.py_buffer(pairs.tobytes())]
    )
