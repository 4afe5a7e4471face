"""The index: sections segmented, counted, weighed, and written as one compact file a language.

The file is read by `site/overrides/assets/javascripts/search/engine.js`; its shape:

    {"format_version": 1, "language": "ko",
     "pages": [["week1/day2/", "2일차 · …", 1.0], …],
     "sections": [[page, "anchor", "title", "text", "code"], …],
     "terms": {"조인": [sections, section, weight, step to the next section, weight, …], …},
     "shapes": {"틀려": ["틀리다"], …},
     "same": {"풀리퀘스트": [["pull", "request"], ["pr"]], …},
     "names": ["풀 리퀘스트", …]}

A weight is the term's frequency in a section's fields after length is taken out (BM25F), in
eighths. The first number tells in how many sections a term stands itself: a page's title counts
for all its sections, but makes no word common. What has been segmented before is kept in the cache
by its content.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder import files
from autograder.site.search.dictionary import Dictionary
from autograder.site.search.korean import Segmenter
from autograder.site.search.sections import Section

FORMAT_VERSION = 1
_SEGMENTS_VERSION = 1
"""Grows when the same text would be cut into other terms."""
_FIELDS = {"page": (3.0, 0.3), "title": (5.0, 0.3), "text": (1.0, 0.6), "code": (0.6, 0.7)}
"""By field: its weight, and how much a long one counts less (the b of BM25)."""
_EIGHTHS = 8


@dataclass(frozen=True)
class Written:
    """What `write` did.

    Attributes:
        path: of the index.
        size_bytes: of the index.
        sections: in it.
        segmented: texts that had to be cut, the others came from the cache.
    """

    path: Path
    size_bytes: int
    sections: int
    segmented: int


def write(
    sections: Sequence[Section], folder: Path, language: str, words: Dictionary, cache: Path
) -> Written:
    """Write `folder/<language>.json`.

    Args:
        sections: of all pages of that language.
        folder: the site's `search/`.
        cache: a folder for what has been segmented.
    """
    texts = {text for section in sections for text in _fields(section).values() if text}
    phrases = {phrase for group in words.groups for phrase in group}
    cut, shapes, fresh = _segmented(texts | phrases, words, cache / f"{language}.json")
    index = _index(sections, cut, shapes, words) | {"language": language}
    body = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path = folder / f"{language}.json"
    files.write_whole(path, body)
    return Written(path, len(body.encode()), len(sections), fresh)


def _fields(section: Section) -> dict[str, str]:
    title = section.title if section.anchor else ""
    return {"page": section.page, "title": title, "text": section.text, "code": section.code}


def _index(
    sections: Sequence[Section],
    cut: Mapping[str, list[str]],
    shapes: Mapping[str, list[str]],
    words: Dictionary,
) -> dict[str, object]:
    pages = {section.url: (section.page, section.boost) for section in sections}
    places = {url: place for place, url in enumerate(pages)}
    terms = _postings([
        {name: cut.get(text, []) for name, text in _fields(section).items()}
        for section in sections
    ])  # fmt: skip
    shown: dict[str, list[str]] = {}
    for verb in sorted(shapes):
        for shape in shapes[verb]:
            shown.setdefault(shape, []).append(verb)
    return {
        "format_version": FORMAT_VERSION,
        "pages": [[url, title, boost] for url, (title, boost) in pages.items()],
        "sections": [
            [places[found.url], found.anchor, found.title, found.text, found.code]
            for found in sections
        ],
        "terms": terms,
        "shapes": shown,
        "same": _same(words.groups, cut, set(terms)),
        "names": sorted(
            {
                name
                for group in words.groups
                for name in group
                if cut[name] and set(terms).issuperset(_needed(name, cut[name]))
            }
        ),
    }


def _postings(documents: Sequence[Mapping[str, list[str]]]) -> dict[str, list[int]]:
    """By term: how many sections have it, then section and weight in turn, as steps."""
    usual = {
        name: max(1.0, sum(len(found[name]) for found in documents) / max(1, len(documents)))
        for name in _FIELDS
    }
    postings: dict[str, list[int]] = {}
    having: Counter[str] = Counter()
    last: dict[str, int] = {}
    for place, document in enumerate(documents):
        weights: defaultdict[str, float] = defaultdict(float)
        for name, (weight, b) in _FIELDS.items():
            length = 1 - b + b * len(document[name]) / usual[name]
            for term, times in Counter(document[name]).items():
                weights[term] += weight * times / length
        having.update({term for name in _FIELDS if name != "page" for term in document[name]})
        for term in sorted(weights):
            step = place - last.get(term, 0)
            postings.setdefault(term, []).extend([step, max(1, round(weights[term] * _EIGHTHS))])
            last[term] = place
    return {term: [max(1, having[term]), *postings[term]] for term in sorted(postings)}


def _same(
    groups: Iterable[Sequence[str]], cut: Mapping[str, list[str]], known: set[str]
) -> dict[str, list[list[str]]]:
    """By phrase without its spaces: the terms of the other phrases that mean the same.

    A phrase whose terms are not all in the index leads nowhere and is left out.
    """
    same: dict[str, list[list[str]]] = {}
    for group in groups:
        found = {phrase: _needed(phrase, cut[phrase]) for phrase in group}
        for phrase in group:
            others = [
                terms for other, terms in found.items()
                if other != phrase and terms != found[phrase] and known.issuperset(terms)
            ]  # fmt: skip
            key = phrase.lower().replace(" ", "")
            entries = same.setdefault(key, [])
            entries += [terms for terms in others if terms and terms not in entries]
    return {key: entries for key, entries in same.items() if entries}


def _needed(phrase: str, terms: list[str]) -> list[str]:
    """The terms that must all be there: the whole where it is one term, else the parts."""
    whole = phrase.lower().replace(" ", "")
    return [whole] if whole in terms else list(dict.fromkeys(terms))


@dataclass(frozen=True)
class _Kept:
    """What a build before this one segmented: terms by a text's digest, shapes by verb."""

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    shapes: Mapping[str, list[str]] = field(default_factory=dict)


def _segmented(
    texts: Iterable[str], words: Dictionary, place: Path
) -> tuple[dict[str, list[str]], dict[str, list[str]], int]:
    """Terms by text, shapes by verb, and how many texts were not in the cache."""
    before = _kept(place, words)
    keys = {
        text: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24] for text in texts
    }
    missing = sorted(text for text, key in keys.items() if key not in before.texts)
    segmenter = Segmenter(words.names, dict(before.shapes))
    fresh = dict(zip(missing, segmenter.terms(missing), strict=True))
    cut = {text: fresh.get(text) or before.texts.get(key, []) for text, key in keys.items()}
    used = {term for terms in cut.values() for term in terms}
    shapes = {verb: found for verb, found in segmenter.shapes.items() if verb in used}
    if missing or len(before.texts) != len(keys):
        body = {
            "version": _SEGMENTS_VERSION,
            "names": words.digest,
            "shapes": shapes,
            "texts": {keys[text]: terms for text, terms in sorted(cut.items())},
        }
        files.write_whole(place, json.dumps(body, ensure_ascii=False))
    return cut, shapes, len(missing)


def _kept(place: Path, words: Dictionary) -> _Kept:
    """What the cache holds; a damaged or older file holds nothing."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        fits = (found["version"], found["names"]) == (_SEGMENTS_VERSION, words.digest)
        return _Kept(found["texts"], found["shapes"]) if fits else _Kept()
    except (OSError, ValueError, KeyError, TypeError):
        return _Kept()
