"""Makes parts of a dataset on this machine: draws, encodes and writes each by itself.

`write` is one part's whole work, here and on a cluster alike; `threads` is the engine that runs it
with a few workers. It knows neither manifests nor the final folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pyarrow as pa

from autograder.data import dialects, workplace
from autograder.data.draws import Plan
from autograder.data.formats import ENCODERS
from autograder.data.layout import Job
from autograder.data.manifest import DataFile

Made = tuple[Job, tuple[DataFile, ...]]
Engine = Callable[[Plan, Sequence[Job], Path], Generator[Made, None, None]]
"""Makes the jobs' files below a folder that has their folders; yields each as it is whole."""


def draw(plan: Plan, job: Job) -> pa.Table:
    """Return one part as an Arrow table."""
    if job.table.dialect:
        return dialects.write(plan, job.table, job.start, job.stop)
    return plan.part(job.table.name, job.start, job.stop).to_arrow()


def write(plan: Plan, job: Job, files: Path) -> tuple[DataFile, ...]:
    """Draw a part, write it below `files` in each of its formats, and return what was written."""
    rows = draw(plan, job)
    written = []
    for kind, path in job.paths.items():
        data = ENCODERS[kind](rows)
        workplace.save(files / path, data)
        sha256 = hashlib.sha256(data).hexdigest()
        written.append(DataFile(path, sha256, data.size, rows.num_rows))
    return tuple(written)


def threads(count: int) -> Engine:
    """Return the engine that makes `count` parts at a time; each holds one part in memory."""

    def run(plan: Plan, jobs: Sequence[Job], files: Path) -> Generator[Made, None, None]:
        if count == 1 or len(jobs) == 1:
            yield from ((job, write(plan, job, files)) for job in jobs)
            return
        with ThreadPoolExecutor(count) as pool:
            started = {pool.submit(write, plan, job, files): job for job in jobs}
            try:
                for done in as_completed(started):
                    yield started[done], done.result()
            finally:  # on the first failure, or when nobody listens any more, start no more
                pool.shutdown(wait=True, cancel_futures=True)

    return run
