"""Cases for `solution(tables)`: parties, members, purchases and sessions as lists of rows."""

from collections.abc import Iterator
from random import Random

Tables = dict[str, list[dict[str, int]]]
Case = tuple[Tables]


def examples(_: Random) -> Iterator[Case]:
    """Those of the statement."""
    yield (
        _tables(
            parties=[1],
            members=[(1, 10), (1, 11)],
            purchases=[(10, 100), (10, 200), (11, 100), (11, 300)],
            sessions=[(10, 100, 30), (11, 100, 45), (10, 200, 500)],
        ),
    )
    yield (
        _tables(
            parties=[1, 2],
            members=[(1, 10), (1, 11), (2, 12)],
            purchases=[(10, 100), (11, 200), (12, 300), (12, 100)],
            sessions=[(12, 100, 60), (12, 300, 60)],
        ),
    )


def edges(random: Random) -> Iterator[Case]:
    """Empty tables, a party of one, a party of nobody."""
    user, game = random.randint(1, 99), random.randint(100, 199)
    yield (_tables([], [], [], []),)
    yield (_tables([3], [], [(user, game)], []),)
    yield (_tables([3], [(3, user)], [], [(user, game, 5)]),)
    yield (_tables([3], [(3, user)], [(user, game)], []),)
    yield (_tables([9, 2], [(9, user), (2, user)], [(user, game)], [(user, game, 7)]),)


def nothing_shared(random: Random) -> Iterator[Case]:
    """Parties without a game that all of them own keep their row."""
    for _ in range(10):
        yield (_with_nothing_shared(_world(random, 4, users=6, games=5, bought=10, played=10)),)


def bought_twice(random: Random) -> Iterator[Case]:
    """Somebody bought the same game again, as a gift perhaps."""
    for _ in range(10):
        tables = _world(random, 3, users=6, games=4, bought=14, played=15)
        tables["purchases"] += random.choices(tables["purchases"], k=20)
        random.shuffle(tables["purchases"])
        yield (tables,)
    # Two purchases by one of two members are not two owners.
    yield (_tables([1], [(1, 10), (1, 11)], [(10, 100), (10, 100)], [(10, 100, 20)]),)


def strangers(random: Random) -> Iterator[Case]:
    """People outside of the party play, too, and members play games they do not own."""
    for _ in range(10):
        tables = _world(random, 3, users=8, games=4, bought=32, played=60)
        yield (tables,)
    yield (
        _tables(
            [1],
            [(1, 10), (1, 11)],
            [(10, 100), (11, 100), (10, 200), (11, 200)],
            [(10, 100, 30), (11, 200, 20), (99, 200, 400), (10, 300, 900)],
        ),
    )


def ties(random: Random) -> Iterator[Case]:
    """Equally long played, or never played at all: the smaller game_id."""
    for _ in range(10):
        games = random.sample(range(100, 200), 4)
        people = [1, 2, 3]
        bought = [(user, game) for user in people for game in games]
        random.shuffle(bought)
        played = [(user, game, 10) for user in people for game in games if random.random() < 0.6]
        yield (_tables([1, 2], [(1, 1), (1, 2), (2, 2), (2, 3)], bought, played),)
        yield (_tables([1], [(1, 1), (1, 2)], bought, []),)


def mixed(random: Random) -> Iterator[Case]:
    """An ordinary evening in the store."""
    for _ in range(15):
        world = _world(random, 8, users=20, games=8, bought=110, played=150)
        yield (_with_nothing_shared(world),)


def small(random: Random) -> Iterator[Case]:
    """What the reference is compared on with the slow solution."""
    for _ in range(150):
        yield (_world(random, 3, users=5, games=3, bought=9, played=9),)


def _world(
    random: Random, parties: int, *, users: int, games: int, bought: int, played: int
) -> Tables:
    people = range(1, users + 1)
    ids = list(range(1, parties + 1))
    random.shuffle(ids)
    members = [
        (party, user) for party in ids for user in random.sample(people, random.randint(1, 3))
    ]
    every = [(user, 101 + game) for user in people for game in range(games)]
    purchases = random.sample(every, bought)
    # Everybody played what they bought, and some what they did not buy; hardly any two games are
    # played equally long, which is what `ties` is for.
    played_by = purchases + random.choices(every, k=played)
    sessions = [(user, game, random.randint(1, 60_000)) for user, game in played_by]
    random.shuffle(sessions)
    random.shuffle(members)
    return _tables(ids, members, purchases, sessions)


def _with_nothing_shared(tables: Tables) -> Tables:
    """The same with a party of two who own no game together."""
    tables["parties"].append({"party_id": 9})
    tables["members"] += [{"party_id": 9, "user_id": 901}, {"party_id": 9, "user_id": 902}]
    tables["purchases"].append({"user_id": 901, "game_id": 101})
    return tables


def _tables(
    parties: list[int],
    members: list[tuple[int, int]],
    purchases: list[tuple[int, int]],
    sessions: list[tuple[int, int, int]],
) -> Tables:
    return {
        "parties": [{"party_id": party} for party in parties],
        "members": [{"party_id": party, "user_id": user} for party, user in members],
        "purchases": [{"user_id": user, "game_id": game} for user, game in purchases],
        "sessions": [
            {"user_id": user, "game_id": game, "minutes": minutes}
            for user, game, minutes in sessions
        ],
    }
