"""How something is made exactly once on a service whose answers get lost.

Whoever makes a thing looks whether it is there before trying again. The client that is handed in
must not repeat such a request by itself (`hub.connect(repeat_posts=False)`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import requests
from github import GithubException

TRIES = 5
LONGEST_PAUSE_S = 20.0
NOT_FOUND = 404

T = TypeVar("T")


def make_once(look: Callable[[], T | None], make: Callable[[], T], *, pause_s: float) -> T:
    """What `make` made, or what `look` found after an answer was lost.

    Args:
        look: finds the thing, or None.
        make: makes it by one request.
        pause_s: the first pause before looking again; each is twice as long as the last.

    Raises:
        GithubException: refused, or not made after every try.
        requests.RequestException: no answer, after every try.
    """
    for tried in range(TRIES):
        try:
            return make()
        except (GithubException, requests.RequestException) as error:
            if not _in_doubt(error) or tried == TRIES - 1:
                raise
        pause(pause_s, tried)
        found = look()
        if found is not None:
            return found
    raise AssertionError("the last try returns or raises")


def until(holds: Callable[[], bool], *, pause_s: float) -> bool:
    """Asks until something holds, a few times: lists lag behind what was just written."""
    for tried in range(TRIES):
        if holds():
            return True
        pause(pause_s, tried)
    return False


def pause(first_s: float, tried: int) -> None:
    """Waits a little longer after each try."""
    time.sleep(min(first_s * 2**tried, LONGEST_PAUSE_S))


def gone(error: GithubException) -> bool:
    """True if what was to be removed is not there."""
    return bool(error.status == NOT_FOUND)


def _in_doubt(error: Exception) -> bool:
    """True if it may have been made although we were not told, or a conflict will pass."""
    if isinstance(error, GithubException):
        return error.status >= 500 or error.status == 409
    return True
