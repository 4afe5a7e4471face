"""Cases for `solution(prices, card)`: prices in won, rising, and the gift card's amount."""

from collections.abc import Iterator
from random import Random

Case = tuple[list[int], int]
STEP = 1000  # prices are whole thousands of won


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield [3000, 9000, 12000, 20000], 25000
    yield [5000, 10000, 15000, 20000], 25000
    yield [30000, 40000], 50000


def edges(random: Random) -> Iterator[Case]:
    """No game, one game, nothing fits, everything fits, exactly the card's amount."""
    price = random.randint(3, 30) * STEP
    yield [], 10000
    yield [price], 2 * price
    yield [price, price + STEP], 2 * price
    yield [price, price], 2 * price
    yield [price, price + STEP, price + 2 * STEP], 10 * price
    yield [0, price], price


def ties(random: Random) -> Iterator[Case]:
    """Several pairs use the card equally well."""
    for _ in range(12):
        middle = random.randint(10, 30)
        gaps = sorted(random.sample(range(1, middle), random.randint(2, 5)))
        around = [middle - gap for gap in gaps] + [middle + gap for gap in gaps]
        yield sorted(each * STEP for each in around), 2 * middle * STEP


def mixed(random: Random) -> Iterator[Case]:
    """Short lists with equal prices among them; for some cards nothing fits."""
    low, gap = random.randint(1, 9) * STEP, random.randint(1, 3) * STEP
    yield [low, low + gap, low + 2 * gap, low + 3 * gap], 2 * low + 3 * gap
    for _ in range(40):
        prices = _prices(random, random.randint(2, 12), most=20)
        yield prices, random.randint(0, 45) * STEP


def large(random: Random) -> Iterator[Case]:
    """The whole catalogue of a big store; many pairs use the card equally well.

    The dearest games cost more than the card, whose amount is odd: no game is half of it.
    """
    prices = sorted(random.randrange(1_000, 2_000_000) for _ in range(30_000))
    yield prices, random.randrange(1_000_001, 1_500_000, 2)


def sizes(random: Random, n: int) -> Case:
    """`n` prices; the card pays for about half of all pairs.

    Whatever is drawn, one game costs half of the card, and two pairs cost all of it.
    """
    half = 500 * (n + 2)
    near, far = sorted(random.sample(range(1, half), 2))
    known = [half - far, half - near, half, half + near, half + far][-n:]
    others = [random.choice((-1, 1)) * random.randrange(1, half) for _ in range(n - len(known))]
    return sorted([*known, *(half + each for each in others)]), 2 * half


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(200):
        yield _prices(random, random.randint(0, 8), most=12), random.randint(0, 26) * STEP


def _prices(random: Random, n: int, most: int) -> list[int]:
    return sorted(random.randint(1, most) * STEP for _ in range(n))
