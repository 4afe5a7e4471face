"""Looks whether a table's rows are as declared: keys, references, children, rates and skew.

It is given rows, part by part, and compares them with the declaration; it reads no file. What it
keeps between parts is counts, and the keys of tables whose key is no serial number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

import numpy as np
import pyarrow as pa

from autograder.data import dirt
from autograder.data.arrow import Array, pc
from autograder.data.draws import Plan
from autograder.data.draws.friends import OtherFriend
from autograder.data.draws.keys import Liked, Parent, Reference, zipf
from autograder.data.draws.plain import Serial
from autograder.data.spec import Column, Draw, Share, Table
from autograder.data.streams import Ints

HEAD_PERCENT: Final = 1
"""The share of the most used rows that a skew is measured by."""

SKEW_WITHIN: Final = (0.6, 2.0)
"""How far their part may be from that of a plain zipf: tastes and luck move it."""

SKEW_FROM: Final = 1000
"""Fewer rows tell nothing of a skew."""


@dataclass
class Checks:
    """The checks of one table. Give it all parts in row order, then ask for the rest."""

    plan: Plan
    table: Table
    games: pa.Table
    _shares: dict[str, Share] = field(default_factory=dict)
    _keys: list[pa.Table] = field(default_factory=list)
    _uses: dict[str, Ints] = field(default_factory=dict)

    def part(self, rows: pa.Table, start: int, path: str) -> Iterator[str]:
        """Yield what is wrong with one part, whose first row is `start`."""
        for name, share in self._counted(rows).items():
            self._shares[name] = share + self._shares.get(name, Share(0, 0, share.rate))
        if self.table.dialect:
            return
        yield from self._keyed(rows, start, path)
        for column in self.table.columns:
            if column.nulls is None and rows[column.name].null_count:
                yield f"{path}: {column.name} has nulls"
            elif column.draw is not None:
                yield from self._referred(column, column.draw, rows, path)

    def rest(self) -> Iterator[str]:
        """Yield what is wrong with all parts together."""
        if self._keys:
            keys = pa.concat_tables(self._keys)
            distinct = keys.group_by(keys.column_names, use_threads=False).aggregate([])
            if distinct.num_rows < keys.num_rows:
                yield f"{self.table.name}: key {', '.join(self.table.key)} is not unique"
        for name, share in self._shares.items():
            yield from _far(f"{self.table.name}: {name}", share)
        for name, uses in self._uses.items():
            draw = self.table.column(name).draw
            if isinstance(draw, Parent):
                yield from self._children(name, uses)
            elif isinstance(draw, Liked) or (isinstance(draw, Reference) and draw.skew == "zipf"):
                yield from self._skew(name, uses)

    def _counted(self, rows: pa.Table) -> dict[str, Share]:
        """Return for each declared rate how many rows it hit, and of how many."""
        dialect = self.table.dialect
        if dialect:
            counted = dirt.COUNTERS[dialect.name](rows, self.games)
            return {name: Share(*found, dialect.dirt[name]) for name, found in counted.items()}
        shares: dict[str, Share] = {}
        words = {**self.plan.dataset.words, **self.table.words}
        for column in self.table.columns:
            values = rows[column.name]
            if column.nulls and not column.nulls.like:
                shares[f"{column.name} null"] = _nulls(column, rows)
            for name, share in column.draw.shares(values, words) if column.draw else ():
                shares[f"{column.name} {name}"] = share
        return shares

    def _keyed(self, rows: pa.Table, start: int, path: str) -> Iterator[str]:
        """Check a serial key at once; keep the others."""
        key = self.table.key
        draw = self.table.column(key[0]).draw
        if len(key) > 1 or not isinstance(draw, Serial):
            self._keys.append(rows.select(list(key)).combine_chunks())
            return
        values = np.asarray(rows[key[0]])
        if not np.array_equal(values, np.arange(len(values)) + draw.start + start):
            yield f"{path}: key {key[0]} is not unique, or does not count up"

    def _referred(self, column: Column, draw: Draw, rows: pa.Table, path: str) -> Iterator[str]:
        """Check that a foreign key leads to a row; count where it leads."""
        name, values = column.name, rows[column.name]
        if (
            isinstance(draw, OtherFriend)
            and pc.any(pc.greater_equal(rows[draw.of], values)).as_py()
        ):
            yield f"{path}: {draw.of} is not below {name}"
        if column.nulls and column.nulls.like:
            other = rows[column.nulls.like]
            if not pc.is_null(other).equals(pc.is_null(values)):
                yield f"{path}: {name} and {column.nulls.like} are not null together"
        target = draw.refers(self.plan.dataset, self.table)
        if target is None:
            return
        first = self.plan.first(target)
        count = self.plan.rows(self.plan.dataset.table(target.table))
        places = np.asarray(values.drop_null()).astype(np.int64) - first
        if len(places) and not (places.min() >= 0 and places.max() < count):
            yield f"{path}: {name} refers to no {target.table}"
        elif isinstance(draw, Parent | Liked | Reference):
            uses = np.bincount(places, minlength=count)
            self._uses[name] = self._uses.get(name, 0) + uses

    def _children(self, name: str, uses: Ints) -> Iterator[str]:
        """Check that of all parents in full packs as many have each number of rows as declared."""
        pack, _, parents = self.plan.pack(self.table)
        full = parents // len(pack)
        found = np.bincount(uses[: full * len(pack)], minlength=int(pack.max()) + 1)
        if not np.array_equal(found, full * np.bincount(pack)):
            yield f"{self.table.name}: {name} has not as many rows each as declared"

    def _skew(self, name: str, uses: Ints) -> Iterator[str]:
        """Check that the most used have about the part that a zipf gives them."""
        head = max(len(uses) * HEAD_PERCENT // 100, 1)
        running = zipf(len(uses))
        declared = int(running[head - 1]) / int(running[-1])
        share = int(np.sort(uses)[-head:].sum()) / max(int(uses.sum()), 1)
        low, high = SKEW_WITHIN
        if uses.sum() >= SKEW_FROM and not low * declared <= share <= high * declared:
            what = f"{self.table.name}: {name}'s most used {head} have {share:.0%} of all rows"
            yield f"{what}, far from the declared {declared:.0%}"


def _far(what: str, share: Share) -> Iterator[str]:
    """Tell of a share that is not as declared.

    Once in 500 million honest draws: six standard deviations (and a little, for tiny tables), or
    nothing at all where twenty were to be expected.
    """
    hits, of, rate = share.hits, share.of, share.rate
    slack = 6 * sqrt(rate * (1 - rate) * of) + 4
    if abs(hits - rate * of) > slack or (not hits and rate * of > 20):
        yield f"{what} is {hits} of {of} rows, far from the declared {rate:g}"


def _nulls(column: Column, rows: pa.Table) -> Share:
    assert column.nulls is not None, column.name
    if column.nulls.when:
        rows = rows.filter(pc.equal(rows[column.nulls.when.column], column.nulls.when.value))
    values: Array = rows[column.name]
    return Share(values.null_count, rows.num_rows, column.nulls.rate)
