"""Publishing: what lies in the bucket afterwards, and what goes over the network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.data import spec_reader
from autograder.data.store import publish, transfer, verify
from autograder.errors import DataError, RemoteError
from tests.data.store.made import BASE, FILES, HOME, current, make, name_of, tree
from tests.data.store.proxy import Asked, Fault, Proxy


def keys(bucket: Any) -> list[str]:
    listed = bucket.list_objects_v2(Bucket=HOME.bucket).get("Contents", [])
    return [each["Key"] for each in listed]


def body(bucket: Any, key: str) -> bytes:
    return bytes(bucket.get_object(Bucket=HOME.bucket, Key=key)["Body"].read())


def test_a_folder_becomes_a_version_and_a_pointer(bucket: Any, first: Path) -> None:
    done = publish(first, HOME)
    text = (first / "manifest.json").read_bytes()
    digest = hashlib.sha256(text).hexdigest()
    home = f"{BASE}/versions/{digest[:16]}"
    assert sorted(keys(bucket)) == sorted(
        [f"{BASE}/current.json", f"{home}/manifest.json", *(f"{home}/{path}" for path in FILES)]
    )
    assert {key.removeprefix(f"{home}/"): body(bucket, key) for key in keys(bucket)[1:]} == tree(
        first
    )
    pointer = json.loads(body(bucket, f"{BASE}/current.json"))
    assert pointer.pop("published_at").endswith("+00:00")
    assert pointer == {"format_version": 1, "version": digest[:16], "manifest_sha256": digest}
    assert (done.version, done.changed, done.sent_bytes) == (digest[:16], True, 6000)
    assert str(done.address) == f"s3://cohort-data/{BASE}"
    (found,) = verify(HOME, deep=True)
    assert (found.current, found.faults) == (True, ())


def test_what_readers_find_is_written_last(bucket: Any, first: Path, proxy: Proxy) -> None:
    publish(first, HOME)
    writes = [asked.name for asked in proxy.asked if asked.method == "PUT"]
    assert writes[-2:] == ["manifest.json", "current.json"]
    assert len(writes) == len(FILES) + 2


def test_publishing_again_writes_nothing(bucket: Any, first: Path, proxy: Proxy) -> None:
    publish(first, HOME)
    before = body(bucket, f"{BASE}/current.json")
    proxy.reset()
    done = publish(first, HOME)
    assert (done.changed, done.sent_bytes, set(done.ways.values())) == (False, 0, {"there"})
    assert [each.path for each in proxy.asked if each.method == "PUT"] == [
        f"{HOME.bucket}/{BASE}/versions/{done.version}/manifest.json"  # and it is refused
    ]
    assert body(bucket, f"{BASE}/current.json") == before


def test_only_what_changed_is_sent(bucket: Any, first: Path, second: Path, proxy: Proxy) -> None:
    old = publish(first, HOME)
    done = publish(second, HOME)
    assert done.ways == {
        "play_sessions/month=2026-01/part-00000.parquet": "copied",
        "reviews_json/part-00000.jsonl": "copied",
        "users/part-00000.parquet": "sent",
        "users/part-00001.parquet": "copied",  # empty in both
    }
    assert done.sent_bytes == 2000
    assert current(bucket) == done.version != old.version
    assert [found.faults for found in verify(HOME, deep=True)] == [(), ()]


def test_an_older_folder_can_be_made_current_again(bucket: Any, first: Path, second: Path) -> None:
    old = publish(first, HOME)
    publish(second, HOME)
    again = publish(first, HOME)
    assert (again.changed, set(again.ways.values())) == (True, {"there"})
    assert current(bucket) == old.version


@pytest.mark.parametrize("how", ["bytes", "gone", "manifest"])
def test_a_damaged_earlier_version_is_not_copied_from(
    bucket: Any, first: Path, second: Path, how: str
) -> None:
    old = publish(first, HOME)
    home = f"{BASE}/versions/{old.version}"
    key = f"{home}/{'manifest.json' if how == 'manifest' else 'reviews_json/part-00000.jsonl'}"
    if how == "gone":
        bucket.delete_object(Bucket=HOME.bucket, Key=key)
    else:
        told = bucket.head_object(Bucket=HOME.bucket, Key=key)["Metadata"]
        bucket.put_object(Bucket=HOME.bucket, Key=key, Body=b"x" * 1000, Metadata=told)
    done = publish(second, HOME)
    assert done.ways["reviews_json/part-00000.jsonl"] == "sent"
    assert current(bucket) == done.version


def test_what_was_damaged_is_mended_by_publishing_again(bucket: Any, first: Path) -> None:
    version = publish(first, HOME).version
    home = f"{BASE}/versions/{version}"
    for key in (f"{home}/users/part-00000.parquet", f"{home}/manifest.json"):
        bucket.put_object(Bucket=HOME.bucket, Key=key, Body=b"x" * 2000)
    bucket.put_object(Bucket=HOME.bucket, Key=f"{BASE}/current.json", Body=b"[" * 3000)
    done = publish(first, HOME)
    assert done.ways["users/part-00000.parquet"] == "sent"
    assert done.ways["reviews_json/part-00000.jsonl"] == "there"
    assert current(bucket) == version


@pytest.mark.parametrize("before", [False, True])
def test_of_two_at_once_one_wins_and_the_other_says_so(
    bucket: Any, first: Path, second: Path, tmp_path: Path, proxy: Proxy, before: bool
) -> None:
    if before:
        make(tmp_path / "third", 3)
        publish(tmp_path / "third", HOME)

    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "PUT" and asked.name == "current.json":
            proxy.reset()
            publish(second, HOME)  # overtakes while the first one's last request is on its way
        return None

    proxy.plan = plan
    with pytest.raises(RemoteError, match="somebody else published meanwhile") as raised:
        publish(first, HOME)
    assert "\n" not in str(raised.value)
    assert current(bucket) == name_of(make(second, 2))
    findings = verify(HOME, deep=True)
    assert [found.faults for found in findings] == [()] * (3 if before else 2)


def test_two_at_once_with_the_same_data_are_both_right(
    bucket: Any, first: Path, proxy: Proxy
) -> None:
    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "PUT" and asked.name == "current.json":
            proxy.reset()
            publish(first, HOME)
        return None

    proxy.plan = plan
    assert publish(first, HOME).version == current(bucket)


def test_large_files_go_in_parts(
    bucket: Any, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PART_BYTES", 5 << 20)
    sizes = {"users/part-00000.parquet": (5 << 20) + 1000, "users/part-00001.parquet": 5 << 20}
    made = make(tmp_path / "large", sizes=sizes)
    met = []

    def plan(_number: int, asked: Asked) -> Fault | None:
        if "partNumber" not in asked.query or len(met) > 1:
            return None
        met.append(asked)
        return Fault("corrupt_up") if len(met) == 1 else Fault("answer", 500, "InternalError")

    proxy.plan = plan
    done = publish(tmp_path / "large", HOME)
    assert len(met) == 2
    assert done.sent_bytes == sum(sizes.values())
    tags = [
        bucket.head_object(Bucket=HOME.bucket, Key=f"{BASE}/versions/{done.version}/{file.path}")[
            "ETag"
        ]
        for file in made.files
    ]
    assert ["-2" in tag for tag in tags] == [True, False]
    assert current(bucket) == done.version
    assert "Uploads" not in bucket.list_multipart_uploads(Bucket=HOME.bucket)
    assert publish(tmp_path / "large", HOME).sent_bytes == 0


def test_nothing_is_asked_of_s3_for_a_damaged_folder(
    bucket: Any, first: Path, proxy: Proxy
) -> None:
    (first / "users/part-00000.parquet").write_bytes(b"x" * 2000)
    with pytest.raises(DataError, match="its bytes have changed"):
        publish(first, HOME)
    with pytest.raises(DataError, match="no data"):
        publish(first / "users", HOME)
    assert proxy.asked == []


def test_data_of_another_declaration_are_not_published(
    bucket: Any, first: Path, proxy: Proxy
) -> None:
    with pytest.raises(DataError, match="another declaration than today's"):
        publish(first, HOME, declared=spec_reader.load("games"))
    assert proxy.asked == []


@pytest.mark.parametrize("large", [False, True])
def test_a_file_that_changes_meanwhile_is_not_published(
    bucket: Any, first: Path, monkeypatch: pytest.MonkeyPatch, large: bool, proxy: Proxy
) -> None:
    def plan(_number: int, _asked: Asked) -> Fault | None:
        (first / "users/part-00000.parquet").write_bytes(b"x" * 2000)
        return None

    proxy.plan = plan
    if large:
        monkeypatch.setattr(transfer, "PART_BYTES", 1500)
    with pytest.raises(DataError, match="changed since it was built"):
        publish(first, HOME)
    assert not [key for key in keys(bucket) if key.endswith(("users/part-00000.parquet", ".json"))]


def test_what_is_pruned_in_the_same_moment_is_sent_again(
    bucket: Any, first: Path, second: Path, proxy: Proxy
) -> None:
    old = publish(first, HOME).version
    publish(second, HOME)
    lost = [f"{BASE}/versions/{old}/{path}" for path in ("manifest.json", *FILES)]

    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "PUT" and asked.name == "current.json":
            for key in lost:
                bucket.delete_object(Bucket=HOME.bucket, Key=key)
        return None

    proxy.plan = plan
    done = publish(first, HOME)
    assert done.ways["users/part-00000.parquet"] == "sent"
    assert current(bucket) == old


def test_somebody_who_deletes_for_ever_is_told_of(bucket: Any, first: Path, proxy: Proxy) -> None:
    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "GET" and "list-type" in asked.query:
            for key in keys(bucket):
                bucket.delete_object(Bucket=HOME.bucket, Key=key)
        return None

    proxy.plan = plan
    with pytest.raises(RemoteError, match="vanish"):
        publish(first, HOME)
