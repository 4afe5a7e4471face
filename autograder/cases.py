"""What an author's `cases.py` yields where a bare input does not say enough.

    from autograder.cases import Case

    def edges(random):
        yield Case(([],), note={"ko": "빈 입력", "en": "empty input"})
        yield ([random.randrange(9)],)      # a tuple of arguments will do, too

A hidden case that fails is told by its note, and never shows its input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One case: the arguments of a call, or the text that a program reads.

    Attributes:
        given: a tuple of arguments, or a text.
        note: what this case is about, in both languages (`ko`, `en`).
    """

    given: tuple[Any, ...] | str
    note: Mapping[str, str] | None = None
