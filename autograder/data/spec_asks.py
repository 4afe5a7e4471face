"""What a column's draw may ask of its dataset: that columns are there, of a kind, with values.

Each question raises DataError, naming file, column and fix, if the answer is not the one wanted.
It draws nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from autograder.data.draws.friends import Friend
from autograder.data.draws.plain import Choice, Serial
from autograder.data.names import SLOT
from autograder.data.spec import INTEGERS, Column, Dataset, Each, Grid, Table, Target, Via, When
from autograder.data.spec_fields import closest
from autograder.errors import DataError


def known(at: str, what: str, names: Iterable[str], among: Collection[str]) -> None:
    """Raise DataError for the first of some names that is not among those known."""
    for name in names:
        if name not in among:
            raise DataError(f"{at}: {what} names unknown {name!r}", fix=closest(name, among))


def values_of(table: Table, name: str) -> tuple[str, ...] | None:
    """Return all the values that a column can have, None if they are not countable."""
    draw = table.column(name).draw
    return draw.labels(table) if draw else None


def condition(table: Table, when: When, at: str) -> None:
    """Raise DataError unless the condition is on a column of texts, and one of its values."""
    known(at, "condition", [when.column], [column.name for column in table.columns])
    values = values_of(table, when.column)
    if values is None or table.column(when.column).type != "string":
        raise DataError(f"{at}: {when.column!r} has no list of values", fix="Name a choice column")
    known(at, f"condition on {when.column}", [when.value], values)


@dataclass(frozen=True)
class Rules:
    """What a column's draw may ask of its dataset; each raises DataError if it does not hold."""

    dataset: Dataset
    table: Table
    column: Column
    at: str

    def fail(self, what: str, fix: str) -> NoReturn:
        """Raise the DataError that names this column."""
        raise DataError(f"{self.at}: {what}", fix=fix)

    def known(self, what: str, names: Iterable[str], among: Collection[str]) -> None:
        """Check that names are among those known."""
        known(self.at, what, names, among)

    def all_given(self, key: str, given: Collection[str], wanted: Iterable[str]) -> None:
        """Check that a key of the declaration has an entry for all that are wanted."""
        if missing := [name for name in wanted if name not in given]:
            self.fail(f"{key} lacks {missing[0]!r}", "Add an entry for it")

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Return the word lists that the table can use."""
        return {**self.dataset.words, **self.table.words}

    def fit(self, numbers: Iterable[int]) -> None:
        """Check that numbers fit the column's type, and are what it holds."""
        found = list(numbers)
        if isinstance(self.column.draw, Choice) and bool(found) != (self.column.type in INTEGERS):
            self.fail(f"values are not of type {self.column.type}", "Change the type")
        for number in found:
            bits = INTEGERS[self.column.type]
            if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
                self.fail(f"{number} does not fit", "Use a wider type")

    def beside(self, *names: str) -> None:
        """Check that these are columns of the same table."""
        self.known("draw", names, [column.name for column in self.table.columns])

    def column_of(self, to: Target) -> Column:
        """Return a column of another table."""
        self.known("draw", [to.table], [table.name for table in self.dataset.tables])
        table = self.dataset.table(to.table)
        self.known(f"table {to.table}", [to.column], [item.name for item in table.columns])
        if table.dialect:
            self.fail(f"{to.table} has no rows of its own", "Name another")
        return table.column(to.column)

    def key(self, to: Target) -> None:
        """Check that a foreign key refers to a serial key."""
        if not isinstance(self.column_of(to).draw, Serial):
            fix = f"Refer to the serial key of {to.table}"
            self.fail(f"{to.table}.{to.column} is no serial", fix)

    def reference(self, name: str) -> Table:
        """Return the table that a column beside this one refers to."""
        self.beside(name)
        draw = self.table.column(name).draw
        to = draw.refers(self.dataset, self.table) if draw else None
        if to is None:
            self.fail(f"{name!r} refers to no other table", "Name a column that does")
        return self.dataset.table(to.table)

    def refers(self, name: str, to: Target) -> None:
        """Check that a column beside this one refers to the table of `to`, which has it."""
        self.column_of(to)
        self.beside(name)
        draw = self.table.column(name).draw
        found = draw.refers(self.dataset, self.table) if draw else None
        if found is None or found.table != to.table:
            fix = f"Name a column that refers to {to.table}"
            self.fail(f"{name!r} does not refer to {to.table}", fix)

    def via(self, via: Via) -> Column:
        """Return the column that a path such as "user_id.country" leads to."""
        if not via.source:
            self.beside(via.column)
            return self.table.column(via.column)
        table = self.reference(via.column)
        self.known(f"table {table.name}", [via.source], [item.name for item in table.columns])
        return table.column(via.source)

    def values(self, table: str, name: str) -> tuple[str, ...]:
        """Return all the texts that a column of a table can have."""
        column = self.column_of(Target(table, name))
        values = values_of(self.dataset.table(table), name)
        if values is None or column.type != "string":
            self.fail(f"{name!r} has no list of values", "Name a choice column")
        return values

    def covers(self, key: str, given: Collection[str], via: Via) -> None:
        """Check that a key has an entry for each text that a column can have, and no other."""
        self.via(via)
        table = self.reference(via.column) if via.source else self.table
        values = self.values(table.name, via.source or via.column)
        self.all_given(key, given, values)
        if not via.source:  # the other table may drop a value without this one's knowledge
            self.known(key, given, values)

    def numbers(self, name: str) -> tuple[str, ...]:
        """Return all the whole numbers that a column beside this one can have, as texts."""
        self.integer(name)
        values = values_of(self.table, name)
        if values is None:
            self.fail(f"{name!r} has no list of values", "Name a choice column")
        return values

    def integer(self, name: str) -> None:
        """Check that a column beside this one holds whole numbers."""
        self.beside(name)
        if (kind := self.table.column(name).type) not in INTEGERS:
            self.fail(f"{name!r} is a {kind}", "Name a column of whole numbers")

    def condition(self, when: When, what: str) -> None:
        """Check a condition on the table's rows."""
        condition(self.table, when, f"{self.at}: {what}")

    def patterns(self, patterns: Iterable[str], columns: bool = True) -> None:
        """Check that each slot is a word list, or (with `columns`) leads to a column of texts."""
        for pattern in patterns:
            what = f"pattern {pattern!r}"
            for slot in SLOT.findall(pattern):
                via = Via.parse(slot)
                if columns and (via.source or slot in [item.name for item in self.table.columns]):
                    if (kind := self.via(via).type) != "string":
                        self.fail(f"{what}: {slot!r} is a {kind}", "Name a column of texts")
                else:
                    self.known(what, [slot], self.words)
            if {"{", "}"} & set(SLOT.sub("", pattern)):
                self.fail(what, "Close each brace")

    def each(self) -> Each:
        """Return how many rows the table has for each of another."""
        if self.table.each is None:
            self.fail("the table has no parents", "Add each = { … }")
        return self.table.each

    def parent(self, name: str) -> None:
        """Check that a column beside this one is the parent's key."""
        if self.reference(name).name != self.each().of.table:
            self.fail(f"{name!r} is not the parent's key", "Name the column of kind parent")

    def grid(self) -> Grid:
        """Return the table's grid."""
        if self.table.grid is None:
            self.fail("the table has no grid", "Add grid = { … }")
        return self.table.grid

    def friends(self, to: Target) -> None:
        """Check that a column is the lower key of friends."""
        if not isinstance(self.column_of(to).draw, Friend):
            self.fail(f"{to.table}.{to.column} is no column of friends", "Name one of kind friend")
