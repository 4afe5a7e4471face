"""Files to S3 and back: in one piece or in parts, proven by their hash on every way.

It knows one file and one object at a time, not what they belong to.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from pathlib import Path
from typing import BinaryIO, Final, cast

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from autograder import s3
from autograder.data.manifest import DataFile
from autograder.data.store.bucket import ALTERED, Bucket, base64_of
from autograder.data.store.layout import PUBLISH_AGAIN
from autograder.data.store.threads import Work
from autograder.errors import DataError
from autograder.s3 import Address

PART_BYTES: Final = 8 << 20
"""Larger files are sent in parts of this size; S3 takes none below 5 MiB."""

CHUNK_BYTES: Final = 1 << 20


def send(bucket: Bucket, path: Path, at: Address, file: DataFile, work: Work) -> None:
    """Send a file, with checksums that S3 compares; what is there is replaced.

    Raises:
        DataError: the file is no longer what its manifest says.
    """
    with s3.faults(str(at)):
        for tried in range(1, s3.TRIES + 1):
            with path.open("rb") as opened:
                source = _Source(opened, path, file, work)
                try:
                    _send(bucket, source, at, file, work)
                except ClientError as error:
                    work.done(-source.count)
                    if s3.code(error) not in ALTERED or tried == s3.TRIES:
                        raise
                else:
                    return
            s3.pause(tried)


def fetch(bucket: Bucket, at: Address, file: DataFile, sink: BinaryIO | None, work: Work) -> None:
    """Read a file's object to its end, and prove its hash.

    Args:
        sink: a file to write to, emptied before each try; None to look only.

    Raises:
        DataError: there is none, or its bytes are not the manifest's, however often asked.
        OSError: the sink cannot be written.
    """
    with s3.faults(str(at)):
        for tried in range(1, s3.TRIES + 1):
            try:
                if _fetched(bucket, at, file, sink, work):
                    return
            except ClientError as error:
                if s3.code(error) not in s3.MISSING:
                    raise
                said = f"{at}: listed by its manifest and not there"
                raise DataError(said, fix=PUBLISH_AGAIN) from error
            except BotoCoreError:  # cut off in the middle, where the client does not try again
                if tried == s3.TRIES:
                    raise
            if tried < s3.TRIES:
                s3.pause(tried)
    raise DataError(f"{at}: its bytes are not those of its manifest", fix=PUBLISH_AGAIN)


def _send(bucket: Bucket, source: _Source, at: Address, file: DataFile, work: Work) -> None:
    """One try."""
    told = {"sha256": file.sha256}
    if file.bytes <= PART_BYTES:
        bucket.client.put_object(
            Bucket=bucket.name,
            Key=at.prefix,
            Body=_Body(source.read(file.bytes + 1), work),
            ChecksumSHA256=base64_of(file.sha256),
            Metadata=told,
        )
        return
    bucket.client.upload_fileobj(
        cast("BinaryIO", source),  # it has all that is asked of a stream that cannot be sought
        bucket.name,
        at.prefix,
        ExtraArgs={"ChecksumAlgorithm": "SHA256", "Metadata": told},
        # Files go side by side already; the parts of one go one after another.
        Config=TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False
        ),
    )


def _fetched(
    bucket: Bucket, at: Address, file: DataFile, sink: BinaryIO | None, work: Work
) -> bool:
    """One try; True if the bytes are the file's."""
    hashed, count, whole = hashlib.sha256(), 0, False
    if sink:
        sink.seek(0)
        sink.truncate()
    try:
        found = bucket.client.get_object(Bucket=bucket.name, Key=at.prefix)
        with contextlib.closing(found["Body"]) as stream:
            # One piece more than there may be is enough to know.
            while count <= file.bytes and (piece := stream.read(CHUNK_BYTES)):
                work.go_on()
                hashed.update(piece)
                count += len(piece)
                work.done(len(piece))
                if sink and count <= file.bytes:
                    sink.write(piece)
        whole = count == file.bytes and hashed.hexdigest() == file.sha256
        return whole
    finally:
        if not whole:
            work.done(-count)


class _Source(io.RawIOBase):
    """A file read once from start to end, and proven before its last piece goes out."""

    def __init__(self, opened: BinaryIO, path: Path, file: DataFile, work: Work) -> None:
        super().__init__()
        self._opened, self._path, self._file, self._work = opened, path, file, work
        self._hashed = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        """True: it is a stream."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; DataError if the whole is not the file that was built."""
        self._work.go_on()
        piece = self._opened.read(size)
        self._hashed.update(piece)
        self.count += len(piece)
        ended = self.count >= self._file.bytes or not piece
        same = self.count == self._file.bytes
        if ended and not (same and self._hashed.hexdigest() == self._file.sha256):
            fix = "Build the data again, then publish them"
            raise DataError(f"{self._path}: changed since it was built", fix=fix)
        self._work.done(len(piece))
        return piece


class _Body(io.BytesIO):
    """Bytes on their way out, which stop when the batch is given up."""

    def __init__(self, body: bytes, work: Work) -> None:
        super().__init__(body)
        self._work = work

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes."""
        self._work.go_on()
        return super().read(size)
