"""Times one call of a function: cold, and warm where it is too short for a clock.

A processor that others share is now fast and now slow, so each time is told in yards: as a multiple
of what a fixed piece of work takes just before and after. It runs in the member's own process, so
its numbers are hostile input like all that comes out; the kernel's measure of the whole process is
taken beside it.
"""

from __future__ import annotations

import gc
import marshal
import time
from collections.abc import Callable, Sequence
from typing import Any

SHORT_NS = 20_000_000
"""A call that takes longer is timed once a process."""
BATCH_NS = 1_500_000
"""What one batch of warm calls may take."""
BATCHES = 9
MOST_CALLS = 1000
# The clock of a whole process is one of ticks as soon as its CPU time is limited.
# Python in a browser has no such clock, and is never asked to measure.
_clock: Callable[[], int] = getattr(time, "thread_time_ns", time.monotonic_ns)


def measure(function: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, dict[str, float]]:
    """Call a function with plain arguments; what the first call gave, and its times.

    Returns:
        The value, and `cold`, the first call in yards; `warm` is the median of further calls with
        equal arguments, absent where the first took long.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        kept = marshal.dumps(list(arguments), 2)
    except ValueError:  # a value that has no such form, as a Decimal
        kept = b""
    fresh = marshal.loads(kept) if kept else None  # noqa: S302 - written a few lines above
    _yard()
    before = min(_yard(), _yard())
    started = _clock()
    value = function(*arguments)
    taken = _clock() - started
    after = min(_yard(), _yard())
    times = {"cold": 2 * taken / (before + after)}
    if kept and taken < SHORT_NS:
        reusable = list(arguments) == fresh
        times["warm"] = _warm(function, arguments if reusable else None, kept, taken)
    return value, times


def _warm(
    function: Callable[..., Any], arguments: Sequence[Any] | None, kept: bytes, taken: int
) -> float:
    """The median over batches; arguments that a call changes are made anew for each call."""
    many = max(1, min(MOST_CALLS if arguments is not None else 8, BATCH_NS // max(taken, 500)))
    batches = BATCHES if taken < BATCH_NS else 3
    found = []
    before = _yard()
    for _ in range(batches):
        sets = [arguments or marshal.loads(kept) for _ in range(many)]  # noqa: S302 - our own
        started = _clock()
        for each in sets:
            function(*each)
        batch = _clock() - started
        after = _yard()
        found.append(2 * batch / many / (before + after))
        before = after
    return sorted(found)[len(found) // 2]


def _yard() -> int:
    """Nanoseconds that a fixed piece of work takes at the moment, about 100 000."""
    started = _clock()
    total = 0
    for number in range(3000):
        total += number & 7
    return max(1, _clock() - started)
