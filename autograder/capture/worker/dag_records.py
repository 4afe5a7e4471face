"""What runs of a DAG came to: read from Airflow's database and from the notes of the child.

Everything read here was within the member's reach; it is capped, and never an exception.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MAX_TASKS = 400
MAX_XCOMS = 50
MAX_TEXT = 400
MAX_NOTES = 2000

_TASKS = """
select r.logical_date, t.task_id, t.map_index, t.state, t.try_number
from task_instance t join dag_run r on r.run_id = t.run_id and r.dag_id = t.dag_id
order by r.logical_date, t.task_id, t.map_index limit ?
"""
_XCOMS = """
select r.logical_date, x.task_id, x.key, x.value
from xcom x join dag_run r on r.run_id = x.run_id and r.dag_id = x.dag_id
order by r.logical_date, x.task_id, x.key limit ?
"""


def note(path: Path, said: Mapping[str, Any]) -> None:
    """Leave word for the parent: one line of JSON, written at once."""
    line = json.dumps(said, ensure_ascii=True, default=str) + "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def record(
    database: Path, dates: Sequence[str], notes: Sequence[Mapping[str, Any]], ended: str
) -> dict[str, Any]:
    """How the runs of one scenario went.

    Returns:
        `{"ended", "runs": [{"date", "state", "tasks": {id: {"state", "tries"}}, "alerts",
        "errors", "xcoms"}, …]}`, a run for each date; `errors` are those of failed tries.
    """
    states = _rows(database, "select logical_date, state from dag_run limit ?", 1000)
    tasks = _rows(database, _TASKS, MAX_TASKS * max(1, len(dates)))
    xcoms = _rows(database, _XCOMS, MAX_XCOMS * max(1, len(dates)))
    runs = []
    for date in dates:
        own = [n for n in notes[:MAX_NOTES] if n.get("date") == date]
        state = next((s for day, s in states if _is(day, date)), None)
        runs.append(
            {
                "date": date,
                "state": _text(state) or "not_run",
                "tasks": _tasks([row[1:] for row in tasks if _is(row[0], date)], own),
                "alerts": sum(n.get("what") == "alert" for n in own),
                "errors": [_error(n) for n in own if n.get("what") == "error"][:50],
                "crash": next((_text(n.get("error")) for n in own if n["what"] == "crash"), ""),
                "xcoms": [[_text(v) for v in row[1:]] for row in xcoms if _is(row[0], date)],
            }
        )
    return {"ended": ended, "runs": runs}


def trouble(recorded: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first thing that went wrong in a scenario, as a fault; None if nothing did."""
    for run in recorded["runs"]:
        if run["state"] == "success":
            continue
        failed = [t for t, each in run["tasks"].items() if each["state"] == "failed"]
        error = next((e for e in run["errors"] if e["task"] in failed), None)
        if error is not None:
            return {"code": "task_failed", "date": run["date"], **error}
        if run["state"] == "not_run" and run["crash"]:
            return {"code": "crashed", "date": run["date"], "error": run["crash"]}
        if recorded["ended"] in ("timeout", "died"):
            busy = [t for t, each in run["tasks"].items() if each["state"] == "running"]
            code = "timed_out" if recorded["ended"] == "timeout" else "died"
            return {"code": code, "date": run["date"], "task": (busy or ["–"])[0]}
        if recorded["ended"] == "not_run":
            return {"code": "no_run", "date": run["date"]}
    return None


def _tasks(
    rows: Sequence[tuple[Any, ...]], notes: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Each task's last state and number of tries; of a mapped task, the worst of its parts."""
    tries: dict[str, int] = {}
    for each in notes:
        if each.get("what") == "try" and isinstance(each.get("try"), int):
            task = _text(each.get("task"))
            tries[task] = max(tries.get(task, 0), int(each["try"]))
    found: dict[str, dict[str, Any]] = {}
    for task_id, _, state, number in rows:
        name, said = _text(task_id), _text(state) or "none"
        made = {"state": said, "tries": tries.get(name, int(number or 0))}
        if name not in found or said != "success":
            found[name] = made
    return found


def _error(each: Mapping[str, Any]) -> dict[str, Any]:
    line = each.get("line")
    return {
        "task": _text(each.get("task")),
        "error_type": _text(each.get("error_type")),
        "error": _text(each.get("error")),
        "line": line if isinstance(line, int) else 0,
    }


def _is(moment: Any, date: str) -> bool:
    return str(moment).startswith(date)


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:MAX_TEXT]


def _rows(database: Path, query: str, limit: int) -> list[tuple[Any, ...]]:
    """The rows of a query; none where the database is not what it was."""
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=2)) as connection:
            return list(connection.execute(query, (limit,)))
    except (sqlite3.Error, OSError, ValueError):
        return []
