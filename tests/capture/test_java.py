"""Java on the machines that members have: folders with Korean names."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


def test_old_caches_and_what_a_killed_training_left_are_swept(tmp_path: Path) -> None:
    ages = {"mine.aot": 60, "old.aot": java.KEPT_S + 60, ".mine.aot.12": 60,
            ".old.aot.12": 2 * java.TRAINING_S + 60, "old.flags": java.KEPT_S + 60}  # fmt: skip
    for name, age in ages.items():
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    java._sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.aot", ".mine.aot.12", "old.flags"}


def test_who_asks_while_the_cache_is_made_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[Path] = []

    def train(path: Path) -> Path:
        trained.append(path)
        time.sleep(0.5)
        path.write_bytes(b"classes")
        return path

    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path))
    monkeypatch.setattr(java, "_train", train)
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: java.prepare(), range(3)))
    assert len(trained) == 1
    assert made == trained * 3


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
