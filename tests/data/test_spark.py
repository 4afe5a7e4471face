"""Building through Spark: the same bytes, and one line for whatever goes wrong far away."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.data import build, layout, spec_reader
from autograder.data import spark as engine
from autograder.data.draws import Plan
from autograder.data.manifest import DataFile
from autograder.errors import DataError, InfrastructureError, RemoteError, UsageError
from tests.spark import lean_environment

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """One Spark for all tests here; it puts back what it changes in this process."""
    before, handler = dict(os.environ), signal.getsignal(signal.SIGINT)
    os.environ |= lean_environment()
    try:
        with engine.session("", 2) as spark:
            yield spark
    finally:
        signal.signal(signal.SIGINT, handler)
        os.environ.clear()
        os.environ |= before


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_spark_makes_the_same_bytes_in_waves(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAVE", 20)
    monkeypatch.setattr(layout, "PART_ROWS", 700)
    ask = {"scale": 0.01, "seed": 7, "formats": True}
    steps: list[tuple[str, int, int]] = []
    made = build(
        "games",
        **ask,
        out=tmp_path / "spark",
        workers=engine.cluster(session),
        progress=lambda *step: steps.append(step),
    )
    build("games", **ask, out=tmp_path / "here", workers=2)
    assert tree(tmp_path / "spark") == tree(tmp_path / "here")
    assert len(steps) > engine.WAVE
    assert steps[-1][1] == steps[-1][2]
    assert {path for path, _, _ in steps} <= {file.path for file in made.files}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "spark"]


def plan() -> Plan:
    return Plan(spec_reader.load("games"), 0.001, 1)


def make(session: Any, jobs: list[layout.Job], files: Path) -> list[Any]:
    return list(engine.cluster(session)(plan(), jobs, files))


def test_a_folder_that_executors_cannot_write_to(session: Any, tmp_path: Path) -> None:
    jobs = layout.parts(plan(), plan().dataset.table("games"))
    with pytest.raises(DataError, match=r"an executor cannot write to .*nowhere.*--out") as caught:
        make(session, jobs, tmp_path / "nowhere")
    assert "\n" not in str(caught.value)


def test_an_executor_with_another_writer_is_refused(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WRITER", "pyarrow 1.0")
    jobs = layout.parts(plan(), plan().dataset.table("games"))
    with pytest.raises(DataError, match=r"this machine pyarrow 1\.0: the bytes would differ"):
        make(session, jobs, tmp_path)


def test_a_request_that_cannot_be_is_refused_far_away_as_here(session: Any, tmp_path: Path) -> None:
    (job,) = layout.parts(plan(), plan().dataset.table("games"))
    (tmp_path / "games").mkdir()
    with pytest.raises(DataError, match="names that the word lists make"):
        make(session, [replace(job, stop=10**7)], tmp_path)


def test_a_task_that_breaks_is_one_line_and_keeps_what_is_whole(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAVE", 1)
    real = layout.parts

    def broken(of: Plan, table: Any, *formats: Any) -> list[layout.Job]:
        jobs = real(of, table, *formats)
        return [replace(job, stop=None) for job in jobs] if table.name == "users" else jobs

    ask = {"scale": 0.001, "seed": 1, "tables": ["games", "users"]}
    with monkeypatch.context() as patch:
        patch.setattr("autograder.data.generate.parts", broken)
        patch.setattr(layout.Job, "rows", 0)
        with pytest.raises(
            RemoteError, match=r"Spark failed: TypeError: .*same command again"
        ) as caught:
            build("games", **ask, out=tmp_path / "d", workers=engine.cluster(session))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "d").exists()
    steps: list[str] = []
    build("games", **ask, out=tmp_path / "d", progress=lambda path, *_: steps.append(path))
    assert steps == ["users/part-00000.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_what_executors_wrote_elsewhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    engine._seen_here(tmp_path, DataFile("a", "", 2, 1))
    for name, size in (("a", 3), ("b", 2)):
        with pytest.raises(DataError, match="where this machine does not see it"):
            engine._seen_here(tmp_path, DataFile(name, "", size, 1))


@pytest.mark.parametrize("remote", ["localhost:15002", "http://x", "sc:/x", "-x", "sc://x:y"])
def test_remotes_that_are_no_address(remote: str) -> None:
    with pytest.raises(UsageError, match="no Spark address"), engine.session(remote, 1):
        pass


def test_a_remote_where_nobody_listens_is_told_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, and not listening
        remote = f"sc://127.0.0.1:{unused.getsockname()[1]}/;token=secret"
        told = pytest.raises(RemoteError, match="does not answer")
        with told as caught, engine.session(remote, 1):
            pass
    assert "secret" not in str(caught.value)


def test_a_missing_pyspark_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(InfrastructureError, match="not installed"), engine.session("", 1):
        pass
