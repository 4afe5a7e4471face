"""One small build of the sample data that the tests read, and a copy that they may break."""

import shutil
from pathlib import Path

import pytest

from autograder.data import build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables at scale 0.01 and seed 42. Read only."""
    out = tmp_path_factory.mktemp("data") / "games"
    build("games", scale=0.01, seed=42, out=out)
    return out


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """The same, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "copy"))
