"""What tests of DAGs share: one tiny assignment, its table, and one way to run a file under it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autograder import assignment as assignments
from autograder import kinds
from autograder.capture import airflow
from autograder.capture.captured import Captured
from autograder.kinds import Surroundings

HERE = Path(__file__).resolve().parent
TOML = """format_version = 1
id = "tiny"
kind = "dag"
title = { ko = "작은 DAG", en = "A tiny DAG" }
[limits]
wall_s = 60
memory_mb = 2048
[data]
dataset = "games"
scale = 0.01
tables = ["sales"]
[dag]
dag_id = "tiny"
run_s = 20
parse_s = 8
[dag.scenarios.main]
dates = [2026-01-05, 2026-01-06]
[answers.parse]
type = "parse"
points = 1
[answers.shape]
type = "graph"
points = 1
compare = ["tasks", "order"]
[answers.rows]
type = "frame"
points = 1
scenario = "main"
path = "out"
[answers.runs]
type = "runs"
points = 1
scenario = "main"
"""
Run = Callable[..., Captured]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where Airflow is not installed, what needs it skips; `pioneers test` always has it."""
    if airflow.is_here() or os.environ.get("CI"):
        return
    for item in items:
        if item.path.parent == HERE and "run" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no Airflow in this environment"))


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one table, `sales`: six rows."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "sales").mkdir()
    rows = pa.table(
        {"day": ["2026-01-05"] * 3 + ["2026-01-06"] * 3, "quantity": [1, 2, 3, 4, 5, 6]}
    )
    pq.write_table(rows, folder / "sales" / "part-00000.parquet")
    for path in (folder.parent, folder, folder / "sales"):
        path.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, table: Path) -> Run:
    """Run a DAG file: `run(text, toml=…, official=True)`; the cache keeps the database."""

    def run_one(text: str, toml: str = TOML, official: bool = True, **limits: Any) -> Captured:
        base = tmp_path_factory.mktemp("run")
        base.chmod(0o755)
        folder = base / "tiny"
        folder.mkdir()
        (folder / "assignment.toml").write_text(toml, "utf-8")
        given = base / "dag.py"
        given.write_text(text, "utf-8")
        assignment = assignments.load(folder)
        assignment = replace(assignment, limits=replace(assignment.limits, **limits))
        kind = kinds.of(assignment)
        staged = kind.stage(assignment, given, base / "staged")
        (base / "staged").chmod(0o755)
        return kind.capture(staged, assignment, Surroundings(table, 7, official))

    return run_one


def answer(captured: Captured, name: str) -> Any:
    """A captured JSON answer."""
    media, body = captured.answers[name]
    assert media == "json"
    return json.loads(body)
