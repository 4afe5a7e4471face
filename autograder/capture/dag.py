"""Captures a DAG: host side. Writes the worker's job, listens, believes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.assignment.dag import DagTable, Scenario
from autograder.capture import airflow, dag_source
from autograder.capture.captured import Captured
from autograder.capture.errand import WORKER, Errand, errand
from autograder.capture.listener import Listener, Problem
from autograder.capture.sandbox import INSIDE, Ended, Mount
from autograder.capture.surroundings import Surroundings
from autograder.models import AnswerSpec, Run
from autograder.submission import Submission

ENTRY = "dag.py"
_ARROW = ("pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet")
PRELOADED = {
    "numpy": ("numpy",),
    "pandas": ("pandas", *_ARROW),
    "polars": ("polars",),
    "pyarrow": _ARROW,
}
"""What the worker imports before it starts a child, if the submission mentions a word."""


def capture(
    submissions: Sequence[Submission], assignment: Assignment, around: Surroundings
) -> list[Captured]:
    """Run staged DAG files under Airflow and collect the declared answers.

    Args:
        submissions: one; or several of an author's own, which share a sandbox and its Airflow.

    Raises:
        SandboxUnavailable: official, and there is no sandbox here.
        InfrastructureError: there is no Airflow, or it broke before any of the code ran.
    """
    kept = airflow.prepare()
    declared = {spec.name: spec for spec in assignment.answers}
    limits = assignment.limits
    listeners = [Listener(declared, limits.output_mb * 2**20, around.spare) for _ in submissions]
    with errand(submissions, around) as given:
        database = INSIDE / "airflow.db" if around.official else kept
        folders = zip(given.submissions, submissions, strict=True)
        ended = given.run(
            f"{WORKER}.dag",
            [_job(given, database, folder, each, assignment) for folder, each in folders],
            listeners,
            limits=limits,
            environment=_environment(given),
            mounts=[Mount(kept, database)],
        )
    if not any(listener.ready for listener in listeners):
        raise ended.before("the DAG was read")
    return [
        _conclude(listener, ended, submission, assignment, around.official)
        for listener, submission in zip(listeners, submissions, strict=True)
    ]


def _job(
    given: Errand, database: Path, folder: Path, submission: Submission, assignment: Assignment
) -> dict[str, Any]:
    settings: DagTable = assignment.settings
    answers: Sequence[AnswerSpec] = assignment.answers
    return {
        "work": str(given.work),
        "submission": str(folder),
        "data": str(given.data) if given.data else None,
        "database": str(database),
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
        "preload": [
            name for word, names in PRELOADED.items() if submission.mentions(word) for name in names
        ],
    }


def _scenario(settings: DagTable, scenario: Scenario) -> dict[str, Any]:
    changes = settings.inputs[scenario.input] if scenario.input else ()
    return {
        "dates": [each.isoformat() for each in scenario.dates],
        "after": scenario.after,
        "fail_first": scenario.fail_first,
        "changes": [vars(each) for each in changes],
    }


def _environment(given: Errand) -> dict[str, str]:
    own = {key: v for key, v in given.environment().items() if not key.startswith("AIRFLOW")}
    dags = given.submissions[0]
    return {**own, "HOME": str(given.work), **airflow.settings(given.work / "airflow", dags)}


def _conclude(
    listener: Listener,
    ended: Ended,
    submission: Submission,
    assignment: Assignment,
    official: bool,
) -> Captured:
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
