"""Who knows whom: friendships, each once, and parties of people who are mostly friends.

All people stand on a ring, in an order of its own. Each makes friends with some who stand at
different distances ahead, never further than half-way round: so every pair is told once, by the
one who is behind, and no table of pairs is needed. Most distances are short, so that friends of
friends are friends; a few go far. How many friends a person makes is dealt by the table's `each`:
few make most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data.draws.drawn import Drawn
from autograder.data.spec import INTEGERS, Column, Dataset, Draw, Table, Target
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, Stream, below, below_each, chance, gather, scatter

if TYPE_CHECKING:
    from autograder.data.draws import Part, Plan
    from autograder.data.spec_asks import Rules

MOST_FRIENDS = 1 << 12
"""More than anybody can make: a bound that tells the draws of two people apart."""


@dataclass(frozen=True)
class Friend(Draw):
    """The lower key of two friends, in a table with rows for `each` person.

    Attributes:
        near_percent: how many of a person's friends stand close by …
        reach: … which is within this many places for each of them.
    """

    KIND: ClassVar = "friend"
    TYPES: ClassVar = tuple(INTEGERS)
    near_percent: int
    reach: int

    @classmethod
    def read(cls, at: Fields, kind: str) -> Friend:
        """Read `near_percent` and `reach`."""
        return cls(at.integer("near_percent", 0, 100), at.integer("reach", 1, 1000))

    def check(self, rules: Rules) -> None:
        """Check that the table has rows for each person, and nobody makes too many friends."""
        if max(rules.each().count) >= MOST_FRIENDS:
            rules.fail("each: too many friends", f"Write numbers below {MOST_FRIENDS}")

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the people's key."""
        return table.each.of if table.each else None

    def most(self, others: int) -> int:
        """Return how many stand ahead of a person, up to half-way round."""
        return (others - 1) // 2

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the lower key of each pair."""
        return Drawn(np.minimum(*_pairs(part, column.name)))


@dataclass(frozen=True)
class OtherFriend(Draw):
    """The higher key of two friends; `of` is the column of the lower."""

    KIND: ClassVar = "other_friend"
    TYPES: ClassVar = tuple(INTEGERS)
    of: str

    @classmethod
    def read(cls, at: Fields, kind: str) -> OtherFriend:
        """Read `of`."""
        return cls(at.text("of"))

    def check(self, rules: Rules) -> None:
        """Check that `of` is a friend column beside it."""
        rules.friends(Target(rules.table.name, self.of))

    def beside(self) -> tuple[str, ...]:
        """Return `of`."""
        return (self.of,)

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the people's key."""
        return table.each.of if table.each else None

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the higher key of each pair."""
        return Drawn(np.maximum(*_pairs(part, self.of)))


@dataclass(frozen=True)
class Host(Draw):
    """A person with friends, the likelier the more friends they have made."""

    KIND: ClassVar = "host"
    TYPES: ClassVar = tuple(INTEGERS)
    friends: Target

    @classmethod
    def read(cls, at: Fields, kind: str) -> Host:
        """Read `friends`."""
        return cls(Target.read(at, "friends"))

    def check(self, rules: Rules) -> None:
        """Check that `friends` is a friend column."""
        rules.friends(self.friends)

    def tables(self) -> tuple[str, ...]:
        """Return the table of friends."""
        return (self.friends.table,)

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the people's key."""
        each = dataset.table(self.friends.table).each
        return each.of if each else None

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one person a row: the one who tells of a friendship picked at random."""
        ring = Ring.of(part.plan, self.friends)
        told = np.cumsum(ring.made)
        row = part.stream(column.name).below(part.start, part.stop, int(told[-1]))
        return Drawn(ring.key(np.searchsorted(told, row, side="right")))


@dataclass(frozen=True)
class Member(Draw):
    """The people of a party: its host, then friends of theirs and now and then a stranger.

    Attributes:
        friends: the column of friendships.
        host: the parent's column that names the host.
        strangers: the share of guests who are no friend that the host has made.
    """

    KIND: ClassVar = "member"
    TYPES: ClassVar = tuple(INTEGERS)
    friends: Target
    host: str
    strangers: float

    @classmethod
    def read(cls, at: Fields, kind: str) -> Member:
        """Read `friends`, `host` and `strangers`."""
        return cls(Target.read(at, "friends"), at.text("host"), at.rate("strangers"))

    def check(self, rules: Rules) -> None:
        """Check that the table's parents have a host who is one of those with friends."""
        rules.friends(self.friends)
        parents = rules.dataset.table(rules.each().of.table)
        rules.known("host", [self.host], [column.name for column in parents.columns])
        people = self.refers(rules.dataset, rules.table)
        draw = parents.column(self.host).draw
        if draw is None or draw.refers(rules.dataset, parents) != people:
            rules.fail(f"host {self.host!r} is nobody with friends", "Name a column of people")

    def tables(self) -> tuple[str, ...]:
        """Return the table of friends."""
        return (self.friends.table,)

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the people's key."""
        each = dataset.table(self.friends.table).each
        return each.of if each else None

    def most(self, others: int) -> int | None:
        """Return no limit: a party is small."""
        return None

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one person a row, nobody twice in a party."""
        plan, family, stream = part.plan, part.family, part.stream(column.name)
        if not len(family.parent):
            return Drawn(family.parent)
        assert part.table.each is not None
        low, high = int(family.parent[0]), int(family.parent[-1]) + 1
        parties = plan.part(part.table.each.of.table, low, high)
        ring = Ring.of(plan, self.friends)
        host = ring.position(parties.places(self.host))[family.parent - low]
        guest = np.maximum(family.ordinal - 1, 0)  # which guest, from 0
        made = ring.made[host]
        # Friends in a row, from any of them on: they stand close to each other, too.
        first = below_each(stream.sub("first").at(family.parent), np.maximum(made, 1))
        friend = ring.ahead(host, (first + guest) % np.maximum(made, 1))
        words = stream.raw(part.start, part.stop)
        stranger = chance(words, self.strangers) | (guest >= made)
        # Strangers come from behind the host, each from a stretch of their own: nobody twice.
        room = max(min(STRETCH, ring.half // max(part.table.each.count)), 1)
        behind = 1 + guest * room + below(words << np.uint64(32), room)
        place = np.where(stranger, host - behind, host + friend) % ring.people
        return Drawn(ring.key(np.where(family.ordinal == 0, host, place)))


STRETCH = 8
"""How many people the stretch has that a stranger comes from."""


@dataclass(frozen=True)
class Ring:
    """The people in the order in which they stand, and how many friends each has made.

    Attributes:
        first: the people's first key.
        made: by place on the ring.
    """

    draw: Friend
    stream: Stream
    first: int
    people: int
    made: Ints

    @classmethod
    def of(cls, plan: Plan, friends: Target) -> Ring:
        """Return the ring of a `friend` column."""
        table = plan.dataset.table(friends.table)
        draw = table.column(friends.column).draw
        assert isinstance(draw, Friend)
        assert table.each is not None
        people = plan.rows(plan.dataset.table(table.each.of.table))
        stream = plan.stream(friends.table, friends.column)
        return cls(draw, stream, plan.first(table.each.of), people, plan.children(table))

    @property
    def half(self) -> int:
        """Return how far a friend can stand ahead."""
        return (self.people - 1) // 2

    def key(self, place: Ints) -> Ints:
        """Return the keys of the people at these places."""
        return self.first + scatter(place, self.people, self.stream.sub("ring"))

    def position(self, person: Ints) -> Ints:
        """Return the places of people, who are given from 0."""
        return gather(person, self.people, self.stream.sub("ring"))

    def ahead(self, place: Ints, which: Ints) -> Ints:
        """Return how far ahead a person's friend `which` (from 0) stands: each at another distance.

        Near and far distances are cut into as many stretches as there are friends for them.
        """
        made = self.made[place]
        near = -(-made * self.draw.near_percent // 100)
        edge = np.minimum(near * self.draw.reach, self.half - (made - near))
        close = which < near
        start, width = np.where(close, 0, edge), np.where(close, edge, self.half - edge)
        index, count = np.where(close, which, which - near), np.where(close, near, made - near)
        count = np.maximum(count, 1)
        low, high = start + width * index // count, start + width * (index + 1) // count
        words = self.stream.sub("ahead").at(place * MOST_FRIENDS + which)
        distance: Ints = 1 + low + below_each(words, np.maximum(high - low, 1))
        return distance


def _pairs(part: Part, name: str) -> tuple[Ints, Ints]:
    """Return the keys of both friends of each row: who tells of it, and who stands ahead."""
    ring, family = Ring.of(part.plan, Target(part.table.name, name)), part.family
    there = (family.parent + ring.ahead(family.parent, family.ordinal)) % ring.people
    return ring.key(family.parent), ring.key(there)
