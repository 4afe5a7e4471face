"""What can be told to go wrong, and when. Knows which answers GitHub gives, not what is asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from autograder.standin.routes import Answer

Fault = Literal[
    "rate_limit",
    "secondary_limit",
    "conflict",
    "unprocessable",
    "server_error",
    "bad_gateway",
    "timeout",
    "drop",
    "stale",
]


@dataclass
class Planned:
    """One fault that waits for its requests.

    Attributes:
        skip: of matching requests, so many pass before the fault begins.
        after: the request is carried out, and only its answer is lost.
        wait_s: what `Retry-After` says, or how far `X-RateLimit-Reset` lies ahead.
        writes: how many writes a stale answer lags behind.
    """

    method: str
    path: re.Pattern[str]
    fault: Fault
    times: int = 1
    after: bool = False
    skip: int = 0
    wait_s: int = 0
    writes: int = 1


@dataclass
class Faults:
    """All that is planned; safe to be asked by many threads."""

    planned: list[Planned] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, one: Planned) -> None:
        """Plan a fault.

        Raises:
            ValueError: there is no fault of that name.
        """
        if one.fault not in get_args(Fault):
            raise ValueError(f"{one.fault!r} is no fault; there are {', '.join(get_args(Fault))}")
        with self.lock:
            self.planned.append(one)

    def take(self, method: str, path: str) -> Planned | None:
        """The fault that this request meets, used up by one."""
        with self.lock:
            for one in self._meeting(method, path):
                if one.skip:
                    one.skip -= 1
                    continue
                one.times -= 1
                return one
        return None

    def holds(self, method: str, path: str) -> bool:
        """True if such a request would get no answer now."""
        with self.lock:
            found = next((one for one in self._meeting(method, path) if not one.skip), None)
        return found is not None and found.fault == "timeout"

    def _meeting(self, method: str, path: str) -> Iterator[Planned]:
        for one in self.planned:
            if one.times > 0 and one.method in ("*", method) and one.path.search(path):
                yield one

    def pending(self) -> list[Planned]:
        """The faults that have not all happened."""
        with self.lock:
            return [one for one in self.planned if one.times > 0]

    def any_stale(self) -> bool:
        """True if older states will be wanted."""
        return any(one.fault == "stale" for one in self.pending())


def answer(one: Planned, now_s: int) -> Answer:
    """What GitHub answers where it answers at all."""
    docs = "https://docs.github.com/rest"
    limited = {"documentation_url": f"{docs}/overview/rate-limits-for-the-rest-api"}
    match one.fault:
        case "rate_limit":
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(now_s + one.wait_s)}
            words = "API rate limit exceeded for installation."
            return Answer({"message": words, **limited}, 403, headers)
        case "secondary_limit":
            words = (
                "You have exceeded a secondary rate limit. "
                "Please wait a few minutes before you try again."
            )
            return Answer({"message": words, **limited}, 403, {"Retry-After": str(one.wait_s)})
        case "conflict":
            return Answer({"message": "Conflict", "documentation_url": docs}, 409)
        case "unprocessable":
            said = {"message": "Validation Failed", "errors": [], "documentation_url": docs}
            return Answer(said, 422)
        case "server_error":
            return Answer({"message": "Server Error"}, 500)
        case "bad_gateway":
            return Answer(b"<html><body>502 Bad Gateway</body></html>", 502)
        case _:
            raise ValueError(one.fault)
