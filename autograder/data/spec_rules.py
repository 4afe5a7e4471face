"""What must hold between the columns and tables of a dataset, beyond each file by itself.

`check` raises on the first thing wrong; it draws nothing and reads no file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from autograder.data.names import SLOT
from autograder.data.shapes import DIALECTS, TOLD_COLUMNS
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
from autograder.data.spec_fields import closest, one_of
from autograder.errors import DataError

_TYPES_OF: Final[Mapping[type, tuple[str, ...]]] = {
    Serial: tuple(INTEGERS),
    Between: tuple(INTEGERS),
    Choice: ("string", *INTEGERS),
    Dates: ("date",),
    Titles: ("string",),
    Words: ("string",),
    Reference: tuple(INTEGERS),
    Lookup: ("string",),
    Paid: ("decimal(12,2)",),
    SaleTime: ("timestamp",),
    GridDay: ("date",),
    GridValue: ("string",),
    Walk: ("decimal(12,4)",),
}

IN_ORDER: Final = (SaleTime,)
"""Draws of times whose rows go through the days in order, so that a month is a range of rows."""


def check(dataset: Dataset, where: str) -> None:
    """Raise DataError, naming file, column and fix, for the first rule that is broken."""
    for table in dataset.tables:
        at = f"{where}/{table.name}.toml"
        _known(at, "key", table.key, [column.name for column in table.columns])
        _dialect(dataset, table, at)
        _layout(dataset, table, at)
        for column in table.columns:
            if column.draw is not None:
                _Rules(dataset, table, column, f"{at}: column {column.name}").check(column.draw)
        _acyclic(at, {column.name: tuple(_beside(column)) for column in table.columns})
    _acyclic(where, {table.name: tuple(_other_tables(table)) for table in dataset.tables})


def _known(at: str, what: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise DataError(f"{at}: {what} names unknown {name!r}", fix=closest(name, known))


def _dialect(dataset: Dataset, table: Table, at: str) -> None:
    dialect = table.dialect
    if dialect is None:
        return
    _known(at, "dialect", [dialect.name], DIALECTS)
    _known(at, "of", [dialect.of], [other.name for other in dataset.tables])
    shape = DIALECTS[dialect.name]
    if set(dialect.dirt) != set(shape.dirt):
        fix = f"Give exactly: {one_of(shape.dirt)}"
        raise DataError(f"{at}: dirt has {one_of(dialect.dirt) or 'nothing'}", fix=fix)
    if {column.name: column.type for column in table.columns} != dict(shape.columns):
        wanted = one_of([f"{name} {kind}" for name, kind in shape.columns.items()])
        raise DataError(f"{at}: columns differ from dialect {dialect.name}", fix=f"Give: {wanted}")
    told = dataset.table(dialect.of)
    if told.rows is None:
        raise DataError(f"{at}: of = {told.name!r} has no rows", fix="Name a table with `rows`")
    if told.partition or table.partition:
        what = f"{at}: a dialect or the table that it tells has partitions"
        raise DataError(what, fix="Remove partition = { … }")
    _known(at, f"table {told.name}", TOLD_COLUMNS, [column.name for column in told.columns])
    _condition(told, dialect.where, f"{at}: where")


def _layout(dataset: Dataset, table: Table, at: str) -> None:
    """Check how a table is laid out in files: its partition, and its other formats."""
    if table.partition:
        of = table.partition.of
        _known(at, "partition", [of], [column.name for column in table.columns])
        if not isinstance(table.column(of).draw, IN_ORDER):
            fix = "Name a time whose rows go through the days in order"
            raise DataError(f"{at}: partition of {of!r}, which is no such time", fix=fix)
    for kind in table.also:
        name = f"{table.name}_{kind}"
        if name in [other.name for other in dataset.tables]:
            raise DataError(f"{at}: also {kind!r} is folder {name}", fix="Rename the other table")


def _values(table: Table, name: str) -> tuple[str, ...] | None:
    """Return all the values that a text column can have, None if they are not countable."""
    draw = table.column(name).draw
    match draw:
        case Choice():
            return tuple(str(value) for value in draw.values)
        case Lookup():
            return (*draw.map.values(), *([draw.otherwise] if draw.unless else []))
        case GridValue() if table.grid:
            return table.grid.each
    return None


def _condition(table: Table, when: When, at: str) -> None:
    _known(at, "condition", [when.column], [column.name for column in table.columns])
    values = _values(table, when.column)
    if values is None:
        raise DataError(f"{at}: {when.column!r} has no list of values", fix="Name a choice column")
    _known(at, f"condition on {when.column}", [when.value], values)


@dataclass(frozen=True)
class _Rules:
    """The rules for one column's draw."""

    dataset: Dataset
    table: Table
    column: Column
    at: str

    def check(self, draw: Draw) -> None:
        """Raise DataError for the first rule that is broken."""
        kind = self.column.type
        if kind not in (types := _TYPES_OF[type(draw)]):
            raise DataError(f"{self.at}: type {kind} with this draw", fix=f"Use: {one_of(types)}")
        if isinstance(draw, Choice) and isinstance(draw.values[0], int) != (kind in INTEGERS):
            raise DataError(f"{self.at}: values are not of type {kind}", fix="Change the type")
        if isinstance(draw, GridDay | GridValue | Walk) and self.table.grid is None:
            raise DataError(f"{self.at}: the table has no grid", fix="Add grid = { … }")
        self._numbers(draw)
        self._names(draw)
        if self.column.nulls and self.column.nulls.when:
            _condition(self.table, self.column.nulls.when, f"{self.at}: nulls")

    def _numbers(self, draw: Draw) -> None:
        bounds: tuple[int, ...] = ()
        if isinstance(draw, Choice):
            bounds = tuple(value for value in draw.values if isinstance(value, int))
        elif isinstance(draw, Between):
            bounds = (draw.low, draw.high)
        for number in bounds:
            bits = INTEGERS[self.column.type]
            if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
                raise DataError(f"{self.at}: {number} does not fit", fix="Use a wider type")

    def _names(self, draw: Draw) -> None:
        match draw:
            case Titles():
                self._patterns([pattern for tier in draw.tiers for pattern in tier])
            case Words():
                self._patterns(draw.patterns)
            case Reference():
                self._target(draw.to)
            case Lookup():
                self._lookup(draw)
            case Paid():
                self._target(draw.price)
                self._beside(draw.game, draw.quantity, draw.currency)
                self._covers("won_per_unit", draw.won_per_unit, draw.currency)
                self._covers("step", draw.step, draw.currency)
                self._refers(draw.game, draw.price)
            case SaleTime():
                self._beside(draw.by)
                self._covers("hours", draw.hours, draw.by)
            case Walk():
                each = self.table.grid.each if self.table.grid else ()
                _known(self.at, "start: the grid", each, draw.start)

    def _patterns(self, patterns: Iterable[str]) -> None:
        for pattern in patterns:
            _known(self.at, f"pattern {pattern!r}", SLOT.findall(pattern), self.dataset.words)
            if {"{", "}"} & set(SLOT.sub("", pattern)):
                raise DataError(f"{self.at}: pattern {pattern!r}", fix="Close each brace")

    def _target(self, to: Target) -> None:
        _known(self.at, "draw", [to.table], [table.name for table in self.dataset.tables])
        table = self.dataset.table(to.table)
        _known(self.at, f"table {to.table}", [to.column], [item.name for item in table.columns])
        if table.rows is None:
            raise DataError(f"{self.at}: {to.table} has no rows of its own", fix="Name another")
        serial = isinstance(table.column(to.column).draw, Serial)
        if isinstance(self.column.draw, Reference) and not serial:
            fix = f"Refer to the serial key of {to.table}"
            raise DataError(f"{self.at}: {to.table}.{to.column} is no serial", fix=fix)

    def _beside(self, *names: str) -> None:
        _known(self.at, "draw", names, [column.name for column in self.table.columns])

    def _refers(self, name: str, to: Target) -> None:
        self._beside(name)
        draw = self.table.column(name).draw
        if not (isinstance(draw, Reference) and draw.to.table == to.table):
            fix = f"Name a column that refers to {to.table}"
            raise DataError(f"{self.at}: {name!r} does not refer to {to.table}", fix=fix)

    def _lookup(self, draw: Lookup) -> None:
        self._target(draw.source)
        self._refers(draw.through, draw.source)
        values = _values(self.dataset.table(draw.source.table), draw.source.column)
        if values is None:
            raise DataError(f"{self.at}: `from` has no list of values", fix="Name a choice column")
        _known(self.at, "the source", values, draw.map)
        if draw.unless:
            _condition(self.table, draw.unless, f"{self.at}: unless")

    def _covers(self, key: str, given: Mapping[str, object], name: str) -> None:
        values = _values(self.table, name)
        if values is None:
            raise DataError(
                f"{self.at}: {name!r} has no list of values", fix="Name a choice column"
            )
        if missing := [value for value in values if value not in given]:
            raise DataError(f"{self.at}: {key} lacks {missing[0]!r}", fix="Add an entry for it")


def _beside(column: Column) -> Iterable[str]:
    """Yield the columns of the same row that a column is drawn from."""
    if column.nulls and column.nulls.when:
        yield column.nulls.when.column
    match column.draw:
        case Lookup(through=through, unless=unless):
            yield through
            if unless:
                yield unless.column
        case Paid(game=game, quantity=quantity, currency=currency):
            yield from (game, quantity, currency)
        case SaleTime(by=by):
            yield by


def _other_tables(table: Table) -> Iterable[str]:
    """Yield the tables that a table is drawn from."""
    if table.dialect:
        yield table.dialect.of
    for column in table.columns:
        match column.draw:
            case Reference(to=to) | Lookup(source=to) | Paid(price=to):
                yield to.table


def _acyclic(at: str, edges: Mapping[str, tuple[str, ...]]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            loop = " -> ".join((*path[path.index(name) :], name))
            raise DataError(f"{at}: references go in a circle: {loop}", fix="Remove one of them")
        if name not in done:
            for other in edges[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())
