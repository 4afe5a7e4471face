"""Tables around a DAG: inputs that are changed before its runs, and what it wrote afterwards."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MAX_FILES = 2000
MAX_ROWS = 1_000_000


class Unreadable(Exception):
    """What a DAG wrote is not there, or is no table.

    Attributes:
        code: `no_output` or `unreadable`.
        params: what to say of it.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def change(source: Path, target: Path, changes: Sequence[Mapping[str, Any]]) -> None:
    """Make a folder of tables like `source`, with some of them changed."""
    target.mkdir(parents=True)
    named = {each["table"] for each in changes}
    for table in source.iterdir():
        if table.name not in named:
            (target / table.name).symlink_to(table)
    for name in named:
        own = [each for each in changes if each["table"] == name]
        if not any(each["drop"] for each in own):
            _change_one(source / name, target / name, own)


def _change_one(source: Path, target: Path, changes: Sequence[Mapping[str, Any]]) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(source)
    for each in changes:
        at, column = table.column_names.index(each["column"]), table[each["column"]]
        struck = pa.array(np.arange(len(table)) % each["every"] == 0)
        value = pa.scalar(each["value"]).cast(column.type)
        table = table.set_column(at, each["column"], pc.if_else(struck, value, column))
    target.mkdir()
    pq.write_table(table, target / "part-00000.parquet")


def read(folder: Path, inner: str, table: str) -> bytes:
    """A table that a DAG wrote, as one Parquet file.

    Args:
        inner: below `folder`: a Parquet or CSV file, a folder of them, or a SQLite file.
        table: the table in the SQLite file.

    Raises:
        Unreadable: there is none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / inner
    if not path.exists() or not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable("no_output")
    try:
        found = _of_sqlite(path, table) if table else _of_files(path)
        sink = io.BytesIO()
        pq.write_table(found.replace_schema_metadata(None), sink, compression="zstd")
    except (pa.ArrowException, OSError, ValueError, sqlite3.Error) as error:
        lines = str(error).strip().splitlines() or [""]
        raise Unreadable("unreadable", error=lines[0][:150]) from error
    return sink.getvalue()


def _of_files(path: Path) -> Any:
    import pyarrow as pa

    files = [path] if path.is_file() else sorted(_files(path))
    if not files:
        raise Unreadable("no_output")
    if len(files) > MAX_FILES:
        raise Unreadable("unreadable", error=f"{len(files)} files")
    tables = [_with_parts(_of_file(file), file.relative_to(path)) for file in files]
    tables = [each for each in tables if each.num_columns] or tables[:1]
    return pa.concat_tables(tables, promote_options="permissive")


def _files(folder: Path) -> Iterator[Path]:
    """Files of a table: not those that begin with a dot or an underscore, as Spark has it."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
        if path.suffix in (".parquet", ".csv") and not hidden and not path.is_symlink():
            yield path


def _of_file(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    if path.suffix == ".csv":
        return pyarrow.csv.read_csv(path) if path.stat().st_size else pa.table({})
    return pq.read_table(path, partitioning=None)


def _with_parts(table: Any, inner: Path) -> Any:
    """A column for each `day=2026-01-05` on the way to the file, if the file has none."""
    import pyarrow as pa
    import pyarrow.csv

    for part in inner.parts[:-1]:
        name, sign, value = part.partition("=")
        if sign and name not in table.column_names:
            guessed = pyarrow.csv.read_csv(io.BytesIO(f'"{name}"\n"{value}"\n'.encode()))
            column = pa.concat_arrays([guessed[name].chunk(0)] * len(table)) if len(table) else []
            table = table.append_column(name, column)
    return table


def _of_sqlite(path: Path, table: str) -> Any:
    import pyarrow as pa

    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        quoted = table.replace('"', '""')
        cursor = connection.execute(f'select * from "{quoted}" limit {MAX_ROWS}')  # noqa: S608
        names = [each[0] for each in cursor.description]
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table({name: list(each) for name, each in zip(names, columns, strict=True)})
