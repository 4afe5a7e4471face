"""What GitHub refuses, with its status and words. Every rule and every endpoint raises this."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A request that GitHub would refuse: its status, message and errors."""

    def __init__(
        self, status: int, message: str, errors: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


def not_found() -> Refused:
    """What GitHub says of what is missing, and of what one may not know to exist."""
    return Refused(404, "Not Found")


def invalid(resource: str, fieldname: str, code: str, message: str = "") -> Refused:
    """A `Validation Failed` with one error."""
    error = {"resource": resource, "field": fieldname, "code": code}
    return Refused(422, "Validation Failed", [error | ({"message": message} if message else {})])
