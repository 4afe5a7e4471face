"""Reads the JSON that a sandbox wrote back into Python values, as the hostile input it is.

The counterpart of `autograder.capture.worker.plain`. Only plain values come out: None, bool,
int, float (NaN and infinity only where tagged), str, Decimal, date, datetime, timedelta, list,
set and dict.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from collections.abc import Callable
from typing import Any

from autograder.errors import BundleError

MAX_BYTES = 4_000_000
MAX_DEPTH = 32
MAX_ITEMS = 400_000


def loads(body: bytes, name: str, *, most: int = MAX_BYTES) -> Any:
    """Decode the JSON body of the answer `name`, of `most` bytes.

    Raises:
        BundleError: it is too large, too deep, or no JSON of ours.
    """
    if len(body) > most:
        raise BundleError(
            "too_large", name=name, size_mb=len(body) // 2**20 + 1, limit_mb=most // 2**20
        )
    try:
        tree = json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
        return _Decoder().decode(tree, 0)
    except RecursionError as error:
        raise BundleError("too_deep", name=name, limit=MAX_DEPTH) from error
    except (ValueError, TypeError, KeyError, OverflowError, decimal.InvalidOperation) as error:
        raise BundleError("bad_json", name=name) from error


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(word)
    return number


class _Decoder:
    def __init__(self) -> None:
        self.items = 0

    def decode(self, value: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise RecursionError
        if isinstance(value, list):
            return [self.decode(item, depth + 1) for item in value]
        if isinstance(value, dict):
            if "$" in value:
                return self._tagged(value["$"], value["v"], depth)
            return {_text(key): self.decode(item, depth + 1) for key, item in value.items()}
        return _text(value) if isinstance(value, str) else value

    def _tagged(self, tag: Any, value: Any, depth: int) -> Any:
        if tag == "dict":
            return {_key(self.decode(k, depth + 1)): self.decode(v, depth + 1) for k, v in value}
        if tag == "set":
            return {_key(self.decode(item, depth + 1)) for item in value}
        if not isinstance(tag, str) or tag not in _SCALARS:
            raise ValueError(tag)
        return _SCALARS[tag](value)


def _text(value: str) -> str:
    """The text without halves of surrogate pairs, which no report could be written with."""
    return value.encode("utf-8", "replace").decode()


def _key(value: Any) -> Any:
    return tuple(map(_key, value)) if isinstance(value, list) else value


def _float(value: Any) -> float:
    if value not in ("nan", "inf", "-inf"):
        raise ValueError(value)
    return float(value)


def _seconds(value: Any) -> dt.timedelta:
    return dt.timedelta(seconds=float(value))


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "float": _float,
    "int": int,
    "decimal": decimal.Decimal,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "seconds": _seconds,
}
