"""Says what is wrong with a built dataset: hashes, rows, schema, keys, references, dirt, cleaning.

It trusts nothing in the folder, and reads one part at a time. What it compares with is the
dataset's declaration; the clean-up check uses `clean`, which knows the rules alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from autograder.data import clean, dirt, manifest
from autograder.data.arrow import Array, pc
from autograder.data.draws import Plan, to_array
from autograder.data.draws.keys import Reference
from autograder.data.formats import ENCODERS, PARQUET
from autograder.data.layout import Job, entries, parts
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.requests import check_scale, check_seed
from autograder.data.spec import Column, Table
from autograder.data.spec_reader import load
from autograder.data.workers import draw
from autograder.errors import PioneersError

ARROW: Final = {
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "decimal(12,2)": pa.decimal128(12, 2),
    "decimal(12,4)": pa.decimal128(12, 4),
}
"""The Arrow type of each declared type."""


@dataclass
class Tally:
    """Tells a progress bar how many bytes were looked at: each twice, as bytes and as rows."""

    tell: Callable[[str, int, int], None] | None
    total: int
    done: int = field(default=0)

    def add(self, file: DataFile) -> None:
        """Count one look at a file."""
        self.done += file.bytes
        if self.tell:
            self.tell(file.path, self.done, self.total)


def verify(folder: Path, *, progress: Callable[[str, int, int], None] | None = None) -> list[str]:
    """Return what is wrong with a built dataset, a line each; empty if it is sound.

    Args:
        progress: told a file's path, and how many bytes were looked at, of how many.
    """
    try:
        found = manifest.load(folder)
        plan = Plan(load(found.dataset), check_scale(found.scale), check_seed(found.seed))
    except PioneersError as error:
        return [str(error)]
    if found.spec_sha256 != plan.dataset.sha256:
        return [f"{folder}: built from another version of datasets/{found.dataset}"]
    known = entries(plan.dataset.tables, formats=True)
    for table in found.tables:
        if table.name not in known or known[table.name][1] != table.format:
            return [f"{manifest.NAME}: table {table.name!r} is not in datasets/{found.dataset}"]
    tally = Tally(progress, 2 * sum(file.bytes for file in found.files))
    problems = [*_unlisted(folder, found), *_damaged(folder, found, tally)]
    if problems:
        return problems  # what the rows say means nothing now
    audit = _Audit(folder, plan, found, tally)
    try:
        for table in found.tables:
            of, kind = known[table.name]
            problems += audit.table(table) if kind == PARQUET else audit.again(table, of, kind)
    except (pa.ArrowException, OSError, ValueError) as error:
        problems.append(f"{folder}: cannot be read as data: {' '.join(str(error).split())[:200]}")
    return problems


def _unlisted(folder: Path, found: Manifest) -> Iterator[str]:
    listed = {manifest.NAME, *(file.path for file in found.files)}
    listed |= {str(inner) for file in found.files for inner in Path(file.path).parents}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"{name}: a link"
        elif name not in listed:
            yield f"{name}: not in {manifest.NAME}"


def _damaged(folder: Path, found: Manifest, tally: Tally) -> Iterator[str]:
    for file in found.files:
        tally.add(file)
        if what := manifest.damage(folder, file):
            yield what


@dataclass(frozen=True)
class _Audit:
    """The checks that look at rows."""

    folder: Path
    plan: Plan
    found: Manifest
    tally: Tally

    def again(self, found: DataTable, table: Table, kind: str) -> Iterator[str]:
        """Yield what is wrong with a table that is told again in another format."""
        jobs = parts(self.plan, table, (kind,))
        if problem := _miscut(found, jobs, kind):
            yield problem
            return
        for job, file in zip(jobs, found.files, strict=True):
            self.tally.add(file)
            rows = draw(self.plan, job)
            same = hashlib.sha256(ENCODERS[kind](rows)).hexdigest() == file.sha256
            if not same or rows.num_rows != file.rows:
                yield f"{file.path}: its rows are not those of {table.name}"

    def table(self, found: DataTable) -> Iterator[str]:
        """Yield what is wrong with one table."""
        table = self.plan.dataset.table(found.name)
        jobs = parts(self.plan, table)
        if problem := _miscut(found, jobs, PARQUET):
            yield problem
            return
        counts: dict[str, tuple[int, int]] = {}
        seen: list[Array] = []
        for job, file in zip(jobs, found.files, strict=True):
            self.tally.add(file)
            problem, rows = self._read(job, file)
            if problem:
                yield problem
                return
            if table.partition and not self._at_home(job, rows):
                yield f"{file.path}: its rows belong to another {table.partition.by} or part"
                return
            if len(table.key) == 1 and not table.dialect:
                seen.append(rows[table.key[0]].combine_chunks())
            yield from self._references(table, rows, file)
            for name, part in self._shares(table, rows).items():
                before = counts.get(name, (0, 0))
                counts[name] = (before[0] + part[0], before[1] + part[1])
            if table.dialect:
                yield from self._cleans(table, job, rows, file)
        if seen and pc.count_distinct(pa.concat_arrays(seen)).as_py() != found.rows:
            yield f"{table.name}: key {table.key[0]} is not unique"
        for name, (hits, of) in counts.items():
            yield from self._rate(table, name, hits, of)

    def _read(self, job: Job, file: DataFile) -> tuple[str, pa.Table]:
        """Return what is wrong with a file's form, else its rows."""
        none = pa.table({})
        with pq.ParquetFile(self.folder / file.path) as reader:
            about = reader.metadata
            rows = job.stop - job.start
            if about.num_rows != file.rows or (not job.table.dialect and about.num_rows != rows):
                return f"{file.path}: {about.num_rows} rows where {rows} belong", none
            if job.table.dialect and about.num_rows > 4 * rows:
                return f"{file.path}: {about.num_rows} rows, more than dirt explains", none
            wanted = pa.schema([(item.name, ARROW[item.type]) for item in job.table.columns])
            schema = reader.schema_arrow
            if not schema.equals(wanted):
                return f"{file.path}: columns differ from the declared ones", none
            return "", reader.read(use_threads=False)

    def _at_home(self, job: Job, rows: pa.Table) -> bool:
        """Tell whether a partitioned part's times are those that belong there."""
        assert job.table.partition is not None, job.table.name
        name = job.table.partition.of
        drawn = self.plan.part(job.table.name, job.start, job.stop).column(name)
        times = to_array(drawn, job.table.column(name).type)
        return bool(rows[name].combine_chunks().equals(times))

    def _references(self, table: Table, rows: pa.Table, file: DataFile) -> Iterator[str]:
        for column in table.columns:
            if isinstance(column.draw, Reference):
                target = column.draw.to
                keys = self.plan.whole(target)  # a serial: it has no gaps
                values = rows[column.name]
                least, most = pc.min_max(values).as_py().values()
                if least is not None and not keys[0] <= least <= most <= keys[-1]:
                    yield f"{file.path}: {column.name} refers to no {target.table}"
            if column.nulls is None and not table.dialect and rows[column.name].null_count:
                yield f"{file.path}: {column.name} has nulls"

    def _shares(self, table: Table, rows: pa.Table) -> dict[str, tuple[int, int]]:
        """Return for each declared rate how many rows it hit, and of how many."""
        if table.dialect:
            return dict(dirt.COUNTERS[table.dialect.name](rows, self._games))
        return {
            f"{column.name} null": _null_share(column, rows)
            for column in table.columns
            if column.nulls
        }

    def _rate(self, table: Table, name: str, hits: int, of: int) -> Iterator[str]:
        if table.dialect:
            rate = table.dialect.dirt[name]
        else:
            nulls = table.column(name.removesuffix(" null")).nulls
            assert nulls is not None, name
            rate = nulls.rate
        # Once in 500 million honest draws: six standard deviations (and a little, for tiny tables),
        # or nothing at all where twenty were to be expected.
        slack = 6 * sqrt(rate * (1 - rate) * of) + 4
        if abs(hits - rate * of) > slack or (not hits and rate * of > 20):
            yield f"{table.name}: {name} is {hits} of {of} rows, far from the declared {rate:g}"

    def _cleans(self, table: Table, job: Job, rows: pa.Table, file: DataFile) -> Iterator[str]:
        """Clean one part and compare it with the purchases that it tells."""
        dialect = table.dialect
        assert dialect is not None, table.name
        truth = self._told(dialect.of, job.index)
        truth = truth.filter(pc.equal(truth[dialect.where.column], dialect.where.value))
        cleaned = clean.in_order(clean.CLEANERS[dialect.name](rows, self._games))
        if not cleaned.equals(clean.in_order(clean.purchases(truth))):
            yield f"{file.path}: cleaned, its rows are not those of {dialect.of}"

    def _told(self, name: str, index: int) -> pa.Table:
        """Return a part of the clean table: from the folder, or drawn where it was not built."""
        job = parts(self.plan, self.plan.dataset.table(name))[index]
        for table in self.found.tables:
            if table.name == name:
                problem, rows = self._read(job, table.files[index])
                if not problem:
                    return rows
        return draw(self.plan, job)

    @cached_property
    def _games(self) -> pa.Table:
        """The catalogue, drawn."""
        catalogue = self.plan.dataset.table("games")
        return pa.concat_tables(draw(self.plan, job) for job in parts(self.plan, catalogue))


def _miscut(found: DataTable, jobs: list[Job], kind: str) -> str:
    """Return what is wrong with how a table is cut into files; empty if nothing is."""
    if len(found.files) != len(jobs):
        return f"{found.name}: {len(found.files)} files where {len(jobs)} belong"
    for job, file in zip(jobs, found.files, strict=True):
        if file.path != job.paths[kind]:
            return f"{file.path}: {job.paths[kind]} belongs there"
    return ""


def _null_share(column: Column, rows: pa.Table) -> tuple[int, int]:
    assert column.nulls is not None, column.name
    if column.nulls.when:
        rows = rows.filter(pc.equal(rows[column.nulls.when.column], column.nulls.when.value))
    return rows[column.name].null_count, rows.num_rows
