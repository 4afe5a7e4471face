"""The way to those services of AWS that are not S3: a client, and its faults in one line.

S3 itself is reached through `autograder.s3`. Knows nothing of what is asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Literal

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from autograder.errors import ConfigError, PioneersError, RemoteError
from autograder.s3 import KEYS_FIX, NO_KEYS, TRIES, code, session
from autograder.text import escape

REGION = "us-east-1"
"""Cost Explorer answers there for every region; a caller's identity is the same everywhere."""
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired")
_UNKNOWN = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
)
_BUSY = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "ServiceUnavailable",
)
_DENIED = ("AccessDenied", "AccessDeniedException", "403")
_FIRST = "open Cost Explorer once in AWS's console as the account's owner, and come back in a day"


def connect(service: Literal["ce", "sts"]) -> Any:
    """A client of one service.

    Raises:
        ConfigError: the variables or files that tell where and as whom cannot be used.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": TRIES},
        connect_timeout=10,
        read_timeout=30,
    )
    try:
        return session().client(service, region_name=REGION, config=config)
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no address
        raise ConfigError(
            f"AWS cannot be asked: {_line(error)}", fix="mend AWS_ENDPOINT_URL or AWS's own files"
        ) from error


@contextlib.contextmanager
def faults(asking: str, *, right: str) -> Iterator[None]:
    """Turns what boto3 raises into one line of ours.

    Args:
        asking: what was asked, such as `what was spent`.
        right: the action that the key needs, such as `ce:GetCostAndUsage`.

    Raises:
        ConfigError: the credentials are absent, wrong or expired.
        RemoteError: AWS refuses this key, is busy, or does not answer.
    """
    try:
        yield
    except ClientError as error:
        raise _refused(error, asking, right) from error
    except NO_KEYS as error:
        raise ConfigError(f"asking {asking}: {_line(error)}", fix=KEYS_FIX) from error
    except BotoCoreError as error:
        raise RemoteError(f"asking {asking}: {_line(error)}", fix="run it again") from error


def _refused(error: ClientError, asking: str, right: str) -> PioneersError:
    named = code(error)
    told = _line(error.response.get("Error", {}).get("Message", ""))
    where = f"asking {asking}"
    if named == "DataUnavailableException" or "not enabled for cost explorer" in told.lower():
        return RemoteError(f"{where}: AWS has no data on this account yet ({named})", fix=_FIRST)
    if named in _DENIED:
        return RemoteError(
            f"{where}: this key is not allowed to ({named})",
            fix=f"use a key or role with {right}, such as the role cost of `pioneers cloud policy`",
        )
    if named in _EXPIRED:
        fix = "get new ones, such as by aws sso login"
        return ConfigError(f"{where}: these credentials have expired ({named})", fix=fix)
    if named in _UNKNOWN:
        return ConfigError(f"{where}: AWS does not know these credentials ({named})", fix=KEYS_FIX)
    if named == "RequestTimeTooSkewed":
        fix = "set it, such as by timedatectl set-ntp true"
        return RemoteError(f"{where}: the clock of this machine is wrong", fix=fix)
    if named in _BUSY:
        fix = "run it again in some minutes"
        return RemoteError(f"{where}: AWS is too busy ({named})", fix=fix)
    return RemoteError(f"{where}: AWS answered {named or 'nothing clear'}: {told}")


def _line(said: object) -> str:
    return escape.log_line(str(said), limit=200)
