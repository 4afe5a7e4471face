"""Small made-up data that look like a build, and an eye of its own on what a bucket holds."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.data.store import Pulled, Series, pull
from autograder.files import write_whole
from autograder.s3 import Address

HOME = Address("cohort-data", "shared")
SERIES = Series.at(HOME, "games", 0.001, 7)
BASE = "shared/games/scale=0.001/seed=7"

FILES = {
    "play_sessions/month=2026-01/part-00000.parquet": 3000,
    "reviews_json/part-00000.jsonl": 1000,
    "users/part-00000.parquet": 2000,
    "users/part-00001.parquet": 0,
}


def make(folder: Path, version: int = 1, sizes: dict[str, int] | None = None) -> Manifest:
    """A folder of four files; those of `users` are other ones in each version."""
    tables: dict[str, list[DataFile]] = {}
    for path, size in (sizes or FILES).items():
        table = path.partition("/")[0]
        own = version if table == "users" else 0
        body = random.Random(f"{path} {own}").randbytes(size)
        write_whole(folder / path, body)
        digest = hashlib.sha256(body).hexdigest()
        tables.setdefault(table, []).append(DataFile(path, digest, size, size // 10))
    listed = tuple(DataTable(name, tuple(files)) for name, files in sorted(tables.items()))
    made = Manifest("games", 0.001, 7, "5" * 64, f"made up {version}", listed)
    write_whole(folder / "manifest.json", made.dump())
    return made


def name_of(made: Manifest) -> str:
    """What its version is called."""
    return hashlib.sha256(made.dump()).hexdigest()[:16]


def current(client: Any) -> str | None:
    """The version that readers find, after every byte of it has been looked at; None if none.

    The store's own code has no part in this.
    """
    listed = client.list_objects_v2(Bucket=HOME.bucket, Prefix=f"{BASE}/").get("Contents", [])
    if f"{BASE}/current.json" not in [each["Key"] for each in listed]:
        return None

    def body(key: str) -> bytes:
        return bytes(client.get_object(Bucket=HOME.bucket, Key=f"{BASE}/{key}")["Body"].read())

    pointer = json.loads(body("current.json"))
    version = pointer["version"]
    text = body(f"versions/{version}/manifest.json")
    assert hashlib.sha256(text).hexdigest() == pointer["manifest_sha256"]
    for table in json.loads(text)["tables"].values():
        for file in table["files"]:
            there = body(f"versions/{version}/{file['path']}")
            assert hashlib.sha256(there).hexdigest() == file["sha256"], file["path"]
    return str(version)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def empty(client: Any) -> None:
    """Remove everything from the bucket."""
    for each in client.list_objects_v2(Bucket=HOME.bucket).get("Contents", []):
        client.delete_object(Bucket=HOME.bucket, Key=each["Key"])


def pull_to(out: Path) -> Pulled:
    """Pull what is current."""
    return pull(HOME, "games", scale=0.001, seed=7, out=out)


def in_environment(environment: Mapping[str, str], job: Callable[..., Any], *words: Any) -> None:
    """Do a job in another process, in this one's environment."""
    os.environ.update(environment)
    job(*words)
