"""What is wrong with published data: each object against its version's manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.data import manifest
from autograder.data.manifest import DataFile
from autograder.data.store.bucket import Bucket, Object
from autograder.data.store.layout import (
    MAX_POINTER_BYTES,
    Series,
    parse_manifest,
    parse_pointer,
    place,
)
from autograder.data.store.threads import Progress, Work
from autograder.data.store.transfer import fetch
from autograder.errors import DataError
from autograder.s3 import Address


@dataclass
class Held:
    """What a listing shows of one series.

    Attributes:
        pointed: True if there is a `current.json`.
        versions: the objects of each version by their path; one without a manifest among them
            is not finished.
    """

    pointed: bool = False
    versions: dict[str, dict[str, Object]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True)
class Finding:
    """One version and what is wrong with it, a line each; nothing if it is whole."""

    address: Address
    current: bool
    faults: tuple[str, ...]


def holdings(bucket: Bucket, below: Address) -> dict[Series, Held]:
    """Return every series below a folder, or the one that the folder belongs to."""
    found: dict[Series, Held] = defaultdict(Held)
    for each in bucket.objects(below):
        at = place(bucket.name, each.key)
        if at and at.version:
            found[at.series].versions[at.version][at.path] = each
        elif at and at.path == "current.json":
            found[at.series].pointed = True
    return dict(sorted(found.items()))


def verify(
    below: Address,
    *,
    deep: bool = False,
    anonymous: bool = False,
    progress: Progress | None = None,
) -> list[Finding]:
    """Check all finished versions below an address against their manifests.

    Args:
        below: a folder with data, one series, or one version of it.
        deep: read every byte; otherwise sizes and the hashes that S3 keeps beside them.
        anonymous: ask as nobody.
        progress: told of bytes.

    Raises:
        DataError: nothing is published there.
        ConfigError, RemoteError: see `s3.faults`.
    """
    bucket = Bucket(below.bucket, anonymous=anonymous)
    findings = []
    for series, held in holdings(bucket, below).items():
        fault, current = _current(bucket, series) if held.pointed else ("", "")
        if fault:
            findings.append(Finding(series.pointer, True, (fault,)))
        if current and manifest.NAME not in held.versions.get(current, {}):
            findings.append(
                Finding(series.version(current), True, ("current, and its manifest is missing",))
            )
        for version, objects in sorted(held.versions.items()):
            if manifest.NAME in objects:
                faults = _faults(bucket, series, version, objects, deep, progress)
                findings.append(Finding(series.version(version), version == current, faults))
    if not findings:
        raise DataError(f"{below}: no data are published there", fix="Mend the address")
    return findings


def _current(bucket: Bucket, series: Series) -> tuple[str, str]:
    """Return what is wrong with the pointer, and the version that it names."""
    found = bucket.small(series.pointer, MAX_POINTER_BYTES)
    if not found:
        return "vanished while it was looked at", ""
    try:
        pointer = parse_pointer(found.body, str(series.pointer))
    except DataError as error:
        return error.what, ""
    return "", pointer.version


def _faults(
    bucket: Bucket,
    series: Series,
    version: str,
    objects: Mapping[str, Object],
    deep: bool,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Return what is wrong with one version."""
    found = bucket.small(series.manifest(version), manifest.MAX_BYTES)
    if not found:
        return ("its manifest vanished while it was looked at",)
    try:
        listed = parse_manifest(found.body, version, series)
    except DataError as error:
        return (error.what,)
    home = series.version(version)
    work = Work("looking", sum(file.bytes for file in listed.files), progress)

    def look(file: DataFile) -> str:
        work.go_on()
        there = objects.get(file.path)
        if not there:
            return f"{file.path}: missing"
        if there.bytes != file.bytes:
            return f"{file.path}: {there.bytes} bytes where {file.bytes} were published"
        if not deep:
            work.done(file.bytes)
            same = bucket.holds(home / file.path, file)
            return "" if same else f"{file.path}: the sha256 that S3 keeps is another or none"
        try:
            fetch(bucket, home / file.path, file, None, work)
        except DataError:
            return f"{file.path}: its bytes have changed (sha256 differs)"
        return ""

    said = [line for line in work.each(look, listed.files) if line]
    known = {manifest.NAME, *(file.path for file in listed.files)}
    strays = [f"{path}: not listed by the manifest" for path in sorted(objects.keys() - known)]
    return (*said, *strays)
