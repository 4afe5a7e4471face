"""Calendar rules: when sales happen and how exchange rates wander. Knows days, not tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from autograder.data.spec import Grid, SaleTime, Walk
from autograder.data.streams import Ints, Stream, below

DAY_S = 86_400
HOUR_S = 3_600
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Span:
    """Rows `start` to `stop` (not included) of a table with `total` rows."""

    start: int
    stop: int
    total: int


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_edges(draw: SaleTime, stream: Stream, rows: int) -> Ints:
    """Return the row where each business day ends, of `rows` in all; one entry a day."""
    count = (draw.last - draw.first).days + 1
    noise = stream.sub("noise").below(0, count, 2 * draw.day_noise_percent + 1)
    weights = []
    for index in range(count):
        day = draw.first + timedelta(days=index)
        percent = 100 - draw.day_noise_percent + int(noise[index])
        weights.append(draw.weekday[day.weekday()] * draw.special_percent.get(day, 100) * percent)
    sums = list(accumulate(weights))  # Python's integers: rows x weight may pass 64 bits
    return np.asarray([rows * total // sums[-1] for total in sums], dtype=np.int64)


def sale_time(draw: SaleTime, by: Ints, labels: list[str], stream: Stream, rows: Span) -> Ints:
    """Return seconds since 1970 UTC; `by` says for each row which label's hours it keeps."""
    start, stop = rows.start, rows.stop
    row = np.arange(start, stop, dtype=np.int64)
    day = np.searchsorted(day_edges(draw, stream, rows.total), row, side="right")
    hour = np.zeros(len(row), dtype=np.int64)
    words = stream.sub("hour").raw(start, stop)
    for index, name in enumerate(labels):
        mine = by == index
        cumulative = np.cumsum(np.asarray(draw.hours[name], dtype=np.int64))
        hit = below(words[mine], int(cumulative[-1]))
        hour[mine] = np.searchsorted(cumulative, hit, side="right")
    second = stream.sub("second").below(start, stop, HOUR_S)
    local = (day_number(draw.first) + day) * DAY_S + hour * HOUR_S + second
    return local - draw.utc_offset_h * HOUR_S


def walk(draw: Walk, grid: Grid, stream: Stream) -> Ints:
    """Return the whole walk in the grid's row order: each day, the grid's values in turn."""
    count = (grid.last - grid.first).days + 1
    paths = []
    for name in grid.each:
        steps = stream.sub(name).below(0, count, 2 * draw.step_ppm + 1) - draw.step_ppm
        path = [draw.start[name]]
        for step in steps[1:]:
            path.append(max(1, path[-1] + path[-1] * int(step) // 1_000_000))
        paths.append(path)
    return np.asarray(paths, dtype=np.int64).T.reshape(-1)
