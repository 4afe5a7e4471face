"""Captures a notebook: host side. Writes the worker's job, runs it, listens, believes nothing.

Which cell defines which answer is read from the source here; what the worker says is kept only
where it names a declared answer and stays within its caps.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder import cohort, paths
from autograder.capture import java
from autograder.capture.captured import Captured
from autograder.capture.errand import WORKER, Errand, errand
from autograder.capture.listener import Listener, Problem
from autograder.capture.room import runtime
from autograder.capture.sandbox import INSIDE, Ended, Mount
from autograder.capture.surroundings import Surroundings
from autograder.models import AnswerSpec, CellRun, Limits, Run
from autograder.submission import NOTEBOOK, Names, Submission, find_names

PRELOADED = ("pandas", "matplotlib.pyplot", "polars", "pyspark.sql")
"""Modules that the kernel imports while the JVM starts and the data are drawn, if a notebook
mentions them; to its code they are imported when it says so."""

LEARNING = ("pyspark.ml", "import ml", "libsvm", "image")
"""Words without which nobody uses MLlib, by its modules or its sources of data."""


def capture(
    submissions: Sequence[Submission],
    answers: Sequence[AnswerSpec],
    limits: Limits,
    around: Surroundings,
) -> list[Captured]:
    """Run staged notebooks and collect their declared answers.

    Args:
        submissions: one; or several of an author's own, which share a sandbox and its JVM.
        limits: of one notebook.
        around: its seed is handed to the notebook as the parameter `seed`.

    Raises:
        SandboxUnavailable: official, and there is no sandbox here.
        InfrastructureError: the run broke before any of the code ran.
    """
    declared = {spec.name: spec for spec in answers}
    listeners = [Listener(declared, limits.output_mb * 2**20, around.spare) for _ in submissions]
    names = [find_names(submission.cells) for submission in submissions]
    with errand(submissions, around) as given:
        command = _command(submissions, limits)
        ended = given.run(
            WORKER,
            [
                _job(given, number, submission, answers, limits, names[number], command)
                for number, submission in enumerate(submissions)
            ],
            listeners,
            limits=limits,
            environment=_environment(given),
            mounts=[Mount(paths.MEMBER, _member(given)), *(_java() if command else ())],
        )
    if not any(listener.ready for listener in listeners):
        raise ended.before("the notebook began")
    return [
        _conclude(listener, ended, submission, answers, found, around.official)
        for listener, submission, found in zip(listeners, submissions, names, strict=True)
    ]


def _member(given: Errand) -> Path:
    """The folder that holds what a notebook may import of ours."""
    return INSIDE / "member" if given.around.official else paths.MEMBER


def _command(submissions: Sequence[Submission], limits: Limits) -> list[str] | None:
    """What starts the one JVM of all of them; None where nobody wants it."""
    if not any(submission.mentions("pyspark") for submission in submissions):
        return None
    heap_mb = max(512, min(4096, int(limits.memory_mb * 0.35)))
    learns = any(submission.mentions(word) for submission in submissions for word in LEARNING)
    return java.gateway_command(heap_mb, cache=java.cached(), learns=learns)


def _java() -> list[Mount]:
    """Java and its caches, where no other mount shows them."""
    kept = paths.cache() / "java"
    mounts = [Mount(kept, kept)] if kept.is_dir() else []
    outside = java.find().home
    if not any(outside.is_relative_to(folder) for folder in (*runtime(), Path("/usr"))):
        mounts.append(Mount(outside, outside))
    return mounts


def _job(
    given: Errand,
    number: int,
    submission: Submission,
    answers: Sequence[AnswerSpec],
    limits: Limits,
    names: Names,
    command: list[str] | None,
) -> dict[str, Any]:
    spark = submission.mentions("pyspark")
    folder = given.submissions[number]
    parameters: dict[str, Any] = {"seed": given.around.seed}
    if given.data is not None:
        parameters["data_dir"] = str(given.data)
    environment = java.environment() if spark else {}
    # How the module `pioneers` finds the data, and speaks; empty says that there are none.
    ours = {
        "PIONEERS_MOUNT": str(given.data) if given.data else "",
        "PIONEERS_LANGUAGE": cohort.language(),
    }
    return {
        # The submission comes last: none of its files stands in for ours.
        "path": [str(given.code), str(_member(given)), str(folder)],
        "work": str(given.work / str(number) if number else given.work),
        "submission": str(folder),
        "notebook": str(folder / NOTEBOOK),
        "answers": {spec.name: {"type": spec.type, "calls": spec.calls} for spec in answers},
        "collect_after": _collect_after(answers, names),
        "parameters": parameters,
        "wall_s": limits.wall_s,
        "output_bytes": limits.output_mb * 2**20,
        "java": command if spark else None,
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


def _environment(given: Errand) -> dict[str, str]:
    return {
        **given.environment(),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(given.work / "matplotlib"),
        "IPYTHONDIR": str(given.work / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(given.work / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def _conclude(
    listener: Listener,
    ended: Ended,
    submission: Submission,
    answers: Sequence[AnswerSpec],
    names: Names,
    official: bool,
) -> Captured:
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
