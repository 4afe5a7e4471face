"""Streams: the same words however the rows are cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.data.draws import packs
from autograder.data.streams import Stream, below, below_each, gather, pick, scatter

STREAM = Stream(42, ("table", "column"))
FIRST_WORDS = [16557124365413777445, 12656894204009211689]
FAR_WORD = [6824266248313403450]
WORDS_AT = [
    5483350301421513595,
    4324253362023652874,
    17790368301779006913,
    5483350301421513595,
]


@given(cuts=st.lists(st.integers(0, 999), max_size=8), seed=st.integers(0, 2**63 - 1))
@settings(max_examples=60)
def test_any_cut_gives_the_same_words(cuts: list[int], seed: int) -> None:
    stream = Stream(seed, ("a",))
    edges = [0, *sorted(cuts), 1000]
    pieces = [stream.raw(low, high) for low, high in pairwise(edges)]
    assert np.array_equal(np.concatenate(pieces), stream.raw(0, 1000))


def test_words_are_philox_of_the_hashed_name() -> None:
    # Noted once; another NumPy or another machine must agree.
    assert STREAM.raw(0, 2).tolist() == FIRST_WORDS
    assert STREAM.raw(4_000_000_000_000, 4_000_000_000_001).tolist() == FAR_WORD


def test_words_of_things_are_the_same_in_any_order_and_on_any_machine() -> None:
    rows = np.array([5, 0, 4_000_000_000_000, 5])
    found = STREAM.at(rows)
    assert found.tolist() == WORDS_AT
    assert found[0] == found[3]
    every = STREAM.at(np.arange(20_000))
    assert len(set(every.tolist())) == 20_000
    assert np.bincount(below(every, 10), minlength=10).min() > 1800
    assert STREAM.at(np.arange(0)).tolist() == []


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
@settings(max_examples=60)
def test_scatter_and_permutation_are_one_to_one(count: int, seed: int) -> None:
    stream = Stream(seed, ("p",))
    numbers = np.arange(count)
    assert sorted(scatter(numbers, count, stream).tolist()) == numbers.tolist()
    assert sorted(stream.permutation(count).tolist()) == numbers.tolist()
    assert gather(scatter(numbers, count, stream), count, stream).tolist() == numbers.tolist()


def test_below_each_stays_below_its_own_limit() -> None:
    words = np.array([0, 2**64 - 1, 2**64 - 1, 2**63], dtype=np.uint64)
    assert below_each(words, np.array([9, 1, 2**32, 10])).tolist() == [0, 0, 2**32 - 1, 5]


@given(
    count=st.dictionaries(st.integers(0, 7), st.integers(1, 5), min_size=1, max_size=4),
    parents=st.integers(0, 90),
    cuts=st.lists(st.integers(0, 400), max_size=5),
    limit=st.none() | st.integers(0, 9),
)
@settings(max_examples=120)
def test_rows_of_parents_are_the_same_for_any_cut(
    count: dict[int, int], parents: int, cuts: list[int], limit: int | None
) -> None:
    pack = packs.cards(count, [None, limit])
    of_parent = packs.counts(pack, STREAM, parents)
    total = packs.total(pack, STREAM, parents)
    assert len(of_parent) == parents
    assert total == of_parent.sum()
    full = parents // len(pack)
    assert sorted(of_parent[: full * len(pack)].tolist()) == sorted(full * pack.tolist())
    edges = [0, *sorted(cut for cut in cuts if cut < total), total]
    pieces = [packs.family(pack, STREAM, parents, low, high) for low, high in pairwise(edges)]
    parent = np.concatenate([piece.parent for piece in pieces])
    ordinal = np.concatenate([piece.ordinal for piece in pieces])
    number = np.concatenate([piece.count for piece in pieces])
    assert parent.tolist() == np.repeat(np.arange(parents), of_parent).tolist()
    assert ordinal.tolist() == [place for many in of_parent.tolist() for place in range(many)]
    assert number.tolist() == of_parent[parent].tolist()
