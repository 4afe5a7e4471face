"""What the store asks of S3, files apart; faults come out as errors of ours.

It knows objects and their hashes, not what they are for.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from autograder import s3
from autograder.data.manifest import DataFile
from autograder.data.store.layout import PUBLISH_AGAIN
from autograder.errors import DataError, RemoteError
from autograder.s3 import Address

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import PutObjectRequestTypeDef

ALTERED: Final = ("BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody")
_JSON: Final = "application/json"
_DELETED_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Object:
    """One entry of a listing."""

    key: str
    bytes: int
    modified: datetime


@dataclass(frozen=True)
class Small:
    """A small object as a whole, and the tag that tells whether it has been replaced since."""

    body: bytes
    tag: str


class Bucket:
    """One bucket, which threads may share.

    Args:
        name: it must exist.
        anonymous: ask as nobody.
    """

    def __init__(self, name: str, *, anonymous: bool = False) -> None:
        self.name = name
        self.client = s3.connect(anonymous=anonymous)

    def small(self, at: Address, most: int) -> Small | None:
        """Read a small object; None if there is none, DataError if it is larger than `most`."""
        with s3.faults(str(at)):
            for tried in range(1, s3.TRIES + 1):
                try:
                    found = self.client.get_object(Bucket=self.name, Key=at.prefix)
                    with contextlib.closing(found["Body"]) as stream:
                        body = stream.read(most + 1)
                except ClientError as error:
                    if s3.code(error) in s3.MISSING:
                        return None
                    raise
                except BotoCoreError:
                    if tried == s3.TRIES:
                        raise
                else:
                    if len(body) > most:
                        raise DataError(f"{at}: larger than {most} bytes", fix=PUBLISH_AGAIN)
                    if len(body) == found["ContentLength"]:
                        return Small(body, found["ETag"])
                s3.pause(tried)
        raise RemoteError(f"{at}: cut off on the way", fix="run it again")

    def put(self, at: Address, body: bytes, *, tag: str | None = "") -> bool:
        """Write a small object under a condition; False if the condition did not hold.

        Args:
            tag: of what is to be replaced; empty if there must be nothing yet; None for no
                condition.
        """
        asked: PutObjectRequestTypeDef = {
            "Bucket": self.name,
            "Key": at.prefix,
            "Body": body,
            "ContentType": _JSON,
            "ChecksumSHA256": base64_of(hashlib.sha256(body).hexdigest()),
        }
        if tag:
            asked["IfMatch"] = tag
        elif tag is not None:
            asked["IfNoneMatch"] = "*"
        with s3.faults(str(at)):
            for tried in range(1, s3.TRIES + 1):
                try:
                    self.client.put_object(**asked)
                except ClientError as error:
                    named = s3.code(error)
                    if named in s3.TAKEN or (tag and named in s3.MISSING):
                        return False
                    again = named in s3.CONFLICT or named in ALTERED
                    if not again or tried == s3.TRIES:
                        raise
                    s3.pause(tried)
                else:
                    return True
        raise AssertionError("the last try returns or raises")

    def objects(self, below: Address) -> Iterator[Object]:
        """List what lies below a folder, in the order of keys."""
        prefix = f"{below.prefix}/" if below.prefix else ""
        with s3.faults(str(below)):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix
            )
            for page in pages:
                for each in page.get("Contents", []):
                    yield Object(each["Key"], each["Size"], each["LastModified"])

    def holds(self, at: Address, file: DataFile) -> bool:
        """True if an object has a file's size and, as publisher and S3 tell, its hash."""
        with s3.faults(str(at)):
            try:
                found = self.client.head_object(
                    Bucket=self.name, Key=at.prefix, ChecksumMode="ENABLED"
                )
            except ClientError as error:
                if s3.code(error) in s3.MISSING:
                    return False
                raise
        if found["ContentLength"] != file.bytes or found["Metadata"].get("sha256") != file.sha256:
            return False
        # What S3 itself has computed; for what came in parts ("…-3") it is of the parts' hashes.
        own, parts = found.get("ChecksumSHA256", ""), "-" in found["ETag"]
        return not own or parts or own == base64_of(file.sha256)

    def copy(self, source: Address, at: Address, file: DataFile) -> bool:
        """Copy an object on the server's side; False unless the copy has the file's hash."""
        with s3.faults(str(at)):
            try:
                made = self.client.copy_object(
                    Bucket=self.name,
                    Key=at.prefix,
                    CopySource={"Bucket": self.name, "Key": source.prefix},
                    ChecksumAlgorithm="SHA256",  # of the bytes as they lie there, not as told
                    MetadataDirective="REPLACE",
                    Metadata={"sha256": file.sha256},
                )
            except ClientError as error:
                if s3.code(error) in s3.MISSING:
                    return False
                raise
        return made["CopyObjectResult"].get("ChecksumSHA256") == base64_of(file.sha256)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no fault."""
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            batch = keys[start : start + _DELETED_AT_ONCE]
            with s3.faults(f"s3://{self.name}/{batch[0]}"):
                told = self.client.delete_objects(
                    Bucket=self.name,
                    Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
                )
            for fault in told.get("Errors", []):
                named, key = fault.get("Code", "an error"), fault.get("Key", "")
                raise RemoteError(f"s3://{self.name}/{key}: not deleted: S3 answered {named}")

    def uploads(self, below: Address) -> Iterator[tuple[str, str, datetime]]:
        """List uploads in parts that nobody has ended: key, its id, when it began."""
        prefix = f"{below.prefix}/" if below.prefix else ""
        with s3.faults(str(below)):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.name, Prefix=prefix
            )
            for page in pages:
                for each in page.get("Uploads", []):
                    yield each["Key"], each["UploadId"], each["Initiated"]

    def give_up(self, key: str, upload: str) -> None:
        """End an upload in parts; what it has sent is no longer paid for."""
        with s3.faults(f"s3://{self.name}/{key}"):
            try:
                self.client.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload)
            except ClientError as error:
                if s3.code(error) != "NoSuchUpload":  # it has ended by itself
                    raise


def base64_of(sha256: str) -> str:
    """Return a hash as S3 writes it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
