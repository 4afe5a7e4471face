"""Files: partitions by month, the other formats, and what the two are checked against."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.data import (
    audit,
    build,
    formats,
    generate,
    layout,
    manifest,
    spec_reader,
    table_paths,
    verify,
)
from autograder.data.draws import Plan
from autograder.errors import DataError

GAMES = spec_reader.ROOT / "games"
KEPT = ("games", "users", "purchases", "exchange_rates")
SEOUL_S = 9 * 3600


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset of a few tables: purchases in folders by month, users as CSV, games as JSON too."""
    root = tmp_path / "datasets"
    (root / "games").mkdir(parents=True)
    for name in KEPT:
        text = (GAMES / f"{name}.toml").read_text("utf-8")
        more = {
            "purchases": 'partition = { by = "month", of = "purchased_at" }\nalso = ["csv"]\n',
            "users": 'also = ["csv"]\n',
            "games": 'also = ["json"]\n',
        }.get(name, "")
        (root / "games" / f"{name}.toml").write_text(more + text, "utf-8")
    head = (GAMES / "dataset.toml").read_text("utf-8")
    line = next(line for line in head.splitlines() if line.startswith("tables"))
    (root / "games/dataset.toml").write_text(head.replace(line, f"tables = {json.dumps(KEPT)}"))
    for module in (generate, audit):
        monkeypatch.setattr(module, "load", lambda name: spec_reader.load(name, root))
    monkeypatch.setattr(layout, "PART_ROWS", 900)
    return root


def plan_of(root: Path) -> Plan:
    return Plan(spec_reader.load("games", root), 0.01, 42)


