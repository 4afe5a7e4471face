"""What a key can do with the shared data, found out by trying: read, and nothing else.

What is tried could do no harm even where it succeeds: every name tried is random, nothing is ever
read but one byte, and what was written by surprise is removed again. It must not know how the
findings are shown; `cloud.look.<code>` of the catalogue has the words.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from autograder import s3
from autograder.cloud import aws
from autograder.cloud.setting import base
from autograder.errors import RemoteError
from autograder.s3 import Address

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

State = Literal["ok", "bad", "unknown", "note"]
"""`bad`: not as it must be. `unknown`: could not be proven. `note`: only said."""
_DENIED = ("AccessDenied", "AllAccessDisabled", "403")


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        code: key below `cloud.look.` of the catalogue: `name`, and a sentence for each state.
        params: values for that sentence.
    """

    code: str
    state: State
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Answer:
    """What S3 said to one try.

    Attributes:
        outcome: `missing` where it would have been done, had there been such an object.
    """

    outcome: Literal["done", "denied", "missing"]
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        return self.outcome != "denied"


def examine(data: Address, client: S3Client) -> Iterator[Finding]:
    """Yield the findings as they are made, the caller's identity first.

    Raises:
        ConfigError: the credentials are absent, wrong or expired, or there is no such bucket. That
            is never taken for a right that is denied.
        RemoteError: AWS did not answer.
    """
    yield _who()
    listed = _try(data, lambda: _list(client, data.bucket, base(data)))
    yield Finding("list", "ok" if listed.allowed else "bad", {"place": str(data)})
    yield _read(client, data, listed)
    if data.prefix:
        elsewhere = _try(data, lambda: _list(client, data.bucket, ""))
        yield Finding("list_elsewhere", "bad" if elsewhere.allowed else "ok")
    buckets = _try(data, client.list_buckets)
    yield Finding("buckets", "bad" if buckets.allowed else "ok")
    yield from _write(client, data, "write")
    if data.prefix:
        yield from _write(client, Address(data.bucket), "write_elsewhere")
    yield from _delete(client, data)


def _who() -> Finding:
    """Whose key it is; other makers' stores know no such question."""
    try:
        with aws.faults("who this is", right="sts:GetCallerIdentity"):
            told = aws.connect("sts").get_caller_identity()
    except RemoteError:
        return Finding("who", "note")
    owner = str(told.get("Arn", "")).rpartition(":")[2]  # user/haneul, or assumed-role/name/session
    return Finding("who", "ok", {"owner": owner, "account": str(told.get("Account", ""))})


def _read(client: S3Client, data: Address, listed: _Answer) -> Finding:
    """One byte of the first object there is."""
    found = listed.body.get("Contents") or []
    if not found:
        return Finding("read", "unknown", {"place": str(data)})
    key = str(found[0]["Key"])
    got = _try(data, lambda: _first_byte(client, data.bucket, key))
    return Finding("read", "ok" if got.outcome == "done" else "bad", {"place": str(data)})


def _first_byte(client: S3Client, bucket: str, key: str) -> dict[str, Any]:
    try:
        answer = client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")
    except ClientError as error:
        if s3.code(error) == "InvalidRange":  # an empty object has no first byte
            return {}
        raise
    answer["Body"].close()
    return {}


def _write(client: S3Client, place: Address, code: str) -> Iterator[Finding]:
    """Put an empty object under a name that nobody has, and take it away again."""
    key = _name(place)
    put = _try(
        place,
        lambda: client.put_object(Bucket=place.bucket, Key=key, Body=b"", IfNoneMatch="*"),
    )
    yield Finding(code, "bad" if put.allowed else "ok", {"place": str(place)})
    if put.allowed and not _removed(client, place.bucket, key, put):
        yield Finding("left", "bad", {"object": f"s3://{place.bucket}/{key}"})


def _delete(client: S3Client, data: Address) -> Iterator[Finding]:
    """Delete a name that nobody has: S3 says whether it would."""
    key = _name(data)
    done = _try(data, lambda: client.delete_object(Bucket=data.bucket, Key=key))
    yield Finding("delete", "bad" if done.allowed else "ok", {"place": str(data)})
    # A bucket that keeps versions has now a marker of that name.
    marker = done.body.get("DeleteMarker")
    if done.allowed and marker and not _removed(client, data.bucket, key, done):
        yield Finding("left", "bad", {"object": f"s3://{data.bucket}/{key}"})


def _removed(client: S3Client, bucket: str, key: str, made: _Answer) -> bool:
    """Take away what a try has made; the version itself where the bucket keeps versions."""
    version = {"VersionId": made.body["VersionId"]} if made.body.get("VersionId") else {}
    try:
        client.delete_object(Bucket=bucket, Key=key, **version)
    except (ClientError, BotoCoreError):
        return False
    return True


def _name(place: Address) -> str:
    return f"{base(place)}pioneers-cloud-check-{secrets.token_hex(16)}"


def _list(client: S3Client, bucket: str, prefix: str) -> Mapping[str, Any]:
    return client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)


def _try(place: Address, call: Callable[[], Any]) -> _Answer:
    """Do it, and tell a right that is denied from all that says nothing of rights."""
    with s3.faults(str(place)):
        try:
            return _Answer("done", call() or {})
        except ClientError as error:
            if s3.code(error) in _DENIED:
                return _Answer("denied")
            if s3.code(error) in s3.MISSING:
                return _Answer("missing")
            raise
