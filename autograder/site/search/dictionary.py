"""What the search knows of words: the glossary's terms, and what people say for what is written.

The second are in `words.toml` beside this module. Segments nothing.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import ConfigError
from autograder.site.widgets import glossary

WORDS = Path(__file__).with_name("words.toml")
_KOREAN_NAME = re.compile(r"[\uac00-\ud7a3]+(?: [\uac00-\ud7a3]+)?")


@dataclass(frozen=True)
class Dictionary:
    """Words the segmenter must keep whole, and groups of phrases that mean the same.

    Attributes:
        names: Korean nouns, with spaces as people write them.
        groups: each a tuple of phrases in either language.
    """

    names: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def digest(self) -> str:
        """Changes with the names, and so with how a text is segmented."""
        return hashlib.sha256("\n".join(self.names).encode()).hexdigest()[:16]


def read(glossary_file: Path, words: Path = WORDS) -> Dictionary:
    """The dictionary of a site; a missing glossary is an empty one.

    Raises:
        ConfigError: a file is not what it must be.
    """
    terms = glossary.load(glossary_file)
    groups = [_distinct([*term.name.values(), *term.also]) for term in terms] + _said(words)
    return Dictionary(_names(phrase for group in groups for phrase in group), tuple(groups))


def _names(phrases: Iterable[str]) -> tuple[str, ...]:
    """Nouns that a segmenter may not know: of one or two words, and no verbs (`깔다`).

    A name that is written with a space and without is kept with it: it then means both.
    """
    names: dict[str, str] = {}
    for phrase in phrases:
        solid = phrase.replace(" ", "")
        fits = _KOREAN_NAME.fullmatch(phrase) and len(solid) > 1 and not phrase.endswith("다")
        if fits and len(phrase) >= len(names.get(solid, "")):
            names[solid] = phrase
    return tuple(sorted(names.values()))


def _said(path: Path) -> list[tuple[str, ...]]:
    try:
        groups = tomllib.loads(path.read_text(encoding="utf-8"))["same"]
        return [_distinct(group) for group in groups]
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        AttributeError,
        TypeError,
    ) as error:
        raise ConfigError(
            f"{path}: {error}", fix="write same as a list of lists of words"
        ) from error


def _distinct(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases))
