"""Cases for `solution(games, budget)`: [price, fun] with prices in thousands of won."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[list[int]], int]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield [[3, 30], [4, 50], [5, 60]], 8
    yield [[5, 40], [2, 20], [3, 20]], 6
    yield [[10, 100]], 9


def edges(random: Random) -> Iterator[Case]:
    """No game, no money, exactly enough money, money for everything."""
    price, fun = random.randint(2, 20), random.randint(10, 90)
    yield [], 10
    yield [[price, fun]], 0
    yield [[price, fun]], price
    yield [[price, fun]], price - 1
    yield [[price, fun], [price + 1, fun + 5], [1, 1]], 10 * price


def greedy_traps(random: Random) -> Iterator[Case]:
    """The game with the best value for money blocks a better basket."""
    for _ in range(12):
        half = random.randint(5, 15)
        # A little over half for the best value; two that fit together bring more.
        lure = [half + 1, 10 * (half + 1) + 5]
        yield [lure, [half, 10 * half], [half, 10 * half]], 2 * half


def once_each(random: Random) -> Iterator[Case]:
    """One cheap and great game: nobody may buy it twice."""
    for _ in range(12):
        great = [random.randint(1, 3), random.randint(80, 99)]
        dull = [[random.randint(3, 9), random.randint(5, 40)] for _ in range(random.randint(1, 4))]
        games = [great, *dull]
        random.shuffle(games)
        yield games, sum(price for price, _ in games) + random.randint(3, 9)


def ties(random: Random) -> Iterator[Case]:
    """Several baskets bring the same fun: the cheapest one counts."""
    one, other = random.sample(range(2, 13), 2)
    yield [[one, 30], [other, 30]], one + other
    for _ in range(15):
        fun = 10 * random.randint(1, 5)
        games = [[random.randint(2, 12), fun] for _ in range(random.randint(3, 7))]
        yield games, random.randint(10, 30)


def mixed(random: Random) -> Iterator[Case]:
    """Ordinary wish lists, and one where two games are equally good."""
    price, fun = random.randint(2, 20), random.randint(1, 99)
    yield [[price + 1, fun], [price, fun]], 2 * price
    for _ in range(25):
        yield _wishes(random, random.randint(2, 10), random.randint(5, 60))


def large(random: Random) -> Iterator[Case]:
    """A hundred wishes: there are more baskets than grains of sand."""
    prices = [random.randint(20, 60) for _ in range(100)]
    # Dearer games are more fun, so that the best basket spends all of the budget, which the
    # cheapest games leave a little of.
    budget = sum(sorted(prices)[: random.randint(50, 60)]) + random.randint(5, 15)
    yield [[price, price + 10] for price in prices], budget


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(150):
        yield _wishes(random, random.randint(0, 7), random.randint(0, 25))


def _wishes(random: Random, n: int, budget: int) -> Case:
    dearest = max(3, budget // 2)
    return [[random.randint(1, dearest), random.randint(1, 99)] for _ in range(n)], budget
