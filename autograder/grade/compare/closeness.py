"""When two numbers are the same: the one rule about tolerance, for values and for columns.

Two numbers are close if they differ by at most `tolerance`, absolutely or relative to the greater
of them (the rule of DMOJ's `floats` checker). Two integers are held to it only where an author
asks for more slack than the default: an id of thirteen digits must not equal its neighbour.
NaN is close to NaN, an infinity only to itself, -0.0 to 0.0. Nothing here knows tables or words.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

DEFAULT_TOLERANCE = 1e-9
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Values = npt.NDArray[Any]


def usable(tolerance: float) -> float:
    """Returns the tolerance as a finite number of at least 0."""
    return tolerance if math.isfinite(tolerance) and tolerance >= 0 else 0.0


def integers_are_exact(tolerance: float) -> bool:
    """Tells whether integers are compared digit by digit under this tolerance."""
    return tolerance <= DEFAULT_TOLERANCE


def close(actual: float, expected: float, tolerance: float) -> bool:
    """Tells whether two floats are the same number within the tolerance."""
    if math.isnan(actual) or math.isnan(expected):
        return math.isnan(actual) and math.isnan(expected)
    slack = usable(tolerance)
    return math.isclose(actual, expected, rel_tol=min(slack, 1.0), abs_tol=slack)


def close_arrays(actual: Floats, expected: Floats, tolerance: float) -> Bools:
    """Returns, element by element, what `close` says. Both of shape `(n,)`."""
    slack = usable(tolerance)
    with np.errstate(invalid="ignore", over="ignore"):
        scale = np.maximum(np.abs(actual), np.abs(expected))
        allowed = np.maximum(slack, min(slack, 1.0) * scale)
        near = np.abs(actual - expected) <= allowed
    # inf - inf is NaN, and inf times a tolerance allows everything: only equal ones are close.
    finite = np.isfinite(actual) & np.isfinite(expected)
    both_nan = np.isnan(actual) & np.isnan(expected)
    return np.asarray((near & finite) | (actual == expected) | both_nan, dtype=np.bool_)


def clusters(values: Floats, tolerance: float) -> Indices:
    """Returns a code for each value, equal where sorted neighbours are close. NaN gets -1.

    Codes grow with the values. A chain of neighbours may span more than the tolerance, so equal
    codes are to be checked with `close_arrays`; different codes are never close.
    """
    codes = np.full(len(values), -1, dtype=np.int64)
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    ranked = values[known][order]
    if len(ranked) == 0:
        return codes
    steps = np.zeros(len(ranked), dtype=np.int64)
    steps[1:] = ~close_arrays(ranked[1:], ranked[:-1], tolerance)
    places = np.flatnonzero(known)[order]
    codes[places] = np.cumsum(steps)
    return codes
