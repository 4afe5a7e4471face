"""Turns Python values into JSON and nothing else: no pickle, no classes, no references.

What JSON lacks is tagged: `{"$": "decimal", "v": "1.20"}`. The reader is `autograder.plain`;
the two share no code, because this side runs beside the member's, but a test takes every value
there and back.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

MAX_DEPTH = 24
MAX_ITEMS = 200_000


class NotPlain(Exception):
    """A value that has no plain form.

    Attributes:
        code: a key under `bundle.` in the catalogues.
        detail: the type's name, or the cap.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Encoder:
    """Encodes one value within caps on depth and number of items."""

    def __init__(self, most: int = MAX_ITEMS) -> None:
        self.items = 0
        self.most = most

    def encode(self, value: Any, depth: int = 0) -> Any:
        """The value as something `json.dumps(allow_nan=False)` takes."""
        self.items += 1
        if depth > MAX_DEPTH:
            raise NotPlain("too_deep", str(MAX_DEPTH))
        if self.items > self.most:
            raise NotPlain("too_long", str(self.most))
        value = unwrap(value)
        if value is None or isinstance(value, bool):
            return value
        for kinds, encode in _ENCODERS:
            if isinstance(value, kinds):
                return encode(self, value, depth)
        raise NotPlain("not_plain", type_name(value))

    def _sequence(self, value: Any, depth: int) -> Any:
        return [self.encode(item, depth + 1) for item in value]

    def _set(self, value: Any, depth: int) -> Any:
        return {"$": "set", "v": sorted(self._sequence(value, depth), key=repr)}

    def _mapping(self, value: Any, depth: int) -> Any:
        pairs = [(unwrap(key), self.encode(item, depth + 1)) for key, item in value.items()]
        if all(isinstance(key, str) for key, _ in pairs) and "$" not in value:
            return {_text(key): item for key, item in pairs}
        return {"$": "dict", "v": [[self.encode(key, depth + 1), item] for key, item in pairs]}

    def _integer(self, value: Any, _depth: int) -> Any:
        number = int(value)
        return number if number.bit_length() <= 63 else {"$": "int", "v": _huge(number)}

    def _float(self, value: Any, _depth: int) -> Any:
        number = float(value)
        return number if math.isfinite(number) else {"$": "float", "v": repr(number)}

    def _string(self, value: Any, _depth: int) -> Any:
        return _text(value)

    def _decimal(self, value: Any, _depth: int) -> Any:
        return {"$": "decimal", "v": str(value)[:200]}

    def _datetime(self, value: Any, _depth: int) -> Any:
        return {"$": "datetime", "v": value.isoformat()}

    def _date(self, value: Any, _depth: int) -> Any:
        return {"$": "date", "v": value.isoformat()}

    def _seconds(self, value: Any, _depth: int) -> Any:
        return {"$": "seconds", "v": value.total_seconds()}


_ENCODERS: tuple[tuple[Any, Any], ...] = (
    (int, Encoder._integer),
    (float, Encoder._float),
    (str, Encoder._string),
    (decimal.Decimal, Encoder._decimal),
    (dt.datetime, Encoder._datetime),
    (dt.date, Encoder._date),
    (dt.timedelta, Encoder._seconds),
    (dict, Encoder._mapping),
    ((list, tuple), Encoder._sequence),
    ((set, frozenset), Encoder._set),
)


def unwrap(value: Any) -> Any:
    """NumPy and pandas scalars, arrays and series as their Python counterparts.

    Libraries are recognised by name, never imported: what a notebook did not load, it has none of.
    """
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        return value.tolist()
    if module == "pandas":
        if type(value).__name__ in ("NaTType", "NAType"):
            return None
        if hasattr(value, "to_pydatetime"):
            return value.to_pydatetime()
        if type(value).__name__ in ("Series", "Index", "RangeIndex", "DatetimeIndex"):
            return value.tolist()
    if module == "polars" and type(value).__name__ == "Series":
        return value.to_list()
    return value


def type_name(value: Any) -> str:
    """What a beginner would call the type: `pyspark DataFrame`, `list`, `function`."""
    module = type(value).__module__.partition(".")[0]
    name = type(value).__name__
    return name if module in ("builtins", "__main__") else f"{module} {name}"


def _text(value: str) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()


def _huge(number: int) -> str:
    if number.bit_length() > 10_000:
        raise NotPlain("too_long", "10000")
    return str(number)
