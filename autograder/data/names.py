"""Composes titles and nicknames from word lists; knows patterns and streams, not tables.

A pattern such as "{adjective} {noun} 2" has slots, each the name of a word list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from typing import Final

import numpy as np
import pyarrow as pa

from autograder.data.arrow import Array, pc
from autograder.data.spec import Titles, Words
from autograder.data.streams import Ints, Stream

SLOT: Final = re.compile(r"\{([^{}]*)\}")

WordLists = Mapping[str, tuple[str, ...]]
Slot = Callable[[int, int], Ints]


def nicknames(draw: Words, words: WordLists, stream: Stream, start: int, stop: int) -> Array:
    """Return texts for rows `start` to `stop` (not included); one may come twice."""
    which = stream.sub("pattern").pick(start, stop, draw.weights)
    made, rows = [], []
    for index, pattern in enumerate(draw.patterns):
        mine = np.flatnonzero(which == index)

        def slot(position: int, size: int, mine: Ints = mine) -> Ints:
            return stream.sub("slot", str(position)).below(start, stop, size)[mine]

        made.append(_compose(words, pattern, slot, len(mine)))
        rows.append(mine)
    return _in_row_order(made, rows)


def title_space(draw: Titles, words: WordLists) -> list[list[int]]:
    """Return for each pattern of each tier how many texts it can make."""
    return [
        [prod(len(words[name]) for name in SLOT.findall(pattern)) for pattern in tier]
        for tier in draw.tiers
    ]


def titles(draw: Titles, words: WordLists, stream: Stream, start: int, stop: int) -> Array:
    """Return texts for rows `start` to `stop`, all different; `stop` is at most the space's size.

    Each tier is shuffled as a whole and dealt out row by row, so no text comes twice.
    """
    made, rows = [], []
    begin = 0
    for tier, sizes in enumerate(title_space(draw, words)):
        total = sum(sizes)
        low, high = max(start - begin, 0), min(stop - begin, total)
        if low < high:
            number = stream.sub("tier", str(tier)).permutation(total)[low:high]
            edges = np.cumsum([0, *sizes])
            for index, pattern in enumerate(draw.tiers[tier]):
                mine = np.flatnonzero((number >= edges[index]) & (number < edges[index + 1]))
                made.append(
                    _compose(words, pattern, _digits(number[mine] - edges[index]), len(mine))
                )
                rows.append(mine + begin + low)
        begin += total
    return _in_row_order(made, rows)


def _digits(number: Ints) -> Slot:
    """Return a slot that reads numbers digit by digit, each digit in its own list's base."""
    left = number

    def slot(_: int, size: int) -> Ints:
        nonlocal left
        left, digit = np.divmod(left, size)
        return digit

    return slot


def _compose(words: WordLists, pattern: str, slot: Slot, count: int) -> Array:
    """Fill a pattern: `slot(position, size of the list)` says which word each row gets."""
    arrays: list[Array] = []
    for index, piece in enumerate(SLOT.split(pattern)):
        if index % 2:
            choice = slot(index // 2, len(words[piece]))
            arrays.append(pa.array(words[piece], pa.string()).take(pa.array(choice)))
        elif piece:
            arrays.append(pa.repeat(pa.scalar(piece, pa.string()), count))
    return pc.binary_join_element_wise(*arrays, "")


def _in_row_order(parts: list[Array], rows: list[Ints]) -> Array:
    """Put texts that were made pattern by pattern back in the order of their rows."""
    if not parts:
        return pa.array([], pa.string())
    order = np.argsort(np.concatenate(rows), kind="stable")
    return pa.concat_arrays(parts).take(pa.array(order))
