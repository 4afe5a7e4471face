"""Hover texts: the first time a page's prose uses a word of the glossary, it says its meaning.

A Markdown extension, named in mkdocs.yml. Headings, links, code and quizzes are left alone, and so
is the glossary itself. Works on the parsed page, so that it can never break its markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from autograder import paths
from autograder.models import Language
from autograder.site.widgets import glossary, place

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "th", "dt", "summary", "figcaption")
_NO_PROSE = ("a", "abbr", "button", "code", "kbd", "label", "math", "pre", "svg", "time")
SKIPPED = frozenset([*_HEADINGS, *_NO_PROSE])
BARS = frozenset(["notebook__bar", "assignment-link"])
_BEFORE_LINKS = 8  # after inline Markdown (20), before links are resolved (0)
_FEWEST_SYLLABLES = 2
_HANGUL = re.compile(r"[가-힣]")
_MARKS = re.compile(r"[`*]|\[([^\]]*)\]\([^)]*\)")
# What may stand at the end of a Korean word: particles, endings of "is", plural, at most two.
_PARTICLE = (
    "으로서|으로써|에서는|에서도|에서|에게|까지|부터|보다|처럼|마다|이나|이란|이라는|이라고|이라|으로|"
    "이에요|예요|이고|이며|인지|들을|들이|들은|들|은|는|이|가|을|를|의|에|로|와|과|도|만|란|라는|라고|나"
)


@dataclass(frozen=True)
class Hovers:
    """What to look for in the pages of one language.

    Attributes:
        pattern: finds any of the words; group 1 is the word as it is written.
        titles: the meaning by the word, as plain text.
    """

    pattern: re.Pattern[str]
    titles: Mapping[str, str]


def hovers(terms: tuple[glossary.Term, ...], language: Language) -> Hovers | None:
    """The words of a language with their meanings; None if there are none."""
    titles: dict[str, str] = {}
    for term in terms:
        if term.hover:
            for word in _words(term, language):
                titles.setdefault(word, _plain(term.meaning[language]))
    if not titles:
        return None
    longest_first = sorted(titles, key=len, reverse=True)
    listed = "|".join(_any_case(word) for word in longest_first)
    ending = rf"(?:{_PARTICLE}){{0,2}}" if language == "ko" else "s?"
    whole = rf"(?<![\w/.@-])({listed})(?={ending}(?!\w))(?![/.@-]\w)"
    return Hovers(re.compile(whole), titles)


def _any_case(word: str) -> str:
    """A sentence may begin with `partition`, but no `arrow` is the library Arrow."""
    first = word[0]
    return f"[{first}{first.upper()}]{re.escape(word[1:])}" if first.islower() else re.escape(word)


def _title(word: str, titles: Mapping[str, str]) -> str:
    return titles[word] if word in titles else titles[word[0].lower() + word[1:]]


def _words(term: glossary.Term, language: Language) -> list[str]:
    """A page in Korean may use the English name where that is a name, as in DataFrame."""
    own, english = term.name[language], term.name["en"]
    syllables = len(_HANGUL.findall(own))
    words = [own] if not 0 < syllables < _FEWEST_SYLLABLES else []
    return [*words, english] if english != english.lower() else words


def _plain(meaning: str) -> str:
    return _MARKS.sub(lambda found: found[1] or "", meaning)


class HoverExtension(Extension):  # type: ignore[misc]
    """`autograder.site.widgets.hover` under markdown_extensions."""

    def extendMarkdown(self, md: Any) -> None:  # Python-Markdown calls it so
        """Called by Python-Markdown for each page."""
        md.treeprocessors.register(_Marker(md), "pioneers_hover", _BEFORE_LINKS)


def makeExtension(**settings: Any) -> HoverExtension:  # the name it looks for
    """What Python-Markdown calls to load this module as an extension."""
    return HoverExtension(**settings)


class _Marker(Treeprocessor):  # type: ignore[misc]
    def run(self, root: Element) -> None:
        source = place.source(self.md)
        terms = glossary.load(paths.root() / glossary.FILE) if source else ()
        found = _of(terms, place.language(source))
        if found is not None and place.identity(source) != "glossary":
            mark(root, found)


@cache
def _of(terms: tuple[glossary.Term, ...], language: Language) -> Hovers | None:
    return hovers(terms, language)


def mark(root: Element, words: Hovers) -> None:
    """Wrap the first use of each meaning below `root` in `<abbr title>`."""
    _mark(root, words, set())


def _mark(element: Element, words: Hovers, said: set[str]) -> None:
    if element.tag in SKIPPED or element.get("class") in BARS:
        return
    children = list(element)
    pieces = _split(element.text, words, said)
    if pieces:
        element.text, made = pieces
        for index, abbr in enumerate(made):
            element.insert(index, abbr)
    for child in children:
        _mark(child, words, said)
        pieces = _split(child.tail, words, said)
        if pieces:
            child.tail, made = pieces
            after = list(element).index(child) + 1
            for index, abbr in enumerate(made):
                element.insert(after + index, abbr)


def _split(text: str | None, words: Hovers, said: set[str]) -> tuple[str, list[Element]] | None:
    """The text before the first word, and an element for each word with the text after it."""
    if not text or isinstance(text, AtomicString):
        return None
    start, head, made = 0, "", list[Element]()
    for found in words.pattern.finditer(text):
        title = _title(found[1], words.titles)
        if title in said:
            continue
        said.add(title)
        between = text[start : found.start(1)]
        if made:
            made[-1].tail = between
        else:
            head = between
        abbr = Element("abbr", {"title": title})
        abbr.text = AtomicString(found[1])
        made.append(abbr)
        start = found.end(1)
    if not made:
        return None
    made[-1].tail = text[start:]
    return head, made
