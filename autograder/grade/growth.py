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
NEAR = (16.0, 4096.0)
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
    """Find the class of growth of `times` (seconds, or any unit) over `sizes`, rising."""
    n, t = _cleaned(sizes, times)
    if len(n) < LEAST_POINTS:
        return Estimate("")
    if float(np.max(t)) < FLAT * float(np.median(t[: max(3, len(t) // 4)])):
        return Estimate("1", 0.0)
    errors = {name: _error(n, t, shape) for name, shape in CLASSES.items() if name != "1"}
    ranked = sorted(errors, key=lambda name: errors[name])
    if set(ranked[:2]) == {"n", "n log n"}:
        near = _near(sizes, times)
        errors |= near
        ranked = sorted(near, key=lambda name: near[name])
    best = ranked[0]
    if errors[best] > BAD_FIT or errors[ranked[1]] < CLEARLY * errors[best]:
        return Estimate("", errors[best])
    return Estimate(best, errors[best])


def _near(sizes: Sequence[float], times: Sequence[float]) -> dict[str, float]:
    """The errors of n and n log n where all data lie in the processor's cache.

    Beyond it each step takes longer, which looks just like a logarithm.
    """
    pairs = [(n, t) for n, t in zip(sizes, times, strict=True) if NEAR[0] <= n <= NEAR[1] and t > 0]
    if len(pairs) < LEAST_POINTS:
        pairs = [(n, t) for n, t in zip(sizes, times, strict=True) if t > 0]
    n, t = (np.asarray(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    return {name: _error(n, t, CLASSES[name]) for name in ("n", "n log n")}


def exceeds(name: str, at_most: str) -> bool:
    """Whether a class grows faster than a limit; n log n counts as n, for no clock tells them."""
    if not name:
        return False
    allowed = "n log n" if at_most == "n" else at_most
    return ORDER.index(name) > ORDER.index(allowed)


def _cleaned(sizes: Sequence[float], times: Sequence[float]) -> tuple[Floats, Floats]:
    """The part that tells of growth: the long times, and a row that no hiccup bends."""
    n = np.asarray(sizes, dtype=np.float64)
    t = np.asarray(times, dtype=np.float64)
    kept = np.isfinite(t) & (t > 0) & (n > 0)
    n, t = n[kept], t[kept]
    if len(n) < LEAST_POINTS:
        return n, t
    # A larger input that took less time shows that a smaller one was held up.
    t = np.minimum.accumulate(t[::-1])[::-1]
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
