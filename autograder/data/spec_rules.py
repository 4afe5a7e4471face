"""What must hold between the columns and tables of a dataset, beyond each file by itself.

`check` raises on the first thing wrong; it draws nothing and reads no file. What a kind of draw
needs of its neighbours stands with it, in its `check`, and is asked of `spec_asks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.data.draws.plain import Serial
from autograder.data.shapes import DIALECTS, TOLD_COLUMNS
from autograder.data.spec import Column, Dataset, Table
from autograder.data.spec_asks import Rules, condition, known
from autograder.data.spec_fields import one_of
from autograder.errors import DataError


def check(dataset: Dataset, where: str) -> None:
    """Raise DataError, naming file, column and fix, for the first rule that is broken."""
    for table in dataset.tables:
        at = f"{where}/{table.name}.toml"
        columns = [column.name for column in table.columns]
        known(at, "key", table.key, columns)
        for name in table.words:
            if name in dataset.words or name in columns:
                raise DataError(f"{at}: words {name!r} is a name twice", fix="Rename the list")
        _each(dataset, table, at)
        _dialect(dataset, table, at)
        _layout(dataset, table, at)
        for column in table.columns:
            if column.draw is not None:
                _column(Rules(dataset, table, column, f"{at}: column {column.name}"))
        _acyclic(at, {column.name: tuple(_beside(table, column)) for column in table.columns})
    _acyclic(where, {table.name: tuple(_other_tables(table)) for table in dataset.tables})


def _each(dataset: Dataset, table: Table, at: str) -> None:
    if table.each is None:
        return
    to = table.each.of
    known(at, "each", [to.table], [other.name for other in dataset.tables])
    parents = dataset.table(to.table)
    known(at, f"each: table {to.table}", [to.column], [item.name for item in parents.columns])
    if not isinstance(parents.column(to.column).draw, Serial):
        fix = f"Name the serial key of {to.table}"
        raise DataError(f"{at}: each: {to.table}.{to.column} is no serial", fix=fix)


def _dialect(dataset: Dataset, table: Table, at: str) -> None:
    dialect = table.dialect
    if dialect is None:
        return
    known(at, "dialect", [dialect.name], DIALECTS)
    known(at, "of", [dialect.of], [other.name for other in dataset.tables])
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
    known(at, f"table {told.name}", TOLD_COLUMNS, [column.name for column in told.columns])
    condition(told, dialect.where, f"{at}: where")


def _layout(dataset: Dataset, table: Table, at: str) -> None:
    """Check how a table is laid out in files: its partition, and its other formats."""
    if table.partition:
        of = table.partition.of
        known(at, "partition", [of], [column.name for column in table.columns])
        if table.season is None:
            fix = "Name a time whose rows go through the days in order"
            raise DataError(f"{at}: partition of {of!r}, which is no such time", fix=fix)
    for kind in table.also:
        name = f"{table.name}_{kind}"
        if name in [other.name for other in dataset.tables]:
            raise DataError(f"{at}: also {kind!r} is folder {name}", fix="Rename the other table")


def _column(rules: Rules) -> None:
    column, draw = rules.column, rules.column.draw
    assert draw is not None, column.name
    if column.type not in draw.TYPES:
        rules.fail(f"type {column.type} with this draw", f"Use: {one_of(draw.TYPES)}")
    draw.check(rules)
    if column.nulls and column.nulls.when:
        rules.condition(column.nulls.when, "nulls")
    if column.nulls and column.nulls.like:
        rules.beside(column.nulls.like)
        if rules.table.column(column.nulls.like).nulls is None:
            rules.fail(f"nulls like {column.nulls.like!r}, which has none", "Name one with nulls")
    if column.nulls and column.type == "list<string>":
        rules.fail("nulls in a list column", "Drop them")


def _beside(table: Table, column: Column) -> Iterable[str]:
    """Yield the columns of the same row that a column is drawn from."""
    if column.nulls and column.nulls.when:
        yield column.nulls.when.column
    names = {item.name for item in table.columns}
    yield from (name for name in (column.draw.beside() if column.draw else ()) if name in names)


def _other_tables(table: Table) -> Iterable[str]:
    """Yield the tables that a table is drawn from."""
    if table.dialect:
        yield table.dialect.of
    if table.each:
        yield table.each.of.table
    for column in table.columns:
        yield from column.draw.tables() if column.draw else ()


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
