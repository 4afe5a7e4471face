"""A ledger below an S3 prefix, or in any store that speaks S3 and knows conditional writes.

`If-None-Match: *` lets exactly one writer of a name be first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from botocore.exceptions import ClientError

from autograder import s3
from autograder.errors import LedgerError
from autograder.ledger.record import Record, dump
from autograder.ledger.store import (
    MAX_BYTES,
    Added,
    kept,
    proven_name,
    proven_prefix,
    record_names,
    stray_names,
)


class S3Store:
    """The ledger in one bucket.

    Args:
        bucket: it must exist.
        prefix: a folder in it, without slashes around it; empty for the whole bucket.
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._base = f"{prefix}/" if prefix else ""
        self._client = s3.connect()

    def add(self, record: Record) -> Added:
        """See `Store.add`."""
        name, body = proven_name(record.name), dump(record)
        with self._faults():
            if not self._put(self._base + name, body):
                return kept(self, record)
        return Added(record, new=True)

    def add_all(self, records: Sequence[Record]) -> list[Added]:
        """See `Store.add_all`."""
        return [self.add(record) for record in records]

    def names(self, prefix: str = "") -> Iterator[str]:
        """See `Store.names`."""
        return record_names(self._files(proven_prefix(prefix)), prefix)

    def strays(self) -> Iterator[str]:
        """See `Store.strays`."""
        return stray_names(self._files(""))

    def read(self, name: str) -> bytes:
        """See `Store.read`."""
        key = self._base + proven_name(name)
        with self._faults(name):
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            with contextlib.closing(found["Body"]) as stream:
                body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise LedgerError(f"{name}: larger than {MAX_BYTES} bytes")
        return body

    def _put(self, key: str, body: bytes) -> bool:
        """Write an object unless there is one; True if it is now this one."""
        tried = 0
        while True:
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
                return True
            except ClientError as error:
                if s3.code(error) in s3.TAKEN:
                    return False
                # Another writer of this very name is at work: asked again, S3 knows who was first.
                if s3.code(error) not in s3.CONFLICT or (tried := tried + 1) == s3.TRIES:
                    raise
                s3.pause(tried)

    def _files(self, prefix: str) -> Iterator[str]:
        """Every object below a prefix, by its name in the ledger."""
        with self._faults():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._base + prefix
            )
            for page in pages:
                for each in page.get("Contents", []):
                    yield each["Key"].removeprefix(self._base)

    @contextlib.contextmanager
    def _faults(self, name: str = "") -> Iterator[None]:
        """Turns what boto3 raises into one line of ours."""
        where = f"s3://{self._bucket}/{self._base}{name}"
        with s3.faults(where):
            try:
                yield
            except ClientError as error:
                if s3.code(error) != "NoSuchKey":
                    raise
                raise LedgerError(f"{where}: no such record") from error
