"""Verifying: every kind of damage is noticed, also behind a manifest that was made to fit it."""

import hashlib
import html
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from autograder.data import build, manifest, table_paths, verify
from autograder.data.formats import parquet
from autograder.errors import DataError

USERS = "users/part-00000.parquet"


def reseal(folder: Path, path: str, table: pa.Table) -> None:
    """Write a file and a manifest that agrees with it."""
    data = parquet(table).to_pybytes()
    (folder / path).write_bytes(data)
    parsed = json.loads((folder / "manifest.json").read_text())
    entry = parsed["tables"][path.split("/")[0]]
    file = next(file for file in entry["files"] if file["path"] == path)
    entry["rows"] += table.num_rows - file["rows"]
    sha256 = hashlib.sha256(data).hexdigest()
    file |= {"sha256": sha256, "bytes": len(data), "rows": table.num_rows}
    (folder / "manifest.json").write_text(json.dumps(parsed))


def read(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / name / "part-00000.parquet")


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    index = table.column_names.index(name)
    return table.set_column(index, table.schema.field(name), values)


def test_a_sound_build_has_no_problem(built: Path) -> None:
    assert verify(built) == []
    assert list(table_paths(built)) == sorted(
        path.name for path in built.iterdir() if path.is_dir()
    )


def test_a_flipped_bit_anywhere(copy: Path) -> None:
    path = copy / USERS
    data = bytearray(path.read_bytes())
    for position in (0, len(data) // 3, len(data) - 1):
        data[position] ^= 1
        path.write_bytes(data)
        assert verify(copy) == [f"{USERS}: its bytes have changed (sha256 differs)"]
        data[position] ^= 1
    path.write_bytes(data)
    assert verify(copy) == []


def _missing(copy: Path) -> None:
    (copy / USERS).unlink()


def _cut(copy: Path) -> None:
    os.truncate(copy / USERS, 1000)


def _longer(copy: Path) -> None:
    with (copy / USERS).open("ab") as file:
        file.write(b"x")


def _extra(copy: Path) -> None:
    (copy / "users/part-00001.parquet").write_bytes((copy / USERS).read_bytes())


def _link(copy: Path) -> None:
    shutil.move(copy / USERS, copy.parent / "away")
    (copy / USERS).symlink_to(copy.parent / "away")


def _linked_folder(copy: Path) -> None:
    shutil.move(copy / "users", copy.parent / "away")
    (copy / "users").symlink_to(copy.parent / "away")


def _pipe(copy: Path) -> None:
    (copy / USERS).unlink()
    os.mkfifo(copy / USERS)


def _directory(copy: Path) -> None:
    (copy / USERS).unlink()
    (copy / USERS).mkdir()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_missing, "missing"),
        (_cut, "1000 bytes where"),
        (_longer, "bytes where"),
        (_extra, "part-00001.parquet: not in manifest.json"),
        (_link, "a link"),
        (_linked_folder, "users: a link"),
        (_pipe, "not a regular file"),
        (_directory, "not a regular file"),
    ],
)
def test_damaged_files(copy: Path, harm: Callable[[Path], None], says: str) -> None:
    harm(copy)
    problems = verify(copy)
    assert any(says in problem for problem in problems), problems
    assert all("\n" not in problem for problem in problems)


@pytest.mark.parametrize("harm", [_missing, _link, _linked_folder, _pipe, _directory])
def test_paths_of_damaged_files_are_not_given_away(
    copy: Path, harm: Callable[[Path], None]
) -> None:
    harm(copy)
    with pytest.raises(DataError, match=r"users.*build it again"):
        table_paths(copy)


def _more_rows(copy: Path) -> None:
    users = read(copy, "users")
    reseal(copy, USERS, pa.concat_tables([users, users.slice(0, 1)]))


def _twice(copy: Path) -> None:
    users = read(copy, "users")
    reseal(copy, USERS, pa.concat_tables([users.slice(1), users.slice(7, 1)]))


