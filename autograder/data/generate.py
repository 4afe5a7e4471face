"""Builds a dataset's folder: Parquet files and, last, their manifest; all at once or not at all.

A table is cut into parts of a fixed number of rows, whatever the number of workers, and each part
is drawn and written by itself. `folder` sees to it that nobody finds half of it.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from autograder.data import dialects, folder
from autograder.data.draws import Plan
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.requests import check_disk, check_scale, check_seed, check_tables
from autograder.data.spec import Table
from autograder.data.spec_reader import load
from autograder.errors import DataError, UsageError

PART_ROWS: Final = 1 << 18
"""Rows of a part; for a dialect, of the purchases that it tells."""

WRITER: Final = f"pyarrow {pa.__version__}"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """One part of one table: rows `start` to `stop` (not included) of what it is made from."""

    table: Table
    index: int
    start: int
    stop: int

    @property
    def path(self) -> str:
        """Return the file's path below the dataset's folder."""
        return f"{self.table.name}/part-{self.index:05d}.parquet"


def build(
    dataset: str,
    *,
    scale: float,
    seed: int,
    out: Path,
    tables: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Manifest:
    """Build a dataset's tables below `out`, its final folder; nothing is done if they are there.

    The same dataset, scale and seed give the same bytes, for any `workers` and any `tables`.

    Args:
        scale: 1 is about a million play sessions and 400,000 purchases.
        seed: from 0 to 2**63 - 1.
        out: the folder of this dataset at this scale and seed; tables that it has already are kept.
        tables: the names of the tables to write; None for all.
        workers: threads that draw and write parts.
        progress: called with each file's path when it is written, from any of the threads.

    Raises:
        UsageError: an argument is wrong, the disk is too small, or `out` holds something else.
        DataError: the declaration is wrong or the files cannot be written.
    """
    plan = Plan(load(dataset), check_scale(scale), check_seed(seed))
    if workers < 1:
        raise UsageError(f"workers is {workers}", fix="Give 1 or more")
    wanted = set(check_tables(plan.dataset, tables))
    present = folder.look(out, plan.id, plan.dataset.sha256)
    missing = wanted - present.tables if present.whole else wanted | present.tables
    if present.manifest and not missing:
        return present.manifest
    todo = [table for table in plan.dataset.tables if table.name in missing]
    check_disk(plan, [table.name for table in todo], out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with folder.scratch(out) as place:
            made = _write(plan, todo, place, workers, progress)
            return folder.publish(made, place, out)
    except OSError as error:
        fix = "Free some space" if error.errno == errno.ENOSPC else "Choose a folder you can write"
        raise DataError(f"cannot write data to {out}: {error.strerror}", fix=fix) from error


def parts(plan: Plan, table: Table) -> list[Job]:
    """Return the parts of a table in row order; one empty part where it has no rows."""
    source = plan.dataset.table(table.dialect.of) if table.dialect else table
    rows = plan.rows(source)
    starts = range(0, max(rows, 1), PART_ROWS)
    return [
        Job(table, index, start, min(start + PART_ROWS, rows)) for index, start in enumerate(starts)
    ]


def draw(plan: Plan, job: Job) -> pa.Table:
    """Return one part as an Arrow table."""
    if job.table.dialect:
        return dialects.write(plan, job.table, job.start, job.stop)
    return plan.part(job.table.name, job.start, job.stop).to_arrow()


def encode(table: pa.Table) -> pa.Buffer:
    """Return a part as Parquet bytes that depend on nothing but the rows and the writer's version.

    Not compressed: codecs may give other bytes on another CPU, and dictionaries keep it small. No
    Arrow schema, for it carries nothing that Parquet's own types do not say here.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=2 * PART_ROWS,
        compression="none",
        use_dictionary=True,
        store_schema=False,
        version="2.6",
        data_page_version="1.0",
    )
    return sink.getvalue()


def _write(
    plan: Plan, tables: list[Table], place: Path, workers: int, progress: Progress | None
) -> Manifest:
    """Write all parts of the tables below `place` and return the manifest, not yet written."""

    def run(job: Job) -> DataFile:
        rows = draw(plan, job)
        data = encode(rows)
        folder.save(place / job.path, data)
        if progress:
            progress(job.path)
        return DataFile(job.path, hashlib.sha256(data).hexdigest(), data.size, rows.num_rows)

    for table in tables:
        folder.make(place / table.name)
    jobs = {table.name: parts(plan, table) for table in sorted(tables, key=lambda t: t.name)}
    made = iter(_each(run, [job for of_table in jobs.values() for job in of_table], workers))
    listed = tuple(
        DataTable(name, tuple(itertools.islice(made, len(of_table))))
        for name, of_table in jobs.items()
    )
    spec = plan.dataset
    return Manifest(spec.id, plan.scale, plan.seed, spec.sha256, WRITER, listed)


def _each(run: Callable[[Job], DataFile], jobs: list[Job], workers: int) -> list[DataFile]:
    """Run all jobs and return their results in order; on the first failure start no more."""
    if workers == 1:
        return [run(job) for job in jobs]
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
