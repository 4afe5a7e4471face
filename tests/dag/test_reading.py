"""Files that hold no DAG to run, each with its fault, read by one Airflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from autograder import paths
from autograder.capture import airflow

HEAD = """
import datetime, os
from airflow.sdk import DAG, dag, task
from airflow.providers.standard.operators.empty import EmptyOperator
def make(name, **more):
    return DAG(name, schedule=None, start_date=datetime.datetime(2026, 1, 1), **more)
"""
FILES = {
    "no_dag": "x = 1",
    "other_id": 'tinny = make("tinny")',
    "cycle": 'with make("tiny"):\n    a = EmptyOperator(task_id="a")\n'
    '    a >> EmptyOperator(task_id="b") >> a',
    "too_many_tasks": 'with make("tiny"):\n'
    '    [EmptyOperator(task_id=f"t{n}") for n in range(1000)]',
    "import_died": "os._exit(0)",
    "import_error": "1 / 0",
    "odd_names": 'with make("tiny"):\n    EmptyOperator(task_id="a b; rm -rf /")',
    "twice": 'with make("tiny"):\n    EmptyOperator(task_id="a")\n    EmptyOperator(task_id="a")',
    "syntax": "def",
    "fine": 'with make("tiny", tags=["b", "a"], params={"n": 1}, doc_md="words"):\n'
    '    EmptyOperator(task_id="__class__", retries=3) >> EmptyOperator(task_id="하나")',
}
DRIVER = """
import json, sys, time
from pathlib import Path
from autograder.capture.worker import dag, dag_service
base = Path(sys.argv[1])
found = {}
dag_service.PRELOAD = ("airflow.dag_processing.dagbag", "airflow.sdk")
dag_service.prepare = lambda: None
dag_service.preload([])
for folder in sorted((base / "files").iterdir()):
    work = base / "work" / folder.name
    for name in ("private", "airflow", "output"):
        (work / name).mkdir(parents=True)
    job = {"submission": str(folder), "dag_id": "tiny", "parse_s": 20, "parse_cpu_s": 3,
           "output_bytes": 1_000_000, "memory_mb": 2048, "data": None}
    stream = open(work / "stream", "wb")
    progress = dag.Progress(job, stream, work, b"", time.monotonic() + 60)
    dag._parse(progress)
    found[folder.name] = progress.parsed
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What reading each file came to."""
    if not airflow.is_here() and not os.environ.get("CI"):
        pytest.skip("no Airflow in this environment")
    base = tmp_path_factory.mktemp("reading")
    for name, text in FILES.items():
        folder = base / "files" / name
        folder.mkdir(parents=True)
        (folder / "dag.py").write_text(f"{HEAD}\n{text}\n# airflow dag\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRIVER, str(base)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(paths.PACKAGE.parent),
            **airflow.settings(base / "home", base / "files"),
        },
        capture_output=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("code", [name for name in FILES if name not in ("fine",)])
def test_each_fault_has_its_code(faults: dict[str, Any], code: str) -> None:
    fault = faults[code]["fault"]
    known = {"odd_names": "import_error", "twice": "import_error", "syntax": "import_error"}
    assert fault["code"] == known.get(code, code)
    assert faults[code].get("graph", {}) == {}


def test_an_error_names_the_members_own_line(faults: dict[str, Any]) -> None:
    fault = faults["import_error"]["fault"]
    assert (fault["error_type"], fault["line"]) == ("ZeroDivisionError", 8)
    assert "division" in fault["error"]


def test_a_dag_is_told_as_plain_data(faults: dict[str, Any]) -> None:
    graph = faults["fine"]["graph"]
    assert faults["fine"]["fault"] is None
    assert graph["tasks"]["__class__"]["retries"] == 3
    assert graph["tasks"]["__class__"]["before"] == ["하나"]
    assert (graph["tags"], graph["params"], graph["docs"]) == (["a", "b"], ["n"], True)
    assert (graph["schedule"], graph["zone"]) == ("none", "UTC")
