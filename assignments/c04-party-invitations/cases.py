"""Cases for `solution(friendships, host)`: pairs of friends, and who gives the party."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[list[str]], str]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield [["민지", "지우"], ["지우", "서준"], ["민지", "하린"]], "민지"
    yield [["지우", "민지"], ["서준", "지우"], ["서준", "민지"]], "민지"
    yield [["하린", "도윤"]], "민지"


def edges(random: Random) -> Iterator[Case]:
    """Nobody knows anybody, pairs told twice, islands, a host whom nobody knows."""
    a, b, c, d, e = random.sample([f"u{number}" for number in range(50)], 5)
    yield [], a
    yield [[a, b]], b
    yield [[a, b], [b, a], [a, b]], a
    yield [[a, b], [c, d], [d, e]], c
    yield [[a, b], [b, c]], e
    yield [[a, b], [c, b], [c, d], [e, d]], a  # each told from the other side


def circles(random: Random) -> Iterator[Case]:
    """Two ways lead to the same person: who was met first decides the day."""
    yield [["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"]], "a"
    for _ in range(15):
        n = random.randint(3, 9)
        ring = [[f"u{each}", f"u{(each + 1) % n}"] for each in range(n)]
        chords = [random.sample([f"u{each}" for each in range(n)], 2) for _ in range(n // 2)]
        pairs = ring + chords
        random.shuffle(pairs)
        yield pairs, f"u{random.randrange(n)}"


def mixed(random: Random) -> Iterator[Case]:
    """Small crowds with islands."""
    for _ in range(30):
        people = random.randint(3, 20)
        yield _crowd(random, people, random.randint(1, 2 * people)), "u0"


def long_chain(random: Random) -> Iterator[Case]:
    """A chain of thousands: the news takes thousands of days."""
    n = random.randint(2_000, 2_500)
    pairs = [[f"u{each}", f"u{each + 1}"] for each in range(n)]
    random.shuffle(pairs)
    yield pairs, "u0"


def large(random: Random) -> Iterator[Case]:
    """A whole city."""
    yield _crowd(random, 20_000, 40_000), "u0"


def sizes(random: Random, n: int) -> Case:
    """`n` friendships among half as many people, one of whom gives the party."""
    others = _crowd(random, n // 2 + 2, n - 1)
    return [["u0", "u1"], *others], "u0"


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(200):
        people = random.randint(2, 8)
        yield _crowd(random, people, random.randint(0, 12)), f"u{random.randrange(people)}"


def _crowd(random: Random, people: int, pairs: int) -> list[list[str]]:
    found = []
    for _ in range(pairs):
        one, step = random.randrange(people), random.randrange(1, people)
        found.append([f"u{one}", f"u{(one + step) % people}"])
    return found
