"""Cases for `solution(guests, counters)`: guests are [arrives, takes] in seconds, by arrival."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[list[int]], int]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield [[0, 5], [1, 2], [2, 4]], 2
    yield [[0, 3], [10, 3], [11, 3]], 1
    yield [[4, 6], [4, 6], [4, 6]], 2


def edges(random: Random) -> Iterator[Case]:
    """No guest, one guest, one counter, more counters than guests."""
    takes = random.randint(2, 9)
    yield [], 3
    yield [[7, takes]], 1
    yield [[0, takes], [0, takes], [0, takes]], 1
    yield [[0, takes], [1, takes], [1, takes]], 8
    yield [[0, takes], [takes, 1]], 1  # one leaves in the very second the next arrives


def ties(random: Random) -> Iterator[Case]:
    """Several counters become free in the same second."""
    for _ in range(15):
        counters = random.randint(2, 5)
        takes = random.randint(2, 6)
        yield [[0, takes] for _ in range(counters * 3)], counters
        rush = [[takes * random.randint(0, 4), takes] for _ in range(counters * 3)]
        yield sorted(rush), counters


def quiet(random: Random) -> Iterator[Case]:
    """Guests come seldom: each is gone before the next one comes."""
    for _ in range(15):
        now, guests = 0, []
        for _ in range(random.randint(3, 10)):
            now += random.randint(5, 60)
            guests.append([now, random.randint(1, 4)])
        yield guests, random.randint(1, 3)


def mixed(random: Random) -> Iterator[Case]:
    """Ordinary afternoons."""
    for _ in range(30):
        yield _afternoon(random, random.randint(3, 25), random.randint(1, 6))


def large(random: Random) -> Iterator[Case]:
    """A festival: as many counters as half of the guests, all of them busy."""
    yield _festival(random, 20_000)


def sizes(random: Random, n: int) -> Case:
    """`n` guests at a festival."""
    return _festival(random, n)


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(200):
        yield _afternoon(random, random.randint(0, 10), random.randint(1, 4))


def _afternoon(random: Random, guests: int, counters: int) -> Case:
    arrivals = sorted(random.randint(0, 4 * guests) for _ in range(guests))
    return [[each, random.randint(1, 20)] for each in arrivals], counters


def _festival(random: Random, n: int) -> Case:
    arrivals = sorted(random.randrange(n) for _ in range(n))
    return [[each, random.randint(n // 2 + 1, n + 1)] for each in arrivals], n // 2 + 1
