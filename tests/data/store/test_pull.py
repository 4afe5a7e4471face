"""Pulling: the folder that a build makes, by as few bytes as can be, whatever the bucket says."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
from collections import namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.data import folder, requests
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.store import publish, pull, transfer
from autograder.data.store.layout import Pointer
from autograder.errors import DataError, UsageError
from tests.data.store.made import BASE, HOME, make, name_of, pull_to, tree
from tests.data.store.proxy import Proxy


def fetched(proxy: Proxy) -> list[str]:
    """What came over the network since the proxy was reset."""
    return [asked.path.partition(f"{BASE}/")[2] for asked in proxy.asked if asked.method == "GET"]


def stamps(home: Path) -> dict[Path, tuple[int, int]]:
    """What cannot stay the same if anything in a folder is written."""
    return {
        path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in (home, *home.rglob("*"))
    }


def test_the_folder_is_what_was_built(bucket: Any, first: Path, tmp_path: Path) -> None:
    publish(first, HOME)
    out = tmp_path / "cache" / "data" / "games@0.001#7"
    done = pull_to(out)
    assert (done.version, done.fetched, done.fetched_bytes) == (name_of(done.manifest), 4, 6000)
    assert tree(out) == tree(first)
    modes = {oct(path.stat().st_mode & 0o777) for path in out.rglob("*") if path.is_file()}
    assert modes == {"0o644"}
    assert {oct(path.stat().st_mode & 0o777) for path in (out, out / "users")} == {"0o755"}
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_second_pull_moves_and_writes_nothing(
    bucket: Any, first: Path, tmp_path: Path, proxy: Proxy
) -> None:
    publish(first, HOME)
    home = tmp_path / "read-only"
    pull_to(home / "out")
    (home / "out").chmod(0o555)
    home.chmod(0o555)
    before = stamps(home)
    proxy.reset()
    done = pull_to(home / "out")
    assert (done.fetched, done.fetched_bytes) == (0, 0)
    assert fetched(proxy) == ["current.json"]
    assert stamps(home) == before
    home.chmod(0o755)


def test_what_was_built_here_is_not_fetched(bucket: Any, first: Path, proxy: Proxy) -> None:
    publish(first, HOME)
    proxy.reset()
    assert pull_to(first).fetched == 0
    assert fetched(proxy) == ["current.json"]


def test_only_what_changed_is_fetched(bucket: Any, first: Path, second: Path, proxy: Proxy) -> None:
    publish(second, HOME)
    proxy.reset()
    assert pull_to(first).fetched == 1
    version = name_of(make(second, 2))
    assert fetched(proxy) == [
        "current.json",
        f"versions/{version}/manifest.json",
        f"versions/{version}/users/part-00000.parquet",
    ]
    assert tree(first) == tree(second)


@pytest.mark.parametrize("damage", ["changed", "short", "gone", "link", "folder", "manifest"])
def test_only_what_is_damaged_is_fetched(
    bucket: Any, first: Path, second: Path, proxy: Proxy, damage: str, tmp_path: Path
) -> None:
    publish(first, HOME)
    whole = tree(first)
    part = first / "users/part-00000.parquet"
    if damage == "manifest":
        (first / "manifest.json").write_text("{}")
    elif damage in ("changed", "short"):
        part.write_bytes(b"x" * (2000 if damage == "changed" else 10))
    else:
        part.unlink()
    if damage == "link":
        part.symlink_to(second / "users/part-00000.parquet")
    if damage == "folder":
        part.mkdir()
    proxy.reset()
    assert pull_to(first).fetched == (0 if damage == "manifest" else 1)
    assert tree(first) == whole
    assert not part.is_symlink()


def test_an_older_version_can_be_had(
    bucket: Any, first: Path, second: Path, tmp_path: Path
) -> None:
    old = publish(first, HOME).version
    publish(second, HOME)
    pull(HOME, "games", scale=0.001, seed=7, out=tmp_path / "out", version=old)
    assert tree(tmp_path / "out") == tree(first)
    pull(HOME, "games", scale=0.001, seed=7, out=tmp_path / "out", version=old)
    with pytest.raises(DataError, match="no such version"):
        pull(HOME, "games", scale=0.001, seed=7, out=tmp_path / "out", version="0" * 16)
    for wrong in ("../../secret", "0" * 15, "A" * 16, "0" * 64):
        with pytest.raises(UsageError, match="no version is called"):
            pull(HOME, "games", scale=0.001, seed=7, out=tmp_path / "out", version=wrong)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"dataset": "../games"}, "no dataset is called"),
        ({"dataset": "games/scale=1"}, "no dataset is called"),
        ({"scale": 0}, "scale 0 cannot be built"),
        ({"scale": float("nan")}, "scale nan"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_what_cannot_be_asked_for(
    bucket: Any, tmp_path: Path, proxy: Proxy, words: dict[str, Any], says: str
) -> None:
    asked: dict[str, Any] = {"dataset": "games", "scale": 0.001, "seed": 7, **words}
    with pytest.raises(UsageError, match=says):
        pull(HOME, asked.pop("dataset"), out=tmp_path / "out", **asked)
    assert proxy.asked == []


def test_nothing_is_published(bucket: Any, first: Path, tmp_path: Path) -> None:
    publish(first, HOME)
    with pytest.raises(DataError, match=r"nothing is published.*build games --scale 0.1 --seed 7"):
        pull(HOME, "games", scale=0.1, seed=7, out=tmp_path / "out")


GOOD = Pointer("0" * 16, "0" * 64, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 4000,
        b'{"format_version": 1' + b" " * 5000 + b"}",
        replace(GOOD, version="../../elsewhere").dump(),
        replace(GOOD, version="1" * 16).dump(),
        replace(GOOD, manifest_sha256="../" * 20 + "0000").dump(),
        GOOD.dump().replace(b'"format_version": 1', b'"format_version": 2'),
        GOOD.dump().replace(b'"0000000000000000"', b"{}"),
    ],
)
def test_a_pointer_that_lies(bucket: Any, first: Path, tmp_path: Path, body: bytes) -> None:
    publish(first, HOME)
    bucket.put_object(Bucket=HOME.bucket, Key=f"{BASE}/current.json", Body=body)
    with pytest.raises(DataError, match=r"does not name a version|larger than") as raised:
        pull_to(tmp_path / "out")
    assert "\n" not in str(raised.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first"]


def test_a_pointer_to_nothing(bucket: Any, first: Path, tmp_path: Path) -> None:
    publish(first, HOME)
    bucket.put_object(Bucket=HOME.bucket, Key=f"{BASE}/current.json", Body=GOOD.dump())
    with pytest.raises(DataError, match=r"no such version.*publish the data again"):
        pull_to(tmp_path / "out")


def put(bucket: Any, body: bytes) -> None:
    """Whoever may write to the bucket makes any text the current manifest."""
    digest = hashlib.sha256(body).hexdigest()
    pointer = Pointer(digest[:16], digest, "").dump()
    bucket.put_object(Bucket=HOME.bucket, Key=f"{BASE}/current.json", Body=pointer)
    key = f"{BASE}/versions/{digest[:16]}/manifest.json"
    bucket.put_object(Bucket=HOME.bucket, Key=key, Body=body)


def listing(**words: Any) -> bytes:
    """A manifest of one file with something else in the place of what is true."""
    file = DataFile("users/part-00000.parquet", "0" * 64, 3, 1)
    made = Manifest("games", 0.001, 7, "5" * 64, "made up", (DataTable("users", (file,)),))
    for key, value in words.items():
        if key in ("path", "sha256", "bytes"):
            table = DataTable("users", (replace(file, **{key: value}),))
            made = replace(made, tables=(table,))
        else:
            made = replace(made, **{key: value})
    return made.dump()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "not a manifest"),
        (b" " * (16 << 20) + b"{}", "larger than"),
        (listing(path="../../../etc/passwd"), "not a manifest"),
        (listing(path="/etc/passwd"), "not a manifest"),
        (listing(path="users/../../part-00000.parquet"), "not a manifest"),
        (listing(path="users/part-00000.parquet\n"), "not a manifest"),
        (listing(path="manifest.json"), "not a manifest"),
        (listing(sha256="0" * 63), "not a manifest"),
        (listing(bytes=-1), "not a manifest"),
        (listing(bytes=1 << 60), "not a manifest"),
        (listing(dataset="../x"), "lists '../x@0.001#7', not games@0.001#7"),
        (listing(seed=8), "lists 'games@0.001#8'"),
        (listing(bytes=1 << 49), "needs 563 TB more"),
        (listing(), "not there"),
    ],
)
def test_a_manifest_that_lies(bucket: Any, tmp_path: Path, body: bytes, says: str) -> None:
    put(bucket, body)
    with pytest.raises(DataError, match=says) as raised:
        pull_to(tmp_path / "out")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path.parent / "part-00000.parquet").exists()


def test_a_manifest_in_anothers_place(bucket: Any, first: Path, tmp_path: Path) -> None:
    version = publish(first, HOME).version
    key = f"{BASE}/versions/{version}/manifest.json"
    bucket.put_object(Bucket=HOME.bucket, Key=key, Body=listing())
    with pytest.raises(DataError, match="not what its version is named for"):
        pull_to(tmp_path / "out")


@pytest.mark.parametrize("body", [b"", b"ab", b"abd", b"x" * (5 << 20)])
def test_a_file_that_is_another_one(
    bucket: Any, tmp_path: Path, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "CHUNK_BYTES", 64)
    text = listing(sha256=hashlib.sha256(b"abc").hexdigest())
    put(bucket, text)
    home = f"{BASE}/versions/{hashlib.sha256(text).hexdigest()[:16]}"
    key = f"{home}/users/part-00000.parquet"
    bucket.put_object(Bucket=HOME.bucket, Key=key, Body=body)
    with pytest.raises(DataError, match="its bytes are not those of its manifest"):
        pull_to(tmp_path / "out")
    assert tree(tmp_path) == {}
    bucket.put_object(Bucket=HOME.bucket, Key=key, Body=b"abc")
    assert pull_to(tmp_path / "out").fetched_bytes == 3


def test_the_disk_is_looked_at_before_anything_comes(
    bucket: Any, first: Path, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(first, HOME)
    proxy.reset()
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 5000)
    with monkeypatch.context() as patch:
        patch.setattr(requests.shutil, "disk_usage", lambda _path: usage)
        with pytest.raises(DataError, match=r"needs 6 kB more, and .* has 5 kB free. Free some"):
            pull_to(tmp_path / "out")
    assert len(fetched(proxy)) == 2  # pointer and manifest
    assert pull_to(tmp_path / "out").fetched == 4


def test_the_disk_is_full_in_the_middle(
    bucket: Any, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(first, HOME)

    def full(*_words: object) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(transfer, "_fetched", full)
        with pytest.raises(DataError, match=r"No space left on device. Free some space"):
            pull_to(tmp_path / "out")
    assert tree(tmp_path / ".out.pulling") == {}
    assert pull_to(tmp_path / "out").fetched == 4


def test_a_folder_that_cannot_be(bucket: Any, first: Path, tmp_path: Path) -> None:
    publish(first, HOME)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="Choose a folder you can write"):
        pull_to(tmp_path / "file" / "out")
    with pytest.raises(UsageError, match="is not a folder"):
        pull_to(tmp_path / "file")


@pytest.mark.parametrize("where", ["alone", "beside", "other"])
def test_what_is_the_users_own_stays(
    bucket: Any, first: Path, second: Path, tmp_path: Path, proxy: Proxy, where: str
) -> None:
    publish(second, HOME)
    out = first
    if where == "alone":
        out = tmp_path / "out"
        out.mkdir()
    if where == "other":
        text = (first / "manifest.json").read_text().replace('"seed": 7', '"seed": 8')
        (first / "manifest.json").write_text(text)
    else:
        (out / "my notes.txt").write_text("mine")
    before = tree(out)
    proxy.reset()
    with pytest.raises(UsageError):
        pull_to(out)
    assert tree(out) == before
    assert len(fetched(proxy)) <= 2


def test_pulls_at_once_share_the_work(
    bucket: Any, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(first, HOME)
    taken = []
    take = folder.take
    monkeypatch.setattr(folder, "take", lambda *words: (taken.append(words), take(*words)))
    start = threading.Barrier(3)

    def one(_number: int) -> int:
        start.wait(timeout=30)
        return pull_to(tmp_path / "out").fetched

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, range(3))) == [0, 0, 4]
    assert len(taken) == 1  # nobody's open folder is replaced by an equal one
    assert tree(tmp_path / "out") == tree(first)
    assert not (tmp_path / ".out.pulling").exists()


def test_a_folder_that_another_removes_while_it_is_made_is_made_again(
    bucket: Any, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(first, HOME)
    make_one, met = os.mkdir, []

    def there_and_gone(path: Any, mode: int = 0o777) -> None:
        if str(path).endswith(".pulling") and not met:
            met.append(path)
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        make_one(path, mode)

    monkeypatch.setattr(os, "mkdir", there_and_gone)
    assert pull_to(tmp_path / "out").fetched == 4
    assert len(met) == 1
    (tmp_path / ".else.pulling").write_text("somebody's")
    with pytest.raises(DataError, match="File exists"):
        pull_to(tmp_path / "else")
    assert (tmp_path / ".else.pulling").read_text() == "somebody's"


def _stray(place: Path, first: Path) -> int:
    (place / "users").mkdir(parents=True)
    (place / "users/part-00001.parquet").write_bytes(b"")
    (place / "users/part-00000.partial").write_bytes(b"half")
    (place / "old_table/month=1").mkdir(parents=True)
    (place / "old_table/month=1/part-00000.parquet").write_bytes(b"old")
    return 3


def _wrong(place: Path, first: Path) -> int:
    shutil.copytree(first, place)
    (place / "users/part-00000.parquet").write_bytes(b"x" * 2000)
    return 1


def _links(place: Path, first: Path) -> int:
    shutil.copytree(first, place)
    part = place / "users/part-00000.parquet"
    part.unlink()
    part.symlink_to(first / "users/part-00000.parquet")
    shutil.rmtree(place / "reviews_json")
    (place / "reviews_json").symlink_to(first / "reviews_json")
    return 2


def _swapped(place: Path, first: Path) -> int:
    shutil.copytree(first, place)
    shutil.copytree(first, place.with_name("files-old"))
    return 0


@pytest.mark.parametrize("leave", [_stray, _wrong, _links, _swapped])
def test_what_a_killed_pull_left_is_used_or_swept(
    bucket: Any, first: Path, tmp_path: Path, leave: Callable[[Path, Path], int]
) -> None:
    publish(first, HOME)
    expected = leave(tmp_path / ".out.pulling" / "files", first)
    assert pull_to(tmp_path / "out").fetched == expected
    assert tree(tmp_path / "out") == tree(first)
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
    assert not (tmp_path / ".out.pulling").exists()
    assert json.loads((first / "manifest.json").read_bytes())["seed"] == 7  # not through a link
