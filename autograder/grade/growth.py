"""Which class of growth fits a row of times: pure, robust, and ready to say that it cannot tell.

Each class f is fitted as t = a + b f(n) with a, b ≥ 0, so that relative errors count the same for
short and for long times (weighted least squares, Lawson and Hanson's non-negative solution in two
unknowns). The class with the least error wins if it fits well and the runner-up fits clearly worse.
It must not know where times come from, or words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CLASSES: Final[Mapping[str, Callable[[float], float]]] = {
    "1": lambda _: 1.0,
    "log n": lambda n: math.log2(max(n, 2.0)),
    "n": lambda n: n,
    "n log n": lambda n: n * math.log2(max(n, 2.0)),
    "n^2": lambda n: n**2,
    "n^3": lambda n: n**3,
    "2^n": lambda n: 2.0 ** min(n, 500.0),
}
"""From slow to fast growth."""
ORDER: Final = tuple(CLASSES)
LEAST_POINTS = 6
BAD_FIT = 0.35
"""A relative error above which no class fits."""
CLEARLY = 1.15
"""How much worse the runner-up must fit."""
SPAN = 300.0
"""Times this much shorter than the longest tell of overhead, not of growth."""
CACHED = 4096.0
"""The largest size whose data are surely in it."""
FLAT = 1.5
"""Where the longest time is not even this many times the shortest, nothing grows."""


@dataclass(frozen=True)
class Estimate:
    """What a row of times says.

    Attributes:
        name: the class that fits best; empty where it cannot be told.
        error: its relative error.
    """

    name: str
    error: float = math.inf


def estimate(sizes: Sequence[float], times: Sequence[float]) -> Estimate:
    """Find the class of growth of `times` (seconds, or any unit) over `sizes`, rising.

    A class has to fit twice, and its errors count together: where all data lie in the processor's
    cache, and over all sizes. Within it branches are foretold, which makes short sorts too fast;
    beyond it each step takes longer, which looks just like a logarithm. So n and n log n, which
    only a logarithm tells apart, are judged within it alone.
    """
    n, t = _usable(sizes, times)
    near, far = _telling(n[n <= CACHED], t[n <= CACHED]), _telling(n, t)
    if len(far[0]) < LEAST_POINTS:
        return Estimate("")
    near = near if len(near[0]) >= LEAST_POINTS else far
    if float(np.max(t)) < FLAT * float(np.median(far[1][: max(3, len(far[1]) // 4)])):
        return Estimate("1", 0.0)
    inner = {name: _error(*near, shape) for name, shape in CLASSES.items() if name != "1"}
    errors = {name: (inner[name] + _error(*far, CLASSES[name])) / 2 for name in inner}
    ranked = sorted(errors, key=lambda name: errors[name])
    if set(ranked[:2]) == {"n", "n log n"}:
        errors |= {name: inner[name] for name in ranked[:2]}
        ranked[:2] = sorted(ranked[:2], key=lambda name: inner[name])
    best, second, *_ = ranked
    known = errors[best] <= BAD_FIT and errors[second] >= CLEARLY * errors[best]
    return Estimate(best if known else "", errors[best])


def exceeds(name: str, at_most: str) -> bool:
    """Whether a class grows faster than a limit; n log n counts as n, for no clock tells them."""
    if not name:
        return False
    allowed = "n log n" if at_most == "n" else at_most
    return ORDER.index(name) > ORDER.index(allowed)


def _usable(sizes: Sequence[float], times: Sequence[float]) -> tuple[Floats, Floats]:
    """Numbers that are numbers, in a row that no hiccup bends."""
    n = np.asarray(sizes, dtype=np.float64)
    t = np.asarray(times, dtype=np.float64)
    kept = np.isfinite(t) & (t > 0) & (n > 0)
    n, t = n[kept], t[kept]
    # A larger input that took less time shows that a smaller one was held up.
    return n, np.minimum.accumulate(t[::-1])[::-1]


def _telling(n: Floats, t: Floats) -> tuple[Floats, Floats]:
    """The part that tells of growth: the long times."""
    if not len(n):
        return n, t
    long = t >= float(np.max(t)) / SPAN
    long[-min(len(n), LEAST_POINTS + 2) :] = True
    return n[long], t[long]


def _error(n: Floats, t: Floats, shape: Callable[[float], float]) -> float:
    """The relative root mean square error of the best a + b f(n) with a, b ≥ 0."""
    f = np.asarray([shape(float(each)) for each in n])
    columns = np.stack([1.0 / t, f / float(np.max(f)) / t], axis=1)
    return min(_residual(columns, both) for both in ((0, 1), (1,)))


def _residual(columns: Floats, used: tuple[int, ...]) -> float:
    ones = np.ones(len(columns))
    part = columns[:, used]
    found, *_ = np.linalg.lstsq(part, ones, rcond=None)
    if np.any(found < 0):
        return math.inf
    return float(np.sqrt(np.mean((part @ found - ones) ** 2)))
