"""Reads the arguments of a call back from the JSON that the host wrote.

The counterpart of `plain`, for values that are trusted: the author's generator drew them.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable
from typing import Any


def decode(text: str) -> list[Any]:
    """The positional arguments that a JSON list holds."""
    tree: list[Any] = json.loads(text)
    return [_decoded(item) for item in tree] if '"$"' in text else tree


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$" not in value:
        return {key: _decoded(item) for key, item in value.items()}
    return _TAGGED[value["$"]](value["v"])


def _key(value: Any) -> Any:
    return tuple(map(_key, value)) if isinstance(value, list) else value


_TAGGED: dict[str, Callable[[Any], Any]] = {
    "dict": lambda pairs: {_key(_decoded(key)): _decoded(item) for key, item in pairs},
    "set": lambda items: {_key(_decoded(item)) for item in items},
    "float": float,
    "int": int,
    "decimal": decimal.Decimal,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "seconds": lambda seconds: dt.timedelta(seconds=seconds),
}
