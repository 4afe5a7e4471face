"""What a row takes over from rows it refers to, and what comes of sums: currency, price, pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data.draws.drawn import Drawn, vocabulary
from autograder.data.draws.plain import Choice
from autograder.data.spec import INTEGERS, Column, Draw, Table, Target, Via, When
from autograder.data.spec_fields import Fields

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules


@dataclass(frozen=True)
class Lookup(Draw):
    """A value mapped from a column of the row that another column refers to."""

    KIND: ClassVar = "lookup"
    TYPES: ClassVar = ("string",)
    through: str
    source: Target
    map: Mapping[str, str]
    unless: When | None
    otherwise: str

    @classmethod
    def read(cls, at: Fields, kind: str) -> Lookup:
        """Read `through`, `from`, `map`, and perhaps `unless` with `otherwise`."""
        pairs = Fields(at.mapping("map"), f"{at.where}: map")
        mapped = {name: pairs.text(name) for name in pairs.names()}
        unless = When.read(at, "unless") if at.has("unless") else None
        otherwise = at.text("otherwise") if unless else ""
        return cls(at.text("through"), Target.read(at, "from"), mapped, unless, otherwise)

    def check(self, rules: Rules) -> None:
        """Check where it comes from, and that each value there is mapped."""
        rules.refers(self.through, self.source)
        values = rules.values(self.source.table, self.source.column)
        rules.known("map: the source", self.map, values)
        rules.all_given("map", self.map, values)
        if self.unless:
            rules.condition(self.unless, "unless")

    def beside(self) -> tuple[str, ...]:
        """Return the reference and the column of the condition."""
        return (self.through, *([self.unless.column] if self.unless else []))

    def tables(self) -> tuple[str, ...]:
        """Return the table that it is taken from."""
        return (self.source.table,)

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return what is mapped to."""
        return (*self.map.values(), *([self.otherwise] if self.unless else []))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one text a row."""
        targets = tuple(dict.fromkeys(self.labels(part.table)))
        source = part.referred(self.through, self.source.column)
        codes = np.asarray([targets.index(self.map[label]) for label in source.labels])
        values = codes[source.values]
        if self.unless:
            values = np.where(part.where(self.unless), targets.index(self.otherwise), values)
        return Drawn(values, vocabulary(targets))


@dataclass(frozen=True)
class Paid(Draw):
    """Total paid in hundredths of `currency`: price x quantity, less a discount, in steps."""

    KIND: ClassVar = "paid"
    TYPES: ClassVar = ("decimal(12,2)",)
    price: Target
    game: str
    quantity: str
    currency: str
    discounts: Choice
    won_per_unit: Mapping[str, int]
    step: Mapping[str, int]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Paid:
        """Read the three columns, and what a unit of each currency is worth."""
        return cls(
            price=Target.read(at, "price"),
            game=at.text("game"),
            quantity=at.text("quantity"),
            currency=at.text("currency"),
            discounts=Choice.of(at, "discount_percent", True),
            won_per_unit=at.integers("won_per_unit", 1),
            step=at.integers("step", 1),
        )

    def check(self, rules: Rules) -> None:
        """Check the columns, and that each currency is given."""
        rules.column_of(self.price)
        rules.beside(self.game, self.quantity, self.currency)
        rules.covers("won_per_unit", self.won_per_unit, Via(self.currency))
        rules.covers("step", self.step, Via(self.currency))
        rules.refers(self.game, self.price)

    def beside(self) -> tuple[str, ...]:
        """Return the three columns."""
        return self.game, self.quantity, self.currency

    def tables(self) -> tuple[str, ...]:
        """Return the table that has the price."""
        return (self.price.table,)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one amount a row."""
        currency = part.column(self.currency)
        labels, of = currency.labels, currency.values
        rate = np.asarray([self.won_per_unit[name] for name in labels], dtype=np.int64)
        step = np.asarray([self.step[name] for name in labels], dtype=np.int64)
        stream = part.stream(column.name)
        percent = self.discounts.picked(stream.pick(part.start, part.stop, self.discounts.weights))
        price = part.referred(self.game, self.price.column).values
        hundredths = price * (100 - percent.values)  # of a won
        steps = np.maximum(hundredths // rate[of] // step[of], 1)
        return Drawn(steps * step[of] * part.column(self.quantity).values)


@dataclass(frozen=True)
class Estimate(Draw):
    """A number that grows with others: a base, so much for each unit of other columns, some noise.

    Attributes:
        by: the text that says which base a row has.
        per: what one more of each column adds …
        above: … beyond this number of it (0 if it is not given).
        spread_percent: the noise: up to this much more or less.
        step: the result is a multiple of it.
    """

    KIND: ClassVar = "estimate"
    TYPES: ClassVar = ("int32", "int64")
    by: str
    base: Mapping[str, int]
    per: Mapping[str, int]
    above: Mapping[str, int]
    spread_percent: int
    step: int

    @classmethod
    def read(cls, at: Fields, kind: str) -> Estimate:
        """Read `by`, `base`, `per`, `spread_percent`, `step`, and perhaps `above`."""
        return cls(
            by=at.text("by"),
            base=at.integers("base"),
            per=at.integers("per"),
            above=at.integers("above") if at.has("above") else {},
            spread_percent=at.integer("spread_percent", 0, 90),
            step=at.integer("step", 1, 2**40),
        )

    def check(self, rules: Rules) -> None:
        """Check that each text of `by` has a base, and the others are whole numbers."""
        rules.covers("base", self.base, Via(self.by))
        for name in self.per:
            rules.integer(name)
        rules.known("above", self.above, self.per)

    def beside(self) -> tuple[str, ...]:
        """Return `by` and the columns that add to it."""
        return (self.by, *self.per)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one number a row."""
        by = part.column(self.by)
        total = np.asarray([self.base[name] for name in by.labels], dtype=np.int64)[by.values]
        for name, each in self.per.items():
            total = total + each * (part.column(name).values - self.above.get(name, 0))
        span = 2 * self.spread_percent + 1
        noise = part.stream(column.name).below(part.start, part.stop, span) - self.spread_percent
        total = total * (100 + noise) // 100
        top = 2 ** (INTEGERS[column.type] - 1) - 1
        return Drawn(np.clip(total // self.step * self.step, 0, top // self.step * self.step))
