"""Captures a DAG: host side. Writes the worker's job, runs it once, listens, believes nothing."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import paths
from autograder.assignment import Assignment
from autograder.assignment.dag import DagTable, Scenario
from autograder.capture import airflow, dag_source, mounts, sandbox
from autograder.capture.captured import Captured
from autograder.capture.listener import Listener, Problem
from autograder.capture.room import INSIDE_UID
from autograder.capture.sandbox import INSIDE, Ended, Link, Mount
from autograder.models import AnswerSpec, Run
from autograder.submission import Submission

ENTRY = "dag.py"
PRELOADED = ("numpy", "pandas", "polars", "pyarrow", "pyarrow.csv", "pyarrow.parquet")
"""What the worker imports before it starts a child, if the submission mentions it."""


@dataclass(frozen=True)
class Room:
    """Where things are for the worker: inside the sandbox, or on the bare machine."""

    code: Path
    work: Path
    submission: Path
    data: Path | None
    database: Path
    job: Path


def capture(
    submission: Submission,
    assignment: Assignment,
    *,
    data: Path | None,
    official: bool = True,
    drawn: Callable[[], object] = lambda: None,
    spare: Callable[[], None] = lambda: None,
) -> Captured:
    """Run a staged DAG file under Airflow and collect the declared answers.

    Args:
        data: the folder with one folder a table, or None; it may be yet to come.
        drawn: returns when the data are there; meanwhile the worker imports Airflow.
        spare: called, on another thread, when the file is about to be read.
        official: False runs without a sandbox where there is none (a member's own check).

    Raises:
        SandboxUnavailable: official, and there is no sandbox here.
        InfrastructureError: there is no Airflow, or it broke before any of the member's code ran.
    """
    if official:
        sandbox.require()
    database = airflow.prepare()
    declared = {spec.name: spec for spec in assignment.answers}
    limits = assignment.limits
    listener = Listener(declared, limits.output_mb * 2**20, spare)
    with tempfile.TemporaryDirectory(prefix="pioneers-run-") as name:
        private = Path(name)
        private.chmod(0o755)
        room, given = _room(private, submission, data, database, official)
        user = sandbox.pick_uid() if official else None
        job = _job(room, submission, assignment)
        job |= {"uid": user, "max_processes": limits.processes if official else None}
        (private / "job.json").write_text(json.dumps(job), "utf-8")
        (private / "job.json").chmod(0o644)
        ended = sandbox.run(
            [sys.executable, "-P", "-m", "autograder.capture.worker.dag", str(room.job)],
            mounts=given,
            limits=limits,
            environment=_environment(room, official),
            read=listener.read,
            prepare=drawn,
            user=user or INSIDE_UID,
            official=official,
        )
    return _conclude(listener, ended, submission, assignment, official)


def _room(
    private: Path, submission: Submission, data: Path | None, database: Path, official: bool
) -> tuple[Room, list[Mount | Link]]:
    if not official:
        work = private / "work"
        work.mkdir()
        code = paths.PACKAGE.parent
        return Room(code, work, submission.folder, data, database, private / "job.json"), []
    room = Room(
        INSIDE,
        Path("/tmp/pioneers"),  # noqa: S108
        Path("/submission"),
        Path("/data") if data else None,
        INSIDE / "airflow.db",
        INSIDE / "job.json",
    )
    given = [
        *mounts.worker(private / "job.json"),
        Mount(submission.folder, room.submission),
        Mount(database, room.database),
    ]
    if data is not None and room.data is not None:
        given += mounts.tables(data, room.data)
    return room, given


def _job(room: Room, submission: Submission, assignment: Assignment) -> dict[str, Any]:
    settings: DagTable = assignment.settings
    answers: Sequence[AnswerSpec] = assignment.answers
    return {
        "work": str(room.work),
        "submission": str(room.submission),
        "data": str(room.data) if room.data else None,
        "database": str(room.database),
        "dag_id": settings.dag_id,
        "scenarios": {
            name: _scenario(settings, settings.scenarios[name]) for name in settings.needed(answers)
        },
        "answers": {spec.name: {"type": spec.type, **spec.options} for spec in answers},
        "wall_s": assignment.limits.wall_s,
        "run_s": settings.run_s,
        "parse_s": settings.parse_s,
        "parse_cpu_s": settings.parse_cpu_s,
        "memory_mb": assignment.limits.memory_mb,
        "output_bytes": assignment.limits.output_mb * 2**20,
        "preload": [name for name in PRELOADED if submission.mentions(name.partition(".")[0])],
    }


def _scenario(settings: DagTable, scenario: Scenario) -> dict[str, Any]:
    changes = settings.inputs[scenario.input] if scenario.input else ()
    return {
        "dates": [each.isoformat() for each in scenario.dates],
        "after": scenario.after,
        "fail_first": scenario.fail_first,
        "changes": [vars(each) for each in changes],
    }


def _environment(room: Room, official: bool) -> dict[str, str]:
    """The worker's whole environment, but for a bare machine's own."""
    kept = {} if official else {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(room.work),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(room.code),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    kept = {key: value for key, value in kept.items() if not mounts.is_secret(key)}
    return {**kept, **own, **airflow.settings(room.work / "airflow", room.submission)}


def _conclude(
    listener: Listener,
    ended: Ended,
    submission: Submission,
    assignment: Assignment,
    official: bool,
) -> Captured:
    if not listener.ready:
        raise ended.before("the DAG was read")
    stopped = ended.stopped
    if not stopped and not listener.done:
        stopped = "output" if listener.broken else "crash"
    problems = dict(listener.problems)
    for spec in assignment.answers:
        if spec.name not in listener.answers and spec.name not in problems:
            problems[spec.name] = Problem("not_reached")
    run = Run(
        seconds=ended.seconds,
        cpu_s=ended.usage.cpu_s,
        peak_mb=ended.usage.peak_mb,
        stopped=stopped,  # type: ignore[arg-type]
        remarks=dag_source.remarks(submission, assignment.settings),
    )
    return Captured(
        answers=listener.answers,
        problems=problems,
        run=run,
        sandbox="bwrap" if official else "none",
    )
