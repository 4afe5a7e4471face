"""Building: the same bytes everywhere, all or nothing, and clear refusals."""

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from autograder.data import (
    build,
    dataset_id,
    layout,
    manifest,
    requests,
    table_paths,
    verify,
    workplace,
)
from autograder.data import workers as workers_module
from autograder.data.draws import Plan
from autograder.data.spec_reader import load
from autograder.errors import DataError, UsageError

TABLES = [table.name for table in load("games").tables]

GOLDEN_ROWS = {
    "exchange_rates": "732a9182d58086ab",
    "friendships": "44317824d2429301",
    "games": "b575e423c8cf58dc",
    "job_postings": "74531d17f68ea43d",
    "parties": "94a3266404ef592e",
    "party_members": "fc7d35b640a11554",
    "play_sessions": "c3ed5820c2b48b0a",
    "purchases": "91ffa466a909775e",
    "purchases_online": "016935e9deae0b7e",
    "purchases_partner": "0c4f74076522e2ff",
    "purchases_pos": "f36d81a20af66f9a",
    "reviews": "3f7b1709b70edf0f",
    "tags": "c77f2ecde374ff91",
    "users": "1107f0b95a6023c7",
}

GOLDEN_BYTES = {
    "exchange_rates": "cd40fba47469ad67",
    "friendships": "b2ae229e044accd4",
    "games": "5c86eb4a42d8e713",
    "job_postings": "a283a82045e42e0c",
    "parties": "20a0a36fdd7ac7e4",
    "party_members": "8958d9027ab9bc62",
    "play_sessions": "21ec4b43b26c372d",
    "purchases": "e07cd1760d3648b0",
    "purchases_online": "67b92e75c44beee4",
    "purchases_partner": "4b1d359ffb393dfa",
    "purchases_pos": "a28abbcb9c8af4d9",
    "reviews": "6e054d44f2ab5186",
    "tags": "b5a5809bd5f3a322",
    "users": "0bb218d92d2f8c9f",
}


def rows_hash(table: pa.Table) -> str:
    """Return a hash of a table's values, whatever library writes the file."""
    digest = hashlib.sha256()
    for name in table.column_names:
        column = table[name].combine_chunks()
        lists = pa.types.is_list(column.type)
        column = pc.binary_join(column, ", ") if lists else column.cast(pa.string())
        digest.update(name.encode() + b"\0")
        for value in column.to_pylist():
            digest.update(b"\1" if value is None else b"\2" + value.encode() + b"\0")
    return digest.hexdigest()[:16]


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_rows_of_seed_42_are_what_they_always_were(built: Path) -> None:
    # A change here changes every published dataset and cached answer: bump the version knowingly.
    found = {name: rows_hash(pq.read_table(path)) for name, path in table_paths(built).items()}
    assert found == GOLDEN_ROWS


@pytest.mark.skipif(not pa.__version__.startswith("26.0"), reason="bytes are the writer's too")
def test_bytes_of_seed_42_are_what_they_always_were(built: Path) -> None:
    files = {file.path.split("/")[0]: file.sha256[:16] for file in manifest.load(built).files}
    assert files == GOLDEN_BYTES


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_same_bytes_for_any_number_of_workers(built: Path, tmp_path: Path, workers: int) -> None:
    build("games", scale=0.01, seed=42, out=tmp_path / "again", workers=workers)
    assert tree(tmp_path / "again") == tree(built)


def test_several_parts_are_the_same_for_any_number_of_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "PART_ROWS", 700)
    one = build("games", scale=0.01, seed=5, out=tmp_path / "one")
    build("games", scale=0.01, seed=5, out=tmp_path / "four", workers=4)
    assert tree(tmp_path / "one") == tree(tmp_path / "four")
    assert len([file for file in one.files if file.path.startswith("purchases/")]) == 6
    assert verify(tmp_path / "one") == []


