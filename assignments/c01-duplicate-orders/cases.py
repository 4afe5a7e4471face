"""Cases for `solution(orders)`: order numbers as they arrived."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[str]]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield (["P-7", "P-2", "P-2", "P-9", "P-7"],)
    yield (["A-1", "A-1", "A-1"],)
    yield (["P-1", "P-2", "P-3"],)


def edges(random: Random) -> Iterator[Case]:
    """Nothing, one, all alike, and numbers that look alike but are not."""
    yield ([],)
    yield (["P-1"],)
    yield (["P-1", "P-1"],)
    yield (["P-1"] * random.randint(3, 9),)
    yield (["p-1", "P-1", "P-01", "P-1 ", " P-1"],)
    yield (["007", "7", "07", "7"],)


def mixed(random: Random) -> Iterator[Case]:
    """Short lists from few numbers: many come twice, some three times and more."""
    for _ in range(40):
        yield (_orders(random, random.randint(2, 30), kinds=random.randint(2, 20)),)


def large(random: Random) -> Iterator[Case]:
    """A month of receipts, about a third of them sent again."""
    yield (_orders(random, 40_000, kinds=40_000),)


def sizes(random: Random, n: int) -> Case:
    """`n` receipts, many of them sent again."""
    return (_orders(random, n, kinds=2 * n),)


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(200):
        yield (_orders(random, random.randint(0, 12), kinds=random.randint(1, 8)),)


def _orders(random: Random, n: int, kinds: int) -> list[str]:
    return [f"{random.choice('PSO')}-{random.randrange(1, kinds + 1)}" for _ in range(n)]
