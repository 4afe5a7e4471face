"""A built folder becomes a version on S3, and the version becomes current.

Safe to be killed anywhere and run again: what is there already is not sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from autograder.data import manifest
from autograder.data.layout import entries
from autograder.data.manifest import DataFile, Manifest
from autograder.data.spec import Dataset
from autograder.data.store.bucket import Bucket
from autograder.data.store.layout import (
    MAX_POINTER_BYTES,
    Pointer,
    Series,
    parse_manifest,
    parse_pointer,
)
from autograder.data.store.threads import Progress, Work
from autograder.data.store.transfer import send
from autograder.errors import DataError, RemoteError
from autograder.s3 import Address

_ROUNDS: Final = 3

Way = Literal["sent", "copied", "there"]


@dataclass(frozen=True)
class Published:
    """What publishing did.

    Attributes:
        address: the series' folder, which `verify` takes.
        ways: how each file, by its path, came to be there: over the network, copied from the
            version before on the server's side, or not at all because it was there.
        sent_bytes: over the network.
        changed: False if this version was current already.
    """

    address: Address
    version: str
    ways: Mapping[str, Way]
    sent_bytes: int
    changed: bool


def publish(
    folder: Path,
    to: Address,
    *,
    declared: Dataset | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish a built dataset below `to`, and make it the current version of its series.

    Args:
        declared: what the data must be whole by; None to publish whatever the folder lists.
        progress: told of bytes, first of those looked at, then of those on their way.

    Raises:
        DataError: the folder holds no data, or damaged, incomplete or outdated ones.
        ConfigError, RemoteError: see `s3.faults`; also if somebody else published meanwhile, in
            which case both versions are whole and theirs is current.
    """
    made = manifest.load(folder)
    series = Series.at(to, made.dataset, made.scale, made.seed)
    if declared:
        _complete(folder, made, declared)
    _sound(folder, made, progress)
    publisher = _Publisher(folder, made, series, progress)
    before, tag = publisher.current()
    ways = publisher.fill(before)
    publisher.seal()
    changed = publisher.point(before, tag)
    for _ in range(_ROUNDS):
        if publisher.whole():
            sent = sum(file.bytes for file in made.files if ways[file.path] == "sent")
            return Published(series.address, publisher.pointer.version, ways, sent, changed)
        # Somebody who pruned old versions took this one for old until it became current.
        ways |= {path: way for path, way in publisher.fill(before).items() if way != "there"}
        publisher.seal()
    raise RemoteError(
        f"{series.version(publisher.pointer.version)}: files vanish while they are published",
        fix="see who deletes there, then publish again",
    )


def read_pointer(bucket: Bucket, series: Series) -> tuple[Pointer | None, str]:
    """Return the pointer and its tag; no pointer and an empty tag if nothing is published.

    Raises:
        DataError: something else is in its place.
    """
    found = bucket.small(series.pointer, MAX_POINTER_BYTES)
    if not found:
        return None, ""
    return parse_pointer(found.body, str(series.pointer)), found.tag


def read_manifest(bucket: Bucket, series: Series, version: str) -> Manifest | None:
    """Return a version's manifest; None if there is none, so no version.

    Raises:
        DataError: something else is in its place.
    """
    found = bucket.small(series.manifest(version), manifest.MAX_BYTES)
    return parse_manifest(found.body, version, series) if found else None