@pytest.mark.parametrize("name", ["games", "users", "purchases", "exchange_rates"])
@pytest.mark.parametrize("size", [1, 7, 64])
def test_any_chunk_of_rows_can_be_drawn_by_itself(name: str, size: int) -> None:
    plan = Plan(load("games"), 0.001, 9)
    count = min(plan.rows(plan.dataset.table(name)), 150)
    whole = plan.part(name, 0, count).to_arrow()
    alone = Plan(load("games"), 0.001, 9)
    chunks = [
        alone.part(name, start, min(start + size, count)).to_arrow()
        for start in reversed(range(0, count, size))
    ]
    assert pa.concat_tables(reversed(chunks)).combine_chunks().equals(whole)


def test_a_table_is_the_same_with_and_without_the_others(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "some"
    made = build("games", scale=0.01, seed=42, out=out, tables=["purchases_partner"])
    assert [table.name for table in made.tables] == ["purchases_partner"]
    assert verify(out) == []
    part = "purchases_partner/part-00000.parquet"
    assert (out / part).read_bytes() == (built / part).read_bytes()
    more = build("games", scale=0.01, seed=42, out=out)
    assert {table.name for table in more.tables} == set(TABLES)
    assert tree(out) == tree(built)


def test_seeds_differ_in_every_random_table(built: Path, tmp_path: Path) -> None:
    build("games", scale=0.01, seed=43, out=tmp_path / "other")
    mine, theirs = tree(built), tree(tmp_path / "other")
    assert mine.keys() == theirs.keys()
    assert not [path for path in mine if mine[path] == theirs[path]]


def test_what_is_there_and_whole_is_not_touched(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    seen: list[object] = []
    build("games", scale=0.01, seed=42, out=built, progress=lambda *step: seen.append(step))
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before
    assert seen == []


def test_what_is_damaged_is_built_again_with_all_its_tables(copy: Path, built: Path) -> None:
    (copy / "users/part-00000.parquet").write_bytes(b"PAR1")
    build("games", scale=0.01, seed=42, out=copy, tables=["users"])
    assert tree(copy) == tree(built)


def test_progress_names_each_part_once_and_ends_at_the_total(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []

    def see(*step: Any) -> None:
        seen.append(step)

    made = build("games", scale=0.001, seed=1, out=tmp_path / "d", workers=2, progress=see)
    assert sorted(path for path, _, _ in seen) == sorted(file.path for file in made.files)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert {total for _, _, total in seen} == {seen[-1][1]}


def fail_at(start: str, error: BaseException) -> Callable[[str, int, int], None]:
    def fail(path: str, done: int, total: int) -> None:
        if path.startswith(start):
            raise error

    return fail


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_build_shows_nothing_and_goes_on_where_it_was(
    tmp_path: Path, built: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, stop = tmp_path / "d", fail_at("purchases_pos/", KeyboardInterrupt())
    ask = {"scale": 0.01, "seed": 42, "out": out, "workers": workers}
    noted: set[str] = set()

    def note(path: str, done: int, total: int) -> None:
        noted.add(path.split("/")[0])
        stop(path, done, total)

    with pytest.raises(KeyboardInterrupt):
        build("games", **ask, progress=note)
    assert not out.exists()
    (left,) = tmp_path.iterdir()
    kept = {path.stem for path in (left / "files").iterdir() if any(path.iterdir())}
    assert {"games", "users", "purchases", "purchases_pos"} <= kept < set(TABLES) | {"x"}
    # One part was cut short by a power failure, and one was never noted.
    (left / "files/users/part-00000.parquet").write_bytes(b"PAR1")
    (left / "files/users/.part-00001.parquet.x").write_bytes(b"PAR1")
    drawn: list[str] = []
    draw = workers_module.draw
    monkeypatch.setattr(
        workers_module, "draw", lambda plan, job: drawn.append(job.table.name) or draw(plan, job)
    )
    steps: list[int] = []
    build("games", **ask, progress=lambda path, done, total: steps.append(total - done))
    assert "users" in drawn
    # Of two that are made at a time the later may be whole first: what was noted is kept.
    assert "purchases_pos" in noted
    assert not (noted - {"users"}) & set(drawn)
    assert min(steps) == 0
    assert tree(out) == tree(built)
    assert list(tmp_path.iterdir()) == [out]


def test_what_was_left_of_other_data_is_not_used(tmp_path: Path) -> None:
    out, stop = tmp_path / "d", fail_at("users/", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        build("games", scale=0.001, seed=1, out=out, tables=["games", "users"], progress=stop)
    build("games", scale=0.001, seed=2, out=out, tables=["games"])
    build("games", scale=0.001, seed=2, out=tmp_path / "e", tables=["games"])
    assert tree(out) == tree(tmp_path / "e")


def test_two_stopped_builds_of_one_folder_do_not_share_a_workplace(tmp_path: Path) -> None:
    with workplace.workplace(tmp_path / "d", "0" * 32) as one:
        with workplace.workplace(tmp_path / "d", "0" * 32) as two:
            assert one.root != two.root
        assert one.root.exists()
        assert not two.root.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_half_way_leaves_nothing(tmp_path: Path, workers: int) -> None:
    stop = fail_at("purchases/", ValueError("ours"))
    with pytest.raises(ValueError, match="ours"):
        build("games", scale=0.01, seed=1, out=tmp_path / "d", workers=workers, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path, built: Path) -> None:
    out = tmp_path / "d"
    code = f"""
import os, signal
from pathlib import Path
from autograder.data import build
def stop(path, done, total):
    if path.startswith("purchases/"):
        os.kill(os.getpid(), signal.SIGKILL)
build("games", scale=0.01, seed=42, out=Path({str(out)!r}), progress=stop)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    steps: list[str] = []
    build("games", scale=0.01, seed=42, out=out, progress=lambda *step: steps.append(step[0]))
    assert "purchases/part-00000.parquet" not in steps
    assert tree(out) == tree(built)
    assert list(tmp_path.iterdir()) == [out]


def _build_tables(out: Path, names: list[str], start: "multiprocessing.synchronize.Event") -> None:
    start.wait(60)
    build("games", scale=0.01, seed=42, out=out, tables=names)


@pytest.mark.parametrize(
    "asked", [[TABLES, TABLES, TABLES], [["users"], ["purchases"], ["purchases_pos", "games"]]]
)
def test_builders_at_the_same_time_do_not_meet(
    built: Path, tmp_path: Path, asked: list[list[str]]
) -> None:
    out = tmp_path / "shared"
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    builders = [context.Process(target=_build_tables, args=(out, names, start)) for names in asked]
    for builder in builders:
        builder.start()
    start.set()
    for builder in builders:
        builder.join(120)
    assert [builder.exitcode for builder in builders] == [0] * len(asked)
    assert verify(out) == []
    wanted = {name for names in asked for name in names}
    assert table_paths(out).keys() == wanted
    assert list(tmp_path.iterdir()) == [out]
    assert all(tree(out / name) == tree(built / name) for name in wanted)


def test_files_can_be_read_by_every_user_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        build("games", scale=0.001, seed=1, out=tmp_path / "d", tables=["games"])
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "d").rglob("*")}
    assert modes == {"games": 0o755, "part-00000.parquet": 0o644, "manifest.json": 0o644}
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), 1e300, True])
def test_scales_that_cannot_be(tmp_path: Path, scale: float) -> None:
    with pytest.raises(UsageError, match="scale"):
        build("games", scale=scale, seed=1, out=tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "7", None, True])
def test_seeds_that_cannot_be(tmp_path: Path, seed: int) -> None:
    with pytest.raises(UsageError, match="seed"):
        build("games", scale=0.01, seed=seed, out=tmp_path / "d")


def test_largest_seed_and_smallest_scale(tmp_path: Path) -> None:
    made = build("games", scale=1e-9, seed=2**63 - 1, out=tmp_path / "d")
    rows = {table.name: table.rows for table in made.tables}
    assert (rows["users"], rows["purchases"], rows["games"]) == (50, 200, 24)
    assert verify(tmp_path / "d") == []


def test_an_enormous_scale_says_what_it_would_need(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError,
        match=r"needs about [\d.]+ (TB|PB) for [\d,]+ rows \([\d,]+ days on .*, and .* free",
    ):
        build("games", scale=1e6, seed=1, out=tmp_path / "d")


@pytest.mark.parametrize(
    ("table", "column", "scale", "why"),
    [
        ("games", "title", 2e5, "names that the word lists make"),
        ("users", "user_id", 1e5, "than int32 can number"),
    ],
)
def test_a_scale_that_no_name_or_number_covers(
    table: str, column: str, scale: float, why: str
) -> None:
    plan = Plan(load("games"), scale, 1)
    last = plan.rows(plan.dataset.table(table))
    with pytest.raises(UsageError, match=why):
        plan.part(table, last - 1, last).column(column)


@pytest.mark.parametrize(
    ("tables", "says"), [(["purchase"], "purchases"), ([], "no tables"), ("users", "no tables")]
)
def test_tables_that_are_not(tmp_path: Path, tables: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        build("games", scale=0.01, seed=1, out=tmp_path / "d", tables=tables)


@pytest.mark.parametrize("name", ["game", "../games", "", "games/", "/etc", "게임", "-x"])
def test_datasets_that_are_not(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="games"):
        build(name, scale=0.01, seed=1, out=tmp_path / "d")


def _file(out: Path) -> None:
    out.write_text("mine")


def _folder(out: Path) -> None:
    out.mkdir()
    (out / "notes.txt").write_text("mine")


def _manifest(out: Path) -> None:
    _folder(out)
    (out / "manifest.json").write_text("{}")


def _link(out: Path) -> None:
    (out.parent / "elsewhere").mkdir()
    out.symlink_to(out.parent / "elsewhere")


def _seed(out: Path) -> None:
    build("games", scale=0.001, seed=2, out=out, tables=["games"])


@pytest.mark.parametrize("fill", [_file, _folder, _manifest, _link, _seed])
def test_what_belongs_to_others_is_refused_and_kept(
    tmp_path: Path, fill: Callable[[Path], None]
) -> None:
    out = tmp_path / "out"
    fill(out)
    before = tree(tmp_path)
    with pytest.raises(UsageError, match="out"):
        build("games", scale=0.001, seed=1, out=out)
    assert tree(tmp_path) == before


def test_a_full_disk_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workplace, "save", full)
    with pytest.raises(DataError, match=r"No space left on device\. Free some space"):
        build("games", scale=0.001, seed=1, out=tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_scratch_folders_of_the_killed_go_when_they_are_old(tmp_path: Path) -> None:
    names = (f".e.building-{'0' * 32}", f".e.building-{'1' * 32}", ".e.building-notes")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("half")
    for name in names[::2]:
        os.utime(tmp_path / name, (0, 0))
    build("games", scale=0.001, seed=1, out=tmp_path / "d", tables=["games"])
    assert [(tmp_path / name).exists() for name in names] == [False, True, True]


def test_sizes_on_disk_are_roughly_as_declared(built: Path) -> None:
    plan = Plan(load("games"), 0.01, 42)
    for table in plan.dataset.tables:
        rows = plan.rows(plan.dataset.table(table.dialect.of) if table.dialect else table)
        size = sum(len(data) for data in tree(built / table.name).values())
        assert 0.4 < size / (rows * table.bytes_per_row) < 2, table.name


@pytest.mark.parametrize(
    ("scale", "name"), [(0.01, "games@0.01#42"), (1, "games@1#42"), (2.5, "games@2.5#42")]
)
def test_names_of_datasets(scale: float, name: str) -> None:
    assert dataset_id("games", scale, 42) == name


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, autograder.data; print(*sorted({'pandas', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_free_space_is_that_of_the_folder_to_be(tmp_path: Path) -> None:
    assert requests.free(tmp_path / "not" / "yet" / "there") > 0
