"""Old versions go, and what was never finished: what nobody reads is paid for all the same.

The current version, the newest few, and whatever is younger than a day stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from autograder.data import manifest
from autograder.data.store.bucket import Bucket, Object
from autograder.data.store.layout import MAX_POINTER_BYTES, Series, parse_pointer
from autograder.data.store.verify import Held, holdings
from autograder.errors import UsageError
from autograder.s3 import Address

KEEP: Final = 3
YOUNG: Final = timedelta(days=1)
"""A publisher may be at work on anything younger."""

Kind = Literal["version", "unfinished", "upload"]


@dataclass(frozen=True)
class Removed:
    """What went, or would go.

    Attributes:
        kind: an old version; one whose manifest was never written; parts of one file.
        bytes: of its objects; 0 for an upload, whose parts S3 does not list here.
    """

    address: Address
    kind: Kind
    bytes: int


def prune(
    below: Address, *, keep: int = KEEP, dry_run: bool = False, now: datetime | None = None
) -> list[Removed]:
    """Remove what nobody reads any more below an address.

    An old version that is made current in the same moment stays: its manifest goes first, and
    comes back if the pointer has come to it meanwhile.

    Args:
        below: a folder with data, or one series.
        keep: how many of the newest versions stay besides the current.
        now: aware; the present by default.

    Raises:
        UsageError: `keep` is negative.
        DataError: a `current.json` is damaged; then nothing of it is removed.
        ConfigError, RemoteError: see `s3.faults`.
    """
    if keep < 0:
        raise UsageError(f"{keep} versions cannot be kept", fix="Give 0 or more")
    bucket = Bucket(below.bucket)
    before = (now or datetime.now(UTC)) - YOUNG
    gone = []
    for series, held in holdings(bucket, below).items():
        current = _current(bucket, series)
        for version in _old(held, current, keep, before):
            objects = held.versions[version]
            finished = manifest.NAME in objects
            if dry_run or _remove(bucket, series, version, objects):
                size = sum(each.bytes for each in objects.values())
                kind: Kind = "version" if finished else "unfinished"
                gone.append(Removed(series.version(version), kind, size))
    for key, upload, begun in list(bucket.uploads(below)):
        if begun < before:
            if not dry_run:
                bucket.give_up(key, upload)
            gone.append(Removed(Address(below.bucket, key), "upload", 0))
    return gone


def _current(bucket: Bucket, series: Series) -> str:
    """Return the current version's name; empty if there is none."""
    found = bucket.small(series.pointer, MAX_POINTER_BYTES)
    return parse_pointer(found.body, str(series.pointer)).version if found else ""


def _old(held: Held, current: str, keep: int, before: datetime) -> list[str]:
    """Return the versions that may go."""
    finished = sorted(
        (version for version, objects in held.versions.items() if manifest.NAME in objects),
        key=lambda version: held.versions[version][manifest.NAME].modified,
        reverse=True,
    )
    staying = {current, *finished[:keep]}
    return [
        version
        for version, objects in sorted(held.versions.items())
        if version not in staying and max(each.modified for each in objects.values()) < before
    ]


def _remove(bucket: Bucket, series: Series, version: str, objects: Mapping[str, Object]) -> bool:
    """Remove a version; False if it has become current."""
    at = series.manifest(version)
    kept = bucket.small(at, manifest.MAX_BYTES)
    bucket.delete([at.prefix])
    if _current(bucket, series) == version:
        if kept:
            bucket.put(at, kept.body)
        return False
    bucket.delete([each.key for path, each in objects.items() if path != manifest.NAME])
    return True
