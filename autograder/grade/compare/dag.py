"""Comparators for Airflow DAGs: how a file is read, what the DAG is, how its runs went.

Each takes the member's record and the reference's, as plain values within the member's reach, and
gives findings, the most telling first. They know no file and no Airflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from autograder.grade.compare.loose import listed, table, text, whole
from autograder.models import JSON, AnswerSpec, Finding

EFFECTS: Final = ("network", "process", "database", "variable", "connection", "write")
"""Kinds of side effects, the most telling first; each has a finding of its own."""
_FAULT_TEXTS: Final = ("error_type", "error", "asked", "got")
_FAULT_NUMBERS: Final = ("line", "count", "limit")
_BLOCKED: Final = ("upstream_failed", "skipped", "none", "removed")


def compare_parse(_spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    """The file can be read, holds one DAG, and reading it does nothing else.

    The reference says how many seconds reading may compute, as `most_cpu_s`.
    """
    effects = _effects(actual)
    fault = table(actual.get("fault"))
    if fault:
        found = Finding(f"dag.{text(fault.get('code'))}", _fault_params(fault))
        return [*effects, found]
    findings = list(effects)
    dags = [text(each) for each in listed(actual.get("dags"))]
    if len(dags) > 1:
        findings.append(Finding("dag.more_dags", {"names": dags}))
    if actual.get("heavy") is True:
        findings.append(Finding("dag.work_at_import", {"limit": expected["most_cpu_s"]}))
    return findings


def _effects(actual: Mapping[str, Any]) -> list[Finding]:
    noted = [table(each) for each in listed(actual.get("effects"))]
    found = []
    for kind in EFFECTS:
        each = next((each for each in noted if each.get("kind") == kind), None)
        if each is not None:
            params = {"line": whole(each.get("line")), "of": text(each.get("of")) or kind}
            found.append(Finding(f"dag.import_{kind}", params))
    return found


def _fault_params(fault: Mapping[str, Any]) -> dict[str, JSON]:
    texts = {key: text(fault[key]) for key in _FAULT_TEXTS if key in fault}
    return {**texts, **{key: whole(fault[key]) for key in _FAULT_NUMBERS if key in fault}}


def compare_graph(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    """The DAG is made as the reference is, in what the answer compares."""
    asked = listed(spec.options.get("compare"))
    found: list[Finding] = []
    for name, compare in _GRAPH.items():
        if name in asked:
            found += compare(actual, expected)
    return found


def _tasks(actual: Any, expected: Any) -> Iterator[Finding]:
    mine = table(actual.get("tasks"))
    if missing := [name for name in expected["tasks"] if name not in mine]:
        have = [text(name) for name in mine][:12]
        yield Finding("dag.missing_tasks", {"tasks": missing, "have": have})


def _order(actual: Any, expected: Any) -> Iterator[Finding]:
    """Each order of two tasks of the reference holds, whatever lies between them."""
    mine = table(actual.get("tasks"))
    for first, then in _pairs(expected["tasks"]):
        if first in mine and then in mine and then not in _after(mine, first):
            yield Finding("dag.wrong_order", {"first": first, "then": then})
            return


def _pairs(tasks: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for first, each in tasks.items():
        for then in each["before"]:
            yield first, then


def _after(tasks: Mapping[str, Any], first: str) -> set[str]:
    """All tasks that come after one, by whatever way."""
    found: set[str] = set()
    fresh = [first]
    while fresh:
        named = listed(table(tasks.get(fresh.pop())).get("before"))
        new = {text(each) for each in named} - found
        found |= new
        fresh += new
    return found


def _schedule(actual: Any, expected: Any) -> Iterator[Finding]:
    if (got := text(actual.get("schedule"))) != expected["schedule"]:
        code = "dag.no_schedule" if got == "none" else "dag.schedule"
        yield Finding(code, {"got": got})
    elif (zone := text(actual.get("zone"))) != expected["zone"]:
        yield Finding("dag.zone", {"got": zone, "asked": expected["zone"]})


def _catchup(actual: Any, expected: Any) -> Iterator[Finding]:
    if (got := actual.get("catchup") is True) != expected["catchup"]:
        yield Finding("dag.catchup", {"got": got})


def _retries(actual: Any, expected: Any) -> Iterator[Finding]:
    mine = table(actual.get("tasks"))
    asked = [name for name, each in expected["tasks"].items() if each["retries"]]
    without = [n for n in asked if n in mine and not whole(table(mine[n]).get("retries"))]
    if without:
        yield Finding("dag.no_retries", {"tasks": without})


def _callbacks(actual: Any, expected: Any) -> Iterator[Finding]:
    mine = table(actual.get("tasks"))
    wanted = expected["callback"] or any(each["callback"] for each in expected["tasks"].values())
    has = actual.get("callback") is True
    if wanted and not has and not any(table(each).get("callback") for each in mine.values()):
        yield Finding("dag.no_callback", {})


def _named(key: str) -> Callable[[Any, Any], Iterator[Finding]]:
    def compare(actual: Any, expected: Any) -> Iterator[Finding]:
        have = {text(each) for each in listed(actual.get(key))}
        if missing := [each for each in expected[key] if each not in have]:
            yield Finding(f"dag.{key}", {"missing": missing})

    return compare


def _docs(actual: Any, expected: Any) -> Iterator[Finding]:
    if expected["docs"] and actual.get("docs") is not True:
        yield Finding("dag.docs", {})


_GRAPH: Final[Mapping[str, Callable[[Any, Any], Iterator[Finding]]]] = {
    "tasks": _tasks,
    "order": _order,
    "schedule": _schedule,
    "catchup": _catchup,
    "retries": _retries,
    "callbacks": _callbacks,
    "tags": _named("tags"),
    "params": _named("params"),
    "docs": _docs,
}


def compare_runs(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    """The runs of a scenario went as the reference's did, in what the answer compares."""
    asked = listed(spec.options.get("compare")) or ["states"]
    runs = {text(run.get("date")): run for run in map(table, listed(actual.get("runs")))}
    for wanted in expected["runs"]:
        run = runs.get(wanted["date"], {})
        for name, compare in _RUNS.items():
            if name in asked and (found := list(compare(run, wanted, text(actual.get("ended"))))):
                return found
    return []


