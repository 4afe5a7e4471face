"""Composes titles, nicknames and sentences from lists; knows patterns and streams, not tables.

A pattern such as "{adjective} {noun} 2" has slots, each the name of a word list, or of a column
of the row that the text belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
import pyarrow as pa

from autograder.data.arrow import Array, array, joined, text
from autograder.data.streams import Ints, Stream

SLOT: Final = re.compile(r"\{([^{}]*)\}")

WordLists = Mapping[str, tuple[str, ...]]
Tiers = tuple[tuple[str, ...], ...]
Slot = Callable[[int, str, int], Ints]


@dataclass(frozen=True)
class Known:
    """A slot whose text is known for each row: texts, and which of them each row has."""

    texts: Array
    rows: Ints


def written(
    patterns: Sequence[str],
    which: Ints,
    words: WordLists,
    known: Mapping[str, Known],
    stream: Stream,
    start: int,
) -> Array:
    """Return a text for each row from `start` on; one may come twice.

    Args:
        which: for each row, the position of its pattern.
        known: slots that are no word list.
    """
    stop = start + len(which)
    made, rows = [], []
    for index in np.unique(which).tolist():
        mine = np.flatnonzero(which == index)

        def slot(position: int, name: str, size: int, mine: Ints = mine) -> Ints:
            if name in known:
                return known[name].rows[mine]
            return stream.sub("slot", str(position)).below(start, stop, size)[mine]

        made.append(_compose(words, known, patterns[index], slot, len(mine)))
        rows.append(mine)
    return in_row_order(made, rows)


def title_space(tiers: Tiers, words: WordLists) -> list[list[int]]:
    """Return for each pattern of each tier how many texts it can make."""
    return [
        [prod(len(words[name]) for name in SLOT.findall(pattern)) for pattern in tier]
        for tier in tiers
    ]


def titles(tiers: Tiers, words: WordLists, stream: Stream, start: int, stop: int) -> Array:
    """Return texts for rows `start` to `stop`, all different; `stop` is at most the space's size.

    Each tier is shuffled as a whole and dealt out row by row, so no text comes twice.
    """
    made, rows = [], []
    begin = 0
    for tier, sizes in enumerate(title_space(tiers, words)):
        total = sum(sizes)
        low, high = max(start - begin, 0), min(stop - begin, total)
        if low < high:
            number = stream.sub("tier", str(tier)).permutation(total)[low:high]
            edges = np.cumsum([0, *sizes])
            for index, pattern in enumerate(tiers[tier]):
                mine = np.flatnonzero((number >= edges[index]) & (number < edges[index + 1]))
                digits = _digits(number[mine] - edges[index])
                made.append(_compose(words, {}, pattern, digits, len(mine)))
                rows.append(mine + begin + low)
        begin += total
    return in_row_order(made, rows)


def _digits(number: Ints) -> Slot:
    """Return a slot that reads numbers digit by digit, each digit in its own list's base."""
    left = number

    def slot(_: int, __: str, size: int) -> Ints:
        nonlocal left
        left, digit = np.divmod(left, size)
        return digit

    return slot


def _compose(
    words: WordLists, known: Mapping[str, Known], pattern: str, slot: Slot, count: int
) -> Array:
    """Fill a pattern: `slot(position, name, size of its list)` says which text each row gets."""
    arrays: list[Array] = []
    for index, piece in enumerate(SLOT.split(pattern)):
        if index % 2:
            texts = known[piece].texts if piece in known else array(words[piece])
            arrays.append(texts.take(array(slot(index // 2, piece, len(texts)))))
        elif piece:
            arrays.append(pa.repeat(text(piece), count))
    return joined(*arrays)


def in_row_order(parts: list[Array], rows: list[Ints]) -> Array:
    """Put texts that were made group by group back in the order of their rows."""
    if not parts:
        return array([])
    order = np.argsort(np.concatenate(rows), kind="stable")
    return pa.concat_arrays(parts).take(array(order))
