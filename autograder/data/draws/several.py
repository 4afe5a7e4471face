"""Several different values: those of one parent's rows, or a list in each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from autograder.data.arrow import Array, pc
from autograder.data.draws.choices import evenly, span_of, weight_table
from autograder.data.draws.drawn import Drawn, vocabulary
from autograder.data.draws.plain import Choice
from autograder.data.spec import Column, Draw, Share, Table, Via
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, Words64, below_each, chance

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules

_HALF = np.uint64(32)


@dataclass(frozen=True)
class Distinct(Draw):
    """One of some values, never the same twice among the rows of one parent.

    Attributes:
        by: a text of the parent, that says which weights the values have.
    """

    KIND: ClassVar = "distinct"
    TYPES: ClassVar = ("string",)
    by: Via
    values: Mapping[str, Choice]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Distinct:
        """Read `by` and `values = { text = { value = weight } }`."""
        inner = at.inner("values")
        values = {label: Choice.of(inner, label, False) for label in inner.names()}
        return cls(Via.parse(at.text("by")), values)

    def check(self, rules: Rules) -> None:
        """Check that the rows belong to parents, `by` is theirs, and no parent runs out."""
        each = rules.each()
        rules.parent(self.by.column)
        rules.covers("values", self.values, self.by)
        need = max(each.count)
        for label, choice in self.values.items():
            have = sum(weight > 0 for weight in choice.weights)
            if have < need:
                rules.fail(f"{label!r} has {have} values for {need} rows", "Add some more")

    def beside(self) -> tuple[str, ...]:
        """Return the column that `by` starts from."""
        return (self.by.column,)

    def labels(self, table: Table) -> tuple[str, ...]:
        """Return the values of all texts, each once."""
        return tuple(str(value) for value in self._all)

    @property
    def _all(self) -> tuple[str, ...]:
        every = (str(item) for made in self.values.values() for item in made.values)
        return tuple(dict.fromkeys(every))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one value a row: each parent's values are drawn one after another."""
        family = part.family
        if not len(family.parent):
            return Drawn(family.parent, vocabulary(self._all))
        each = part.table.each
        assert each is not None
        most = max(each.count)
        parents, where = np.unique(family.parent, return_inverse=True)
        low, high = int(parents[0]), int(parents[-1]) + 1
        words = part.stream(column.name).raw(low * most, high * most).reshape(-1, most)
        by = part.via(self.by)
        group = np.zeros(len(parents), dtype=np.int64)
        group[where] = by.values
        table = np.asarray(weight_table([self.values.get(label) for label in by.labels], self._all))
        drawn = _without_return(table[group], words[parents - low])
        return Drawn(drawn[where, family.ordinal], vocabulary(self._all))


