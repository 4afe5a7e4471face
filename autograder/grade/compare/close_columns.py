"""When two columns hold the same numbers: the rule of `closeness`, element by element.

It must not know tables or words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autograder.grade.compare.closeness import usable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Values = npt.NDArray[Any]


def close_arrays(actual: Floats, expected: Floats, tolerance: float) -> Bools:
    """Returns, element by element, what `closeness.close` says. Both of shape `(n,)`."""
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
