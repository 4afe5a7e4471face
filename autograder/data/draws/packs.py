"""Deals out how many rows each parent has, so that any row's parent is found by itself.

The counts are a pack of cards, shuffled anew for each pack's worth of parents. All packs add up to
the same, so the pack that a row belongs to is a division, and only that pack is dealt. It knows
numbers of parents and of rows, not tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from autograder.data.streams import Ints, Stream


@dataclass(frozen=True)
class Family:
    """Whose rows some rows are; one entry a row.

    Attributes:
        parent: the parent's position, from 0; it never falls.
        ordinal: which of its parent's rows it is, from 0.
        count: how many rows its parent has.
    """

    parent: Ints
    ordinal: Ints
    count: Ints


def cards(count: Mapping[int, int], limits: Iterable[int | None]) -> Ints:
    """Return a pack: each number of rows as often as its weight, cut to the least limit."""
    pack = np.repeat(np.asarray(list(count)), np.asarray(list(count.values()))).astype(np.int64)
    return np.minimum(pack, min((limit for limit in limits if limit is not None), default=2**31))


def total(pack: Ints, stream: Stream, parents: int) -> int:
    """Return the number of rows of all parents."""
    full = parents // len(pack)
    rest = _dealt(pack, stream, full, full + 1)[: parents % len(pack)]
    return full * int(pack.sum()) + int(rest.sum())


def counts(pack: Ints, stream: Stream, parents: int) -> Ints:
    """Return how many rows each parent has; for parents that fit in memory."""
    return _dealt(pack, stream, 0, -(-parents // len(pack)))[:parents]


def family(pack: Ints, stream: Stream, parents: int, start: int, stop: int) -> Family:
    """Return whose rows `start` to `stop` (not included) are."""
    per_pack = max(int(pack.sum()), 1)
    first, last = start // per_pack, -(-stop // per_pack)
    count = _dealt(pack, stream, first, max(last, first))[: parents - first * len(pack)]
    begin = np.cumsum(count) - count  # the first row of each parent, from the first pack's on
    who = np.repeat(np.arange(len(count)), count)
    mine = slice(start - first * per_pack, stop - first * per_pack)
    ordinal = (np.arange(len(who)) - begin[who])[mine]
    who = who[mine]
    return Family(who + first * len(pack), ordinal, count[who])


def _dealt(pack: Ints, stream: Stream, first: int, last: int) -> Ints:
    """Return the counts of the packs `first` to `last` (not included), parent by parent."""
    words = stream.raw(first * len(pack), last * len(pack)).reshape(-1, len(pack))
    return pack[np.argsort(words, axis=1, kind="stable")].reshape(-1)