def _other_type(copy: Path) -> None:
    users = read(copy, "users")
    reseal(copy, USERS, users.set_column(0, "user_id", users["user_id"].cast(pa.int64())))


def _other_column(copy: Path) -> None:
    names = ["member_id", *read(copy, "users").column_names[1:]]
    reseal(copy, USERS, read(copy, "users").rename_columns(names))


def _no_such_game(copy: Path) -> None:
    rows = read(copy, "purchases")
    values = pc.if_else(
        pc.equal(rows["purchase_id"], 5), pa.scalar(121, pa.int32()), rows["game_id"]
    )
    reseal(copy, "purchases/part-00000.parquet", with_column(rows, "game_id", values))


def _null_key(copy: Path) -> None:
    rows = read(copy, "games")
    values = pc.if_else(pc.equal(rows["game_id"], 5), pa.scalar(None, pa.string()), rows["title"])
    reseal(copy, "games/part-00000.parquet", with_column(rows, "title", values))


def _too_many_nulls(copy: Path) -> None:
    rows = read(copy, "users")
    values = pc.if_else(
        pc.less(rows["user_id"], 99), pa.scalar(None, pa.int16()), rows["birth_year"]
    )
    reseal(copy, USERS, with_column(rows, "birth_year", values))


def _no_copies(copy: Path) -> None:
    rows = read(copy, "purchases_pos")
    distinct = rows.group_by(rows.column_names, use_threads=False).aggregate([])
    reseal(copy, "purchases_pos/part-00000.parquet", distinct)


def _lost_sale(copy: Path) -> None:
    rows = read(copy, "purchases_online")
    gone = set(rows.filter(pc.equal(rows["status"], "cancelled"))["order_id"].to_pylist())
    order = next(order for order in rows["order_id"].to_pylist() if order not in gone)
    rows = rows.filter(pc.not_equal(rows["order_id"], order))
    reseal(copy, "purchases_online/part-00000.parquet", rows)


def _cheaper(copy: Path) -> None:
    rows = read(copy, "purchases_partner")
    values = pc.subtract(rows["gross_cents"], 1)
    reseal(copy, "purchases_partner/part-00000.parquet", with_column(rows, "gross_cents", values))


def _truth_changed(copy: Path) -> None:
    rows = read(copy, "purchases")
    values = pc.if_else(pc.equal(rows["purchase_id"], 5), pa.scalar(9, pa.int8()), rows["quantity"])
    reseal(copy, "purchases/part-00000.parquet", with_column(rows, "quantity", values))


def _not_numbers(copy: Path) -> None:
    rows = read(copy, "purchases_partner")
    values = pa.array(["x"] * rows.num_rows)
    reseal(copy, "purchases_partner/part-00000.parquet", with_column(rows, "buyer", values))


def _bomb(copy: Path) -> None:
    rows = read(copy, "purchases_pos")
    reseal(copy, "purchases_pos/part-00000.parquet", pa.concat_tables([rows] * 20))


def _change(copy: Path, path: str, column: str, change: Callable[[list[Any]], list[Any]]) -> None:
    """Write a file again with other values in one column."""
    rows = pq.ParquetFile(copy / path).read()
    values = change(rows[column].to_pylist())
    typed = pa.array(values, rows.schema.field(column).type)
    reseal(copy, path, with_column(rows, column, typed))


def _same_friends(copy: Path) -> None:
    rows = read(copy, "friendships")
    twice = pa.concat_tables([rows.slice(0, rows.num_rows - 1), rows.slice(0, 1)])
    reseal(copy, "friendships/part-00000.parquet", twice)


def _friends_the_wrong_way_round(copy: Path) -> None:
    rows = read(copy, "friendships")
    names = ["user_b", "user_a", "since"]
    reseal(
        copy, "friendships/part-00000.parquet", rows.select(names).rename_columns(rows.column_names)
    )


def _nobody_is_friends(copy: Path) -> None:
    _change(copy, "friendships/part-00000.parquet", "user_b", lambda old: [9999, *old[1:]])


