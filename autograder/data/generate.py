"""Builds a dataset's folder: its tables' files and, last, their manifest; or nothing at all.

A table is cut into parts of a fixed number of rows, whatever the number of workers, and each part
is drawn and written by itself, by the engine that is given. `workplace` keeps what is made until
all is; `folder` sees to it that nobody finds half of it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from autograder.data import folder, layout, requests
from autograder.data import workplace as places
from autograder.data.draws import Plan
from autograder.data.formats import WRITER
from autograder.data.layout import Job, parts
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.requests import Need
from autograder.data.spec_reader import load
from autograder.data.workers import Engine, draw, threads
from autograder.data.workplace import Workplace, workplace
from autograder.errors import DataError, UsageError

__all__ = ["Job", "Progress", "build", "draw", "forecast", "parts"]

Progress = Callable[[str, int, int], None]
"""Told a file's path when it is whole, and how many rows are done, of how many in all."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def build(
    dataset: str,
    *,
    scale: float,
    seed: int,
    out: Path,
    tables: Sequence[str] | None = None,
    formats: bool = False,
    workers: int | Engine = 1,
    progress: Progress | None = None,
) -> Manifest:
    """Build a dataset's tables below `out`, its final folder; nothing is done if they are there.

    The same dataset, scale and seed give the same bytes, for any `workers` and `tables`.
    A build that was stopped goes on with the parts that it left whole.

    Args:
        scale: 1 is about a million play sessions and 400,000 purchases.
        seed: from 0 to 2**63 - 1.
        out: the folder of this dataset at this scale and seed; tables that it has already are kept.
        tables: the names of the tables to write; None for all.
        formats: write those tables also as the CSV and JSON that they declare.
        workers: parts made at a time on this machine; or who makes them instead, such as Spark.
        progress: called whenever a part is whole.

    Raises:
        UsageError: an argument is wrong, the disk is too small, or `out` holds something else.
        DataError: the declaration is wrong or the files cannot be written.
        RemoteError: the cluster that makes the parts failed.
    """
    plan = requests.plan(load(dataset), scale, seed)
    engine = _engine(workers)
    asked = requests.check_tables(plan.dataset, tables)
    wanted = set(layout.entries(asked, formats=formats))
    present = folder.look(out, plan.id, plan.dataset.sha256)
    missing = wanted - present.tables if present.whole else wanted | present.tables
    if present.manifest and not missing:
        return present.manifest
    stamp = _stamp(plan)
    needs = requests.needs(plan, plan.dataset.tables, formats=True)
    needs = [need for need in needs if need.name in missing]
    requests.check_room(needs, plan, out, there=places.left(out, stamp))
    if plan.scale > 1:  # below, all of them have numbers and names enough
        requests.check_numbers(plan, plan.dataset.tables)
    jobs = _jobs(plan, missing)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with workplace(out, stamp) as place:
            made = _make(plan, jobs, place, engine, progress)
            return folder.publish(_manifest(plan, jobs, made), place.files, out)
    except OSError as error:
        fix = "Free some space" if error.errno in _FULL else "Choose a folder you can write"
        raise DataError(f"cannot write data to {out}: {error.strerror}", fix=fix) from error


def forecast(dataset: str, *, scale: float, seed: int) -> list[Need]:
    """Return what a build of all tables in all formats would need, a folder each.

    Raises:
        UsageError: an argument is wrong.
        DataError: the declaration is wrong.
    """
    plan = requests.plan(load(dataset), scale, seed)
    return requests.needs(plan, plan.dataset.tables, formats=True)


def _engine(workers: int | Engine) -> Engine:
    if callable(workers):
        return workers
    if workers < 1:
        raise UsageError(f"workers is {workers}", fix="Give 1 or more")
    return threads(workers)


def _jobs(plan: Plan, names: Iterable[str]) -> list[Job]:
    """Return the parts to make for these folders of tables."""
    known = layout.entries(plan.dataset.tables, formats=True)
    kinds: dict[str, set[str]] = {}
    for name in names:
        if name in known:  # another that a damaged manifest lists is not made again
            table, kind = known[name]
            kinds.setdefault(table.name, set()).add(kind)
    return [
        job
        for table in plan.dataset.tables
        if table.name in kinds
        for job in parts(plan, table, kinds[table.name])
    ]


def _stamp(plan: Plan) -> str:
    """Return a name for all that the bytes of a part depend on."""
    known = (plan.id, plan.dataset.sha256, WRITER, layout.PART_ROWS)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


def _make(
    plan: Plan, jobs: list[Job], place: Workplace, engine: Engine, progress: Progress | None
) -> dict[str, DataFile]:
    """Make what the workplace lacks; return all files by their paths."""
    made = dict(place.done)
    todo = [job for job in jobs if any(path not in made for path in job.paths.values())]
    total = sum(job.rows for job in jobs)
    done = total - sum(job.rows for job in todo)
    for path in sorted({Path(path).parent for job in jobs for path in job.paths.values()}):
        if path.parent.name:
            places.make(place.files / path.parent)
        places.make(place.files / path)
    with contextlib.closing(engine(plan, todo, place.files)) as results:
        for job, files in results:
            place.note(files)
            made.update({file.path: file for file in files})
            done += job.rows
            if progress:
                progress(files[0].path, done, total)
    return made


def _manifest(plan: Plan, jobs: list[Job], made: dict[str, DataFile]) -> Manifest:
    """Return the manifest of all jobs' files, each table's in row order."""
    tables: dict[str, list[DataFile]] = {}
    for job in jobs:
        for kind, path in job.paths.items():
            tables.setdefault(layout.entry(job.table.name, kind), []).append(made[path])
    listed = tuple(DataTable(name, tuple(files)) for name, files in sorted(tables.items()))
    spec = plan.dataset
    return Manifest(spec.id, plan.scale, plan.seed, spec.sha256, WRITER, listed)