class _Publisher:
    """One folder on its way to one version."""

    def __init__(
        self, folder: Path, made: Manifest, series: Series, progress: Progress | None
    ) -> None:
        self._folder, self._made, self._series, self._progress = folder, made, series, progress
        self._bucket = Bucket(series.bucket)
        self.pointer = Pointer.to(made)
        self._home = series.version(self.pointer.version)

    def current(self) -> tuple[Pointer | None, str]:
        """Return the pointer, None if there is none or it is damaged, and what to replace."""
        found = self._bucket.small(self._series.pointer, MAX_POINTER_BYTES)
        if not found:
            return None, ""
        try:
            return parse_pointer(found.body, str(self._series.pointer)), found.tag
        except DataError:
            return None, found.tag

    def fill(self, before: Pointer | None) -> dict[str, Way]:
        """See to it that all files are there; return how each came to be."""
        there = self._sizes()
        earlier = self._earlier(before)
        files = self._made.files
        work = Work("publishing", sum(file.bytes for file in files), self._progress)

        def bring(file: DataFile) -> Way:
            at = self._home / file.path
            work.go_on()
            way: Way = "sent"
            if there.get(at.prefix) == file.bytes and self._bucket.holds(at, file):
                way = "there"
            elif (source := earlier.get(file.sha256)) and self._bucket.copy(source, at, file):
                way = "copied"
            if way == "sent":
                send(self._bucket, self._folder / file.path, at, file, work)
            else:
                work.done(file.bytes)
            return way

        ways = work.each(bring, files)
        return {file.path: way for file, way in zip(files, ways, strict=True)}

    def seal(self) -> None:
        """Write the manifest, which makes the version visible."""
        at, body = self._series.manifest(self.pointer.version), self._made.dump()
        if self._bucket.put(at, body):
            return
        found = self._bucket.small(at, manifest.MAX_BYTES)
        if found and found.body == body:
            return
        # Its name tells what it must hold, so this is no change of a version but its repair.
        self._bucket.put(at, body, tag=found.tag if found else "")

    def point(self, before: Pointer | None, tag: str) -> bool:
        """Make the version current; False if it was.

        Raises:
            RemoteError: another version became current since `before` was read.
        """
        if before and before.version == self.pointer.version:
            return False
        if self._bucket.put(self._series.pointer, self.pointer.dump(), tag=tag):
            return True
        now, _ = self.current()
        if now and now.version == self.pointer.version:
            return True  # our own first try arrived and its answer was lost, or a twin was first
        raise RemoteError(
            f"{self._series.pointer}: somebody else published meanwhile, and theirs is current; "
            f"your version {self.pointer.version} is whole, too",
            fix="publish again if yours is the one that is wanted",
        )

    def whole(self) -> bool:
        """True if all that the version needs is listed, with its size."""
        sizes = self._sizes()
        needed = {(self._home / file.path).prefix: file.bytes for file in self._made.files}
        needed[(self._home / manifest.NAME).prefix] = len(self._made.dump())
        return needed.items() <= sizes.items()

    def _sizes(self) -> dict[str, int]:
        return {each.key: each.bytes for each in self._bucket.objects(self._home)}

    def _earlier(self, before: Pointer | None) -> dict[str, Address]:
        """Where the current version has bytes, by their hash."""
        if not before or before.version == self.pointer.version:
            return {}
        try:
            found = read_manifest(self._bucket, self._series, before.version)
        except DataError:
            return {}  # damaged: nothing to be had from it
        home = self._series.version(before.version)
        return {file.sha256: home / file.path for file in found.files} if found else {}


def _complete(folder: Path, made: Manifest, declared: Dataset) -> None:
    """Raise DataError unless the data are all of what is declared today."""
    fix = f"Delete the folder, then pioneers data build {made.dataset} and publish again"
    if made.dataset != declared.id or made.spec_sha256 != declared.sha256:
        raise DataError(f"{folder}: built from another declaration than today's", fix=fix)
    built = {table.name for table in made.tables}
    if lacking := [name for name in entries(declared.tables, formats=True) if name not in built]:
        raise DataError(f"{folder}: lacks {', '.join(lacking)[:200]}", fix=fix)


def _sound(folder: Path, made: Manifest, progress: Progress | None) -> None:
    """Raise DataError unless each file's bytes are those that were built."""
    work = Work("looking", sum(file.bytes for file in made.files), progress)

    def prove(file: DataFile) -> None:
        work.go_on()
        if said := manifest.damage(folder, file):
            fix = "Delete the folder and build the data again"
            raise DataError(f"{folder}: {said}", fix=fix)
        work.done(file.bytes)

    work.each(prove, made.files)