def test_a_partitioned_table_holds_each_month_in_its_folder(made_up: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = build("games", scale=0.01, seed=42, out=out, tables=["purchases"], workers=2)
    files = made.files
    assert [file.path for file in files] == [
        f"purchases/month=2026-{month:02d}/part-{index:05d}.parquet"
        for month in (1, 2, 3)
        for index in range(2)
    ]
    for file in files:
        months = {
            datetime.fromtimestamp(at.timestamp() + SEOUL_S, UTC).month
            for at in pq.ParquetFile(out / file.path).read()["purchased_at"].to_pylist()
        }
        assert months == {int(file.path.split("-")[1][:2])}
    plan = plan_of(made_up)
    whole = plan.part("purchases", 0, 4000).to_arrow()
    parts = [pq.ParquetFile(out / file.path).read() for file in files]
    assert pa.concat_tables(parts).combine_chunks().equals(whole)
    assert verify(out) == []


def test_readers_of_folders_see_the_month_as_a_column(made_up: Path, tmp_path: Path) -> None:
    build("games", scale=0.01, seed=42, out=tmp_path / "out", tables=["purchases"])
    read = pq.read_table(table_paths(tmp_path / "out")["purchases"], partitioning="hive")
    assert read.num_rows == 4000
    assert set(read["month"].to_pylist()) == {"2026-01", "2026-02", "2026-03"}


def test_formats_are_written_only_where_they_are_asked_for(made_up: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build("games", scale=0.01, seed=42, out=out)
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == sorted(KEPT)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    made = build("games", scale=0.01, seed=42, out=out, formats=True)
    extra = {"games_json", "users_csv", "purchases_csv"}
    assert {table.name for table in made.tables} == {*KEPT, *extra}
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == before
    assert table_paths(out).keys() == set(KEPT)
    assert verify(out) == []
    build("games", scale=0.01, seed=42, out=tmp_path / "whole", formats=True, workers=2)
    for path in out.rglob("*"):
        if path.is_file():
            other = tmp_path / "whole" / path.relative_to(out)
            assert other.read_bytes() == path.read_bytes()


def test_formats_tell_the_same_rows(made_up: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build("games", scale=0.01, seed=42, out=out, tables=["games", "users"], formats=True)
    users = pq.read_table(out / "users/part-00000.parquet")
    types = pa_csv.ConvertOptions(
        column_types=users.schema, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    told = pa_csv.read_csv(out / "users_csv/part-00000.csv", convert_options=types)
    assert told.equals(users)
    lines = (out / "games_json/part-00000.jsonl").read_text("utf-8").split("\n")
    games = pq.read_table(out / "games/part-00000.parquet").to_pylist()
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [
        game | {"released": str(game["released"])} for game in games
    ]
    assert games[0]["title"] in lines[0]


def reseal(out: Path, name: str, path: str, data: bytes, **more: Any) -> None:
    """Write a file, and a manifest that agrees with it."""
    (out / path).write_bytes(data)
    parsed = json.loads((out / "manifest.json").read_text())
    size, sha256 = manifest.digest_regular(out / path)
    for file in parsed["tables"][name]["files"]:
        if file["path"] == path:
            file |= {"sha256": sha256, "bytes": size, **more}
    (out / "manifest.json").write_text(json.dumps(parsed))


def _other_row(out: Path) -> None:
    path = "users_csv/part-00000.csv"
    reseal(out, "users_csv", path, (out / path).read_bytes().replace(b"KR", b"US", 1))


def _lost_row(out: Path) -> None:
    path = "games_json/part-00000.jsonl"
    lines = (out / path).read_bytes().splitlines(keepends=True)
    reseal(out, "games_json", path, b"".join(lines[1:]))


def _month_swapped(out: Path) -> None:
    one, two = (f"purchases/month=2026-0{month}/part-00000.parquet" for month in (1, 2))
    first, second = (out / one).read_bytes(), (out / two).read_bytes()
    reseal(out, "purchases", one, second)
    reseal(out, "purchases", two, first)


def _month_that_is_none(out: Path) -> None:
    text = (out / "manifest.json").read_text().replace("month=2026-03", "month=2026-04")
    (out / "manifest.json").write_text(text)
    for name in ("purchases", "purchases_csv"):
        (out / name / "month=2026-03").rename(out / name / "month=2026-04")


def _linked_month(out: Path) -> None:
    (out / "purchases/month=2026-03").rename(out.parent / "away")
    (out / "purchases/month=2026-03").symlink_to(out.parent / "away")


def _stray(out: Path) -> None:
    (out / "purchases/month=2026-05").mkdir()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_other_row, "users_csv/part-00000.csv: its rows are not those of users"),
        (_lost_row, "games_json/part-00000.jsonl: its rows are not those of games"),
        (_month_swapped, "month=2026-01/part-00000.parquet: its rows belong to another month"),
        (_month_that_is_none, "month=2026-03/part-00000.parquet belongs there"),
        (_linked_month, "purchases/month=2026-03: a link"),
        (_stray, "purchases/month=2026-05: not in manifest.json"),
    ],
)
def test_damage_in_partitions_and_formats_is_noticed(
    made_up: Path, tmp_path: Path, harm: Callable[[Path], None], says: str
) -> None:
    out = tmp_path / "out"
    build("games", scale=0.01, seed=42, out=out, formats=True)
    harm(out)
    problems = verify(out)
    assert any(says in problem for problem in problems), problems
    assert all("\n" not in problem for problem in problems)


MONTH = "purchases/month=2026-01"


@pytest.mark.parametrize(
    "names",
    [
        [],
        [f"{MONTH}/part-00000.parquet"] * 2,
        [f"{MONTH}/part-00001.parquet"],
        [f"{MONTH}/part-00000.parquet", "purchases/part-00000.parquet"],
        ["purchases/part-00000.parquet", f"{MONTH}/part-00000.parquet"],
        ["purchases/month=2026-02/part-00000.parquet", f"{MONTH}/part-00000.parquet"],
        [f"{MONTH}/part-00000.parquet", "purchases/year=2027/part-00000.parquet"],
        ["purchases/part-00000.parquet", "purchases/part-00001.csv"],
        ["purchases/part-00000.exe"],
        ["purchases/month=../part-00000.parquet"],
        ["purchases/../part-00000.parquet"],
        ["purchases/month=2026-01/../part-00000.parquet"],
        ["/purchases/part-00000.parquet"],
        ["purchases//part-00000.parquet"],
        ["purchases/part-0000٣.parquet"],
        ["purchases\\part-00000.parquet"],
        ["purchases/month=/part-00000.parquet"],
        ["users/part-00000.parquet"],
    ],
)
def test_paths_that_no_build_writes_are_refused(names: list[str]) -> None:
    with pytest.raises(DataError, match="not a manifest of version 1"):
        manifest.parse(_manifest("purchases", names), "here")


@pytest.mark.parametrize(
    "names",
    [
        [f"{MONTH}/part-00000.parquet", f"{MONTH}/part-00001.parquet"],
        [f"{MONTH}/part-00000.csv", "purchases/month=2026-02/part-00000.csv"],
        ["purchases/part-00000.jsonl", "purchases/part-00001.jsonl"],
    ],
)
def test_paths_that_a_build_writes_are_read(names: list[str]) -> None:
    found = manifest.parse(_manifest("purchases", names), "here")
    assert [file.path for file in found.files] == names
    assert all(manifest.OURS.fullmatch(name) for name in names)


@pytest.mark.parametrize(("key", "value"), [("bytes", 1 << 51), ("rows", 1 << 51), ("rows", -1)])
def test_sizes_that_no_file_has_are_refused(key: str, value: int) -> None:
    text = _manifest("purchases", ["purchases/part-00000.parquet"], **{key: value})
    with pytest.raises(DataError, match="no such size"):
        manifest.parse(text, "here")


def test_a_table_listed_twice_is_refused() -> None:
    text = _manifest("purchases", ["purchases/part-00000.parquet"])
    twice = text.replace(b'"tables": {', b'"tables": {"purchases": {"rows": 0, "files": []}, ')
    with pytest.raises(DataError, match="twice"):
        manifest.parse(twice, "here")


def test_a_size_that_lies_is_told_without_reading_the_file(tmp_path: Path) -> None:
    (tmp_path / "users").mkdir()
    with (tmp_path / "users/part-00000.parquet").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    file = manifest.DataFile("users/part-00000.parquet", "0" * 64, 5, 1)
    assert "1099511627776 bytes where 5 were written" in manifest.damage(tmp_path, file)


def _manifest(table: str, names: list[str], **more: int) -> bytes:
    file = {"sha256": "0" * 64, "bytes": 1, "rows": 1, **more}
    listed = [{"path": name, **file} for name in names]
    rows = sum(int(each["rows"]) for each in listed)
    head = {"format_version": 1, "dataset": "games", "scale": 0.01, "seed": 1, "writer": "w"}
    tables = {table: {"rows": rows, "files": listed}}
    return json.dumps({**head, "spec_sha256": "0" * 64, "tables": tables}).encode()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS,
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.decimals(-99, 99, places=2),
        st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
        st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        st.none() | st.lists(st.none() | TEXTS, max_size=3),
        st.none() | st.booleans(),
    ),
    max_size=5,
)
TYPES = {
    "text": pa.string(),
    "number": pa.int64(),
    "money": pa.decimal128(12, 2),
    "at": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    'a "list"': pa.list_(pa.string()),
    "yes": pa.bool_(),
}


