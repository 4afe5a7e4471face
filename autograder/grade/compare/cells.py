"""How one value is written in an example: short, exact enough, the same on every machine.

Used for the rows a member sees. It knows no tables and decides nothing about equality.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

CELL_LIMIT = 60


def cell(value: Any, *, limit: int = CELL_LIMIT) -> str:
    """Returns a plain value as text of at most `limit` characters; `null` for None."""
    shown = _shown(value)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _shown(value: Any) -> str:
    if isinstance(value, int):
        # str() refuses integers of thousands of digits.
        return str(value) if _is_short(value) else f"{'-' if value < 0 else ''}…"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_shown(k)}: {_shown(v)}" for k, v in list(value.items())[:10])
        return "{" + pairs + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(item) for item in value[:20]) + "]"
    if isinstance(value, set | frozenset):
        # Sorted, since a set has another order in every process.
        return "{" + ", ".join(sorted(_shown(item) for item in value)[:20]) + "}"
    return "null" if value is None else str(value)


def _is_short(value: int) -> bool:
    return value.bit_length() < 1000


def _float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0.0"
    return repr(round(value, 10)) if 1e-4 <= abs(value) < 1e15 else f"{value:.10g}"


def type_name(value: Any) -> str:
    """Returns the everyday name of a plain value's type, such as `int` or `str`."""
    return "None" if value is None else type(value).__name__
