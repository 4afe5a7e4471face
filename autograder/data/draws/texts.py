"""Texts composed from word lists by patterns: titles that all differ, and names that need not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from autograder.data import names
from autograder.data.draws.drawn import Drawn, one_each
from autograder.data.draws.plain import Choice
from autograder.data.names import SLOT, Known
from autograder.data.spec import Column, Draw, Via
from autograder.data.spec_fields import Fields
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules


@dataclass(frozen=True)
class Titles(Draw):
    """Unique texts composed from word lists; a tier is used up before the next one begins."""

    KIND: ClassVar = "titles"
    TYPES: ClassVar = ("string",)
    tiers: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Titles:
        """Read `tiers`."""
        tiers = at.take("tiers")
        if not isinstance(tiers, list) or not tiers:
            at.fail("tiers is no list", 'Write it as [["{list} {list}"]]')
        return cls(tuple(Fields({"tier": tier}, at.where).texts("tier") for tier in tiers))

    def check(self, rules: Rules) -> None:
        """Check that every slot is a word list."""
        rules.patterns([pattern for tier in self.tiers for pattern in tier], columns=False)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one title a row; UsageError if there are more rows than titles."""
        most = sum(map(sum, names.title_space(self.tiers, part.words)))
        if part.stop > most:
            what = f"scale {part.plan.scale:g} has more {part.table.name} than the {most} names"
            raise UsageError(f"{what} that the word lists make", fix="Use a smaller scale")
        stream = part.stream(column.name)
        return one_each(names.titles(self.tiers, part.words, stream, part.start, part.stop))


@dataclass(frozen=True)
class Words(Draw):
    """Texts composed by weighted patterns; the same text may come twice.

    A slot is a word list, a column of the row, or one of a row it refers to ("{game_id.title}").
    """

    KIND: ClassVar = "words"
    TYPES: ClassVar = ("string",)
    patterns: tuple[str, ...]
    weights: tuple[int, ...]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Words:
        """Read `patterns = { pattern = weight }`."""
        chosen = Choice.of(at, "patterns", False)
        return cls(tuple(str(value) for value in chosen.values), chosen.weights)

    def check(self, rules: Rules) -> None:
        """Check that every slot is known."""
        rules.patterns(self.patterns)

    def beside(self) -> tuple[str, ...]:
        """Return the names that slots begin with; some are columns, others word lists."""
        return columns_in(self.patterns)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one text a row."""
        stream = part.stream(column.name)
        which = stream.sub("pattern").pick(part.start, part.stop, self.weights)
        known = known_slots(part, self.patterns)
        return one_each(names.written(self.patterns, which, part.words, known, stream, part.start))


def columns_in(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return what the slots of some patterns begin with, each once."""
    slots = [slot for pattern in patterns for slot in SLOT.findall(pattern)]
    return tuple(dict.fromkeys(Via.parse(slot).column for slot in slots))


def known_slots(part: Part, patterns: Iterable[str]) -> dict[str, Known]:
    """Return the slots that are no word list, with their texts for each row of a part."""
    known = {}
    for slot in dict.fromkeys(slot for pattern in patterns for slot in SLOT.findall(pattern)):
        if slot not in part.words:
            drawn = part.via(Via.parse(slot))
            known[slot] = Known(drawn.words, drawn.values)
    return known
