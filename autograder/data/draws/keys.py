"""Foreign keys: which row of another table a row refers to, evenly or with skew, or by taste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.data.draws.drawn import Drawn
from autograder.data.draws.friends import Ring
from autograder.data.spec import INTEGERS, Column, Dataset, Draw, Table, Target
from autograder.data.spec_fields import Fields
from autograder.data.streams import Ints, below, chance, scatter

if TYPE_CHECKING:
    from autograder.data.draws import Part, Plan
    from autograder.data.spec_asks import Rules


@dataclass(frozen=True)
class Reference(Draw):
    """A foreign key. Skew: `even`, `square` (mild) or `zipf` (a few rows get most of it).

    Attributes:
        ranks: a `zipf` column elsewhere whose favourites are the favourites here.
    """

    KIND: ClassVar = "reference"
    TYPES: ClassVar = tuple(INTEGERS)
    to: Target
    skew: str
    ranks: Target | None = None

    @classmethod
    def read(cls, at: Fields, kind: str) -> Reference:
        """Read `to`, `skew` and perhaps `ranks`."""
        to, skew = Target.read(at, "to"), at.text("skew")
        if skew not in ("even", "square", "zipf"):
            at.fail(f"skew {skew!r} is not known", "Use one of: even, square, zipf")
        return cls(to, skew, Target.read(at, "ranks") if at.has("ranks") else None)

    def check(self, rules: Rules) -> None:
        """Check that it refers to a serial key, and that both favourites are of one table."""
        rules.key(self.to)
        if self.ranks:
            check_ranks(rules, self.ranks, self.to)

    def tables(self) -> tuple[str, ...]:
        """Return the table that it refers to."""
        return (self.to.table,)

    def refers(self, dataset: Dataset, table: Table) -> Target:
        """Return the key that it refers to."""
        return self.to

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one key a row."""
        plan, stream = part.plan, part.stream(column.name)
        count = plan.rows(plan.dataset.table(self.to.table))
        raw = stream.raw(part.start, part.stop)
        if self.skew == "zipf":
            ranks = np.searchsorted(running := zipf(count), below(raw, int(running[-1])), "right")
            own = Target(part.table.name, column.name)
            chosen = favourites(plan, self.ranks or own, count)[ranks]
        elif self.skew == "square":
            # A square pulls half-way to the front: the busiest come seven times as often as the
            # idlest.
            half = np.uint64(32)
            u = raw >> half
            u = (3 * ((u * u) >> half) + u) >> np.uint64(2)
            chosen = ((u * np.uint64(count)) >> half).astype(np.int64)
            chosen = scatter(chosen, count, stream.sub("rank"))
        else:
            chosen = stream.below(part.start, part.stop, count)
        return Drawn(plan.first(self.to) + chosen)


