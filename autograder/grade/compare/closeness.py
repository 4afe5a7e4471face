"""When two numbers are the same: the one rule about tolerance.

Two numbers are close if they differ by at most `tolerance`, absolutely or relative to the greater
of them (the rule of DMOJ's `floats` checker). Two integers are held to it only where an author
asks for more slack than the default: an id of thirteen digits must not equal its neighbour.
NaN is close to NaN, an infinity only to itself, -0.0 to 0.0. `close_columns` says the same of whole
columns. Nothing here knows tables or words, nor imports any library: it runs in a browser, too.
"""

from __future__ import annotations

import math

DEFAULT_TOLERANCE = 1e-9


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
