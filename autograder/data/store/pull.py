"""A version on S3 becomes a folder, the same as a build makes: whole, proven, all at once.

Safe to be killed anywhere and run again: what has come is not fetched again.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.data import folder, manifest, requests
from autograder.data.manifest import DataFile, Manifest
from autograder.data.store.bucket import Bucket
from autograder.data.store.layout import (
    MAX_POINTER_BYTES,
    PUBLISH_AGAIN,
    Series,
    check_version,
    parse_manifest,
    parse_pointer,
    sha256,
)
from autograder.data.store.threads import Progress, Work
from autograder.data.store.transfer import fetch
from autograder.data.workplace import make
from autograder.errors import DataError
from autograder.s3 import Address

_SPARE_BYTES: Final = 16 << 20
"""Left free on the disk."""


@dataclass(frozen=True)
class Pulled:
    """What pulling did.

    Attributes:
        fetched: files that came over the network.
        fetched_bytes: of them.
    """

    manifest: Manifest
    version: str
    fetched: int
    fetched_bytes: int


def pull(
    source: Address,
    dataset: str,
    *,
    scale: float,
    seed: int,
    out: Path,
    version: str | None = None,
    anonymous: bool = False,
    progress: Progress | None = None,
) -> Pulled:
    """Bring the folder `out` to a version that is published below `source`.

    Files that the folder has already are kept. Nothing is written where nothing is missing, so
    that a folder which only others may write will do.

    Args:
        version: an older one; None for the current.
        anonymous: ask as nobody, for buckets that everybody may read.
        progress: told of bytes.

    Raises:
        UsageError: an argument is wrong, or `out` holds something else than this data.
        DataError: nothing is published, it is not what its manifest says, or the folder cannot
            be written.
        ConfigError, RemoteError: see `s3.faults`.
    """
    series = Series.at(source, dataset, scale, seed)
    if version:
        check_version(version)
    bucket = Bucket(source.bucket, anonymous=anonymous)
    wanted, name = _wanted(bucket, series, out, version)
    if _has(out, wanted):
        return Pulled(wanted, name, 0, 0)
    folder.only_ours(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _staging(out) as place:
            if _has(out, wanted):  # whoever held the staging folder has done it
                return Pulled(wanted, name, 0, 0)
            came = _fill(bucket, series.version(name), wanted, out, place, progress)
            folder.take(wanted, place, out)
    except OSError as error:
        fix = "Free some space" if error.errno == errno.ENOSPC else "Choose a folder you can write"
        raise DataError(f"cannot write data to {out}: {error.strerror}", fix=fix) from error
    return Pulled(wanted, name, len(came), sum(file.bytes for file in came))


def _wanted(bucket: Bucket, series: Series, out: Path, version: str | None) -> tuple[Manifest, str]:
    """Return the manifest that `out` is to have, and the name of its version."""
    digest = version
    if not digest:
        found = bucket.small(series.pointer, MAX_POINTER_BYTES)
        if not found:
            command = f"pioneers data build {series.dataset} --scale {series.scale:g}"
            fix = f"Ask an organiser to publish it, or make it here: {command} --seed {series.seed}"
            raise DataError(f"{series.address}: nothing is published there", fix=fix)
        digest = parse_pointer(found.body, str(series.pointer)).manifest_sha256
    name = digest[:16]
    try:
        here = manifest.load(out)
        if sha256(here).startswith(digest) and here.id == series.id:
            return here, name
    except DataError:
        pass  # nothing there yet, or nothing of use
    found = bucket.small(series.manifest(name), manifest.MAX_BYTES)
    if not found:
        fix = "Choose one that pioneers data verify lists" if version else PUBLISH_AGAIN
        raise DataError(f"{series.version(name)}: no such version", fix=fix)
    return parse_manifest(found.body, digest, series), name


def _has(out: Path, wanted: Manifest) -> bool:
    """True if `out` is as the manifest says; UsageError if it holds something else."""
    present = folder.look(out, wanted.id, wanted.spec_sha256)
    return present.whole and present.manifest == wanted


def _fill(
    bucket: Bucket,
    home: Address,
    wanted: Manifest,
    out: Path,
    place: Path,
    progress: Progress | None,
) -> list[DataFile]:
    """Bring all files to `place`, and nothing else; return those that were fetched."""
    _sweep(place, wanted)
    work = Work("looking", sum(file.bytes for file in wanted.files), progress)

    def lacks(file: DataFile) -> bool:
        work.go_on()
        have = _keep(place, out, file)
        work.done(file.bytes)
        return not have

    lacking = work.each(lacks, wanted.files)
    missing = [file for file, lack in zip(wanted.files, lacking, strict=True) if lack]
    need, free = sum(file.bytes for file in missing), requests.free(place)
    if need and need + _SPARE_BYTES > free:
        more, left = requests.bytes_told(need), requests.bytes_told(free)
        said = f"{wanted.id} needs {more} more, and {out.parent} has {left} free"
        raise DataError(said, fix="Free some space, or pull a smaller scale")
    work = Work("pulling", need, progress)

    def bring(file: DataFile) -> None:
        work.go_on()
        path = place / file.path
        _folders(place, path)
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as sink:
                fetch(bucket, home / file.path, file, sink, work)
            partial.chmod(0o644)
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)

    work.each(bring, missing)
    return missing


def _keep(place: Path, out: Path, file: DataFile) -> bool:
    """True if a file has come before, or could be taken from `out`."""
    path = place / file.path
    if not manifest.damage(place, file):
        return True
    path.unlink(missing_ok=True)
    if manifest.damage(out, file):
        return False
    _folders(place, path)
    try:
        path.hardlink_to(out / file.path)
    except OSError:  # another owner's, or a file system without links
        shutil.copyfile(out / file.path, path)
        path.chmod(0o644)
    return not manifest.damage(place, file)


def _folders(place: Path, path: Path) -> None:
    """Make the folders above a file, readable for a sandbox's user whatever the umask."""
    for above in reversed(path.relative_to(place).parents[:-1]):
        make(place / above)


def _sweep(place: Path, wanted: Manifest) -> None:
    """Remove what an earlier pull left and this version does not have."""
    files = {place / file.path for file in wanted.files}
    folders = {above for path in files for above in path.parents}
    for path in sorted(place.rglob("*"), reverse=True):
        is_folder = path.is_dir() and not path.is_symlink()
        if is_folder and path not in folders:
            path.rmdir()
        elif not is_folder and path not in files:
            path.unlink()


@contextlib.contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Hold a folder beside `out` to gather files in; what is in it outlives a kill or a fault.

    One pull at a time has it, others wait. The folder itself is locked, so that no lock file is
    left; the lock ends with us.
    """
    root = out.parent / f".{out.name}.pulling"
    place = root / "files"
    handle = _hold(root)
    try:
        for path in root.iterdir():
            if path != place:  # a pull was killed while it put the folder in its place
                shutil.rmtree(path)
        make(place)
        yield place
        shutil.rmtree(root, ignore_errors=True)
    finally:
        os.close(handle)


def _hold(root: Path) -> int:
    """Make the folder and lock it as soon as nobody else has it; return the lock's handle."""
    while True:
        try:
            make(root)
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            if not root.parent.is_dir():
                raise
            continue  # whoever had it has finished, and removed it just now
        fcntl.flock(handle, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), root.lstat()):
                return handle
        os.close(handle)  # it was removed while we waited