def _same_tag(copy: Path) -> None:
    rows = read(copy, "tags")
    games = rows["game_id"].to_pylist()
    at = next(index for index in range(1, len(games)) if games[index] == games[index - 1])
    path = "tags/part-00000.parquet"
    _change(copy, path, "tag", lambda old: [*old[:at], old[at - 1], *old[at + 1 :]])


def _all_tags_on_one_game(copy: Path) -> None:
    path = "tags/part-00000.parquet"
    _change(copy, path, "tag", lambda old: [f"tag {index}" for index in range(len(old))])
    _change(copy, path, "game_id", lambda old: [1] * len(old))


def _comes_twice(copy: Path) -> None:
    path = "party_members/part-00000.parquet"
    _change(copy, path, "user_id", lambda old: [old[1], *old[1:]])


MARCH = "play_sessions/month=2026-03/part-00000.parquet"


def _no_favourites(copy: Path) -> None:
    for month in ("01", "02", "03"):
        path = f"play_sessions/month=2026-{month}/part-00000.parquet"
        _change(copy, path, "game_id", lambda old: [1 + index % 120 for index in range(len(old))])


def _another_month(copy: Path) -> None:
    later = timedelta(days=31)
    _change(copy, MARCH, "started_at", lambda old: [old[0] + later, *old[1:]])


def _unescaped(copy: Path) -> None:
    path = "reviews/part-00000.parquet"
    _change(copy, path, "text", lambda old: [text and html.unescape(text) for text in old])


def _solemn(copy: Path) -> None:
    path = "reviews/part-00000.parquet"
    _change(copy, path, "text", lambda old: [text and re.sub("[ㅋㅎㅠ]", "", text) for text in old])


def _well_spelt(copy: Path) -> None:
    path = "job_postings/part-00000.parquet"
    _change(copy, path, "skills", lambda old: [["SQL"] for _ in old])


def _half_a_salary(copy: Path) -> None:
    path = "job_postings/part-00000.parquet"
    _change(copy, path, "salary_max", lambda old: [*old[1:], old[0]])


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_same_friends, "friendships: key user_a, user_b is not unique"),
        (_friends_the_wrong_way_round, "user_a is not below user_b"),
        (_nobody_is_friends, "user_b refers to no users"),
        (_same_tag, "tags: key game_id, tag is not unique"),
        (_all_tags_on_one_game, "tags: game_id has not as many rows each as declared"),
        (_comes_twice, "party_members: key party_id, user_id is not unique"),
        (_no_favourites, "play_sessions: game_id's most used 1 have 1% of all rows"),
        (_another_month, "its rows belong to another month"),
        (_unescaped, "reviews: text entity is 0 of"),
        (_solemn, "reviews: text laugh is"),
        (_well_spelt, "job_postings: skills messy is 0 of"),
        (_half_a_salary, "salary_max and salary_min are not null together"),
        (_more_rows, "users/part-00000.parquet: 501 rows where 500 belong"),
        (_twice, "key user_id is not unique"),
        (_other_type, "columns differ"),
        (_other_column, "columns differ"),
        (_no_such_game, "game_id refers to no games"),
        (_null_key, "title has nulls"),
        (_too_many_nulls, "users: birth_year null is"),
        (_no_copies, "purchases_pos: duplicate is 0 of"),
        (_lost_sale, "purchases_online/part-00000.parquet: cleaned"),
        (_cheaper, "purchases_partner/part-00000.parquet: cleaned"),
        (_truth_changed, "cleaned, its rows are not those of purchases"),
        (_not_numbers, "cannot be read as data"),
        (_bomb, "more than dirt explains"),
    ],
)
def test_rows_are_checked_behind_a_manifest_that_agrees(
    copy: Path, harm: Callable[[Path], None], says: str
) -> None:
    harm(copy)
    problems = verify(copy)
    assert any(says in problem for problem in problems), problems


