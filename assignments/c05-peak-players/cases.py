"""Cases for `solution(sessions)`: [start, end) in seconds, start < end."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

Case = tuple[list[list[int]]]
YEAR_S = 365 * 24 * 3600


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield ([[0, 30], [10, 40], [20, 25]],)
    yield ([[0, 10], [10, 20], [20, 30]],)
    yield ([[50, 60], [5, 9], [6, 8], [52, 55]],)


def edges(random: Random) -> Iterator[Case]:
    """Nothing, one session, equal ones, one inside another."""
    start = random.randint(1, 500)
    yield ([],)
    yield ([[start, start + 1]],)
    yield ([[start, start + 9]] * random.randint(2, 5),)
    yield ([[start, start + 100], [start + 10, start + 20], [start + 30, start + 40]],)
    yield ([[start + 30, start + 40], [start, start + 100], [start + 35, start + 36]],)


def touching(random: Random) -> Iterator[Case]:
    """One ends in the very second another begins: they do not meet."""
    for _ in range(15):
        cuts = sorted(random.sample(range(100), random.randint(3, 8)))
        relay = [[one, other] for one, other in pairwise(cuts)]
        random.shuffle(relay)
        yield (relay,)


def ties(random: Random) -> Iterator[Case]:
    """The most is reached several times: the earliest counts."""
    for _ in range(15):
        crowd = random.randint(2, 4)
        moments = random.sample(range(0, 1000, 50), random.randint(2, 4))
        sessions = [[each + late, each + 40] for each in moments for late in range(crowd)]
        random.shuffle(sessions)
        yield (sessions,)


def mixed(random: Random) -> Iterator[Case]:
    """Ordinary evenings, not in order."""
    for _ in range(30):
        yield (_sessions(random, random.randint(2, 20), span=60, longest=30),)


def large(random: Random) -> Iterator[Case]:
    """A year of a popular game, and one second of an event that many looked into."""
    sessions = _sessions(random, 24_000, span=YEAR_S, longest=YEAR_S // 4)
    event = random.randrange(YEAR_S // 3, YEAR_S)
    # So many that this second alone is the busiest.
    sessions += [[event, event + 1] for _ in range(1_000)]
    random.shuffle(sessions)
    yield (sessions,)


def sizes(random: Random, n: int) -> Case:
    """`n` sessions, many of them at once."""
    return (_sessions(random, n, span=2 * n + 8, longest=n + 1),)


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(200):
        yield (_sessions(random, random.randint(0, 9), span=15, longest=8),)


def _sessions(random: Random, n: int, span: int, longest: int) -> list[list[int]]:
    starts = [random.randrange(span) for _ in range(n)]
    return [[start, start + random.randint(1, longest)] for start in starts]
