"""Days and times: of sales, of play in each player's own zone, and the rows of a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data import seasons
from autograder.data.draws.drawn import Drawn, vocabulary
from autograder.data.seasons import DAY_S, HOUR_S, Season, Span, day_number
from autograder.data.spec import Column, Draw, Table, Via
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, below_each

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules

Hours = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class SaleTime(Draw):
    """A second of a business day. Rows go through the days in order, by weekday and season.

    Attributes:
        by: the text whose 24 weights of the hours a row keeps.
    """

    KIND: ClassVar = "sale_time"
    TYPES: ClassVar = ("timestamp",)
    season: Season
    utc_offset_h: int
    by: str
    hours: Hours

    @classmethod
    def read(cls, at: Fields, kind: str) -> SaleTime:
        """Read the season, the zone of the business days, and the hours."""
        offset = at.integer("utc_offset_h", -12, 14)
        return cls(Season.read(at), offset, at.text("by"), _hours(at))

    def check(self, rules: Rules) -> None:
        """Check that each text of `by` has its hours."""
        rules.covers("hours", self.hours, Via(self.by))

    def beside(self) -> tuple[str, ...]:
        """Return `by`."""
        return (self.by,)

    def in_order(self) -> Season:
        """Return the season."""
        return self.season

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one time a row."""
        stream, rows, by = part.stream(column.name), _span(part), part.column(self.by)
        day = seasons.days(self.season, stream, rows)
        hour = seasons.hours(self.hours, by.values, by.labels, stream, rows)
        second = stream.sub("second").below(part.start, part.stop, HOUR_S)
        return Drawn(day * DAY_S + (hour - self.utc_offset_h) * HOUR_S + second)


@dataclass(frozen=True)
class Zone:
    """A time zone in a season: hours before UTC, and the UTC days of its summer time."""

    offset_h: int
    summer_from: date | None
    summer_to: date | None

    def offsets(self, season: Season) -> Ints:
        """Return the offset in hours on each day of a season."""
        days = np.arange(day_number(season.first), day_number(season.last) + 1)
        summer = np.zeros(len(days), dtype=bool)
        if self.summer_from:
            summer = days >= day_number(self.summer_from)
        if self.summer_to:
            summer &= days < day_number(self.summer_to)
        return self.offset_h + summer.astype(np.int64)


@dataclass(frozen=True)
class LocalTime(Draw):
    """A second of a day in UTC, at an hour of the row's own zone; the rows' days are in order.

    Attributes:
        by: the text whose 24 weights of the local hours a row keeps.
        zone: the column that names the zone.
        zones: what its names mean in this season. The rules stand here and do not come from a
            machine's own tables, which differ.
    """

    KIND: ClassVar = "local_time"
    TYPES: ClassVar = ("timestamp",)
    season: Season
    by: str
    hours: Hours
    zone: str
    zones: Mapping[str, Zone]

    @classmethod
    def read(cls, at: Fields, kind: str) -> LocalTime:
        """Read the season, the hours and the zones."""
        inner = at.inner("zones")
        zones = {name: _zone(inner.inner(name)) for name in inner.names()}
        return cls(Season.read(at), at.text("by"), _hours(at), at.text("zone"), zones)

    def check(self, rules: Rules) -> None:
        """Check that each text of `by` has its hours, and each zone its offset."""
        rules.covers("hours", self.hours, Via(self.by))
        rules.covers("zones", self.zones, Via(self.zone))

    def beside(self) -> tuple[str, ...]:
        """Return `by` and `zone`."""
        return self.by, self.zone

    def in_order(self) -> Season:
        """Return the season."""
        return self.season

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one time a row."""
        stream, rows, by = part.stream(column.name), _span(part), part.column(self.by)
        day = seasons.days(self.season, stream, rows)
        hour = seasons.hours(self.hours, by.values, by.labels, stream, rows)
        zone = part.column(self.zone)
        offsets = np.asarray([self.zones[name].offsets(self.season) for name in zone.labels])
        hour = (hour - offsets[zone.values, day - day_number(self.season.first)]) % 24
        second = stream.sub("second").below(part.start, part.stop, HOUR_S)
        return Drawn(day * DAY_S + hour * HOUR_S + second)


@dataclass(frozen=True)
class DayAfter(Draw):
    """A day from the latest of some other days to `last`, all alike."""

    KIND: ClassVar = "day_after"
    TYPES: ClassVar = ("date",)
    days: tuple[Via, ...]
    last: date

    @classmethod
    def read(cls, at: Fields, kind: str) -> DayAfter:
        """Read `days = ["user_id.joined"]` and `last`."""
        return cls(tuple(Via.parse(text) for text in at.texts("days")), at.day("last"))

    def check(self, rules: Rules) -> None:
        """Check that the others are days."""
        for via in self.days:
            if (kind := rules.via(via).type) != "date":
                rules.fail(f"{str(via)!r} is a {kind}", "Name a column of type date")

    def beside(self) -> tuple[str, ...]:
        """Return the columns that the others start from."""
        return tuple(via.column for via in self.days)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one day a row."""
        first = np.maximum.reduce([part.via(via).values for via in self.days])
        span = np.maximum(day_number(self.last) - first + 1, 1)
        words = part.stream(column.name).raw(part.start, part.stop)
        return Drawn(first + below_each(words, span))


