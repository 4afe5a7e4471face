"""One of some values, whose weights depend on another column: its text, its number, its secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data.draws.drawn import Drawn, vocabulary
from autograder.data.draws.plain import Choice
from autograder.data.spec import INTEGERS, Column, Draw, Table, Value, Via
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, Words64, pick

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules


@dataclass(frozen=True)
class ChoiceBy(Draw):
    """One of some values, by the weights that go with another column's text.

    Attributes:
        fixed_for: a foreign key: all rows that refer to one row there have the same value.
    """

    KIND: ClassVar = "choice_by"
    TYPES: ClassVar = ("string", *INTEGERS)
    by: Via
    values: Mapping[str, Choice]
    fixed_for: str

    @classmethod
    def read(cls, at: Fields, kind: str) -> ChoiceBy:
        """Read `by`, `values = { text = { value = weight } }` and perhaps `fixed_for`."""
        inner = at.inner("values")
        values = {label: Choice.of(inner, label, kind in INTEGERS) for label in inner.names()}
        fixed_for = at.text("fixed_for") if at.has("fixed_for") else ""
        return cls(Via.parse(at.text("by")), values, fixed_for)

    def check(self, rules: Rules) -> None:
        """Check that each text of `by` has its weights."""
        rules.covers("values", self.values, self.by)
        for choice in self.values.values():
            choice.check(rules)
        if self.fixed_for:
            rules.reference(self.fixed_for)

    def beside(self) -> tuple[str, ...]:
        """Return `by` and `fixed_for`."""
        return (self.by.column, *([self.fixed_for] if self.fixed_for else []))

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return the values of all texts, each once."""
        return tuple(str(value) for value in self._all)

    @property
    def _all(self) -> tuple[Value, ...]:
        return tuple(dict.fromkeys(item for made in self.values.values() for item in made.values))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one value a row."""
        stream = part.stream(column.name)
        if self.fixed_for:
            words = stream.at(part.places(self.fixed_for))
        else:
            words = stream.raw(part.start, part.stop)
        by = part.via(self.by)
        weights = weight_table([self.values.get(label) for label in by.labels], self._all)
        return Choice(self._all, ()).picked(pick_by(words, by.values, weights))


@dataclass(frozen=True)
class Trend(Draw):
    """One of some values, by weights that move evenly from the least to the greatest of `over`."""

    KIND: ClassVar = "trend"
    TYPES: ClassVar = ("string",)
    over: str
    values: Mapping[str, tuple[int, int]]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Trend:
        """Read `over` and `values = { value = [first weight, last weight] }`."""
        inner = at.inner("values")
        values = {name: _pair(inner, name) for name in inner.names()}
        if not values or not all(sum(column) for column in zip(*values.values(), strict=True)):
            at.fail("values: the weights add up to nothing", "Give some weight above 0")
        return cls(at.text("over"), values)

    def check(self, rules: Rules) -> None:
        """Check that `over` is a column of whole numbers with a list of values."""
        rules.numbers(self.over)

    def beside(self) -> tuple[str, ...]:
        """Return `over`."""
        return (self.over,)

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return all values."""
        return tuple(self.values)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one value a row."""
        first, last = span_of(part.table, self.over)
        step = part.column(self.over).values - first
        ends = np.asarray(list(self.values.values()), dtype=np.int64)
        weights = [
            evenly(ends[:, 0], ends[:, 1], at, last - first) for at in range(last - first + 1)
        ]
        words = part.stream(column.name).raw(part.start, part.stop)
        return Drawn(pick_by(words, step, weights), vocabulary(self.values))


@dataclass(frozen=True)
class Latent(Draw):
    """One of some values, by the weights of a class that no column shows.

    Each row that `of` refers to belongs to a class for good: a game that is a gem gets good
    reviews, whoever writes them.

    Attributes:
        share: the weight of each class.
    """

    KIND: ClassVar = "latent"
    TYPES: ClassVar = ("string", *INTEGERS)
    of: str
    share: Mapping[str, int]
    values: Mapping[str, Choice]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Latent:
        """Read `of` and `classes = { name = { share = 1, values = { value = weight } } }`."""
        of, classes = at.text("of"), at.inner("classes")
        share, values = {}, {}
        for name in classes.names():
            inner = classes.inner(name)
            share[name] = inner.integer("share", 1, 2**20)
            values[name] = Choice.of(inner, "values", kind in INTEGERS)
            inner.finish()
        if not share:
            at.fail("key 'classes' is empty", "Add at least one class")
        return cls(of, share, values)

    def check(self, rules: Rules) -> None:
        """Check that `of` refers to another table and the values fit."""
        rules.reference(self.of)
        for choice in self.values.values():
            choice.check(rules)

    def beside(self) -> tuple[str, ...]:
        """Return `of`."""
        return (self.of,)

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return the values of all classes, each once."""
        return tuple(str(value) for value in self._all)

    @property
    def _all(self) -> tuple[Value, ...]:
        return tuple(dict.fromkeys(item for made in self.values.values() for item in made.values))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one value a row."""
        stream = part.stream(column.name)
        shares = np.cumsum(np.asarray(list(self.share.values()), dtype=np.int64))
        secret = pick(stream.sub("class").at(part.places(self.of)), shares)
        weights = weight_table(list(self.values.values()), self._all)
        words = stream.raw(part.start, part.stop)
        return Choice(self._all, ()).picked(pick_by(words, secret, weights))


def weight_table(choices: Sequence[Choice | None], values: Sequence[Value]) -> list[Ints]:
    """Return for each choice the weights of all `values`, in their order."""
    table = []
    for choice in choices:
        given = dict(zip(choice.values, choice.weights, strict=True)) if choice else {}
        table.append(np.asarray([given.get(value, 0) for value in values], dtype=np.int64))
    return table


def pick_by(words: Words64, group: Ints, weights: Sequence[Ints]) -> Ints:
    """Return a position in the weights of each row's group."""
    picked = np.zeros(len(words), dtype=np.int64)
    for index, row in enumerate(weights):
        mine = group == index
        if mine.any():
            picked[mine] = pick(words[mine], np.cumsum(row))
    return picked


def span_of(table: Table, name: str) -> tuple[int, int]:
    """Return the least and the greatest number that a column can have."""
    numbers = [int(label) for label in _labels(table, name)]
    return min(numbers), max(numbers)


def evenly(first: Ints, last: Ints, step: int, steps: int) -> Ints:
    """Return what lies between two numbers, `step` of `steps` on the way."""
    return (first * (steps - step) + last * step) // max(steps, 1)


def _labels(table: Table, name: str) -> tuple[str, ...]:
    draw = table.column(name).draw
    labels = draw.labels(table) if draw else None
    assert labels is not None, name
    return labels


def _pair(at: Fields, key: str) -> tuple[int, int]:
    first, last = at.weights(key, 2)
    return first, last
