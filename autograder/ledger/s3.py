"""A ledger below an S3 prefix, or in any store that speaks S3 and knows conditional writes.

`If-None-Match: *` lets exactly one writer of a name be first. Where, and as whom, is told by the
usual variables (`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …) or AWS's own files.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from autograder.errors import ConfigError, LedgerError, RemoteError
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

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_TRIES = 6
_TAKEN, _CONFLICT = ("PreconditionFailed", "412"), ("ConditionalRequestConflict", "409")


class S3Store:
    """The ledger in one bucket.

    Args:
        bucket: it must exist.
        prefix: a folder in it, without slashes around it; empty for the whole bucket.
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._base = f"{prefix}/" if prefix else ""
        with self._faults():
            # A session of its own: the default one keeps the first credentials for ever.
            self._client: S3Client = boto3.session.Session().client(
                "s3",
                config=Config(
                    retries={"mode": "standard", "total_max_attempts": _TRIES},
                    connect_timeout=10,
                    read_timeout=30,
                    # Other makers' stores do not all know the newer checksums.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )

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
                if _code(error) in _TAKEN:
                    return False
                # Another writer of this very name is at work: asked again, S3 knows who was first.
                if _code(error) not in _CONFLICT or (tried := tried + 1) == _TRIES:
                    raise
                time.sleep(random.uniform(0, 0.1 * 2**tried))  # noqa: S311 - nothing secret

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
        try:
            yield
        except (NoCredentialsError, NoRegionError) as error:
            raise ConfigError(
                f"{where}: {error}", fix="set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION"
            ) from error
        except ClientError as error:
            code = _code(error)
            if code == "NoSuchKey":
                raise LedgerError(f"{where}: no such record") from error
            if code == "NoSuchBucket":
                raise LedgerError(f"{where}: no such bucket", fix="make it") from error
            said = error.response.get("Error", {}).get("Message", "")
            raise RemoteError(f"{where}: S3 answered {code}: {said[:200]}") from error
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no address
            raise RemoteError(f"{where}: {str(error)[:300]}", fix="run it again") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
