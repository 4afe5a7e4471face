"""Streams: the same words however the rows are cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.data.streams import Stream, below, pick, scatter

STREAM = Stream(42, ("table", "column"))
FIRST_WORDS = [16557124365413777445, 12656894204009211689]
FAR_WORD = [6824266248313403450]


@given(cuts=st.lists(st.integers(0, 999), max_size=8), seed=st.integers(0, 2**63 - 1))
@settings(deadline=None, max_examples=60)
def test_any_cut_gives_the_same_words(cuts: list[int], seed: int) -> None:
    stream = Stream(seed, ("a",))
    edges = [0, *sorted(cuts), 1000]
    pieces = [stream.raw(low, high) for low, high in pairwise(edges)]
    assert np.array_equal(np.concatenate(pieces), stream.raw(0, 1000))


def test_words_are_philox_of_the_hashed_name() -> None:
    # Noted once; another NumPy or another machine must agree.
    assert STREAM.raw(0, 2).tolist() == FIRST_WORDS
    assert STREAM.raw(4_000_000_000_000, 4_000_000_000_001).tolist() == FAR_WORD


def test_names_seeds_and_subs_are_independent() -> None:
    streams = [STREAM, Stream(43, STREAM.name), STREAM.sub("x"), Stream(42, ("table", "columns"))]
    assert len({tuple(stream.raw(0, 4).tolist()) for stream in streams}) == len(streams)
    # A name cannot be cut in another place and be the same stream.
    assert Stream(1, ("ab", "c")).raw(0, 1) != Stream(1, ("a", "bc")).raw(0, 1)


def test_below_and_pick_stay_in_range_at_the_edges() -> None:
    words = np.array([0, 2**64 - 1], dtype=np.uint64)
    assert below(words, 7).tolist() == [0, 6]
    assert below(words, 2**32 - 1).tolist() == [0, 2**32 - 2]
    assert pick(words, np.cumsum([3, 0, 4])).tolist() == [0, 2]


def test_pick_never_chooses_a_weight_of_zero() -> None:
    picked = STREAM.pick(0, 5000, [0, 5, 0, 5, 0])
    assert set(picked.tolist()) == {1, 3}


@pytest.mark.parametrize(("rate", "expected"), [(0.0, False), (1.0, True)])
def test_chance_is_exact_at_its_ends(rate: float, expected: bool) -> None:
    assert (STREAM.chance(0, 1000, rate) == expected).all()


@given(count=st.integers(1, 400), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_scatter_and_permutation_are_one_to_one(count: int, seed: int) -> None:
    stream = Stream(seed, ("p",))
    numbers = np.arange(count)
    assert sorted(scatter(numbers, count, stream).tolist()) == numbers.tolist()
    assert sorted(stream.permutation(count).tolist()) == numbers.tolist()
