"""`python -m autograder.capture.worker.dag JOB`: runs a member's DAG file under Airflow.

This process imports Airflow once and never the member's file. Reading the file, and each scenario
of runs, happens in a child of its own that finds a fresh database; what a scenario came to is read
afterwards from that database and from what it wrote, so that a child that dies takes nothing along.

    import Airflow → go → read the file → for each scenario: tables, database, runs → answers
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from autograder.capture.worker import dag_records, dag_service, descendants, jobs, rights, wire
from autograder.capture.worker.plain import NotPlain

COLLECT_S = 60.0
MAX_NOTES = 2 * 2**20


@dataclass
class Progress:
    """What one job knows while it goes on.

    Attributes:
        database: the bytes of the empty database.
        deadline: on the monotonic clock, for the member's code as a whole.
        parsed: what reading the file gave, or empty.
        ended: scenario to how it ended: `finished`, `died`, `timeout` or `not_run`.
        runs: scenario to its record.
    """

    job: dict[str, Any]
    stream: IO[bytes]
    work: Path
    database: bytes
    deadline: float = 0.0
    parsed: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def airflow(self) -> Path:
        """The folder of Airflow's own: configuration and database."""
        return self.work / "airflow"

    def output(self, scenario: str) -> Path:
        """Where a scenario writes."""
        return self.work / "output" / scenario

    def notes(self, name: str) -> Path:
        """Where a child leaves word."""
        return self.work / "private" / f"{name}.jsonl"


def main() -> None:
    """Do the jobs named on the command line; frames go to standard output."""
    todo = jobs.read()
    rights.drop(todo[0]["uid"], todo[0]["max_processes"])
    rights.conceal()
    rights.adopt_orphans()
    stream = rights.claim_stdout()
    work = Path(todo[0]["work"])
    (work / "airflow").mkdir(parents=True)
    database = Path(todo[0]["database"]).read_bytes()
    _restore(Progress(todo[0], stream, work, database))  # which Airflow looks for
    dag_service.preload(list(dict.fromkeys(name for job in todo for name in job["preload"])))
    jobs.wait_for_go()
    jobs.do(todo, lambda job: _do(Progress(job, stream, work, database)), stream)


def _do(progress: Progress) -> None:
    """Run one file in all scenarios, and send the answers."""
    job = progress.job
    for folder in (progress.work / name for name in ("private", "output", "tables", "cwd")):
        shutil.rmtree(folder, ignore_errors=True)  # of the job before
        folder.mkdir()
    os.chdir(progress.work / "cwd")
    _restore(progress)
    dag_service.read_from(job["submission"])
    wire.write(progress.stream, "ready")
    progress.deadline = time.monotonic() + job["wall_s"]
    _parse(progress)
    if not progress.parsed["fault"]:
        for name in job["scenarios"]:
            _scenario(progress, name)
    _answer(progress)
    wire.write(progress.stream, "done")


def _restore(progress: Progress) -> None:
    """Put the empty database back, whatever became of the one before."""
    for path in progress.airflow.glob("airflow.db*"):
        path.unlink()
    (progress.airflow / "airflow.db").write_bytes(progress.database)


def _child(progress: Progress, name: str, work: Callable[[Path], None], seconds: float) -> str:
    """Do something in a child; how it ended. Nothing of it is left afterwards.

    `finished`, `timeout`, or `died` with the signal or status: it says itself that it finished.
    """
    notes = progress.notes(name)
    seconds = min(seconds, max(0.0, progress.deadline - time.monotonic()))
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _become_child(progress, name)
            work(notes)
            status = 0
        except BaseException as error:  # noqa: BLE001 - a child never goes on as its parent
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            sys.stderr.flush()
            os._exit(status)
    used = descendants.Used()
    ended = descendants.wait(pid, seconds, used)
    descendants.end_all(pid, 0, used)
    if not ended:
        return "timeout"
    finished = used.status == 0 and any(note.get("what") == "finished" for note in _read(notes))
    return "finished" if finished else "died"


