"""Captures a notebook: host side. Writes the worker's job, runs it, listens, believes nothing.

Which cell defines which answer is read from the source here; what the worker says is kept only
where it names a declared answer and stays within its caps.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder import cohort, paths
from autograder.capture import java, sandbox
from autograder.capture.captured import Captured
from autograder.capture.listener import Listener, Problem
from autograder.capture.mounts import is_secret, tables
from autograder.capture.mounts import worker as worker_mounts
from autograder.capture.room import INSIDE_UID, runtime
from autograder.capture.sandbox import INSIDE, Ended, Link, Mount
from autograder.models import AnswerSpec, CellRun, Limits, Run
from autograder.submission import NOTEBOOK, Names, Submission, find_names

PRELOADED = ("pandas", "matplotlib.pyplot", "polars")
"""Modules that the kernel imports while the JVM starts and the data are drawn, if a notebook
mentions them; to its code they are imported when it says so."""


@dataclass(frozen=True)
class Room:
    """Where things are for the worker: inside the sandbox, or on the bare machine.

    Attributes:
        code: the folder that holds the package with the worker.
        member: the folder that holds what a notebook may import of ours.
    """

    code: Path
    member: Path
    work: Path
    submission: Path
    data: Path | None
    job: Path


def capture(
    submission: Submission,
    answers: Sequence[AnswerSpec],
    limits: Limits,
    *,
    data: Path | None,
    seed: int,
    official: bool = True,
    drawn: Callable[[], object] = lambda: None,
    spare: Callable[[], None] = lambda: None,
) -> Captured:
    """Run a staged notebook and collect its declared answers.

    Args:
        data: the folder with one folder a table, or None; it may be yet to come.
        drawn: returns when the data are there; meanwhile sandbox, kernel and JVM start.
        spare: called, on another thread, when a processor has time for something else.
        seed: handed to the notebook as the parameter `seed`.
        official: False runs without a sandbox where there is none (a member's own check).

    Raises:
        SandboxUnavailable: official, and there is no sandbox here.
        InfrastructureError: the run broke before any of the member's code ran.
    """
    if official:
        sandbox.require()
    declared = {spec.name: spec for spec in answers}
    listener = Listener(declared, limits.output_mb * 2**20, spare)
    with tempfile.TemporaryDirectory(prefix="pioneers-run-") as name:
        private = Path(name)
        private.chmod(0o755)
        room, mounts = _room(private, submission, data, official)
        names = find_names(submission.cells)
        user = sandbox.pick_uid() if official else None
        job = _job(room, submission, answers, limits, names, seed)
        job |= {"uid": user, "max_processes": limits.processes if official else None}
        (private / "job.json").write_text(json.dumps(job), "utf-8")
        (private / "job.json").chmod(0o644)
        ended = sandbox.run(
            [sys.executable, "-P", "-m", "autograder.capture.worker", str(room.job)],
            mounts=mounts,
            limits=limits,
            environment=_environment(room, official),
            read=listener.read,
            prepare=drawn,
            user=user or INSIDE_UID,
            official=official,
        )
    return _conclude(listener, ended, submission, answers, names, official)


def _room(
    private: Path, submission: Submission, data: Path | None, official: bool
) -> tuple[Room, list[Mount | Link]]:
    if not official:
        work = private / "work"
        work.mkdir()
        room = Room(
            paths.PACKAGE.parent, paths.MEMBER, work, submission.folder, data, private / "job.json"
        )
        return room, []
    room = Room(
        INSIDE,
        INSIDE / "member",
        Path("/tmp/pioneers"),  # noqa: S108
        Path("/submission"),
        Path("/data") if data else None,
        INSIDE / "job.json",
    )
    mounts = [
        *worker_mounts(private / "job.json"),
        Mount(paths.MEMBER, room.member),
        Mount(submission.folder, room.submission),
    ]
    if data is not None and room.data is not None:
        mounts += tables(data, room.data)
    if submission.mentions("pyspark"):
        kept = paths.cache() / "java"
        mounts += [Mount(kept, kept)] if kept.is_dir() else []
        outside = java.find().home
        if not any(outside.is_relative_to(folder) for folder in (*runtime(), Path("/usr"))):
            mounts.append(Mount(outside, outside))
    return room, mounts


def _job(
    room: Room,
    submission: Submission,
    answers: Sequence[AnswerSpec],
    limits: Limits,
    names: Names,
    seed: int,
) -> dict[str, Any]:
    spark = submission.mentions("pyspark")
    heap_mb = max(512, min(4096, int(limits.memory_mb * 0.35)))
    parameters: dict[str, Any] = {"seed": seed}
    if room.data is not None:
        parameters["data_dir"] = str(room.data)
    environment = java.environment() if spark else {}
    # How the module `pioneers` finds the data, and speaks; empty says that there are none.
    ours = {
        "PIONEERS_MOUNT": str(room.data) if room.data else "",
        "PIONEERS_LANGUAGE": cohort.language(),
    }
    return {
        # The submission comes last: none of its files stands in for ours.
        "path": [str(room.code), str(room.member), str(room.submission)],
        "work": str(room.work),
        "submission": str(room.submission),
        "notebook": str(room.submission / NOTEBOOK),
        "answers": {spec.name: {"type": spec.type, "calls": spec.calls} for spec in answers},
        "collect_after": _collect_after(answers, names),
        "parameters": parameters,
        "wall_s": limits.wall_s,
        "output_bytes": limits.output_mb * 2**20,
        "java": java.gateway_command(heap_mb, cache=java.cached()) if spark else None,
        "java_environment": environment,
        "environment": {**environment, **ours},
        "preload": [name for name in PRELOADED if submission.mentions(name)],
    }


def _collect_after(answers: Sequence[AnswerSpec], names: Names) -> dict[str, list[str]]:
    """Cell number to the answers to take after it: where each is last defined, last mentioned."""
    after: dict[str, list[str]] = {}
    for spec in answers:
        if (last := names.last(spec.name)) is None:
            continue
        for cell in {last, names.mentioned.get(spec.name, last)}:
            after.setdefault(str(cell), []).append(spec.name)
    return after


def _environment(room: Room, official: bool) -> dict[str, str]:
    """The worker's whole environment: nothing of the grader's own but on a bare machine."""
    kept = {} if official else {k: v for k, v in os.environ.items() if not is_secret(k)}
    own = {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        ),
        "HOME": str(room.work),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(room.code),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(room.work / "matplotlib"),
        "IPYTHONDIR": str(room.work / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(room.work / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    if sys.platform == "win32" or not official:
        own.pop("PATH" if sys.platform == "win32" else "HOME")
    return {**kept, **own}


def _conclude(
    listener: Listener,
    ended: Ended,
    submission: Submission,
    answers: Sequence[AnswerSpec],
    names: Names,
    official: bool,
) -> Captured:
    if not listener.ready:
        raise ended.before("the notebook began")
    stopped = ended.stopped
    if not stopped and listener.broken:
        stopped = "output"
    died = any(cell.status == "died" for cell in listener.cells.values())
    if not stopped and (died or not listener.done):
        stopped = "crash"
    if not stopped and any(cell.status == "timeout" for cell in listener.cells.values()):
        stopped = "wall"
    if not stopped and any(cell.error_type == "OutputLimit" for cell in listener.cells.values()):
        stopped = "output"
    code_cells = [
        i for i, cell in enumerate(submission.cells) if cell.kind == "code" and cell.source.strip()
    ]
    cells = tuple(listener.cells.get(i, CellRun(i, "not_run", 0.0)) for i in code_cells)
    run = Run(
        cells=cells,
        seconds=ended.seconds,
        cpu_s=ended.usage.cpu_s,
        peak_mb=ended.usage.peak_mb,
        stopped=stopped,  # type: ignore[arg-type]
        defined_in={
            s.name: names.last(s.name) or 0 for s in answers if names.last(s.name) is not None
        },
        near_names=_near(answers, names),
    )
    problems = dict(listener.problems)
    for spec in answers:
        if spec.name not in listener.answers and spec.name not in problems:
            problems[spec.name] = Problem("not_reached")
    return Captured(
        answers=listener.answers,
        problems=problems,
        run=run,
        notebook=listener.notebook,
        sandbox="bwrap" if official else "none",
    )


def _near(answers: Sequence[AnswerSpec], names: Names) -> dict[str, str]:
    """For each answer that no cell defines, a defined name that looks like it."""
    wanted = {spec.name for spec in answers}
    others = sorted(set(names.defined) - wanted)
    near = {
        name: get_close_matches(name.lower(), [other.lower() for other in others], n=1, cutoff=0.75)
        for name in wanted - set(names.defined)
    }
    lower = {other.lower(): other for other in others}
    return {name: lower[found[0]] for name, found in sorted(near.items()) if found}
