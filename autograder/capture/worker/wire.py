r"""Frames from the sandbox to its host: one line of JSON, then as many bytes as it announces.

    {"kind": "answer", "name": "total", "bytes": 12}\n<12 bytes>

Both sides use this module; the reading side trusts nothing: lines, bytes and their sum are capped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

MAX_HEADER_BYTES = 64 * 1024


class WireError(Exception):
    """The stream broke the rules: `reason` is `flood` (over its cap) or `garbled`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Frame:
    """One message: what it is, its fields, its payload."""

    kind: str
    fields: dict[str, Any]
    payload: bytes = b""

    def text(self, field: str, cap: int = 2000) -> str:
        """A field as text that UTF-8 can hold, capped; empty if it is absent or no text."""
        value = self.fields.get(field)
        return value[:cap].encode("utf-8", "replace").decode() if isinstance(value, str) else ""

    def number(self, field: str) -> float:
        """A field as a finite number; 0.0 if it is not one."""
        value = self.fields.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return 0.0
        return float(value) if abs(value) < 1e12 else 0.0


def write(stream: IO[bytes], kind: str, payload: bytes = b"", **fields: Any) -> None:
    """Send one frame and flush it."""
    header = json.dumps({**fields, "kind": kind, "bytes": len(payload)}, ensure_ascii=True)
    stream.write(header.encode() + b"\n" + payload)
    stream.flush()


def read(stream: IO[bytes], *, max_bytes: int) -> Iterator[Frame]:
    """Yield frames until the stream ends; a cut-off last frame is dropped.

    Raises:
        WireError: more than `max_bytes` in all, or a line that is no header.
    """
    left = max_bytes
    while line := stream.readline(MAX_HEADER_BYTES):
        if not line.endswith(b"\n"):
            if len(line) >= MAX_HEADER_BYTES:
                raise WireError("garbled")
            return
        fields, size = _header(line)
        left -= len(line) + size
        if left < 0:
            raise WireError("flood")
        payload = stream.read(size)
        if len(payload) < size:
            return
        yield Frame(fields.pop("kind"), fields, payload)


def _header(line: bytes) -> tuple[dict[str, Any], int]:
    try:
        fields = json.loads(line)
        size = fields.pop("bytes")
        if not isinstance(fields["kind"], str) or type(size) is not int or size < 0:
            raise WireError("garbled")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WireError("garbled") from error
    return fields, size
