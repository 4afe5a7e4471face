"""Names in the bucket, and the pointer that says which version is current. No I/O.

What comes from a bucket is hostile input: whoever can write there may write anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from autograder.data import manifest
from autograder.data.manifest import Manifest
from autograder.data.requests import check_scale, check_seed
from autograder.errors import DataError, UsageError
from autograder.models import FORMAT_VERSION, dataset_id
from autograder.s3 import Address

MAX_POINTER_BYTES: Final = 4096
PUBLISH_AGAIN: Final = "Ask an organiser to publish the data again"

_DATASET: Final = r"[a-z][a-z0-9_]{0,39}"
_VERSION: Final = r"[0-9a-f]{16}"
_KEY = re.compile(
    rf"(?:(?P<prefix>.+)/)?(?P<dataset>{_DATASET})/scale=(?P<scale>[0-9.e-]{{1,24}})"
    rf"/seed=(?P<seed>[0-9]{{1,19}})/(?P<rest>.+)"
)
_TIME = re.compile(r"[0-9T:.+Z-]{1,40}")
_IN_VERSION = re.compile(rf"versions/(?P<version>{_VERSION})/(?P<path>.+)")


@dataclass(frozen=True, order=True)
class Series:
    """One dataset at one scale and seed, in all its versions, below a folder of a bucket."""

    bucket: str
    prefix: str
    dataset: str
    scale: float
    seed: int

    @classmethod
    def at(cls, root: Address, dataset: str, scale: float, seed: int) -> Series:
        """Name a series; UsageError if there can be none of that name, scale or seed."""
        if not re.fullmatch(_DATASET, dataset):
            fix = "Give a name such as games: small letters, digits and _"
            raise UsageError(f"no dataset is called {dataset[:80]!r}", fix=fix)
        return cls(root.bucket, root.prefix, dataset, check_scale(scale), check_seed(seed))

    @property
    def id(self) -> str:
        """Return the data's name, such as "games@0.01#42"."""
        return dataset_id(self.dataset, self.scale, self.seed)

    @property
    def address(self) -> Address:
        """Return its folder on S3. No `@` or `#`, which Hadoop's s3a does not read everywhere."""
        scale = self.id.partition("@")[2].partition("#")[0]
        root = Address(self.bucket, self.prefix)
        return root / f"{self.dataset}/scale={scale}/seed={self.seed}"

    @property
    def pointer(self) -> Address:
        """Return where `current.json` is."""
        return self.address / "current.json"

    def version(self, version: str) -> Address:
        """Return the folder of one version."""
        return self.address / f"versions/{version}"

    def manifest(self, version: str) -> Address:
        """Return where a version's manifest is."""
        return self.version(version) / manifest.NAME


@dataclass(frozen=True)
class Pointer:
    """What `current.json` says.

    Attributes:
        published_at: when, as ISO 8601 in UTC; for people only.
    """

    version: str
    manifest_sha256: str
    published_at: str

    @classmethod
    def to(cls, made: Manifest) -> Pointer:
        """Return the pointer to a version that is published now."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        digest = sha256(made)
        return cls(digest[:16], digest, now)

    def dump(self) -> bytes:
        """Return the JSON text of current.json."""
        body = {
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "manifest_sha256": self.manifest_sha256,
            "published_at": self.published_at,
        }
        return (json.dumps(body, indent=1) + "\n").encode()


def parse_pointer(body: bytes, where: str) -> Pointer:
    """Read `current.json`.

    Raises:
        DataError: it is none that a publisher writes.
    """
    try:
        said = json.loads(body)
        version, digest = said["version"], said["manifest_sha256"]
        if said["format_version"] != FORMAT_VERSION or not isinstance(digest, str):
            raise ValueError("another format")
        if not re.fullmatch(r"[0-9a-f]{64}", digest) or version != digest[:16]:
            raise ValueError("no such version")
        at = str(said.get("published_at", ""))
        return Pointer(version, digest, at if _TIME.fullmatch(at) else "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{where}: does not name a version", fix=PUBLISH_AGAIN) from None


def parse_manifest(body: bytes, digest: str, series: Series) -> Manifest:
    """Read the manifest of a version.

    Args:
        digest: its sha256, or the beginning of it that names the version.

    Raises:
        DataError: it is not the one that the version is named for, or of other data.
    """
    where = str(series.manifest(digest[:16]))
    if not hashlib.sha256(body).hexdigest().startswith(digest):
        raise DataError(f"{where}: not what its version is named for", fix=PUBLISH_AGAIN)
    found = manifest.parse(body, where, fix=PUBLISH_AGAIN)
    if found.id != series.id:
        raise DataError(f"{where}: lists {found.id[:80]!r}, not {series.id}", fix=PUBLISH_AGAIN)
    return found


def check_version(version: str) -> str:
    """Return a version's name; UsageError if none can be called so."""
    if not re.fullmatch(_VERSION, version):
        fix = "Give 16 digits and letters a to f, as publish and verify print them"
        raise UsageError(f"no version is called {version[:80]!r}", fix=fix)
    return version


def sha256(made: Manifest) -> str:
    """Return the hash of a manifest's text."""
    return hashlib.sha256(made.dump()).hexdigest()


@dataclass(frozen=True)
class Place:
    """What a key in the bucket is: something of a series, perhaps of one of its versions.

    Attributes:
        version: empty for what is in no version, such as current.json.
        path: below the version, or below the series.
    """

    series: Series
    version: str
    path: str


def place(bucket: str, key: str) -> Place | None:
    """Return what a key is; None for what we never write."""
    if not (found := _KEY.fullmatch(key)):
        return None
    try:
        series = Series(
            bucket,
            found["prefix"] or "",
            found["dataset"],
            check_scale(float(found["scale"])),
            check_seed(int(found["seed"])),
        )
    except (ValueError, UsageError):
        return None
    if not key.startswith(f"{series.address.prefix}/"):
        return None  # the same number in another spelling
    if inside := _IN_VERSION.fullmatch(found["rest"]):
        return Place(series, inside["version"], inside["path"])
    return Place(series, "", found["rest"])
