"""Between bytes and what they mean: JSON in and out, refusals, and the note of what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from autograder.standin.refusal import Refused
from autograder.standin.routes import Answer

DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Seen:
    """One request that came in, and what it was answered; status 0 is no answer."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    login: str
    status: int
    fault: str = ""


def refusal(refused: Refused) -> Answer:
    """A refusal as GitHub writes it."""
    body = {"message": refused.message, "documentation_url": DOCS, "status": str(refused.status)}
    if refused.errors:
        body["errors"] = refused.errors  # type: ignore[assignment]
    return Answer(body, refused.status)


def to_bytes(answer: Answer) -> bytes:
    """An answer as it goes over the wire."""
    if answer.body is None:
        return b""
    if isinstance(answer.body, bytes):
        return answer.body
    return json.dumps(answer.body).encode()


def from_json(raw: bytes) -> Any:
    """What was sent, or None where it is no JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def parsed(raw: bytes) -> Any:
    """A request's JSON, or None where it has none.

    Raises:
        Refused: 400.
    """
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise Refused(400, "Problems parsing JSON") from error