@dataclass(frozen=True)
class Subset(Draw):
    """A list of different values, each in it or not by its own chance, and never empty.

    Attributes:
        by: the text that says which chances a row has.
        over: the number over which they move evenly, from its least to its greatest.
        percent: for each text of `by` and each value, its chance at both ends.
        spellings: other ways in which a value is written, in a share `messy` of the cases.
    """

    KIND: ClassVar = "subset"
    TYPES: ClassVar = ("list<string>",)
    by: str
    over: str
    percent: Mapping[str, Mapping[str, tuple[int, int]]]
    spellings: Mapping[str, tuple[str, ...]]
    messy: float

    @classmethod
    def read(cls, at: Fields, kind: str) -> Subset:
        """Read `by`, `over`, `percent`, and perhaps `spellings` with `messy`."""
        inner = at.inner("percent")
        percent = {label: _percents(inner.inner(label)) for label in inner.names()}
        if not at.has("spellings"):
            return cls(at.text("by"), at.text("over"), percent, {}, 0.0)
        ways = at.inner("spellings")
        spellings = {name: ways.texts(name) for name in ways.names()}
        return cls(at.text("by"), at.text("over"), percent, spellings, at.rate("messy"))

    def check(self, rules: Rules) -> None:
        """Check both columns, and that each spelling is of a known value."""
        rules.covers("percent", self.percent, Via(self.by))
        rules.numbers(self.over)
        rules.known("spellings", self.spellings, self.values)

    def beside(self) -> tuple[str, ...]:
        """Return `by` and `over`."""
        return self.by, self.over

    @property
    def values(self) -> tuple[str, ...]:
        """Return all values as they are usually written."""
        return tuple(dict.fromkeys(name for shares in self.percent.values() for name in shares))

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one list a row."""
        stream, names = part.stream(column.name), self.values
        count = len(names)
        by, over = part.column(self.by), part.column(self.over).values
        first, last = span_of(part.table, self.over)
        table = np.asarray([self._thresholds(label, last - first) for label in by.labels])
        limits = table[by.values, over - first]
        words = stream.raw(part.start * count, part.stop * count).reshape(-1, count)
        chosen = (words >> _HALF) < limits
        bare = np.flatnonzero(~chosen.any(axis=1))
        chosen[bare, limits[bare].argmax(axis=1)] = True
        row, value = np.nonzero(chosen)
        edges = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(over)))])
        cell = row * count + value
        spelt = self._spelt(value, stream.sub("spelling").at(cell + part.start * count))
        ways = (way for name in names for way in (name, *self.spellings.get(name, ())))
        return Drawn(spelt, vocabulary(ways), edges=edges.astype(np.int64))

    def shares(
        self, values: Array, words: Mapping[str, tuple[str, ...]]
    ) -> Iterable[tuple[str, Share]]:
        """Count the odd spellings among the values that have some."""
        flat = pc.list_flatten(values)
        odd = vocabulary(chain.from_iterable(self.spellings.values()))
        some = pa.concat_arrays([odd, vocabulary(self.spellings)])
        hits, of = (pc.sum(pc.is_in(flat, value_set=them)).as_py() or 0 for them in (odd, some))
        yield "messy", Share(hits, of, self.messy)

    def _thresholds(self, label: str, steps: int) -> Ints:
        """Return for each step and value the chance, in 2**32."""
        ends = [self.percent[label].get(name, (0, 0)) for name in self.values]
        first, last = np.asarray(ends, dtype=np.int64).T * 2**32 // 100
        table = [evenly(first, last, step, steps) for step in range(steps + 1)]
        return np.asarray(table).astype(np.uint64)

    def _spelt(self, value: Ints, words: Words64) -> Ints:
        """Return the place of each value, as it is written, among all the ways to write them."""
        ways = np.asarray([len(self.spellings.get(name, ())) for name in self.values])
        begin = np.asarray([0, *accumulate(ways[:-1] + 1)])
        odd = chance(words, self.messy) & (ways[value] > 0)
        which = 1 + below_each(words << _HALF, np.maximum(ways[value], 1))
        return begin[value] + np.where(odd, which, 0)


def _without_return(weights: Ints, words: Words64) -> Ints:
    """Return for each row of weights as many different places as there are words in its row."""
    left = weights.copy()
    drawn = np.zeros(words.shape, dtype=np.int64)
    rows = np.arange(len(left))
    for turn in range(words.shape[1]):
        running = left.cumsum(axis=1)
        hit = below_each(words[:, turn], running[:, -1])
        drawn[:, turn] = (running <= hit[:, None]).sum(axis=1)
        left[rows, drawn[:, turn]] = 0
    return drawn


def _percents(at: Fields) -> Mapping[str, tuple[int, int]]:
    found = {}
    for name in at.names():
        first, last = at.weights(name, 2)
        if max(first, last) > 100:
            at.fail(f"key {name!r} is over 100 percent", "Write two numbers from 0 to 100")
        found[name] = (first, last)
    if not found:
        at.fail("no value has a percentage", "Add at least one")
    return found
