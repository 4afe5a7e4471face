"""The one way to S3: addresses, a client with one retry policy, and errors of ours for the rest.

Where, and as whom, is told by the usual variables (`AWS_ENDPOINT_URL`, `AWS_REGION`,
`AWS_ACCESS_KEY_ID`, …) or AWS's own files. Knows nothing of ledgers or data: they are handed what
`connect` returns.
"""

from __future__ import annotations

import contextlib
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore import exceptions as boto
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader

from autograder.errors import ConfigError, PioneersError, RemoteError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

TRIES = 6
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0
CONNECTIONS = 16
"""Requests at once; S3 allows far more, home connections do not profit from them."""

TAKEN = ("PreconditionFailed", "412")
CONFLICT = ("ConditionalRequestConflict", "409")
MISSING = ("NoSuchKey", "404", "NotFound")

_ADDRESS = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
    r"(?:/(?P<prefix>[A-Za-z0-9_][A-Za-z0-9_.=-]{0,62}(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]{0,62}){0,15}))?/?"
)
KEYS_FIX = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
_AGAIN = "run it again; it goes on where it stopped"
NO_KEYS = (  # what botocore says where there are no credentials to use
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.ConfigParseError,
    boto.NoAuthTokenError,
    boto.TokenRetrievalError,
    boto.SSOError,
)


@dataclass(frozen=True)
class Address:
    """A folder in a bucket.

    Attributes:
        prefix: without slashes around it; empty for the whole bucket.
    """

    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def __truediv__(self, below: str) -> Address:
        """The folder or object of that name in this one."""
        return Address(self.bucket, f"{self.prefix}/{below}".lstrip("/"))


def address(text: str) -> Address:
    """Read `s3://BUCKET/PREFIX`.

    Raises:
        ConfigError: it is none. Names that mean something to a shell, a path or a policy are none.
    """
    found = _ADDRESS.fullmatch(text)
    if not found or ".." in found["bucket"]:
        fix = "write s3://BUCKET/PREFIX with letters, digits, -, _, . and = in its names"
        raise ConfigError(f"no folder on S3 at {text[:120]!r}", fix=fix)
    return Address(found["bucket"], found["prefix"] or "")


class _Descriptions(Loader):
    """The services' descriptions that boto3 brings, for all sessions."""

    @property
    def search_paths(self) -> list[str]:
        """A copy: each session appends the folder of boto3's resources, and we use none."""
        return list(super().search_paths)


_DESCRIPTIONS = _Descriptions()


def session() -> boto3.session.Session:
    """A session of its own: the default one keeps the first credentials for ever.

    What AWS's services look like is read once for all sessions, which is most of making one.
    """
    core = botocore.session.get_session()
    if core.get_config_variable("data_path") is None:  # no other descriptions are to be read
        core.register_component("data_loader", _DESCRIPTIONS)
    return boto3.session.Session(botocore_session=core)


def connect(*, anonymous: bool = False) -> S3Client:
    """A client of its own, which threads may share.

    Args:
        anonymous: ask as nobody, for buckets that everybody may read.

    Raises:
        ConfigError: the variables or files that tell where and as whom cannot be used.
    """
    try:
        client: S3Client = session().client(
            "s3",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": TRIES},
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                max_pool_connections=CONNECTIONS,
                # Other makers' stores do not all know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                **({"signature_version": UNSIGNED} if anonymous else {}),
            ),
        )
    except NO_KEYS as error:
        raise ConfigError(f"S3 cannot be asked: {_line(error)}", fix=KEYS_FIX) from error
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no address
        raise ConfigError(
            f"S3 cannot be asked: {_line(error)}",
            fix="mend AWS_ENDPOINT_URL, AWS_REGION or AWS's own files",
        ) from error
    return client


def code(error: ClientError) -> str:
    """What S3 calls the fault, such as `NoSuchKey`; a number where it sent no words."""
    return str(error.response.get("Error", {}).get("Code", ""))


def pause(tried: int) -> None:
    """Wait before the next try, longer each time and never in step with others."""
    time.sleep(random.uniform(0, 0.1 * 2**tried))  # noqa: S311 - nothing secret


@contextlib.contextmanager
def faults(where: str) -> Iterator[None]:
    """Turns what boto3 raises into one line of ours.

    Args:
        where: the address that was asked, such as `s3://bucket/key`.

    Raises:
        ConfigError: what somebody set is wrong: credentials, region, bucket.
        RemoteError: S3 refuses this key, is busy, does not answer, or the clock here is wrong.
    """
    try:
        yield
    except ClientError as error:
        raise _refused(error, where) from error
    except NO_KEYS as error:
        fix = f"{KEYS_FIX}; --anonymous reads public data"
        raise ConfigError(f"{where}: {_line(error)}", fix=fix) from error
    except boto.NoRegionError as error:
        raise ConfigError(f"{where}: {_line(error)}", fix="set AWS_REGION") from error
    except BotoCoreError as error:
        raise RemoteError(f"{where}: {_line(error)}", fix=_AGAIN) from error


def _refused(error: ClientError, where: str) -> PioneersError:
    """What an answer of S3's means for whoever asked."""
    named = code(error)
    if named in _SETTINGS:
        said, fix = _SETTINGS[named]
        return ConfigError(f"{where}: {said} ({named})", fix=fix)
    if named in _ELSEWHERE:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = headers.get("x-amz-bucket-region", "")
        fix = f"set AWS_REGION={region}" if region else "set AWS_REGION to the bucket's region"
        return ConfigError(f"{where}: the bucket is in another region ({named})", fix=fix)
    if named in _ANSWERS:
        said, fix = _ANSWERS[named]
        return RemoteError(f"{where}: {said} ({named})", fix=fix)
    told = _line(error.response.get("Error", {}).get("Message", ""))
    return RemoteError(f"{where}: S3 answered {_line(named)}: {told}", fix=_AGAIN)


def _line(said: object) -> str:
    return " ".join(str(said).split())[:200]


_EXPIRED = ("these credentials have expired", "get new ones, such as by aws sso login")
_UNKNOWN = ("S3 does not know these credentials", KEYS_FIX)
_DENIED = ("this key is not allowed to do that", "ask an organiser for a key with that right")
_BUSY = ("S3 is too busy", _AGAIN)
_ALTERED = ("the bytes changed on the way", _AGAIN)
_ELSEWHERE = (
    "PermanentRedirect",
    "TemporaryRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "301",
    "307",
)
_SETTINGS = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "InvalidAccessKeyId": _UNKNOWN,
    "InvalidToken": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "NoSuchBucket": ("no such bucket", "make it, or mend the address"),
    "InvalidBucketName": ("no bucket can have that name", "mend the address"),
    "NotImplemented": (
        "this store lacks what is needed, such as conditional writes",
        "use S3, or a store that knows If-Match",
    ),
}
_ANSWERS = {
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "403": _DENIED,
    "RequestTimeTooSkewed": (
        "the clock of this machine is wrong",
        "set it, such as by timedatectl set-ntp true; on WSL2 wsl --shutdown sets it, too",
    ),
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "503": _BUSY,
    "BadDigest": _ALTERED,
    "XAmzContentSHA256Mismatch": _ALTERED,
}
