"""Words in Latin letters and other alphabets: names cut into parts, English endings taken off.

The browser does the same in `search/words.js`; `tests/site/search_words.json` holds both to it.
"""

from __future__ import annotations

import re

_WORD = re.compile(
    r"(?:(?![\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3])[^\W_])+"
    r"(?:[_.\-](?:(?![\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3])[^\W_])+)*"
)
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_PLAIN = re.compile(r"[a-z]{4,}")
_VOWEL = re.compile(r"[aeiouy]")


def words(text: str) -> list[tuple[str, int]]:
    """Words that are not Korean, as written, each with where it starts."""
    return [(found.group(), found.start()) for found in _WORD.finditer(text)]


def terms(word: str) -> list[str]:
    """What a word is found by: itself, and the parts of a name such as `daily_revenue`."""
    parts = re.split(r"[_.\-]", word)
    whole = word.lower()
    found = [whole] if len(parts) > 1 else [stem(whole)]
    for part in parts:
        humps = [hump.lower() for hump in _CAMEL.findall(part)]
        if len(parts) > 1 and (len(part) > 1 or not part.isdigit()):
            found.append(stem(part.lower()))
        if len(humps) > 1:
            found += [stem(hump) for hump in humps if len(hump) > 1]
    return [term for place, term in enumerate(found) if term not in found[:place]]


def stem(word: str) -> str:
    """An English word without the endings that a question changes: -s, -ing, -ed, a last e."""
    if not _PLAIN.fullmatch(word):
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif re.search(r"(?:s|x|z|ch|sh)es$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= 3 and _VOWEL.search(rest):
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word
