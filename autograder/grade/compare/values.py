"""Comparing single values: numbers, texts, times, truth values and nothing.

Deliberate choices: True is not 1. 3, 3.0 and Decimal("3.00") are one number. NaN equals NaN and
not None. A date equals the midnight that begins it; a time without zone is taken as UTC. Texts
are compared in Unicode NFC. It must not know tables, submissions or words people read.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from autograder.grade.compare import closeness
from autograder.grade.compare.cells import cell, type_name
from autograder.grade.compare.closeness import DEFAULT_TOLERANCE
from autograder.models import Finding

UNIT_FACTORS = (10.0, 100.0, 1000.0, 10000.0, 1e6, 1e9, 60.0, 3600.0, 86400.0, 1024.0)
NEARLY = 1e-3
"""Relative difference below which a wrong number is called nearly right."""
EXACT_FLOAT = 2.0**53
"""Up to here a float holds every whole number, so rounding can be told from noise."""


def compare_scalars(
    actual: Any, expected: Any, *, tolerance: float = DEFAULT_TOLERANCE
) -> list[Finding]:
    """Compares two plain values; returns no finding where they are the same.

    Args:
        actual: None, bool, int, float, str, Decimal, date or datetime.
        expected: likewise.
        tolerance: greatest absolute or relative difference of equal numbers.
    """
    if same(actual, expected, tolerance):
        return []
    return [_diagnose(actual, expected, tolerance)]


def same(actual: Any, expected: Any, tolerance: float = DEFAULT_TOLERANCE) -> bool:
    """Tells whether two plain single values are the same."""
    if actual is None or expected is None:
        return actual is None and expected is None
    if isinstance(actual, bool) or isinstance(expected, bool):
        return isinstance(actual, bool) and isinstance(expected, bool) and actual == expected
    if is_number(actual) and is_number(expected):
        return _same_number(actual, expected, tolerance)
    if isinstance(actual, str) and isinstance(expected, str):
        return composed(actual) == composed(expected)
    if isinstance(actual, date) and isinstance(expected, date):
        return instant(actual) == instant(expected)
    return type(actual) is type(expected) and bool(actual == expected)


def is_number(value: Any) -> bool:
    """Tells whether a value is an int, float or Decimal (and not a truth value)."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def composed(text: str) -> str:
    """Returns a text in Unicode NFC, so that one Hangul syllable is one character."""
    return unicodedata.normalize("NFC", text)


def instant(value: date) -> datetime:
    """Returns a date or datetime as an aware datetime; without a zone it counts as UTC."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def as_float(value: float | Decimal) -> float:
    """Returns a number as a float; what is too large becomes an infinity, a sNaN a NaN."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return math.nan


def _same_number(actual: Any, expected: Any, tolerance: float) -> bool:
    both_whole = isinstance(actual, int) and isinstance(expected, int)
    if both_whole and (closeness.integers_are_exact(tolerance) or _is_huge(actual, expected)):
        return bool(actual == expected)
    return closeness.close(as_float(actual), as_float(expected), tolerance)


def _is_huge(*numbers: int) -> bool:
    return any(number.bit_length() > 1000 for number in numbers)


def _diagnose(actual: Any, expected: Any, tolerance: float) -> Finding:
    if actual is None:
        return Finding("scalar.none")
    got = cell(actual)
    if expected is None:
        return Finding("scalar.not_none", {"got": got})
    if is_number(expected) and not isinstance(actual, bool):
        return _diagnose_number(actual, expected, tolerance)
    if isinstance(expected, date) and isinstance(actual, str):
        return Finding("scalar.text_not_date", {"got": got})
    if isinstance(expected, date) and isinstance(actual, date):
        return _diagnose_time(actual, expected)
    if isinstance(expected, str) and isinstance(actual, str):
        return diagnose_text(actual, expected) or _differs(actual, expected)
    if type(actual) is not type(expected):
        return Finding("scalar.type", {"got": type_name(actual), "asked": type_name(expected)})
    return _differs(actual, expected)


def _differs(actual: Any, expected: Any) -> Finding:
    return Finding(
        "scalar.differs",
        {"got": cell(actual), "expected": cell(expected)},
        reveals=True,
    )


def diagnose_text(actual: str, expected: str) -> Finding | None:
    """Returns the finding for texts that differ only in case or white space, else None."""
    left, right = composed(actual), composed(expected)
    if "".join(left.split()) == "".join(right.split()):
        return Finding("scalar.text_space", {"got": cell(actual)})
    if left.casefold() == right.casefold():
        return Finding("scalar.text_case", {"got": cell(actual)})
    return None


def _diagnose_time(actual: date, expected: date) -> Finding:
    hours = (instant(actual) - instant(expected)).total_seconds() / 3600
    is_slip = (
        isinstance(expected, datetime) and 0 < abs(hours) <= 14 and hours * 2 == int(hours * 2)
    )
    if is_slip:
        return Finding("scalar.time_shift", {"got": cell(actual), "hours": tidy(abs(hours))})
    return _differs(actual, expected)


def tidy(number: float) -> int | float:
    """Returns 9 for 9.0, and 5.5 for 5.5."""
    return int(number) if number == int(number) else number


def _diagnose_number(actual: Any, expected: Any, tolerance: float) -> Finding:
    if isinstance(actual, str):
        return Finding("scalar.text_not_number", {"got": cell(actual)})
    if not is_number(actual):
        return Finding("scalar.type", {"got": type_name(actual), "asked": type_name(expected)})
    if isinstance(actual, int) and isinstance(expected, int) and abs(actual - expected) == 1:
        return Finding("scalar.off_by_one", {"got": cell(actual)})
    left, right = as_float(actual), as_float(expected)
    if math.isnan(left):
        return Finding("scalar.nan")
    if not (math.isfinite(left) and math.isfinite(right)):
        return _differs(actual, expected)
    for diagnose in _NUMBER_DIAGNOSES:
        finding = diagnose(left, right, tolerance, cell(actual))
        if finding:
            return finding
    return _differs(actual, expected)


def _sign(left: float, right: float, tolerance: float, got: str) -> Finding | None:
    is_it = closeness.close(-left, right, tolerance)
    return Finding("scalar.sign", {"got": got}) if is_it else None


def _factor(left: float, right: float, tolerance: float, got: str) -> Finding | None:
    if left == 0 or right == 0:
        return None
    for unit in UNIT_FACTORS:
        for factor in (unit, 1 / unit):
            if closeness.close(left, right * factor, max(tolerance, DEFAULT_TOLERANCE)):
                params = {"got": got, "factor": tidy(factor)}
                return Finding("scalar.factor", params, reveals=True)
    return None


def _rounding(left: float, right: float, _tolerance: float, got: str) -> Finding | None:
    if abs(right) > EXACT_FLOAT or abs(left) > EXACT_FLOAT:
        return None
    for digits in range(7):
        if left in (round(right, digits), math.trunc(right * 10**digits) / 10**digits):
            return Finding("scalar.rounded", {"got": got, "digits": digits})
        if right == round(left, digits):
            return Finding("scalar.not_rounded", {"got": got, "digits": digits})
    return None


def _nearly(left: float, right: float, _tolerance: float, got: str) -> Finding | None:
    # Whole numbers are counts: a count that is one in a thousand off is a wrong count.
    if left == int(left) and right == int(right):
        return None
    is_it = abs(left - right) <= NEARLY * abs(right)
    return Finding("scalar.nearly", {"got": got}) if is_it else None


_NUMBER_DIAGNOSES: tuple[Callable[[float, float, float, str], Finding | None], ...] = (
    _sign,
    _factor,
    _rounding,
    _nearly,
)