def _states(run: Mapping[str, Any], wanted: Any, ended: str) -> Iterator[Finding]:
    date, got = wanted["date"], text(run.get("state"))
    if got == wanted["state"]:
        yield from _task_states(run, wanted)
    elif got == "failed":
        yield _failed(run, date)
    elif got == "success":
        yield from _should_have_failed(run, wanted)
    else:
        code = {"timeout": "timed_out", "died": "died"}.get(ended, "no_run")
        if code == "no_run" and (crash := text(run.get("crash"))):
            yield Finding("dag.crashed", {"date": date, "error": crash})
        else:
            yield Finding(f"dag.{code}", {"date": date, "task": _busy(run)})


def _task_states(run: Mapping[str, Any], wanted: Any) -> Iterator[Finding]:
    mine = table(run.get("tasks"))
    for name, each in wanted["tasks"].items():
        got = text(table(mine.get(name)).get("state"))
        if each["state"] in _BLOCKED and got == "success":
            yield Finding("dag.not_stopped", {"date": wanted["date"], "task": name})
            return
    for name, each in wanted["tasks"].items():
        got = text(table(mine.get(name)).get("state"))
        if name in mine and got != each["state"] and "success" in (got, each["state"]):
            yield Finding("dag.task_state", {"date": wanted["date"], "task": name, "got": got})
            return


def _failed(run: Mapping[str, Any], date: str) -> Finding:
    error = table(next(iter(reversed(listed(run.get("errors")))), {}))
    params = {
        "date": date,
        "task": text(error.get("task")) or "–",
        "line": whole(error.get("line")),
        "error_type": text(error.get("error_type")),
        "error": text(error.get("error")),
    }
    return Finding("dag.task_failed", params)


def _should_have_failed(run: Mapping[str, Any], wanted: Any) -> Iterator[Finding]:
    """The reference stopped; which task of the member's went on instead?"""
    failed = [name for name, each in wanted["tasks"].items() if each["state"] == "failed"]
    ran = table(run.get("tasks"))
    name = next((each for each in failed if each in ran), (failed or ["–"])[0])
    yield Finding("dag.went_on", {"date": wanted["date"], "task": name})


def _busy(run: Mapping[str, Any]) -> str:
    tasks = table(run.get("tasks"))
    return next(
        (text(n) for n, each in tasks.items() if table(each).get("state") == "running"), "–"
    )


def _tries(run: Mapping[str, Any], wanted: Any, _ended: str) -> Iterator[Finding]:
    mine = table(run.get("tasks"))
    for name, each in wanted["tasks"].items():
        got = table(mine.get(name))
        if each["tries"] > 1 and whole(got.get("tries")) < 2:
            yield Finding("dag.not_retried", {"date": wanted["date"], "task": name})
            return


def _alerts(run: Mapping[str, Any], wanted: Any, _ended: str) -> Iterator[Finding]:
    got = whole(run.get("alerts"))
    if wanted["alerts"] and not got:
        yield Finding("dag.no_alert", {"date": wanted["date"]})
    elif got and not wanted["alerts"]:
        yield Finding("dag.false_alert", {"date": wanted["date"]})


# A task that is not tried again fails its run: that it was not tried again tells more.
_RUNS: Final[Mapping[str, Callable[[Mapping[str, Any], Any, str], Iterator[Finding]]]] = {
    "tries": _tries,
    "states": _states,
    "alerts": _alerts,
}
