"""The glossary: curriculum/glossary.toml as a page of the site, in both languages.

The hover texts are in hover.py. A term's name in the page's address is its `id`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from autograder.errors import ConfigError
from autograder.models import LANGUAGES, Language
from autograder.site.generated import Generated, Sources
from autograder.text import escape
from autograder.text.catalogue import catalogue

FILE = "curriculum/glossary.toml"
_KEYS = {"id", "ko", "en", "also", "meaning", "page", "hover"}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_START = re.compile(r"^\[\[\s*term\s*\]\]", re.MULTILINE)
_TITLE = re.compile(r"^# (.+?)\s*(?:\{[^{}]*\})?\s*$", re.MULTILINE)
_FIRST, _LAST, _VOWELS = 0xAC00, 0xD7A3, 588
_INITIALS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"  # a doubled one is listed with the single one


@dataclass(frozen=True, eq=False)  # by identity, so that what is made from terms is cached
class Term:
    """One word of the course.

    Attributes:
        id: its anchor on the page, such as `window-function`.
        name: the word in each language.
        meaning: a sentence or two of Markdown in each language.
        also: other spellings.
        page: the lesson that teaches it, such as `week1/day2`; may be empty.
        hover: whether pages say the meaning when one points at the word.
        line: where the file has it.
    """

    id: str
    name: Mapping[Language, str]
    meaning: Mapping[Language, str]
    also: tuple[str, ...] = ()
    page: str = ""
    hover: bool = True
    line: int = 1


def load(path: Path) -> tuple[Term, ...]:
    """Every term in the order of the file; none where there is no file.

    Raises:
        ConfigError: a term is not what it must be; the message names file, line and key.
    """
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE}: {error}", fix="mend that line") from error


@cache
def _parse(text: str) -> tuple[Term, ...]:
    table = tomllib.loads(text)
    lines = [text.count("\n", 0, found.start()) + 1 for found in _START.finditer(text)]
    raw = table.get("term", [])
    if not isinstance(raw, list) or len(raw) != len(lines) or set(table) - {"term"}:
        raise ConfigError(f"{FILE}: holds more than [[term]]", fix="begin each one with [[term]]")
    terms = tuple(_term(item, line) for item, line in zip(raw, lines, strict=True))
    seen: dict[str, int] = {}
    for term, line in zip(terms, lines, strict=True):
        if seen.setdefault(term.id, line) != line:
            raise _wrong(line, f"id {term.id} is there twice", f"it is line {seen[term.id]}'s")
    return terms


def _term(item: Mapping[str, Any], line: int) -> Term:
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise _wrong(line, f"unknown key {unknown[0]}", f"keys are {', '.join(sorted(_KEYS))}")
    also, meaning = item.get("also", []), item.get("meaning")
    if not isinstance(also, list) or not all(isinstance(word, str) for word in also):
        raise _wrong(line, "also is not a list of words", 'write also = ["…"]')
    if not isinstance(meaning, Mapping):
        raise _wrong(line, "meaning is missing", "write meaning.ko and meaning.en")
    if not _ID.fullmatch(_word(item, "id", line)):
        raise _wrong(line, "id is no name of an anchor", "use a-z, 0-9 and single hyphens")
    if not isinstance(item.get("hover", True), bool):
        raise _wrong(line, "hover is neither true nor false", "write hover = false or leave it")
    return Term(
        id=item["id"],
        name={language: _word(item, language, line) for language in LANGUAGES},
        meaning={language: _word(meaning, language, line, "meaning.") for language in LANGUAGES},
        also=tuple(also),
        page=_word(item, "page", line) if "page" in item else "",
        hover=item.get("hover", True),
        line=line,
    )


def _word(table: Mapping[str, Any], key: str, line: int, before: str = "") -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(line, f"{before}{key} is missing or empty", f'write {before}{key} = "…"')
    return " ".join(value.split())


def _wrong(line: int, what: str, fix: str) -> ConfigError:
    return ConfigError(f"{FILE}:{line}: {what}", fix=fix)


def generate(sources: Sources) -> Iterator[Generated]:
    """The glossary page in both languages; none where there is no glossary."""
    terms = load(sources.root / FILE)
    for language in LANGUAGES if terms else ():
        titles = _titles(terms, sources.root / "curriculum" / language)
        yield Generated(f"{language}/glossary.md", page(terms, language, titles), FILE)


def _titles(terms: tuple[Term, ...], folder: Path) -> dict[str, str]:
    """The titles of the lessons that teach a term; a page that is not there has none."""
    titles: dict[str, str] = {}
    for name in dict.fromkeys(term.page for term in terms if term.page):
        file = folder / f"{name}.md"
        found = (
            _TITLE.search(file.read_text(encoding="utf-8", errors="replace"))
            if file.is_file()
            else None
        )
        if found:
            titles[name] = found[1]
    return titles


def page(terms: tuple[Term, ...], language: Language, titles: Mapping[str, str]) -> str:
    """The page as Markdown: sections by first letter, a heading for each term.

    Args:
        titles: the titles of the lessons that terms name; others are not linked.
    """
    words = catalogue(language)
    ordered = sorted(terms, key=lambda term: _order(term.name[language]))
    sections = [
        (initial, tuple(group))
        for initial, group in groupby(ordered, lambda term: _initial(term.name[language]))
    ]
    numbered = list(enumerate(sections, start=1))
    parts = [
        # In a search, a lesson says more than a sentence here.
        "---\nhide:\n  - toc\nsearch:\n  boost: 0.6\n---\n",
        f"# {words.say('widget.glossary.title')}\n",
        f"{words.say('widget.glossary.lead')}\n",
        " · ".join(f"[{initial}](#{_anchor(place)})" for place, (initial, _) in numbered) + "\n",
    ]
    for place, (initial, group) in numbered:
        parts.append(f"## {initial} {{ #{_anchor(place)} }}\n")
        parts += [_entry(term, language, titles.get(term.page, "")) for term in group]
    return "\n".join(parts)


def _anchor(place: int) -> str:
    return f"letter-{place}"


def _entry(term: Term, language: Language, lesson: str) -> str:
    words = catalogue(language)
    other: Language = "ko" if language == "en" else "en"
    own = term.name[language]
    spellings = dict.fromkeys(word for word in (term.name[other], *term.also) if word != own)
    lines = [f"### {own} {{ #{term.id} }}\n", f"{term.meaning[language]}\n"]
    about = []
    if spellings:
        shown = ", ".join(escape.text(word) for word in spellings)
        about.append(f"{words.say('widget.glossary.also')}: {shown}")
    if lesson:
        about.append(f"{words.say('widget.glossary.taught')}: [{lesson}]({term.page}.md)")
    if about:
        lines.append(f"{' · '.join(about)}\n{{ .term-about }}\n")
    return "\n".join(lines)


def _initial(word: str) -> str:
    """The letter under which a word is listed: `ㄷ` for 데이터, `D` for DAG."""
    first = word[0]
    if _FIRST <= ord(first) <= _LAST:
        return _INITIALS[(ord(first) - _FIRST) // _VOWELS]
    return first.upper() if first.isascii() and first.isalpha() else "#"


def _order(word: str) -> tuple[str, str]:
    return _initial(word), word.casefold()
