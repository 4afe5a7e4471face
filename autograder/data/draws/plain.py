"""Numbers, values and days that depend on nothing but their own row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data.draws.drawn import Drawn, vocabulary
from autograder.data.seasons import day_number
from autograder.data.spec import INTEGERS, Column, Draw, Table, Value, Via
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, Words64, below
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules


@dataclass(frozen=True)
class Serial(Draw):
    """Whole numbers in row order."""

    KIND: ClassVar = "serial"
    TYPES: ClassVar = tuple(INTEGERS)
    start: int

    @classmethod
    def read(cls, at: Fields, kind: str) -> Serial:
        """Read `start`."""
        return cls(at.integer("start", 0, 2**31))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the rows' numbers; UsageError if the type has too few."""
        if self.start + part.stop > 2 ** (INTEGERS[column.type] - 1):
            more = f"scale {part.plan.scale:g} has more {part.table.name}"
            raise UsageError(f"{more} than {column.type} can number", fix="Use a smaller scale")
        return Drawn(np.arange(self.start + part.start, self.start + part.stop, dtype=np.int64))


@dataclass(frozen=True)
class Choice(Draw):
    """One of some values, by weight."""

    KIND: ClassVar = "choice"
    TYPES: ClassVar = ("string", *INTEGERS)
    values: tuple[Value, ...]
    weights: tuple[int, ...]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Choice:
        """Read `values = { value = weight }`."""
        return cls.of(at, "values", kind in INTEGERS)

    @classmethod
    def of(cls, at: Fields, key: str, integer: bool) -> Choice:
        """Read a table of weights under any key; its values are texts, or whole numbers."""
        weights = at.integers(key)
        if not 0 < sum(weights.values()) < 2**32:
            at.fail(f"key {key!r}: the weights add up to nothing", "Give some weight above 0")
        values: tuple[Value, ...] = tuple(weights)
        if integer:
            values = tuple(whole_numbers(at, key, weights))
        return cls(values, tuple(weights.values()))

    def check(self, rules: Rules) -> None:
        """Check that the values fit the column's type."""
        rules.fit(value for value in self.values if isinstance(value, int))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one value a row."""
        return self.picked(part.stream(column.name).pick(part.start, part.stop, self.weights))

    def picked(self, places: Ints) -> Drawn:
        """Return the values at these places of the list."""
        if isinstance(self.values[0], int):
            return Drawn(np.asarray(self.values, dtype=np.int64)[places])
        return Drawn(places, vocabulary(self.values))

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return all values as texts."""
        return tuple(str(value) for value in self.values)


@dataclass(frozen=True)
class Between(Draw):
    """A whole number from `low` to `high`, both included, all alike."""

    KIND: ClassVar = "between"
    TYPES: ClassVar = tuple(INTEGERS)
    low: int
    high: int

    @classmethod
    def read(cls, at: Fields, kind: str) -> Between:
        """Read `low` and `high`."""
        low, high = at.integer("low"), at.integer("high")
        if not 0 <= high - low < 2**32:
            at.fail("low and high make no range", "Give low <= high, less than 2**32 apart")
        return cls(low, high)

    def check(self, rules: Rules) -> None:
        """Check that both ends fit the column's type."""
        rules.fit((self.low, self.high))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one number a row."""
        span = self.high - self.low + 1
        return Drawn(self.low + part.stream(column.name).below(part.start, part.stop, span))


@dataclass(frozen=True)
class Dates(Draw):
    """A day from `first` to `last`, both included, all alike."""

    KIND: ClassVar = "dates"
    TYPES: ClassVar = ("date",)
    first: date
    last: date

    @classmethod
    def read(cls, at: Fields, kind: str) -> Dates:
        """Read `first` and `last`."""
        return cls(*at.days())

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one day a row."""
        low = day_number(self.first)
        span = day_number(self.last) - low + 1
        return Drawn(low + part.stream(column.name).below(part.start, part.stop, span))


@dataclass(frozen=True)
class Quantiles(Draw):
    """Whole numbers of a declared shape, such as a long tail.

    `{ 0 = 1, 500 = 27, 1000 = 720 }`: the least is 1, half are below 27, and all below 720.

    Attributes:
        by: the column whose text says which shape a row has; None if all have one.
        at: each text's shape (one under "" without `by`): thousandths of the rows, and values.
    """

    KIND: ClassVar = "quantiles"
    TYPES: ClassVar = tuple(INTEGERS)
    by: Via | None
    at: Mapping[str, Mapping[int, int]]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Quantiles:
        """Read `at`, and `by` where there are several shapes."""
        if not at.has("by"):
            return cls(None, {"": _shape(at, "at")})
        shapes = at.inner("at")
        by = Via.parse(at.text("by"))
        return cls(by, {label: _shape(shapes, label) for label in shapes.names()})

    def check(self, rules: Rules) -> None:
        """Check that each value of `by` has a shape, and that it fits the type."""
        if self.by:
            rules.covers("at", self.at, self.by)
        rules.fit(value for shape in self.at.values() for value in shape.values())

    def beside(self) -> tuple[str, ...]:
        """Return the column whose text says which shape a row has."""
        return (self.by.column,) if self.by else ()

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one number a row."""
        words = part.stream(column.name).raw(part.start, part.stop)
        if self.by is None:
            return Drawn(_shaped(words, self.at[""]))
        by = part.via(self.by)
        values = np.zeros(len(words), dtype=np.int64)
        for index, label in enumerate(by.labels):
            mine = by.values == index
            values[mine] = _shaped(words[mine], self.at[label])
        return Drawn(values)


def whole_numbers(at: Fields, key: str, texts: Mapping[str, object]) -> list[int]:
    """Return the keys of a table as whole numbers."""
    if not all(re.fullmatch(r"-?\d{1,18}", text) for text in texts):
        at.fail(f"key {key!r}: not a number", "Give whole numbers as keys in a number column")
    return [int(text) for text in texts]


def _shape(at: Fields, key: str) -> Mapping[int, int]:
    points = at.integers(key)
    shape = dict(zip(whole_numbers(at, key, points), points.values(), strict=True))
    rising = list(shape) == sorted(shape) and list(points.values()) == sorted(points.values())
    if len(shape) < 2 or (min(shape), max(shape)) != (0, 1000) or not rising:
        at.fail(f"key {key!r} is no shape", "Write thousandths from 0 to 1000, all rising")
    if max(shape.values()) >= 2**31:
        at.fail(f"key {key!r} has a value over 2**31", "Write smaller numbers")
    return shape


def _shaped(words: Words64, shape: Mapping[int, int]) -> Ints:
    """Return a number for each word: even between two points of the shape."""
    shares, values = np.asarray(list(shape)), np.asarray(list(shape.values()))
    place = below(words, 1000 << 20)
    index = np.searchsorted(shares << 20, place, side="right") - 1
    low, width = shares[index] << 20, (shares[index + 1] - shares[index]) << 20
    shaped: Ints = values[index] + (values[index + 1] - values[index]) * (place - low) // width
    return shaped
