"""What a comment asks for, and which check it means; pure.

A command is the first line of a comment and begins with a slash. Text in quotes and code blocks is
none: those begin with other signs, or with four spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from autograder.models import AnswerSpec

KNOWN = ("hint", "regrade", "appeal")
NEAR_ENOUGH = 75
CLEAR_LEAD = 8
"""Of 100: how much nearer than the second the nearest check must be to be the one meant."""
MAX_WORDS = 3000
_COMMAND = re.compile(r" {0,3}/[ ]?([^\W\d_][\w-]{0,30})(?=\s|$)(.*)", re.DOTALL)
_IGNORED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Asked:
    """A command: its name in lower case, known or not, and what follows it in the first line.

    Attributes:
        rest: the comment's further lines.
    """

    name: str
    words: str
    rest: str = ""

    @property
    def text(self) -> str:
        """All that was said, at most `MAX_WORDS` characters."""
        return f"{self.words}\n{self.rest}".strip()[:MAX_WORDS]


@dataclass(frozen=True)
class Candidate:
    """One check that somebody may mean."""

    assignment: str
    spec: AnswerSpec

    def names(self) -> tuple[str, ...]:
        """What it can be called: its id, its titles, and each with its assignment before it."""
        title = self.spec.title
        own = [self.spec.name, *([title.ko, title.en] if title else [])]
        return (*own, *(f"{self.assignment} {name}" for name in own))


def parse(body: str) -> Asked | None:
    """The command of a comment; None if it is none."""
    first, _, rest = body.lstrip("\ufeff").replace("\r\n", "\n").partition("\n")
    found = _COMMAND.fullmatch(first)
    if found is None:
        return None
    return Asked(found[1].lower(), " ".join(found[2].split())[:MAX_WORDS], rest)


def meant(words: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The checks that somebody may mean: one if it is clear, none if nothing is near."""
    wanted = _plain(words)
    if not wanted:
        return []
    exact = [each for each in candidates if wanted in map(_plain, each.names())]
    if exact:
        return exact
    scored = [(_nearness(wanted, each.names()), each) for each in candidates]
    best = max((score for score, _ in scored), default=0.0)
    if best < NEAR_ENOUGH:
        return []
    return [each for score, each in scored if score > best - CLEAR_LEAD]


def _nearness(wanted: str, names: Iterable[str]) -> float:
    """How near a name comes, of 100; a part of a long name counts a little less than the whole."""
    plain = [_plain(name) for name in names]
    longer = [name for name in plain if len(name) > len(wanted) > 1]
    whole = [fuzz.ratio(wanted, name) for name in plain]
    return max([*whole, *(0.85 * fuzz.partial_ratio(wanted, name) for name in longer)])


def _plain(name: str) -> str:
    """A name without what people leave out: case, spaces, signs, ways to write one letter."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name[:300]).casefold())
