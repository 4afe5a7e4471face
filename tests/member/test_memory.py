"""Tables in memory: as pandas, polars and Arrow, and what is said of lists that lie."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pioneers
from pioneers import errors

ROOT = Path(__file__).resolve().parents[2]
Refusal = Callable[..., str]


def test_the_same_rows_in_every_library(built: Path) -> None:
    pioneers.use(built)
    arrow = pioneers.data("purchases", "arrow")
    assert isinstance(arrow, pa.Table)
    assert arrow.equals(pq.read_table(built / "purchases" / "part-00000.parquet"))
    frame = pioneers.data("purchases")
    assert isinstance(frame, pd.DataFrame)
    assert frame["amount"].tolist() == arrow["amount"].to_pylist()
    assert str(frame["purchased_at"].dtype.tz) == "UTC"
    lazy = pioneers.data("purchases", as_="polars")
    assert isinstance(lazy, pl.DataFrame)
    assert lazy["user_id"].to_list() == arrow["user_id"].to_pylist()


def test_the_month_of_a_folder_is_a_column_of_text(sessions: Path) -> None:
    pioneers.use(sessions)
    frame = pioneers.data("play_sessions")
    assert frame["month"].value_counts().to_dict() == {"2026-01": 120, "2026-02": 120}
    assert pioneers.data("play_sessions", "polars")["month"].dtype == pl.String
    assert pioneers.data("play_sessions", "arrow").column_names[-1] == "month"


def test_a_key_above_the_data_is_no_column(sessions: Path, tmp_path: Path) -> None:
    home = tmp_path / "scale=0.01" / "month=1999-01"
    shutil.copytree(sessions, home)
    pioneers.use(home)
    frame = pioneers.data("play_sessions")
    assert "scale" not in frame.columns
    assert set(frame["month"]) == {"2026-01", "2026-02"}


def test_a_folder_without_a_list_is_looked_through(sessions: Path, built: Path) -> None:
    (sessions / "manifest.json").unlink()
    pioneers.use(sessions)
    assert len(pioneers.data("play_sessions")) == 240


def test_a_wrong_name_draws_the_nearest(built: Path, refusal: Refusal) -> None:
    pioneers.use(built)
    said = refusal(pioneers.data, "Purchase")
    assert "Did you mean 'purchases'?" in said
    assert said.endswith("exchange_rates, games, purchases")
    assert "\n" not in said
    with pytest.raises(KeyError):
        pioneers.data("sales")
    for odd in ("", "../games", "x" * 10_000, 7, None, ["games"]):
        assert len(refusal(pioneers.data, odd)) < 200


def test_other_formats_are_read_by_hand(sessions: Path, refusal: Refusal) -> None:
    pioneers.use(sessions)
    assert "pandas.read_csv" in refusal(pioneers.data, "games_csv")


def test_a_library_is_named_that_is_not_known_or_not_installed(
    built: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    pioneers.use(built)
    for odd in ("csv", "Pandas", ["pandas"], None):
        assert '"pandas", "polars" or "arrow"' in refusal(pioneers.data, "games", odd)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "polars" else found(name)
    )
    assert "polars is not installed" in refusal(pioneers.data, "games", "polars")


GAMES = {"games": {"rows": 1, "files": [{"path": "games/part-00000.parquet"}]}}


def listing(path: str, name: str = "games") -> str:
    return json.dumps({"tables": {name: {"rows": 1, "files": [{"path": path}]}}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"tables": []}',
        '{"tables": {"games": {}}}',
        '{"tables": {"games": {"rows": "many", "files": []}}}',
        '{"tables": {"games": {"rows": 1, "files": []}}}',
        '{"tables": {"games": {"rows": 1, "files": [{"path": 7}]}}}',
        listing("/etc/passwd"),
        listing("games/../../secret/part-00000.parquet"),
        listing("../secret/part-00000.parquet"),
        listing("users/part-00000.parquet"),
        listing("../x/part-00000.parquet", "../x"),
        "[" * 100_000,
        "\xff\xfe",
    ],
)
def test_a_list_that_lies_is_refused_in_one_line(
    text: str, tmp_path: Path, refusal: Refusal
) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    pioneers.use(tmp_path)
    said = refusal(pioneers.data, "games")
    assert str(tmp_path) in said
    assert "cannot be read" in said
    assert "\n" not in said
    assert len(said) < 600


@pytest.mark.parametrize("version", ["../../x", "", 7, None, "a/b"])
def test_a_pointer_that_leads_elsewhere_is_refused(
    version: Any, tmp_path: Path, refusal: Refusal
) -> None:
    (tmp_path / "current.json").write_text(json.dumps({"version": version}))
    pioneers.use(tmp_path)
    assert "cannot be read" in refusal(pioneers.data, "games")


def test_damaged_and_missing_files_are_told(built: Path, tmp_path: Path, refusal: Refusal) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(built, copy)
    pioneers.use(copy)
    file = copy / "games" / "part-00000.parquet"
    file.chmod(0o644)
    file.write_bytes(b"PAR1 no more")
    assert f"{copy}/games could not be read" in refusal(pioneers.data, "games")
    file.unlink()
    assert f"{copy}/games could not be read: a file is missing" in refusal(pioneers.data, "games")


def test_it_is_imported_with_nothing_but_python() -> None:
    """No site-packages at all, and of the standard library next to nothing."""
    code = f"""
import sys
before = set(sys.modules)
sys.path.insert(0, {str(ROOT / "member")!r})
import pioneers
print(*sorted(set(sys.modules) - before))
pioneers.use("s3://bucket/x")
try:
    pioneers.data("games")
except pioneers.DataError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True, text=True, timeout=60, encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    loaded, said = done.stdout.splitlines()
    modules = set(loaded.split())
    ours = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}
    assert ours == {"pioneers", "pioneers.errors"}
    assert not modules & {"dataclasses", "json", "pathlib", "re", "typing"}
    assert "pyarrow" in said


def test_it_knows_nothing_of_the_project_s_own_package() -> None:
    files = sorted((ROOT / "member").rglob("*.py"))
    assert files
    assert [
        path.name for path in files if re.search(r"(from|import) autograder", path.read_text())
    ] == []


def test_an_installed_project_offers_both_packages(tmp_path: Path) -> None:
    """As `./pioneers` installs it: an editable wheel is a file of folders for Python's path."""
    build = f"from hatchling.build import build_editable as b; b({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "wheel", "zip")
    (paths,) = (tmp_path / "wheel").glob("*.pth")
    assert paths.read_text().split() == [str(ROOT), str(ROOT / "member")]


@pytest.mark.parametrize("key", errors.TEXT)
def test_both_languages_ask_for_the_same(key: str) -> None:
    from string import Formatter

    korean, english = (
        {name for _, name, *_ in Formatter().parse(text)} for text in errors.TEXT[key]
    )
    assert korean == english
    assert any("가" <= sign <= "힣" for sign in errors.TEXT[key][0])
