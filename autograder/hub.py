"""The one way to GitHub: a client with one retry policy, and errors of ours for what is left.

Knows nothing of pull requests or ledgers; they are handed what `repository` returns.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.Repository import Repository
from urllib3.util import Retry

from autograder.errors import ConfigError, RemoteError

TIMEOUT_S = 30
RETRIES = 6
LONGEST_WAIT_S = 900
"""A rate limit that lasts longer ends the job: the next run finds nothing half done."""


class _LookFirst(GithubRetry):
    """Never sends a POST again whose answer was lost: it may have made something."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """A refusal (rate limits) made nothing and is tried again; a broken server may have."""
        if method == "POST" and status_code >= 500:
            return False
        return super().is_retry(method, status_code, has_retry_after)

    def increment(  # type: ignore[override]
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> Retry:
        """As the client's, but a connection that broke under a POST is the caller's to look at."""
        if method == "POST" and error is not None:
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def connect(
    *, token: str | None = None, address: str | None = None, repeat_posts: bool = True
) -> Github:
    """A client of GitHub's API.

    Args:
        token: else `GITHUB_TOKEN` (or `GH_TOKEN`); without one only public things are readable.
        address: else `GITHUB_API_URL`, which GitHub Actions sets.
        repeat_posts: False for callers that make what must be there once, such as a comment:
            they look whether it is there before they try again.

    The environment may set `PIONEERS_RETRY_BASE_S`, the first pause between tries (1 s), which
    tests make short.
    """
    token = token or os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    address = address or os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    base_s = pause_s()
    retry = (GithubRetry if repeat_posts else _LookFirst)(
        total=RETRIES,
        backoff_factor=base_s,
        backoff_max=60 * base_s,
        secondary_rate_wait=60 * base_s,
        max_rate_limit_wait=LONGEST_WAIT_S,
        allowed_methods=None,  # every method, unless the caller has asked otherwise for POST
    )
    return Github(
        auth=Auth.Token(token) if token else None,
        base_url=address.rstrip("/"),
        timeout=TIMEOUT_S,
        retry=retry,
        per_page=100,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
    )


def repository(name: str, client: Github | None = None) -> Repository:
    """The repository `owner/name`, not yet asked for anything.

    Raises:
        ConfigError: the name is not of that form.
    """
    owner, slash, rest = name.partition("/")
    if not (owner and slash and rest) or "/" in rest:
        raise ConfigError(f"{name!r} is no repository", fix="write owner/name")
    return (client or connect()).get_repo(name)


@contextlib.contextmanager
def faults(doing: str) -> Iterator[None]:
    """Turns what the client raises into one `RemoteError` that says what was being done.

    Args:
        doing: such as `writing the comment`.
    """
    try:
        yield
    except GithubException as error:
        said = error.data.get("message", "") if isinstance(error.data, dict) else ""
        raise RemoteError(
            f"GitHub answered {error.status} while {doing}: {str(said)[:200]}",
            fix="run the job again; nothing is written twice",
        ) from error
    except requests.RequestException as error:
        raise RemoteError(
            f"GitHub did not answer while {doing}: {type(error).__name__}",
            fix="run the job again; nothing is written twice",
        ) from error


def pause_s() -> float:
    """The first pause between tries of whatever is tried again, in seconds.

    Raises:
        ConfigError: `PIONEERS_RETRY_BASE_S` is no such number.
    """
    word = os.environ.get("PIONEERS_RETRY_BASE_S", "1")
    try:
        seconds = float(word)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 60:
        raise ConfigError(f"PIONEERS_RETRY_BASE_S is {word!r}", fix="give seconds from 0 to 60")
    return seconds
