"""Runs a DAG for several logical dates by `dag.test()`; in the child of one scenario.

Around Airflow's own task runner it notes each try, each error with the member's line, and each
call of a callback on failure; and it makes the first try of a task fail where that is asked.
"""

from __future__ import annotations

import datetime as dt
import functools
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.capture.worker.collect import describe
from autograder.capture.worker.dag_records import note

INJECTED = "this first try fails on purpose, to see whether the task is tried again"


def run(submission: Path, dag_id: str, scenario: Mapping[str, Any], notes: Path) -> None:
    """Run the scenario's dates in order; a date that breaks does not stop the next."""
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(
        dag_folder=str(submission), bundle_path=submission, bundle_name="dags-folder"
    )
    dag = bag.dags[dag_id]
    today = _Today(submission, notes, frozenset(scenario["fail_first"]))
    _watch_runner(today)
    _watch_callbacks(dag, today)
    for task in dag.tasks:
        # Waiting between tries proves nothing here and costs time.
        task.retry_delay = dt.timedelta(0)
        task.retry_exponential_backoff = 0
    for date in scenario["dates"]:
        today.date = date
        moment = dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)
        try:
            dag.test(logical_date=moment, run_after=moment)
        except Exception as error:  # noqa: BLE001 - a member's DAG may do anything
            note(notes, {"what": "crash", "date": date, "error": describe(error)})
    note(notes, {"what": "finished"})


class _Today:
    """What the wrappers below need to know: the run that goes on."""

    def __init__(self, submission: Path, notes: Path, fail_first: frozenset[str]) -> None:
        self.submission = submission
        self.notes = notes
        self.fail_first = fail_first
        self.date = ""

    def say(self, what: str, **said: Any) -> None:
        """Leave a note about this run."""
        note(self.notes, {"what": what, "date": self.date, **said})


def _watch_runner(today: _Today) -> None:
    """Note tries and errors where Airflow begins and ends a task."""
    from airflow.sdk.execution_time import task_runner

    execute, finalize = task_runner._execute_task, task_runner.finalize

    @functools.wraps(execute)
    def begin(context: Any, ti: Any, log: Any) -> Any:
        today.say("try", task=ti.task_id, **{"try": ti.try_number})
        if ti.task_id in today.fail_first and ti.try_number == 1:
            raise ConnectionError(INJECTED)
        return execute(context=context, ti=ti, log=log)

    @functools.wraps(finalize)
    def end(ti: Any, state: Any, context: Any, log: Any, error: Any = None) -> Any:
        if error is not None:
            said = describe(error) if isinstance(error, BaseException) else str(error)[:300]
            today.say(
                "error",
                task=ti.task_id,
                error_type=type(error).__name__,
                error=said.partition(": ")[2] or said,
                line=own_line(error, today.submission),
            )
        return finalize(ti, state, context, log, error)

    task_runner._execute_task, task_runner.finalize = begin, end


def own_line(error: Any, submission: Path) -> int:
    """The last line of the member's own files that an error went through; 0 if there is none."""
    if not isinstance(error, BaseException):
        return 0
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno or 0 for f in frames if Path(f.filename).is_relative_to(submission)]
    return lines[-1] if lines else 0


def _watch_callbacks(dag: Any, today: _Today) -> None:
    """Note each call of a callback on failure, of the DAG or of a task."""
    for owner in (dag, *dag.tasks):
        callbacks = owner.on_failure_callback
        if not callbacks:
            continue
        several = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
        watched = [_noting(each, today) for each in several]
        owner.on_failure_callback = watched if isinstance(callbacks, list | tuple) else watched[0]


def _noting(callback: Callable[..., Any], today: _Today) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        today.say("alert")
        return callback(*arguments, **named)

    return called
