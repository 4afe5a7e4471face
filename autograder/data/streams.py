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
        threshold = np.uint64(int(rate * 2**32))  # exact: only the exponent changes
        return (self.raw(start, stop) >> _HALF) < threshold

    def permutation(self, count: int) -> Ints:
        """Return the numbers from 0 to `count` - 1, shuffled; for counts that fit in memory."""
        return np.argsort(self.raw(0, count), kind="stable")


def below(words: Words64, limit: int) -> Ints:
    """Scale 64-bit words to 0 … `limit` - 1 by the upper half (bias below 2**-32 x limit)."""
    return (((words >> _HALF) * np.uint64(limit)) >> _HALF).astype(np.int64)


def pick(words: Words64, cumulative: Ints) -> Ints:
    """Return the positions where the words fall in a running sum of weights (total < 2**32)."""
    hit = below(words, int(cumulative[-1]))
    return np.searchsorted(cumulative, hit, side="right").astype(np.int64)


def scatter(values: Ints, count: int, stream: Stream) -> Ints:
    """Rename 0 … `count` - 1 one to one, by a seeded affine map: no table, however many."""
    if count == 1:
        return values
    first, second = (int(word) for word in stream.raw(0, 2))
    factor = first % count
    while gcd(factor, count) != 1:
        factor = (factor + 1) % count
    renamed = values.astype(np.uint64) * np.uint64(factor) + np.uint64(second % count)
    return (renamed % np.uint64(count)).astype(np.int64)