@given(ROWS, st.integers(0, 2))
def test_json_lines_read_back_as_the_rows(rows: list[tuple[Any, ...]], skip: int) -> None:
    rows = [
        (*row[:3], row[3] and row[3].replace(microsecond=0, tzinfo=UTC), *row[4:]) for row in rows
    ]
    columns = [
        pa.array([row[index] for row in rows], kind) for index, kind in enumerate(TYPES.values())
    ]
    table = pa.table(columns, list(TYPES)).slice(skip)
    text = formats.json_lines(table).to_pybytes().decode()
    lines = [json.loads(line, parse_float=Decimal) for line in text.split("\n")[:-1]]
    expected = [
        {
            **dict(zip(TYPES, row, strict=True)),
            "at": row[3] and row[3].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "day": row[4] and row[4].isoformat(),
        }
        for row in rows[skip:]
    ]
    assert lines == expected
    assert text.endswith("\n") or not expected


def test_csv_tells_null_from_an_empty_text() -> None:
    rows = pa.table(
        {"a": ["", None, "₩1,000", 'say "hi"'], "b": pa.array([1, None, 3, 4], pa.int8())}
    )
    assert formats.csv(rows).to_pybytes().decode() == (
        '"a","b"\n"",1\n,\n"₩1,000",3\n"say ""hi""",4\n'
    )


PARTITION = 'partition = { by = "month", of = "purchased_at" }\n'


@pytest.mark.parametrize(
    ("table", "line", "says"),
    [
        ("purchases", 'partition = { by = "week", of = "purchased_at" }', "by = 'week'"),
        ("purchases", 'partition = { by = "month", of = "bought_at" }', "'bought_at'"),
        ("purchases", 'partition = { by = "month", of = "amount" }', "no such time"),
        ("purchases", 'partition = { by = "month" }', "'of' is missing"),
        ("purchases", 'partition = "month"', "partition"),
        ("users", 'also = ["xml"]', "also names 'xml'"),
        ("users", 'also = ["csv", "csv"]', "twice"),
        ("users", "also = []", "also"),
    ],
)
def test_layouts_that_cannot_be(tmp_path: Path, table: str, line: str, says: str) -> None:
    (tmp_path / "games").mkdir()
    for path in GAMES.iterdir():
        more = f"{line}\n" if path.stem == table else ""
        kept = [
            text
            for text in path.read_text("utf-8").splitlines()
            if not (more and text.startswith(("partition", "also")))
        ]
        (tmp_path / "games" / path.name).write_text(more + "\n".join(kept), "utf-8")
    with pytest.raises(DataError, match=rf"games/{table}\.toml: .*{says}"):
        spec_reader.load("games", tmp_path)


def test_a_table_that_a_dialect_tells_has_no_partitions(tmp_path: Path) -> None:
    (tmp_path / "games").mkdir()
    for path in GAMES.iterdir():
        more = PARTITION if path.stem == "purchases" else ""
        (tmp_path / "games" / path.name).write_text(more + path.read_text("utf-8"), "utf-8")
    with pytest.raises(DataError, match=r"purchases_pos.*partitions"):
        spec_reader.load("games", tmp_path)
