"""What the search knows of words: the glossary's terms, and what people say for what is written.

Reads `curriculum/glossary.toml` and `words.toml` beside this module; segments nothing.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import ConfigError

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


def read(glossary: Path, words: Path = WORDS) -> Dictionary:
    """The dictionary of a site; a missing glossary is an empty one.

    Raises:
        ConfigError: a file is not TOML, or a term in it lacks its words.
    """
    groups = [*_terms(glossary), *_said(words)]
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


def _terms(path: Path) -> list[tuple[str, ...]]:
    entries = _toml(path).get("term", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{path}: term is not a list", fix="write each term as [[term]]")
    groups = []
    for place, entry in enumerate(entries, start=1):
        named = entry if isinstance(entry, dict) else {}
        also = named.get("also", [])
        said = [named.get("ko"), named.get("en"), *(also if isinstance(also, list) else [None])]
        phrases = [phrase for phrase in said if isinstance(phrase, str) and phrase.strip()]
        if len(phrases) != len(said):
            raise ConfigError(
                f"{path}: term {place} lacks ko or en, or its also is not a list of words",
                fix="give it both names, and also as a list",
            )
        groups.append(_distinct(phrases))
    return groups


def _said(path: Path) -> list[tuple[str, ...]]:
    groups = _toml(path).get("same", [])
    if not isinstance(groups, list) or not all(
        isinstance(group, list) and all(isinstance(phrase, str) and phrase for phrase in group)
        for group in groups
    ):
        raise ConfigError(f"{path}: same is not a list of lists of words", fix="mend that list")
    return [_distinct(group) for group in groups]


def _distinct(phrases: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases))


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", fix="mend it there") from error
