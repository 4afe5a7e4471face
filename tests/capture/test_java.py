"""Java on the machines that members have: folders with Korean names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.capture import java


@pytest.fixture
def fresh() -> Iterator[None]:
    """What was asked once is asked again, before and after."""
    asked = (java.key, java._launcher_flags)
    for each in asked:
        each.cache_clear()
    yield
    for each in asked:
        each.cache_clear()


@pytest.mark.spark
@pytest.mark.usefixtures("fresh")
def test_sparks_launcher_is_found_below_a_folder_with_a_korean_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    korean = tmp_path / "내 폴더" / "pyspark"
    korean.parent.mkdir()
    korean.symlink_to(java.spark_home())
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "캐시"))
    monkeypatch.setattr(java, "spark_home", lambda: korean)
    assert any(flag.startswith("-D") for flag in java._launcher_flags())
