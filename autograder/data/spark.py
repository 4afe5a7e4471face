"""Makes parts of a dataset on a Spark cluster: the same work as a thread's, so the same bytes.

Each part is a task. The package travels to the executors as an archive, the plan with the task, so
an executor needs nothing but numpy and pyarrow, and a folder that it shares with this machine. Only
the DataFrame's own methods are used, which Spark Connect has as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import socket
import zipfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pyarrow as pa

from autograder import paths
from autograder.data.draws import Plan
from autograder.data.formats import WRITER
from autograder.data.layout import Job
from autograder.data.manifest import DataFile
from autograder.data.workers import Engine, Made, write
from autograder.errors import DataError, InfrastructureError, PioneersError, RemoteError, UsageError
from autograder.files import write_whole

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WAVE: Final = 256
"""Parts that are asked for at once: then what is whole is noted, and progress is told."""

CONNECT_PORT: Final = 15002
ANSWER_S: Final = 10

_COLUMNS: Final = (
    "job long, path string, sha256 string, bytes long, rows long, fault string, fix string"
)
_SCHEMA: Final = pa.schema(
    [
        (name, pa.int64() if kind == "long" else pa.string())
        for name, kind in (column.split() for column in _COLUMNS.split(", "))
    ]
)
_RAISED: Final = re.compile(r"[A-Za-z][\w.]*(Error|Exception)(: |$)")
_PLANS: Final[dict[str, Plan]] = {}


@dataclass(frozen=True)
class Task:
    """What an executor needs to know: all the parts, and where they go."""

    plan: Plan
    jobs: tuple[Job, ...]
    files: str
    writer: str


@contextlib.contextmanager
def session(remote: str, workers: int) -> Iterator[SparkSession]:
    """Start Spark with so many cores, or join the cluster at `remote`; stop or leave it afterwards.

    Where this process was itself submitted to a cluster, that cluster is used.

    Args:
        remote: a Spark Connect server (sc://…), a standalone master (spark://…), or empty.

    Raises:
        InfrastructureError: Spark, or the client that a remote needs, is not installed.
        UsageError: `remote` is no address.
        RemoteError: Spark does not start or does not answer.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise InfrastructureError("pyspark is not installed", fix="Install pyspark") from None
    if remote:
        _answers(remote)
    builder = SparkSession.builder.appName("pioneers data build")
    if remote.startswith("sc://"):
        builder = builder.remote(remote)
    else:
        builder = builder.config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        if remote or "PYSPARK_GATEWAY_PORT" not in os.environ:
            builder = builder.master(remote or f"local[{workers}]")
    try:
        spark = builder.getOrCreate()
        spark.range(1).count()  # a remote is not asked anything until now
    except ImportError:
        fix = "Install pyspark[connect] beside it"
        raise InfrastructureError("Spark Connect's client is missing", fix=fix) from None
    except (PySparkException, OSError, RuntimeError) as error:
        where = "the Spark server" if remote else "Spark"
        raise RemoteError(f"{where}: {_line(error)}", fix="Run pioneers doctor") from None
    try:
        yield spark
    finally:
        with contextlib.suppress(PySparkException, OSError):
            spark.stop()


def _answers(remote: str) -> None:
    """Raise unless something listens there: Spark's own client would try for ten minutes."""
    at = urlsplit(remote)
    try:
        port = at.port or CONNECT_PORT
        if at.scheme not in ("sc", "spark") or not at.hostname:
            raise ValueError(remote)
    except ValueError:
        what = f"{remote!r} is no Spark address"
        raise UsageError(what, fix="Write it as sc://host:15002") from None
    try:
        socket.create_connection((at.hostname, port), timeout=ANSWER_S).close()
    except OSError as error:
        fix = "Start the Spark Connect server, or mend --remote"
        where = f"{at.scheme}://{at.hostname}:{port}"  # without a token that may follow
        raise RemoteError(f"{where} does not answer: {error.strerror or error}", fix=fix) from None


def cluster(spark: SparkSession) -> Engine:
    """Return the engine that makes each part as a task of this Spark session."""

    def run(plan: Plan, jobs: Sequence[Job], files: Path) -> Generator[Made, None, None]:
        spark.addArtifacts(str(_package()), pyfile=True)
        for start in range(0, len(jobs), WAVE):
            wave = tuple(jobs[start : start + WAVE])
            asked = replace(plan, _whole={}, _counts={})  # what is kept here is not sent along
            yield from _wave(spark, Task(asked, wave, str(files), WRITER))

    return run


def _wave(spark: SparkSession, task: Task) -> Iterator[Made]:
    from pyspark.errors import PySparkException

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _on_executor(task, batches)

    count = len(task.jobs)
    frame = spark.range(0, count, 1, count).mapInArrow(work, _COLUMNS)
    try:
        rows: list[Any] = frame.collect()
    except PySparkException as error:
        fix = "Look at Spark's log and run the same command again; what is whole is kept"
        raise RemoteError(f"Spark failed: {_line(error)}", fix=fix) from error
    except BaseException:
        with contextlib.suppress(Exception):
            spark.interruptAll()
        raise
    made: dict[int, list[DataFile]] = {}
    for row in rows:
        if row.fault:
            raise DataError(row.fault, fix=row.fix)
        file = DataFile(row.path, row.sha256, row.bytes, row.rows)
        _seen_here(Path(task.files), file)
        made.setdefault(row.job, []).append(file)
    for index, files in sorted(made.items()):
        yield task.jobs[index], tuple(files)


def _on_executor(task: Task, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Make the parts whose numbers come in; yield a row for each file, or for what went wrong."""
    for batch in batches:
        for index in batch.column(0).to_pylist():
            yield pa.RecordBatch.from_pylist(list(_rows(task, index)), _SCHEMA)


def _kept(plan: Plan) -> Plan:
    """Return the plan that earlier tasks of this executor drew columns for, if it is the same."""
    key = f"{plan.id} {plan.dataset.sha256}"
    if key not in _PLANS:
        _PLANS.clear()
        _PLANS[key] = plan
    return _PLANS[key]


def _rows(task: Task, index: int) -> Iterator[dict[str, str | int]]:
    fault, fix = "", ""
    try:
        if task.writer != WRITER:
            fault = f"an executor has {WRITER}, this machine {task.writer}: the bytes would differ"
            fix = "Install the same pyarrow on both"
        else:
            for file in write(_kept(task.plan), task.jobs[index], Path(task.files)):
                yield {"job": index, **asdict(file)}
    except PioneersError as error:
        fault, fix = error.what, error.fix
    except OSError as error:
        fault = f"an executor cannot write to {task.files}: {error.strerror}"
        fix = "Give --out a folder that all executors and this machine share and can write"
    if fault:
        yield {"job": index, "fault": fault, "fix": fix}


def _seen_here(files: Path, file: DataFile) -> None:
    try:
        size = (files / file.path).stat().st_size
    except OSError:
        size = -1
    if size != file.bytes:
        what = f"executors wrote {file.path} where this machine does not see it"
        raise DataError(what, fix="Give --out a folder that all executors and this machine share")


def _package() -> Path:
    """Return an archive of this package's modules, named for its content and made only once."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths.PACKAGE.rglob("*.py")):
            name = path.relative_to(paths.PACKAGE.parent).as_posix()
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())  # a time of its own: 1980
    digest = hashlib.sha256(body.getvalue()).hexdigest()[:16]
    target = paths.cache() / "spark" / f"pioneers-{digest}.zip"
    if not target.is_file():
        write_whole(target, body.getvalue())
    return target


def _line(error: BaseException) -> str:
    """Return one line of an error: where a Python worker failed, its exception; else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raised = [line for line in lines if _RAISED.match(line)]
    return (raised[-1:] or lines or [type(error).__name__])[0][:200].rstrip(".:")