@dataclass(frozen=True)
class GridDay(Draw):
    """The day of a grid table."""

    KIND: ClassVar = "grid_day"
    TYPES: ClassVar = ("date",)

    @classmethod
    def read(cls, at: Fields, kind: str) -> GridDay:
        """Read nothing: the table's grid says all."""
        return cls()

    def check(self, rules: Rules) -> None:
        """Check that the table has a grid."""
        rules.grid()

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the day of each row."""
        grid = part.table.grid
        assert grid is not None, part.table.name
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        return Drawn(day_number(grid.first) + rows // len(grid.each))


@dataclass(frozen=True)
class GridValue(Draw):
    """The value of a grid table."""

    KIND: ClassVar = "grid_value"
    TYPES: ClassVar = ("string",)

    @classmethod
    def read(cls, at: Fields, kind: str) -> GridValue:
        """Read nothing: the table's grid says all."""
        return cls()

    def check(self, rules: Rules) -> None:
        """Check that the table has a grid."""
        rules.grid()

    def labels(self, table: Table) -> tuple[str, ...] | None:
        """Return the grid's values."""
        return table.grid.each if table.grid else None

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the value of each row."""
        grid = part.table.grid
        assert grid is not None, part.table.name
        rows = np.arange(part.start, part.stop, dtype=np.int64)
        return Drawn(rows % len(grid.each), vocabulary(grid.each))


@dataclass(frozen=True)
class Walk(Draw):
    """A random walk down the days of a grid table, one for each of its values.

    `start` is in units of the column's last decimal; a day moves by at most `step_ppm` millionths.
    """

    KIND: ClassVar = "walk"
    TYPES: ClassVar = ("decimal(12,4)",)
    start: Mapping[str, int]
    step_ppm: int

    @classmethod
    def read(cls, at: Fields, kind: str) -> Walk:
        """Read `start` and `step_ppm`."""
        return cls(at.integers("start", 1), at.integer("step_ppm", 0, 500_000))

    def check(self, rules: Rules) -> None:
        """Check that the table has a grid, and each of its values a start."""
        grid = rules.grid()
        rules.known("start: the grid", self.start, grid.each)
        rules.all_given("start", self.start, grid.each)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the walks in the grid's row order: each day, its values in turn."""
        grid, stream = part.table.grid, part.stream(column.name)
        assert grid is not None, part.table.name
        count = (grid.last - grid.first).days + 1
        paths = [
            seasons.walk(self.start[name], self.step_ppm, count, stream.sub(name))
            for name in grid.each
        ]
        every = np.asarray(paths, dtype=np.int64).T.reshape(-1)
        return Drawn(every[part.start : part.stop])


def _hours(at: Fields) -> Hours:
    inner = at.inner("hours")
    return {name: inner.weights(name, 24) for name in inner.names()}


def _zone(at: Fields) -> Zone:
    first = at.day("summer_from") if at.has("summer_from") else None
    last = at.day("summer_to") if at.has("summer_to") else None
    zone = Zone(at.integer("offset_h", -12, 14), first, last)
    at.finish()
    return zone


def _span(part: Part) -> Span:
    return Span(part.start, part.stop, part.plan.rows(part.table))
