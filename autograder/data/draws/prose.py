"""What people write: by language and mood, and then with typing errors, laughter, emoji, entities.

Every kind of noise befalls its declared share of the texts, which all its rows show, so that the
rates can be counted again in the files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from autograder.data import names
from autograder.data.arrow import Array, array, joined, numbers, pc, text
from autograder.data.draws.drawn import Drawn, one_each, vocabulary
from autograder.data.draws.plain import Choice
from autograder.data.draws.texts import columns_in, known_slots
from autograder.data.spec import Column, Draw, Share, Via
from autograder.data.spec_fields import Fields
from autograder.data.streams import Flags, Ints, Stream, below_each, pick

if TYPE_CHECKING:
    from autograder.data.draws import Part
    from autograder.data.spec_asks import Rules

NOISE: Final = ("contrary", "typo", "laugh", "emoji", "entity", "spacing", "blank")
"""The kinds of noise, in the order in which they befall a text."""

ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
"""What a careless export makes of these; the ampersand goes first."""

_SWAPS: Final = range(1, 9)
"""Where two letters of a text without a known misspelling change places."""


@dataclass(frozen=True)
class Prose(Draw):
    """Texts by language and mood, composed from patterns like those of `words`, with noise.

    Attributes:
        by: the text that names the language.
        mood: the number that sets the mood; `contrary` texts are in any mood.
        moods: the numbers of each mood.
        patterns: by language and mood.
        typos: by language, right spellings and how they are misspelt.
        tails: word lists that texts end on, by the noise (laugh, emoji, entity), then by language
            and mood, as "ko_good".
        noise: the rate of each kind.
    """

    KIND: ClassVar = "prose"
    TYPES: ClassVar = ("string",)
    by: str
    mood: str
    moods: Mapping[str, tuple[int, ...]]
    patterns: Mapping[str, Mapping[str, Choice]]
    typos: Mapping[str, Mapping[str, str]]
    tails: Mapping[str, Mapping[str, str]]
    noise: Mapping[str, float]

    @classmethod
    def read(cls, at: Fields, kind: str) -> Prose:
        """Read all of it, and that nothing of it is lacking."""
        moods = {
            name: tuple(_numbers(at, name, values)) for name, values in at.mapping("moods").items()
        }
        inner, rates = at.inner("patterns"), at.inner("noise")
        patterns = {}
        for language in inner.names():
            of_mood = inner.inner(language)
            patterns[language] = {name: Choice.of(of_mood, name, False) for name in moods}
            of_mood.finish()
        ways, ends = at.inner("typos"), at.inner("tails")
        typos = {language: _texts(ways.inner(language)) for language in patterns}
        if any("" in pairs for pairs in typos.values()):
            at.fail("typos: an empty text is misspelt", "Remove it")
        ways.finish()
        tails = {name: _texts(ends.inner(name)) for name in ("laugh", "emoji", "entity")}
        ends.finish()
        noise = {name: rates.rate(name) for name in NOISE}
        rates.finish()
        return cls(at.text("by"), at.text("mood"), moods, patterns, typos, tails, noise)

    def check(self, rules: Rules) -> None:
        """Check the languages, the moods, every slot, and that each ending is a word list."""
        rules.covers("patterns", self.patterns, Via(self.by))
        labels = rules.numbers(self.mood)
        given = [str(number) for numbers in self.moods.values() for number in numbers]
        if sorted(given) != sorted(labels):
            rules.fail(f"moods do not name each {self.mood} once", f"Name {', '.join(labels)}")
        rules.patterns(self._patterns)
        for name, ends in self.tails.items():
            for key in self._kinds:
                rules.all_given(f"tails.{name}", ends, [key])
                rules.known(f"tails.{name}", [ends[key]], rules.words)

    def beside(self) -> tuple[str, ...]:
        """Return the two columns that set language and mood, and what slots begin with."""
        return (self.by, self.mood, *columns_in(self._patterns))

    @property
    def _kinds(self) -> tuple[str, ...]:
        """Return language and mood together, in the order of `_weights`."""
        return tuple(f"{language}_{mood}" for language in self.patterns for mood in self.moods)

    @property
    def _choices(self) -> tuple[Choice, ...]:
        return tuple(of[mood] for of in self.patterns.values() for mood in self.moods)

    @property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(str(value) for choice in self._choices for value in choice.values)

    def draw(self, part: Part, column: Column) -> Drawn:
        """Return one text a row."""
        stream, start, stop = part.stream(column.name), part.start, part.stop
        hit = {name: stream.sub(name).chance(start, stop, self.noise[name]) for name in NOISE}
        by = part.column(self.by)
        language = np.asarray([list(self.patterns).index(label) for label in by.labels])[by.values]
        moods = {number: at for at, of in enumerate(self.moods.values()) for number in of}
        numbers = np.asarray(sorted(moods))
        mood = np.asarray([moods[number] for number in numbers.tolist()])[
            np.searchsorted(numbers, part.column(self.mood).values)
        ]
        anyhow = stream.sub("mood").below(start, stop, len(self.moods))
        kind = language * len(self.moods) + np.where(hit["contrary"], anyhow, mood)
        texts = self._plain(part, kind, stream)
        for index, typos in enumerate(self.typos.values()):
            wrong = hit["typo"] & (language == index)
            texts = _changed(texts, wrong, partial(misspelt, typos=typos))
        for name in ("laugh", "emoji", "entity"):
            ends = self._ends(name, part, kind, stream.sub(name, "tail"))
            texts = _changed(texts, hit[name], partial(_joined, ends=ends.filter(array(hit[name]))))
        texts = _changed(texts, hit["entity"], escaped)
        ways = stream.sub("spacing", "way").below(start, stop, len(SPACINGS))
        for index, way in enumerate(SPACINGS):
            texts = _changed(texts, hit["spacing"] & (ways == index), way)
        empty = text("")
        return one_each(pc.if_else(array(hit["blank"]), empty, texts))

    def shares(
        self, values: Array, words: Mapping[str, tuple[str, ...]]
    ) -> Iterable[tuple[str, Share]]:
        """Count empty texts; among the others laughter, emoji and entities."""
        texts = values.drop_null()
        blank = pc.equal(texts, "")
        yield "blank", Share(_true(blank), len(texts), self.noise["blank"])
        texts = texts.filter(pc.invert(blank))
        for name in ("laugh", "emoji"):
            ends = chain.from_iterable(words[key] for key in set(self.tails[name].values()))
            found = "|".join(sorted({re.escape(end.strip()) for end in ends}))
            hits = _true(pc.match_substring_regex(texts, found))
            yield name, Share(hits, len(texts), self.noise[name])
        found = "|".join(ENTITIES.values())
        hits = _true(pc.match_substring_regex(texts, found))
        yield "entity", Share(hits, len(texts), self.noise["entity"])

    def _plain(self, part: Part, kind: Ints, stream: Stream) -> Array:
        """Return the texts before any noise."""
        raw = stream.sub("pattern").raw(part.start, part.stop)
        which, begin = np.zeros(len(kind), dtype=np.int64), 0
        for index, choice in enumerate(self._choices):
            mine = kind == index
            running = np.cumsum(np.asarray(choice.weights, dtype=np.int64))
            which[mine] = begin + pick(raw[mine], running)
            begin += len(choice.values)
        known = known_slots(part, self._patterns)
        return names.written(self._patterns, which, part.words, known, stream, part.start)

    def _ends(self, name: str, part: Part, kind: Ints, stream: Stream) -> Array:
        """Return what each row's text would end on, were it befallen by this noise."""
        lists = [part.words[self.tails[name][key]] for key in self._kinds]
        sizes = np.asarray([len(words) for words in lists])
        words = stream.raw(part.start, part.stop)
        place = (np.cumsum(sizes) - sizes)[kind] + below_each(words, sizes[kind])
        return vocabulary(chain.from_iterable(lists)).take(array(place))