def test_a_file_that_lies_about_being_parquet(copy: Path) -> None:
    data = b"PAR1" + b"\xff" * 64 + b"\xff\xff\xff\x7f" + b"PAR1"
    (copy / USERS).write_bytes(data)
    parsed = json.loads((copy / "manifest.json").read_text())
    sha256 = hashlib.sha256(data).hexdigest()
    parsed["tables"]["users"]["files"][0] |= {"sha256": sha256, "bytes": len(data)}
    (copy / "manifest.json").write_text(json.dumps(parsed))
    problems = verify(copy)
    assert len(problems) == 1
    assert "cannot be read as data" in problems[0]


FILE = ("tables", "users", "files", 0)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ((*FILE, "path"), "../users/part-00000.parquet"),
        ((*FILE, "path"), "users/../users/part-00000.parquet"),
        ((*FILE, "path"), "/etc/part-00000.parquet"),
        ((*FILE, "path"), "/etc/passwd"),
        ((*FILE, "path"), "games/part-00000.parquet"),
        ((*FILE, "path"), "users/part-00001.parquet"),
        ((*FILE, "path"), "users/part-00000.parquet\n"),
        ((*FILE, "path"), None),
        ((*FILE, "sha256"), "0" * 63),
        ((*FILE, "bytes"), -1),
        ((*FILE, "bytes"), 1.0),
        ((*FILE, "rows"), True),
        (("tables", "users", "rows"), 7),
        (("tables", "users", "files"), {}),
        (("tables", "users", "files"), [[]]),
        (("tables", "users"), []),
        (("tables",), []),
        (("format_version",), 2),
        (("scale",), "0.01"),
        (("scale",), float("nan")),
        (("scale",), -1),
        (("seed",), 1.5),
        (("dataset",), None),
        (("spec_sha256",), "x"),
    ],
)
def test_a_hostile_manifest_is_refused(copy: Path, where: tuple[Any, ...], value: Any) -> None:
    parsed = json.loads((copy / "manifest.json").read_text())
    at = parsed
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    (copy / "manifest.json").write_text(json.dumps(parsed))
    with pytest.raises(DataError, match="not a manifest of version 1") as caught:
        table_paths(copy)
    assert "\n" not in str(caught.value)
    assert verify(copy) == [str(caught.value)]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b'{"a": 1e999}']
)
def test_a_manifest_that_is_none(copy: Path, data: bytes) -> None:
    (copy / "manifest.json").write_bytes(data)
    with pytest.raises(DataError, match=r"manifest\.json"):
        table_paths(copy)
    assert len(verify(copy)) == 1


def test_a_manifest_that_is_a_link_a_pipe_or_too_large(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy / "manifest.json"
    data = path.read_bytes()
    monkeypatch.setattr(manifest, "MAX_BYTES", len(data) - 1)
    assert "over" in verify(copy)[0]
    path.unlink()
    os.mkfifo(path)
    assert "not a regular file" in verify(copy)[0]
    path.unlink()
    (tmp_path / "other").write_bytes(data)
    path.symlink_to(tmp_path / "other")
    assert len(verify(copy)) == 1


def test_an_unknown_seed_table_or_version_is_one_line(copy: Path) -> None:
    text = (copy / "manifest.json").read_text()
    swaps = [
        ('"seed": 42', f'"seed": {2**70}', "seed"),
        ('"dataset": "games"', '"dataset": "../x"', "no dataset"),
        ('"scale": 0.01', '"scale": 1e8', "scale"),
        ('"users"', '"members"', "manifest"),
        ('"spec_sha256": "', '"spec_sha256": "' + "0" * 64 + '", "x": "', "another version"),
    ]
    for old, new, says in swaps:
        (copy / "manifest.json").write_text(text.replace(old, new))
        problems = verify(copy)
        assert len(problems) == 1
        assert says in problems[0]


def test_an_empty_folder_has_no_data(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert "no manifest.json" in verify(folder)[0]


def test_a_table_by_itself_can_be_verified(tmp_path: Path) -> None:
    for name in ("purchases_pos", "purchases_online", "exchange_rates"):
        build("games", scale=0.01, seed=8, out=tmp_path / name, tables=[name])
        assert verify(tmp_path / name) == []
