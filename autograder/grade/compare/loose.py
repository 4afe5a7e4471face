"""Plain values out of a record that may be forged: of the asked type, or empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MAX_TEXT = 300


def table(value: Any) -> Mapping[str, Any]:
    """A mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> Sequence[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list | tuple) else []


def text(value: Any) -> str:
    """A text, cut short, or an empty one."""
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def whole(value: Any) -> int:
    """A whole number of everyday size, or 0."""
    return value if isinstance(value, int) and abs(value) < 10**9 else 0
