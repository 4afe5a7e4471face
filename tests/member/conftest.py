"""What the tests of the members' module share: real data, a repository, and a clear start."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pioneers
from autograder import data
from pioneers import memory

TABLES = ("exchange_rates", "games", "purchases")
ASSIGNMENT = """
[data]
dataset = "games"
scale = 0.01
tables = ["purchases", "exchange_rates"]
"""


@pytest.fixture(autouse=True)
def clear_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of this machine, no choice of another test, no repository around the folder."""
    for name in os.environ:
        if name.startswith(("PIONEERS_", "AWS_", "LC_", "LANG")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    forget()
    yield
    forget()


def forget() -> None:
    """Begin as a fresh kernel does."""
    pioneers.use()
    memory._remembered.cache_clear()
    memory._bucket.cache_clear()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three real tables, as `data build` makes them."""
    folder = tmp_path_factory.mktemp("built") / "games@0.01#42"
    data.build("games", scale=0.01, seed=42, out=folder, tables=TABLES)
    return folder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one assignment and no data."""
    root = tmp_path / "study"
    folder = root / "assignments" / "w1d3-joins"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(ASSIGNMENT, "utf-8")
    (root / "cohort.toml").write_text('language = "ko"\n', "utf-8")
    (root / "datasets" / "games").mkdir(parents=True)
    for table in ("dataset", "users", *TABLES):
        (root / "datasets" / "games" / f"{table}.toml").touch()
    (root / "submissions" / "haneul-example" / "w1d3-joins").mkdir(parents=True)
    monkeypatch.setenv("PIONEERS_ROOT", str(root))
    return root


@pytest.fixture
def cached(repository: Path, built: Path) -> Path:
    """The repository with data in its cache; the folder."""
    folder = repository / ".pioneers" / "data" / built.name
    shutil.copytree(built, folder)
    return folder


@pytest.fixture
def sessions(built: Path, tmp_path: Path) -> Path:
    """See `months`."""
    return months(built, tmp_path / "by-month")


def months(built: Path, folder: Path) -> Path:
    """A table in a folder for each month, and one in another format, listed as a build does."""
    files = []
    for month in ("2026-01", "2026-02"):
        path = f"play_sessions/month={month}/part-00000.parquet"
        (folder / path).parent.mkdir(parents=True)
        shutil.copy(built / "games" / "part-00000.parquet", folder / path)
        files.append({"path": path, "rows": 120})
    (folder / "games_csv").mkdir()
    (folder / "games_csv" / "part-00000.csv").write_text("game_id\n1\n", "utf-8")
    told = {"files": [{"path": "games_csv/part-00000.csv"}], "rows": 1}
    tables = {"play_sessions": {"files": files, "rows": 240}, "games_csv": told}
    (folder / "manifest.json").write_text(json.dumps({"tables": tables}), "utf-8")
    return folder


Raises = Callable[..., str]


@pytest.fixture
def refusal() -> Raises:
    """What a call says when it is refused: `refusal(pioneers.data, "x")`."""

    def message(call: Callable[..., object], *arguments: object, **named: object) -> str:
        with pytest.raises(pioneers.DataError) as caught:
            call(*arguments, **named)
        return str(caught.value)

    return message
