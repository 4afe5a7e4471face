"""Calendar rules: how many rows fall on which day, at which hour, and how rates wander.

It knows days and weights, not tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, Stream, below

DAY_S = 86_400
HOUR_S = 3_600
MOST_DAYS = 3_660
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Season:
    """How busy each day from `first` to `last` is; a table's rows go through them in order.

    Attributes:
        weekday: weights of Monday to Sunday.
        day_noise_percent: a day is busier or quieter than its weight by up to this.
        special_percent: how busy holidays and sales are, in percent of a usual day.
    """

    first: date
    last: date
    weekday: tuple[int, ...]
    day_noise_percent: int
    special_percent: Mapping[date, int]

    @property
    def days(self) -> list[date]:
        """Return all its days."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=index) for index in range(count)]

    @classmethod
    def read(cls, at: Fields) -> Season:
        """Read the keys of a season, beside those of the draw that has one."""
        first, last = at.days()
        special = {}
        for text, percent in at.integers("special_percent").items():
            try:
                special[date.fromisoformat(text)] = percent
            except ValueError:
                at.fail(f"special_percent: {text!r} is no day", "Write it as 2026-01-31 = 150")
        weekday, noise = at.weights("weekday", 7), at.integer("day_noise_percent", 0, 90)
        season = cls(first, last, weekday, noise, special)
        if (last - first).days > MOST_DAYS:
            at.fail(f"{first} to {last} is too long", f"Stay within {MOST_DAYS} days")
        if not any(season.usual(day) for day in season.days):
            at.fail("no day has any weight", "Give some weekday and special_percent above 0")
        return season

    def usual(self, day: date) -> int:
        """Return how busy a day is, but for noise."""
        return self.weekday[day.weekday()] * self.special_percent.get(day, 100)


@dataclass(frozen=True)
class Span:
    """Rows `start` to `stop` (not included) of a table with `total` rows."""

    start: int
    stop: int
    total: int


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_edges(season: Season, stream: Stream, rows: int) -> Ints:
    """Return the row where each day of a season ends, of `rows` in all; one entry a day."""
    noise = stream.sub("noise").below(0, len(season.days), 2 * season.day_noise_percent + 1)
    weights = []
    for day, more in zip(season.days, noise.tolist(), strict=True):
        percent = 100 - season.day_noise_percent + more
        weights.append(season.usual(day) * percent)
    sums = list(accumulate(weights))  # Python's integers: rows x weight may pass 64 bits
    return np.asarray([rows * total // sums[-1] for total in sums], dtype=np.int64)


def month_starts(season: Season, stream: Stream, rows: int) -> list[tuple[str, int]]:
    """Return each month of a season, as "2026-01", and the row where it begins, of `rows` in all.

    Args:
        stream: the column's own, as for the times themselves.
    """
    begins = [0, *day_edges(season, stream, rows).tolist()]
    starts: dict[str, int] = {}
    for day, begin in zip(season.days, begins, strict=False):
        starts.setdefault(f"{day:%Y-%m}", begin)
    return list(starts.items())


def days(season: Season, stream: Stream, rows: Span) -> Ints:
    """Return the day of each row, as days since 1970-01-01."""
    row = np.arange(rows.start, rows.stop, dtype=np.int64)
    edges = day_edges(season, stream, rows.total)
    return day_number(season.first) + np.searchsorted(edges, row, side="right")


def hours(
    weights: Mapping[str, tuple[int, ...]], by: Ints, labels: list[str], stream: Stream, rows: Span
) -> Ints:
    """Return an hour of the day for each row; `by` says which label's 24 weights it keeps."""
    hour = np.zeros(rows.stop - rows.start, dtype=np.int64)
    words = stream.sub("hour").raw(rows.start, rows.stop)
    for index, name in enumerate(labels):
        mine = by == index
        cumulative = np.cumsum(np.asarray(weights[name], dtype=np.int64))
        hit = below(words[mine], int(cumulative[-1]))
        hour[mine] = np.searchsorted(cumulative, hit, side="right")
    return hour


def walk(start: int, step_ppm: int, count: int, stream: Stream) -> list[int]:
    """Return a random walk of `count` steps that moves by at most `step_ppm` millionths a day."""
    steps = stream.below(0, count, 2 * step_ppm + 1) - step_ppm
    path = [start]
    for step in steps[1:]:
        path.append(max(1, path[-1] + path[-1] * int(step) // 1_000_000))
    return path
