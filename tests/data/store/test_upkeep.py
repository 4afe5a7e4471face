"""What is published is looked at, and what is old goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.data.store import Series, prune, publish, verify
from autograder.data.store.layout import place
from autograder.errors import DataError, RemoteError, UsageError
from autograder.s3 import Address
from tests.data.store.made import BASE, HOME, SERIES, current, make
from tests.data.store.proxy import Asked, Fault, Proxy

LATER = datetime.now(UTC) + timedelta(days=2)
PART = "users/part-00000.parquet"


def keys(bucket: Any) -> list[str]:
    listed = bucket.list_objects_v2(Bucket=HOME.bucket).get("Contents", [])
    return [each["Key"] for each in listed]


def versions(bucket: Any) -> set[str]:
    return {
        key.removeprefix(f"{BASE}/versions/")[:16] for key in keys(bucket) if "/versions/" in key
    }


def put(bucket: Any, key: str, body: bytes = b"x", **metadata: str) -> None:
    bucket.put_object(Bucket=HOME.bucket, Key=f"{BASE}/{key}", Body=body, Metadata=metadata)


def history(tmp_path: Path, count: int) -> list[str]:
    """Publish so many versions one after another."""
    names = []
    for number in range(1, count + 1):
        make(tmp_path / f"v{number}", number)
        names.append(publish(tmp_path / f"v{number}", HOME).version)
    return names


@pytest.mark.parametrize(
    ("damage", "says", "deep_only"),
    [
        ("gone", f"{PART}: missing", False),
        ("short", f"{PART}: 10 bytes where 2000 were published", False),
        ("other", f"{PART}: the sha256 that S3 keeps is another or none", False),
        ("flipped", f"{PART}: its bytes have changed (sha256 differs)", True),
        ("stray", "users/part-00009.parquet: not listed by the manifest", False),
        ("manifest", "not what its version is named for", False),
    ],
)
def test_damage_is_found(
    bucket: Any, tmp_path: Path, damage: str, says: str, deep_only: bool
) -> None:
    old, new = history(tmp_path, 2)
    home = f"versions/{new}"
    told = bucket.head_object(Bucket=HOME.bucket, Key=f"{BASE}/{home}/{PART}")["Metadata"]
    if damage == "gone":
        bucket.delete_object(Bucket=HOME.bucket, Key=f"{BASE}/{home}/{PART}")
    elif damage == "stray":
        put(bucket, f"{home}/users/part-00009.parquet")
    elif damage == "manifest":
        put(bucket, f"{home}/manifest.json", b"{}")
    elif damage == "flipped":
        put(bucket, f"{home}/{PART}", b"x" * 2000, **told)
    else:
        put(bucket, f"{home}/{PART}", b"x" * (10 if damage == "short" else 2000))
    findings = {found.address: found for found in verify(HOME)}
    assert set(findings) == {SERIES.version(old), SERIES.version(new)}
    assert findings[SERIES.version(old)].faults == ()
    assert findings[SERIES.version(new)].current
    if not deep_only:
        (fault,) = findings[SERIES.version(new)].faults
        assert says in fault
    else:
        assert findings[SERIES.version(new)].faults == ()
        # One version alone can be looked at, too.
        (found,) = verify(SERIES.version(new), deep=True)
        assert found.faults == (says,)


def test_a_pointer_without_its_version(bucket: Any, first: Path) -> None:
    version = publish(first, HOME).version
    bucket.delete_object(Bucket=HOME.bucket, Key=f"{BASE}/versions/{version}/manifest.json")
    (found,) = verify(HOME)
    assert found.faults == ("current, and its manifest is missing",)
    put(bucket, "current.json", b"nonsense")
    (found,) = verify(SERIES.address)
    assert "does not name a version" in found.faults[0]


def test_many_series_lie_side_by_side(bucket: Any, first: Path, tmp_path: Path) -> None:
    publish(first, HOME)
    publish(first, Address(HOME.bucket))
    publish(first, HOME / "winter")
    assert [str(found.address)[:40] for found in verify(Address(HOME.bucket))] == [
        "s3://cohort-data/games/scale=0.001/seed=",
        "s3://cohort-data/shared/games/scale=0.00",
        "s3://cohort-data/shared/winter/games/sca",
    ]
    assert len(verify(HOME)) == 2
    with pytest.raises(DataError, match="no data are published"):
        verify(Address(HOME.bucket, "share"))


def test_old_versions_go(bucket: Any, tmp_path: Path) -> None:
    names = history(tmp_path, 5)
    make(tmp_path / "v2", 2)
    assert publish(tmp_path / "v2", HOME).version == names[1]  # an old one is current
    put(bucket, "notes.txt")
    put(bucket, "versions/not-a-version/users/part-00000.parquet")
    before = keys(bucket)
    assert prune(HOME, keep=0) == []  # all are younger than a day
    told = prune(HOME, keep=1, now=LATER, dry_run=True)
    assert {removed.address for removed in told} == {
        SERIES.version(name) for name in (names[0], names[2], names[3])
    }
    assert {(removed.kind, removed.bytes > 6000) for removed in told} == {("version", True)}
    assert keys(bucket) == before
    assert prune(HOME, keep=1, now=LATER) == told
    assert versions(bucket) - {"not-a-version/us"} == {names[1], names[4]}
    assert current(bucket) == names[1]
    assert all(not found.faults for found in verify(HOME, deep=True))
    assert {f"{BASE}/notes.txt", f"{BASE}/current.json"} <= set(keys(bucket))
    assert prune(HOME, keep=1, now=LATER) == []
    with pytest.raises(UsageError):
        prune(HOME, keep=-1)


def test_what_was_never_finished_goes(bucket: Any, tmp_path: Path) -> None:
    (whole,) = history(tmp_path, 1)
    put(bucket, f"versions/{'a' * 16}/{PART}", b"x" * 100)
    key = f"{BASE}/versions/{'b' * 16}/{PART}"
    bucket.create_multipart_upload(Bucket=HOME.bucket, Key=key)
    bucket.create_multipart_upload(Bucket=HOME.bucket, Key="elsewhere")
    begun = datetime(2010, 11, 10, 20, tzinfo=UTC)  # when this server says that all uploads began
    assert prune(HOME, now=begun + timedelta(hours=23)) == []
    gone = prune(SERIES.address, now=LATER)
    assert [(removed.kind, removed.address.prefix, removed.bytes) for removed in gone] == [
        ("unfinished", f"{BASE}/versions/{'a' * 16}", 100),
        ("upload", key, 0),
    ]
    assert versions(bucket) == {whole}
    left = bucket.list_multipart_uploads(Bucket=HOME.bucket)["Uploads"]
    assert [upload["Key"] for upload in left] == ["elsewhere"]


def test_a_damaged_pointer_keeps_everything(bucket: Any, tmp_path: Path) -> None:
    history(tmp_path, 2)
    put(bucket, "current.json", b"nonsense")
    before = keys(bucket)
    with pytest.raises(DataError, match="does not name a version"):
        prune(HOME, keep=0, now=LATER)
    assert keys(bucket) == before


def test_a_version_that_becomes_current_in_the_same_moment_stays(
    bucket: Any, tmp_path: Path, proxy: Proxy
) -> None:
    old, _ = history(tmp_path, 2)

    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "POST" and "delete" in asked.query:
            proxy.reset()
            assert publish(tmp_path / "v1", HOME).version == old
        return None

    proxy.plan = plan
    assert prune(HOME, keep=0, now=LATER) == []
    assert current(bucket) == old


def test_pruning_that_stops_is_ended_by_the_next(bucket: Any, tmp_path: Path, proxy: Proxy) -> None:
    old, new = history(tmp_path, 2)
    seen = []

    def plan(_number: int, asked: Asked) -> Fault | None:
        if asked.method == "POST":
            seen.append(asked)
        return Fault("answer", 403, "AccessDenied") if len(seen) > 1 else None

    proxy.plan = plan
    with pytest.raises(RemoteError, match="not allowed"):
        prune(HOME, keep=0, now=LATER)
    proxy.reset()
    assert [found.address for found in verify(HOME)] == [SERIES.version(new)]
    (removed,) = prune(HOME, keep=0, now=LATER)
    assert (removed.address, removed.kind) == (SERIES.version(old), "unfinished")
    assert versions(bucket) == {new}


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (f"{BASE}/current.json", (SERIES, "", "current.json")),
        (f"{BASE}/versions/{'a' * 16}/{PART}", (SERIES, "a" * 16, PART)),
        ("games/scale=1/seed=0/x", (Series("b", "", "games", 1.0, 0), "", "x")),
        ("games/scale=1e-05/seed=0/x", (Series("b", "", "games", 1e-05, 0), "", "x")),
        ("games/scale=1.0/seed=0/x", None),
        ("games/scale=01/seed=0/x", None),
        ("games/scale=0/seed=0/x", None),
        ("games/scale=1e999/seed=0/x", None),
        ("games/scale=-/seed=0/x", None),
        ("games/scale=1/seed=00/x", None),
        ("games/scale=1/seed=9999999999999999999/x", None),
        ("Games/scale=1/seed=1/x", None),
        ("current.json", None),
    ],
)
def test_keys_are_told_apart(key: str, found: tuple[Series, str, str] | None) -> None:
    at = place("cohort-data" if key.startswith(BASE) else "b", key)
    assert (at and (at.series, at.version, at.path)) == found
