"""Says what is wrong with a built dataset: hashes, rows, schema, keys, references, dirt, cleaning.

It trusts nothing in the folder, and reads one part at a time. What the rows must be like is for
`checks` to say, by the dataset's declaration; that dirt can be cleaned is shown by `clean`, which
knows the rules alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from autograder.data import clean, manifest
from autograder.data.arrow import pc
from autograder.data.checks import Checks
from autograder.data.draws import Plan, to_array
from autograder.data.formats import ENCODERS, PARQUET
from autograder.data.layout import Job, entries, parts
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.requests import check_scale, check_seed
from autograder.data.spec import Table
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
    "list<string>": pa.list_(pa.string()),
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
        checks = Checks(self.plan, table, self._games if table.dialect else pa.table({}))
        for job, file in zip(jobs, found.files, strict=True):
            self.tally.add(file)
            problem, rows = self._read(job, file)
            if problem:
                yield problem
                return
            if table.partition and not self._at_home(job, rows):
                yield f"{file.path}: its rows belong to another {table.partition.by} or part"
                return
            yield from checks.part(rows, job.start, file.path)
            if table.dialect:
                yield from self._cleans(table, job, rows, file)
        yield from checks.rest()

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
