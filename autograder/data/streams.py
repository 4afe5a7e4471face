"""Random numbers that can be drawn anywhere: any rows of any column, in any order, by themselves.

Each column has its own stream, a Philox4x64-10 generator (Salmon et al., "Parallel random numbers:
as easy as 1, 2, 3", 2011) whose key is made from seed, table and column, and whose counter is the
row. So the bytes do not depend on how many workers draw, nor on where the work is cut. What is
made of the raw words is integer arithmetic, table look-ups and shifts only: floating-point
functions such as log or pow differ between C libraries in the last bit. It knows no table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words64 = NDArray[np.uint64]

PER_COUNTER = 4
"""Philox4x64 makes four words of 64 bits at each step of its counter."""

_HALF = np.uint64(32)
_GOLDEN, _MIX_1, _MIX_2 = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


@dataclass(frozen=True)
class Stream:
    """One column's endless row of random words. `name` tells it from all others."""

    seed: int
    name: tuple[str, ...]

    def sub(self, *name: str) -> Stream:
        """Return another stream, independent of this one, named below it."""
        return Stream(self.seed, (*self.name, *name))

    def raw(self, start: int, stop: int) -> Words64:
        """Return the words of rows `start` to `stop` (not included), uint64."""
        label = "\0".join((str(self.seed), *self.name)).encode()
        key = np.frombuffer(hashlib.sha256(label).digest()[:16], dtype="<u8").astype(np.uint64)
        first = start // PER_COUNTER
        skip = start - first * PER_COUNTER
        bits = np.random.Philox(key=key, counter=first)
        words: Words64 = bits.random_raw(skip + max(stop - start, 0))
        return words[skip:]

    def below(self, start: int, stop: int, limit: int) -> Ints:
        """Return numbers from 0 to `limit` - 1 (at most 2**32 of them), all alike."""
        return below(self.raw(start, stop), limit)

    def pick(self, start: int, stop: int, weights: Sequence[int]) -> Ints:
        """Return positions in `weights`, each as often as its weight says."""
        return pick(self.raw(start, stop), np.cumsum(np.asarray(weights, dtype=np.int64)))

    def chance(self, start: int, stop: int, rate: float) -> Flags:
        """Return True for a share `rate` of the rows."""
        return chance(self.raw(start, stop), rate)

    def at(self, rows: Ints) -> Words64:
        """Return the words of any rows, in any order, of a second generator of the same name.

        SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014)
        over the row's number. For what belongs to a thing and not to a row: the zone that a
        user plays in is the same in each of the user's sessions, wherever they lie.
        """
        first, second = (np.uint64(word) for word in self.raw(0, 2))
        words = (rows.astype(np.uint64) ^ second) * _GOLDEN + first
        words = (words ^ (words >> np.uint64(30))) * _MIX_1
        words = (words ^ (words >> np.uint64(27))) * _MIX_2
        mixed: Words64 = words ^ (words >> np.uint64(31))
        return mixed

    def permutation(self, count: int) -> Ints:
        """Return the numbers from 0 to `count` - 1, shuffled; for counts that fit in memory."""
        return np.argsort(self.raw(0, count), kind="stable")


def below(words: Words64, limit: int) -> Ints:
    """Scale 64-bit words to 0 … `limit` - 1 by the upper half (bias below 2**-32 x limit)."""
    return (((words >> _HALF) * np.uint64(limit)) >> _HALF).astype(np.int64)


def below_each(words: Words64, limits: Ints) -> Ints:
    """Scale each word to 0 … its own limit - 1 (limits from 1 to 2**32)."""
    return (((words >> _HALF) * limits.astype(np.uint64)) >> _HALF).astype(np.int64)


def chance(words: Words64, rate: float) -> Flags:
    """Return True for a share `rate` of the words."""
    threshold = np.uint64(int(rate * 2**32))  # exact: only the exponent changes
    return (words >> _HALF) < threshold


def pick(words: Words64, cumulative: Ints) -> Ints:
    """Return the positions where the words fall in a running sum of weights (total < 2**32)."""
    hit = below(words, int(cumulative[-1]))
    return np.searchsorted(cumulative, hit, side="right").astype(np.int64)


def scatter(values: Ints, count: int, stream: Stream) -> Ints:
    """Rename 0 … `count` - 1 one to one, by a seeded affine map: no table, however many."""
    if count == 1:
        return values
    factor, shift = _affine(count, stream)
    renamed = values.astype(np.uint64) * np.uint64(factor) + np.uint64(shift)
    return (renamed % np.uint64(count)).astype(np.int64)


def gather(values: Ints, count: int, stream: Stream) -> Ints:
    """Return what `scatter` renamed to `values`."""
    if count == 1:
        return values
    factor, shift = _affine(count, stream)
    back = values.astype(np.uint64) + np.uint64(count - shift)
    return (back % np.uint64(count) * np.uint64(pow(factor, -1, count)) % np.uint64(count)).astype(
        np.int64
    )


def _affine(count: int, stream: Stream) -> tuple[int, int]:
    first, second = (int(word) for word in stream.raw(0, 2))
    factor = first % count
    while gcd(factor, count) != 1:
        factor = (factor + 1) % count
    return factor, second % count