@dataclass(frozen=True)
class Liked(Draw):
    """A foreign key with skew `zipf` that goes by taste: each user has a favourite group.

    `percent` of a user's rows are of that group (and of others by chance). Taste belongs to the
    user, whatever the table, and with `friends` people close to each other share it.

    Attributes:
        user: the column beside it whose taste counts.
        group: a text of the rows referred to, such as "genre".
        friends: a `friend` column of the people among whom tastes spread.
        ranks: as for a reference.
    """

    KIND: ClassVar = "liked"
    TYPES: ClassVar = tuple(INTEGERS)
    to: Target
    user: str
    group: str
    percent: int
    friends: Target
    ranks: Target

    @classmethod
    def read(cls, at: Fields, kind: str) -> Liked:
        """Read `to`, `user`, `group`, `percent`, `friends` and `ranks`."""
        return cls(
            to=Target.read(at, "to"),
            user=at.text("user"),
            group=at.text("group"),
            percent=at.integer("percent", 0, 100),
            friends=Target.read(at, "friends"),
            ranks=Target.read(at, "ranks"),
        )

    def check(self, rules: Rules) -> None:
        """Check the key, the group, the user, and whose friends they are."""
        rules.key(self.to)
        rules.values(self.to.table, self.group)
        rules.reference(self.user)
        rules.friends(self.friends)
        check_ranks(rules, self.ranks, self.to)

    def beside(self) -> tuple[str, ...]:
        """Return the user's column."""
        return (self.user,)

    def tables(self) -> tuple[str, ...]:
        """Return the table that it refers to, and that of the friends."""
        return self.to.table, self.friends.table

    def refers(self, dataset: Dataset, table: Table) -> Target:
        """Return the key that it refers to."""
        return self.to

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one key a row: by taste in `percent` of the rows, else any."""
        plan, stream = part.plan, part.stream(column.name)
        count = plan.rows(plan.dataset.table(self.to.table))
        order = favourites(plan, self.ranks, count)
        words, running = stream.raw(part.start, part.stop), zipf(count)
        chosen = order[np.searchsorted(running, below(words, int(running[-1])), "right")]
        groups = plan.whole(Target(self.to.table, self.group))
        taste = self._taste(part, groups)
        taste[stream.sub("any").below(part.start, part.stop, 100) >= self.percent] = -1
        weights = np.diff(running, prepend=0)
        for group in range(int(groups.max()) + 1):
            mine = taste == group
            theirs = groups[order] == group
            if mine.any():
                own = weights[theirs].cumsum()
                places = np.searchsorted(own, below(words[mine], int(own[-1])), "right")
                chosen[mine] = order[theirs][places]
        return Drawn(plan.first(self.to) + chosen)

    def _taste(self, part: Part, groups: Ints) -> Ints:
        """Return the favourite group of each row's user: that of one row picked at random."""
        plan, users = part.plan, part.places(self.user)
        stream = plan.stream("taste", self.to.table)
        crowd = Ring.of(plan, self.friends).position(users) // CROWD
        loner = chance(stream.sub("loner").at(users), LONERS)
        words = np.where(loner, stream.sub("user").at(users), stream.sub("crowd").at(crowd))
        return groups[below(words, len(groups))]


CROWD = 24
"""How many people close to each other share a taste …"""

LONERS = 0.25
"""… but for this share of them."""


def zipf(count: int) -> Ints:
    """Return the running weights of ranks 0 to `count` - 1: rank r comes as often as 1 / (r + 2).

    So a few get most, and none gets all.
    """
    return (np.int64(2**26) // (np.arange(count, dtype=np.int64) + 2)).cumsum()


def favourites(plan: Plan, ranks: Target, count: int) -> Ints:
    """Return the rows in the order of their rank in a `zipf` column."""
    return plan.stream(ranks.table, ranks.column, "rank").permutation(count)


def check_ranks(rules: Rules, ranks: Target, to: Target) -> None:
    """Check that `ranks` is a zipf column that refers to the same key."""
    draw = rules.column_of(ranks).draw
    if not (isinstance(draw, Reference) and draw.skew == "zipf" and draw.to == to):
        rules.fail(f"ranks {ranks.table}.{ranks.column} is no zipf of {to.table}", "Name one")


@dataclass(frozen=True)
class Parent(Draw):
    """The key of the row that this row belongs to, in a table with rows for `each` of another."""

    KIND: ClassVar = "parent"
    TYPES: ClassVar = tuple(INTEGERS)

    @classmethod
    def read(cls, at: Fields, kind: str) -> Parent:
        """Read nothing: the table's `each` says all."""
        return cls()

    def check(self, rules: Rules) -> None:
        """Check that the table has rows for each of another."""
        rules.each()

    def refers(self, dataset: Dataset, table: Table) -> Target | None:
        """Return the parents' key."""
        return table.each.of if table.each else None

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return the parent's key for each row."""
        return Drawn(part.plan.first(part.target(column.name)) + part.family.parent)