def _true(flags: Array) -> int:
    return pc.sum(flags).as_py() or 0


def misspelt(texts: Array, typos: Mapping[str, str]) -> Array:
    """Misspell what there is to misspell in each text, else swap two letters somewhere."""
    wrong = texts
    for right, written in typos.items():
        wrong = pc.replace_substring(wrong, right, written, max_replacements=1)
    place = numbers(pc.utf8_length(texts)) % len(_SWAPS)
    same = numbers(pc.equal(wrong, texts)).astype(bool)
    for index, letter in enumerate(_SWAPS):
        wrong = _changed(wrong, same & (place == index), partial(_swapped, letter=letter))
    return wrong


def escaped(texts: Array) -> Array:
    """Write HTML's special characters as entities."""
    for character, entity in ENTITIES.items():
        texts = pc.replace_substring(texts, character, entity)
    return texts


def _swapped(texts: Array, letter: int) -> Array:
    edges = ((0, letter), (letter + 1, letter + 2), (letter, letter + 1), (letter + 2, None))
    pieces = [pc.utf8_slice_codeunits(texts, start, stop) for start, stop in edges]
    return joined(*pieces)


def _joined(texts: Array, ends: Array) -> Array:
    return joined(texts, ends)


def _squeezed(texts: Array) -> Array:
    """Drop spaces before Hangul and after the ends of sentences."""
    texts = pc.replace_substring_regex(texts, r" +(\p{Hangul})", r"\1")
    return pc.replace_substring_regex(texts, r"([.!?,]) +", r"\1")


def _widened(texts: Array) -> Array:
    return pc.replace_substring(texts, " ", "  ")


def _padded(texts: Array) -> Array:
    return joined("  ", texts, " ")


SPACINGS: Final[tuple[Callable[[Array], Array], ...]] = (_squeezed, _widened, _padded)
"""How spaces go wrong."""


def _changed(texts: Array, where: Flags, way: Callable[[Array], Array]) -> Array:
    """Return the texts, some of them rewritten."""
    if not where.any():
        return texts
    mask = array(where)
    return pc.replace_with_mask(texts, mask, way(texts.filter(mask)))


def _numbers(at: Fields, name: str, values: object) -> list[int]:
    if not isinstance(values, list) or not values or not all(type(item) is int for item in values):
        at.fail(f"moods: {name!r} is no list of numbers", "Write it as [4, 5]")
    return values


def _texts(at: Fields) -> dict[str, str]:
    return {name: at.text(name) for name in at.names()}
