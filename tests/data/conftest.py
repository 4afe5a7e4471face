"""One small build of the sample data that the tests read, and a copy that they may break."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from autograder.data import build, table_paths


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables at scale 0.01 and seed 42. Read only."""
    out = tmp_path_factory.mktemp("data") / "games"
    build("games", scale=0.01, seed=42, out=out)
    return out


@pytest.fixture(scope="session", params=[42, 7])
def tables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, Any]]]:
    """The rows of all tables at scale 0.01, of two seeds. Read only."""
    out = tmp_path_factory.mktemp("rows") / "games"
    build("games", scale=0.01, seed=request.param, out=out)
    return {name: pq.read_table(path).to_pylist() for name, path in table_paths(out).items()}


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """The same, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "copy"))
