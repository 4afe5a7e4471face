"""Times one call of a function: cold, and warm where it is too short for a clock.

It runs in the member's own process, so its numbers are hostile input like all that comes out; the
kernel's measure of the whole process is taken beside it.
"""

from __future__ import annotations

import gc
import marshal
import time
from collections.abc import Callable, Sequence
from typing import Any

SHORT_NS = 20_000_000
"""A call that takes longer is timed once a process."""
WARM_NS = 12_000_000
"""What all warm calls of one process may take together."""
BATCHES = 7
_clock = time.thread_time_ns
# The clock of a whole process is one of ticks as soon as its CPU time is limited.


def measure(function: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, dict[str, int]]:
    """Call a function with plain arguments; what the first call gave, and nanoseconds.

    Returns:
        The value, and `cold_ns` of the first call; `warm_ns` is the least mean of a batch of
        further calls with equal arguments, absent where the first took long.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        kept = marshal.dumps(list(arguments), 2)
    except ValueError:  # a value that has no such form, as a Decimal
        kept = b""
    fresh = marshal.loads(kept) if kept else None  # noqa: S302 - written two lines above
    started = _clock()
    value = function(*arguments)
    cold = _clock() - started
    times = {"cold_ns": cold}
    if kept and cold < SHORT_NS:
        reusable = list(arguments) == fresh
        times["warm_ns"] = _warm(function, arguments if reusable else None, kept, cold)
    return value, times


def _warm(
    function: Callable[..., Any], arguments: Sequence[Any] | None, kept: bytes, cold: int
) -> int:
    """The least mean of a few batches; arguments that a call changes are made anew for each."""
    many = 1 if arguments is None else max(1, min(1000, WARM_NS // BATCHES // max(cold, 1000)))
    least, spent = 2**62, 0
    for batch in range(100 if arguments is None else BATCHES):
        sets = [arguments or marshal.loads(kept) for _ in range(many)]  # noqa: S302 - our own
        started = _clock()
        for each in sets:
            function(*each)
        taken = _clock() - started
        least = min(least, taken // many)
        spent += taken
        if spent > WARM_NS and batch >= 2:
            break
    return least
