"""Tables for Spark: one real session, in a process of its own, asked for everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pioneers
from pioneers import spark
from tests.spark import lean_environment

from .conftest import months

pytestmark = pytest.mark.spark
ROOT = Path(__file__).resolve().parents[2]

ASK = """
import json, sys
import pioneers
from pyspark.sql import SparkSession

built, sessions = sys.argv[1:]
facts = {}

def said(call):
    try:
        return repr(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
pioneers.use(built)
tables = pioneers.tables(spark)
facts["names"] = list(tables)
facts["rows"] = {name: frame.count() for name, frame in tables.items()}
facts["columns"] = tables.games.columns
facts["same"] = tables.games is tables["games"]
facts["dir"] = [name for name in dir(tables) if name in tables]
facts["repr"] = repr(tables)
facts["has"] = [hasattr(tables, "games"), hasattr(tables, "sales"), "sales" in tables]
facts["unknown"] = [said(lambda: tables.game), said(lambda: tables["game"])]
facts["probed"] = said(lambda: tables._repr_html_())
facts["path"] = tables.path("games")

pioneers.use(sessions)
tables = pioneers.tables(spark)
months = tables.play_sessions.groupBy("month").count().collect()
facts["months"] = {row["month"]: row["count"] for row in months}
facts["types"] = [
    tables.play_sessions.schema["month"].dataType.simpleString(),
    str(pioneers.data("play_sessions", "arrow").schema.field("month").type),
]
facts["listed"] = list(tables)
facts["csv"] = said(lambda: tables.games_csv)
facts["read"] = spark.read.csv(tables.path("games_csv"), header=True).count()

pioneers.use("s3://bucket/prefix")
facts["s3"] = said(lambda: pioneers.tables(spark))
pioneers.use(sessions)
kept = pioneers.tables(spark)
spark.stop()
facts["stopped"] = said(lambda: kept.play_sessions)
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def facts(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one session had to say."""
    folder = months(built, tmp_path_factory.mktemp("months"))
    own = {**os.environ, **lean_environment(), "PIONEERS_LANGUAGE": "en"}
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(built), str(folder)],
        capture_output=True, text=True, timeout=200, cwd=folder,
        env={**own, "PYTHONPATH": str(ROOT / "member")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_table_is_there_whole(facts: dict[str, Any]) -> None:
    assert facts["names"] == ["exchange_rates", "games", "purchases"]
    assert facts["rows"]["purchases"] == 4000
    assert facts["columns"][0] == "game_id"
    assert facts["same"]


def test_a_person_finds_them(facts: dict[str, Any], built: Path) -> None:
    assert facts["dir"] == facts["names"]
    assert facts["repr"].splitlines()[0] == str(built)
    assert "  purchases                        4,000" in facts["repr"]
    assert facts["has"] == [True, False, False]
    for said in facts["unknown"]:
        assert said.startswith("UnknownTable: There is no table 'game'. Did you mean 'games'?")
    assert facts["probed"] == "AttributeError: _repr_html_"
    assert facts["path"] == f"{built}/games"


def test_the_month_of_a_folder_is_a_column_as_for_pandas(facts: dict[str, Any]) -> None:
    assert facts["months"] == {"2026-01": 120, "2026-02": 120}
    assert facts["types"] == ["string", "string"]


def test_other_formats_are_read_by_hand(facts: dict[str, Any]) -> None:
    assert facts["listed"] == ["play_sessions"]
    assert 'spark.read.csv(tables.path("games_csv"))' in facts["csv"]
    assert facts["read"] == 1


def test_spark_without_s3_says_which_package(facts: dict[str, Any]) -> None:
    assert f'"{spark.hadoop_aws()}"' in facts["s3"]
    assert len(facts["s3"].splitlines()) == 1


def test_a_session_that_has_ended_says_so(facts: dict[str, Any]) -> None:
    assert "Run the cell that makes it again" in facts["stopped"]


@pytest.mark.parametrize("given", [None, "spark", 7, object, pytest])
def test_what_is_no_session_is_refused(
    given: object, built: Path, refusal: Callable[..., str]
) -> None:
    pioneers.use(built)
    assert "SparkSession.builder.getOrCreate()" in refusal(pioneers.tables, given)


def test_a_session_on_another_machine_cannot_see_a_folder() -> None:
    said = "[PATH_NOT_FOUND] Path does not exist: file:/home/x. SQLSTATE: 42K03"
    assert "runs on another machine" in str(spark._told(None, "/home/x", RuntimeError(said)))