def _become_child(progress: Progress, name: str) -> None:
    """Leave the frames' pipe, the host's pipe and the worker's terminal behind."""
    import resource

    os.setsid()
    log = os.open(progress.work / "private" / f"{name}.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.closerange(3, max(3, progress.stream.fileno()))
    os.close(progress.stream.fileno())
    cap = int(progress.job["output_bytes"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (cap, cap))
    # One child that takes too much ends alone, before the sandbox ends them all.
    most = int(progress.job["memory_mb"] * 0.7) * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    os.environ["AIRFLOW_VAR_DATA_DIR"] = str(progress.job["data"] or progress.work / "tables")
    os.environ["AIRFLOW_VAR_OUTPUT_DIR"] = str(progress.work / "output")


def _read(path: Path) -> list[dict[str, Any]]:
    """What a child left, line by line; a line that is no object is dropped."""
    try:
        with path.open("rb") as file:
            lines = file.read(MAX_NOTES).split(b"\n")
    except OSError:
        return []
    notes = []
    for line in lines:
        try:
            note = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(note, dict):
            notes.append(note)
    return notes


def _parse(progress: Progress) -> None:
    """Read the file once, and keep what it made and did."""
    job = progress.job

    def work(notes: Path) -> None:
        from autograder.capture.worker import dag_parse

        dag_parse.parse(Path(job["submission"]), job["dag_id"], notes)

    ended = _child(progress, "parse", work, job["parse_s"])
    found = next((n for n in _read(progress.notes("parse")) if n.get("what") == "parsed"), {})
    found.setdefault("effects", [])
    found["effects"] = [n for n in _read(progress.notes("parse")) if n.get("what") == "effect"][:50]
    if ended == "timeout":
        found["fault"] = {"code": "import_slow", "limit": job["parse_s"]}
    elif ended == "died" or "fault" not in found:
        found["fault"] = {"code": "import_died"}
    # Seconds differ from run to run; whether they were too many does not, or hardly ever.
    cpu_s, most = found.pop("cpu_s", 0.0), job["parse_cpu_s"]
    heavy = isinstance(cpu_s, float) and cpu_s > most
    progress.parsed = {**found, "heavy": heavy, "most_cpu_s": most}


def _scenario(progress: Progress, name: str) -> None:
    """Run a scenario's dates, and keep what the database and the child say of them."""
    job, scenario = progress.job, progress.job["scenarios"][name]
    output, before = progress.output(name), progress.output(scenario["after"] or "-")
    _restore(progress)
    if before.is_dir():
        shutil.copytree(before, output, symlinks=True, dirs_exist_ok=True)
    output.mkdir(exist_ok=True)

    def work(notes: Path) -> None:
        from autograder.capture.worker import dag_runs

        data = job["data"]
        if scenario["changes"]:
            from autograder.capture.worker import dag_tables

            data = progress.work / "tables" / name
            dag_tables.change(Path(job["data"]), data, scenario["changes"])
        os.environ["AIRFLOW_VAR_DATA_DIR"] = str(data or "")
        os.environ["AIRFLOW_VAR_OUTPUT_DIR"] = str(output)
        dag_runs.run(Path(job["submission"]), job["dag_id"], scenario, notes)

    left = progress.deadline - time.monotonic()
    ended = _child(progress, name, work, job["run_s"]) if left > 1 else "not_run"
    progress.ended[name] = ended
    progress.runs[name] = dag_records.record(
        progress.airflow / "airflow.db", scenario["dates"], _read(progress.notes(name)), ended
    )


def _answer(progress: Progress) -> None:
    """Send every declared answer, or why there is none."""
    for name, spec in progress.job["answers"].items():
        if spec["type"] == "parse":
            _send(progress, name, {k: v for k, v in progress.parsed.items() if k != "graph"})
        elif fault := progress.parsed["fault"]:
            _refuse(progress, name, fault)
        elif spec["type"] == "graph":
            _send(progress, name, progress.parsed.get("graph", {}))
        elif spec["type"] == "runs":
            _send(progress, name, progress.runs[spec["scenario"]])
        else:
            _send_table(progress, name, spec)


def _refuse(progress: Progress, name: str, fault: dict[str, Any]) -> None:
    """Say why there is no answer; where a check of the reading is declared, that one tells it."""
    specs = progress.job["answers"].items()
    first = next((other for other, spec in specs if spec["type"] == "parse"), None)
    if first is not None:
        wire.write(progress.stream, "no_answer", name=name, code="dag.skipped", detail=first)
        return
    detail = {key: value for key, value in fault.items() if key != "code"}
    _no_answer(progress, name, str(fault["code"]), **detail)


def _send(progress: Progress, name: str, value: Any) -> None:
    from autograder.capture.worker.plain import Encoder

    try:
        body = json.dumps(Encoder().encode(value), allow_nan=False, ensure_ascii=False).encode()
    except (NotPlain, ValueError, RecursionError):
        _no_answer(progress, name, "garbled")
        return
    wire.write(progress.stream, "answer", body, name=name, media="json")


def _no_answer(progress: Progress, name: str, fault: str, **params: Any) -> None:
    short = {key: v[:150] if isinstance(v, str) else v for key, v in params.items()}
    detail = json.dumps(short, ensure_ascii=False)
    wire.write(progress.stream, "no_answer", name=name, code=f"dag.{fault}", detail=detail)


def _send_table(progress: Progress, name: str, spec: dict[str, Any]) -> None:
    """Read what a scenario wrote, in a child: a broken file may break its reader."""
    target = progress.work / "private" / f"{name}.parquet"

    def work(notes: Path) -> None:
        from autograder.capture.worker import dag_tables

        said: dict[str, Any] = {"what": "finished"}
        try:
            body = dag_tables.read(progress.output(spec["scenario"]), spec["path"], spec["table"])
            target.write_bytes(body)
        except dag_tables.Unreadable as error:
            said["fault"] = {"code": error.code, "path": spec["path"], **error.params}
        dag_records.note(notes, said)

    progress.deadline = max(progress.deadline, time.monotonic() + COLLECT_S)
    ended = _child(progress, f"table-{name}", work, COLLECT_S)
    notes = _read(progress.notes(f"table-{name}"))
    fault = next((note["fault"] for note in notes if isinstance(note.get("fault"), dict)), None)
    if fault is not None:
        broke = dag_records.trouble(progress.runs[spec["scenario"]])
        told = broke if fault.get("code") == "no_output" and broke else fault
        detail = {key: value for key, value in told.items() if key != "code"}
        _no_answer(progress, name, str(told["code"]), **detail)
    elif ended != "finished" or not target.is_file():
        _no_answer(progress, name, "unreadable", path=spec["path"], error=ended)
    else:
        wire.write(progress.stream, "answer", target.read_bytes(), name=name, media="parquet")


if __name__ == "__main__":
    main()
