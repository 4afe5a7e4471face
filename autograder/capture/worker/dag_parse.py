"""Reads a DAG file as Airflow does and tells what it made and what it did; in a child of its own.

What reading did besides making a DAG (network, files, processes, Variables) is noted at once, so
that it is known even if the file never ends.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from autograder.capture.worker.dag_records import note

MAX_TASKS = 200
MAX_EFFECTS = 50
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_WRITES = ("w", "a", "x", "+")
_EVENTS = {
    "socket.connect": "network",
    "socket.getaddrinfo": "network",
    "socket.bind": "network",
    "subprocess.Popen": "process",
    "os.system": "process",
    "os.fork": "process",
    "os.posix_spawn": "process",
    "sqlite3.connect": "database",
    "os.mkdir": "write",
    "os.remove": "write",
    "os.rename": "write",
}


def parse(submission: Path, dag_id: str, notes: Path) -> None:
    """Read the files of the folder; leave a note of what came of it."""
    from airflow.dag_processing.dagbag import BundleDagBag

    watch = _Watch(submission, notes)
    sys.addaudithook(watch.event)
    _watch_lookups(watch)
    started, watch.on = time.process_time(), True
    bag = BundleDagBag(
        dag_folder=str(submission), bundle_path=submission, bundle_name="dags-folder"
    )
    watch.on = False
    seconds = time.process_time() - started
    names = sorted(bag.dags)
    fault = _fault(bag, dag_id)
    graph = {} if fault else _graph(bag.dags[dag_id])
    said = {"what": "parsed", "fault": fault, "dags": names[:20], "cpu_s": seconds, "graph": graph}
    note(notes, said)
    note(notes, {"what": "finished"})


def _fault(bag: Any, dag_id: str) -> dict[str, Any] | None:
    """Why there is nothing to run, or None."""
    if bag.import_errors:
        name, text = min(bag.import_errors.items())
        return _import_error(str(name), str(text))
    if not bag.dags:
        return {"code": "no_dag"}
    if dag_id not in bag.dags:
        return {"code": "other_id", "asked": dag_id, "got": sorted(bag.dags)[0][:150]}
    if (count := len(bag.dags[dag_id].task_dict)) > MAX_TASKS:
        return {"code": "too_many_tasks", "count": count, "limit": MAX_TASKS}
    return None


def _import_error(name: str, text: str) -> dict[str, Any]:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    kind, _, said = last.partition(": ")
    if not re.fullmatch(r"[\w.]+", kind):
        kind, said = "Error", last
    own = [line for path, line in _FRAME.findall(text) if Path(path).name == Path(name).name]
    code = "cycle" if "Cycle" in kind else "import_error"
    return {
        "code": code,
        "error_type": kind.rpartition(".")[2][:80],
        "error": said[:150],
        "line": int(own[-1]) if own else 0,
    }


def _graph(dag: Any) -> dict[str, Any]:
    """What a DAG is, as plain data."""
    return {
        "schedule": _schedule(dag.timetable),
        "zone": str(getattr(dag.timetable, "timezone", None) or dag.timezone),
        "catchup": bool(dag.catchup),
        "tags": sorted(map(str, dag.tags))[:50],
        "params": sorted(map(str, dag.params))[:50],
        "docs": bool((dag.doc_md or "").strip()),
        "callback": bool(dag.on_failure_callback),
        "tasks": {name: _task(task) for name, task in dag.task_dict.items()},
    }


def _task(task: Any) -> dict[str, Any]:
    return {
        "operator": str(getattr(task, "task_type", type(task).__name__))[:100],
        "retries": int(task.retries or 0),
        "callback": bool(task.on_failure_callback),
        "rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "before": sorted(task.downstream_task_ids),
        "docs": bool((getattr(task, "doc_md", None) or "").strip()),
    }


def _schedule(timetable: Any) -> str:
    if expression := getattr(timetable, "expression", None):
        return str(expression)[:100]
    delta = getattr(timetable, "delta", None)
    if isinstance(delta, dt.timedelta):
        seconds = int(delta.total_seconds())
        return {86400: "0 0 * * *", 3600: "0 * * * *", 604800: "0 0 * * 0"}.get(
            seconds, f"every {seconds} s"
        )
    return {"NullTimetable": "none", "OnceTimetable": "@once"}.get(
        type(timetable).__name__, type(timetable).__name__
    )


class _Watch:
    """Notes what the member's own lines do while their file is read."""

    def __init__(self, submission: Path, notes: Path) -> None:
        self.folder = str(submission)
        self.notes = notes
        self.on = False
        self.count = 0

    def event(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Take one of Python's audit events; it must never raise."""
        if not self.on:
            return
        if name == "open":
            kind = "write" if _is_write(arguments) else ""
        else:
            kind = _EVENTS.get(name, "")
        if kind:
            self.say(kind, arguments[0] if arguments else "")

    def say(self, kind: str, what: Any) -> None:
        """Note an effect if it comes from a line of the member's."""
        line = self._line()
        if line and self.count < MAX_EFFECTS:
            self.count += 1
            self.on = False
            with contextlib.suppress(Exception):
                said = what if isinstance(what, str) else ""
                note(self.notes, {"what": "effect", "kind": kind, "line": line, "of": said[:100]})
            self.on = True

    def _line(self) -> int:
        """The member's line; 0 if a library's own import stands between."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(self.folder):
                return frame.f_lineno
            if file.startswith("<frozen importlib"):
                return 0
            frame = frame.f_back
        return 0


def _is_write(arguments: tuple[Any, ...]) -> bool:
    path, mode, flags = (*arguments, None, None, None)[:3]
    if not isinstance(path, str | bytes):
        return False
    if isinstance(mode, str):
        return any(sign in mode for sign in _WRITES)
    return isinstance(flags, int) and bool(flags & 3)


def _watch_lookups(watch: _Watch) -> None:
    """Variables and Connections are looked up in the database at every reading of the file."""
    from airflow.sdk import Connection, Variable

    for owner, kind in ((Variable, "variable"), (Connection, "connection")):
        owner.get = _noting(owner.get, kind, watch)


def _noting(look_up: Callable[..., Any], kind: str, watch: _Watch) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        if watch.on:
            watch.say(kind, arguments[0] if arguments else "")
        return look_up(*arguments, **named)

    return noted
