"""Comparators of DAGs: each mistake has its own finding, and no forged record breaks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.compare import explain
from autograder.grade.compare.dag import compare_graph, compare_parse, compare_runs
from autograder.models import AnswerSpec, Finding
from autograder.text.catalogue import describe
from autograder.text.disclosure import SAFE_PARAMS

PARSED = {"fault": None, "dags": ["d"], "effects": [], "heavy": False, "most_cpu_s": 3.0}


def task(*before: str, retries: int = 1, callback: bool = False) -> dict[str, Any]:
    return {"before": list(before), "retries": retries, "callback": callback}


GRAPH = {
    "schedule": "0 0 * * *",
    "zone": "UTC",
    "catchup": False,
    "tags": ["sales"],
    "params": ["n"],
    "docs": True,
    "callback": True,
    "tasks": {"extract": task("check"), "check": task("load"), "load": task()},
}
ALL = ("tasks", "order", "schedule", "catchup", "retries", "callbacks", "tags", "params", "docs")
SHAPE = AnswerSpec("shape", "graph", 1.0, options={"compare": list(ALL)})
RUNS = AnswerSpec("runs", "runs", 1.0, options={"compare": ["states", "tries", "alerts"]})
FRAME = AnswerSpec("rows", "frame", 1.0, options={"scenario": "again"})


def codes(findings: list[Finding]) -> list[str]:
    for finding in findings:
        assert finding.code in SAFE_PARAMS, finding.code
        assert set(finding.params) <= SAFE_PARAMS[finding.code]
        assert describe([finding], "hidden", "ko")[0]
    return [finding.code for finding in findings]


def run(state: str = "success", alerts: int = 0, **tasks: tuple[str, int]) -> dict[str, Any]:
    made = {name: {"state": each, "tries": tries} for name, (each, tries) in tasks.items()}
    return {
        "ended": "finished",
        "runs": [
            {"date": "2026-01-05", "state": state, "tasks": made, "alerts": alerts, "errors": []}
        ],
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tasks": {"extract": task("load"), "load": task()}}, "dag.missing_tasks"),
        ({"schedule": "none"}, "dag.no_schedule"),
        ({"schedule": "0 0 * * 0"}, "dag.schedule"),
        ({"zone": "Asia/Seoul"}, "dag.zone"),
        ({"catchup": True}, "dag.catchup"),
        ({"tags": []}, "dag.tags"),
        ({"params": []}, "dag.params"),
        ({"docs": False}, "dag.docs"),
        ({"callback": False}, "dag.no_callback"),
        ({"tasks": {**GRAPH["tasks"], "load": task(retries=0)}}, "dag.no_retries"),
        ({"tasks": {**GRAPH["tasks"], "check": task()}}, "dag.wrong_order"),
    ],
)
def test_each_difference_of_shape(change: dict[str, Any], code: str) -> None:
    assert codes(compare_graph(SHAPE, {**GRAPH, **change}, GRAPH)) == [code]
    assert compare_graph(SHAPE, GRAPH, GRAPH) == []


def test_more_tasks_between_keep_the_order_and_a_callback_may_be_a_tasks() -> None:
    tasks = {
        "extract": task("count"),
        "count": task("check"),
        "check": task("load", callback=True),
        "load": task(),
    }
    assert compare_graph(SHAPE, {**GRAPH, "callback": False, "tasks": tasks}, GRAPH) == []


def test_what_is_not_asked_is_not_compared() -> None:
    spec = AnswerSpec("shape", "graph", 1.0, options={"compare": ["tasks"]})
    assert compare_graph(spec, {**GRAPH, "schedule": "none", "tags": []}, GRAPH) == []


def test_reading() -> None:
    assert compare_parse(SHAPE, PARSED, PARSED) == []
    fault = {"code": "import_error", "error_type": "E", "error": "x", "line": 3}
    network = {"kind": "network", "line": 4, "of": ""}
    found = compare_parse(SHAPE, {**PARSED, "fault": fault, "effects": [network]}, PARSED)
    assert codes(found) == ["dag.import_network", "dag.import_error"]
    assert codes(compare_parse(SHAPE, {**PARSED, "dags": ["a", "b"]}, PARSED)) == ["dag.more_dags"]
    assert codes(compare_parse(SHAPE, {**PARSED, "heavy": True}, PARSED)) == ["dag.work_at_import"]


GOOD = run(load=("success", 2))
STOPPED = run("failed", 1, check=("failed", 1), load=("upstream_failed", 0))


@pytest.mark.parametrize(
    ("actual", "expected", "code"),
    [
        (run(load=("success", 1)), GOOD, "dag.not_retried"),
        (run("failed", load=("failed", 2)), GOOD, "dag.task_failed"),
        (run("running", load=("running", 2)) | {"ended": "timeout"}, GOOD, "dag.timed_out"),
        (run("running", load=("running", 2)) | {"ended": "died"}, GOOD, "dag.died"),
        (run("not_run", load=("none", 2)), GOOD, "dag.no_run"),
        (run("success", 1, check=("success", 1), load=("success", 1)), STOPPED, "dag.went_on"),
        (run("failed", 1, check=("failed", 1), load=("success", 1)), STOPPED, "dag.not_stopped"),
        (run("failed", 0, check=("failed", 1), load=("skipped", 0)), STOPPED, "dag.no_alert"),
        (run("success", 1, load=("success", 2)), GOOD, "dag.false_alert"),
    ],
)
def test_each_way_a_run_goes_wrong(actual: Any, expected: Any, code: str) -> None:
    assert codes(compare_runs(RUNS, actual, expected)) == [code]
    assert compare_runs(RUNS, expected, expected) == []


@pytest.mark.parametrize(
    ("spec", "first", "remarks", "code"),
    [
        (FRAME, "frame.fan_out", {"repeats": ["again"]}, "dag.appended"),
        (FRAME, "frame.missing_rows", {"clock": {"line": 3, "call": "time.time"}}, "dag.clock"),
        (FRAME, "frame.fan_out", {}, "frame.fan_out"),
        (FRAME, "frame.missing_column", {"clock": {"line": 3}}, "frame.missing_column"),
        (
            AnswerSpec("r", "runs", 1.0, options={"scenario": "lost"}),
            "dag.went_on",
            {"swallows": {"line": 9}},
            "dag.swallowed",
        ),
        (AnswerSpec("x", "frame", 1.0), "frame.fan_out", {"repeats": ["again"]}, "frame.fan_out"),
    ],
)
def test_the_source_explains(spec: AnswerSpec, first: str, remarks: Any, code: str) -> None:
    assert explain(spec, [Finding(first, {})], remarks)[0].code == code
    assert explain(spec, [], remarks) == []


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
keys = st.sampled_from(
    ["fault", "dags", "effects", "heavy", "tasks", "before", "runs", "state", "load", "errors"]
)


@given(st.dictionaries(keys, plain | st.dictionaries(keys, plain)))
def test_a_forged_record_is_only_ever_wrong(forged: dict[str, Any]) -> None:
    several: list[Callable[[], list[Finding]]] = [
        lambda: compare_parse(SHAPE, forged, PARSED),
        lambda: compare_graph(SHAPE, forged, GRAPH),
        lambda: compare_runs(RUNS, forged, STOPPED),
        lambda: compare_runs(RUNS, {"runs": [{"date": "2026-01-05", **forged}]}, STOPPED),
    ]
    for compare in several:
        for finding in compare():
            describe([finding], "hidden", "en")
